"""Ce que disent les habitants à côté de ce que croient les structures : l’écart, son intervalle, une phrase."""

from dataclasses import replace

from pytest import mark

from maillage.kernel.estimate import Estimate, Withheld
from maillage.publishing.page.blocks import Bullets, Grid, Picture
from maillage.publishing.survey import two_sides
from maillage.publishing.survey.findings import Line, QuestionAnswers
from maillage.publishing.survey.published_row import PublishedRow
from maillage.publishing.survey.two_sides import Counterpart

title = "Habitants et structures, côte à côte"
KINDS = ("inhabitants", "structures")
LABELS = {"orientation": "Un professionnel", "bouche": "Mes proches", "communication": "Une affiche"}
HIDDEN = Withheld(reason="Masqué.", unit="pourcent", universe="", n=0, method="resultats-enquete")


def share(value: float) -> Estimate:
    return Estimate(
        value=value, low=value - 6, high=value + 6, unit="pourcent", universe="personnes accompagnées", n=120,
        method="resultats-enquete",
    )  # fmt: skip


def discovery_answers(**figures: float) -> QuestionAnswers:
    """Return how inhabitants discovered the offer, in percent; a figure of 0 is withheld."""
    percent_by_answer = {"orientation": 33, "bouche": 45, "communication": 12} | figures
    return QuestionAnswers(
        name="decouverte", label="Comment avez-vous découvert le lieu ?",
        lines=[
            Line(name=name, label=LABELS[name], figure=share(value) if value else HIDDEN)
            for name, value in percent_by_answer.items()
        ],
        n=120, universe="personnes accompagnées", weighted=False,
    )  # fmt: skip


def structures(**overrides: object) -> Counterpart:
    """Return the published counterpart of 66 structures: how people know their offer."""
    published = {
        "orientation": 40,
        "bouche": 55,
        "communication": 70,
        "base": 66,
        "univers": "structures",
    } | overrides
    rows = [
        PublishedRow(
            question="canaux", libelle="Comment les publics connaissent-ils votre offre ?", par="", groupe="",
            modalite=name, libelle_modalite=label, effectif="", base=published["base"], part=part,
            bas="" if part == "" else part - 10, haut="" if part == "" else part + 10,
            motif="Masqué." if part == "" else "", calcul="brut", arrondi="nearest", univers=str(published["univers"]),
        )
        for name, label in LABELS.items()
        if (part := published[name]) is not None
    ]  # fmt: skip
    return Counterpart(
        kind="structures", about="« Structures », édition 1", topics={"canaux": "offre"},
        several=frozenset({"canaux"}), rows=rows,
    )  # fmt: skip


def gaps(residents: QuestionAnswers, published: Counterpart) -> dict[str, int]:
    subjects = two_sides.subjects([residents], {"decouverte": "offre"}, published)
    return {pair.name: round(pair.points) for subject in subjects for pair in subject.pairs}


def test_each_answer_has_its_gap():
    """Ce que disent les habitants, moins ce que publient les structures, en points."""
    assert gaps(discovery_answers(), structures()) == {"orientation": -7, "bouche": -10, "communication": -58}


def test_one_sentence_one_chart_one_table_and_a_file():
    """« Une affiche » : 12 % d’un côté, 70 % de l’autre ; le dessin montre les deux, le tableau et le fichier l’écart."""
    subjects = two_sides.subjects([discovery_answers()], {"decouverte": "offre"}, structures())
    blocks = two_sides.blocks(subjects, KINDS, "« Structures », édition 1", id="f")
    (sentence,) = next(block for block in blocks if isinstance(block, Bullets)).items
    assert sentence.replace("\u00a0", " ") == (
        "« Une affiche » : 12 % côté habitants (personnes accompagnées, n = 120) et 70 % côté structures (structures,"
        " n = 66), un écart de 58 points (entre 46 et 70), que le hasard du tirage n’explique pas."
    )
    alt = next(block for block in blocks if isinstance(block, Picture)).alt
    assert "Habitants (n" in alt and "Structures (n" in alt
    table = next(block for block in blocks if isinstance(block, Grid))
    assert [row[3].text for row in table.rows] == ["−7, pas net", "−10, pas net", "−58"]
    assert "Les habitants ne donnent qu’une réponse, ceux d’en face plusieurs" in table.note
    row = two_sides.rows(subjects, "édition 1")[2]
    assert (row["part"], row["part_en_face"], row["ecart"], row["ecart_bas"], row["ecart_haut"], row["net"]) == (
        12, 70, -58, -70, -46, "oui",
    )  # fmt: skip


@mark.parametrize(
    ("residents", "published"),
    [
        (discovery_answers(communication=0), structures()),
        (discovery_answers(), structures(communication="")),
    ],
    ids=["habitants", "structures"],
)
def test_an_answer_withheld_on_one_side_has_no_gap(residents, published):
    """Masquée d’un côté : ni écart, ni phrase, ni ligne du fichier."""
    assert set(gaps(residents, published)) == {"orientation", "bouche"}
    subjects = two_sides.subjects([residents], {"decouverte": "offre"}, published)
    assert "affiche" not in str(two_sides.blocks(subjects, KINDS, "", id="f"))
    assert two_sides.sentence(subjects[0], KINDS) == (
        "Aucun écart publié entre les deux côtés ne dépasse ce que le hasard explique."
    )


@mark.parametrize(
    ("residents", "published"),
    [
        (discovery_answers(), structures(univers="structures ; Commune : Maubeuge")),
        (replace(discovery_answers(), universe="personnes accompagnées ; Sexe : Femme"), structures()),
        (discovery_answers(), structures(base="")),
        (replace(discovery_answers(), is_base_public=False), structures()),
        (discovery_answers(), structures(bouche=None)),
        (discovery_answers(), replace(structures(), topics={"canaux": "autre sujet"})),
    ],
    ids=["filtre en face", "filtre ici", "base en face", "base ici", "autres réponses", "autre sujet"],
)
def test_no_gap_when_bases_or_answers_differ(residents, published):
    """Une base filtrée ou non publiée, d’autres réponses, un autre sujet : rien n’est comparé."""
    assert gaps(residents, published) == {}
