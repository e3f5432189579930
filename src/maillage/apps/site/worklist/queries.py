"""The worklist items of all features for an account (constant query count)."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Left, NullIf
from django.urls import reverse
from django.utils import timezone

from maillage.apps.directory.intake.queries import addresses
from maillage.apps.directory.memberships import access as memberships
from maillage.apps.directory.memberships.models import Invitation
from maillage.apps.directory.memberships.rules import BY_STRUCTURE, BY_TERRITORY
from maillage.apps.directory.places import access as directory_access
from maillage.apps.directory.places.models import Import, Lieu
from maillage.apps.directory.places.rules import DONE, PUBLISHED
from maillage.apps.dossiers import queries as studied
from maillage.apps.dossiers import rules as studies
from maillage.apps.dossiers.models import Study, StudyMission
from maillage.apps.people.actes.models import Act
from maillage.apps.people.persons import rules as persons
from maillage.apps.people.persons.models import Consent, Following, Person
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import User, Visitor
from maillage.apps.platform.accounts.rules import worklist as rules
from maillage.apps.platform.accounts.rules.worklist import Line, Moment, News, Undo
from maillage.apps.platform.messages import queries as outbox
from maillage.apps.referrals.orientations.models import Orientation
from maillage.apps.referrals.orientations.queries.people import people
from maillage.apps.referrals.orientations.rules.cycle import DRAFT
from maillage.apps.site.worklist import rules as choices
from maillage.apps.site.worklist.models import Dismissal, Preference
from maillage.apps.site.worklist.rules import FirstSteps, Reading, Step
from maillage.reference import clocks
from maillage.reference.sheet import practices
from maillage.web import bulk, presence
from maillage.web.hooks import Hook
from maillage.web.presence import Readings
from maillage.words.wording import spaced

# What each feature declares for an account at a moment: what needs it, what has an hour, what it did a moment
# ago and may take back, what became well of what it did.
LINES: Hook[Readings[Line]] = Hook()
HOURS: Hook[Readings[Moment]] = Hook()
UNDO: Hook[Readings[Undo]] = Hook()
NEWS: Hook[Readings[News]] = Hook()
# How the platform is, part by part, for who runs it.
READINGS: Hook[Callable[[datetime], Iterable[Reading]]] = Hook()
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


# The readings of a page that may say something to an account at a moment.
PendingReadings = frozenset[presence.Reading[Any]]


def pending_readings(user: Visitor, at: datetime) -> PendingReadings:
    """Return the readings of a page of the day that may say something, in one statement for all of them."""
    return presence.pending_readings([*LINES, *HOURS, *UNDO, *NEWS], user, at)


def lines(user: Visitor, at: datetime, readings: PendingReadings | None = None) -> list[Line]:
    """Return all that needs an account, in the order of the page. readings: as asked for the whole page."""
    if readings is None:
        readings = presence.pending_readings(LINES, user, at)
    return rules.ordered(presence.items_of(LINES, user, at, readings), at.date())


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


def take_first(groups: list[Group]) -> Row | None:
    """Take the first line out of groups and return it, None without any: a page may show it by itself."""
    if not groups:
        return None
    first, *other_rows = groups[0].rows
    groups[:1] = [replace(groups[0], rows=tuple(other_rows))] if other_rows else []
    return first


def only_runs_platform(user: Visitor) -> bool:
    """Return True for an account of administration that has no other role."""
    return {grant.role for grant in rights_of(user).grants} == {"administration"}


def platform(user: Visitor, at: datetime, *, alone: bool) -> list[Reading]:
    """Return the state of the platform, for who runs it; what is not well for who has another role too (not
    alone).
    """
    if not rights_of(user).any(RUNS):
        return []
    readings = (reading for readings_of in READINGS for reading in readings_of(at))
    return list(readings) if alone else [reading for reading in readings if not reading.is_well]


def split_platform(groups: list[Group]) -> tuple[list[Group], list[Group]]:
    """Return the groups of the platform itself, then those of the network that it serves."""
    return [each for each in groups if each.id == rules.PLATFORM], [
        each for each in groups if each.id != rules.PLATFORM
    ]


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


def day(user: Visitor, at: datetime, readings: PendingReadings | None = None) -> Day:
    """Return the hours of the day of an account, and the next ones of its week."""
    if readings is None:
        readings = presence.pending_readings(HOURS, user, at)
    moments = sorted(
        (_spaced(moment) for moment in presence.items_of(HOURS, user, at, readings)),
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


def recent(user: Visitor) -> list[Person]:
    """Return the persons that a user helped last, and that have a name to be called by; not those for whom
    nothing was done since their file was taken in.
    """
    only_imported = Consent.objects.filter(person=OuterRef("pk"), how=persons.FILE, at=OuterRef("active_at"))
    return list(people(user).exclude(nickname="").exclude(Exists(only_imported))[:RECENT])


def undo(user: User, at: datetime, readings: PendingReadings) -> list[Undo]:
    """Return the items that an account settled a moment ago and may take back, the latest first."""
    return sorted(
        presence.items_of(UNDO, user, at, readings), key=lambda undo_item: undo_item.at, reverse=True
    )


def news(user: User, at: datetime, readings: PendingReadings | None = None) -> list[News]:
    """Return the good news that an account has not read, the latest first."""
    if readings is None:
        readings = presence.pending_readings(NEWS, user, at)
    news_by_key = {news_item.key: news_item for news_item in presence.items_of(NEWS, user, at, readings)}
    read = Dismissal.objects.filter(user=user.pk, key__in=list(news_by_key)).values_list("key", flat=True)
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

LEADS, RUNS, HELPS = "members.manage", "network.run", "people.see"
TO_REFERRAL, TO_BE_READY = "avant la première orientation", "pour que le réseau soit prêt"


def first_steps(user: Visitor, at: datetime) -> FirstSteps | None:
    """Return the first steps of an account that answers for a network or a structure, or that joined a team;
    None for any other, once a first referral was sent and a network has nothing left to install, and once the
    account put them away.
    """
    rights = rights_of(user)
    if not rights.any(LEADS, HELPS):
        return None
    dismissed = Dismissal.objects.filter(user=user.pk, key=choices.FIRST_STEPS)
    if not rights.any(LEADS):
        first_actions = (
            Following.objects.filter(by=user.pk),
            Act.objects.filter(by=user.pk),
            Orientation.objects.filter(sender=user.pk).exclude(state=DRAFT),
        )
        is_known = any(presence.present([dismissed, *first_actions]))
        return None if is_known else FirstSteps(_colleague_steps(), (), TO_REFERRAL, True, "")
    leads, runs = memberships.holds_territory(user), rights.any(RUNS)
    structures = memberships.structures_with(user, LEADS) if leads else rights.structures(LEADS)
    sent = Orientation.objects.filter(from_structure__in=structures).exclude(state=DRAFT)
    installed = (Import.objects.filter(state=DONE), Study.objects.filter(status=studies.DONE))
    questions = (dismissed, sent, *installed, StudyMission.objects.all())
    is_dismissed, is_sent, *is_done = presence.present(questions)
    is_done = [bool(addresses.bases()), *is_done, settings.LAST_BACKUP.exists()][: 5 if runs else 4]
    mail = outbox.leaves("email")
    if is_dismissed or (is_sent and (not leads or (mail and all(is_done)))):
        return None
    later = _later_steps(user, is_done) if leads else ()
    if is_sent:
        steps, later = later, ()
    else:
        steps = _network_steps(user, at) if leads else _structure_steps(user, at)
    return FirstSteps(
        steps,
        later,
        TO_BE_READY if is_sent else TO_REFERRAL,
        mail,
        reverse("installation") if runs else "",
    )


ACCOUNT = Step(
    title="Votre compte", words="", minutes=1, url="/compte/", gesture="", icon="circle-user", done=True
)


def _colleague_steps() -> tuple[Step, ...]:
    """Return the first first_actions of an invited member: doing any of them shows that the way is known."""
    return (
        ACCOUNT,
        Step(
            title="Accueillir une personne",
            words="Un prénom suffit. Sa carte garde le fil, d’un lieu à l’autre.",
            minutes=2,
            url=reverse("person_new"),
            gesture="Accueillir quelqu’un",
            icon="user-plus",
            done=False,
        ),
        Step(
            title="Noter un acte d’aide",
            words="Quelques touches : ce qui a été fait, sur quoi, combien de temps.",
            minutes=1,
            url=reverse("act_new"),
            gesture="Noter un acte",
            icon="pencil",
            done=False,
        ),
        Step(
            title="Orienter une première personne",
            words="Le suivi commence : demande, réponse, résultat.",
            minutes=4,
            url=reverse("orientation_new"),
            gesture="Orienter quelqu’un",
            icon="send",
            done=False,
        ),
    )


def _network_steps(user: Visitor, at: datetime) -> tuple[Step, ...]:
    structures = memberships.structures_with(user, LEADS)
    managers, colleagues = (
        _has_roles(at, role__in=roles, structure__in=structures)
        for roles in (["gestionnaire"], [id for id in BY_STRUCTURE if id != "gestionnaire"])
    )
    teams = structures.filter(
        Exists(memberships.current(at.date()).filter(structure=OuterRef("pk")))
        | Exists(_open_invitations(at).filter(structure=OuterRef("pk")))
    ).values("pk")
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
            **_has_roles(at, role__in=BY_TERRITORY),
        ),
        Step(
            title="Ajouter la première structure",
            words="En invitant la personne qui en est responsable.",
            minutes=2,
            url=f"{team}?role=gestionnaire&nouvelle=on",
            gesture="Ajouter une structure",
            icon="building-2",
            **managers,
        ),
        Step(
            title="Décrire son lieu",
            words="Adresse, horaires, et ce qu’on y trouve : sans ces mentions, personne n’y sera orienté.",
            minutes=3,
            **_place_gesture(user, teams),
            icon="map-pin",
        ),
        Step(
            title="Inviter les collègues",
            words="Un tableau collé suffit : chacun reçoit son lien.",
            minutes=3,
            url=f"{team}?role=aidant",
            gesture="Inviter",
            icon="user-plus",
            **colleagues,
        ),
        Step(
            title="Orienter une première personne",
            words="Un aidant ou un travailleur social l’envoie, depuis son compte.",
            minutes=4,
            url=f"{team}?role=prescripteur",
            gesture="Inviter qui oriente",
            icon="send",
            done=False,
        ),
    )


def _structure_steps(user: Visitor, at: datetime) -> tuple[Step, ...]:
    structures = rights_of(user).structures(LEADS)
    return (
        ACCOUNT,
        Step(
            title="Décrire votre lieu",
            words="Adresse, horaires, et ce qu’on y trouve : sans ces mentions, personne n’y sera orienté.",
            minutes=3,
            **_place_gesture(user, structures),
            icon="map-pin",
        ),
        Step(
            title="Inviter vos collègues",
            words="Un tableau collé suffit : chacun reçoit son lien.",
            minutes=3,
            url=f"{reverse('team')}?role=aidant",
            gesture="Inviter",
            icon="user-plus",
            **_has_roles(at, ~Q(user=user), structure__in=structures),
        ),
        Step(
            title="Orienter une première personne",
            words="Le suivi commence : demande, réponse, résultat.",
            minutes=4,
            url=reverse("orientation_new"),
            gesture="Orienter quelqu’un",
            icon="send",
            done=False,
        ),
    )


def _later_steps(user: Visitor, is_done: Sequence[bool]) -> tuple[Step, ...]:
    """Return the steps of the week. is_done: for each, the last one for who runs the platform alone."""
    places = [code for code in memberships.territories_with(user, LEADS) if code != memberships.FRANCE]
    steps = (
        Step(
            title="Charger les adresses du département",
            words="Situe à leur numéro les lieux importés sans coordonnées.",
            minutes=5,
            url=reverse("addresses"),
            gesture="Charger",
            icon="map-pin",
            done=is_done[0],
        ),
        Step(
            title="Importer l’annuaire des lieux",
            words="Remplit la carte et la page « Manques ».",
            minutes=10,
            url=reverse("import_new"),
            gesture="Importer un fichier",
            icon="upload",
            done=is_done[1],
        ),
        Step(
            title="Lancer le diagnostic du territoire",
            words="Ouvre les chiffres, les images et le dossier.",
            minutes=studied.study_minutes(),
            url=reverse("territory", args=[places[0]]) if places else reverse("search"),
            gesture="Lancer",
            icon="layers",
            done=is_done[2],
        ),
        Step(
            title="Mener la mission jusqu’à la restitution",
            words="Zones, recensement, enquête, atelier, plan : la liste des étapes.",
            minutes=5,
            url=reverse("study_mission", args=[places[0]]) if places else reverse("territory_tools"),
            gesture="Ouvrir la mission",
            icon="list",
            done=is_done[3],
        ),
        Step(
            title="Vérifier la sauvegarde de la nuit",
            words="La page de l’installation dit de quand est la dernière.",
            minutes=2,
            url=reverse("installation"),
            gesture="Vérifier",
            icon="lock",
            done=is_done[-1],
        ),
    )
    return steps[: len(is_done)]


def _has_roles(at: datetime, *conditions: Q, **scope: Any) -> dict[str, bool]:
    """Return the state of a step that gives roles: done once they are in force, under way while an invitation
    offers them. conditions: on the roles in force.
    """
    done = memberships.current(at.date()).filter(*conditions, **scope).exists()
    return {"done": done, "is_under_way": not done and _open_invitations(at).filter(**scope).exists()}


def _open_invitations(at: datetime) -> QuerySet[Invitation]:
    """Return the invitations that still open."""
    return Invitation.objects.filter(used_at=None, cancelled_at=None, expires_at__gt=at)


def _place_gesture(user: Visitor, structures: Collection[int] | QuerySet[Any]) -> dict[str, Any]:
    """Return the gesture of a step that describes a place: done once a published place of these says what
    one finds there, since somebody may be sent to it; until then, it leads to the one that is there.
    """
    rows = Lieu.objects.filter(structure__in=structures, state=PUBLISHED).order_by("pk")
    if any(practices(sheet) for sheet in rows.values_list("sheet", flat=True)[:AT_ONCE]):
        return {"url": reverse("directory"), "gesture": "Voir l’annuaire", "done": True}
    place = directory_access.managed_by(user).filter(structure__in=structures, state=PUBLISHED).first()
    if place is None:
        return {"url": reverse("lieu_new"), "gesture": "Ajouter un lieu", "done": False}
    return {"url": reverse("lieu_edit", args=[place.slug]), "gesture": "Compléter sa fiche", "done": False}
