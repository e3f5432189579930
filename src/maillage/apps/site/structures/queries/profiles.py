"""The directory of the network: structures and professionals, by what they do and what they look for."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from maillage.apps.community.models import Listing
from maillage.apps.community.queries.listings import commune_name, opened
from maillage.apps.community.rules.resources import PUBLICS
from maillage.apps.directory.places.models import Lieu
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.site.structures import access
from maillage.apps.site.structures.models import (
    Declaration,
    Letter,
    Member,
    Post,
    Professional,
    Profile,
    Revision,
)
from maillage.apps.site.structures.rules import charter, profiles
from maillage.apps.site.structures.rules import joining as joining_rules
from maillage.kernel.names import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Search of a reader in the directory; "" for anything."""

    words: str = ""
    skill: str = ""
    public: str = ""
    part: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A structure of the directory, in words: offers and seeks are its open listings."""

    profile: Profile
    town: str
    parts: tuple[str, ...]
    skills: tuple[str, ...]
    publics: tuple[str, ...]
    offers: tuple[Listing, ...]
    seeks: tuple[Listing, ...]
    lieu: Lieu | None
    charter_until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A professional of the directory, in words."""

    sheet: Professional
    skills: tuple[str, ...]
    publics: tuple[str, ...]


def labels(keys: Any, known: Any) -> tuple[str, ...]:
    """Return the labels of keys, in the order of their list."""
    return tuple(words for key, words in known.items() if key in keys)


def structures(user: Visitor, search: Search, on: date) -> list[Row]:
    """Return the structures that a reader may see, by name."""
    rows = [
        row for row in access.readable_profiles(user).order_by("structure__name", "pk") if _suits(row, search)
    ]
    described_rows = described(rows, on, with_listings=access.is_member(user))
    typed = plain(search.words).split()
    return [row for row in described_rows if all(word in plain(_text(row)) for word in typed)]


def _suits(row: Profile | Professional, search: Search) -> bool:
    parts = row.parts if isinstance(row, Profile) else []
    return (
        (not search.skill or search.skill in row.skills)
        and (not search.public or search.public in row.publics or "all" in row.publics)
        and (not search.part or search.part in parts)
    )


def _text(row: Row) -> str:
    labels_of_row = (*row.parts, *row.skills, *row.publics)
    return " ".join((row.profile.structure.name, row.town, row.profile.about, *labels_of_row))


def described(rows: list[Profile], on: date, *, with_listings: bool) -> list[Row]:
    """Return sheets of structures in words, in a number of queries that does not depend on theirs."""
    pks = [row.structure_id for row in rows]
    listings: dict[int, list[Listing]] = defaultdict(list)
    for each in opened(on).filter(structure__in=pks) if with_listings else ():
        listings[each.structure_id].append(each)
    lieux: dict[int, Lieu] = {}
    for lieu in Lieu.objects.filter(structure__in=pks, state="published", merged_into=None).order_by("pk"):
        lieux.setdefault(lieu.structure_id, lieu)
    granted = {
        each.structure_id: each.until
        for each in Declaration.objects.filter(structure__in=pks, state=charter.GRANTED, until__gte=on)
    }
    return [
        Row(
            profile=row,
            town=commune_name(
                lieux[row.structure_id].code_insee if row.structure_id in lieux else row.structure.code_insee
            ),
            parts=labels(row.parts, joining_rules.SHORT_PARTS),
            skills=labels(row.skills, profiles.SKILLS),
            publics=labels(row.publics, PUBLICS),
            offers=tuple(each for each in listings[row.structure_id] if each.side == "offers"),
            seeks=tuple(each for each in listings[row.structure_id] if each.side == "seeks"),
            lieu=lieux.get(row.structure_id),
            charter_until=granted.get(row.structure_id),
        )
        for row in rows
    ]


def professionals(user: Visitor, search: Search) -> list[Person]:
    """Return the professionals that a reader may see, by name; none when a part of structures is looked
    for.
    """
    if search.part:
        return []
    typed = plain(search.words).split()
    people = []
    for row in access.readable_professionals(user).order_by("user__name", "pk"):
        person = Person(
            sheet=row, skills=labels(row.skills, profiles.SKILLS), publics=labels(row.publics, PUBLICS)
        )
        texts = (str(row.user), row.get_trade_display(), row.about, *person.skills, *person.publics)
        structure = row.structure.name if row.structure and vars(row)["acts_there"] else ""
        if _suits(row, search) and all(word in plain(" ".join((*texts, structure))) for word in typed):
            people.append(person)
    return people


