"""All the data on a person, in French words, for their own copy: a page to read or print, or a file."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from babel import Locale
from django.utils import timezone

from maillage.apps.people.persons.models import Person
from maillage.apps.people.persons.rules import DataKind
from maillage.apps.referrals.orientations.queries import people, register
from maillage.words.languages import FRENCH, speaking
from maillage.words.opening import clock, date_text

# What each line of a copy is called where it is read on a page: those of a file have no accent and no space.
OWN_NAMES = """
structure_du_lieu commune jours_possibles avant_le langue le vue_le venue finie_le dernier_geste_le
issue en_quelques_mots et_maintenant historique fait_avec structure version_des_essais usage_dit
usage_vu usage signaux suites_choisies refait_celui_du comment_vous_joindre carte_faite_le par pour
comment devant choisi_le choisi_avec essais_faux dernier_essai_faux_le quoi nom du au suit_le_mandat
organisme hors_du_mandat vient_de papier fichier atelier permanence avec pris pris_le pris_par
pourquoi pour_le jours_avant au_nom_de objet texte fait_le fait_par module parcours groupe note
avec_qui qui
"""  # lines whose name, read aloud, is their label
LABELS: Mapping[str, str] = {name: name.replace("_", " ").capitalize() for name in OWN_NAMES.split()} | {
    "parcours_commence_le": "Parcours commencé le",
    "parcours_commence_par": "Parcours commencé par",
    "rang": "Étape",
    "demarche": "Démarche",
    "precision": "Précision",
    "adresse": "Adresse du lieu",
    "envoyee_par": "Envoyée par",
    "structure_qui_envoie": "Au nom de",
    "d_ou_vient_la_demande": "La demande vient de",
    "lieu_prevenu_par": "Le lieu est prévenu par",
    "lieu_prevenu_a": "À l’adresse",
    "lieu_de_depart": "Lieu choisi au départ",
    "partage": "Ce que le lieu lit de vous",
    "partage_suspendu": "Caché au lieu depuis qu’il a changé de structure",
    "mot": "Mot pour le lieu",
    "resultat_du_bilan": "Résultat du bilan transmis",
    "etat": "État",
    "la_suite_est_a": "Suite à donner par",
    "envoyee_le": "Envoyée le",
    "repondue_le": "Réponse le",
    "rendez_vous": "Rendez-vous",
    "venue_notee_le": "Venue notée le",
    "aidee_le": "Aide notée le",
    "reponse_attendue_avant": "Réponse attendue avant le",
    "lien_ouvert_jusqu_au": "Lien du lieu ouvert jusqu’au",
    "motif": "Raison du refus",
    "motif_en_mots": "Raison, en mots",
    "lieu_propose": "Lieu proposé",
    "ce_qui_a_ete_fait": "Ce qui a été fait",
    "niveau_apres": "Niveau après",
    "minutes": "Minutes passées",
    "personne_inventee": "Personne inventée",
    "resultat": "Résultat",
    "resultat_change": "Résultat changé en",
    "raison_du_changement": "Pourquoi il est changé",
    "changement_en_mots": "Changement, en mots",
    "change_par": "Changé par",
    "change_le": "Changé le",
    "qui_touchait_l_ecran": "Qui touchait l’écran",
    "reponses": "Vos réponses",
    "essais": "Vos essais",
    "secondes_par_ecran": "Secondes par écran",
    "annexe": "Premier rendez-vous",
    "acces": "Accès",
    "ligne": "Ligne de la règle",
    "a_refaire_vers_le": "À refaire vers le",
    "regle": "Règle",
    "garde_pour": "Gardé pour",
    "carte": "Code de la carte",
    "dessin": "Dessin de la carte",
    "prenom_ou_surnom": "Prénom ou surnom",
    "annee_de_naissance": "Année de naissance",
    "score_pix": "Score Pix",
    "numero_ou_adresse": "Numéro ou adresse",
    "derniere_activite": "Dernière aide le",
    "cartes": "Cartes",
    "decision": "Ce qui a été décidé",
    "defait_le": "Défait le",
    "depuis": "Depuis le",
    "jusqu_au": "Jusqu’au",
    "reponse": "Réponse",
    "mots_lus": "Les mots qui vous ont été lus",
    "retire_le": "Retiré ou remplacé le",
    "sorte": "C’est",
    "a": "Demandé à",
    "demandee_le": "Demandé le",
    "repondue_par": "Réponse de",
    "ou": "Où",
    "code": "Mandat",
    "donne_a": "Donné à",
    "prepare_par": "Préparé par",
    "prepare_le": "Préparé le",
    "aidant": "Qui agit",
    "proche": "Nom du proche",
    "tous_les_aidants_de_la_structure": "Tous les aidants de la structure agissent",
    "aidants_nommes": "Aidants nommés",
    "nomme_le": "Nommé le",
    "ajoute_par": "Ajouté par",
    "aidant_retire_le": "Retiré le",
    "retrait_note_par": "Retrait noté par",
    "sous_la_responsabilite_de": "Sous la responsabilité de",
    "demarches": "Démarches permises",
    "urgence": "En urgence",
    "photographie_avant_le": "Photographie du papier à joindre avant le",
    "a_regulariser_avant_le": "À régulariser avant le",
    "regularise_le": "Régularisé le",
    "signe_le": "Signé le",
    "signe_avec": "Signé avec",
    "temoin": "Témoin",
    "arrete_le": "Arrêté le",
    "arrete_comment": "Arrêté",
    "arret_note_par": "Arrêt noté par",
    "arrete_avec": "Arrêté avec",
    "rappels": "Rappels faits",
    "a_la_fin": "À la fin",
    "a_regulariser_avant": "À régulariser avant le",
    "raye": "Annulé",
    "ce_qui_s_est_passe": "Ce qui s’est passé",
    "date_du_courrier": "Date écrite sur le courrier",
    "papier_ou_precision": "Papier, ou précision",
    "note_par": "Noté par",
    "note_le": "Noté le",
    "corrige_un_fait_du": "Corrige ce qui était noté le",
    "raye_le": "Annulé le",
    "raye_par": "Annulé par",
    "garde_par": "Gardé par",
    "garde_avec": "Gardé avec",
    "garde_le": "Gardé le",
    "s_efface_apres_le": "S’efface après le",
    "le_demander_a": "Pour l’avoir, demander à",
    "analyse_par": "Vérifié par",
    "accord": "Votre accord",
    "efface_le": "Effacé le",
    "efface_parce_que": "Effacé parce que",
    "montre_a": "Montré à",
    "inscrite_le": "Inscription le",
    "inscrite_par": "Inscription",
    "prenom_donne": "Prénom donné",
    "prevenir": "Comment vous prévenir",
    "contact_donne": "Numéro ou adresse donnés",
    "annule_le": "Annulé le",
    "rappele_le": "Rappelé le",
    "arret": "Pourquoi vous avez arrêté",
    "arret_en_mots": "Arrêt, en mots",
    "propose": "Proposé ensuite",
    "propose_en_mots": "Proposé, en mots",
    "rappele_apres": "Nouvelles prises le",
    "rappel": "Après ce rappel",
    "etiquette": "Étiquette",
    "adresse_ecrite": "Adresse écrite",
    "boite_regardee": "Boîte mail regardée",
    "de_quoi": "Rappel de",
    "numero_ou_par_qui": "Numéro, ou par qui",
    "texte_en_francais": "Texte en français",
    "prevu_le": "Prévu le",
    "mots_effaces_le": "Mots effacés le",
    "etape": "Étape",
    "indices": "Aides demandées",
    "arrivee_le": "Arrivée le",
    "module_propose": "Module proposé",
}

# What a page does not say: it is for machines, or too long to be read. The file has it, and the page says so.
FILE_ONLY = frozenset(
    (
        "empreinte",
        "signature",
        "photographie",
        "secondes",
        "secondes_par_ecran",
        "version_des_essais",
        "rendez_vous_invente",
        "personne_inventee",
        "rang",
        "ligne",
        "regle",
    )
)
# What is said only when it is so.
QUIET = frozenset(("essais_faux", "urgence", "tous_les_aidants_de_la_structure", "raye", "partage_suspendu"))
# What an entry is called by: the values of these lines, in this order.
HEADS: Mapping[str, Sequence[str]] = {
    "suivis": ("structure",),
    "accords": ("pour", "structure"),
    "secret_de_la_carte": ("sorte",),
    "corrections_demandees": ("quoi",),
    "fiches_comparees": ("decision", "le"),
    "mandats": ("code", "donne_a"),
    "actes": ("le", "ce_qui_a_ete_fait", "demarche"),
    "droits": ("demarche", "ce_qui_s_est_passe"),
    "papiers": ("papier", "pour"),
    "ateliers": ("atelier", "le"),
    "rendez_vous": ("pour", "le"),
    "rappels": ("de_quoi", "pour_le"),
    "orientations": ("pour", "ou"),
    "bilans": ("resultat", "le"),
    "apprentissage": ("le", "module"),
    "parcours": ("parcours",),
    "groupes": ("groupe",),
    "projets": ("demarche",),
    "qui_a_vu": ("le", "qui", "quoi"),
}
_DAY = re.compile(r"^\d{4}-\d\d-\d\d$")
_MOMENT = re.compile(r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
LONG = 160  # signs: a longer text is quoted under its entry


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a copy, as it is read: what it is called, its lines, and long texts word for word."""

    title: str
    lines: Sequence[tuple[str, str]]
    quotes: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Section:
    """Section of a copy on one kind of data. short: each entry is one sentence."""

    kind: DataKind
    entries: Sequence[Entry]

    @property
    def short(self) -> bool:
        return not any(each.lines or each.quotes for each in self.entries)


