"""Quality measures of answers: measured when there are enough, told missing when not, never made up."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from maillage.publishing.autonomy import measures as bilan_measures
from maillage.reference import bilan
from maillage.statistics.engine import agreement, chance
from maillage.statistics.engine import bilan as engine
from maillage.statistics.people import bilan_quality
from maillage.statistics.people.bilan_quality import Followed, Row
from tests.support.bilans import timed
from tests.support.personas import ANDREI, AURELIE, SANDRINE

AT = datetime(2026, 11, 1, 9, tzinfo=UTC)
VERSION = bilan.version()


def row(answers=None, **more) -> Row:
    """Return a diagnosis: its answers, and what differs from what the rule says of them."""
    answers_of_row = dict(answers or SANDRINE)
    conclusion = engine.conclude(answers_of_row)
    values = {
        "person": None,
        "by": None,
        "at": AT,
        "mode": "self",
        "version": VERSION,
        "answers": answers_of_row,
        "timings": {},
        "declared": conclusion.declared,
        "observed": "",
        "use": conclusion.use,
        "access": conclusion.access,
        "line": conclusion.line,
        "result": conclusion.result,
        "changed": False,
    }
    return Row(**{**values, **more})


def measured(rows, **more) -> bilan_quality.Quality:
    return bilan_quality.measured(VERSION, rows, **{"begun": 0, "stopped": {}, "ended": 0, **more})


# ------------------------------------------------------------------------------------------------- not enough


def test_with_nothing_every_figure_says_what_it_needs():
    quality = measured([])
    figures = (
        [p.median for p in quality.paces]
        + [q.both for q in quality.questions]
        + [x.figure for x in quality.changed]
    )
    figures += [
        quality.observed,
        quality.twice,
        quality.two_aidants,
        quality.dropped.without_a_word,
        quality.same,
    ]
    assert all((f.measure, f.n, f.needed) == (None, 0, 30) for f in figures)
    assert (quality.omega.measure, quality.omega.needed) == (None, 100)
    assert quality.came.why == "Les orientations ne disent pas encore de quel bilan elles partent."
    published = bilan_measures.quality(quality)
    assert published.observed.why == "Pas encore assez de réponses : 0 sur 30"
    assert published.questions == ()
    assert "X1 (0)" in published.unpublished_questions


@pytest.mark.parametrize(("n", "is_published"), [(29, False), (30, True)])
def test_thirty_answers_are_enough(n, is_published):
    quality = measured([row(timings=timed(200)) for _ in range(n)])
    assert (quality.paces[0].median.measure is not None) is is_published
    assert (quality.questions[0].both.measure is not None) is is_published


def test_another_version_of_the_rule_counts_apart():
    assert measured([row(version="bilan-0") for _ in range(40)]).n == 0


# ------------------------------------------------------------------------------------------------ each figure


def test_durations_are_those_of_the_questions_by_mode():
    rows = [row(timings=timed(100 + 10 * k)) for k in range(31)]
    rows += [row(mode="together", timings=timed(600)) for _ in range(30)]
    rows += [row(timings={"X1": 3}) for _ in range(50)]  # not timed to the end
    alone, together, aidant = measured(rows).paces
    assert (alone.median.measure.value, alone.median.n, alone.median.flagged) == (250, 31, False)
    assert alone.p90.measure.value == 370
    assert alone.median.measure.low < 250 < alone.median.measure.high
    assert together.median.flagged, "ten minutes is too long"
    assert aidant.median.measure is None
    assert bilan_measures.quality(measured(rows)).paces[0].median.value == "4\u00a0min\u00a010"


def test_a_question_without_answer_too_often_is_to_be_written_again():
    rows = [row({**SANDRINE, "U3": "?"}) for _ in range(5)] + [row({**SANDRINE, "U3": "-"}) for _ in range(4)]
    rows += [row() for _ in range(31)]
    by_id = {each.id: each for each in measured(rows).questions}
    u3 = by_id["U3"]
    assert u3.both.n == 40
    assert (u3.unknown.measure.value, u3.passed.measure.value) == (5 / 40, 4 / 40)
    assert u3.both.flagged
    assert not u3.unknown.flagged
    assert not by_id["U1"].both.flagged
    assert bilan_measures.quality(measured(rows)).to_rewrite == ("U3",)


def test_questions_off_the_path_and_blanks_of_paper_are_not_counted():
    rows = [row(ANDREI) for _ in range(40)] + [row({**SANDRINE, "U3": "-"}, mode="paper") for _ in range(40)]
    by_id = {each.id: each for each in measured(rows).questions}
    assert by_id["U3"].both.n == 0
    assert by_id["U1"].both.n == 40


def test_screens_where_people_stop_are_counted_among_those_begun():
    dropped = measured([], begun=100, stopped={"A3": 10, "U5": 5, "nowhere": 3}, ended=70).dropped
    assert {x.id: x.figure.measure.value for x in dropped.stopped} == {"A3": 0.1, "U5": 0.05}
    assert dropped.without_a_word.measure.value == pytest.approx(0.15), "neither stopped nor ended"


def test_declared_use_is_compared_with_observed_use():
    pairs = [("G0", "G0")] * 10 + [("G1", "G1")] * 10 + [("G2", "G2")] * 8 + [("G2", "G1")] * 4
    quality = measured([row(declared=declared, observed=observed) for declared, observed in pairs])
    table = [[10, 0, 0, 0], [0, 10, 0, 0], [0, 4, 8, 0], [0, 0, 0, 0]]
    assert quality.observed.measure == agreement.kappa(table)
    assert quality.same.measure.value == 28 / 32
    alike = measured([row(declared="G1", observed="G1") for _ in range(30)]).observed
    assert (alike.measure, alike.why) == (None, "Tout le monde a le même usage : l’accord ne se mesure pas.")


def test_pairs_are_within_a_week_and_two_aidants_apart():
    def twice(k: int, days: int, first: int | None, second: int | None) -> list[Row]:
        use = ("G0", "G1", "G2")[k % 3]
        return [
            row(person=k, by=first, use=use),
            row(person=k, by=second, use=use, at=AT + timedelta(days=days)),
        ]

    rows = [r for k in range(30) for r in twice(k, 3, 7, 7)]
    rows += [r for k in range(100, 130) for r in twice(k, 3, 7, 8)]
    rows += [r for k in range(200, 260) for r in twice(k, 8, 7, 8)]
    quality = measured(rows)
    assert (quality.twice.n, quality.two_aidants.n) == (30, 30)
    assert quality.twice.measure.value == pytest.approx(1)


def test_a_person_with_many_diagnoses_is_one_pair():
    rows = [row(person=1, at=AT + timedelta(days=k)) for k in range(5)]
    assert measured(rows).twice.n == 1


def test_ways_of_doing_it_that_differ_are_flagged():
    rows = [row(use="G0") for _ in range(50)] + [row(use="G3", mode="paper") for _ in range(50)]
    rows += [row(use=("G0", "G3")[k % 2], mode="aidant") for k in range(10)]
    alone, led, paper = measured(rows).modes
    assert alone.figure.flagged
    assert paper.figure.flagged
    assert led.figure.measure is None


def test_reading_at_one_use_is_compared_with_reading_at_the_same():
    easy, hard = {**AURELIE, "O1": "easy", "M2": "learn"}, {**AURELIE, "O1": "hard"}
    rows = [row(easy, use="G1", result="autonomie") for _ in range(30)]
    rows += [row(hard, use="G1", result="accompagne") for _ in range(30)]
    rows += [row({**AURELIE, "O1": "unsaid"}, use="G1") for _ in range(30)]
    (_, use) = measured(rows).readings
    label, first, second = use
    assert label == "Avec quelqu’un"
    assert (first.figure.measure.value, second.figure.measure.value) == (1, 0)
    assert first.figure.flagged
    assert first.figure.n == second.figure.n == 30


def test_a_line_changed_more_than_once_in_five_is_to_be_reviewed():
    rows = [row(ANDREI, by=1, changed=k < 8) for k in range(35)] + [
        row(ANDREI, changed=False) for _ in range(100)
    ]
    line = engine.conclude(ANDREI).line
    changed_line = {x.id: x for x in measured(rows).changed}[line]
    assert (changed_line.figure.n, changed_line.figure.flagged) == (35, True), (
        "only those led by a professional"
    )
    assert changed_line.figure.measure.value == 8 / 35


def test_omega_takes_only_who_answered_the_four_questions():
    rng = chance.generator(5, "quality")
    common = rng.standard_normal((150, 1))
    draws = common + rng.standard_normal((150, 4))
    answers = []
    for draw in draws:
        steps = {
            id: scale[int(np.clip((d + 2.5) / 5 * len(scale), 0, len(scale) - 1))]
            for (id, scale), d in zip(bilan_quality.SCALES.items(), draw, strict=True)
        }
        answers.append({**SANDRINE, "U1": "often", **steps})
    rows = [row(each) for each in answers] + [row({**SANDRINE, "U5": "no-need"}) for _ in range(50)]
    omega = measured(rows).omega
    assert omega.n == 150
    assert 0.5 < omega.measure.value < 0.9
    assert measured(rows[:99]).omega.measure is None
    same = measured([row() for _ in range(120)]).omega
    assert (same.measure, same.flagged) == (None, True)
    assert same.why


def test_scales_hold_only_answers_of_their_question():
    for id, scale in bilan_quality.SCALES.items():
        assert set(scale) <= set(bilan.questions()[id].options)


def test_what_became_of_proposals_comes_from_referrals():
    quality = measured([], followed=Followed(known=44, came=33, served=22))
    assert (quality.came.measure.value, quality.served.measure.value) == (0.75, 0.5)
    assert measured([], followed=Followed(known=10, came=9)).came.measure is None


@pytest.mark.parametrize(
    ("came", "served", "published"),
    [
        (60, 40, (True, True)),
        (60, 57, (False, True)),  # three people came and were not helped
        (97, 40, (False, True)),  # three did not come
        (60, 4, (True, False)),
    ],
)
def test_no_share_is_published_for_the_outcomes_of_a_few(came, served, published):
    quality = measured([], followed=Followed(known=99, came=came, served=served))
    assert (quality.came.measure is not None, quality.served.measure is not None) == published
    hidden = [each for each in (quality.came, quality.served) if each.measure is None]
    assert all(each.why.startswith("Masqué") for each in hidden)
