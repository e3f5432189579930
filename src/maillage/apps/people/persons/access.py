"""Rights over persons: structures that follow them; a volunteer, those they follow; a browser, by a card."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac

from maillage.apps.people.persons import rules
from maillage.apps.people.persons.models import CardSecret, CorrectionRequest, Following, Person
from maillage.apps.platform.accounts.access import account_of, rights_of
from maillage.apps.platform.accounts.models import User, Visitor
from maillage.kernel.errors import Refused
from maillage.web.hooks import Hook

# Who answers for a volunteer at a structure, on a day; None when nobody does.
SUPERVISOR: Hook[Callable[[Visitor, int | None, date], User | None]] = Hook()


def people_for(user: Visitor) -> QuerySet[Person]:
    """Return the persons a user may see; none for a stranger, the coordination or the administration.

    The question is written once for a page, which asks it ten times; each time, the database answers.
    """
    visible: QuerySet[Person] = _visible(user)[0]
    return visible.all()


def numbers_for(user: Visitor) -> QuerySet[Any, Any]:
    """Return the numbers of those persons, to look for among the rows of another table: nobody follows who
    was erased, and their sheets need not be read.
    """
    return _visible(user)[1].all()


def _visible(user: Visitor) -> tuple[QuerySet[Person], QuerySet[Any, Any]]:
    rights = rights_of(user)
    memory = vars(user)
    if memory.get("people_asked", (None,))[0] is not rights:
        full, own = rights.structures("people.see"), rights.structures("people.mine")
        followed = Following.objects.none()
        if full or own:
            reached = (
                Q(structure__in=full) | Q(structure__in=own, by=user.pk) if own else Q(structure__in=full)
            )
            followed = Following.objects.filter(reached, ended_at__isnull=True)
        numbers = followed.values("person")
        memory["people_asked"] = (
            rights,
            Person.objects.filter(pk__in=numbers, forgotten_at__isnull=True),
            numbers,
        )
    _, people, numbers = memory["people_asked"]
    return people, numbers


def corrections_for(user: Visitor) -> QuerySet[CorrectionRequest]:
    """Return the correction requests to a user’s structures, of the persons the user may see."""
    rights = rights_of(user)
    structures = rights.structures("people.see") | rights.structures("people.mine")
    if not structures:
        return CorrectionRequest.objects.none()
    visible = CorrectionRequest.objects.filter(structure__in=structures, person__in=numbers_for(user))
    return visible.select_related("person", "structure")


def may_help(user: Visitor, structure: int | None) -> bool:
    """Grant the writing of a person's sheet on behalf of a structure."""
    rights = rights_of(user)
    return structure is not None and (
        rights.may("people.see", structure=structure) or rights.may("people.mine", structure=structure)
    )


def sees_only_followed(user: Visitor, structure: int | None) -> bool:
    """Return True for a user who sees, among the persons of a structure, only those they help themselves."""
    rights = rights_of(user)
    return rights.may("people.mine", structure=structure) and not rights.may(
        "people.see", structure=structure
    )


def check_supervised(user: Visitor | None, structure: int | None, on: date, what: str) -> None:
    """Refuse a volunteer for whom nobody answers at a structure: papers, codes and mandates stay closed to
    somebody alone. what: the sentence that says what was not done.
    """
    if user is None or not sees_only_followed(user, structure):
        return
    if SUPERVISOR.only()(user, structure, on) is None:
        raise Refused(
            what,
            why="Un bénévole n’est jamais seul avec des papiers ou des codes, et personne ne répond de vous"
            " aujourd’hui.",
            do="Demandez à votre structure de nommer qui vous encadre, charte signée.",
        )


# --------------------------------------------------------------------------------------- a card, in a browser


def open_card(request: HttpRequest, person: Person, at: datetime, *, key: str) -> None:
    """Let this browser read what a card opens. key: of the session, one for each thing that a card opens."""
    request.session[key] = [person.pk, at.isoformat(), digest(person)]


