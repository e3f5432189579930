"""Read the papers of a person: those that are there, to whom they are shown, who opened them. The storage
of papers: their keys, and where their files are.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Prefetch
from django.utils import timezone

from maillage.apps.directory.places.models import Lieu, Structure
from maillage.apps.directory.places.queries.search import Wanted, search
from maillage.apps.people.documents import access, rules
from maillage.apps.people.documents.models import Paper, Share
from maillage.apps.people.documents.rules import Keyring
from maillage.apps.people.persons.models import Person
from maillage.apps.people.persons.rules import DataKind
from maillage.apps.platform.accounts import queries as journal
from maillage.apps.platform.accounts.models import Visitor
from maillage.kernel.disk import reason
from maillage.kernel.errors import Refused
from maillage.words.languages import to_say

MOST_PLACES = 30
# What the journal says of a paper, as the person reads it too.
VERBS = {
    "paper.stored": to_say("a gardé une copie d’un papier"),
    "paper.read": to_say("a ouvert un papier"),
    "paper.shared": to_say("a montré un papier à une autre structure"),
    "paper.unshared": to_say("a arrêté de montrer un papier"),
    "paper.erased": to_say("a effacé un papier"),
}


def of_person(person: Person) -> list[Paper]:
    """Return every paper of a person, those that were erased included: who opened them is still told."""
    shares = Prefetch("shares", Share.objects.select_related("structure", "by", "withdrawn_with"))
    return list(
        Paper.objects.filter(person=person).select_related("structure", "by").prefetch_related(shares)
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A paper as it is listed: its sharings that run today; is_own: the user may show or erase it."""

    paper: Paper
    shares: list[Share]
    is_own: bool


def lines(user: Visitor, person: Person, today: date) -> list[Line]:
    """Return the papers of a person that a user may open, the latest first."""
    own_papers = set(access.holdings_for(user, today).filter(person=person).values_list("pk", flat=True))
    rows = access.papers_for(user, today).filter(person=person).prefetch_related("shares__structure")
    return [Line(row, running(row, today), row.pk in own_papers) for row in rows]


def running(paper: Paper, today: date) -> list[Share]:
    """Return the sharings of a paper that run on a day."""
    return [each for each in paper.shares.all() if each.state_on(today) == rules.RUNNING]


def count(person: Person, today: date) -> int:
    """Return how many papers of a person are kept here, whichever structure keeps them."""
    return access.current_papers(today).filter(person=person).count()


def received(user: Visitor, today: date) -> list[Share]:
    """Return the sharings by which a user reads what other structures keep, the first to end first."""
    user_structures = access.structures_for(user).values("pk")
    rows = access.shares_for(user, today).exclude(paper__structure__in=user_structures)
    return list(
        rows.select_related("paper__person", "paper__structure", "structure").order_by("ends_on", "pk")
    )


def for_procedure(person: Person, procedure_key: str, today: date) -> list[Paper]:
    """Return the papers kept for a procedure of a person, or for its whole family, the latest first.

    What a checklist shows of them is their kind and their date: opening one asks `access.papers_for`.
    """
    return [
        row
        for row in access.current_papers(today).filter(person=person)
        if rules.serves(row.purpose, procedure_key)
    ]


def for_procedure_of(user: Visitor, person: Person, procedure_key: str, today: date) -> list[Paper]:
    """Return, of the papers kept for a procedure of a person, those that a user may open."""
    readable = set(access.papers_for(user, today).filter(person=person).values_list("pk", flat=True))
    return [row for row in for_procedure(person, procedure_key, today) if row.pk in readable]


def for_card(person: Person, today: date) -> list[tuple[Paper, list[Share]]]:
    """Return the papers of a person that are there, each with its sharings that run, as they read them with
    their card.
    """
    rows = access.current_papers(today).filter(person=person).prefetch_related("shares__structure")
    return [(row, running(row, today)) for row in rows]


def openings(paper: Paper) -> list[tuple[Any, str, str]]:
    """Return when a paper was opened, by whom, for which structure, the latest first."""
    entries = list(journal.entries_about(paper).filter(verb="paper.read").order_by("-pk"))
    names = journal.names(entries)
    structures = dict(
        Structure.objects.filter(pk__in={each.structure for each in entries if each.structure}).values_list(
            "pk", "name"
        )
    )
    return [
        (each.at, names.get(each.by or 0, ""), structures.get(each.structure or 0, "")) for each in entries
    ]


def places(commune: str = "") -> list[Lieu]:
    """Return the places of the directory that help with a digital safe, of a commune when one is given."""
    wanted = Wanted(
        facets=(("pratique:coffre_fort",),), communes=(commune,) if commune else (), limit=MOST_PLACES
    )
    lieu_ids = [pk for pk, _ in search(wanted).places]
    rows = Lieu.objects.in_bulk(lieu_ids)
    return [rows[pk] for pk in lieu_ids if pk in rows]


