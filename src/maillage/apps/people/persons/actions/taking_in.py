"""Take in the persons of a file, each once, with the agreement that a helper declares."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from maillage.apps.directory.places.models import Structure
from maillage.apps.people.persons import access, queries, rules
from maillage.apps.people.persons.actions import consents, forgetting, register
from maillage.apps.people.persons.models import Person
from maillage.apps.people.persons.rules import FileEntry
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.kernel.errors import Refused
from maillage.kernel.names import plain
from maillage.words import dates

MAX_AT_ONCE = 500  # cards in one transaction: some four seconds


@dataclass(frozen=True, slots=True)
class Comparison:
    """Persons of a file beside those whom a structure follows: the new ones, how many are followed already.
    alike: those who may be somebody followed, with their numbers; twins: those who may be somebody of the
    same file, with the rows before them.
    """

    new: Sequence[FileEntry]
    n_known: int
    alike: Sequence[tuple[FileEntry, Sequence[int]]]
    twins: Sequence[tuple[FileEntry, Sequence[FileEntry]]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Counts of the persons of a file: n_new cards made, n_known followed already, n_left that come next.
    alike: entries left out, with the numbers of those followed whom they may be; refusals: entries that a
    rule refuses.
    """

    n_new: int
    n_known: int
    n_left: int
    alike: Sequence[tuple[FileEntry, Sequence[int]]]
    refusals: Sequence[tuple[FileEntry, Refused]]


def compare(
    entries: Sequence[FileEntry], *, by: User, structure: Structure, other_people: Collection[FileEntry] = ()
) -> Comparison:
    """Compare the persons of a file with those of a structure whom a user sees, and nobody else: nobody
    learns who is followed elsewhere. other_people: entries that the user tells from whom they resemble.

    The same first name and the same year, known or not, are the same person; two rows of one file that two
    last names tell apart are asked about.
    """
    followed = queries.followed_names(by, structure.pk)
    numbers_by_name = defaultdict[str, list[tuple[int, int | None]]](list)
    for number, name, born in followed:
        numbers_by_name[plain(name)].append((number, born))
    n_followed = Counter((plain(name), born) for _, name, born in followed)
    different = frozenset(other_people)
    new, n_known = list[FileEntry](), 0
    alike: list[tuple[FileEntry, Sequence[int]]] = []
    twins: list[tuple[FileEntry, Sequence[FileEntry]]] = []
    new_by_name = defaultdict[str, list[FileEntry]](list)
    for entry in entries:
        same = plain(entry.nickname), entry.born
        if n_followed[same]:
            n_followed[same] -= 1
            n_known += 1
        elif (numbers := _resembling(entry, numbers_by_name)) and entry not in different:
            alike.append((entry, numbers))
        elif entry not in different and (before := _twins(entry, new_by_name[same[0]])):
            twins.append((entry, before))
        else:
            new.append(entry)
            new_by_name[same[0]].append(entry)
    return Comparison(new, n_known, alike, twins)


@transaction.atomic
@journal.written_last()
def take_in(
    entries: Sequence[FileEntry],
    *,
    by: User,
    structure: Structure,
    at: datetime,
    other_people: Collection[FileEntry] = (),
) -> Outcome:
    """Make a card for each person of a file whom the structure does not follow, and record that they agreed,
    as a user declares it: MAX_AT_ONCE cards, so that nobody waits long for the database; called again, it
    makes the next ones, and nothing once each person has a card.

    Refused when the user helps nobody on behalf of the structure.
    """
    if not access.may_help(by, structure.pk):
        raise register.not_followed()
    Structure.objects.select_for_update(of=("self",)).get(pk=structure.pk)  # a double click waits for itself
    comparison = compare(entries, by=by, structure=structure, other_people=other_people)
    n_new, refusals = 0, list[tuple[FileEntry, Refused]]()
    for entry in comparison.new:
        if n_new == MAX_AT_ONCE:
            break
        try:
            _welcome(entry, by=by, structure=structure, at=at)
        except Refused as refused:
            refusals.append((entry, refused))
        else:
            n_new += 1
    n_left = len(comparison.new) - n_new - len(refusals)
    return Outcome(n_new, comparison.n_known, n_left, comparison.alike, refusals)


def _resembling(
    entry: FileEntry, numbers_by_name: Mapping[str, Sequence[tuple[int, int | None]]]
) -> list[int]:
    """Return the numbers of those followed who may be a person of a file: a name of theirs, no other year."""
    names = {plain(name) for name in (entry.nickname, *entry.other_names)}
    return sorted(
        number
        for name in names
        for number, born in numbers_by_name.get(name, ())
        if _may_be_one(born, entry.born)
    )


def _twins(entry: FileEntry, namesakes: Sequence[FileEntry]) -> list[FileEntry]:
    """Return the namesakes that a person of a file may be: no other year."""
    return [each for each in namesakes if _may_be_one(each.born, entry.born)]


def _may_be_one(year: int | None, other: int | None) -> bool:
    return None in (year, other) or year == other


@transaction.atomic
def _welcome(entry: FileEntry, *, by: User, structure: Structure, at: datetime) -> None:
    person = register.welcome(
        by=by, structure=structure, at=at, nickname=entry.nickname, born=entry.born, language="fr"
    )
    consents.agree(
        person=person,
        purpose=rules.KEEP,
        how=rules.FILE,
        words=f"Accord déclaré par {by}, le {dates.in_words(timezone.localdate(at))}, à l’import d’un"
        " fichier : la personne a accepté que sa fiche soit gardée.",
        by=by,
        at=at,
        acting=structure.pk,
    )


@transaction.atomic
@journal.written_last()
def take_back(structure: Structure, made_at: datetime, *, by: User, at: datetime) -> tuple[int, list[Person]]:
    """Erase the persons whom a user took in from a file at a moment, but for those for whom something was
    done since; return how many were erased, and those who stay.
    """
    cards = queries.taken_in(by, at).filter(structure=structure, since=made_at)
    people = list(Person.objects.filter(pk__in=cards.values("person")).order_by("pk"))
    served = queries.served_since(people, made_at)
    if not people:
        raise Refused(
            "Aucune carte n’a été effacée.",
            why="Cet import est déjà annulé, ou il ne s’annule plus.",
            do="Une personne s’efface aussi depuis sa fiche.",
        )
    remaining = [
        person
        for person in people
        if person.pk in served
        or not forgetting.forget(person, by=by, at=at, unless_active_since=made_at + timedelta.resolution)
    ]
    return len(people) - len(remaining), remaining
