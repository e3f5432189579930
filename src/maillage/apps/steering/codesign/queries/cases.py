"""A case: one theme with one operator on a territory, all that the platform knows of it on one page, so that
a workshop begins with the facts and a network generalises from one operator to the others.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count

from maillage.apps.community.models import Resource, ServiceChange
from maillage.apps.community.queries import bulletins, related_resources
from maillage.apps.directory.memberships.access import communes_of
from maillage.apps.directory.places.queries.moments import midnight
from maillage.apps.directory.places.queries.seats import seats
from maillage.apps.dossiers import queries as dossiers
from maillage.apps.dossiers.models import Study
from maillage.apps.people.actes import rules as acts
from maillage.apps.people.actes.models import Act
from maillage.apps.referrals.orientations.models import Orientation
from maillage.apps.referrals.orientations.rules import cycle
from maillage.apps.steering.codesign import rules
from maillage.apps.steering.codesign.models import Card, DraftAction, Session
from maillage.kernel.errors import HouseError
from maillage.publishing.territory.reading import OfferLine, Reading
from maillage.reference import calendar, procedures
from maillage.reference.parameters import number
from maillage.reference.procedures import Operator
from maillage.statistics.engine import small_counts
from maillage.words.dates import in_words
from maillage.words.wording import lower_first

YEAR = timedelta(days=365)
HELPING = "assistance"  # the line of the offer that a case follows: somebody beside, for a procedure
MOST_CARDS = 8


@dataclass(frozen=True, slots=True)
class CaseFigure:
    """A count over a year. n: by whole batches, None when it is fewer than may be told."""

    label: str
    n: int | None


@dataclass(frozen=True, slots=True)
class CaseDate:
    """A date of the calendar, in words. town: the one that wrote it, "" when it is everybody’s."""

    on: str
    procedure: str
    change: str
    source: str
    town: str
    doubt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One theme with one operator. theme: a family, "" for all of theirs; study, reading: None before the
    territory is studied; least: the smallest count told, 0 when all is invented.
    """

    place: str
    operator: str
    known: Operator
    theme: str
    procedures: tuple[str, ...]
    study: Study | None
    reading: Reading | None
    helping: OfferLine | None
    resources: tuple[Resource, ...]
    referrals: tuple[CaseFigure, ...]
    acts: tuple[CaseFigure, ...]
    least: int
    examples: bool
    sessions: tuple[Session, ...]
    obstacles: tuple[Card, ...]
    answers: tuple[Card, ...]
    drafts: tuple[DraftAction, ...]
    dates: tuple[CaseDate, ...]
    other_operators: tuple[tuple[str, str], ...]

    @property
    def title(self) -> str:
        """The operator and the theme of the case, in words."""
        theme = procedures.families()[self.theme].label if self.theme else "toutes ses démarches"
        return f"{self.known.label} : {lower_first(theme)}"


def themes_of(operator: str) -> list[str]:
    """Return the families of the procedures that an operator receives."""
    known = procedures.procedures()
    return list(dict.fromkeys(known[key].family for key in procedures.of_operator(operator)))


def case(place: str, operator: str, theme: str, *, on: date) -> Case:
    """Return the case of a theme with an operator on a territory, over the year that ends on a day.

    Referrals name a theme, not an operator: they are counted for the theme. Where some people are invented,
    they alone are counted.
    """
    known = procedures.operators()[operator]
    keys = procedures.of_operator(operator, theme)
    families = {theme} if theme else set(themes_of(operator))
    study, reading = _studied(place)
    communes, since = communes_of(place), on - YEAR
    referrals, act_counts = _counted(communes, families, known, keys, since, on, examples=True)
    examples = bool(referrals or act_counts)
    if not examples:
        referrals, act_counts = _counted(communes, families, known, keys, since, on, examples=False)
    least = 0 if examples else int(number("protection/small_count"))
    rows = Session.objects.filter(place=place)
    sessions = tuple(row for row in rows if known.is_named(f"{row.operator} {row.title}"))
    return Case(
        place=place,
        operator=operator,
        known=known,
        theme=theme,
        procedures=tuple(procedures.procedures()[key].label for key in keys),
        study=study,
        reading=reading,
        helping=_helping(reading),
        resources=tuple(related_resources.for_page("procedure", [*keys, *sorted(families)])),
        referrals=_batch_figures(referrals, REFERRED, least),
        acts=_batch_figures(act_counts, acts.KINDS, least),
        least=least,
        examples=examples,
        sessions=sessions,
        obstacles=_cards(sessions, ("obstacle",)),
        answers=_cards(sessions, rules.ANSWERS),
        drafts=tuple(
            DraftAction.objects.filter(session__in=sessions, state=rules.DRAFT)
            .select_related("session", "obstacle")
            .order_by("at", "pk")
        ),
        dates=_dates(known, communes),
        other_operators=tuple(
            (key, other_operator.label)
            for key, other_operator in procedures.operators().items()
            if key != operator and families & set(themes_of(key))
        ),
    )