def of_person(person: Person) -> dict[str, Any]:
    """Return all the data on a person, as their file has it: the sheet, then each kind of the register."""
    copy: dict[str, Any] = {"suivie_par": [f.structure.name for f in people.structures_following(person)]}
    for kind in register.REGISTER:
        rows = list(kind.rows(person))
        copy |= rows[0] if kind.id == "fiche" else {kind.id: rows}
    return copy


def page(person: Person) -> list[Section]:
    """Return all the data on a person as a page says it: plain French, dates in words, nothing empty."""
    with speaking(FRENCH):
        return [
            Section(holding.kind, [_entry(holding.kind.id, row) for row in holding.rows])
            for holding in register.of_person(person)
        ]


def _entry(kind: str, row: Mapping[str, Any]) -> Entry:
    head = HEADS.get(kind, ())
    title = ", ".join(words for name in head if (words := text_of(name, row.get(name))))
    consents = [
        (LABELS[name], text_of(name, value))
        for name, value in row.items()
        if name in LABELS
        and name not in (*head, *FILE_ONLY)
        and not (name in QUIET and value in ("non", 0))  # nothing particular happened
    ]
    full = [(label, words) for label, words in consents if words]
    return Entry(
        title[:1].upper() + title[1:],
        [(label, words) for label, words in full if len(words) <= LONG and "\n" not in words],
        [(label, words) for label, words in full if len(words) > LONG or "\n" in words],
    )


def text_of(name: str, value: Any) -> str:
    """Return a value of a copy in words: dates as they are said, lists one after the other."""
    if isinstance(value, Mapping) and "question" in value:
        return " ".join(words for key, item in value.items() if (words := text_of(key, item)))
    if isinstance(value, Mapping):
        labelled = ((LABELS.get(key, ""), text_of(key, item)) for key, item in value.items())
        return ", ".join(
            f"{label.lower()} {words}" if label.endswith(" le") else words
            for label, words in labelled
            if words
        )
    if isinstance(value, Sequence) and not isinstance(value, str):
        return " ; ".join(words for each in value if (words := text_of(name, each)))
    text = "" if value is None else str(value).strip()
    if name == "langue":
        return str(Locale("fr").languages.get(text, text))
    if _DAY.match(text):
        return date_text(date.fromisoformat(text))
    if _MOMENT.match(text):
        moment = datetime.fromisoformat(text)  # one of our own clock is told in the time of France
        local = timezone.localtime(moment) if moment.utcoffset() is not None else moment
        return f"{date_text(local.date())} à {clock(local)}"
    return text
