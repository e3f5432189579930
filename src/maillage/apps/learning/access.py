"""Access to learning: a card opens its own progress, a structure sees its groups, a territory sees counts."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core import signing
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from maillage.apps.directory.memberships import access as memberships
from maillage.apps.directory.memberships.access import territories_with
from maillage.apps.directory.places.models import Structure
from maillage.apps.learning import rules
from maillage.apps.learning.models import Group, Plan
from maillage.apps.people.persons import access as cards
from maillage.apps.people.persons.access import numbers_for, people_for
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import Visitor

SEE, SEE_OWN, MEASURES, EDIT = "people.see", "people.mine", "measures.see", "modules.edit"
WRITE = "modules.write"  # for a structure; EDIT: for a territory
CODES_AN_HOUR, CARDS_AN_HOUR = 60, 60  # one connection may be a whole room
SALT = "apprendre"
TERRITORY = "territoire"  # of the session: the one an author writes for; of the cookie: where one reads from
READER = "Maillage-Lecteur"  # header: the same, for a script that keeps pages and sends no cookie
KEY, NEW = "apprenant", "apprenant-nouveau"  # of the session
LEARNING_FOR, NOTED = timedelta(hours=3), timedelta(minutes=20)


def open_card(request: HttpRequest, person: Person, at: datetime, *, is_new: bool = False) -> None:
    """Let this browser learn with a card for some hours: its progress only. is_new: created just now, its
    code is still to be noted.
    """
    close_card(request)
    for key in (KEY, NEW) if is_new else (KEY,):
        cards.open_card(request, person, at, key=key)


def learner(request: HttpRequest, at: datetime) -> Person | None:
    """Return the person whose card is open for learning in this browser; None once the card was replaced."""
    return cards.card_in(request, at, key=KEY, open_for=LEARNING_FOR)


def is_same_card(request: HttpRequest, person: Person | None) -> bool:
    """Return True if a form was displayed with the card that is open now: on a shared computer, an older page
    may be somebody else's. A form without a token is accepted.
    """
    posted_token = request.POST.get("ouverte")
    return posted_token is None or constant_time_compare(
        posted_token, token(person) if person is not None else ""
    )


def to_note(request: HttpRequest, at: datetime) -> Person | None:
    """Return the person whose card was created here a moment ago: later, on a shared computer, its code is no
    longer displayed.
    """
    return cards.card_in(request, at, key=NEW, open_for=NOTED)


def close_card(request: HttpRequest) -> None:
    """Let this browser learn with no card any more."""
    for key in (KEY, NEW):
        cards.close_card(request, key=key)


def token(person: Person) -> str:
    """Return the token by which a device adds to a learner's progress: it reads nothing, and reveals nothing
    of the card.
    """
    # Always the same for a card: a device finds by it what is still to be sent.
    return signing.Signer(salt=SALT).sign_object([person.pk, cards.digest(person)])


def by_token(text: str) -> Person | None:
    """Return the person of a token; None when it is forged, or when the card was erased or replaced since."""
    try:
        pk, digest = signing.Signer(salt=SALT).unsign_object(text)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return cards.person_of_code(pk, digest)


def written_for(request: HttpRequest) -> str:
    """Return the territory or the structure whose modules a user writes: the one they chose, of those over
    which they have the right; '' for nobody.
    """
    scopes = scopes_of(request.user)
    chosen = request.session.get(TERRITORY, "") if len(scopes) > 1 else ""
    return chosen if chosen in scopes else scopes[0] if scopes else ""


def scopes_of(user: Visitor) -> list[str]:
    """Return for whom a user writes modules: territories, then structures."""
    structures = sorted(rights_of(user).structures(WRITE))
    return [*territories_with(user, EDIT), *map(rules.scope_of, structures)]


def name_of(scope: str) -> str:
    """Return how those are called for whom modules are written."""
    structure = scope_structure(scope)
    return structure.name if structure is not None else memberships.name_of(scope)


def scope_structure(scope: str) -> Structure | None:
    """Return the structure of a scope; None for a territory, and for a structure that is no more."""
    pk = rules.structure_of(scope)
    return None if pk is None else Structure.objects.filter(pk=pk).first()


def scopes_inside(territory: str, scopes: Iterable[str]) -> list[tuple[str, Structure]]:
    """Return which of some scopes are structures of a territory, by name."""
    known = {pk: scope for scope in scopes if (pk := rules.structure_of(scope)) is not None}
    communes = memberships.communes_of(territory)
    rows = Structure.objects.filter(pk__in=known).order_by("name", "pk")
    return [
        (known[row.pk], row)
        for row in rows
        if communes is None or (memberships.seat_of(row) and memberships.seat_of(row) <= communes)
    ]


def may_write(user: Visitor, scope: str) -> bool:
    """Return True if a user writes the modules of a territory, or of a structure; `FRANCE`: those of the
    installation.
    """
    return scope in scopes_of(user)


def home_of(request: HttpRequest, at: datetime) -> Structure | None:
    """Return the structure from which modules are read: that of the card that is open, else the account's."""
    person = learner(request, at)
    return memberships.home_structure(request.user) if person is None else home_of_person(person)


