"""Ce que les études de départ disent autrement : les deux valeurs sont gardées, et aucune n’est retouchée."""

import re
from pathlib import Path

import pytest

from maillage.reference import discrepancies as register
from maillage.reference.discrepancies import discrepancies, documents

ROOT = Path(__file__).parents[2]
OF_SUBJECT = {row.id: row for row in discrepancies()}
NAMED = (
    *("Y-005", "Y-006", "Y-015", "Y-017", "Y-019", "Y-027", "Y-030", "Y-047", "Y-050"),
    *("Y-054", "Y-062", "Y-063", "Y-065"),
)
# Un titre, et les documents qui peuvent en être crédités.
TITLES = {"strasbourg": ("000", "001"), "maubeuge": ("003",), "grenoble": ("004",), "bons clics": ("002",)}


def number_in(text: str) -> float | None:
    """Le premier nombre d’une valeur imprimée : « ~16 000 » vaut 16000, « première » ne vaut rien."""
    match = re.search(r"\d[\d\u202f\u00a0 ]*(?:,\d+)?", text)
    return float(re.sub(r"\s", "", match[0]).replace(",", ".")) if match else None


def printed_again(published) -> dict[str, float]:
    """Les chiffres imprimés que nos épreuves connaissent, par identifiant."""
    rows = [(row["id"], row["valeur"]) for row in published("figures")]
    rows += [(row["id"], row["publie"]) for row in published("enquetes")]
    return {id: float(value) for id, value in rows if re.fullmatch(r"\d+(\.\d+)?", value)}


def test_a_registered_value_is_the_one_our_tests_know(published):
    """Un chiffre du registre qui porte un identifiant a la valeur que nos épreuves lui connaissent."""
    known = printed_again(published)
    quotes = [quote for row in discrepancies() for quote in row.says if quote.figure in known]
    assert len(quotes) > 20
    for quote in quotes:
        value = number_in(quote.value)
        assert value == known[quote.figure], quote.figure


def test_every_figure_that_cannot_come_back_is_in_the_register(published):
    """Une part imprimée que rien ne redonne se contredit quelque part : le registre dit où."""
    lost = {row["id"] for row in published("enquetes") if row["attendu"] == "none"}
    assert lost
    assert lost <= {each.figure for row in discrepancies() for each in row.says}


@pytest.mark.parametrize("requirement", NAMED)
def test_known_discrepancy_is_registered(requirement):
    """Les écarts que l’on nous a signalés sont chacun dans le registre."""
    assert requirement in {row.requirement for row in discrepancies()}


def test_the_four_meanings_of_forty_percent_stand_side_by_side():
    """« 40 % » : des Français, des usagers d’agences, des habitants, des structures, et une recopie."""
    assert [(quote.document.id, quote.figure) for quote in OF_SUBJECT["quarante-pour-cent"].says] == [
        ("001", "FIG-001-01"),
        ("002", "FIG-002-10"),
        ("003", "FIG-003-36"),
        ("000", "FIG-000-44"),
        ("003", "FIG-003-94"),
    ]


def test_a_subject_needs_two_voices_or_says_why_one_is_enough():
    """Une seule valeur ne diffère de rien, sauf si elle est douteuse, perdue ou mal écrite."""
    for row in discrepancies():
        assert len(row.says) > 1 or row.kind in ("suspect", "lost", "spelling"), row.id


def test_a_figure_names_its_own_document():
    """FIG-003-36 est du document 003 : un chiffre n’est jamais crédité à une autre étude."""
    for row in discrepancies():
        for quote in row.says:
            assert quote.figure in ("", f"FIG-{quote.document.id}-{quote.figure[8:]}"), row.id


def test_an_incomplete_row_is_refused():
    """Une ligne qui ne dit pas pourquoi deux valeurs diffèrent ne se lit pas."""
    from maillage.kernel.errors import BrokenSource

    row = {"id": "x", "about": "x", "kind": "autre", "requirement": "", "why": "", "use": "", "says": []}
    with pytest.raises(BrokenSource, match="row x is incomplete"):
        register._row(row)


def test_no_text_credits_a_document_to_another_territory():
    """« Strasbourg (document 004) » : le plan est celui de Grenoble."""
    paths = [
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("src/maillage/**/*.yaml"),
        *ROOT.glob("data/raw/**/*.yaml"),
    ]
    credit = re.compile(rf"({'|'.join(TITLES)})[^.(]{{0,60}}[(,] ?document (00[0-4])", re.IGNORECASE)
    assert credit.search("Le diagnostic de Strasbourg (document 004 des études)")
    wrong = [
        f"{path.relative_to(ROOT)}: {name}, {id}"
        for path in paths
        for name, id in credit.findall(path.read_text("utf-8"))
        if id not in TITLES[name.lower()]
    ]
    assert wrong == []


def test_the_title_of_each_document_names_its_territory():
    for name, ids in TITLES.items():
        assert all(name in documents()[id].title.lower() for id in ids), name


def test_the_journeys_are_those_of_the_plan_of_grenoble():
    """Andrei, Aurélie et Sandrine sont du document 004 ; ce que la démonstration leur ajoute est écrit."""
    from maillage.manage.demonstration import stories

    page = (ROOT / "docs/methods/parcours.md").read_text("utf-8")
    assert "Strasbourg" not in page
    assert "Grenoble et 16 communes" in page
    code = Path(stories.__file__).read_text("utf-8")
    stories_code = code[code.index("def _andrei") :]
    added = [f"Née? en {born}" for born in re.findall(r'welcome\(\s*"[^"]+", (\d{4})', stories_code)]
    added += [re.escape(words) for words in re.findall(r'procedure_words="([^"]+)"', stories_code)]
    assert len(added) == 7
    for trait in added:
        assert re.search(trait, page), trait
    assert "language=" not in stories_code  # a name does not make a language


def test_the_survey_of_the_caf_names_its_communes():
    from maillage.reference.surveys import banks

    about = banks()["caf"].about
    assert "Échirolles" in about
    assert "Pont-de-Claix" in about
    assert "grenobloise" not in about
