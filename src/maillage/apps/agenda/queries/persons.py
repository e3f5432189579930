"""The workshops and appointments of one person: for the copy of their data, and for who helps them."""

from typing import Any

from maillage.apps.agenda.models import Appointment, Seat
from maillage.apps.agenda.queries import appointment_words, words
from maillage.apps.people.persons.models import Person
from maillage.apps.people.persons.rules import COUNTED, UNTIL_THREE_MONTHS, DataKind
from maillage.words.languages import to_say

# What the journal says of the appointments of a person, as they read it.
VERBS = {
    "appointment.booked": to_say("a donné un rendez-vous"),
    "appointment.moved": to_say("a déplacé un rendez-vous"),
    "appointment.cancelled": to_say("a annulé un rendez-vous"),
    "appointment.put_back": to_say("a remis un rendez-vous"),
    "appointment.came": to_say("a noté la venue à un rendez-vous"),
    "appointment.absent": to_say("a noté une absence à un rendez-vous"),
    "appointment.untold": to_say("a effacé ce qui était noté d’un rendez-vous"),
    "mailbox.noted": to_say("a noté que la boîte mail a été regardée"),
}


def rows_of(person: Person) -> list[Appointment]:
    return list(Appointment.objects.filter(person=person))


def workshops_of(person: Person) -> list[dict[str, Any]]:
    """Return a person's workshops, in French, as they receive them."""
    seats = Seat.objects.filter(person=person).select_related("workshop").order_by("workshop__starts_at")
    return [
        {
            "atelier": seat.workshop.title,
            "le": words.local(seat.workshop).isoformat(),
            "etat": seat.get_status_display(),
            "venue": {True: "oui", False: "non", None: "pas noté"}[seat.came],
            "inscrite_le": seat.booked_at.isoformat(),
            "inscrite_par": seat.get_channel_display(),
            "prenom_donne": seat.name,
            "prevenir": seat.get_way_display(),
            "contact_donne": seat.contact,
            "langue": seat.language,
            "annule_le": seat.cancelled_at.isoformat() if seat.cancelled_at else "",
            "rappele_le": seat.reminded_at.isoformat() if seat.reminded_at else "",
            "arret": seat.get_stopped_because_display() or "",
            "arret_en_mots": seat.stopped_words,
            "propose": seat.get_next_proposed_display() or "",
            "propose_en_mots": seat.next_words,
            "rappele_apres": seat.recalled_at.isoformat() if seat.recalled_at else "",
            "rappel": seat.get_recall_display() or "",
        }
        for seat in seats
    ]


def appointments_of(person: Person) -> list[dict[str, Any]]:
    """Return a person's appointments, in French, as they receive them."""
    rows = Appointment.objects.filter(person=person).select_related(
        "structure", "lieu", "helper", "by", "permanence", "mailbox__by"
    )
    return [
        {
            "pour": row.get_kind_display(),
            "en_quelques_mots": row.subject,
            "le": appointment_words.local(row).isoformat(),
            "minutes": row.minutes,
            "ou": appointment_words.where(row),
            "adresse_ecrite": row.address,
            "commune": row.commune,
            "structure": row.structure.name,
            "permanence": row.permanence.title if row.permanence is not None else "",
            "avec": appointment_words.helper(row),
            "prenom_donne": row.name,
            "contact_donne": row.contact,
            "prevenir": row.get_way_display(),
            "langue": row.language,
            "pris": row.get_channel_display(),
            "pris_le": row.made_at.isoformat(),
            "pris_par": str(row.by or ""),
            "etat": appointment_words.state(row),
            "annule_le": row.cancelled_at.isoformat() if row.cancelled_at else "",
            "pourquoi": row.cancel_reason,
            "change_le": row.changed_at.isoformat(),
            "rappele_apres": row.recalled_at.isoformat() if row.recalled_at else "",
            "rappel": row.get_recall_display() or "",
            "rendez_vous_invente": "oui" if row.example else "non",
            "boite_regardee": _looked(row),
        }
        for row in rows.order_by("starts_at", "pk")
    ]


def _looked(row: Appointment) -> dict[str, Any]:
    """Return the record of the mailbox at an appointment; {} if there is none."""
    noted = getattr(row, "mailbox", None)
    if noted is None:
        return {}
    return {
        "le": noted.looked_at.isoformat(),
        "messages_lus": noted.read,
        "reponses": noted.answered,
        "fait": noted.done,
        "prochaine_fois": noted.next_on.isoformat() if noted.next_on else "",
        "note_le": noted.noted_at.isoformat(),
        "note_par": str(noted.by or ""),
    }


PERSONAL_DATA = (
    DataKind(
        id="ateliers",
        title=to_say("Vos places dans des ateliers"),
        why=to_say("Pour vous garder une place."),
        until=UNTIL_THREE_MONTHS,
        fate=COUNTED,
        models=("agenda.Seat",),
        rows=workshops_of,
    ),
    DataKind(
        id="rendez_vous",
        title=to_say("Vos rendez-vous"),
        why=to_say("Pour vous recevoir à l’heure, et savoir quand votre courrier a été lu."),
        until=UNTIL_THREE_MONTHS,
        fate=COUNTED,
        models=("agenda.Appointment", "agenda.MailboxRecord", "agenda.RdvLink"),
        rows=appointments_of,
    ),
)
