"""Ce que disent les habitants à côté de ce que croient les structures : l’écart, son intervalle, une phrase."""

from dataclasses import replace

from pytest import mark

from maillage.kernel.estimate import Estimate, Withheld
from maillage.reports.page.blocks import Bullets, Grid, Picture
from maillage.reports.survey import two_sides
from maillage.reports.survey.findings import Line, QuestionAnswers
from maillage.reports.survey.published_row import PublishedRow
from maillage.reports.survey.two_sides import Counterpart

title = "Habitants et structures, côte à côte"
KINDS = ("inhabitants", "structures")
LABELS = {"orientation": "Un professionnel", "bouche": "Mes proches", "communication": "Une affiche"}
HIDDEN = Withheld(reason="Masqué.", unit="pourcent", universe="", n=0, method="resultats-enquete")


def share(value: float) -> Estimate:
    return Estimate(
        value=value, low=value - 6, high=value + 6, unit="pourcent", universe="personnes accompagnées", n=120,
        method="resultats-enquete",
    )  # fmt: skip


def asked(**figures: float) -> QuestionAnswers:
    """Return what inhabitants say of how they found the offer; a figure of 0 is withheld."""
    told = {"orientation": 33, "bouche": 45, "communication": 12} | figures
    return QuestionAnswers(
        name="decouverte", label="Comment avez-vous découvert le lieu ?",
        lines=[
            Line(name=name, label=LABELS[name], figure=share(value) if value else HIDDEN)
            for name, value in told.items()
        ],
        n=120, universe="personnes accompagnées", weighted=False,
    )  # fmt: skip


def structures(**told: object) -> Counterpart:
    """Return what 66 structures published of how people know their offer."""
    said = {"orientation": 40, "bouche": 55, "communication": 70, "base": 66, "univers": "structures"} | told
    rows = [
        PublishedRow(
            question="canaux", libelle="Comment les publics connaissent-ils votre offre ?", par="", groupe="",
            modalite=name, libelle_modalite=label, effectif="", base=said["base"], part=part,
            bas="" if part == "" else part - 10, haut="" if part == "" else part + 10,
            motif="Masqué." if part == "" else "", calcul="brut", arrondi="nearest", univers=str(said["univers"]),
        )
        for name, label in LABELS.items()
        if (part := said[name]) is not None
    ]  # fmt: skip
    return Counterpart(
        kind="structures", about="« Structures », édition 1", topics={"canaux": "offre"},
        several=frozenset({"canaux"}), rows=rows,
    )  # fmt: skip


def gaps(here: QuestionAnswers, there: Counterpart) -> dict[str, int]:
    found = two_sides.subjects([here], {"decouverte": "offre"}, there)
    return {pair.name: round(pair.points) for subject in found for pair in subject.pairs}


def test_each_answer_has_its_gap():
    """Ce que disent les habitants, moins ce que publient les structures, en points."""
    assert gaps(asked(), structures()) == {"orientation": -7, "bouche": -10, "communication": -58}


def test_one_sentence_one_chart_one_table_and_a_file():
    """« Une affiche » : 12 % d’un côté, 70 % de l’autre ; le dessin montre les deux, le tableau et le fichier l’écart."""
    found = two_sides.subjects([asked()], {"decouverte": "offre"}, structures())
    made = two_sides.blocks(found, KINDS, "« Structures », édition 1", id="f")
    (said,) = next(block for block in made if isinstance(block, Bullets)).items
    assert said.replace("\u00a0", " ") == (
        "« Une affiche » : 12 % côté habitants (personnes accompagnées, n = 120) et 70 % côté structures (structures,"
        " n = 66), un écart de 58 points (entre 46 et 70), que le hasard du tirage n’explique pas."
    )
    alt = next(block for block in made if isinstance(block, Picture)).alt
    assert "Habitants (n" in alt and "Structures (n" in alt
    table = next(block for block in made if isinstance(block, Grid))
    assert [row[3].text for row in table.rows] == ["−7, pas net", "−10, pas net", "−58"]
    assert "Les habitants ne donnent qu’une réponse, ceux d’en face plusieurs" in table.note
    row = two_sides.rows(found, "édition 1")[2]
    assert (row["part"], row["part_en_face"], row["ecart"], row["ecart_bas"], row["ecart_haut"], row["net"]) == (
        12, 70, -58, -70, -46, "oui",
    )  # fmt: skip


@mark.parametrize(
    ("here", "there"),
    [
        (asked(communication=0), structures()),
        (asked(), structures(communication="")),
    ],
    ids=["habitants", "structures"],
)
def test_an_answer_withheld_on_one_side_has_no_gap(here, there):
    """Masquée d’un côté : ni écart, ni phrase, ni ligne du fichier."""
    assert set(gaps(here, there)) == {"orientation", "bouche"}
    found = two_sides.subjects([here], {"decouverte": "offre"}, there)
    assert "affiche" not in str(two_sides.blocks(found, KINDS, "", id="f"))
    assert two_sides.sentence(found[0], KINDS) == (
        "Aucun écart publié entre les deux côtés ne dépasse ce que le hasard explique."
    )


@mark.parametrize(
    ("here", "there"),
    [
        (asked(), structures(univers="structures ; Commune : Maubeuge")),
        (replace(asked(), universe="personnes accompagnées ; Sexe : Femme"), structures()),
        (asked(), structures(base="")),
        (replace(asked(), told=False), structures()),
        (asked(), structures(bouche=None)),
        (asked(), replace(structures(), topics={"canaux": "autre sujet"})),
    ],
    ids=["filtre en face", "filtre ici", "base en face", "base ici", "autres réponses", "autre sujet"],
)
def test_nothing_is_said_where_bases_or_answers_differ(here, there):
    """Une base filtrée ou non publiée, d’autres réponses, un autre sujet : rien n’est comparé."""
    assert gaps(here, there) == {}
