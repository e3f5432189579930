"""Territories side by side: what may be said of them, and what may not. Two intervals that overlap are never
ordered.

Source: docs/methods/lecture.md
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from maillage.kernel.estimate import Estimate, Figure, Withheld
from maillage.publishing.page import sides as drawn
from maillage.reference.offer import without
from maillage.reference.travel import FOOT
from maillage.statistics.diagnosis.results import Diagnosis
from maillage.statistics.offer.census import Offered
from maillage.statistics.offer.silence import Between, Publishable
from maillage.statistics.offer.travel import travel_by
from maillage.words import rounding, wording

NO_CENSUS = "pas d’annuaire chargé"
AWAY = ("assistance", "equipement_solidaire")  # the lines of the offer that are compared
CENSUS_YEAR = "recensement de 2021"
MODEST = "avec de faibles revenus (deux premiers cinquièmes de niveau de vie)"
OVERLAP = "Les marges se recouvrent : on ne peut pas ranger."
ALONE, NOTHING = "Un seul chiffre connu : rien à comparer.", "Aucun chiffre connu."
MOST_SIDES = len(drawn.MARKS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A percentage of a territory that others have too.

    universe, year: whom it counts, and when; counted: whether it is a count, without an interval. value: None
    where a range alone may be said; low, high: None where nothing may, for a reason; detail: the count.
    """

    id: str
    label: str
    universe: str
    year: str
    counted: bool
    value: float | None
    low: float | None
    high: float | None
    detail: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A territory in a comparison. sign, bar: its drawing; text: its figure, a range where no point
    holds; between: its interval, "" for a count; missing: why there is none.
    """

    name: str
    sign: str
    text: str
    between: str
    detail: str
    missing: str
    bar: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One measure of every territory. conclusion: what may be said; is_ordered: whether it orders two of
    them; overlaps: whether no two can be; axis: under the bars.
    """

    label: str
    universe: str
    year: str
    counted: bool
    conclusion: str
    is_ordered: bool
    overlaps: bool
    rows: tuple[Row, ...]
    axis: str


@dataclass(frozen=True, slots=True)
class Side:
    """A territory, and its measures, in the order of the others."""

    name: str
    measures: tuple[Measure, ...]


def measures(d: Diagnosis, o: Offered | None) -> tuple[Measure, ...]:
    """Return the measures that compare territories: three shares of its need, then three of its offer."""
    chosen = d.request.definition
    when = f"enquête de {chosen.year}, {CENSUS_YEAR}"
    inside = "" if d.request.inside is None else f" ; filtre : {wording.lower_first(d.request.inside.label)}"
    need = f"{chosen.universe}{inside}"
    exclusion = d.levels["exclusion"]
    return (
        _estimated("taux", f"Personnes qui {chosen.statement}", need, when, d.rate),
        # Of everybody, as the first share: the universe is theirs, whatever the label counts among them.
        _estimated("cumul", f"En difficulté, et {MODEST}", need, when, _share(d.both, d.universe)),
        _estimated(
            "exclusion",
            "Ne peuvent rien faire sans aide (exclusion numérique)",
            f"{exclusion.universe}{inside}",
            f"étude de 2017, {CENSUS_YEAR}",
            _share(exclusion, d.universe),
        ),
        *(_away(o, line, when) for line in AWAY),
        _quiet(o),
    )


def _away(o: Offered | None, line: str, when: str) -> Measure:
    by = o.ground.travel if o else travel_by(FOOT)
    label = f"En difficulté, sans {without(line, by=by.mode)}"
    if o is None:
        return _missing(f"sans_{line}", label, "personnes en difficulté", when, counted=False)
    total_gap = o.gaps.total.gaps[line]
    share = total_gap.figure("share")
    universe = f"{share.universe}, en difficulté ; {by.minutes:.0f} minutes {by.mode.manner}"
    return _estimated(f"sans_{line}", label, universe, when, _rest(share))


