"""The copy that a person takes away: all that is kept of them, and what is left out has its reason."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from maillage.apps.people.documents.models import Paper, Share
from maillage.apps.people.persons.actions import consents, corrections, register
from maillage.apps.people.persons.models import CardSecret, Consent, CorrectionRequest, Following, Person
from maillage.apps.people.reminders.models import Reminder
from maillage.apps.referrals.autonomy import actions as autonomy
from maillage.apps.referrals.autonomy.models import Bilan
from maillage.apps.referrals.autonomy.rules import Carried
from maillage.apps.referrals.orientations.actions import answers, sending
from maillage.apps.referrals.orientations.models import Event, Orientation, Path
from maillage.apps.referrals.orientations.queries import copies
from tests.conftest import account
from tests.support.cards import open_page
from tests.support.personas import AURELIE
from tests.support.places import place
from tests.support.referrals import prepare

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("clock_at")]
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
AT = NOW - timedelta(days=2)

# Each field of what is kept of a person, and where it is in their copy.
COPIED: dict[type, dict[str, str]] = {
    Person: {
        "code": "carte",
        "picture": "dessin",
        "nickname": "prenom_ou_surnom",
        "born": "annee_de_naissance",
        "language": "langue",
        "pix": "score_pix",
        "reach": "comment_vous_joindre",
        "reach_value": "numero_ou_adresse",
        "example": "personne_inventee",
        "made_at": "carte_faite_le",
        "active_at": "derniere_activite",
    },
    Following: {"structure": "structure", "by": "par", "since": "depuis", "ended_at": "jusqu_au"},
    Consent: {
        "purpose": "pour",
        "structure": "structure",
        "given": "reponse",
        "how": "comment",
        "words": "mots_lus",
        "by": "devant",
        "at": "le",
        "withdrawn_at": "retire_le",
    },
    CardSecret: {
        "kind": "sorte",
        "by": "choisi_avec",
        "at": "choisi_le",
        "misses": "essais_faux",
        "missed_at": "dernier_essai_faux_le",
    },
    CorrectionRequest: {
        "structure": "a",
        "words": "quoi",
        "asked_at": "demandee_le",
        "done_at": "repondue_le",
        "done_by": "repondue_par",
        "answer": "reponse",
    },
    Path: {
        "made_at": "parcours_commence_le",
        "by": "parcours_commence_par",
        "structure": "parcours_commence_par",
    },
    Orientation: {
        "position": "rang",
        "need": "pour",
        "procedure": "demarche",
        "procedure_words": "precision",
        "lieu": "adresse",
        "lieu_name": "ou",
        "to_structure": "structure_du_lieu",
        "from_structure": "structure_qui_envoie",
        "sender": "envoyee_par",
        "origin": "d_ou_vient_la_demande",
        "commune": "commune",
        "channel": "lieu_prevenu_par",
        "place_mail": "lieu_prevenu_a",
        "shared": "partage",
        "sent_to": "lieu_de_depart",
        "agreed_with": "partage_suspendu",
        "note": "mot",
        "availability": "jours_possibles",
        "urgent_before": "avant_le",
        "language": "langue",
        "result": "resultat_du_bilan",
        "state": "etat",
        "held_by": "la_suite_est_a",
        "changed_at": "dernier_geste_le",
        "prepared_at": "le",
        "sent_at": "envoyee_le",
        "seen_at": "vue_le",
        "answered_at": "repondue_le",
        "met_at": "venue_notee_le",
        "served_at": "aidee_le",
        "ended_at": "finie_le",
        "appointment_at": "rendez_vous",
        "expires_on": "reponse_attendue_avant",
        "link_until": "lien_ouvert_jusqu_au",
        "reason": "motif",
        "reason_words": "motif_en_mots",
        "proposed": "lieu_propose",
        "came": "venue",
        "did": "ce_qui_a_ete_fait",
        "outcome": "issue",
        "level_after": "niveau_apres",
        "minutes": "minutes",
        "outcome_words": "en_quelques_mots",
        "next_step": "et_maintenant",
        "example": "personne_inventee",
    },
    Paper: {
        "kind": "papier",
        "purpose": "pour",
        "structure": "garde_par",
        "by": "garde_avec",
        "media": "fichier",
        "size": "fichier",
        "pages": "fichier",
        "scanner": "analyse_par",
        "how": "accord",
        "words": "mots_lus",
        "stored_at": "garde_le",
        "expires_on": "s_efface_apres_le",
        "erased_at": "efface_le",
        "erased_how": "efface_parce_que",
        "example": "personne_inventee",
    },
    Share: {
        "structure": "structure",
        "by": "note_par",
        "at": "le",
        "ends_on": "jusqu_au",
        "how": "accord",
        "words": "mots_lus",
        "withdrawn_at": "arrete_le",
        "withdrawn_with": "arrete_avec",
    },
    Event: {"at": "le", "verb": "quoi", "by": "qui", "content": "mots", "note": "note"},
    Bilan: {
        "structure": "structure",
        "by": "fait_avec",
        "place": "commune",
        "mode": "qui_touchait_l_ecran",
        "version": "regle",
        "form": "version_des_essais",
        "answers": "reponses",
        "tasks": "essais",
        "timings": "secondes_par_ecran",
        "access": "acces",
        "declared": "usage_dit",
        "observed": "usage_vu",
        "use": "usage",
        "line": "ligne",
        "result": "resultat",
        "flags": "signaux",
        "changed_result": "resultat_change",
        "changed_reason": "raison_du_changement",
        "changed_words": "changement_en_mots",
        "changed_by": "change_par",
        "changed_at": "change_le",
        "chosen": "suites_choisies",
        "annex": "annexe",
        "retest_of": "refait_celui_du",
        "retest_on": "a_refaire_vers_le",
        "at": "le",
        "kept": "garde_pour",
    },
}
COPIED[Reminder] = {
    "kind": "de_quoi",
    "moment": "pour_le",
    "commune": "commune",
    "days": "jours_avant",
    "way": "comment",
    "reason": "etat",
    "structure": "au_nom_de",
    "name": "prenom_donne",
    "contact": "numero_ou_par_qui",
    "language": "langue",
    "subject": "objet",
    "text": "texte",
    "french": "texte_en_francais",
    "planned_at": "prevu_le",
    "purge_on": "mots_effaces_le",
    "done_at": "fait_le",
    "done_by": "fait_par",
    "withdrawn_at": "retire_le",
}
NUMBER, OWN_IDENTITY = (
    "a number of ours, which says nothing of anybody",
    "the person themselves, whose copy it is",
)
LEFT_OUT: dict[type, dict[str, str]] = {
    Person: {
        "id": NUMBER,
        "forgotten_at": "nobody has a copy once they are erased",
        "merged_into": "told by the sheets compared",
    },
    Following: {"id": NUMBER, "person": OWN_IDENTITY},
    Consent: {"id": NUMBER, "person": OWN_IDENTITY},
    CardSecret: {"id": NUMBER, "person": OWN_IDENTITY, "hash": "the secret itself, which nobody reads"},
    CorrectionRequest: {"id": NUMBER, "person": OWN_IDENTITY},
    Path: {
        "id": NUMBER,
        "person": OWN_IDENTITY,
        "origin": "told by each of its steps",
        "commune": "told by each of its steps",
        "example": "told by each of its steps",
    },
    Orientation: {
        "id": NUMBER,
        "person": OWN_IDENTITY,
        "path": "told by what it holds",
        "act": "told among the acts",
        "answer_by": "a delay given to the place: it says nothing of anybody",
        "token": "the digest of a key given to the place: it opens a page, and says nothing of anybody",
        "links": "how many keys the place was given",
        "stripped_at": "it has nobody any more",
    },
    Event: {
        "id": NUMBER,
        "orientation": "told under it",
        "side": "told by who did it",
        "state": "told by what was done",
    },
    Reminder: {
        "id": NUMBER,
        "person": OWN_IDENTITY,
        "row": NUMBER,
        "round": "how many of the same were taken back, which are lines of their own",
        "is_recalled": "a mark for the worker, while its message is taken back",
    },
    Paper: {
        "id": NUMBER,
        "person": OWN_IDENTITY,
        "token": "what makes a double click one: it says nothing of anybody",
        "name": "the name of a file, drawn at random",
        "wrapped": "the key of the file: in a copy, it would open it",
    },
    Share: {"id": NUMBER, "paper": "told under it"},
    Bilan: {
        "id": NUMBER,
        "person": OWN_IDENTITY,
        "token": "what makes a double click one: it says nothing of anybody",
    },
}


@pytest.mark.parametrize("model", COPIED, ids=lambda model: model.__name__)
def test_each_field_is_in_the_copy_or_left_out_for_a_reason(model):
    fields = {field.name for field in model._meta.get_fields() if field.concrete}
    assert fields == {*COPIED[model], *LEFT_OUT[model]}
    assert not set(COPIED[model]) & set(LEFT_OUT[model])
    assert all(LEFT_OUT[model].values())


@pytest.fixture
def person_copy(client) -> dict[str, Any]:
    """The copy of somebody of whom everything is known, as their card gives it."""
    library, centre = (
        place("bibliotheque"),
        place("autre", {"nom": "Centre social", "pivot": "21380185500015"}),
    )
    leila = account("leila", "aidant", structure=library.structure)
    person = register.welcome(
        by=leila,
        structure=library.structure,
        nickname="Fatou",
        born=1988,
        pix=312,
        reach="phone",
        reach_value="0639981234",
        at=AT,
    )
    consents.agree(person=person, purpose="share", structure=centre.structure, how="read", by=leila, at=AT)
    bilan_fields = {"form": "B", "place": "38185", "chosen": ("learn",), "timings": {"X1": 12}}
    bilan_fields["tasks"] = {"T1": {"outcome": "passed", "tries": 2}}
    first, last = (
        autonomy.keep(
            Carried(mode="aidant", answers=AURELIE, token=token, ended=True, **bilan_fields),
            purpose="person",
            how="read",
            person=person,
            by=leila,
            structure=library.structure,
            at=AT,
        )
        for token in ("a", "b")
    )
    other = "assistance" if last.result != "assistance" else "accompagne"
    autonomy.change(last, result=other, reason="seen", words="Elle a su faire seule", by=leila, at=AT)
    autonomy.note_annex(last, {"F1": "town"}, by=leila, at=AT)
    Bilan.objects.filter(pk=last.pk).update(retest_of=first, observed="G2", flags=["procedure"])
    row = prepare(
        structure=library.structure,
        person=person,
        lieu=centre,
        need="formation",
        procedure="argent",
        procedure_words="prime d’activité",
        availability="le mardi",
        urgent_before=(AT + timedelta(days=30)).date(),
        result="assistance",
        note="Parle peu",
        shared=("nickname", "note"),
        by=leila,
        at=AT,
    )
    row = sending.send(row, by=leila, channel="phone", at=AT)
    row = answers.appoint(row, by=leila, when=AT + timedelta(hours=1), at=AT)
    did = {"did": ["formation"], "outcome": "reached", "level_after": "autonome", "minutes": 45}
    row = answers.serve(row, by=leila, words="Compte ouvert", next_step="Revenir lundi", at=AT, **did)
    more = {
        "reason": "full",
        "reason_words": "En travaux",
        "proposed": library,
        "seen_at": AT,
        "ended_at": AT,
    }
    Orientation.objects.filter(pk=row.pk).update(
        link_until=AT.date(), sent_to=library, place_mail="nadia@mairie.example", **more
    )
    row.events.filter(verb="serve").update(note="À rappeler")
    text_fields = dict.fromkeys(("name", "contact", "subject", "text", "french"), "Fatou")
    Reminder.objects.create(
        **{"kind": "seat", "row": 1, "days": 1, "moment": AT, "way": "call", "planned_at": AT, "done_at": AT},
        **{"commune": "38185", "purge_on": AT.date(), "done_by": leila, "withdrawn_at": AT, "person": person},
        **text_fields,
        structure=library.structure,
    )
    _paper(person, library.structure, centre.structure, leila)
    Following.objects.update(ended_at=AT)
    Consent.objects.update(withdrawn_at=AT)
    correction = corrections.ask_correction(person, library.structure, "Mon année", by=None, at=AT)
    corrections.answer_correction(correction, by=leila, answer="C’est corrigé", at=AT)
    open_page(client, person)
    CardSecret.objects.update(by=leila, misses=1, missed_at=AT)
    return json.loads(client.get("/ma-carte/copie/?format=json").content)


def _paper(person, structure, other, by) -> None:
    """Make a paper of which everything is known, shown once, both over."""
    share_fields = {"structure": structure, "by": by, "how": "read", "words": "Oui"}
    over = {"stored_at": AT, "expires_on": AT, "erased_at": AT, "erased_how": "used"}
    file = {"name": "0", "media": "application/pdf", "size": 9, "scanner": "ClamAV"}
    paper = Paper.objects.create(
        person=person, token="p", kind="identite", purpose="rsa", **share_fields, **over, **file
    )
    stopped = {"at": AT, "ends_on": AT, "withdrawn_at": AT, "withdrawn_with": by}
    Share.objects.create(paper=paper, **share_fields | {"structure": other}, **stopped)


def test_each_field_that_is_copied_says_something(person_copy):
    (step,) = person_copy["orientations"]
    bilan = next(row for row in person_copy["bilans"] if row["resultat_change"])
    served = next(line for line in step["historique"] if line["note"])
    share = next(consent for consent in person_copy["accords"] if consent["structure"] == "Centre social")
    (secret,), (correction,) = person_copy["secret_de_la_carte"], person_copy["corrections_demandees"]
    (paper,) = person_copy["papiers"]
    paper_view = paper["montre_a"][0]
    entries = [
        person_copy,
        person_copy["suivis"][0],
        share,
        secret,
        correction,
        step,
        step,
        paper,
        paper_view,
        served,
        bilan,
    ]
    entries.append(person_copy["rappels"][0])
    for (model, names), entry in zip(COPIED.items(), entries, strict=True):
        silent = [field for field, name in names.items() if entry[name] in ("", None, [], {})]
        assert not silent, model
    assert {"essai", "mesures"} == set(bilan["essais"][0])
    assert bilan["annexe"] == [
        {"question": "Qui vous a parlé de ce lieu ?", "reponse": "La mairie, un lieu de la commune"}
    ]


def test_the_page_says_as_much_as_the_file(client, person_copy):
    page = " ".join(client.get("/ma-carte/copie/").content.decode().replace("\u00a0", " ").split())
    words = (
        "prime d’activité",
        "le mardi",
        "Complet",
        "En travaux",
        "but atteint",
        "Compte ouvert",
        "Revenir lundi",
    )
    for each in (
        *words,
        "Mon année",
        "C’est corrigé",
        "Elle a su faire seule",
        "La mairie",
        "À rappeler",
        "1 place Grenette",
    ):
        assert each in page
    unnamed = {*person_copy["orientations"][0], *person_copy["bilans"][0]} - {*copies.LABELS, "pour", "ou"}
    assert not unnamed
