"""The chain of the journal, whatever is written in it: other parts have another form, each damage is named."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.apps.platform.accounts.rules import anchors, journal
from maillage.apps.platform.accounts.rules.journal import (
    TYPED,
    UNTYPED,
    Head,
    Line,
    canonical,
    expected,
    prove,
)

NUMBERS = st.none() | st.integers(-(2**63), 2**63 - 1)
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
ZONES = st.integers(-12, 12).map(lambda hours: timezone(timedelta(hours=hours)))
MOMENTS = st.datetimes(
    datetime(1971, 1, 1),
    datetime(2100, 1, 1),
    timezones=ZONES,
).map(journal.milliseconds)
PARTS = NUMBERS | WORDS | MOMENTS | st.booleans()
NAMED = st.dictionaries(st.sampled_from(["a", "b", "words", "row"]), PARTS)


def typed(value: object) -> tuple[object, ...]:
    """Return a value such that two are equal only when their type is too."""
    return type(value).__name__, value


def twin(draw, value: object) -> object:
    """Return a value, or another one that is written alike."""
    alike = [value, str(value), str(value or "")]
    if isinstance(value, int):
        alike += [int(value), bool(value)]
    if isinstance(value, datetime):
        alike += [value.isoformat(), value + timedelta(milliseconds=1)]
    return draw(st.sampled_from(alike))


@given(NAMED, NAMED, st.data())
def test_other_parts_have_another_form(first, other, data):
    twins = {name: twin(data.draw, value) for name, value in first.items()}
    for second in (other, twins):
        alike = {k: typed(v) for k, v in first.items()} == {k: typed(v) for k, v in second.items()}
        assert (canonical(**first) == canonical(**second)) is alike


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"a": 1}, {"a": "1"}),
        ({"a": True}, {"a": 1}),
        ({"a": None}, {"a": ""}),
        ({"a": None}, {}),
        ({"a": "x\x1fy", "b": ""}, {"a": "x", "b": "y\x1f"}),
        ({"a": 'x","b":"y'}, {"a": "x", "b": "y"}),
    ],
)
def test_lines_that_the_first_form_could_confuse_differ(first, second):
    assert canonical(**first) != canonical(**second)


@given(NAMED, st.data())
def test_the_form_ignores_the_order_of_names_and_the_zone_of_moments(parts, data):
    shuffled = dict(data.draw(st.permutations(list(parts.items()))))
    zone = data.draw(ZONES)
    moved = {k: v.astimezone(zone) if isinstance(v, datetime) else v for k, v in shuffled.items()}
    assert canonical(**moved) == canonical(**parts)


@pytest.mark.parametrize("value", [1.5, b"x", ["a"], {"utc": "x"}, datetime(2026, 1, 1)])
def test_a_value_without_one_form_is_refused(value):
    with pytest.raises(TypeError):
        canonical(a=value)


# ----------------------------------------------------------------------------------------------- a chain, damaged

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def written(line: Line, previous: str) -> Line:
    """Return a line as it is once written after another one."""
    line = line._replace(previous=previous)
    return line._replace(digest=expected(line))


def chain(n: int, n_untyped: int = 0) -> list[Line]:
    """Return a chain of n lines, a minute apart, the first ones of the old form."""

    def add(lines: list[Line], k: int) -> list[Line]:
        version = UNTYPED if k <= n_untyped else TYPED
        bare = Line(k, AT + timedelta(minutes=k), k % 3 or None, 7, "x.y", "k", k, "w", "", "", version)
        return [*lines, written(bare, lines[-1].digest if lines else "")]

    return reduce(add, range(1, n + 1), [])


CHAINS = st.integers(4, 12).flatmap(lambda n: st.builds(chain, st.just(n), st.integers(0, n)))


def first_break(lines: list[Line]) -> tuple[int, str] | None:
    broken = prove(lambda: lines).broken
    return broken and (broken.line, broken.kind)


@given(CHAINS)
def test_a_chain_is_whole_whatever_its_forms(lines):
    assert prove(lambda: lines) == journal.Proof(len(lines))


@given(CHAINS, st.data())
def test_journal_names_the_line_that_was_touched(lines, data):
    # A line that is changed is named.
    k = data.draw(st.integers(0, len(lines) - 1))
    field, value = data.draw(
        st.sampled_from(
            [
                ("at", AT - timedelta(days=1)),
                ("by", 99),
                ("structure", None),
                ("verb", "z"),
                ("kind", "z"),
                ("row", 99),
                ("words", ""),
                ("digest", "0" * 64),
            ]
        )
    )
    assert first_break([*lines[:k], lines[k]._replace(**{field: value}), *lines[k + 1 :]]) == (
        k + 1,
        "changed",
    )
    # A line that is taken off is named by the next.
    k = data.draw(st.integers(0, len(lines) - 2))
    assert first_break([*lines[:k], *lines[k + 1 :]]) == (k + 2, "removed")
    # A line that is written again with its digest is betrayed by the next.
    k = data.draw(st.integers(0, len(lines) - 2))
    again = written(lines[k]._replace(verb="z"), lines[k].previous)
    assert first_break([*lines[:k], again, *lines[k + 1 :]]) == (k + 2, "rewritten")
    # A journal goes through its former ends and no other.
    k = data.draw(st.integers(0, len(lines) - 1))
    head = Head(lines[k].at, lines[k].pk, k + 1, lines[k].digest, journal.DAILY)
    assert prove(lambda: lines, [head]).unmatched == ()
    assert prove(lambda: lines[:k], [head]).unmatched == ((head, False),)
    for wrong in (head._replace(digest="0" * 64), head._replace(n_lines=k + 2)):
        assert prove(lambda: lines, [wrong]).unmatched == ((wrong, True),)
    # Lines that change places are named.
    j = data.draw(st.integers(0, len(lines) - 2))
    k = data.draw(st.integers(j + 1, len(lines) - 1))
    lines = [line._replace(version=TYPED) for line in lines]
    lines = reduce(lambda done, line: [*done, written(line, done[-1].digest if done else "")], lines, [])
    first, second = lines[j], lines[k]
    lines[j], lines[k] = second._replace(pk=first.pk), first._replace(pk=second.pk)
    assert first_break(lines) == (j + 1, "moved")


@given(CHAINS, st.booleans(), st.data())
def test_a_line_that_is_added_is_named(lines, knows, data):
    """Whoever adds it knows how digests are made, or not."""
    k = data.draw(st.integers(1, len(lines) - 1))
    before = lines[k - 1]
    added = Line(100, before.at, 1, 1, "z", "z", 1, "", "", "f" * 64, before.version)
    added = written(added, before.digest) if knows else added
    assert first_break([*lines[:k], added, *lines[k:]]) == (100, "inserted")


def test_a_form_that_goes_back_is_a_break():
    lines = chain(4)
    old = written(lines[3]._replace(version=UNTYPED), lines[2].digest)
    assert first_break([*lines[:3], old]) == (4, "version")
    assert first_break([lines[0]._replace(version=3)]) == (1, "version")


def test_a_clock_set_back_is_noticed_and_breaks_nothing():
    lines = chain(4)
    late = written(lines[3]._replace(at=lines[2].at - timedelta(hours=1)), lines[2].digest)
    assert prove(lambda: [*lines[:3], late]) == replace(journal.Proof(4), n_late=1, late=late)
    near = written(lines[3]._replace(at=lines[2].at - journal.CLOCK), lines[2].digest)
    assert prove(lambda: [*lines[:3], near]) == journal.Proof(4)


# ------------------------------------------------------------------------------------------------------- anchors

HEADS = st.builds(
    Head,
    MOMENTS,
    st.integers(1, 2**63 - 1),
    st.integers(1, 2**63 - 1),
    st.text("0123456789abcdef", min_size=64, max_size=64),
    st.sampled_from(sorted(journal.CAUSES)),
)


def test_an_anchor_of_several_years_is_still_read():
    """Une ancre imprimée ne change plus : ce qu’elle dit de sa forme reste « 1 »."""
    head = Head(datetime(2026, 11, 20, 9, tzinfo=UTC), 12, 12, "0a" * 32, sorted(journal.CAUSES)[0])
    assert anchors.line(head).startswith('{"ancre":1,"le":"2026-11-20T09:00:00.000Z","ligne":12,')


@given(st.lists(HEADS, max_size=4))
def test_an_anchor_is_read_as_it_was_written(heads):
    assert anchors.read("".join(f"{anchors.line(head)}\n" for head in heads), only=True) == heads
    assert anchors.read("\r\n".join(anchors.page(head) for head in heads)) == heads


@given(HEADS, st.data())
def test_a_sign_changed_in_an_anchor_is_a_damage(head, data):
    line = anchors.line(head)
    k = data.draw(st.integers(0, len(line) - 1))
    sign = data.draw(st.sampled_from('0123456789abcdefz"{}:,-').filter(lambda sign: sign != line[k]))
    with pytest.raises(anchors.Damaged):
        anchors.read(f"{line[:k]}{sign}{line[k + 1 :]}\n", only=True)


def test_a_backup_put_back_parts_the_anchors_before_it_from_those_after():
    def head(cause: str) -> Head:
        return Head(AT, 1, 1, "0" * 64, cause)

    daily, restored = head(journal.DAILY), head(journal.RESTORED)
    assert anchors.since_restored([daily, daily]) == ([], [daily, daily])
    assert anchors.since_restored([daily, restored, daily, restored, daily]) == (
        [daily, restored, daily],
        [restored, daily],
    )
