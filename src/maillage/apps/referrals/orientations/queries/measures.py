"""Outcomes of referrals in a territory: shares, delays, reasons, unmet needs; small counts withheld.

Source: docs/methods/orienter.md
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from maillage.apps.directory.places.queries.moments import midnight
from maillage.apps.referrals.orientations.models import Orientation
from maillage.apps.referrals.orientations.rules import cycle
from maillage.kernel.estimate import Figure
from maillage.reference import offer
from maillage.reference.parameters import number
from maillage.statistics.engine import agreement, small_counts
from maillage.statistics.engine.agreement import Measure
from maillage.statistics.people import shares
from maillage.statistics.people.bilan_quality import Followed
from maillage.statistics.zones.territories import gazetteer
from maillage.web import bulk
from maillage.words.opening import date_text

OTHER_COMMUNES = ""  # the communes with too few refusals to be told apart
DAY = 86_400
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cell:
    """A count by a slug, in words; n None: withheld."""

    id: str
    label: str
    n: int | None


@dataclass(frozen=True, slots=True)
class Table:
    """Counts by two things. cells: by row, then column; None: withheld."""

    rows: Sequence[Cell]
    columns: Sequence[Cell]
    cells: Sequence[Sequence[int | None]]


@dataclass(frozen=True, slots=True)
class Delay:
    """Days between two moments: median and ninth decile; None: withheld."""

    median: Measure | None
    p90: Measure | None
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """Outcomes of the referrals sent in a period. n: how many were sent, by others than relatives, less those
    taken back.

    n, relatives, unsolved: by whole batches; 0 when there is nobody, None when there are a few.

    known: what happened is known (refused, redirected, came, did not come); answered: the place said
        something. These shares are of the referrals sent at least `wait` days ago: a newer one has had no
        time.
    cancelled: those taken back before anything happened, counted apart; None when they are a few.
    relatives: those that relatives made, counted apart. examples: these are invented people.
    """

    universe: str
    n: int | None
    relatives: int | None
    cancelled: int | None
    wait: int
    viewed: Figure
    answered: Figure
    known: Figure
    came: Figure
    served: Figure
    origins: Sequence[Cell]
    outcomes: Sequence[Cell]
    reasons: Sequence[Cell]
    reasons_by_commune: Table
    reasons_by_need: Table
    to_answer: Delay
    to_meet: Delay
    unsolved: int | None
    unsolved_by_need: Table
    examples: bool


@dataclass(frozen=True, slots=True)
class _Row:
    state: str
    origin: str
    need: str
    commune: str
    reason: str
    outcome: str
    came: bool | None
    sent_at: datetime | None
    viewed_at: datetime | None
    answered_at: datetime | None
    met_at: datetime | None
    served_at: datetime | None


FIELDS = tuple("seen_at" if name == "viewed_at" else name for name in _Row.__dataclass_fields__)


def measures(
    communes: Iterable[str] | None,
    since: date,
    until: date,
    *,
    on: date | None = None,
    examples: bool = False,
) -> Measures:
    """Return the outcomes of the referrals of some communes (None: everywhere) sent from a day to a day, both
    included, as it is known on a day (by default, the last one).

    Counted by whole batches, the first sent first: a referral more changes no count until its batch is full.
    What becomes of those already counted is told as it comes: shares may move between two readings by a few.
    examples: those of invented people instead, of which nothing is withheld.
    """
    first, last = midnight(since), midnight(until + timedelta(days=1))
    rows = Orientation.objects.filter(example=examples)
    if communes is not None:
        rows = rows.filter(commune__in=bulk.to_find(sorted(set(communes))))
    ordered = rows.filter(sent_at__gte=first, sent_at__lt=last).order_by("sent_at", "pk")
    every = [_Row(*row) for row in ordered.values_list(*FIELDS)]
    lacking = rows.filter(state=cycle.UNSOLVED, ended_at__gte=first, ended_at__lt=last).order_by(
        "ended_at", "pk"
    )
    least = 0 if examples else int(number("protection/small_count"))
    counted_rows = [row for row in every if not _is_cancelled(row)]
    cancelled, _ = _batched([row for row in every if _is_cancelled(row)], least)
    wait = int(number("referrals/outcome_days"))
    ripe_before = midnight((on or until) - timedelta(days=wait - 1))
    professional_rows = [row for row in counted_rows if row.origin != cycle.RELATIVE]
    n, n_structures = _batched(professional_rows, least)
    of_relatives, n_relatives = _batched([row for row in counted_rows if row.origin == cycle.RELATIVE], least)
    old = [row for row in professional_rows if row.sent_at is not None and row.sent_at < ripe_before]
    _, ripe = _batched(old, least)  # the first of those sent first: no smaller step than a batch
    unsolved, pairs = _batched(list(lacking.values_list("need", "commune")), least)
    refused = [row for row in n_structures if row.reason]
    universe = (
        f"orientations envoyées du {date_text(since)} au {date_text(until)}, il y a {wait} jours ou plus,"
        " hors proches et hors annulations"
    )
    few = f"Moins de {least} orientations envoyées" if old else "Aucune orientation envoyée"

    def tell(holds: Callable[[_Row], bool]) -> Figure:
        return shares.share(
            sum(map(holds, ripe)),
            len(ripe),
            least=least,
            things="orientations",
            universe=universe,
            method="orienter",
            nobody=f"{few} il y a {wait} jours ou plus.",
        )

    published_shares = shares.together(
        {
            "known": tell(_is_known),
            "served": tell(lambda row: row.served_at is not None),
            "came": tell(lambda row: row.came is True),
            "answered": tell(lambda row: row.answered_at is not None),
            "viewed": tell(lambda row: row.viewed_at is not None or row.answered_at is not None),
        },
        least=least,
        things="orientations",
    )
    return Measures(
        universe=universe,
        n=n,
        relatives=of_relatives,
        cancelled=cancelled,
        wait=wait,
        **published_shares,
        origins=_cells(Counter(row.origin for row in (*n_structures, *n_relatives)), cycle.ORIGINS, least),
        outcomes=_cells(Counter(row.outcome for row in n_structures if row.outcome), cycle.OUTCOMES, least),
        reasons=_cells(Counter(row.reason for row in refused), _REASONS, least),
        reasons_by_commune=_table([(row.reason, row.commune) for row in refused], _REASONS, _commune, least),
        reasons_by_need=_table([(row.reason, row.need) for row in refused], _REASONS, _need, least),
        to_answer=_delay(
            [_days(row.sent_at, row.answered_at) for row in n_structures if row.answered_at], least
        ),
        to_meet=_delay(
            [_days(row.sent_at, row.met_at) for row in n_structures if row.met_at and row.came], least
        ),
        unsolved=unsolved,
        unsolved_by_need=_table(
            pairs, {id: practice.label for id, practice in offer.practices().items()}, _commune, least
        ),
        examples=examples,
    )


def after_a_diagnosis() -> Followed:
    """Return the outcomes of the real referrals that a diagnosis led to, by whole batches, in order."""
    rows = Orientation.objects.filter(example=False).exclude(result="").order_by("sent_at", "pk")
    every = [row for row in (_Row(*values) for values in rows.values_list(*FIELDS)) if _is_known(row)]
    _, known = _batched(every, int(number("protection/small_count")))
    return Followed(
        known=len(known),
        came=sum(row.came is True for row in known),
        served=sum(row.served_at is not None for row in known),
    )


_REASONS = {id: reason.label for id, reason in cycle.REASONS.items()}


def _is_cancelled(row: _Row) -> bool:
    """Return True if a referral was taken back before the person came, or did not."""
    return row.state == cycle.CANCELLED and row.came is None


def _is_known(row: _Row) -> bool:
    """Return True if it is known what happened: the person came or not, or the place said no."""
    return row.came is not None or row.state in (cycle.REFUSED, cycle.REDIRECTED) or bool(row.reason)


def _days(first: datetime | None, last: datetime | None) -> float:
    return max((last - first).total_seconds(), 0.0) / DAY if first and last else 0.0


def _batched(rows: Sequence[T], least: int) -> tuple[int | None, Sequence[T]]:
    """Return how many are counted, None when they are a few, and the first of them, by whole batches."""
    n = small_counts.batch(len(rows), least)
    return (n if n or not rows else None), rows[:n]


def _cells(counts: Counter[str], labels: Mapping[str, str], least: int) -> list[Cell]:
    """Return the counts of a whole cut in parts, the largest first; small and telling ones withheld."""
    ids = [id for id in labels if counts[id]]
    visible = _one_way([counts[id] for id in ids], least)
    cells = [
        Cell(id, labels[id], counts[id] if is_visible else None)
        for id, is_visible in zip(ids, visible, strict=True)
    ]
    return sorted(cells, key=lambda cell: (cell.n is None, -(cell.n or 0), cell.label))


def _one_way(counts: Sequence[int], least: int) -> list[bool]:
    """Return which counts of a whole may be shown; a whole in one part is shown as itself."""
    return [counts[0] >= least] if len(counts) == 1 else small_counts.one_way(counts, least, lowest=1)


def _table(
    pairs: Sequence[tuple[str, str]], labels: dict[str, str], name: Callable[[str], str], least: int
) -> Table:
    """Return counts by two things; the columns with too few are put together."""
    of_column = Counter(column for _, column in pairs)
    large = sorted(
        (id for id, n in of_column.items() if n >= max(least, 1)), key=lambda id: (-of_column[id], id)
    )
    columns = [*large, OTHER_COMMUNES] if len(large) < len(of_column) else large
    counted = Counter((row, column if column in large else OTHER_COMMUNES) for row, column in pairs)
    rows = [id for id in labels if any(counted[id, column] for column in columns)]
    if not rows or not columns:
        return Table((), (), ())
    table = [[counted[row, column] for column in columns] for row in rows]
    of_row, of_col = [sum(line) for line in table], [sum(column) for column in zip(*table, strict=True)]
    visible_rows, visible_columns = _one_way(of_row, least), _one_way(of_col, least)
    alone = len(rows) == 1 or len(columns) == 1  # a single line is its own total
    visible_cells = [[x and y for y in visible_columns] for x in visible_rows]
    if not alone:
        visible_cells = small_counts.two_way(table, visible_rows, visible_columns, least).tolist()
    return Table(
        [
            Cell(id, labels[id], n if is_visible else None)
            for id, n, is_visible in zip(rows, of_row, visible_rows, strict=True)
        ],
        [
            Cell(id, name(id), n if is_visible else None)
            for id, n, is_visible in zip(columns, of_col, visible_columns, strict=True)
        ],
        [[n if visible_cells[k][j] else None for j, n in enumerate(line)] for k, line in enumerate(table)],
    )


def _commune(code: str) -> str:
    if code == OTHER_COMMUNES:
        return "Autres communes"
    return gazetteer().get(code).name if code in gazetteer() else code


def _need(id: str) -> str:
    return offer.practices()[id].label if id in offer.practices() else "Autres"


def _delay(days: Sequence[float], least: int) -> Delay:
    if len(days) < max(least, 1):
        return Delay(None, None, len(days) if not least else 0)
    return Delay(agreement.quantile(days, 0.5), agreement.quantile(days, 0.9), len(days))
