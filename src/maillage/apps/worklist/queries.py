"""The worklist items of all features for an account (constant query count)."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Left, NullIf
from django.urls import reverse
from django.utils import timezone

from maillage.apps.accounts.access import rights_of
from maillage.apps.accounts.models import User
from maillage.apps.accounts.rules import worklist as rules
from maillage.apps.accounts.rules.worklist import Line, Moment, News, Undo
from maillage.apps.directory.models import Import, Lieu, Structure
from maillage.apps.directory.rules import DONE, PUBLISHED
from maillage.apps.dossiers import rules as studies
from maillage.apps.dossiers.models import Study
from maillage.apps.memberships import access as memberships
from maillage.apps.memberships.models import Invitation
from maillage.apps.memberships.rules import BY_STRUCTURE, BY_TERRITORY
from maillage.apps.messages import queries as outbox
from maillage.apps.orientations.models import Orientation
from maillage.apps.orientations.queries.people import people
from maillage.apps.orientations.rules.cycle import DRAFT
from maillage.apps.people.models import Person
from maillage.apps.worklist import rules as choices
from maillage.apps.worklist.models import Dismissal, Preference
from maillage.apps.worklist.rules import FirstSteps, Step
from maillage.reference import clocks
from maillage.web import bulk
from maillage.web.hooks import Hook
from maillage.words.wording import spaced

# What each feature declares for an account at a moment: what needs it, what has an hour, what it did a moment
# ago and may take back, what became well of what it did.
LINES: Hook[Callable[[Any, datetime], Iterable[Line]]] = Hook()
HOURS: Hook[Callable[[Any, datetime], Iterable[Moment]]] = Hook()
UNDO: Hook[Callable[[Any, datetime], Iterable[Undo]]] = Hook()
NEWS: Hook[Callable[[Any, datetime], Iterable[News]]] = Hook()
AT_ONCE = 200  # accounts looked at in one run: the others wait for the next one
MOST_NEWS = 6
NEXT_HOURS, MOST_HOURS, RECENT = 8, 60, 3


@dataclass(frozen=True, slots=True)
class Row:
    """A line as it is shown. strong: the only one with a filled button."""

    line: Line
    tag: str
    tone: str
    strong: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Lines of one sort."""

    id: str
    title: str
    hint: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour of the day as it is shown. now: it takes place at this moment."""

    moment: Moment
    now: bool


def lines(user: Any, at: datetime) -> list[Line]:
    """Return all that needs an account, in the order of the page."""
    items = [line for lines_of in LINES for line in lines_of(user, at)]
    return rules.ordered(items, at.date())


Item = TypeVar("Item", Line, Moment, News)


def _spaced(item: Item) -> Item:
    """Return the same with its words set as French is: no line begins with a mark that ends a sentence."""
    return replace(item, title=spaced(item.title), words=spaced(item.words))


def groups(items: list[Line], on: date) -> list[Group]:
    """Return lines as the page shows them, group by group."""
    out = []
    for id, group_items in groupby(items, lambda line: line.group):
        title, hint = rules.GROUPS[id]
        rows = tuple(
            Row(_spaced(line), line.tag(on), line.tone(on), line is items[0]) for line in group_items
        )
        out.append(Group(id, title, hint, rows))
    return out


@dataclass(frozen=True, slots=True)
class Day:
    """The hours of a day: those that are over, those under way or next, the rest of the day; then the next
    ones of the week.
    """

    over: list[Hour]
    next: list[Hour]
    rest: list[Hour]
    later: list[Moment]

    def __bool__(self) -> bool:
        return bool(self.over or self.next or self.later)


def day(user: Any, at: datetime) -> Day:
    """Return the hours of the day of an account, and the next ones of its week."""
    moments = sorted(
        (_spaced(moment) for hours_of in HOURS for moment in hours_of(user, at)),
        key=lambda moment: (moment.at, moment.title),
    )
    today = [Hour(moment, moment.is_now(at)) for moment in moments if moment.at.date() <= at.date()]
    coming = [hour for hour in today if not hour.moment.is_over(at)]
    return Day(
        over=[hour for hour in today if hour.moment.is_over(at)][-MOST_HOURS:],
        next=coming[:NEXT_HOURS],
        rest=coming[NEXT_HOURS:MOST_HOURS],
        later=[moment for moment in moments if moment.at.date() > at.date()][:3],
    )


def recent(user: Any) -> list[Person]:
    """Return the persons that a user helped last, and that have a name to be called by."""
    return list(people(user).exclude(nickname="")[:RECENT])


def undo(user: User, at: datetime) -> list[Undo]:
    """Return the items that an account settled a moment ago and may take back, the latest first."""
    undos = (undo_item for undo_of in UNDO for undo_item in undo_of(user, at))
    return sorted(undos, key=lambda undo_item: undo_item.at, reverse=True)


def news(user: User, at: datetime) -> list[News]:
    """Return the good news that an account has not read, the latest first."""
    news_by_key = {news_item.key: news_item for news_of in NEWS for news_item in news_of(user, at)}
    read = Dismissal.objects.filter(user=user, key__in=list(news_by_key)).values_list("key", flat=True)
    for key in read:
        del news_by_key[key]
    latest = sorted(news_by_key.values(), key=lambda news_item: (news_item.at, news_item.key), reverse=True)[
        :MOST_NEWS
    ]
    return [_spaced(news_item) for news_item in latest]


def accounts_to_notify(at: datetime) -> list[tuple[Preference, datetime]]:
    """Return the accounts whose hour has come and that were not looked at that day, each with that moment in
    the time of where they work: nobody overseas is written to at night.
    """
    elsewhere = _overseas(timezone.localdate(at))
    users_by_zone: dict[ZoneInfo, list[int]] = {}
    for user, start in elsewhere.items():
        users_by_zone.setdefault(clocks.zone(start), []).append(user)
    rows = Preference.objects.filter(user__is_active=True).exclude(rhythm=choices.NEVER)
    groups = [(rows.exclude(user__in=bulk.to_find(list(elsewhere))), timezone.localtime(at))]
    groups += [
        (rows.filter(user__in=bulk.to_find(of)), at.astimezone(zone)) for zone, of in users_by_zone.items()
    ]
    to_notify = []
    for some, local in groups:
        pending = some.filter(Q(looked_on=None) | Q(looked_on__lt=local.date()), hour__lte=local.hour)
        to_notify += [(row, local) for row in pending.select_related("user").order_by("pk")[:AT_ONCE]]
    return to_notify[:AT_ONCE]


def _overseas(on: date) -> dict[int, str]:
    """Return the first digits of where each account that asked to be notified works, for those overseas: its
    structure, by its seat, else by its first place; else its territory.
    """
    places = Lieu.objects.filter(structure=OuterRef("structure"), state=PUBLISHED).exclude(code_insee="")
    there = Coalesce(
        NullIf(F("structure__code_insee"), Value("")),
        Subquery(places.order_by("pk").values("code_insee")[:1]),
        F("territory"),
    )
    notified_users = Preference.objects.exclude(rhythm=choices.NEVER).values("user")
    roles = (
        memberships.current(on).filter(user__in=notified_users).annotate(start=Left(there, 3)).order_by("-pk")
    )
    return dict(roles.filter(start__in=list(clocks.OVERSEAS)).values_list("user", "start"))


def preference(user: User) -> Preference | None:
    """Return how an account chose to be notified; None when it never chose."""
    return Preference.objects.filter(user=user).first()


# ------------------------------------------------------------------------------------------------ first steps

LEADS, RUNS = "members.manage", "network.run"


def first_steps(user: Any, at: datetime) -> FirstSteps | None:
    """Return the first steps of an account that answers for a network or a structure; None for any other,
    once a first person was referred by way of all of them, and once the account put them away.
    """
    rights = rights_of(user)
    if not rights.any(LEADS) or Dismissal.objects.filter(user=user, key=choices.FIRST_STEPS).exists():
        return None
    leads = memberships.holds_territory(user)
    steps = _network_steps(user, at) if leads else _structure_steps(user, at)
    if all(step.done for step in steps):
        return None
    runs = rights.any(RUNS)
    return FirstSteps(
        steps,
        _later_steps(user, runs) if leads else (),
        outbox.leaves("email"),
        reverse("installation") if runs else "",
    )


ACCOUNT = Step(
    title="Votre compte", words="", minutes=1, url="/compte/", gesture="", icon="circle-user", done=True
)


def _network_steps(user: Any, at: datetime) -> tuple[Step, ...]:
    structures = memberships.structures_with(user, LEADS)
    managers, colleagues = (
        _has_roles(at, role__in=roles, structure__in=structures)
        for roles in (["gestionnaire"], [id for id in BY_STRUCTURE if id != "gestionnaire"])
    )
    teams = memberships.current(at.date()).filter(structure__in=structures).values("structure")
    team = reverse("team")
    return (
        ACCOUNT,
        Step(
            title="Donner son territoire au réseau",
            words="Sa coordination y tiendra l’annuaire et les équipes. Ce peut être vous.",
            minutes=2,
            url=f"{team}?role=coordination",
            gesture="Inviter la coordination",
            icon="map",
            done=_has_roles(at, role__in=BY_TERRITORY),
        ),
        Step(
            title="Ajouter la première structure",
            words="En invitant la personne qui en est responsable.",
            minutes=2,
            url=f"{team}?role=gestionnaire&nouvelle=on",
            gesture="Ajouter une structure",
            icon="building-2",
            done=managers,
        ),
        Step(
            title="Décrire son lieu",
            words="Adresse, téléphone, horaires. Le lieu paraît sur la carte publique.",
            minutes=3,
            url=reverse("lieu_new"),
            gesture="Ajouter un lieu",
            icon="map-pin",
            done=Lieu.objects.filter(structure__in=teams, state=PUBLISHED).exists(),
        ),
        Step(
            title="Inviter les collègues",
            words="Un nom par ligne : un lien pour chacun.",
            minutes=3,
            url=f"{team}?role=aidant",
            gesture="Inviter",
            icon="user-plus",
            done=colleagues,
        ),
        Step(
            title="Orienter une première personne",
            words="Depuis le compte d’un aidant ou d’un travailleur social. Ses chiffres paraîtront ici.",
            minutes=4,
            url=reverse("orientations_measures"),
            gesture="Voir les mesures",
            icon="send",
            done=_has_referral(structures),
        ),
    )


def _structure_steps(user: Any, at: datetime) -> tuple[Step, ...]:
    structures = rights_of(user).structures(LEADS)
    return (
        ACCOUNT,
        Step(
            title="Décrire votre lieu",
            words="Adresse, téléphone, horaires. Il paraît sur la carte, et l’on peut y orienter quelqu’un.",
            minutes=3,
            url=reverse("lieu_new"),
            gesture="Ajouter un lieu",
            icon="map-pin",
            done=Lieu.objects.filter(structure__in=structures, state=PUBLISHED).exists(),
        ),
        Step(
            title="Inviter vos collègues",
            words="Un nom par ligne : un lien pour chacun.",
            minutes=3,
            url=f"{reverse('team')}?role=aidant",
            gesture="Inviter",
            icon="user-plus",
            done=_has_roles(at, ~Q(user=user), structure__in=structures),
        ),
        Step(
            title="Orienter une première personne",
            words="Le suivi commence : demande, réponse, résultat.",
            minutes=4,
            url=reverse("orientation_new"),
            gesture="Orienter quelqu’un",
            icon="send",
            done=_has_referral(structures),
        ),
    )


def _later_steps(user: Any, runs: bool) -> tuple[Step, ...]:
    places = [code for code in memberships.territories_with(user, LEADS) if code != memberships.FRANCE]
    steps = (
        Step(
            title="Importer l’annuaire des lieux",
            words="Remplit la carte et la page « Manques ».",
            minutes=10,
            url=reverse("import_new"),
            gesture="Importer un fichier",
            icon="upload",
            done=Import.objects.filter(state=DONE).exists(),
        ),
        Step(
            title="Lancer le diagnostic du territoire",
            words="Ouvre les chiffres, les images et le dossier.",
            minutes=1,
            url=reverse("territory", args=[places[0]]) if places else reverse("search"),
            gesture="Lancer",
            icon="layers",
            done=Study.objects.filter(status=studies.DONE).exists(),
        ),
        Step(
            title="Vérifier la sauvegarde de la nuit",
            words="La page de l’installation dit de quand est la dernière.",
            minutes=2,
            url=reverse("installation"),
            gesture="Vérifier",
            icon="lock",
            done=settings.LAST_BACKUP.exists(),
        ),
    )
    return steps if runs else steps[:-1]


def _has_roles(at: datetime, *conditions: Q, **scope: Any) -> bool:
    """Return True when such roles are in force, or offered by an invitation that still opens; conditions: on
    the roles in force.
    """
    pending = Invitation.objects.filter(used_at=None, cancelled_at=None, expires_at__gt=at, **scope)
    return memberships.current(at.date()).filter(*conditions, **scope).exists() or pending.exists()


def _has_referral(structures: Collection[int] | QuerySet[Structure]) -> bool:
    sent = Orientation.objects.filter(from_structure__in=structures).exclude(state=DRAFT)
    return bool(sent.exists())