@dataclass(frozen=True, slots=True)
class Engagement:
    """The number of structures of a territory that take each part. total: structures that have a sheet;
    none: those that take no part for now; of: all the structures of the territory.
    """

    parts: tuple[tuple[str, int], ...]
    none: int
    total: int
    of: int


def engagement(user: Visitor) -> Engagement:
    """Return the part that the structures of a territory take, as its coordination sees it."""
    led = access.led_structures(user)
    taken = list(Profile.objects.filter(structure__in=led.values("pk")).values_list("parts", flat=True))
    counts = Counter(part for parts in taken for part in parts)
    return Engagement(
        parts=tuple((words, counts[id]) for id, words in joining_rules.SHORT_PARTS.items()),
        none=sum(not parts for parts in taken),
        total=len(taken),
        of=led.count(),
    )


def copy(user: Visitor) -> dict[str, Any]:
    """Return everything that the network stores under the name of a user, as a program reads it."""
    sheet = Professional.objects.filter(user=user.pk).select_related("structure").first()
    return {
        "fiche": None
        if sheet is None
        else {
            "metier": sheet.get_trade_display(),
            "structure": sheet.structure.name if sheet.structure else "",
            "savoir_faire": labels(sheet.skills, profiles.SKILLS),
            "publics": labels(sheet.publics, PUBLICS),
            "mots": sheet.about,
            "lue_par": sheet.get_visibility_display(),
            "changee_le": sheet.changed_at.isoformat(),
        },
        "groupes": [
            {"nom": each.group.name, "depuis": each.since.isoformat(), "anime": each.leads}
            for each in Member.objects.filter(user=user.pk).select_related("group")
        ],
        "messages": [
            {"groupe": each.group.name, "le": each.at.isoformat(), "mots": each.words, "ote": each.removed}
            for each in Post.objects.filter(by=user.pk).select_related("group")
        ],
        "lettres": [
            {
                "de": each.sender.name,
                "le": each.at.isoformat(),
                "mots": each.words,
                "reponse": each.answer,
            }
            for each in Letter.objects.filter(Q(by=user) | Q(to_user=user)).select_related("sender")
        ],
    }


def to_choose(user: Visitor) -> Any:
    """Return the versions written at once that await a choice of a user."""
    return access.revisions_for(user).filter(chosen=None)


def differences(revision: Revision) -> list[profiles.Difference]:
    """List the differences between the current sheet of a structure and a version written at once."""
    profile = revision.profile
    stored = {name: getattr(profile, name) for name in profiles.FIELDS}
    label_by_field = {field.name: field.verbose_name for field in Profile._meta.fields}
    return [
        profiles.Difference(
            str(label_by_field[name]),
            _value_text(name, stored[name]),
            _value_text(name, revision.values.get(name)),
        )
        for name in profiles.differing(stored, revision.values)
    ]


KNOWN = {
    "parts": joining_rules.SHORT_PARTS,
    "skills": profiles.SKILLS,
    "publics": PUBLICS,
    "staff": joining_rules.STAFF,
    "demand": joining_rules.DEMAND,
    "visibility": profiles.VISIBILITIES,
}


def _value_text(name: str, value: Any) -> str:
    if isinstance(value, bool) or name == "results":
        return "oui" if value else "non"
    if isinstance(value, list):
        return ", ".join(labels(value, KNOWN[name])) or "rien"
    if name in KNOWN:
        return KNOWN[name].get(value, "rien")
    return "rien" if value in (None, "") else str(value)


def unread(user: Visitor) -> Any:
    """Return the letters that await an answer of a user."""
    return access.received_letters(user).filter(answered_at=None)


def own_letters(user: Visitor) -> list[Letter]:
    """Return the letters of a user: all those that wait for their answer, then the latest ones."""
    unread_letters = list(unread(user))
    unread_pks = {each.pk for each in unread_letters}
    return unread_letters + [each for each in access.letters_for(user)[:100] if each.pk not in unread_pks]
