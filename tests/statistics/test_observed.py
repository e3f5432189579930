"""The people seen, counted: each once, nobody guessed, and what is small withheld."""

from datetime import UTC, datetime, timedelta

import pytest

from maillage.kernel.estimate import Estimate, Withheld
from maillage.publishing.autonomy import measures as bilan_measures
from maillage.statistics.engine import bilan as engine
from maillage.statistics.people import observed
from maillage.statistics.people.observed import Row
from tests.support.personas import ANDREI, AURELIE, SANDRINE

AT = datetime(2026, 10, 1, 9, tzinfo=UTC)


def row(
    k: int,
    *,
    person: int | None = None,
    result="assistance",
    access="none",
    use="G0",
    flags=(),
    before=None,
    answers=None,
):
    return Row(
        person=person,
        at=AT + k * timedelta(hours=1),
        answers=answers or {},
        access=access,
        use=use,
        result=result,
        flags=flags,
        before=before,
    )


def many(n: int, start: int = 0, **more) -> list[Row]:
    return [row(start + k, **more) for k in range(n)]


def published_counts(rows, few: int = 11) -> dict[str, int | None]:
    result = observed.observed(rows, few=few)
    return {line.id: line.count if isinstance(line.count, int) else None for line in result.results}


# ----------------------------------------------------------------------------------------------------- counts


def test_nothing_is_detailed_under_eleven_people():
    result = observed.observed(many(10), few=11)
    assert (result.received, result.n) == (10, 0)
    assert all(
        isinstance(line.count, Withheld)
        for line in (*result.results, *result.accesses, *result.uses, *result.flags)
    )
    assert all(isinstance(each.share, Withheld) for each in result.comparisons)
    assert result.grid.is_empty


@pytest.mark.parametrize(("silent", "n"), [(0, 55), (2, 44), (11, 44)])
def test_the_silent_few_are_not_the_people_less_the_answers(silent, n):
    """55 personnes vues, n = 53 à côté de la France : deux n’ont pas répondu à cette question."""
    answered = [many(25, answers={"A1": ["smartphone"]}), many(30 - silent, 25, answers={"A1": ["computer"]})]
    rows = [*answered[0], *answered[1], *many(silent, 60)]
    computer, _ = observed.observed(rows, few=11).comparisons
    assert isinstance(computer.share, Estimate) and computer.share.n == n


def test_what_is_withheld_keeps_its_unit():
    (line, *_) = observed.observed(many(10), few=11).results
    assert (line.count.unit, line.share.unit) == ("personnes", "pourcent")


def test_counts_are_published_when_each_part_is_large():
    rows = [
        *many(22),
        *many(22, 30, result="accompagne"),
        *many(22, 60, result="autonomie"),
        *many(11, 90, result="coup_de_pouce"),
    ]
    assert published_counts(rows) == {
        "assistance": 22,
        "accompagne": 22,
        "autonomie": 22,
        "coup_de_pouce": 11,
    }
    share = observed.observed(rows, few=11).results[0].share
    assert isinstance(share, Estimate)
    assert (share.n, share.unit, share.method) == (77, "pourcent", "personnes-vues")
    assert share.low < 100 * 22 / 77 < share.high


def test_a_small_part_takes_another_with_it():
    rows = [
        *many(30),
        *many(20, 30, result="accompagne"),
        *many(23, 60, result="autonomie"),
        *many(4, 90, result="coup_de_pouce"),
    ]
    assert published_counts(rows) == {
        "assistance": 30,
        "accompagne": None,
        "autonomie": 23,
        "coup_de_pouce": None,
    }


def test_when_all_but_a_few_are_alike_nothing_is_published():
    assert set(published_counts([*many(40), *many(4, 50, result="autonomie")]).values()) == {None}


def test_figures_move_by_whole_batches():
    """One more person, whoever they are, changes nothing that is shown, until eleven more came."""
    rows = [
        *many(22),
        *many(22, 30, result="accompagne"),
        *many(22, 60, result="autonomie"),
        *many(22, 90, result="coup_de_pouce"),
    ]
    before = observed.observed(rows, few=11)
    for k in range(1, 11):
        later = observed.observed([*rows, *many(k, 200)], few=11)
        assert later.received == 88 + k
        assert later.results == before.results
        assert later.grid == before.grid
    assert observed.observed([*rows, *many(11, 200)], few=11).n == 99


def test_a_person_who_repeats_it_counts_once_and_not_before_the_batch():
    rows = [
        *many(33, result="assistance"),
        *many(33, 40, result="accompagne"),
        row(80, person=1, result="assistance"),
    ]
    rows = [*rows, *many(10, 90, result="accompagne")]
    again = [*rows, row(200, person=1, result="autonomie", before=("G0", "none"))]
    assert observed.observed(rows, few=0).received == observed.observed(again, few=0).received == 77
    assert published_counts(again, few=0)["autonomie"] == 1
    assert observed.observed(rows, few=11).results == observed.observed(again, few=11).results, (
        "their new result waits for the next batch"
    )


