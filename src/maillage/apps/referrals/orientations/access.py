"""Rights over referrals: those of the sender, the receiver, and the person with their card. Territories see
counts only.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, QueryDict

from maillage.apps.people.persons.access import people_for
from maillage.apps.people.persons.models import Following
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import User, Visitor
from maillage.apps.referrals.orientations.models import Orientation
from maillage.apps.referrals.orientations.rules import cycle
from maillage.kernel.errors import Refused
from maillage.web import installation_keys

ANSWER, SEE, SEE_OWN = "orientations.answer", "people.see", "people.mine"
TOKEN = re.compile(r"[0-9a-f]{32}")
LINKS_AN_HOUR = 30  # links that a stranger may try
CODES_AN_HOUR = 30
WITH = ("lieu", "lieu__structure", "to_structure", "from_structure", "sender", "person", "act")
# Whether whoever sends still follows the person: otherwise their sheet is read here no more than there.
FOLLOWED = Exists(
    Following.objects.filter(
        person=OuterRef("person"), structure=OuterRef("from_structure"), ended_at__isnull=True
    )
)


def sender_condition(user: Visitor) -> Q:
    """Return the condition for a referral to be sent by a user's structures; by a volunteer, themselves."""
    rights = rights_of(user)
    visible_structures, own_structures = rights.structures(SEE), rights.structures(SEE_OWN)
    return Q(from_structure__in=visible_structures) | Q(from_structure__in=own_structures, sender=user.pk)


def sent_by(user: Visitor) -> QuerySet[Orientation]:
    """Return the referrals sent by a user's structures; of a volunteer, those of the persons they help."""
    if not rights_of(user).any(SEE, SEE_OWN):
        return Orientation.objects.none()
    rows = Orientation.objects.filter(sender_condition(user), stripped_at__isnull=True)
    return rows.select_related(*WITH).annotate(followed=FOLLOWED)


def received_by(user: Visitor) -> QuerySet[Orientation]:
    return received_in(receiving_structures(user))


def receiving_structures(user: Visitor) -> frozenset[int]:
    """Return the structures whose received referrals a user reads."""
    rights = rights_of(user)
    return rights.structures(ANSWER) | rights.structures(SEE)


def received_in(structures: frozenset[int]) -> QuerySet[Orientation]:
    """Return the referrals sent to some structures, for the places they ran that day."""
    if not structures:
        return Orientation.objects.none()
    referral = Orientation.objects.filter(
        to_structure__in=structures, sent_at__isnull=False, stripped_at__isnull=True
    )
    return referral.select_related(*WITH)


def orientations_for(user: Visitor) -> QuerySet[Orientation]:
    """Return every referral a user may read, as sender or receiver."""
    rights = rights_of(user)
    if not rights.any(SEE, SEE_OWN, ANSWER):
        return Orientation.objects.none()
    received_unsent = Q(to_structure__in=receiving_structures(user), sent_at__isnull=False)
    rows = Orientation.objects.filter(sender_condition(user) | received_unsent, stripped_at__isnull=True)
    return rows.select_related(*WITH).annotate(followed=FOLLOWED)


def may_give(user: Visitor | None, orientation: Orientation) -> bool:
    """Return True if a user acts for the sender. Without one: if a relative or the person prepares it."""
    if user is None:
        nobodys = orientation.sender_id is None and orientation.from_structure_id is None
        return nobodys and orientation.origin in (cycle.RELATIVE, cycle.SELF)
    rights, structure = rights_of(user), orientation.from_structure_id
    if structure is None:
        return user.is_active and orientation.sender_id == user.pk
    return rights.may(SEE, structure=structure) or (
        rights.may(SEE_OWN, structure=structure) and orientation.sender_id == user.pk
    )


def still_helps(user: Visitor | None, orientation: Orientation) -> bool:
    """Return True if a user still follows the person they refer; without account or sheet, nobody has to."""
    if user is None or orientation.person_id is None:
        return True
    return helps(user, orientation.person_id, orientation.from_structure_id)


def helps(user: Visitor, person: int, structure: int | None) -> bool:
    """Return True if a user helps a person on behalf of a structure, which follows them today."""
    followed_by_structure = {"followings__structure": structure, "followings__ended_at": None}
    return people_for(user).filter(pk=person, **followed_by_structure).exists()


def may_answer(user: User | None, orientation: Orientation, token: str = "") -> bool:
    """Return True if a user may answer: by a role in the receiving structure, or by the personal link."""
    if token:
        return orientation.token is not None and hmac.compare_digest(digest(token), orientation.token)
    if user is None or orientation.to_structure_id is None:
        return False
    return rights_of(user).may(ANSWER, structure=orientation.to_structure_id)


