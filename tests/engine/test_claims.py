"""A number in a sentence, and what it is worth against each definition."""

import pytest

from maillage.kernel.estimate import Estimate
from maillage.reference.definitions import DEFAULT, LEVELS, definition
from maillage.reports.territory.criteria import answered
from maillage.reports.territory.verdict import Measured, judge
from maillage.words.claims import parse

NEVER = "jamais-connecte-credoc"


def measured(id: str, low: float, high: float, residents: float = 20_000) -> Measured:
    """Return the people of a town whom a definition counts. low, high: percent."""

    def figure(unit, times):
        return Estimate(
            value=times * (low + high) / 2, low=times * low, high=times * high, unit=unit, universe="", n=1_000,
            method="besoins",
        )  # fmt: skip

    return Measured(definition(id), figure("pourcent", 1), figure("personnes", residents / 100))


TOWN = (measured(DEFAULT, 19, 27), measured(NEVER, 14, 18), measured(LEVELS, 38, 46))


@pytest.mark.parametrize(
    ("text", "share", "people", "places"),
    [
        ("40 % des Français", (39.5, 40.5), None, ()),
        ("3 000 personnes à Vierzon", None, (2_500, 3_500), ("Vierzon",)),
        ("3.000 habitants de Vierzon en 2021", None, (2_500, 3_500), ("Vierzon",)),
        ("13 millions de Français", None, (12.5e6, 13.5e6), ()),
        ("44 000 personnes, 19 %", (18.5, 19.5), (43_500, 44_500), ()),
        ("4 Français sur 10", (35, 45), None, ()),
        ("entre 10 et 15 % à Bourg-en-Bresse", (10, 15), None, ("Bourg-en-Bresse",)),
        ("moins de 20 % des habitants", (0, 20), None, ()),
        ("16,5 % des 15 ans et plus en 2019", (16.45, 16.55), None, ()),
    ],
)
def test_parse_reads_the_number_as_precisely_as_it_is_printed(text, share, people, places):
    claim = parse(text)
    for amount, ends in ((claim.share, share), (claim.people, people)):
        assert (amount and (amount.low, amount.high)) == (ends and pytest.approx(ends))
    assert claim.places == places


@pytest.mark.parametrize("text", ["", "bonjour", "2019", "0 personne", f"{'9' * 60} personnes"])
def test_parse_finds_no_number_where_nothing_is_counted(text):
    assert not parse(text).is_known


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("5 000 personnes", "compatible"),
        ("23 %", "compatible"),
        ("plus de 15 %", "compatible"),
        ("une personne sur six", "autre"),
        ("40 %", "autre"),
        ("12 000 personnes", "haut"),
        ("60 %", "haut"),
        ("8 %", "bas"),
        ("moins de 500 personnes", "bas"),
        ("40 % des seniors", "inconnu"),
        ("62 % des 75 ans et plus", "inconnu"),
        ("120 %", "inconnu"),
        ("800 personnes, 30 %", "inconnu"),
        ("64 % ne connaissent aucun lieu d’aide", "inconnu"),
        ("43 % des personnes formées restent peu à l’aise", "inconnu"),
        ("62 communes sans lieu", "inconnu"),
        ("90 % utilisent Internet", "inconnu"),
        ("60 % sont en difficulté avec le numérique", "haut"),
        ("15 % ne se connectent jamais", "autre"),
    ],
)
def test_judge_gives_each_of_the_five_verdicts(text, kind):
    assert judge(parse(text), TOWN, where="Ici").kind == kind


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("40 % des habitants sont âgés", "ne porte pas sur la difficulté"),
        ("30 % de la population a plus de 65 ans", "ne porte pas sur la difficulté"),
        ("3 000 foyers sans fibre", "ne porte pas sur la difficulté"),
        ("20 % de chômage", "ne porte pas sur la difficulté"),
        ("25 % des habitants sont pauvres", "ne porte pas sur la difficulté"),
        ("40 % des seniors", "parle de « seniors »"),
        ("20 % des plus de 75 ans n’ont jamais utilisé Internet", "parle de « plus de 75 ans »"),
    ],
)
def test_judge_reads_the_words_before_the_number(text, words):
    """A number about something else gets no verdict, whatever its value, but what is known here."""
    verdict = judge(parse(text), TOWN, where="Ici")
    assert verdict.kind == "inconnu" and words in verdict.title
    assert "Ce que nous savons : ici, " in verdict.reason and TOWN[0].share_words in verdict.reason


def test_parse_leaves_the_name_of_inhabitants_to_be_understood():
    assert [parse(text).noun for text in ("12 000 Malouins", "40 % des Malouins", "3 000 Français")] == [
        "Malouins",
        "Malouins",
        "",
    ]