def test_a_flag_that_nearly_everybody_has_is_withheld_too():
    rows = [*many(40, flags=("access",)), *many(4, 50)]
    (line,) = [line for line in observed.observed(rows, few=11).flags if line.id == "access"]
    assert isinstance(line.count, Withheld)
    assert "masqué" in line.count.reason


def test_invented_people_are_published_in_full():
    assert published_counts([*many(2), row(9, result="autonomie")], few=0) == {
        "assistance": 2,
        "accompagne": 0,
        "autonomie": 1,
        "coup_de_pouce": 0,
    }


def test_the_grid_of_access_and_use_hides_small_cells():
    rows = [
        *many(22),
        *many(22, 30, access="stable"),
        *many(22, 60, use="G1"),
        *many(22, 90, use="G1", access="stable"),
    ]
    rows += [
        *many(3, 120, use="G3"),
        *many(19, 130, use="G3", access="stable"),
        *many(22, 160, use="G2", access="fragile"),
    ]
    result = observed.observed(rows, few=11)
    cells = {use: ["" if isinstance(n, Withheld) else n for n in line] for use, line in result.grid.rows}
    assert cells["Sans aide"] == ["", "", ""]
    assert not any(n != "" and n < 11 for line in cells.values() for n in line)


# ----------------------------------------------------------------------------------------------------- nation


def test_shares_beside_those_of_france_say_how_they_differ():
    rows = [
        *many(33, answers={"A1": ["smartphone"], "U1": "never"}),
        *many(33, 40, answers={"A1": ["computer"], "U1": "often"}),
    ]
    rows += many(11, 80, answers={"A1": "?", "U1": "?"})
    computer, never = observed.observed(rows, few=11).comparisons
    assert isinstance(computer.share, Estimate)
    assert (computer.share.value, computer.share.n) == (50, 66), "who did not say is not counted"
    assert computer.national.total == pytest.approx(0.19)
    assert isinstance(never.share, Estimate)
    assert all(len(each.gaps) == 2 for each in (computer, never))
    page = bilan_measures.people(observed.observed(rows, few=11)).comparisons[0]
    assert page.country == "19\u00a0%"
    assert page.doubt
    assert page.year == 2018


def test_a_device_that_is_only_lent_is_still_a_computer_one_may_use():
    holds = observed.COMPARED[0][-1]
    assert [holds(answers) for answers in (ANDREI, AURELIE, SANDRINE)] == [
        "computer" not in engine.several(a, "A1") for a in (ANDREI, AURELIE, SANDRINE)
    ]
    assert holds({"A1": "?"}) is None


# --------------------------------------------------------------------------------------------------- re-tests


def test_what_changed_is_counted_on_the_same_people_with_its_interval():
    rows = [row(k, person=k, use="G2", before=("G1", "none")) for k in range(20)]
    rows += [row(100 + k, person=100 + k, use="G1", before=("G1", "none")) for k in range(13)]
    rows += [row(200 + k, person=200 + k, use="G0", before=("G1", "none")) for k in range(11)]
    result = observed.moved(rows, few=11)
    assert [line.count for line in result.lines] == [20, 13, 11]
    assert result.net.value == pytest.approx(9 / 44)
    words = bilan_measures.moved(result)
    assert words.sentence.startswith(("Plus souvent plus facile", "On ne peut pas dire"))
    assert "20 sur 100" in words.sentence


def test_few_people_who_repeat_it_are_withheld():
    result = observed.moved([row(k, person=k, use="G2", before=("G1", "none")) for k in range(10)], few=11)
    assert (result.n, result.net) == (0, None)
    assert all(isinstance(line.count, Withheld) for line in result.lines)


def test_somebody_who_repeats_it_once_more_waits_for_the_next_batch():
    """Ceux du lot sont déjà dits : qui refait encore le point ne s’y voit pas seul, ni ne fait entrer le suivant."""
    rows = [row(k, person=k, use="G2", before=("G1", "none")) for k in range(33)]
    rows += [row(100 + k, person=100 + k, use="G1", before=("G1", "none")) for k in range(22)]
    rows += [row(200 + k, person=200 + k, use="G0", before=("G1", "none")) for k in range(12)]
    moved = observed.moved(rows, few=11)
    assert (moved.n, [line.count for line in moved.lines]) == (66, [33, 22, 11])
    again = [*rows, row(300, person=5, use="G0", before=("G2", "none"))]
    assert observed.moved(again, few=11) == moved
    batch = [row(400 + k, person=400 + k, use="G1", before=("G1", "none")) for k in range(10)]
    later = observed.moved([*again, *batch], few=11)
    assert (later.n, [line.count for line in later.lines]) == (77, [32, 32, 13])
