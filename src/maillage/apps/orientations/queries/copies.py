"""All the data on a person, in French words, for their own copy: a page to read or print, or a file."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from babel import Locale
from django.utils import timezone

from maillage.apps.orientations.queries import people, register
from maillage.apps.people.models import Person
from maillage.apps.people.rules import DataKind
from maillage.words.languages import FRENCH, speaking
from maillage.words.opening import clock, date_text

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
    "lieu_prevenu_a": "À l’adresse",
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
    "carte": "Code de la carte",
    "dessin": "Dessin de la carte",
    "prenom_ou_surnom": "Prénom ou surnom",
    "annee_de_naissance": "Année de naissance",
    "comment_vous_joindre": "Comment vous joindre",
    "numero_ou_adresse": "Numéro ou adresse",
    "carte_faite_le": "Carte faite le",
    "derniere_activite": "Dernière aide le",
    "par": "Par",
    "depuis": "Depuis le",
    "jusqu_au": "Jusqu’au",
    "pour": "Pour",
    "reponse": "Réponse",
    "mots_lus": "Les mots qui vous ont été lus",
    "comment": "Comment",
    "devant": "Devant",
    "retire_le": "Retiré ou remplacé le",
    "sorte": "C’est",
    "choisi_le": "Choisi le",
    "choisi_avec": "Choisi avec",
    "essais_faux": "Essais faux",
    "dernier_essai_faux_le": "Dernier essai faux le",
    "a": "Demandé à",
    "quoi": "Quoi",
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
    "nom": "Nom",
    "nomme_le": "Nommé le",
    "ajoute_par": "Ajouté par",
    "aidant_retire_le": "Retiré le",
    "retrait_note_par": "Retrait noté par",
    "sous_la_responsabilite_de": "Sous la responsabilité de",
    "demarches": "Démarches permises",
    "du": "Du",
    "au": "Au",
    "urgence": "En urgence",
    "photographie_avant_le": "Photographie du papier à joindre avant le",
    "a_regulariser_avant_le": "À régulariser avant le",
    "suit_le_mandat": "Suit le mandat",
    "regularise_le": "Régularisé le",
    "signe_le": "Signé le",
    "signe_avec": "Signé avec",
    "temoin": "Témoin",
    "arrete_le": "Arrêté le",
    "arrete_comment": "Arrêté",
    "arret_note_par": "Arrêt noté par",
    "arrete_avec": "Arrêté avec",
    "rappels": "Rappels faits",
    "organisme": "Organisme",
    "a_la_fin": "À la fin",
    "hors_du_mandat": "Hors du mandat",
    "a_regulariser_avant": "À régulariser avant le",
    "raye": "Annulé",
    "ce_qui_s_est_passe": "Ce qui s’est passé",
    "date_du_courrier": "Date écrite sur le courrier",
    "papier_ou_precision": "Papier, ou précision",
    "note_par": "Noté par",
    "note_le": "Noté le",
    "vient_de": "Vient de",
    "corrige_un_fait_du": "Corrige ce qui était noté le",
    "raye_le": "Annulé le",
    "raye_par": "Annulé par",
    "papier": "Papier",
    "garde_par": "Gardé par",
    "garde_avec": "Gardé avec",
    "garde_le": "Gardé le",
    "s_efface_apres_le": "S’efface après le",
    "fichier": "Fichier",
    "le_demander_a": "Pour l’avoir, demander à",
    "analyse_par": "Vérifié par",
    "accord": "Votre accord",
    "efface_le": "Effacé le",
    "efface_parce_que": "Effacé parce que",
    "montre_a": "Montré à",
    "atelier": "Atelier",
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
    "adresse_ecrite": "Adresse écrite",
    "permanence": "Permanence",
    "avec": "Avec",
    "pris": "Pris",
    "pris_le": "Pris le",
    "pris_par": "Pris par",
    "pourquoi": "Pourquoi",
    "boite_regardee": "Boîte mail regardée",
    "de_quoi": "Rappel de",
    "pour_le": "Pour le",
    "jours_avant": "Jours avant",
    "au_nom_de": "Au nom de",
    "numero_ou_par_qui": "Numéro, ou par qui",
    "objet": "Objet",
    "texte": "Texte",
    "texte_en_francais": "Texte en français",
    "prevu_le": "Prévu le",
    "mots_effaces_le": "Mots effacés le",
    "fait_le": "Fait le",
    "fait_par": "Fait par",
    "module": "Module",
    "etape": "Étape",
    "indices": "Aides demandées",
    "parcours": "Parcours",
    "groupe": "Groupe",
    "arrivee_le": "Arrivée le",
    "note": "Note",
    "module_propose": "Module proposé",
    "avec_qui": "Avec qui",
    "qui": "Qui",
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
        if name in LABELS and name not in head and name not in FILE_ONLY and not _is_usual(name, value)
    ]
    full = [(label, words) for label, words in consents if words]
    return Entry(
        title[:1].upper() + title[1:],
        [(label, words) for label, words in full if len(words) <= LONG and "\n" not in words],
        [(label, words) for label, words in full if len(words) > LONG or "\n" in words],
    )


def _is_usual(name: str, value: Any) -> bool:
    """Return True if a line only says that nothing particular happened."""
    return name in QUIET and value in ("non", 0)


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
        return _moment_text(datetime.fromisoformat(text))
    return text


def _moment_text(moment: datetime) -> str:
    """Return a moment in words; a moment of our own clock, in the time of France."""
    local = timezone.localtime(moment) if moment.utcoffset() is not None else moment
    return f"{date_text(local.date())} à {clock(local)}"
