"""The acts of a period, day by day, with their sums, their traces, and our own table of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.db.models import Count, Max, Q, QuerySet, Sum
from django.utils import timezone

from maillage.apps.people.actes import access, rules
from maillage.apps.people.actes.models import Act, Revision, about
from maillage.apps.people.actes.queries import tags
from maillage.apps.people.actes.queries.catalogue import label_of, labels_of
from maillage.apps.people.persons import rules as register
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.models import User, Visitor
from maillage.kernel.names import plain
from maillage.kernel.spreadsheet import as_csv
from maillage.words.languages import to_say

COLUMNS = (
    *("id", "date", "heure", "structure", "nature", "demarche", "autres", "organisme", "minutes", "ou"),
    *("lieu", "commune", "fin", "personne", "hors_mandat", "a_regulariser_avant", "raye"),
)
# The words of our own table, which a file read back uses too.
NATURES: Mapping[str, str] = {rules.PLACE: "a_sa_place", rules.TOGETHER: "avec", rules.DEMONSTRATED: "montre"}
PLACES: Mapping[str, str] = {rules.ON_SITE: "ici", rules.HOME: "domicile", rules.DISTANCE: "distance"}
ENDS: Mapping[str, str] = {
    rules.DONE: "fait",
    rules.PARTLY: "en_partie",
    rules.NOT_DONE: "pas_fait",
    rules.PENDING: "en_attente",
}


LATELY, USUAL_TIMES, USUAL = timedelta(days=90), 2, 3  # how far back, how many times, how many are offered


@dataclass(frozen=True, slots=True)
class Criteria:
    """Filters of a list; None or '' where anything is accepted. helper: an account's number; end: among
    `rules.ENDS`; state: among STATES.
    """

    since: date
    until: date
    helper: int | None = None
    kind: str = ""
    procedure: str = ""
    end: str = ""
    state: str = ""


COUNTED, STRUCK, TO_SIGN = "counted", "struck", "to_sign"
STATES: Mapping[str, str] = {COUNTED: "Comptés", STRUCK: "Annulés", TO_SIGN: "Mandat à signer"}
_IN_STATE: Mapping[str, Q] = {
    COUNTED: Q(struck_at=None),
    STRUCK: Q(struck_at__isnull=False),
    TO_SIGN: Q(struck_at=None, regularised_at=None, person__forgotten_at=None, source="") & ~Q(outside=""),
}


@dataclass(frozen=True, slots=True)
class Sums:
    """The number of acts that count, and the minutes of each kind; struck acts are counted apart."""

    n: int
    struck: int
    minutes: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.minutes.values())

    @property
    def bars(self) -> list[tuple[str, float, float]]:
        """The parts of a bar of 100: kind, where it begins, its width."""
        bars, begin = [], 0.0
        for kind, minutes in self.minutes.items():
            width = 100 * minutes / max(self.total, 1)
            bars.append((kind, round(begin, 2), round(width, 2)))
            begin += width
        return bars


@dataclass(frozen=True, slots=True)
class Line:
    """An act as a list shows it."""

    act: Act
    procedure: str
    sentence: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class Day:
    """The acts of one day, the latest first."""

    on: date
    lines: list[Line]
    sums: Sums

    @property
    def latest(self) -> Act | None:
        """The act that was noted last, struck ones left out; None without any."""
        acts = (line.act for line in self.lines if line.act.struck_at is None)
        return max(acts, key=lambda act: act.pk, default=None)


def acts(user: Visitor, criteria: Criteria) -> QuerySet[Act]:
    """Return the acts of a period that a user sees, struck ones included, the latest first."""
    rows = access.acts_for(user).filter(on_day__gte=criteria.since, on_day__lte=criteria.until)
    wanted: dict[str, Any] = {
        "by": criteria.helper,
        "kind": criteria.kind,
        "end": criteria.end,
    }
    matching = rows.filter(**{name: value for name, value in wanted.items() if value})
    if criteria.procedure:
        matching = matching.filter(about([criteria.procedure]))
    return matching.filter(_IN_STATE[criteria.state]) if criteria.state else matching


def of_persons(rows: QuerySet[Act], text: str) -> QuerySet[Act]:
    """Return the acts for persons whose name holds a text, accents and case aside; all of them without."""
    bare_text = plain(text)
    if not bare_text:
        return rows
    names = rows.order_by().values_list("person", "person__nickname").distinct()
    return rows.filter(person__in=[pk for pk, name in names if bare_text in plain(name or "")])


def sums(rows: QuerySet[Act]) -> Sums:
    """Return how many acts count, and their minutes."""
    counts = Q(struck_at=None)
    by_kind = (
        rows.order_by()
        .values("kind")
        .annotate(
            n=Count("pk", filter=counts),
            struck=Count("pk", filter=~counts),
            time=Sum("minutes", filter=counts),
        )
    )
    row_by_kind = {row["kind"]: row for row in by_kind}
    minutes = {kind: row["time"] for kind, row in row_by_kind.items()}
    return Sums(
        n=sum(row["n"] for row in row_by_kind.values()),
        struck=sum(row["struck"] for row in row_by_kind.values()),
        minutes={kind: minutes.get(kind) or 0 for kind in rules.KINDS},
    )


def lines(rows: Iterable[Act], user: User) -> list[Line]:
    """Return acts as a list shows them."""
    acts_read = list(rows)
    labels = {key: labels_of(key) for key in {tuple(act.subjects) for act in acts_read}}
    return [
        Line(
            act,
            label,
            rules.sentence(act.kind, label, act.minutes, act.where, act.end),
            act.by_id == user.pk,
        )
        for act in acts_read
        for label in (labels[tuple(act.subjects)],)
    ]


def days(rows: Iterable[Act], user: User) -> list[Day]:
    """Return acts day by day, the latest day first."""
    days_read = []
    for on, lines_of_day in groupby(lines(rows, user), key=lambda line: line.act.on_day):
        day_lines = list(lines_of_day)
        counted = [line.act for line in day_lines if line.act.struck_at is None]
        minutes = {kind: sum(a.minutes for a in counted if a.kind == kind) for kind in rules.KINDS}
        days_read.append(Day(on, day_lines, Sums(len(counted), len(day_lines) - len(counted), minutes)))
    return days_read


def today(user: User, at: datetime) -> Day:
    """Return the acts that a user noted today."""
    on = timezone.localdate(at)
    days_read = days(access.acts_for(user).filter(by=user, on_day=on), user)
    return days_read[0] if days_read else Day(on, [], Sums(0, 0, dict.fromkeys(rules.KINDS, 0)))


def usual(user: User, at: datetime) -> list[Line]:
    """Return the acts that a user notes most, each once, as they may be noted again for anybody: what is done
    in the place of somebody depends on their mandate, and is said each time.
    """
    alike = ("kind", "procedure", "more", "minutes", "where", "end")
    rows = (
        access.acts_for(user)
        .filter(by=user, struck_at=None, on_day__gte=timezone.localdate(at - LATELY), source="")
        .exclude(kind=rules.PLACE)
        .order_by()
        .values(*alike)
        .annotate(n=Count("pk"), latest=Max("pk"))
        .filter(n__gte=USUAL_TIMES)
        .order_by("-n", "-latest")[:USUAL]
    )
    act_by_pk = Act.objects.select_related("person").in_bulk([row["latest"] for row in rows])
    return lines([act_by_pk[row["latest"]] for row in rows], user)


def helpers(user: Visitor, since: date) -> list[tuple[int, str]]:
    """Return the authors of the acts that a user sees since a day: number and name."""
    visible = access.acts_for(user).filter(on_day__gte=since, by__isnull=False).order_by()
    rows = User.objects.filter(pk__in=visible.values("by")).order_by("name", "email")
    return [(row.pk, str(row)) for row in rows]


def noted_procedures(user: Visitor, since: date) -> list[tuple[str, str]]:
    """Return the procedures of the acts that a user sees since a day: key and name."""
    rows = access.acts_for(user).filter(on_day__gte=since).order_by().values_list("procedure", "more")
    keys = {key for procedure, more in rows.distinct() for key in rules.subjects(procedure, more)}
    return sorted(((key, label_of(key) or key) for key in keys), key=lambda pair: pair[1].casefold())


def to_regularise(user: Visitor) -> QuerySet[Act]:
    """Return the acts that a user sees and that wait for a mandate, the oldest first: none is forgotten."""
    return access.acts_for(user).filter(_IN_STATE[TO_SIGN]).order_by("regularise_before", "pk")


def revisions(act: Act) -> list[tuple[Revision, list[tuple[str, str, str]]]]:
    """Return the history of an act, oldest first; for each change, the former values and the new ones."""
    changes = act.revisions.select_related("by")
    return [
        (
            each,
            [
                (NAMES[name], _value_text(name, old), _value_text(name, each.after[name]))
                for name, old in each.before.items()
            ],
        )
        for each in changes
    ]


NAMES: Mapping[str, str] = {
    "kind": "ce qui a été fait",
    "procedure": "la démarche",
    "more": "le reste",
    "operator": "l’organisme",
    "minutes": "les minutes",
    "where": "où",
    "end": "à la fin",
    "precision": "la précision",
}


def _value_text(name: str, value: Any) -> str:
    if name == "precision":
        return "écrite" if value else "aucune"
    if name == "procedure":
        return label_of(value)
    if name == "more":
        return labels_of(rules.subjects("", value)[1:]) if value else "rien"
    labels = {"kind": rules.KINDS, "where": rules.WHERE, "end": rules.ENDS}.get(name, {})
    return str(labels.get(value, value) or "rien")


def table(rows: Iterable[Act]) -> str:
    """Return acts as our own table, COLUMNS: no name, no precision; struck ones say so."""
    return as_csv(list(COLUMNS), [_row(act) for act in rows])


def _row(act: Act) -> dict[str, str]:
    at = timezone.localtime(act.done_at)
    return {
        "id": str(act.uid),
        "date": act.on_day.isoformat(),
        "heure": f"{at:%H:%M}",
        "structure": act.structure.name,
        "nature": NATURES[act.kind],
        "demarche": act.procedure,
        "autres": act.more.strip(rules.SEPARATOR),
        "organisme": act.operator,
        "minutes": str(act.minutes),
        "ou": PLACES[act.where],
        "lieu": act.lieu.name if act.lieu else "",
        "commune": act.commune,
        "fin": ENDS.get(act.end, ""),
        "personne": "oui" if act.person_id else "non",
        "hors_mandat": act.outside,
        "a_regulariser_avant": _delay(act),
        "raye": "oui" if act.struck_at else "non",
    }


def _delay(act: Act) -> str:
    has_delay = act.lacks_mandate or (act.source and act.struck_at is None)  # what a file said, as it said it
    return act.regularise_before.isoformat() if has_delay and act.regularise_before else ""


# ------------------------------------------------------------------------------------------------- one person


def of_person(person: Person) -> QuerySet[Act]:
    """Return the acts done for somebody, whoever did them, the latest first."""
    return Act.objects.filter(person=person).select_related("structure", "by", "lieu")


def telling(person: Person | None, structure: int | None, on: date) -> QuerySet[Act]:
    """Return the acts that count for somebody, in a structure and on a day; none for nobody named."""
    rows = Act.objects.filter(person=person, structure=structure, on_day=on, struck_at=None)
    return rows.order_by("pk") if person is not None else rows.none()


def proposals(person: Person, at: datetime) -> list[tuple[str, str]]:
    """Return the procedures to teach somebody rather than do once more in their place, with the module of
    each ('' when there is none).
    """
    counted = of_person(person).filter(struck_at=None, done_at__gte=at - timedelta(days=370))
    acts_by_subject = (
        (kind, key, done_at)
        for kind, procedure, more, done_at in counted.values_list("kind", "procedure", "more", "done_at")
        for key in rules.subjects(procedure, more)
    )
    keys = rules.to_learn(acts_by_subject, timezone.localtime(at))
    return [(label_of(key), rules.MODULES.get(key, "")) for key in keys]


def copy(person: Person) -> list[dict[str, Any]]:
    """Return the acts of a person, in French, as they receive them."""
    return [
        {
            "le": timezone.localtime(act.done_at).isoformat(),
            "ce_qui_a_ete_fait": act.get_kind_display(),
            "demarche": labels_of(act.subjects),
            "organisme": act.operator,
            "minutes": act.minutes,
            "ou": act.get_where_display(),
            "a_la_fin": act.get_end_display(),
            "par": str(act.by or ""),
            "structure": act.structure.name,
            "hors_du_mandat": act.get_outside_display() or "",
            "a_regulariser_avant": _delay(act),
            "raye": "oui" if act.struck_at else "non",
            "precision": act.precision,
        }
        for act in of_person(person)
    ]


PERSONAL_DATA = (
    register.DataKind(
        id="actes",
        title=to_say("Ce qui a été fait pour vous ou avec vous"),
        why=to_say("Pour que vous puissiez le relire, et pour compter l’aide donnée."),
        fate=register.COUNTED,
        models=("actes.Act", "actes.Revision"),
        rows=copy,
    ),
    register.DataKind(
        id="etiquettes",
        title=to_say("Les mots que les équipes ont posés sur votre fiche"),
        why=to_say("Pour retrouver les personnes et les actes d’un même sujet."),
        fate=register.DELETED,
        models=("actes.PersonTag", "actes.ActTag"),
        rows=tags.copy,
    ),
)