def copy(person: Person) -> list[dict[str, Any]]:
    """Return the papers of a person in French words, for their own copy. Their files are not in it: whoever
    holds the card, or the copy, would hold the papers.
    """
    return [_copied(row) for row in of_person(person)]


def _copied(row: Paper) -> dict[str, Any]:
    return {
        "papier": row.get_kind_display(),
        "pour": row.purpose_label,
        "garde_par": row.structure.name if row.structure else "",
        "garde_avec": str(row.by or ""),
        "garde_le": row.stored_at.isoformat(),
        "s_efface_apres_le": row.expires_on.isoformat(),
        "fichier": f"{row.get_media_display()}, {row.pages} page(s), {row.size} octets",
        "le_demander_a": row.structure.name if row.structure and row.erased_at is None else "",
        "analyse_par": row.scanner,
        "accord": row.get_how_display(),
        "mots_lus": row.words,
        "efface_le": row.erased_at.isoformat() if row.erased_at else "",
        "efface_parce_que": row.get_erased_how_display(),
        "personne_inventee": "oui" if row.example else "non",
        "montre_a": [
            {
                "structure": each.structure.name if each.structure else "",
                "note_par": str(each.by or ""),
                "le": each.at.isoformat(),
                "jusqu_au": each.ends_on.isoformat(),
                "accord": each.get_how_display(),
                "mots_lus": each.words,
                "etat": rules.STATES[each.state_on(timezone.localdate())],
                "arrete_le": each.withdrawn_at.isoformat() if each.withdrawn_at else "",
                "arrete_avec": str(each.withdrawn_with or ""),
            }
            for each in row.shares.all()
        ],
    }


PERSONAL_DATA = (
    DataKind(
        id="papiers",
        title=to_say("Vos papiers gardés"),
        why=to_say("Pour ne pas vous les redemander."),
        until=to_say(
            "Le papier : jusqu’au jour écrit à côté. Qu’il a été gardé : deux ans après la dernière aide."
        ),
        models=("documents.Paper", "documents.Share"),
        rows=copy,
    ),
)


FOLDER = "papiers"


@dataclass(frozen=True, slots=True)
class Storage:
    """The keys, None when nothing is kept here; why not, in French, '' when nobody asked for it."""

    keys: Keyring | None
    why: str = ""

    @property
    def is_on(self) -> bool:
        return self.keys is not None


def storage() -> Storage:
    """Return the storage of papers. A key that cannot be read keeps nothing, and says why."""
    try:
        keys = read_keys()
        return Storage(Keyring(keys) if keys else None)
    except Refused as refused:
        return Storage(None, f"{refused.what} {refused.why}")


def keyring() -> Keyring:
    """Return the keys; Refused when papers are not kept here."""
    keys = read_keys()
    if not keys:
        raise Refused(
            "Aucun papier n’est gardé ici.",
            why="La personne qui tient la plateforme n’a pas donné de clé pour les chiffrer.",
            do="Choisissez un coffre-fort avec la personne, ou demandez que la garde soit ouverte.",
        )
    return Keyring(keys)


def read_keys() -> list[str]:
    """Return the keys given, the one that seals first; Refused when their file cannot be read, or stands
    among what it protects.
    """
    if settings.PAPERS["key"]:
        return [each.strip() for each in settings.PAPERS["key"].split(",") if each.strip()]
    if not settings.PAPERS["key_file"]:
        return []
    path = Path(settings.PAPERS["key_file"])
    if path.resolve().is_relative_to(Path(settings.HOME).resolve()):
        raise Refused(
            "La clé des papiers est dans le même dossier que les papiers.",
            why="Une personne qui copie le dossier pourrait tous les lire.",
            do="Mettez ce fichier ailleurs, lisible du seul compte du service.",
        )
    try:
        return path.read_text("ascii").split()
    except (OSError, UnicodeDecodeError) as error:
        error_text = reason(error) if isinstance(error, OSError) else "ce n’est pas du texte"
        raise Refused(
            f"La clé des papiers n’a pas pu être lue : {error_text}.",
            why="Sans elle, aucun papier ne se garde ni ne s’ouvre.",
            do="Vérifiez MAILLAGE_PAPERS_KEY_FILE, et les droits de lecture de ce fichier.",
        ) from error


def folder() -> Path:
    return Path(settings.HOME) / FOLDER


def path_of(name: str) -> Path:
    """Return the file of a paper, which may not exist."""
    return folder() / name
