"""List mandates: those that run, end, wait for a signature or a regularisation."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from maillage.apps.directory.memberships.access import handing_structures, staying
from maillage.apps.people.mandats import access
from maillage.apps.people.mandats.models import Autorisation, Mandat, NamedHelper
from maillage.apps.people.mandats.queries.catalogue import family_of, keys_permitting
from maillage.apps.people.mandats.rules import frame
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.models import User, Visitor
from maillage.reference import procedures
from maillage.web.presence import present


def to_remind(today: date) -> list[Mandat]:
    """Return the mandates that end soon and lasted long enough to be forgotten, unless all was said."""
    rows = Mandat.objects.filter(
        duration__in=frame.REMINDED,
        signed_at__isnull=False,
        withdrawn_at__isnull=True,
        stripped_at__isnull=True,
        starts_on__lte=today,
        ends_on__gte=today,
        ends_on__lte=today + timedelta(days=max(frame.REMINDERS)),
    )
    return [row for row in rows if set(row.reminded) != set(frame.REMINDERS)]


def is_renewed(row: Mandat) -> bool:
    """Return True for a mandate followed by another that goes further, signed for the same structure and one
    of its procedures.
    """
    return Mandat.objects.filter(pk=row.pk).filter(_renewed()).exists()


def _renewed() -> Exists:
    permitted = Autorisation.objects.filter(mandat=OuterRef(OuterRef("pk")), revoked_at=None)
    further = Autorisation.objects.filter(
        key__in=permitted.values("key"),
        revoked_at=None,
        mandat__person=OuterRef("person"),
        mandat__structure=OuterRef("structure"),
        mandat__signed_at__isnull=False,
        mandat__withdrawn_at__isnull=True,
        mandat__ends_on__gt=OuterRef("ends_on"),
    )
    return Exists(further)


def to_regularise(rows: QuerySet[Mandat]) -> QuerySet[Mandat]:
    """Return, of some mandates, the emergencies that no real mandate followed yet, the oldest first; without
    those whose real mandate the person refused.
    """
    emergencies = rows.filter(emergency=True, regularise_before__isnull=False, regularised_at__isnull=True)
    return emergencies.order_by("regularise_before")


def ending(rows: QuerySet[Mandat], today: date) -> QuerySet[Mandat]:
    """Return, of some mandates, those that soon end and are not renewed, the first to end first: thirty days
    before the end, or seven for those that last a month.
    """
    soon = [Q(duration=key, ends_on__lte=today + timedelta(days=days)) for key, days in frame.TASK.items()]
    return running(rows, today).filter(reduce(or_, soon)).exclude(_renewed())


@dataclass(frozen=True, slots=True)
class Task:
    """A mandate to see to: an emergency to regularise, or one that ends. days_left: its last one included;
    late: the delay of the emergency, or of the photograph, is past. photograph: its paper is to photograph;
    unnamed: those that it names left, nobody may act.
    """

    mandat: Mandat
    days_left: int
    late: bool = False
    photograph: bool = False
    unnamed: bool = False


def tasks(user: Visitor, at: datetime, most: int) -> list[Task]:
    """Return the tasks about the mandates of the structures that a user helps for, the most pressing first:
    emergencies, papers to photograph, those that name nobody any more, those that were handed over and are to
    sign, then those that end, `most` of each.
    Whoever manages the team hands these over from the page of the departure.
    """
    today = timezone.localdate(at)
    own_structures = access.own_numbers(user)
    if not own_structures:
        return []
    rows = (
        access.mandats_for(user)
        .filter(structure__in=own_structures)
        .select_related(None)
        .select_related("person")
    )
    questions = (
        to_regularise(rows),
        running(rows, today).filter(photograph_before__isnull=False),
        without_helper(rows.exclude(structure__in=handing_structures(user)), today),
        to_sign(rows, today, user),
        ending(rows, today),
    )
    urgent, lacking, orphans, reassigned_drafts, soon = (
        list(question[:most]) if is_present else []
        for question, is_present in zip(questions, present(questions), strict=True)
    )
    signed_anew = {row.pk for row in (*orphans, *reassigned_drafts)}
    return [
        *(
            Task(row, 0, late=row.regularise_before is not None and row.regularise_before < at)
            for row in urgent
        ),
        *(Task(row, 0, late=row.suspended_on(today), photograph=True) for row in lacking),
        *(Task(row, 0, late=True, unnamed=True) for row in orphans),
        *(Task(row, 0) for row in reassigned_drafts),
        *(Task(row, (row.ends_on - today).days + 1) for row in soon if row.pk not in signed_anew),
    ]


def unfinished(user: Visitor, at: datetime) -> QuerySet[Mandat]:
    """Return the mandates of a user’s structures that there may be something to do about: to sign, to
    regularise, or neither stopped nor past.
    """
    runs = Q(withdrawn_at=None, ends_on__gte=timezone.localdate(at))
    pending = Q(signed_at=None) | Q(emergency=True, regularised_at=None) | runs
    return Mandat.objects.filter(pending, structure__in=access.own_numbers(user), stripped_at=None)


def running(rows: QuerySet[Mandat], today: date) -> QuerySet[Mandat]:
    """Return, of some mandates, those that are signed and neither stopped nor past."""
    return rows.filter(signed_at__isnull=False, withdrawn_at__isnull=True, ends_on__gte=today).order_by(
        "ends_on", "pk"
    )


def without_helper(rows: QuerySet[Mandat], today: date, *, user: int | None = None) -> QuerySet[Mandat]:
    """Return, of some mandates, those that run, that nobody may act under once leavers left, and that no
    other mandate follows. user: the leaver; None: any account that left its structure, or soon does.
    """
    current = NamedHelper.objects.filter(removed_at=None)
    stays = staying("user", "mandat__structure", user=user, on=today)
    following = current.filter(
        stays,
        Q(mandat__signed_at__isnull=False) | Q(mandat__made_at__date__gte=today - frame.AHEAD),
        mandat__renews=OuterRef("pk"),
        mandat__withdrawn_at=None,
    )
    alone = _naming_nobody(running(rows, today), today, user=user)
    return alone.filter(~Exists(following), emergency=False)


def drafts_without_helper(
    rows: QuerySet[Mandat], today: date, *, user: int | None = None
) -> QuerySet[Mandat]:
    """Return, of some mandates, those to sign that nobody may sign once leavers left. user: as above."""
    return _naming_nobody(drafts(rows, today), today, user=user)


def _naming_nobody(rows: QuerySet[Mandat], today: date, *, user: int | None) -> QuerySet[Mandat]:
    stays = staying("user", "mandat__structure", user=user, on=today)
    acting = NamedHelper.objects.filter(stays, removed_at=None, mandat=OuterRef("pk"))
    return rows.filter(~Exists(acting), whole_structure=False, stripped_at=None)


def to_sign(rows: QuerySet[Mandat], today: date, user: Visitor) -> QuerySet[Mandat]:
    """Return, of some mandates, those prepared to follow one that names others, and not signed: for whom they
    name, and whoever manages the team.
    """
    current = NamedHelper.objects.filter(removed_at=None)
    named_helpers = current.filter(mandat=OuterRef(OuterRef("pk")))
    retained_helpers = current.filter(mandat=OuterRef("renews"), user__in=named_helpers.values("user"))
    is_named = Q(Exists(current.filter(mandat=OuterRef("pk"), user=user.pk)))
    return drafts(rows, today).filter(
        ~Exists(retained_helpers),
        is_named | Q(structure__in=handing_structures(user)),
        renews__emergency=False,
        renews__whole_structure=False,
        renews__withdrawn_at=None,
    )


def running_of(person: Person, today: date) -> QuerySet[Mandat]:
    """Return the mandates of a person that run or are to begin, the first to end first."""
    rows = Mandat.objects.filter(person=person, stripped_at__isnull=True)
    return running(rows, today).select_related("structure")


def still_permitted(person: Person, key: str, today: date) -> Mandat | None:
    """Return a mandate that still permits what was taken back from another, None when none does."""
    keys = keys_permitting(key) if key in procedures.families() else {key, family_of(key)}
    return (
        running_of(person, today)
        .filter(Exists(Autorisation.objects.filter(mandat=OuterRef("pk"), key__in=keys, revoked_at=None)))
        .first()
    )


def over(rows: QuerySet[Mandat], today: date) -> QuerySet[Mandat]:
    """Return, of some mandates, those that ended or were stopped in the last 365 days, the latest first."""
    since = today - frame.VISIBLE_AFTER_END
    stopped = Q(withdrawn_at__isnull=False, withdrawn_at__date__gte=since)
    past = Q(withdrawn_at__isnull=True, ends_on__lt=today, ends_on__gte=since)
    return rows.filter(stopped | past, signed_at__isnull=False).order_by("-ends_on", "-pk")


def drafts(rows: QuerySet[Mandat], today: date) -> QuerySet[Mandat]:
    """Return, of some mandates, those that can still be signed, the latest first."""
    return rows.filter(signed_at__isnull=True, made_at__date__gte=today - frame.AHEAD)


@dataclass(frozen=True, slots=True)
class Criteria:
    """Filters of a list of mandates; '' or None where anything is accepted.

    state: '' those that run, `a-signer`, `finis`; helper: the account that prepared it; within: days to its
    end; procedure: a procedure, which its family permits too, or a family and all that it holds.
    """

    state: str = ""
    helper: int | None = None
    within: int | None = None
    procedure: str = ""


def filtered(rows: QuerySet[Mandat], criteria: Criteria, today: date) -> QuerySet[Mandat]:
    """Return, of some mandates, those that a list is asked for, in the order of their state."""
    matching = {"": running, "a-signer": drafts, "finis": over}[criteria.state](rows, today)
    if criteria.helper:
        matching = matching.filter(by=criteria.helper)
    if criteria.within is not None:
        matching = matching.filter(ends_on__lte=today + timedelta(days=criteria.within))
    if criteria.procedure:
        permitting = Autorisation.objects.filter(
            Q(revoked_at=None) | Q(revoked_at=OuterRef("withdrawn_at")),  # the last one taken back stops it
            mandat=OuterRef("pk"),
            key__in=keys_permitting(criteria.procedure),
        )
        matching = matching.filter(Exists(permitting))
    return matching


def helpers(rows: QuerySet[Mandat]) -> list[tuple[int, str]]:
    """Return the accounts that prepared some mandates: number and name."""
    accounts = User.objects.filter(pk__in=rows.order_by().values("by")).order_by("name", "email")
    return [(each.pk, str(each)) for each in accounts]
