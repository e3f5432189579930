"""Locks, rights and erasures shared by every action on workshops and appointments."""

from collections.abc import Iterable

from django.db.models import Q

from maillage.apps.agenda import access
from maillage.apps.agenda.models import Appointment, Workshop
from maillage.apps.platform.accounts.models import User
from maillage.kernel.errors import Refused


def lock(workshops: Iterable[Workshop]) -> list[Workshop]:
    """Return workshops as they are now, locked against other writers until the end of the transaction.

    Their whole courses are locked too, always in the same order: two writers never deadlock.
    """
    course_by_workshop = {each.pk: each.course_id for each in workshops}
    courses = {course for course in course_by_workshop.values() if course is not None}
    rows = (
        Workshop.objects.select_for_update()
        .filter(Q(pk__in=course_by_workshop) | Q(course__in=courses))
        .order_by("pk")
    )
    return [row for row in rows if row.pk in course_by_workshop]


def check_lead(by: User | None, structure: int | None) -> None:
    """Refuse a user who is not the organiser of a workshop. by None: the platform itself."""
    if by is not None and not access.may_lead(by, structure):
        raise Refused(
            "L’atelier n’a pas été enregistré.",
            why="Vous n’organisez pas d’ateliers au nom de cette structure.",
            do="Demandez à son responsable de le faire, ou de vous donner ce rôle.",
        )


def check_run(by: User | None, workshop: Workshop) -> None:
    if by is not None and not access.may_run(by, workshop):
        raise Refused(
            "L’atelier n’a pas été enregistré.",
            why="Votre structure n’anime pas cet atelier.",
            do="Revenez à la liste de vos ateliers.",
        )


def erase_later(workshops: Iterable[Workshop]) -> None:
    """Let what is written of people at workshops be erased, even when the names of before were already."""
    workshop_numbers = [each.pk for each in workshops]
    Workshop.objects.filter(pk__in=workshop_numbers, stripped_at__isnull=False).update(stripped_at=None)


def erase_again(row: Appointment) -> None:
    """Let what is written of an appointment be erased, even when it was once already; its link opens again.
    The row is not saved.
    """
    if row.stripped_at is not None:
        row.stripped_at, row.token = None, access.digest(access.link_of_appointment(row))
