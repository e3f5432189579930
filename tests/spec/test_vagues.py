"""« En hausse » et « en baisse » : deux vagues du même territoire, des mêmes personnes, de la même question."""

from dataclasses import replace
from itertools import product

from pytest import approx, mark

from maillage.kernel.estimate import Estimate
from maillage.publishing.survey import waves
from maillage.publishing.survey.findings import Line, QuestionAnswers
from maillage.publishing.survey.published_row import PublishedRow, printed
from maillage.publishing.survey.waves import Before
from maillage.publishing.territory import changes
from maillage.publishing.territory.criteria import answered

title = "Quand une part peut monter"
OTHER_TERRITORY = "Cette vague portait sur un autre territoire (Maubeuge), et celle-ci sur Grenoble."


def share(value: float) -> Estimate:
    return Estimate(
        value=value, low=value - 6, high=value + 6, unit="pourcent", universe="habitants", n=192,
        method="resultats-enquete",
    )  # fmt: skip


NOW = QuestionAnswers(
    name="aide",
    label="Un lieu vous a-t-il aidé ?",
    lines=[
        Line(name="oui", label="Oui", figure=share(52)),
        Line(name="non", label="Non", figure=share(48)),
    ],
    n=192,
    universe="habitants de 15 ans et plus",
    weighted=False,
)


def before(**more: object) -> Before:
    """Return the wave before: 32 % « oui » then, 52 % now."""
    overrides = {
        "libelle": NOW.label,
        "univers": NOW.universe,
        "oui": "Oui",
        "apart": "",
        "weighted": False,
    } | more
    rows = [
        PublishedRow(
            question="aide", libelle=str(overrides["libelle"]), par="", groupe="", modalite=name, libelle_modalite=label,
            effectif=n, base=192, part=part, bas=part - 6, haut=part + 6, motif="", calcul="brut",
            arrondi="nearest", univers=str(overrides["univers"]),
        )
        for name, label, n, part in (("oui", str(overrides["oui"]), 61, 32), ("non", "Non", 131, 68))
    ]  # fmt: skip
    return Before(
        later_name="2026",
        name="2024",
        about="« Vague 2024 »",
        weighted=bool(overrides["weighted"]),
        rows=rows,
        unlike=str(overrides["apart"]),
    )


def compared_text(earlier: Before) -> str:
    return str(waves.blocks(earlier, [NOW], weighted=False))


@mark.parametrize(
    ("other_place", "other_base", "other_words", "other_answer", "filtered", "weighted"),
    list(product([False, True], repeat=6)),
)
def test_a_share_rises_only_where_nothing_else_changed(
    other_place, other_base, other_words, other_answer, filtered, weighted
):
    """Territoire × base × mots de la question × mots de la réponse × filtre × redressement : « hausse » se dit dans le
    seul cas où tout est resté pareil.
    """
    universe = "personnes accompagnées" if other_base else NOW.universe
    earlier = before(
        apart=OTHER_TERRITORY if other_place else "",
        univers=universe + (" ; Sexe : Femme" if filtered else ""),
        libelle="Êtes-vous aidé ?" if other_words else NOW.label,
        oui="Oui, souvent" if other_answer else "Oui",
        weighted=weighted,
    )
    same = not any((other_place, other_base, other_words, other_answer, filtered, weighted))
    assert ("hausse de 20 points" in compared_text(earlier)) == same
    assert "baisse de 20 points" not in compared_text(earlier), "« non » ne dit que l’envers"


def test_the_chapter_says_why_nothing_is_compared():
    """Un autre territoire, ou une seule vague redressée : la raison est écrite, sans un seul écart."""
    assert OTHER_TERRITORY in compared_text(before(apart=OTHER_TERRITORY))
    assert "L’une des deux vagues est redressée, l’autre non." in compared_text(before(weighted=True))
    assert "Reformulées, ou posées à d’autres" not in compared_text(before(weighted=True))


def test_the_report_the_loop_and_two_editions_use_one_rule(spec):
    """Une réponse était donnée par 52 % (45 à 59) ; ce qu’elle est devenue, parmi d’autres réponses comparées.

    part | bas | haut | autres || réponse
    -----+-----+------+--------++----------------
      67 |  60 |   74 | 0      || hausse
      60 |  53 |   67 | 0      || pas d’écart sûr
      37 |  30 |   44 | 0      || baisse
      37 |  30 |   44 | 80     || pas d’écart sûr
    """

    def wave(value: float, low: float, high: float, n_steady: int) -> dict[waves.AnswerName, waves.WaveShare]:
        def share_of(*percents: float) -> waves.WaveShare:
            return waves.WaveShare("Question ?", "Oui", "habitants", "brut", percents)

        steady = {(f"autre_{k}", "oui"): share_of(52, 45, 59) for k in range(int(n_steady))}
        return {("aide", "oui"): share_of(value, low, high)} | steady

    spec(
        lambda t: [
            waves.moves(wave(52, 45, 59, n), wave(value, low, high, n))["aide", "oui"].word
            for value, low, high, n in zip(
                *(t[x].tolist() for x in ("part", "bas", "haut", "autres")), strict=True
            )
        ]
    )


