"""The activity report of structures: what they noted over a period, counted and protected.

Source: docs/methods/actes.md
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, DateField
from django.db.models.functions import TruncMonth
from django.utils import timezone

from maillage.apps.directory.places.models import Lieu, Structure
from maillage.apps.directory.places.queries.moments import midnight
from maillage.apps.referrals.orientations.models import Orientation
from maillage.apps.referrals.orientations.queries.activities import GROUP, Total, totals
from maillage.apps.referrals.orientations.rules import cycle
from maillage.apps.steering.plans.models import Funder, PlanAction
from maillage.apps.steering.plans.queries.effects import last_count
from maillage.apps.steering.plans.queries.funders import fundings_of
from maillage.apps.steering.plans.rules import DROPPED
from maillage.kernel.names import plain
from maillage.publishing.territory import activity as report_words
from maillage.publishing.territory.activity import (
    ActivityReport,
    FundedAction,
    StructureActivity,
    ThemeActivity,
)
from maillage.publishing.territory.certainty import upper_first
from maillage.reference import procedures
from maillage.reference.parameters import number
from maillage.statistics.engine import small_counts
from maillage.statistics.zones.territories import gazetteer
from maillage.web import bulk, snapshots
from maillage.words import wording
from maillage.words.dates import in_words

COLUMNS = (
    *("structure", "aides_individuelles", "ateliers", "minutes", "aides_donnees", "motif"),
    *("partie", "libelle", "orientations", "etat"),
    *("montant_euros", "apporte_aussi", "compte", "du", "au", "exemple"),
)
UNKNOWN = "effet inconnu"
NONE_ALIVE = "toutes sont abandonnées"
HOUR = 60  # minutes
MANY = 500  # structures beyond which their report is counted in the background
OTHER = {
    "aide_aux_demarches_administratives": "Démarches administratives",
    "email": "E-mail",
    "prendre_en_main_du_materiel": "Prise en main du matériel",
    "navigation_sur_internet": "Navigation sur Internet",
    "securite_numerique": "Sécurité numérique",
    "bureautique": "Bureautique",
    "insertion_professionnelle": "Insertion professionnelle",
    "culture_numerique": "Culture numérique",
}


def names_of(structures: Sequence[Structure]) -> dict[int, str]:
    """Return the names of some structures by key; those that share one say where they are, in one query."""
    shared = Counter(each.name for each in structures)
    same = [each for each in structures if shared[each.name] > 1]
    where = {each.pk: each.code_insee for each in same}
    if same:
        placed = Lieu.objects.filter(structure__in=same).order_by("-pk")
        where |= dict(placed.values_list("structure", "code_insee"))
    communes = {pk: gazetteer().get(code).name for pk, code in where.items() if code in gazetteer()}
    return {
        each.pk: f"{each.name}, {communes[each.pk]}" if each.pk in communes else each.name
        for each in structures
    }


@dataclass(slots=True)
class _Noted:
    """Activity noted of a structure, a theme, or all: by month, the individual help, its minutes, those
    helped; the workshops and their minutes.
    """

    individual: Counter[date] = field(default_factory=Counter)
    minutes: Counter[date] = field(default_factory=Counter)
    helped: Counter[date] = field(default_factory=Counter)
    group: Counter[date] = field(default_factory=Counter)
    group_minutes: Counter[date] = field(default_factory=Counter)

    def add(self, total: Total) -> None:
        in_group = total.kind == GROUP
        (self.group if in_group else self.individual)[total.month] += total.n
        (self.group_minutes if in_group else self.minutes)[total.month] += total.minutes
        self.helped[total.month] += total.helped


@dataclass(frozen=True, slots=True)
class _Lots:
    """The batches published from a month on. Counts of people fill lots from the first month of each year:
    whatever months are asked for, two reports differ by nobody, or by whole lots.
    """

    since: date
    least: int

    def count(self, by_month: Counter[date]) -> int | None:
        """Return how many are told, None when they may be a few."""
        n, _ = self._in_lots(by_month, by_month)
        return n if n or not self.least else None

    def minutes(self, by_month: Counter[date], minutes: Counter[date]) -> int:
        """Return the minutes of those told."""
        return self._in_lots(by_month, minutes)[1]

    def plain(self, by_month: Counter[date]) -> int:
        """Return a sum of what is nobody’s."""
        first = self.since.replace(day=1)
        return sum(n for month, n in by_month.items() if month >= first)

    def _in_lots(self, by_month: Counter[date], minutes: Counter[date]) -> tuple[int, int]:
        first = self.since.replace(day=1)
        by_lots = small_counts.by_year(by_month, minutes, self.least, HOUR if self.least else 1)
        counted_months = [totals for month, totals in by_lots.items() if month >= first]
        return sum(n for n, _ in counted_months), sum(part for _, part in counted_months)


def _real_activity_words(real: Iterable[Total], lots: _Lots) -> str:
    """Return how many activities are real where invented ones are told, "" for none."""
    noted = _Noted()
    for total in real:
        noted.add(total)
    n = (lots.count(noted.individual) or 0) + lots.plain(noted.group)
    if n:
        return wording.count(n, "activité")
    return f"moins de {lots.least} activités" if noted.individual else ""


def last_year(on: date) -> tuple[date, date]:
    """Return the last twelve months that are over: their first day, and their last.

    >>> last_year(date(2026, 11, 26))
    (datetime.date(2025, 11, 1), datetime.date(2026, 10, 31))
    """
    this = on.replace(day=1)
    return this.replace(year=this.year - 1), this - timedelta(days=1)


def latest(structures: Sequence[Structure], *, since: date, until: date, **more: Any) -> ActivityReport:
    """Return the same as `report`; of many structures, the latest that was counted, with its moment. What
    they noted themselves is never late.
    """
    if more.get("is_complete") or len(structures) <= MANY:
        return report(structures, since=since, until=until, **more)
    every = len(structures) == Structure.objects.count()
    keys = None if every else sorted(each.pk for each in structures)
    taken = snapshots.latest(
        f"{__name__}.{of_many.__name__}", keys, since.isoformat(), until.isoformat(), at=timezone.now()
    )
    at = timezone.localtime(taken.at)
    latest_report: ActivityReport = taken.value
    return replace(
        latest_report,
        title=more.get("title") or latest_report.title,
        funder=more.get("funder", ""),
        actions=tuple(more.get("actions", ())),
        counted=f"{in_words(at.date())} à {at:%H:%M}",
    )


def of_many(keys: list[int] | None, since: str, until: str, *, on: date) -> ActivityReport:
    """Return the report of structures by key, None for all of them. on: the day of the reading, which changes
    nothing to a period that is over.
    """
    rows = Structure.objects.order_by("name", "pk")
    chosen = list(rows if keys is None else rows.filter(pk__in=keys))
    return report(chosen, since=date.fromisoformat(since), until=date.fromisoformat(until))


@bulk.planned_for_its_values()
def report(
    structures: Sequence[Structure],
    *,
    since: date,
    until: date,
    title: str = "",
    funder: str = "",
    actions: Sequence[FundedAction] = (),
    is_complete: bool = False,
) -> ActivityReport:
    """Return the activity of some structures over a period, both days included; where some are invented,
    they alone are counted, and told as such. title: "" for how many of them noted something; actions:
    those that the funder funds, in its plan. is_complete: the reader's structures noted it, and keep it:
    nothing is protected, and the days may be any; otherwise they are those of whole months.
    """
    known = names_of(structures)
    first = since if is_complete else since.replace(month=1, day=1)
    invented, real = (totals(known, first, until, example=each) for each in (True, False))
    examples, counted = bool(invented), invented or real
    protected = 0 if is_complete else int(number("protection/small_count"))
    least = 0 if examples else protected
    lots = _Lots(since, least)
    every, themes = _Noted(), defaultdict[str, _Noted](_Noted)
    noted = defaultdict[int, _Noted](_Noted)
    for each in counted:
        noted[each.structure or 0].add(each)
        every.add(each)
    for each in totals(known, first, until, example=examples, by_theme=True):
        for theme in filter(None, each.themes):
            themes[_theme(theme)].add(each)
    lines = (_row(known.get(pk, "structure effacée"), of, lots) for pk, of in noted.items())
    rows = tuple(sorted(filter(_says, lines), key=lambda row: (plain(row.name), row.name)))
    by_theme = [
        ThemeActivity(name, lots.count(of.individual), lots.plain(of.group)) for name, of in themes.items()
    ]
    structures_text = wording.count(len(structures), "structure")
    active_structures = (
        f"{wording.count(len(rows), 'structure')} sur {wording.number(len(structures))}"
        if rows
        else structures_text
    )
    return ActivityReport(
        title=title or upper_first(f"{active_structures} de l’annuaire"),
        funder=funder,
        actions=tuple(actions),
        since=since,
        until=until,
        rows=rows,
        total=_row("Ensemble", every, lots),
        themes=tuple(
            sorted(
                (each for each in by_theme if each.individual or each.group),
                key=lambda theme: (-(theme.individual or 0) - theme.group, plain(theme.name)),
            )
        ),
        outcomes=_outcomes(list(known), first, until, lots, example=examples),
        least=least,
        examples=examples,
        real_text=_real_activity_words(real, _Lots(since, protected)) if examples else "",
        silent=len(structures) - len(rows),
    )


def funded_actions(funder: Funder, until: date) -> tuple[FundedAction, ...]:
    """Return the actions that a funder funds, as the plan stands today; what was counted of each, by the end
    of a period.
    """
    nothing = f"rien de compté au {in_words(until)}"
    return tuple(
        FundedAction(
            title=_title_of(each.action),
            state=each.action.standing_words,
            euros=each.euros,
            brings=each.brings,
            indicator=each.action.indicator,
            counted=last_count(each.action, until) or nothing,
            example=each.action.plan.example,
            dropped=each.action.standing == DROPPED,
        )
        for each in fundings_of(funder)
    )


def _title_of(action: PlanAction) -> str:
    """Return the title of an action as a funder reads it: a part says of which, and its number there."""
    if action.parent is None:
        return action.title
    return f"{action.title} ({action.label}, partie de « {action.parent.title} »)"


def _row(name: str, of: _Noted, lots: _Lots) -> StructureActivity:
    return StructureActivity(
        name=name,
        individual=lots.count(of.individual),
        group=lots.plain(of.group),
        minutes=lots.minutes(of.individual, of.minutes) + lots.plain(of.group_minutes),
        helped=lots.count(of.helped),
    )


def _says(row: StructureActivity) -> bool:
    """Return True if a line has any count: that somebody was helped at all is already a small count."""
    return bool(row.individual or row.group)


def _theme(id: str) -> str:
    family = next((each.label for each in procedures.families().values() if each.coop == id), "")
    return family or OTHER.get(id, id.replace("_", " ").capitalize())


def _outcomes(
    structures: list[int], first: date, until: date, lots: _Lots, *, example: bool
) -> dict[str, int | None]:
    """Return the outcomes of those helped over a period, by label; None for a small count, {} when all are.
    first: when lots begin to fill.
    """
    begin, end = midnight(first), midnight(until + timedelta(days=1))
    rows = Orientation.objects.filter(
        to_structure__in=bulk.to_find(structures), served_at__gte=begin, served_at__lt=end, example=example
    )
    in_month = TruncMonth("served_at", output_field=DateField())
    noted = defaultdict[str, Counter[date]](Counter)
    referrals = rows.annotate(in_month=in_month).values_list("outcome", "in_month").annotate(n=Count("pk"))
    for outcome, month, n in referrals.order_by():
        noted[outcome][month] += n
    labels = {**cycle.OUTCOMES, "": UNKNOWN}
    counted = {label: lots.count(noted[name]) for name, label in labels.items()}
    return counted if any(counted.values()) else {}


def table(r: ActivityReport) -> list[dict[str, Any]]:
    """Return a report as rows of `COLUMNS`: its structures, its themes, its outcomes, what the funder funds,
    each part with its total, or why it has none. An empty cell has its reason beside it.
    """
    period = {"du": r.since.isoformat(), "au": r.until.isoformat()}

    def line(values: Mapping[str, object], *, example: bool) -> dict[str, Any]:
        filled = {name: "" if value is None else value for name, value in values.items()}
        return dict.fromkeys(COLUMNS, "") | filled | period | {"exemple": "oui" if example else "non"}

    few = "annuaire vide ici" if r.is_without_structure else f"moins de {r.least}"
    out: list[Mapping[str, object]] = [
        {
            "structure": row.name,
            "aides_individuelles": row.individual,
            "ateliers": row.group,
            "minutes": row.minutes if row.is_timed else None,
            "aides_donnees": row.helped,
            "motif": " ; ".join(
                filter(
                    None,
                    (
                        few if row.individual is None or row.helped is None else "",
                        r.apart_from_lines if row is r.total else "",
                    ),
                )
            ),
            "partie": "ensemble" if row is r.total else "structure",
        }
        for row in (*r.rows, r.total)
    ]
    out += [
        {
            "aides_individuelles": each.individual,
            "ateliers": each.group,
            "motif": few if each.individual is None else "",
            "partie": "thème",
            "libelle": each.name,
        }
        for each in r.themes
    ]
    if r.themes:
        out.append({"partie": "ensemble des thèmes", "motif": report_words.NO_SUM})
    out += [
        {"orientations": n, "motif": few if n is None else "", "partie": "suite", "libelle": label}
        for label, n in r.outcomes.items()
    ]
    if r.outcomes:
        out.append(
            {
                "orientations": sum(n or 0 for n in r.outcomes.values()),
                "motif": f"au moins : sans les suites sous {r.least}" if None in r.outcomes.values() else "",
                "partie": "ensemble des suites",
                "libelle": report_words.TOTAL,
            }
        )
    funded = [
        line(
            {
                "partie": "action financée",
                "libelle": each.title,
                "etat": each.state,
                "montant_euros": each.euros,
                "apporte_aussi": each.brings,
                "motif": "montant non renseigné" if each.euros is None else "",
                "compte": each.measure,
            },
            example=each.example,
        )
        for each in r.actions
    ]
    if r.actions:
        lacking = wording.count(r.n_unpriced, "action sans montant", "actions sans montant")
        funded_total = {
            "partie": "ensemble des actions financées",
            "libelle": report_words.FUNDED,
            "montant_euros": r.euros,
            "motif": f"au moins : {lacking}" if r.n_unpriced else "" if r.alive else NONE_ALIVE,
        }
        funded.append(line(funded_total, example=all(each.example for each in r.actions)))
    return [*(line(each, example=r.examples) for each in out), *funded]
