"""A person as a professional reads them: what is known, agreed, done; who saw it. And the same, for the person."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, Prefetch, Q, QuerySet
from django.utils import timezone

from maillage.apps.accounts import queries as journal
from maillage.apps.accounts.models import Entry
from maillage.apps.agenda.queries import persons as agenda
from maillage.apps.autonomy.models import Bilan
from maillage.apps.autonomy.queries import kept
from maillage.apps.autonomy.queries.kept import Progress
from maillage.apps.directory.models import Structure
from maillage.apps.learning.queries import progress as learning
from maillage.apps.orientations.models import Orientation, Path
from maillage.apps.orientations.rules import cycle
from maillage.apps.people import access, rules
from maillage.apps.people.models import Consent, Following, Person
from maillage.kernel import codes
from maillage.kernel.names import plain

PAGE = 40
VERBS = {
    "person.welcomed": "a fait la carte",
    "person.followed": "suit la personne",
    "person.left": "ne suit plus la personne",
    "person.seen": "a ouvert la fiche",
    "person.corrected": "a corrigé la fiche",
    "person.exported": "a remis une copie de ce qui est gardé",
    "person.forgotten": "a effacé la fiche",
    "person.card_renewed": "a refait la carte",
    "person.card_printed": "a imprimé la carte",
    "member.noted": "a noté un apprentissage",
    "member.removed": "a ôté la personne d’un groupe",
    "consent.said": "a noté un accord",
    "consent.withdrawn": "a noté un accord retiré",
}


@dataclass(frozen=True, slots=True)
class Trace:
    """Somebody saw or did something: who, for which structure, what, when."""

    at: datetime
    who: str
    where: str
    words: str


def people(user: Any, text: str = "") -> QuerySet[Person]:
    """Return the persons somebody may see, the latest helped first; those whose card or name starts with what is typed."""
    rows = access.people_for(user).order_by("-active_at", "-pk")
    typed = text.strip()
    if not typed:
        return rows
    code = codes.read(typed) or codes.NOT_SIGNS.sub("", typed.upper())
    named = [pk for pk, name in rows.values_list("pk", "nickname") if plain(typed) in plain(name)]
    return rows.filter(Q(code__startswith=code) | Q(pk__in=named)) if code else rows.filter(pk__in=named)


def structures_following(person: Person) -> list[Following]:
    """Return the structures that see a person today."""
    return list(person.followings.filter(ended_at=None).select_related("structure", "by").order_by("since"))


def consents(person: Person) -> list[Consent]:
    """Return what a person said last of each purpose, for each structure."""
    last: dict[tuple[str, int | None], Consent] = {}
    for said in person.consents.select_related("structure", "by"):
        last.setdefault((said.purpose, said.structure_id), said)
    order = list(rules.PURPOSES)
    return sorted(
        last.values(), key=lambda said: (order.index(said.purpose), said.structure.name if said.structure else "")
    )


def paths(person: Person) -> list[Path]:
    """Return the paths of a person with their steps in order, the latest first."""
    steps = Orientation.objects.order_by("position").select_related("lieu", "lieu__structure", "from_structure", "sender")
    rows = Path.objects.filter(person=person).prefetch_related(Prefetch("steps", steps))
    return list(rows.annotate(last=Max("steps__changed_at")).order_by("-last", "-pk"))


def bilans(person: Person) -> list[tuple[Bilan, Progress | None]]:
    """Return the diagnoses that a person let us keep, the latest first, each with what changed since the one before."""
    return kept.of_person(person)


def traces(person: Person) -> list[Trace]:
    """Return who saw and did what about a person and their referrals, the latest first."""
    steps = list(Orientation.objects.filter(person=person))
    entries: list[Entry] = list(journal.entries_about(person))
    if steps:
        entries += journal.entries_about(*steps)
    names = journal.names(entries)
    structures = dict(
        Structure.objects.filter(pk__in={e.structure for e in entries if e.structure}).values_list("pk", "name")
    )
    found = [
        Trace(e.at, names.get(e.by or 0, ""), structures.get(e.structure or 0, ""), _words(e))
        for e in sorted(entries, key=lambda e: (e.at, e.pk), reverse=True)
    ]
    return [trace for trace in found if trace.words]


def _words(entry: Entry) -> str:
    if entry.verb in VERBS:
        more = f" : {entry.words}" if entry.words and entry.verb.startswith("consent.") else ""
        return f"{VERBS[entry.verb]}{more}"
    move = cycle.MOVES.get(entry.verb.removeprefix("orientation."))
    return f"a {move.label}" if move is not None else ""


def copy(person: Person) -> dict[str, Any]:
    """Return all that is kept of a person, in French words, for them to take away."""
    return learning.copy(person) | {
        "carte": person.card,
        "prenom_ou_surnom": person.nickname,
        "annee_de_naissance": person.born,
        "langue": person.language,
        "comment_vous_joindre": rules.REACH[person.reach],
        "numero_ou_adresse": person.reach_value,
        "carte_faite_le": person.made_at.isoformat(),
        "suivie_par": [f.structure.name for f in structures_following(person)],
        "accords": [
            {
                "pour": said.get_purpose_display(),
                "structure": said.structure.name if said.structure else "",
                "reponse": "oui" if said.given else "non",
                "mots_lus": said.words,
                "comment": said.get_how_display(),
                "le": said.at.isoformat(),
                "retire_le": said.withdrawn_at.isoformat() if said.withdrawn_at else "",
            }
            for said in person.consents.select_related("structure")
        ],
        "orientations": [
            {
                "pour": step.get_need_display(),
                "demarche": step.get_procedure_display(),
                "ou": step.lieu_name or (step.lieu.name if step.lieu else ""),
                "etat": step.get_state_display(),
                "partage": step.shared,
                "mot": step.note,
                "le": step.prepared_at.isoformat(),
            }
            for path in paths(person)
            for step in path.steps.all()
        ],
        "bilans": [
            {"le": timezone.localdate(row.at).isoformat(), "resultat": row.get_result_display(), "reponses": row.answers}
            for row, _ in bilans(person)
        ],
        "ateliers": agenda.kept(person),
        "qui_a_vu": [
            {"le": trace.at.isoformat(), "qui": trace.who, "pour": trace.where, "quoi": trace.words}
            for trace in traces(person)
        ],
    }
