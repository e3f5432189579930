"""All the data on a person, in French words, for their own copy: a page or a file."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from maillage.apps.actes.queries import lists as acts
from maillage.apps.agenda.queries import persons as agenda
from maillage.apps.autonomy import rules as autonomy
from maillage.apps.autonomy.models import Bilan
from maillage.apps.autonomy.queries import retained
from maillage.apps.directory.queries import places
from maillage.apps.documents.queries import papers
from maillage.apps.droits.queries import persons as droits
from maillage.apps.learning.queries import progress as learning
from maillage.apps.mandats import queries as mandats
from maillage.apps.orientations.models import Event, Orientation
from maillage.apps.orientations.queries import people, timeline
from maillage.apps.orientations.rules import cycle
from maillage.apps.people import queries as persons
from maillage.apps.people import rules
from maillage.apps.people.models import Person
from maillage.apps.reminders.queries import lists as reminders
from maillage.reference import bilan, bilan_tasks, offer

YES_NO = {True: "oui", False: "non", None: ""}

# What each line of a copy is called where it is read on a page: those of a file have no accent and no space.
LABELS: Mapping[str, str] = {
    "parcours_commence_le": "Parcours commencé le",
    "parcours_commence_par": "Parcours commencé par",
    "rang": "Étape",
    "demarche": "Démarche",
    "precision": "Précision",
    "adresse": "Adresse du lieu",
    "structure_du_lieu": "Structure du lieu",
    "envoyee_par": "Envoyée par",
    "structure_qui_envoie": "Au nom de",
    "d_ou_vient_la_demande": "La demande vient de",
    "commune": "Commune",
    "lieu_prevenu_par": "Le lieu est prévenu par",
    "lieu_de_depart": "Lieu choisi au départ",
    "partage": "Ce que le lieu lit de vous",
    "partage_suspendu": "Caché au lieu depuis qu’il a changé de structure",
    "mot": "Mot pour le lieu",
    "jours_possibles": "Jours possibles",
    "avant_le": "Avant le",
    "langue": "Langue",
    "resultat_du_bilan": "Résultat du bilan transmis",
    "etat": "État",
    "la_suite_est_a": "La suite est à",
    "le": "Le",
    "envoyee_le": "Envoyée le",
    "vue_le": "Vue le",
    "repondue_le": "Réponse le",
    "rendez_vous": "Rendez-vous",
    "venue": "Venue",
    "venue_notee_le": "Venue notée le",
    "aidee_le": "Aide notée le",
    "finie_le": "Finie le",
    "dernier_geste_le": "Dernier geste le",
    "reponse_attendue_avant": "Réponse attendue avant le",
    "lien_ouvert_jusqu_au": "Lien du lieu ouvert jusqu’au",
    "motif": "Raison du refus",
    "motif_en_mots": "Raison, en mots",
    "lieu_propose": "Lieu proposé",
    "ce_qui_a_ete_fait": "Ce qui a été fait",
    "issue": "Issue",
    "niveau_apres": "Niveau après",
    "minutes": "Minutes passées",
    "en_quelques_mots": "En quelques mots",
    "et_maintenant": "Et maintenant",
    "personne_inventee": "Personne inventée",
    "historique": "Historique",
    "resultat": "Résultat",
    "resultat_change": "Résultat changé en",
    "raison_du_changement": "Pourquoi il est changé",
    "changement_en_mots": "Changement, en mots",
    "change_par": "Changé par",
    "change_le": "Changé le",
    "fait_avec": "Fait avec",
    "structure": "Structure",
    "qui_touchait_l_ecran": "Qui touchait l’écran",
    "reponses": "Vos réponses",
    "essais": "Vos essais",
    "version_des_essais": "Version des essais",
    "secondes_par_ecran": "Secondes par écran",
    "annexe": "Premier rendez-vous",
    "acces": "Accès",
    "usage_dit": "Usage dit",
    "usage_vu": "Usage vu",
    "usage": "Usage",
    "ligne": "Ligne de la règle",
    "signaux": "Signaux",
    "suites_choisies": "Suites choisies",
    "refait_celui_du": "Refait celui du",
    "a_refaire_vers_le": "À refaire vers le",
    "regle": "Règle",
    "garde_pour": "Gardé pour",
}


def of_person(person: Person) -> dict[str, Any]:
    """Return all the data on a person."""
    return learning.copy(person) | {
        "carte": person.card,
        "dessin": person.get_picture_display(),
        "prenom_ou_surnom": person.nickname,
        "annee_de_naissance": person.born,
        "langue": person.language,
        "comment_vous_joindre": rules.REACH[person.reach],
        "numero_ou_adresse": person.reach_value,
        "personne_inventee": YES_NO[person.example],
        "carte_faite_le": person.made_at.isoformat(),
        "derniere_activite": person.active_at.isoformat(),
        "suivie_par": [f.structure.name for f in people.structures_following(person)],
        "suivis": [
            {
                "structure": f.structure.name,
                "par": str(f.by or ""),
                "depuis": _moment(f.since),
                "jusqu_au": _moment(f.ended_at),
            }
            for f in person.followings.select_related("structure", "by").order_by("since", "pk")
        ],
        "accords": [
            {
                "pour": said.get_purpose_display(),
                "structure": said.structure.name if said.structure else "",
                "reponse": YES_NO[said.given],
                "mots_lus": said.words,
                "comment": said.get_how_display(),
                "devant": str(said.by or ""),
                "le": said.at.isoformat(),
                "retire_le": _moment(said.withdrawn_at),
            }
            for said in person.consents.select_related("structure", "by")
        ],
        "secret_de_la_carte": [
            {
                "sorte": held.get_kind_display(),
                "choisi_le": held.at.isoformat(),
                "choisi_avec": str(held.by or ""),
                "essais_faux": held.misses,
                "dernier_essai_faux_le": _moment(held.missed_at),
            }
            for held in filter(None, [persons.secret_of(person)])
        ],
        "corrections_demandees": [
            {
                "a": asked.structure.name,
                "quoi": asked.words,
                "demandee_le": asked.asked_at.isoformat(),
                "repondue_le": _moment(asked.done_at),
                "repondue_par": str(asked.done_by or ""),
                "reponse": asked.answer,
            }
            for asked in persons.corrections(person)
        ],
        "orientations": _referrals(person),
        "bilans": [_diagnosis(row) for row, _ in people.bilans(person)],
        "ateliers": agenda.workshops_of(person),
        "rendez_vous": agenda.appointments_of(person),
        "mandats": mandats.copy(person),
        "papiers": papers.copy(person),
        "droits": droits.copy(person),
        "actes": acts.copy(person),
        "rappels": reminders.copy(person, timezone.now()),
        "qui_a_vu": [
            {"le": trace.at.isoformat(), "qui": trace.who, "pour": trace.where, "quoi": trace.words}
            for trace in people.traces(person)
        ],
    }


def lines(entry: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the lines of a referral or a diagnosis in a copy: filled fields only, each under its name."""
    told = [(LABELS[name], _text(value)) for name, value in entry.items() if name in LABELS]
    return [(label, words) for label, words in told if words]


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return " : ".join(words for each in value.values() if (words := _text(each)))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return " ; ".join(words for each in value if (words := _text(each)))
    return "" if value is None else str(value)


