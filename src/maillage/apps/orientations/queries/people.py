"""A person as a professional reads them: what is known, agreed, done; who saw it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from maillage.apps.accounts import queries as journal
from maillage.apps.accounts.models import Entry
from maillage.apps.actes.queries import lists as acts
from maillage.apps.agenda.queries import persons as agenda
from maillage.apps.directory.models import Structure
from maillage.apps.documents.queries import papers
from maillage.apps.droits.queries import persons as droits
from maillage.apps.droits.queries.cards import Next
from maillage.apps.mandats.access import own_numbers
from maillage.apps.mandats.queries import persons as mandat_persons
from maillage.apps.mandats.queries import proofs
from maillage.apps.orientations.access import orientations_for
from maillage.apps.orientations.models import Orientation, Path
from maillage.apps.orientations.rules import cycle
from maillage.apps.people import access, rules
from maillage.apps.people import queries as persons
from maillage.apps.people.models import Consent, Following, Person
from maillage.kernel import codes
from maillage.kernel.names import plain

PAGE = 40
READ = "orientation.read"
OPENED = "orientation.opened"  # with an account: READ is by the link of the place
BY_LINK = "Le lieu, par son lien"
VERBS = {
    "person.welcomed": "a fait la carte",
    "person.followed": "suit la personne",
    "person.left": "ne suit plus la personne",
    "person.seen": "a ouvert la fiche",
    "person.bilans.seen": "a ouvert la liste des bilans",
    "person.bilan.seen": "a ouvert un bilan",
    "person.corrected": "a corrigé la fiche",
    "person.copy_opened": "a ouvert la copie de ce qui est gardé",
    "person.exported": "a remis une copie de ce qui est gardé",
    "person.forgotten": "a effacé la fiche",
    "person.card_renewed": "a refait la carte",
    "person.card_printed": "a imprimé la carte",
    "person.card_locked": "a essayé cinq secrets faux",
    "person.secret_chosen": "a choisi le secret de la carte",
    "person.page_opened": "a ouvert la page de la personne avec elle",
    "person.correction_asked": "a demandé une correction",
    "person.correction_answered": "a répondu à une correction demandée",
    "member.noted": "a noté un apprentissage",
    "member.removed": "a retiré la personne d’un groupe",
    READ: "a lu l’orientation",
    OPENED: "a lu l’orientation",
    "consent.said": "a noté un accord",
    "consent.withdrawn": "a noté un accord retiré",
    **proofs.VERBS,
    **papers.VERBS,
    **droits.VERBS,
    **agenda.VERBS,
    "act.noted": "a noté un acte d’aide",
    "act.outside": "a fait à sa place hors du mandat",
    "act.refused": "n’a pas pu faire à sa place",
    "act.corrected": "a corrigé un acte d’aide",
    "act.struck": "a annulé un acte d’aide",
    "act.restored": "a remis un acte d’aide",
    "act.regularised": "a mis un acte d’aide sous mandat",
    "reminders.refused": "a noté : plus de rappel",
    "reminders.accepted": "a noté : des rappels, de nouveau",
}


@dataclass(frozen=True, slots=True)
class Trace:
    """Somebody saw or did something: who, for which structure, what, when."""

    at: datetime
    who: str
    where: str
    words: str


def people(user: Any, text: str = "") -> QuerySet[Person]:
    """Return the persons somebody may see, the latest helped first; text: how a card or a name starts."""
    rows = access.people_for(user).order_by("-active_at", "-pk")
    typed = text.strip()
    if not typed:
        return rows
    code = codes.read(typed) or codes.NOT_SIGNS.sub("", typed.upper())
    named = [pk for pk, name in rows.values_list("pk", "nickname") if plain(typed) in plain(name)]
    return rows.filter(Q(code__startswith=code) | Q(pk__in=named)) if code else rows.filter(pk__in=named)


def structures_following(person: Person) -> list[Following]:
    return list(person.followings.filter(ended_at=None).select_related("structure", "by").order_by("since"))


def next_appointment(user: Any, person: Person, at: datetime) -> Next | None:
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
    """Help that is open elsewhere for the same procedure: where, since when."""

    orientation: Orientation
    where: str
    since: datetime


def same_help(
    person: Person | None, procedure: str, *, user: Any, but: Orientation | None = None
) -> list[Help]:
    """Return the help open for a procedure of a person: the user's own; others', if the person agreed."""
    if person is None or not procedure:
        return []
    open_to = Orientation.objects if persons.agreed(person, rules.SHOW) else orientations_for(user)
    rows = open_to.filter(person=person, procedure=procedure, state__in=cycle.RUNNING)
    rows = rows.exclude(pk=but.pk) if but is not None else rows
    return [
        Help(
            row,
            row.lieu_name or (row.from_structure.name if row.from_structure else ""),
            row.sent_at or row.prepared_at,
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
    for consent in person.consents.select_related("structure", "by"):
        last.setdefault((consent.purpose, consent.structure_id), consent)
    order = list(rules.PURPOSES)

    def rank(consent: Consent) -> tuple[int, str]:
        return order.index(consent.purpose), consent.structure.name if consent.structure else ""

    return sorted(last.values(), key=rank)


def paths(user: Any, person: Person) -> list[tuple[Path, list[tuple[Orientation, bool]]]]:
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
    entries: list[Entry] = list(journal.entries_about(person))
    stored_papers = papers.of_person(person)
    met = agenda.rows_of(person)
    for rows in (steps, mandat_persons.of_person(person), stored_papers, list(acts.of_person(person)), met):
        if rows:
            entries += journal.entries_about(*rows)
    names = journal.names(entries)
    structure_rows = Structure.objects.filter(pk__in={e.structure for e in entries if e.structure})
    structures = dict(structure_rows.values_list("pk", "name"))
    lines = []
    for e in sorted(entries, key=lambda e: (e.at, e.pk), reverse=True):
        in_full = reader_numbers is None or e.structure in reader_numbers
        words = _words(e, in_full=in_full and (followed or not e.verb.startswith("droit.")))
        if words:
            lines.append(Trace(e.at, _author(e, names), structures.get(e.structure or 0, ""), words))
    return lines


def read_since(row: Orientation, since: datetime) -> bool:
    """Return True if the journal says that a referral was opened after a moment."""
    return journal.entries_about(row).filter(verb__in=(READ, "orientation.see"), at__gt=since).exists()


def _author(entry: Entry, names: Mapping[int, str]) -> str:
    """Return the author of a line: an account, the link of a place; '' for the person or the platform."""
    if entry.by is None and entry.structure is not None and entry.verb.startswith("orientation."):
        return BY_LINK
    return names.get(entry.by or 0, "")


def _words(entry: Entry, *, in_full: bool) -> str:
    """Return the words of a line; in_full: with the procedure or the paper."""
    if entry.verb in VERBS:
        prefixes = ("consent.", "act.", "droit.", "paper.") if in_full else ("consent.",)
        more = f" : {entry.words}" if entry.words and entry.verb.startswith(prefixes) else ""
        return f"{VERBS[entry.verb]}{more}"
    move = cycle.MOVES.get(entry.verb.removeprefix("orientation."))
    return f"a {move.label}" if move is not None else ""