@pytest.mark.parametrize(
    ("text", "is_by_rounding"),
    [("6 000 personnes", True), ("5 000 personnes", False), ("27,4 %", False), ("plus de 15 %", False)],
)
def test_judge_says_that_only_the_rounding_of_a_number_is_in_the_range(text, is_by_rounding):
    town = (measured(DEFAULT, 19, 28),)
    verdict = judge(parse(text), town, where="Ici")
    assert (verdict.kind, verdict.is_by_rounding) == ("compatible", is_by_rounding)
    assert ("qu’à l’arrondi près" in verdict.reason) == is_by_rounding
    assert ("arrondi" in verdict.label) == is_by_rounding


def test_judge_says_nothing_of_a_territory_whose_figures_are_withheld():
    assert judge(parse("40 %"), (), where="Ici").kind == "inconnu"


def test_judge_compares_a_share_and_a_count_together():
    """Une part juste et un nombre juste d’une autre définition ne font pas un chiffre juste."""
    assert judge(parse("5 000 personnes, 23 %"), TOWN, where="Ici").kind == "compatible"
    assert judge(parse("3 000 personnes, 23 %"), TOWN, where="Ici").kind != "compatible"


def rows(question: str, words: str, answers: dict[str, tuple[int, int, int]], by: str = "", group: str = ""):
    """Return the published rows of a question. answers: label to share and bounds."""
    return [
        {
            "question": question, "libelle": words, "par": by, "groupe": group, "modalite": label, "libelle_modalite": label,
            "effectif": "", "base": 238, "part": share, "bas": low, "haut": high, "motif": "", "calcul": "redressé",
            "arrondi": "nearest", "univers": "habitants", "seuil": 5,
        }
        for label, (share, low, high) in answers.items()
    ]  # fmt: skip


EASE = "Comment vous sentez-vous avec le numérique ?"
SCALE = {"Pas du tout à l’aise": (9, 6, 13), "Peu à l’aise": (30, 25, 36), "À l’aise": (61, 55, 67)}
SURVEY = [
    *rows("aisance", EASE, SCALE),
    *rows("aisance", EASE, {"Pas du tout à l’aise ou peu à l’aise": (39, 33, 45)}),
    *rows(
        "aisance", EASE, {"Pas du tout à l’aise": (15, 8, 26), "Peu à l’aise": (28, 18, 40)}, "forme", "Oui"
    ),
    *rows(
        "aisance", EASE, {"Pas du tout à l’aise": (7, 4, 12), "Peu à l’aise": (29, 23, 36)}, "forme", "Non"
    ),
    *rows("forme", "Avez-vous déjà suivi un atelier ?", {"Oui": (27, 22, 33), "Non": (73, 67, 78)}),
    *rows("lieu_connu", "Connaissez-vous un lieu qui aide ?", {"Oui": (32, 27, 39), "Non": (68, 61, 73)}),
]


@pytest.mark.parametrize(
    ("text", "kind", "share", "label"),
    [
        ("68 % des habitants ne connaissent aucun lieu", "compatible", "68 % (entre 61 et 73 %", "« Non »"),
        ("50 % ne connaissent aucun lieu d’aide", "bas", "68 % (entre 61 et 73 %", "« Non »"),
        ("un tiers connaît un lieu d’aide", "compatible", "32 %", "« Oui »"),
        ("36 % mal à l’aise", "compatible", "39 % (entre 33 et 45 %", "peu à l’aise »"),
        ("60 % mal à l’aise avec le numérique", "haut", "39 %", "peu à l’aise »"),
        ("30 % peu à l’aise", "compatible", "30 %", "« Peu à l’aise »"),
        ("43 % des personnes formées restent peu à l’aise", "compatible", "43 % (entre 26 et 66 %", "marges additionnées"),
        ("68 % des structures ne connaissent aucun lieu", "inconnu", "", ""),
        ("23 % en difficulté avec le numérique", "compatible", "", ""),
    ],
)  # fmt: skip
def test_judge_answers_first_by_the_question_of_a_published_survey(text, kind, share, label):
    """« 68 % ne connaissent aucun lieu », constat publié de l’enquête du territoire, était « trop haut »."""
    survey = answered("inhabitants", SURVEY, "« Enquête », édition 1, 2026", by_group=True)
    verdict = judge(parse(text), TOWN, where="Ici", surveys=[survey])
    assert verdict.kind == kind
    assert bool(verdict.cited) == bool(share)
    title = verdict.title.replace("\xa0", " ")
    assert share in title and label in title
    assert not share or "2026" in verdict.reason
