"""A person as a professional reads them: what is known, agreed, done; who saw it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from maillage.apps.agenda.queries import persons as agenda
from maillage.apps.directory.places.models import Structure
from maillage.apps.people.actes.access import acts_for
from maillage.apps.people.actes.queries import lists as acts
from maillage.apps.people.documents import queries as documents_queries
from maillage.apps.people.mandats.access import own_numbers
from maillage.apps.people.mandats.queries import persons as mandat_persons
from maillage.apps.people.mandats.queries import proofs
from maillage.apps.people.persons import access, rules
from maillage.apps.people.persons import queries as persons
from maillage.apps.people.persons.models import Consent, Following, Person
from maillage.apps.platform.accounts import queries as journal
from maillage.apps.platform.accounts.models import Entry, User, Visitor
from maillage.apps.referrals.droits.queries import persons as droits
from maillage.apps.referrals.droits.queries.cards import Next
from maillage.apps.referrals.orientations.access import orientations_for
from maillage.apps.referrals.orientations.models import Orientation, Path
from maillage.apps.referrals.orientations.rules import cycle
from maillage.kernel import codes
from maillage.kernel.names import plain
from maillage.words.languages import to_say

READ = "orientation.read"
OPENED = "orientation.opened"  # with an account: READ is by the link of the place
BY_LINK = to_say("Le lieu, par son lien")
VERBS = {
    "person.welcomed": to_say("a fait la carte"),
    "person.followed": to_say("suit la personne"),
    "person.left": to_say("ne suit plus la personne"),
    "person.seen": to_say("a ouvert la fiche"),
    "person.bilans.seen": to_say("a ouvert la liste des bilans"),
    "person.bilan.seen": to_say("a ouvert un bilan"),
    "person.corrected": to_say("a corrigé la fiche"),
    "person.copy_opened": to_say("a ouvert la copie de ce qui est gardé"),
    "person.exported": to_say("a remis une copie de ce qui est gardé"),
    "person.forgotten": to_say("a effacé la fiche"),
    "person.card_renewed": to_say("a refait la carte"),
    "person.card_printed": to_say("a imprimé la carte"),
    "person.card_locked": to_say("a essayé cinq secrets faux"),
    "person.secret_chosen": to_say("a choisi le secret de la carte"),
    "person.page_opened": to_say("a ouvert la page de la personne avec elle"),
    "person.merged": to_say("a réuni deux fiches de la personne"),
    "person.unmerged": to_say("a défait la réunion de deux fiches"),
    "person.told_apart": to_say("a noté : deux personnes différentes"),
    "person.correction_asked": to_say("a demandé une correction"),
    "person.correction_answered": to_say("a répondu à une correction demandée"),
    "member.noted": to_say("a noté un apprentissage"),
    "member.removed": to_say("a retiré la personne d’un groupe"),
    READ: to_say("a lu l’orientation"),
    OPENED: to_say("a lu l’orientation"),
    "consent.said": to_say("a noté un accord"),
    "consent.withdrawn": to_say("a noté un accord retiré"),
    **proofs.VERBS,
    **documents_queries.VERBS,
    **droits.VERBS,
    **agenda.VERBS,
    "act.noted": to_say("a noté un acte d’aide"),
    "act.outside": to_say("a fait à sa place hors du mandat"),
    "act.refused": to_say("n’a pas pu faire à sa place"),
    "act.corrected": to_say("a corrigé un acte d’aide"),
    "act.struck": to_say("a annulé un acte d’aide"),
    "act.restored": to_say("a remis un acte d’aide"),
    "act.regularised": to_say("a mis un acte d’aide sous mandat"),
    "reminders.refused": to_say("a noté : plus de rappel"),
    "reminders.accepted": to_say("a noté : des rappels, de nouveau"),
}


@dataclass(frozen=True, slots=True)
class Trace:
    """Somebody saw or did something, for a structure. act: in French, after the author; about: its object, ''
    when the reader may not know it.
    """

    at: datetime
    author: str
    where: str
    act: str
    about: str = ""

    @property
    def words(self) -> str:
        return f"{self.act} : {self.about}" if self.about else self.act


# How long ago somebody was last helped, to look for them.
PERIODS = {"mois": ("Depuis un mois", 31), "semestre": ("Depuis six mois", 183), "an": ("Depuis un an", 366)}


def people(user: Visitor, text: str = "", *, since: datetime | None = None) -> QuerySet[Person]:
    """Return the persons somebody may see, the latest helped first; text: how a card or a name starts; since:
    helped from that moment on.
    """
    rows = access.people_for(user).order_by("-active_at", "-pk")
    if since is not None:
        rows = rows.filter(active_at__gte=since)
    typed = text.strip()
    if not typed:
        return rows
    code = codes.read(typed) or codes.NOT_SIGNS.sub("", typed.upper())
    named = [pk for pk, name in rows.values_list("pk", "nickname") if plain(typed) in plain(name)]
    holder = persons.by_code(typed)  # also by the card of a sheet that was joined to theirs
    matches = Q(code__startswith=code) | Q(pk__in=named) | Q(pk=holder and holder.pk)
    return rows.filter(matches) if code else rows.filter(pk__in=named)


def structures_following(person: Person) -> list[Following]:
    return list(person.followings.filter(ended_at=None).select_related("structure", "by").order_by("since"))


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """Cards that a user made from a file in one gesture, and may still take back."""

    structure: Structure
    at: datetime
    n: int


def imports(by: User, at: datetime, structures: Sequence[Structure]) -> list[ImportedFile]:
    """Return the files of persons that a user may still take back, the latest first."""
    structure_by_number = {each.pk: each for each in structures}
    rows = persons.taken_in(by, at).filter(structure__in=structure_by_number)
    moments = rows.order_by("-since", "structure").values_list("since", "structure", "person")
    n_by_file = Counter((since, structure) for since, structure, _ in moments)
    return [ImportedFile(structure_by_number[pk], since, n) for (since, pk), n in n_by_file.items()]


def alike(
    rows: Sequence[tuple[rules.FileEntry, Sequence[int]]], rank_by_entry: Mapping[rules.FileEntry, int]
) -> list[tuple[int, rules.FileEntry, list[Person]]]:
    """Return the entries of a file beside the persons followed whom they may be, with their rank."""
    person_by_number = Person.objects.in_bulk({number for _, numbers in rows for number in numbers})
    return [
        (rank_by_entry[entry], entry, [person_by_number[number] for number in numbers])
        for entry, numbers in rows
    ]


@dataclass(frozen=True, slots=True)
class Side:
    """A sheet beside another: the structures that follow the person, and counts of what was done, those that
    the reader may see.
    """

    person: Person
    followings: Sequence[Following]
    n_acts: int
    n_referrals: int
    n_mandates: int

    @property
    def fullness(self) -> int:
        """The number of fields filled in on the sheet, and of rows the reader may see."""
        filled = sum(map(bool, (self.person.nickname, self.person.born, self.person.reach_value)))
        return filled + self.n_acts + self.n_referrals + self.n_mandates


def side(user: Visitor, person: Person) -> Side:
    """Return a sheet to display beside another."""
    return Side(
        person,
        structures_following(person),
        acts_for(user).filter(person=person).count(),
        orientations_for(user).filter(person=person).count(),
        len(mandat_persons.of_person(person)),
    )


def next_appointment(user: Visitor, person: Person, at: datetime) -> Next | None:
    """Return the next appointment of a person: the user's own; others', if the person agreed."""
    may_read_all = persons.agreed(person, rules.SHOW)
    rows = Orientation.objects.filter(stripped_at=None) if may_read_all else orientations_for(user)
    appointed = rows.filter(person=person, state=cycle.APPOINTED, appointment_at__gt=at)
    row = appointed.order_by("appointment_at", "pk").first()
    local = row.local_appointment if row is not None else None
    if row is None or local is None:
        return None
    about = row.procedure_words or row.get_procedure_display() or row.need_text
    return Next(local, about, row.lieu_name, at.astimezone(local.tzinfo).date())


@dataclass(frozen=True, slots=True)
class Help:
    """A referral that is open for the same need: where, since when. is_own: the user may open it."""

    orientation: Orientation
    where: str
    since: datetime
    is_own: bool


def same_help(
    person: Person | None, need: str, procedure: str, *, user: Visitor, but: Orientation | None = None
) -> list[Help]:
    """Return the referrals of a person open for the same procedure, or for the same need when one of them
    names no procedure: the user's own; others', if the person agreed.
    """
    if person is None:
        return []
    same = Q(need=need, procedure="") | (Q(procedure=procedure) if procedure else Q(need=need))
    own = orientations_for(user).filter(same, person=person, state__in=cycle.RUNNING)
    own_numbers = set(own.values_list("pk", flat=True))
    rows = own
    if persons.agreed(person, rules.SHOW):
        rows = Orientation.objects.filter(same, person=person, state__in=cycle.RUNNING)
    rows = rows.exclude(pk=but.pk) if but is not None and but.pk else rows
    return [
        Help(
            row,
            row.lieu_name or (row.from_structure.name if row.from_structure else ""),
            row.sent_at or row.prepared_at,
            row.pk in own_numbers,
        )
        for row in rows.select_related("from_structure").order_by("prepared_at", "pk")
    ]


def consent_by_purpose(person: Person, structures: Sequence[Structure]) -> dict[str, Consent]:
    """Return a person's last answer for each purpose, to nobody in particular or to these structures."""
    recipients = Q(structure=None) | Q(structure__in=structures)
    consent_by_purpose: dict[str, Consent] = {}
    rows = person.consents.exclude(purpose=rules.SHARE).filter(recipients).select_related("structure", "by")
    for consent in rows.order_by("-at", "-pk"):
        consent_by_purpose.setdefault(consent.purpose, consent)
    return consent_by_purpose


