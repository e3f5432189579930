"""Planning workshops and courses: made, changed, published, cancelled, reported."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Model, QuerySet

from maillage.apps.agenda.actions import notifications, seats
from maillage.apps.agenda.actions.notifications import Notified
from maillage.apps.agenda.actions.write import check_lead, check_run, lock
from maillage.apps.agenda.models import Course, Workshop
from maillage.apps.agenda.queries import rooms
from maillage.apps.agenda.rules import workshops as rules
from maillage.apps.directory.places.actions.sheets import lock_structure
from maillage.apps.directory.places.models import Structure
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.kernel.errors import Refused
from maillage.kernel.secret_text import refuse_secrets
from maillage.kernel.typed import DOUBLE_CLICK, line
from maillage.web.overwrites import as_compared

R = TypeVar("R", bound=Model)

KNOWN = (
    *("lieu", "address", "commune", "title", "aim", "bring", "subject", "level", "language", "suits"),
    *("starts_at", "ends_at", "capacity", "drop_in", "price", "price_words", "outline", "modules"),
    *("aidants", "partner"),
)
ANNOUNCED_FIELDS = ("starts_at", "ends_at", "lieu_id", "address")  # what changes for those who come
SHARED = ("subject", "level", "language", "outline", "aim")  # by the meetings of a course


@transaction.atomic
def plan(
    *,
    by: User | None,
    structure: Structure,
    values: Mapping[str, Any],
    at: datetime,
    format: str = rules.ONE_OFF,
    kind: str = rules.WORKSHOP,
    example: bool = False,
) -> Workshop:
    """Plan a workshop, visible to its structure alone until it is published; a double click plans one.
    values: some of KNOWN; kind: for the public, or a training of those who help them.
    """
    check_lead(by, structure.pk)
    facts = {"structure": structure, "format": format, "kind": kind, "by": by, "example": example}
    row = Workshop(made_at=at, changed_at=at, **facts)
    _write(row, values)
    if by is not None:
        same = facts | {name: getattr(row, name) for name in KNOWN}
        twin = _just_planned(Workshop, structure, at).filter(course=None, cancelled_at=None, **same).first()
        if twin is not None:
            return twin
    row.save()
    journal.record(by=by, verb="workshop.planned", row=row, at=at, structure=structure.pk)
    return row


@transaction.atomic
def plan_course(
    *,
    by: User | None,
    structure: Structure,
    values: Mapping[str, Any],
    meetings: Sequence[Mapping[str, Any]],
    at: datetime,
    example: bool = False,
) -> Course:
    """Plan the meetings of a course at once, and return it; a double click plans one. values: those they
    share; meetings: those of each.

    Its format follows from its hours: short under fifteen, long from there.
    """
    check_lead(by, structure.pk)
    if not 2 <= len(meetings) <= rules.MOST_MEETINGS:
        raise Refused(
            "Le parcours n’a pas été planifié.",
            why=f"Un parcours a de 2 à {rules.MOST_MEETINGS} séances.",
            do="Corrigez le nombre de séances, ou planifiez un atelier seul.",
        )
    ordered = sorted(meetings, key=lambda meeting: meeting["starts_at"])
    lasting = [int((each["ends_at"] - each["starts_at"]).total_seconds() // 60) for each in ordered]
    format = rules.format_of(lasting)
    facts = {"structure": structure, "format": format, "by": by, "example": example}
    shared = {name: values[name] for name in ("title", *SHARED) if name in values}
    if by is not None:
        days = [each["starts_at"] for each in ordered]
        for twin in _just_planned(Course, structure, at).filter(**facts, **shared):
            if list(twin.workshops.order_by("rank").values_list("starts_at", flat=True)) == days:
                return twin
    facts["made_at"] = at
    course = Course.objects.create(**facts, **shared)
    for rank, own in enumerate(ordered, 1):
        row = Workshop(course=course, rank=rank, changed_at=at, **facts)
        _write(row, {**values, **own})
        row.save()
    n_words = f"{len(ordered)} séances"
    journal.record(by=by, verb="course.planned", row=course, at=at, structure=structure.pk, words=n_words)
    return course


def _just_planned(rows: type[R], structure: Structure, at: datetime) -> QuerySet[R]:
    """Return the rows that a structure planned a moment ago, read once another click at once has ended."""
    lock_structure(structure)
    return rows._default_manager.filter(made_at__gt=at - DOUBLE_CLICK).order_by("pk")


def _write(row: Workshop, values: Mapping[str, Any]) -> None:
    """Set the fields of a workshop; Refused when they are inconsistent."""
    for name in KNOWN:
        if name in values:
            value = values[name]
            setattr(row, name, line(value) if isinstance(value, str) and name != "aim" else value)
    if row.lieu is not None:
        row.address, row.commune = "", row.lieu.code_insee
    why, do = _fault(row)
    if why:
        raise Refused("L’atelier n’a pas été enregistré.", why=why, do=do)


def _fault(row: Workshop) -> tuple[str, str]:
    if not row.title:
        return "Il n’a pas de titre.", "Écrivez ce que l’on y fera."
    if row.ends_at <= row.starts_at:
        return "Il finit avant d’avoir commencé.", "Corrigez l’une des deux heures."
    if row.ends_at - row.starts_at > rules.LONGEST_DAY:
        hours = rules.LONGEST_DAY // timedelta(hours=1)
        return f"Il dure plus de {hours} heures.", "Faites-en un parcours, avec une séance par jour."
    if not 1 <= (row.capacity or 0) <= rules.MOST_SEATS:
        return "Il lui faut au moins une place.", f"Écrivez un nombre de 1 à {rules.MOST_SEATS}."
    if row.lieu is None and not row.address:
        return "On ne sait pas où il a lieu.", "Choisissez un lieu, ou écrivez une adresse."
    if row.partner is not None and row.partner.pk == row.structure_id:
        return "Une structure ne s’anime pas avec elle-même.", "Choisissez une autre structure, ou aucune."
    return "", ""


@transaction.atomic
@journal.written_last()
def change(
    workshop: Workshop, values: Mapping[str, Any], *, by: User | None, at: datetime, number: int | None = None
) -> Notified:
    """Change a workshop, and return who was notified: those registered, when the day, the hour or the place
    changed. number: its version when it was read, None when nobody says.

    Added seats go to the waiting list. Refused below the number of seats taken, or once somebody else changed
    it; the same sent twice changes it once.
    """
    row = lock([workshop])[0]
    check_lead(by, row.structure_id)
    _check_alive(row)
    known = {name: getattr(row, name) for name in KNOWN}
    before = {name: getattr(row, name) for name in ANNOUNCED_FIELDS}
    _write(row, values)
    if number not in (None, row.sequence):
        if all(getattr(row, name) == value for name, value in known.items()):
            return Notified()
        raise Refused(
            "L’atelier n’a pas été changé.",
            why="Quelqu’un d’autre l’a changé pendant que vous écriviez.",
            do="Gardez votre texte, ouvrez l’atelier dans un autre onglet, et réunissez les deux.",
        )
    taken = rooms.rooms([row])[row.pk].booked
    if row.capacity < taken:
        raise Refused(
            "L’atelier n’a pas été changé.",
            why=f"{taken} personnes ont déjà leur place.",
            do="Gardez au moins ce nombre, ou prévenez d’abord celles qui ne viendront pas.",
        )
    if "drop_in" in values and row.course_id is None:
        row.format = rules.OPEN if row.drop_in else rules.ONE_OFF
    row.sequence += 1
    row.changed_at = at
    row.stripped_at = None  # held later, it has names to erase again
    row.save()
    journal.record(by=by, verb="workshop.changed", row=row, at=at, structure=row.structure_id)
    moved = any(getattr(row, name) != value for name, value in before.items()) and row.starts_at > at
    done = Notified()
    if moved:
        row.seats.update(reminded_at=None)
        notifications.take_back(row.seats.all(), at=at)
        done = notifications.moved(row, at=at)
    return done + seats.promote([row], at=at)


def _check_alive(row: Workshop) -> None:
    if row.cancelled_at is not None:
        raise Refused(
            "Rien n’a changé : cet atelier est annulé.",
            why="Les personnes inscrites ont pu l’apprendre.",
            do="Planifiez-en un autre.",
        )


def _same_course(row: Workshop) -> list[Workshop]:
    """Return a workshop and the other meetings of its course, locked against other writers."""
    if row.course_id is None:
        return lock([row])
    return lock(Workshop.objects.filter(course=row.course_id, cancelled_at__isnull=True))


@transaction.atomic
def publish(workshop: Workshop, *, by: User | None, at: datetime) -> int:
    """Publish a workshop with all the meetings of its course; return how many are newly public.

    Refused for one that is over, or cancelled.
    """
    check_lead(by, workshop.structure_id)
    rows = _same_course(workshop)
    for row in rows:
        _check_alive(row)
    if all(row.starts_at <= at for row in rows):
        raise Refused(
            "L’atelier n’a pas été publié.",
            why="Il est déjà passé : personne ne peut plus venir.",
            do="Corrigez sa date, ou notez seulement qui est venu.",
        )
    hidden = [row for row in rows if row.published_at is None]
    for row in hidden:
        row.published_at, row.changed_at = at, at
        row.save(update_fields=["published_at", "changed_at"])
        journal.record(by=by, verb="workshop.published", row=row, at=at, structure=row.structure_id)
    return len(hidden)


@transaction.atomic
def hide(workshop: Workshop, *, by: User | None, at: datetime) -> None:
    """Unpublish a workshop; Refused once anyone has registered: it must be cancelled, which notifies them."""
    check_lead(by, workshop.structure_id)
    rows = _same_course(workshop)
    if any(each.booked or each.wait_list_size for each in rooms.rooms(rows).values()):
        raise Refused(
            "L’atelier reste publié.",
            why="Des personnes sont inscrites : elles le chercheraient sans le trouver.",
            do="Annulez-le : Maillage leur écrit, ou vous donne la liste des personnes à appeler.",
        )
    for row in rows:
        row.published_at, row.changed_at = None, at
        row.save(update_fields=["published_at", "changed_at"])
        journal.record(by=by, verb="workshop.hidden", row=row, at=at, structure=row.structure_id)


@transaction.atomic
@journal.written_last()
def cancel(
    workshop: Workshop, *, by: User | None, at: datetime, reason: str = "", whole_series: bool = False
) -> Notified:
    """Cancel a workshop not begun, or the rest of its course, and return who was notified."""
    check_lead(by, workshop.structure_id)
    course = _same_course(workshop)
    (row,) = lock([workshop])
    _check_alive(row)
    rows = [each for each in (course if whole_series else [row]) if each.starts_at > at]
    if not rows:
        raise Refused(
            "Rien n’a été annulé.",
            why="Toutes les séances sont passées." if whole_series else "Cet atelier a déjà commencé.",
            do="Notez qui est venu, ou écrivez le compte rendu.",
        )
    done = Notified()
    for row in rows:
        _check_alive(row)
        row.cancelled_at, row.changed_at = at, at
        row.cancel_reason = line(reason, 300)
        row.sequence += 1
        row.save()
        journal.record(by=by, verb="workshop.cancelled", row=row, at=at, structure=row.structure_id)
        notifications.take_back(row.seats.all(), at=at)
        done += notifications.cancelled(row, at=at)
    # Who waited for the whole course because one meeting was full now waits for less.
    return done + seats.promote([row for row in course if row not in rows], at=at)


@transaction.atomic
def report(
    workshop: Workshop, *, words: str, by: User | None, at: datetime, compared_words: str | None = None
) -> None:
    """Store what went well and what blocked, once it took place; an empty report removes the previous one.
    compared_words: the one that its author read, None for any. Refused when somebody else wrote since.
    """
    row = lock([workshop])[0]
    check_run(by, row)
    if row.starts_at > at:
        raise Refused(
            "Le compte rendu n’a pas été gardé.",
            why="L’atelier n’a pas encore commencé.",
            do="Écrivez-le quand il a eu lieu.",
        )
    if compared_words is not None and as_compared(row.report) not in map(
        as_compared, (compared_words, words)
    ):
        raise Refused(
            "Le compte rendu n’a pas été gardé.",
            why="Quelqu’un d’autre vient de l’écrire : son texte est au-dessus du vôtre.",
            do="Réunissez les deux, puis gardez-le de nouveau.",
        )
    refuse_secrets(words)
    row.report, row.reported_at = words.strip(), at if words.strip() else None
    row.save(update_fields=["report", "reported_at"])
    journal.record(by=by, verb="workshop.reported", row=row, at=at, structure=row.structure_id)