@mark.parametrize("n_steady", [0, 80])
def test_a_weighted_report_compares_what_both_waves_printed(n_steady):
    """Redressées, les deux parts se comparent comme elles sont imprimées : le rapport et deux éditions disent le
    même écart.
    """

    def question_of(name: str, value: float) -> QuestionAnswers:
        return replace(
            NOW, name=name, weighted=True, lines=[Line(name="oui", label="Oui", figure=share(value))]
        )

    def rows_of(questions: list[QuestionAnswers]) -> list[PublishedRow]:
        return [
            PublishedRow(
                question=q.name, libelle=q.label, par="", groupe="", modalite="oui", libelle_modalite="Oui",
                effectif="", base=192, part=part, bas=low, haut=high, motif="", calcul="redressé",
                arrondi="nearest", univers=q.universe, seuil="",
            )
            for q in questions
            for part, low, high in [printed(q.lines[0].figure, weighted=True, rounding=q.rounding)]
        ]  # fmt: skip

    steady = [question_of(f"autre_{k}", 50.0) for k in range(n_steady)]
    earlier, later = ([question_of("aide", value), *steady] for value in (45.4, 29.6))
    wave = replace(before(weighted=True), rows=rows_of(earlier))
    (first, *_), _ = waves.changes(wave, later)
    assert first.gap.difference.value == approx(-15.0), "30 less 45, as both are printed"
    editions = [
        changes.answers_json(answered("inhabitants", rows_of(x), "enquête")) for x in (earlier, later)
    ]
    move = changes.moves(*editions)["inhabitants/aide/oui"]
    assert (move.points, move.is_sure) == (approx(first.gap.difference.value), first.moved)
    assert first.moved == (not n_steady)


def test_answers_that_change_a_decision_are_counted_apart(spec):
    """Une réponse passe de 52 % (45 à 59) à 37 % (30 à 44), parmi d’autres réponses restées pareilles : celle qui change
    une décision se compte avec ses semblables, non avec toutes les autres ; une réponse et son contraire sont un seul
    regard.

    question   | reponse | autres | questions_oui_non || réponse
    -----------+---------+--------+-------------------++----------------
    lieu_connu | non     | 80     | 0                 || baisse
    critere    | langue  | 80     | 0                 || pas d’écart sûr
    critere    | langue  | 0      | 5                 || baisse
    critere    | langue  | 10     | 0                 || pas d’écart sûr
    """

    def share_of(*percents: float) -> waves.WaveShare:
        return waves.WaveShare("Question ?", "Oui", "habitants", "brut", percents)

    def verdict(question: str, answer: str, n_steady: int, n_opposites: int) -> str:
        steady = {(f"autre_{k}", "oui"): share_of(52, 45, 59) for k in range(n_steady)}
        opposites = {(f"double_{k}", side): share_of(50, 43, 57) for k in range(n_opposites) for side in "ab"}
        one, two = (
            {(question, answer): share_of(*x)} | steady | opposites for x in ((52, 45, 59), (37, 30, 44))
        )
        return waves.moves(one, two)[question, answer].word

    spec(
        lambda t: [
            verdict(*row)
            for row in zip(
                t["question"].tolist(), t["reponse"].tolist(),
                map(int, t["autres"].tolist()), map(int, t["questions_oui_non"].tolist()), strict=True,
            )
        ])  # fmt: skip


def test_a_long_report_prints_the_changes_that_matter_and_each_share_beside_its_own():
    """Quarante réponses : le chapitre imprime celles qui ont changé ou qui changent une décision ; chaque tableau
    de l’annexe a la part de la vague précédente.
    """
    steady = [
        replace(NOW, name=f"autre_{k}", label=f"Autre {k} ?", lines=[Line(name="oui", label="Oui", figure=share(32))])
        for k in range(40)
    ]  # fmt: skip
    rows = before().rows
    steady_rows = [PublishedRow(**{**rows[0], "question": x.name, "libelle": x.label}) for x in steady]
    earlier = replace(before(), rows=[*rows, *steady_rows])
    (grid,) = (x for x in waves.blocks(earlier, [NOW, *steady], weighted=False) if x.kind == "grid")
    assert [row[0].text for row in grid.rows if row[0].span] == [NOW.label]
    assert "dans les tableaux en annexe" in grid.note
    changes, _ = waves.changes(earlier, [NOW, *steady])
    assert {x.earlier_words.replace("\xa0", " ") for x in changes} == {"32 %", "68 %"}
