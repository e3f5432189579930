"""Shares of those who help: trained, planned, without frame; turnover; relatives. Counted, and protected.

Source: docs/methods/aidants.md
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from maillage.apps.directory.places.queries.seats import structures_in
from maillage.apps.volunteering.volunteers.models import Aidant
from maillage.apps.volunteering.volunteers.queries import team
from maillage.apps.volunteering.volunteers.rules import trainings as rules
from maillage.kernel.estimate import Estimate, Figure, Withheld
from maillage.reference.parameters import number
from maillage.statistics.engine import small_counts
from maillage.statistics.people.shares import share, withheld_words
from maillage.words.wording import percent

METHOD = "aidants"


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator and its denominator. figure: its share, or why it is withheld; unknown: left out of the
    denominator, None when it is itself too small to be told: neither is the denominator then, another line
    gives their sum.
    """

    id: str
    label: str
    universe: str
    figure: Figure
    part: int | None
    denominator: int | None
    unknown: int | None

    @property
    def value(self) -> str:
        """The share in words, '' when it is withheld."""
        return percent(self.figure.value) if isinstance(self.figure, Estimate) else ""

    @property
    def reason(self) -> str:
        """Return the reason that withholds it, '' without one."""
        return "" if isinstance(self.figure, Estimate) else self.figure.reason


@dataclass(frozen=True, slots=True)
class Report:
    """The indicators of some structures on a day. n: aidants, relatives apart; None when too few."""

    n: int | None
    structures: int | None
    examples: bool
    rows: Sequence[Indicator]


def report(communes: frozenset[str] | None, at: datetime, *, own: frozenset[int] | None = None) -> Report:
    """Return the indicators of the structures of some communes (None: everywhere), or of one’s own, whose
    names one reads anyway: nothing is withheld there. Where some aidants are invented, they alone are
    counted.
    """
    today = timezone.localdate(at)
    rows = Aidant.objects.filter(Q(until=None) | Q(until__gt=today))
    if own is not None:
        rows = rows.filter(structure__in=own)
    elif communes is not None:
        rows = rows.filter(structure__in=structures_in(communes) or [])
    examples = rows.filter(example=True).exists()
    counted = rows.filter(example=examples)
    helpers = team.helpers(counted, at)
    least = 0 if examples or own is not None else int(number("protection/small_count"))
    places, indicator_counts = counted.values("structure").distinct().count(), rules.counts(helpers, today)
    hidden = _found_by_subtraction(indicator_counts, least)
    return Report(
        n=_open(next(each.denominator for each in indicator_counts if each.id == rules.TRAINED), least),
        structures=_open(places, least and 3),
        examples=examples,
        rows=[_indicator(each, least, is_hidden=each.id in hidden) for each in indicator_counts],
    )


def _found_by_subtraction(rows: Sequence[rules.Count], least: int) -> frozenset[str]:
    """Return the counts, of those who have a training and of those who wait for one, to suppress: with the
    team, they would give the few who have neither.
    """
    parts = {row.id: row.part for row in rows if row.id in (rules.TRAINED, rules.PLANS)}
    team = next(row.denominator for row in rows if row.id == rules.TRAINED)
    counts = {**parts, "": team - sum(parts.values())}
    filled = [id for id, n in counts.items() if n]  # what nobody is in gives nobody away
    is_published = small_counts.one_way([counts[id] for id in filled], least, lowest=1)
    return frozenset(id for id, is_open in zip(filled, is_published, strict=True) if not is_open)


def _open(n: int, least: int) -> int | None:
    return n if n >= least else None


def _indicator(row: rules.Count, least: int, *, is_hidden: bool) -> Indicator:
    label, universe = rules.INDICATORS[row.id]
    things = "proches" if row.id == rules.RELATIVES else "aidants"
    figure = share(
        row.part,
        row.denominator,
        least=least,
        things=things,
        universe=universe,
        method=METHOD,
        nobody="Personne n’est inscrit, ou personne n’a dit ce qu’il faut pour le compter.",
    )
    if is_hidden and isinstance(figure, Estimate):
        why = withheld_words(least, things)
        figure = Withheld(reason=why, unit="pourcent", universe=universe, n=row.denominator, method=METHOD)
    unknown = row.unknown if row.unknown >= least or not row.unknown else None
    # The team is told too: what is left of it is nobody, or not a few.
    is_open = unknown is not None and not 0 < row.n_excluded < least
    total = _open(row.denominator, least) if is_open else None
    part = row.part if isinstance(figure, Estimate) and total is not None else None
    return Indicator(row.id, label, universe, figure, part, total, unknown)


COLUMNS = ("indicateur", "champ", "part", "sur", "pourcent", "non_dit", "masque", "source", "le")


def table(indicators: Report, at: datetime) -> list[dict[str, str]]:
    """Return the indicators as rows of a table in an open format."""
    day = timezone.localdate(at).isoformat()
    return [
        {
            "indicateur": row.label,
            "champ": row.universe,
            "part": _cell(row.part),
            "sur": _cell(row.denominator),
            "pourcent": f"{row.figure.value:.1f}" if isinstance(row.figure, Estimate) else "",
            "non_dit": _cell(row.unknown),
            "masque": row.reason,
            "source": "équipes notées dans Maillage" + (", exemple" if indicators.examples else ""),
            "le": day,
        }
        for row in indicators.rows
    ]


def _cell(n: int | None) -> str:
    return "" if n is None else str(n)