def consents(person: Person) -> list[Consent]:
    """Return the last answer of a person for each purpose, for each structure."""
    last: dict[tuple[str, int | None], Consent] = {}
    rows = person.consents.exclude(purpose=rules.JOIN)  # given once, for a gesture that has its own undo
    for consent in rows.select_related("structure", "by"):
        last.setdefault((consent.purpose, consent.structure_id), consent)
    order = list(rules.PURPOSES)

    def rank(consent: Consent) -> tuple[int, str]:
        return order.index(consent.purpose), consent.structure.name if consent.structure else ""

    return sorted(last.values(), key=rank)


def paths(user: Visitor, person: Person) -> list[tuple[Path, list[tuple[Orientation, bool]]]]:
    """Return the paths of a person with their steps in order, the latest first, and if the user may open
    each; those of other structures are read once they left, if the person agreed to let helpers know.
    """
    own = set(orientations_for(user).filter(person=person).values_list("pk", flat=True))
    readable = Q(sent_at__isnull=False) if persons.agreed(person, rules.SHOW) else Q(pk__in=())
    rows = Orientation.objects.filter(Q(pk__in=own) | readable, person=person)
    rows_by_path: dict[Path, list[tuple[Orientation, bool]]] = {}
    for row in rows.select_related("path", "from_structure", "sender").order_by("position", "pk"):
        rows_by_path.setdefault(row.path, []).append((row, row.pk in own))
    return sorted(
        rows_by_path.items(),
        key=lambda entry: (max(row.changed_at for row, _ in entry[1]), entry[0].pk),
        reverse=True,
    )