def card_in(request: HttpRequest, at: datetime, *, key: str, open_for: timedelta) -> Person | None:
    """Return the person whose card is open in this browser; None when it expired, was replaced, or the person
    was erased.
    """
    match request.session.get(key):
        case [pk, since, kept] if rules.still_open(datetime.fromisoformat(since), at, open_for):
            return person_of_code(pk, kept)
    return None


def person_of_code(pk: int, stored_digest: str) -> Person | None:
    """Return a person by the digest of their code; None once it was replaced, or they were erased."""
    person = Person.objects.filter(pk=pk, forgotten_at__isnull=True, merged_into__isnull=True).first()
    return person if person is not None and constant_time_compare(stored_digest, digest(person)) else None


def close_card(request: HttpRequest, *, key: str) -> None:
    request.session.pop(key, None)


def digest(person: Person) -> str:
    """Return the digest of a card's code: stored in the session, so that a new code closes what the old one
    opened.
    """
    return salted_hmac("card", person.code).hexdigest()


# -------------------------------------------------------------------------- the person's page, in a browser

PAGE, FORM = "carte", "carte-formulaire"  # of the session


@dataclass(frozen=True, slots=True)
class Opened:
    """The page of a person, open in this browser. token: of this opening, that its forms carry;
    has_full_access: by their secret or with a helper, not by the code alone; helper: the account it was
    opened with.
    """

    person: Person
    token: str
    has_full_access: bool
    helper: User | None


def open_page(
    request: HttpRequest, person: Person, at: datetime, *, has_full_access: bool, helper: User | None = None
) -> None:
    """Let this browser read the page of a person: under a new session number, unless an account holds it."""
    if helper is None:
        request.session.cycle_key()
    request.session[PAGE] = {
        "pk": person.pk,
        "kept": _page_digest(person),
        "token": secrets.token_urlsafe(12),
        "whole": has_full_access,
        "helper": helper and helper.pk,
        "since": at.isoformat(),
    }


def page_in(request: HttpRequest, at: datetime) -> Opened | None:
    """Return the page open in this browser, for ten more minutes; None once they passed, once the code or
    the secret changed, once the helper logged out, or once the person was erased.
    """
    session_page = request.session.get(PAGE)
    match session_page:
        case {
            "pk": pk,
            "kept": kept,
            "token": token,
            "whole": has_full_access,
            "helper": helper,
            "since": since,
        }:
            person = Person.objects.filter(pk=pk, forgotten_at__isnull=True, merged_into__isnull=True).first()
            account = account_of(request) if helper is not None else None
            if (
                person is None
                or not rules.still_open(datetime.fromisoformat(since), at)
                or not constant_time_compare(kept, _page_digest(person))
                or (helper is not None and (account is None or account.pk != helper))
                or (account is not None and not people_for(account).filter(pk=pk).exists())
            ):
                return None
            request.session[PAGE] = {**(session_page or {}), "since": at.isoformat()}
            return Opened(person, token, has_full_access, account)
    return None


def close_page(request: HttpRequest) -> None:
    """Close the page: what was on the screen opens nothing any more.

    The session changes its number: a slower answer, asked before, would write back that the page is open.
    """
    was_open = PAGE in request.session
    for key in (PAGE, FORM):
        request.session.pop(key, None)
    if was_open:
        request.session.cycle_key()


def new_form(request: HttpRequest) -> str:
    """Return the number of a form that opens a page: it serves once."""
    request.session[FORM] = secrets.token_urlsafe(12)
    return str(request.session[FORM])


def spend_form(request: HttpRequest, typed: str) -> bool:
    """Accept a form once, when it is the last one displayed in this browser."""
    return constant_time_compare(str(request.session.pop(FORM, secrets.token_hex())), typed)


def _page_digest(person: Person) -> str:
    secret_hash = CardSecret.objects.filter(person=person).values_list("hash", flat=True).first()
    return salted_hmac("page", f"{person.code}:{secret_hash or ''}").hexdigest()