def _quiet(o: Offered | None) -> Measure:
    label = "Lieux qui ne précisent pas leur offre"
    if o is None or not o.counts.n_places[""]:
        return _missing("lieux_muets", label, "lieux de l’annuaire", "", counted=True)
    quiet, n = o.counts.n_silent[""], o.counts.n_places[""]
    value = 100.0 * quiet / n
    return Measure(
        id="lieux_muets",
        label=label,
        universe="lieux de l’annuaire, au jour du calcul",
        year="",
        counted=True,
        value=value,
        low=value,
        high=value,
        detail=f"{wording.number(quiet)} sur {wording.number(n)}",
        reason="",
    )


def _missing(id: str, label: str, universe: str, year: str, *, counted: bool) -> Measure:
    return Measure(
        id=id,
        label=label,
        universe=universe,
        year=year,
        counted=counted,
        value=None,
        low=None,
        high=None,
        detail="",
        reason=NO_CENSUS,
    )


def _estimated(id: str, label: str, universe: str, year: str, f: Publishable) -> Measure:
    return Measure(
        id=id,
        label=label,
        universe=universe,
        year=year,
        counted=False,
        value=f.value if isinstance(f, Estimate) and not f.is_loose else None,
        low=None if isinstance(f, Withheld) else f.low,
        high=None if isinstance(f, Withheld) else f.high,
        detail="",
        reason=f.reason if isinstance(f, Withheld) else "",
    )


def _share(f: Figure, total: float) -> Figure:
    """Return a number of people as a percentage of a known whole."""
    if isinstance(f, Withheld) or total <= 0:
        return f
    ends = {name: 100 * getattr(f, name) / total for name in ("value", "low", "high")}
    return Estimate(
        **ends,
        unit="pourcent",
        universe=f.universe,
        n=f.n,
        method=f.method,
        sources=f.sources,
        counted=f.counted,
    )


def _rest(share: Publishable) -> Publishable:
    """Return the complement of a percentage to a hundred."""
    if isinstance(share, Withheld):
        return share
    low, high = 100 - share.high, 100 - share.low
    if isinstance(share, Between):
        return replace(share, low=low, high=high)
    return replace(share, value=100 - share.value, low=low, high=high)


def compare(sides: Sequence[Side]) -> tuple[Compared, ...]:
    """Return each measure of these territories, in their order, two at least."""
    columns = list(zip(*(side.measures for side in sides), strict=True))
    tops = _tops(columns)
    return tuple(
        _compared([side.name for side in sides], column, top)
        for column, top in zip(columns, tops, strict=True)
    )


def _tops(columns: Sequence[Sequence[Measure]]) -> list[float]:
    """Return the end of each axis: one for the shares of the need, 100 % for those of the offer."""
    need = [each.high for column in columns for each in column if _of_need(each) and each.high is not None]
    top = min(100.0, 5.0 * (int(max(need, default=20.0) / 5) + 1))
    return [top if _of_need(column[0]) else 100.0 for column in columns]


def _of_need(m: Measure) -> bool:
    return m.id in ("taux", "cumul", "exclusion")


def _compared(names: Sequence[str], column: Sequence[Measure], top: float) -> Compared:
    first = next((measure for measure in column if not measure.reason), column[0])
    conclusion, is_ordered, overlaps = _conclusion(names, column)
    return Compared(
        label=first.label,
        universe=first.universe,
        year=first.year,
        counted=first.counted,
        conclusion=conclusion,
        is_ordered=is_ordered,
        overlaps=overlaps,
        rows=tuple(
            _row(name, mark, measure, top)
            for name, mark, measure in zip(names, drawn.MARKS, column, strict=False)
        ),
        axis=drawn.axis(top),
    )


def printed(m: Measure) -> tuple[float, float] | None:
    """Return the bounds of a measure as they are printed, None where nothing may be said."""
    if m.low is None or m.high is None:
        return None
    if m.counted:
        return m.low, m.high
    return rounding.outwards(m.low, m.high, 0.1 if _is_fine(m) else 1.0, most=100.0)


def _is_fine(m: Measure) -> bool:
    """Return True if a percentage is printed with a decimal: `wording.rate_step`."""
    return not m.counted and m.high is not None and m.low is not None and m.high - m.low < 2