def traces(person: Person, reader: Any = None) -> list[Trace]:
    """Return the views and acts about a person, the latest first. reader: None for the person; a helper reads
    of which procedure or paper in the lines of their own structures alone, and while the person agrees to it.
    """
    reader_numbers = None if reader is None else own_numbers(reader)
    followed = reader is None or persons.agreed(person, rules.TRACK)
    steps = list(Orientation.objects.filter(person=person))
    entries: list[Entry] = list(journal.entries_about(*persons.sheets(person)))
    stored_papers = documents_queries.of_person(person)
    met = agenda.rows_of(person)
    for rows in (steps, mandat_persons.of_person(person), stored_papers, list(acts.of_person(person))):
        if rows:
            entries += journal.entries_about(*rows)
    if met:  # the date of a referral, written in the agenda by nobody, is a line of its referral
        dated = [row.pk for row in met if row.referral]
        entries += journal.entries_about(*met).exclude(by=None, row__in=dated)
    names = journal.names(entries)
    structure_rows = Structure.objects.filter(pk__in={e.structure for e in entries if e.structure})
    structures = dict(structure_rows.values_list("pk", "name"))
    lines = []
    for e in sorted(entries, key=lambda e: (e.at, e.pk), reverse=True):
        in_full = reader_numbers is None or e.structure in reader_numbers
        is_about_read = e.verb.startswith("consent.") or (
            in_full
            and e.verb.startswith(("act.", "droit.", "paper."))
            and (followed or not e.verb.startswith("droit."))
        )
        if act := _act(e.verb):
            where = structures.get(e.structure or 0, "")
            lines.append(Trace(e.at, _author(e, names), where, act, e.words if is_about_read else ""))
    return lines


def read_since(row: Orientation, since: datetime) -> bool:
    """Return True if the journal says that a referral was opened after a moment."""
    return journal.entries_about(row).filter(verb__in=(READ, "orientation.see"), at__gt=since).exists()


def _author(entry: Entry, names: Mapping[int, str]) -> str:
    """Return the author of a line: an account, the link of a place; '' for the person or the platform."""
    if entry.by is None and entry.structure is not None and entry.verb.startswith("orientation."):
        return BY_LINK
    return names.get(entry.by or 0, "")


def _act(verb: str) -> str:
    """Return the French words of a verb of the journal, after its author; '' for another verb."""
    move = cycle.MOVES.get(verb.removeprefix("orientation."))
    return VERBS.get(verb, "") or (move.label if move is not None else "")