def _moment(at: datetime | date | None) -> str:
    return at.isoformat() if at is not None else ""


# -------------------------------------------------------------------------------------------------- referrals


def _referrals(person: Person) -> list[dict[str, Any]]:
    rows = Orientation.objects.filter(person=person).order_by("-path__made_at", "path", "position")
    steps = list(
        rows.select_related(
            "path__by",
            "path__structure",
            "lieu",
            "sent_to",
            "to_structure",
            "from_structure",
            "sender",
            "proposed",
        )
    )
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
        "rendez_vous": timezone.localtime(row.appointment_at).isoformat() if row.appointment_at else "",
        "venue": YES_NO[row.came],
        "venue_notee_le": _moment(row.met_at),
        "aidee_le": _moment(row.served_at),
        "finie_le": _moment(row.ended_at),
        "dernier_geste_le": row.changed_at.isoformat(),
        "reponse_attendue_avant": _moment(row.expires_on),
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
                "qui": timeline.who(event),
                "quoi": f"a {cycle.MOVES[event.verb].label}",
                "mots": str(event.content.get("words", "")),
                "note": event.note,
            }
            for event in events
        ],
    }


# -------------------------------------------------------------------------------------------------- diagnoses


def _diagnosis(row: Bilan) -> dict[str, Any]:
    sheet = retained.sheet(row)
    tasks = bilan_tasks.tasks()
    return {
        "le": timezone.localdate(row.at).isoformat(),
        "resultat": row.get_result_display(),
        "resultat_change": row.get_changed_result_display(),
        "raison_du_changement": sheet.reason,
        "changement_en_mots": row.changed_words,
        "change_par": str(row.changed_by or ""),
        "change_le": _moment(row.changed_at),
        "fait_avec": str(row.by or ""),
        "structure": row.structure.name if row.structure else "",
        "commune": row.place,
        "qui_touchait_l_ecran": row.get_mode_display(),
        "reponses": [
            {"question": question.text, "reponse": [option.label for option in options]}
            for question, options in sheet.answers
        ],
        "essais": [
            {
                "essai": tasks[id].text if id in tasks else id,
                "mesures": [f"{name} : {said}" for name, said in task.items()],
            }
            for id, task in row.tasks.items()
        ],
        "version_des_essais": row.form,
        "secondes_par_ecran": [f"{screen} : {seconds}" for screen, seconds in row.timings.items()],
        "annexe": [
            {"question": each.text, "reponse": _said(row, each)} for each, given in sheet.annex if given
        ],
        "acces": row.get_access_display(),
        "usage_dit": row.get_declared_display(),
        "usage_vu": sheet.observed.label if sheet.observed else "",
        "usage": row.get_use_display(),
        "ligne": row.line,
        "signaux": [flag.label for flag in sheet.flags],
        "suites_choisies": list(row.chosen),
        "refait_celui_du": timezone.localdate(row.retest_of.at).isoformat() if row.retest_of else "",
        "a_refaire_vers_le": _moment(row.retest_on),
        "regle": row.version,
        "garde_pour": row.get_kept_display(),
    }


def _said(row: Bilan, question: bilan.Question) -> str:
    """Return an answer of the annex, in words."""
    return ", ".join(option.label for option in autonomy.chosen_answers(row.annex, question))