def _row(name: str, sign: str, m: Measure, top: float) -> Row:
    ends = printed(m)
    if ends is None or m.low is None or m.high is None:
        missing = m.reason or "manquant"
        return Row(
            name=name,
            sign=drawn.mark(sign),
            text="",
            between="",
            detail="",
            missing=missing,
            bar=drawn.no_bar(),
        )
    decimals = 1 if _is_fine(m) else 0
    span = f"{wording.number(ends[0], decimals)}{wording.NBSP}{wording.DASH}{wording.NBSP}"
    span = "" if m.counted else f"{span}{wording.percent(ends[1], decimals)}"
    text = "" if m.value is None else wording.percent(m.value, decimals)
    return Row(
        name=name,
        sign=drawn.mark(sign),
        text=text or span,
        between=span if text else "",
        detail=m.detail,
        missing="",
        bar=drawn.bar(m.low, m.value, m.high, sign=sign, top=top, counted=m.counted),
    )


Ends = tuple[float, float, float]  # a share of a zone: its lowest, its value, its highest, in percent
STEPS, CLASSES = (2.0, 5.0, 10.0, 20.0), 5


def scale(shares: Iterable[Ends]) -> tuple[float, ...]:
    """Return the bounds of the classes of all the maps of a comparison: round, and the same for each.

    >>> scale([(8.0, 10.0, 12.0), (15.0, 18.0, 23.0)])
    (5.0, 10.0, 15.0, 20.0)
    """
    top = max((value for _, value, _ in shares), default=0.0)
    step = next((each for each in STEPS if each * CLASSES >= top), STEPS[-1])
    return tuple(step * k for k in range(1, CLASSES))


def scale_class(ends: Ends, bounds: Sequence[float]) -> tuple[str, bool]:
    """Return the class of style of a share, and whether its interval touches another class.

    >>> scale_class((11.0, 13.0, 14.5), (5, 10, 15, 20)), scale_class((8.0, 13.0, 14.0), (5, 10, 15, 20))
    (('n3', False), ('n3', True))
    """
    low, middle, high = (1 + sum(each >= bound for bound in bounds) for each in ends)
    return f"n{middle}", low != middle or high != middle


def scale_labels(bounds: Sequence[float]) -> tuple[str, ...]:
    """Return the label of each class of a scale.

    >>> [label.replace("\xa0", " ") for label in scale_labels((5.0, 10.0))]
    ['moins de 5 %', 'de 5 à 10 %', '10 % ou plus']
    """
    ends = [wording.number(bound) for bound in bounds]
    between = [f"de {low} à {high}{wording.NBSP}%" for low, high in pairwise(ends)]
    return (f"moins de {wording.percent(bounds[0])}", *between, f"{wording.percent(bounds[-1])} ou plus")


def overlap(one: Measure, other: Measure) -> bool:
    """Return True if two figures cannot be ordered: their intervals touch once printed, or one is missing."""
    first, second = printed(one), printed(other)
    return first is None or second is None or (first[0] <= second[1] and second[0] <= first[1])


def _conclusion(names: Sequence[str], column: Sequence[Measure]) -> tuple[str, bool, bool]:
    """Return the conclusion on a measure; True if it orders two territories; True if nothing does."""
    known = [
        (name, measure) for name, measure in zip(names, column, strict=True) if printed(measure) is not None
    ]
    if any(measure.counted for measure in column):
        order_texts = [f"{measure.detail} pour {name}" for name, measure in known]
        return f"{wording.listing(order_texts)}." if order_texts else NOTHING, False, False
    if len(known) < 2:
        return ALONE if known else NOTHING, False, False
    ordered = [
        (one, [other for other, other_measure in known if _is_over(measure, other_measure)])
        for one, measure in known
    ]
    ordered = [(one, under) for one, under in ordered if under]
    if not ordered:
        return OVERLAP, False, True
    order_texts = [f"plus haut pour {one} que pour {wording.listing(under)}" for one, under in ordered]
    n_pairs = sum(len(under) for _, under in ordered)
    rest = "" if 2 * n_pairs == len(known) * (len(known) - 1) else f" Sinon, {wording.lower_first(OVERLAP)}"
    text = f"{' ; '.join(order_texts)}.{rest}"
    return text[0].upper() + text[1:], True, False


def _is_over(one: Measure, other: Measure) -> bool:
    first, second = printed(one), printed(other)
    return first is not None and second is not None and first[0] > second[1]
