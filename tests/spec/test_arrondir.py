"""One rule of rounding, wherever a figure is printed: page, PDF, CSV, JSON."""

import re
from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from pytest import mark

from maillage.kernel.estimate import Estimate
from maillage.publishing.survey import cards, document, findings
from maillage.publishing.survey.document import Card
from maillage.publishing.survey.findings import Line, QuestionAnswers
from maillage.publishing.territory.criteria import Answered
from maillage.questionnaires.questionnaire import Questionnaire
from maillage.words import rounding, wording

title = "Un seul arrondi, partout"

PRINTED = re.compile(r"(\d+)\D{1,4}%?\s?\(?(?:entre )?(\d+) (?:et|–|à) (\d+)")


def share(value: float, low: float, high: float, n: int = 192) -> Estimate:
    return Estimate(
        value=value, low=low, high=high, unit="pourcent", universe="", n=n, method="resultats-enquete"
    )


def figures() -> st.SearchStrategy[Estimate]:
    """Return shares with an interval around them, as wide or as thin as may be."""
    three = st.lists(st.floats(0, 100), min_size=3, max_size=3).map(sorted)
    return three.map(lambda ends: share(ends[1], ends[0], ends[2]))


def question(figure: Estimate, *, weighted: bool, rule: str = "nearest") -> Card:
    rest = share(100 - figure.value, 100 - figure.high, 100 - figure.low)
    return Card(
        answers=QuestionAnswers(
            name="q",
            label="Un lieu vous a-t-il aidé ?",
            lines=[
                Line(name="oui", label="Oui", figure=figure),
                Line(name="non", label="Non", figure=rest),
            ],
            n=192,
            universe="habitants",
            weighted=weighted,
            rounding=rule,
        )
    )


def everywhere(card: Card) -> set[tuple[int, int, int]]:
    """Return (value, low, high) of « oui » as each place prints it: sentence, table, chart, text of the chart,
    CSV, grid.
    """
    answers, figure = card.answers, card.answers.lines[0].figure
    table = [cell.text for cell in document.table(card, "brut").rows[0]]
    row = next(iter(document.rows([card], computed="brut")))
    grid = Answered(
        label="", percent=float(row["part"]), low=float(row["bas"]), high=float(row["haut"]), n=192,
        computed="brut", universe="", source="", rounding=answers.rounding,
    )  # fmt: skip
    picture = document.chart(card, id="q")
    texts = [
        findings.sentences(answers, findings.RESPONDENTS)[0].text.partition(" (")[2],
        f"{table[2]} ({table[3]})",
        picture.alt.partition("Oui : ")[2],
        grid.figure,
    ]
    matched_bounds = [
        match.groups() for text in texts if (match := PRINTED.search(text.replace("\u00a0", " ")))
    ]
    assert len(matched_bounds) == len(texts) or figure.low == figure.high, texts
    drawn = re.findall(r">(\d+)–(\d+)<", picture.svg)[0]
    printed = {tuple(map(int, each)) for each in matched_bounds}
    return printed | {(next(iter(printed))[0], *map(int, drawn))}


@mark.parametrize("weighted", [False, True])
def test_one_interval_in_each_place(weighted):
    """Un intervalle exact de 6,8 à 11,4 s’écrit « 6 à 12 » partout : phrase, tableau, dessin, fichier, grille."""
    assert everywhere(question(share(9.0, 6.8, 11.4), weighted=weighted)) == {(9, 6, 12)}


def test_the_file_holds_the_same_bounds():
    """Le fichier d’une enquête redressée porte les bornes imprimées ; brut, ses décimales vont aussi vers l’extérieur."""
    (row, *_) = document.rows([question(share(9.04, 6.8, 11.4), weighted=True)], computed="redressé")
    assert (row["part"], row["bas"], row["haut"]) == (9, 6, 12)
    (row, *_) = document.rows([question(share(9.04, 6.83333333, 11.4), weighted=False)], computed="brut")
    assert (row["part"], row["bas"], row["haut"]) == (9.04, 6.833333, 11.4)
    (row, *_) = document.rows(
        [question(share(9.04, 6.83333399, 11.40000001), weighted=False)], computed="brut"
    )
    assert (row["bas"], row["haut"]) == (6.833333, 11.400001)


@mark.parametrize(("rule", "rounding_label"), [("nearest", "au plus proche"), ("down", "par troncature")])
def test_the_file_names_its_rounding_in_french(rule, rounding_label):
    """La colonne « arrondi » d’un fichier se lit : « au plus proche » ou « par troncature »."""
    lines = document.rows([question(share(9.04, 6.8, 11.4), weighted=True, rule=rule)], computed="redressé")
    text = document.as_csv(document.COLUMNS, lines).decode()
    assert f",{rounding_label}," in text
    assert rule not in text