def home_of_person(person: Person) -> Structure | None:
    """Return the structure from which somebody reads modules: that of their group, else the first that
    follows them; None for a card of one's own making.
    """
    group = group_of(person)
    if group is not None:
        return group.structure
    followed = person.followings.filter(ended_at=None).select_related("structure").order_by("pk").first()
    return followed.structure if followed is not None else None


def group_of(person: Person) -> Group | None:
    """Return the group that somebody joined last, of those whose structure still follows them: a structure
    that was left is told nothing more.
    """
    followed = person.followings.filter(ended_at=None).values("structure")
    groups = Group.objects.filter(members__person=person, structure__in=followed)
    return groups.select_related("structure").order_by("-members__at").first()


def structures_for(user: Visitor) -> QuerySet[Structure]:
    """Return the structures on whose behalf a user helps people learn, all of them or those they follow."""
    rights = rights_of(user)
    return Structure.objects.filter(pk__in=rights.structures(SEE) | rights.structures(SEE_OWN))


def may_run(user: Visitor, group: Group) -> bool:
    """Return True if a user runs a group."""
    return groups_for(user).filter(pk=group.pk).exists()


def groups_for(user: Visitor) -> QuerySet[Group]:
    """Return the groups a user runs: those of their structures, and those they run as partners; for a
    volunteer, their own.
    """
    rights = rights_of(user)
    full_structures, own_structures = rights.structures(SEE), rights.structures(SEE_OWN)
    if not full_structures and not own_structures:
        return Group.objects.none()
    condition = Q(structure__in=full_structures) | Q(partner__in=full_structures)
    if own_structures:
        condition |= Q(structure__in=own_structures, by=user.pk)
    return Group.objects.filter(condition).select_related("structure", "partner")


def plans_for(user: Visitor, *which: Q) -> QuerySet[Plan]:
    """Return the plans of the people a user helps, and those made in their structures. which: conditions
    that the ones looked for meet, asked before whose they are.
    """
    rights = rights_of(user)
    full_structures = rights.structures(SEE)
    if not full_structures and not rights.structures(SEE_OWN):
        return Plan.objects.none()
    is_visible = Exists(people_for(user).filter(pk=OuterRef("person")))
    # Each way has its index. With an “or”, the first ones by date are looked for among those of everybody.
    candidates = Plan.objects.filter(*which)
    ways = (candidates.filter(structure__in=full_structures), candidates.filter(person__in=numbers_for(user)))
    first, second = (way.order_by().values("pk") for way in ways)
    rows = Plan.objects.filter(pk__in=first.union(second))
    return rows.select_related("person", "structure").annotate(is_visible=is_visible)


def may_share(user: Visitor, group: Group) -> bool:
    """Return True if a user may choose the partner structure of a group: only the structure that opened it
    may.
    """
    rights = rights_of(user)
    is_own = rights.may(SEE_OWN, structure=group.structure_id) and group.by_id == user.pk
    return rights.may(SEE, structure=group.structure_id) or is_own


def measures_of(user: Visitor) -> tuple[frozenset[int], frozenset[str] | None]:
    """Return the structures whose learning a user may count, and the communes; None: everywhere."""
    rights = rights_of(user)
    return rights.structures(SEE), rights.communes(MEASURES)