REFERRED = {
    "sent": "personnes orientées",
    "helped": "aidées par le lieu",
    "reached": "démarches abouties",
    "unsolved": "sans aucun lieu qui convienne",
}


def _studied(place: str) -> tuple[Study | None, Reading | None]:
    study = dossiers.latest(place)
    if study is None or dossiers.is_lost(study):
        return None, None
    try:
        return study, dossiers.reading(study)
    except HouseError:
        return None, None


def _helping(reading: Reading | None) -> OfferLine | None:
    if reading is None or reading.offer is None:
        return None
    return next((line for line in reading.offer.territory.lines if line.id == HELPING), None)


def _counted(
    communes: frozenset[str] | None,
    families: Collection[str],
    known: Operator,
    keys: Sequence[str],
    since: date,
    until: date,
    *,
    examples: bool,
) -> tuple[Counter[str], Counter[str]]:
    """Return the counts of a year: referrals of the themes, then acts of the procedures by kind. An act
    that names another operator is not this one’s.
    """
    first, last = midnight(since), midnight(until + timedelta(days=1))
    rows: Any = Orientation.objects.filter(procedure__in=families, example=examples).exclude(
        origin=cycle.RELATIVE
    )
    if communes is not None:
        rows = rows.filter(commune__in=communes)
    referrals: Counter[str] = Counter()
    for state, sent, ended, served, outcome in rows.order_by().values_list(
        "state", "sent_at", "ended_at", "served_at", "outcome"
    ):
        if state == cycle.UNSOLVED:
            referrals["unsolved"] += ended is not None and first <= ended < last
        elif sent is not None and first <= sent < last:
            referrals["sent"] += 1
            referrals["helped"] += served is not None
            referrals["reached"] += outcome == cycle.REACHED
    act_counts: Counter[str] = Counter()
    stands = seats()
    noted = Act.objects.filter(
        procedure__in=keys, done_at__gte=first, done_at__lt=last, struck_at=None, example=examples
    )
    for kind, operator, commune, of_lieu, structure in noted.order_by().values_list(
        "kind", "operator", "commune", "lieu__code_insee", "structure"
    ):
        where = commune or of_lieu or stands.get(structure, "")
        if (not operator or known.is_named(operator)) and (communes is None or where in communes):
            act_counts[kind] += 1
    return +referrals, +act_counts


def _batch_figures(counted: Counter[str], labels: Any, least: int) -> tuple[CaseFigure, ...]:
    """Return counts by whole batches; nobody is not told apart from a few."""
    return tuple(
        CaseFigure(label, small_counts.batch(counted[id], least) or (None if least else 0))
        for id, label in labels.items()
    )


def _cards(sessions: Sequence[Session], kinds: Sequence[str]) -> tuple[Card, ...]:
    """Return the cards that groups wrote, the most voted first."""
    return tuple(
        Card.objects.filter(group__session__in=sessions, withdrawn_at=None, kind__in=kinds)
        .select_related("group__session")
        .annotate(n_votes=Count("votes"))
        .order_by("-n_votes", "pk")[:MOST_CARDS]
    )


def _dates(known: Operator, communes: frozenset[str] | None) -> tuple[CaseDate, ...]:
    """Return the dates of an operator: those of everybody’s calendar, then those that towns of the territory
    wrote, in order.
    """
    dates = [
        CaseDate(_month(each.on), each.procedure, each.obligation, each.source, "", each.doubt)
        for each in calendar.events()
        if known.is_named(each.operator)
    ]
    rows = bulletins.changes()
    if communes is not None:
        rows = rows.filter(commune__in=communes)
    return tuple(dates + [_noted(row) for row in rows.order_by("starts_on") if known.is_named(row.operator)])


def _month(on: str) -> str:
    """Return a year, or a month of a year, in words.

    >>> _month("2017"), _month("2016-03")
    ('2017', 'mars 2016')
    """
    year, _, month = on.partition("-")
    return in_words(date(int(year), int(month), 2)).split(" ", 1)[1] if month else year


def _noted(row: ServiceChange) -> CaseDate:
    return CaseDate(
        in_words(row.starts_on), row.procedure, row.obligation, row.source, bulletins.where(row), ""
    )