@given(figures(), st.sampled_from(["nearest", "down"]))
def test_what_is_printed_covers_what_was_computed_and_holds_its_value(figure, rule):
    """La valeur imprimée est entre les bornes imprimées, et celles-ci contiennent l’intervalle calculé."""
    printed_share = wording.survey_share(figure, rule=rule)
    if not printed_share.low:
        return
    value, low, high = (
        int(re.sub(r"\D", "", text)) for text in (printed_share.value, printed_share.low, printed_share.high)
    )
    assert low <= figure.low + 1e-6
    assert figure.high - 1e-6 <= high
    assert low <= value <= high


@given(figures())
def test_an_end_of_the_scale_is_never_about(figure):
    """Jamais « environ 100,0 % » ni « environ 0,0 % » : « plus de 99,9 % », « moins de 0,1 % », ou 0 et 100 sans décimale."""
    for rounded_figure in (
        figure,
        share(100 - figure.value / 1e4, 99.9, 100),
        share(figure.value / 1e4, 0, 0.001),
    ):
        rate_text = wording.rate(rounded_figure).in_full.replace("\u00a0", " ")
        assert not re.search(r"environ (?:0|100)\b(?:,0)? ?%", rate_text), rate_text
        assert not re.search(r"\b(?:0,0|100,0)\b", rate_text), rate_text


def test_rate_is_exact_at_an_end_of_the_scale():
    """Personne est « 0 % », et non « moins de 0,1 % » ; tous, « 100 % »."""
    rate_texts = [wording.rate(share(*ends)).value for ends in ((0.0, 0.0, 0.0), (100.0, 99.999, 100.0))]
    assert [each and each.replace("\u00a0", " ") for each in rate_texts] == ["0 %", "100 %"]


@mark.parametrize(
    ("low", "high", "printed"),
    [
        (1593.9, 23065.8, "entre 1 400 et 24 000"),
        (26.8, 1810.7, "entre 25 et 2 000"),
        (336.6, 733.2, "entre 320 et 740"),
        (3.2, 800.0, "entre 3 et 800"),
        (0.6, 800.0, "entre 0 et 800"),
        (0.0, 800.0, "entre 0 et 800"),
    ],
)
def test_range_of_some_people_never_starts_at_zero(low, high, printed):
    """Une borne basse que le pas de la fourchette imprimerait « 0 » prend le sien, toujours vers l’extérieur."""
    figure = Estimate(
        value=(low + high) / 2, low=low, high=high, unit="personnes", universe="", n=1, method="m"
    )
    assert wording.people(figure).between.replace("\xa0", " ") == printed


@given(st.floats(0, 1e6), st.floats(1, 1e6), st.sampled_from([0.1, 1.0, 50.0, 2000.0]))
def test_bounds_always_cover_and_a_low_one_from_one_on_is_never_zero(low, wide, by):
    """Quel que soit le pas, ce qui est imprimé contient ce qui est calculé."""
    printed = rounding.outwards(low, low + wide, by)
    assert printed[0] <= low + 1e-6 and low + wide <= printed[1] + 1e-3
    assert printed[0] > 0 or low < 1


def test_the_bounds_of_a_difference_go_outwards(spec):
    """Un écart aussi : ses bornes s’éloignent de lui.

    bas   | haut
    ------+-----
    -14.2 | -6.9
     -0.4 |  5.1
    """
    spec(
        lambda t: [rounding.signed_outwards(*ends) for ends in zip(t["bas"], t["haut"], strict=True)],
        [(-15, -6), (-1, 6)],
    )


def test_the_sample_has_one_share_in_its_chart_and_its_table():
    """« Qui a répondu » : la part du dessin et celle du tableau sont le même nombre."""
    sample = document.Sample(label="Âge", source="", rows=[("15-29 ans", 44, 22.9, 18.55)])
    _, picture, grid = document.sample_blocks(sample, id="e")
    assert [cell.text.replace("\u00a0", " ") for cell in grid.rows[0][2:]] == ["23 %", "19 %"]
    assert "23\u00a0%" in picture.svg
    assert "19\u00a0%" in picture.svg


def test_the_document_says_its_rule():
    """Le document dit sa règle : la valeur, et les bornes."""
    results = cards.results(
        [],
        title="",
        questionnaire=Questionnaire(id="a", title="A"),
        n=1,
        weighted=False,
        on=date(2026, 11, 22),
    )
    reading_text = " ".join(document.reading(results))
    assert "au plus proche" in reading_text
    assert "les bornes d’un intervalle, vers l’extérieur" in reading_text