def may_relay(user: Visitor | None, orientation: Orientation) -> bool:
    """Return True if the sender may record the answer of a place that only speaks: by telephone or card."""
    is_unsent_known = orientation.channel in cycle.MESSENGER_BY_CHANNEL and orientation.sent_at is not None
    return user is not None and is_unsent_known and may_give(user, orientation)


def sides_of(user: Visitor, orientation: Orientation) -> tuple[str, ...]:
    """Return the sides a user is on in a referral: sender, receiver, both or none."""
    sides = []
    if user.is_authenticated and may_give(user, orientation):
        sides.append(cycle.SENDER)
    if user.is_authenticated and (may_answer(user, orientation) or may_relay(user, orientation)):
        sides.append(cycle.RECEIVER)
    return tuple(sides)


# --------------------------------------------------------------------------------------------- personal links


def link_of(orientation: Orientation) -> str:
    """Return the token of a referral's latest link: 128 bits that only the installation's key makes.

    Only its digest is stored; it is derived again when a reminder must carry the same link.
    """
    signed_text = f"orientation:{orientation.pk}:{orientation.links}"
    return installation_keys.token(signed_text, orientation.token or "", digest)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def referral_of_link(token: str) -> Orientation | None:
    """Return the referral of a link; None for a link that was replaced, forged or guessed."""
    if not TOKEN.fullmatch(token):
        return None
    return Orientation.objects.filter(token=digest(token)).select_related(*WITH).first()


def is_link_open(row: Orientation, at: datetime) -> bool:
    """Return True if a referral may be read and answered by its link; otherwise only its state is shown."""
    runs = row.state in (*cycle.RUNNING, cycle.SERVED) and row.stripped_at is None
    return runs and row.link_until is not None and row.day(at) <= row.link_until


# ---------------------------------------------------------------------- what was typed, in a browser

NEED = "besoin"  # of the session
NEED_LIFETIME = timedelta(hours=1)
UNSTORED_FIELDS = ("csrfmiddlewaretoken", "geste", "pour")


def store_need(request: HttpRequest, at: datetime, *, but: Collection[str]) -> None:
    """Keep what was typed of a need while its person is looked for: it says what somebody lives through, so
    no address carries it. but: what is of the person chosen before, and of no other.
    """
    dropped_names = {*UNSTORED_FIELDS, *but}
    typed = {name: values[:20] for name, values in request.POST.lists() if name not in dropped_names}
    request.session[NEED] = {"account": request.user.pk, "at": at.isoformat(), "typed": typed}


def stored_need(request: HttpRequest, at: datetime) -> dict[str, list[str]]:
    """Return the fields typed for a need before its person was found, empty after an hour."""
    match request.session.get(NEED):
        case {"account": account, "at": since, "typed": typed} if account == request.user.pk:
            return typed if at - datetime.fromisoformat(since) <= NEED_LIFETIME else {}
    return {}


TYPED, MOST_TYPED = "saisies", 5  # of the session: pages of typed fields, the latest ones


@dataclass(frozen=True, slots=True)
class TypedPage:
    """Fields posted to a page that shows them again, and why they were refused. is_full: the place takes
    nobody, its neighbours are proposed.
    """

    fields: QueryDict
    refusal: Refused | None
    is_full: bool


def store_typed(
    request: HttpRequest, fields: QueryDict, at: datetime, *, refusal: Refused | None, is_full: bool
) -> str:
    """Keep the fields posted to a page, which it shows again by a redirect; return their number."""
    fields = fields.copy()
    fields.pop("csrfmiddlewaretoken", None)
    number = secrets.token_urlsafe(6)
    page = {
        "account": request.user.pk,
        "at": at.isoformat(),
        "fields": fields.urlencode(),
        "refusal": refusal and refusal.sentences,
        "is_full": is_full,
    }
    before = list(request.session.get(TYPED, {}).items())
    request.session[TYPED] = dict([*before, (number, page)][-MOST_TYPED:])
    return number


def stored_typed(request: HttpRequest, number: str, at: datetime) -> TypedPage | None:
    """Return the fields posted under a number; None after an hour, or for another account."""
    page = request.session.get(TYPED, {}).get(number)
    if page is None or page["account"] != request.user.pk:
        return None
    if at - datetime.fromisoformat(page["at"]) > NEED_LIFETIME:
        return None
    what, why, do = page["refusal"] or ("", "", "")
    return TypedPage(
        QueryDict(page["fields"]), Refused(what, why=why, do=do) if what else None, page["is_full"]
    )


def drop_need(request: HttpRequest) -> None:
    """Forget what was typed of a need that left."""
    for key in (NEED, TYPED):
        request.session.pop(key, None)
