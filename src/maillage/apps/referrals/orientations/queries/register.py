"""The register of what is stored about a person: what each feature declares, and what referrals hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from maillage.apps.agenda.queries import persons as agenda
from maillage.apps.directory.places.queries import places
from maillage.apps.learning.queries import progress as learning
from maillage.apps.people.actes.queries import lists as acts
from maillage.apps.people.documents import queries as documents_queries
from maillage.apps.people.mandats.queries import persons as mandats
from maillage.apps.people.persons import queries as persons
from maillage.apps.people.persons.models import Person
from maillage.apps.people.persons.queries import YES_NO
from maillage.apps.people.persons.rules import COUNTED, FATES, PROVEN, DataKind
from maillage.apps.people.reminders import queries as reminders_queries
from maillage.apps.referrals.autonomy.queries import personal_data as autonomy
from maillage.apps.referrals.droits.queries import persons as droits
from maillage.apps.referrals.orientations.models import Event, Orientation
from maillage.apps.referrals.orientations.queries import people, timeline
from maillage.apps.referrals.orientations.rules import cycle
from maillage.reference import bilan, offer
from maillage.words.languages import to_say


@dataclass(frozen=True, slots=True)
class Holding:
    """The number of rows of one kind stored about a person; what each says, in French words."""

    kind: DataKind
    rows: Sequence[Mapping[str, Any]]

    @property
    def n(self) -> int:
        return len(self.rows)


def of_person(person: Person) -> list[Holding]:
    """Return the data stored about a person, in the order of the register; empty kinds left out."""
    return [holding for kind in REGISTER if (holding := Holding(kind, kind.rows(person))).rows]


def by_fate(holdings: Sequence[Holding]) -> list[tuple[str, list[Holding]]]:
    """Return the effects of erasure, in words, with the data concerned: the erased data first."""
    return [
        (words, matching)
        for fate, words in FATES.items()
        if (matching := [each for each in holdings if each.kind.fate == fate])
    ]


def _referrals(person: Person) -> list[dict[str, Any]]:
    rows = Orientation.objects.filter(person=person).select_related("path__by", "path__structure")
    rows = rows.select_related("lieu", "sent_to", "to_structure", "from_structure", "sender", "proposed")
    steps = list(rows.order_by("-path__made_at", "path", "position"))
    events: dict[int, list[Event]] = {row.pk: [] for row in steps}
    for event in Event.objects.filter(orientation__in=steps).select_related(
        "by", "orientation__from_structure"
    ):
        events[event.orientation_id].append(event)
    return [_referral(row, events[row.pk]) for row in steps]


def _referral(row: Orientation, events: Sequence[Event]) -> dict[str, Any]:
    begun = row.path
    return {
        "pour": row.get_need_display(),
        "parcours_commence_le": begun.made_at.isoformat(),
        "parcours_commence_par": ", ".join(
            filter(None, (str(begun.by or ""), begun.structure.name if begun.structure else ""))
        ),
        "rang": row.position,
        "demarche": row.get_procedure_display(),
        "precision": row.procedure_words,
        "ou": row.lieu_name or (row.lieu.name if row.lieu else ""),
        "lieu_de_depart": row.sent_to.name if row.sent_to else "",
        "adresse": places.full_address(row.lieu.sheet) if row.lieu else "",
        "structure_du_lieu": row.to_structure.name if row.to_structure else "",
        "envoyee_par": str(row.sender or ""),
        "structure_qui_envoie": row.from_structure.name if row.from_structure else "",
        "d_ou_vient_la_demande": row.get_origin_display(),
        "commune": row.commune,
        "lieu_prevenu_par": row.get_channel_display(),
        "lieu_prevenu_a": row.place_mail,
        "partage": [cycle.SHARED[name] for name in row.shared],
        "partage_suspendu": YES_NO[row.is_suspended],
        "mot": row.note,
        "jours_possibles": row.availability,
        "avant_le": _moment(row.urgent_before),
        "langue": row.language,
        "resultat_du_bilan": bilan.results()[row.result].label
        if row.result in bilan.results()
        else row.result,
        "etat": row.get_state_display(),
        "la_suite_est_a": row.get_held_by_display(),
        "le": row.prepared_at.isoformat(),
        "envoyee_le": _moment(row.sent_at),
        "vue_le": _moment(row.seen_at),
        "repondue_le": _moment(row.answered_at),
        "rendez_vous": row.local_appointment.isoformat() if row.local_appointment else "",
        "venue": YES_NO[row.came],
        "venue_notee_le": _moment(row.met_at),
        "aidee_le": _moment(row.served_at),
        "finie_le": _moment(row.ended_at),
        "dernier_geste_le": row.changed_at.isoformat(),
        "reponse_attendue_avant": _moment(row.answer_by or row.expires_on),
        "lien_ouvert_jusqu_au": _moment(row.link_until),
        "motif": row.get_reason_display(),
        "motif_en_mots": row.reason_words,
        "lieu_propose": row.proposed.name if row.proposed else "",
        "ce_qui_a_ete_fait": [offer.practices()[id].label for id in row.did if id in offer.practices()],
        "issue": row.get_outcome_display(),
        "niveau_apres": row.get_level_after_display(),
        "minutes": row.minutes,
        "en_quelques_mots": row.outcome_words,
        "et_maintenant": row.next_step,
        "personne_inventee": YES_NO[row.example],
        "historique": [
            {
                "le": timezone.localtime(event.at).isoformat(),
                "qui": timeline.author_of(event),
                "quoi": cycle.MOVES[event.verb].label,
                "mots": str(event.content.get("words", "")),
                "note": event.note,
            }
            for event in events
        ],
    }


def _traces(person: Person) -> list[dict[str, Any]]:
    return [
        {"le": trace.at.isoformat(), "qui": trace.author, "pour": trace.where, "quoi": trace.words}
        for trace in people.traces(person)
    ]


def _moment(at: datetime | date | None) -> str:
    return at.isoformat() if at is not None else ""


REGISTER: tuple[DataKind, ...] = (
    *persons.PERSONAL_DATA,
    *mandats.PERSONAL_DATA,
    *acts.PERSONAL_DATA,
    *droits.PERSONAL_DATA,
    *documents_queries.PERSONAL_DATA,
    *agenda.PERSONAL_DATA,
    *reminders_queries.PERSONAL_DATA,
    DataKind(
        id="orientations",
        title=to_say("Où vous avez été envoyé"),
        why=to_say("Pour qu’un lieu vous attende, et savoir si vous avez été aidé."),
        fate=COUNTED,
        models=("orientations.Path", "orientations.Orientation", "orientations.Event"),
        rows=_referrals,
    ),
    *autonomy.PERSONAL_DATA,
    *learning.PERSONAL_DATA,
    DataKind(
        id="qui_a_vu",
        title=to_say("Qui a vu, qui a fait"),
        why=to_say("Pour que vous sachiez qui a ouvert votre fiche."),
        until=to_say("Toujours : votre nom n’y figure pas."),
        fate=PROVEN,
        models=("accounts.Entry",),
        rows=_traces,
    ),
)
