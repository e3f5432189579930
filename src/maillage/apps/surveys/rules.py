"""Rules of a survey: its kinds, how it was answered, and the states of an answer."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from maillage.kernel.typed import holds_contact, named_person

KINDS: Mapping[str, str] = {
    "inhabitants": "Habitants",
    "structures": "Structures",
    "caf": "Allocataires de la Caf",
    "professionals": "Professionnels",
    "first_contact": "Premier rendez-vous",
    "other": "Autre enquête",
}
OF_PEOPLE = frozenset({"inhabitants", "caf", "first_contact"})  # whose answers are those of a person
UNIVERSES: Mapping[str, str] = {  # of whom a survey speaks, when nobody says otherwise
    "inhabitants": "habitants de 15 ans et plus",
    "structures": "structures du territoire",
    "caf": "allocataires de la Caf",
    "professionals": "professionnels du territoire",
    "first_contact": "personnes reçues pour un premier rendez-vous",
}
TYPE_OF_STRUCTURE = "Type de structure"
OF_RESIDENTS = OF_PEOPLE | {"other"}  # whom the census of inhabitants may weigh
STATES: Mapping[str, str] = {"draft": "En préparation", "open": "En cours", "closed": "Terminée"}
CHANNELS: Mapping[str, str] = {
    "street": "Dans la rue, avec un enquêteur",
    "partner": "Chez un partenaire",
    "reception": "À l’accueil d’un lieu",
    "referent": "Avec le référent d’une commune",
    "meeting": "En réunion",
    "phone": "Par téléphone",
    "paper": "Sur papier",
    "link": "Par un lien, seul",
    "kiosk": "Sur une borne",
    "file": "Par un fichier importé",
}
ROUNDINGS: Mapping[str, str] = {"nearest": "Au plus proche", "down": "Par troncature"}
METHODS: Mapping[str, str] = {"raking": "Ratissage (raking)", "logit": "Logit borné", "lineaire": "Linéaire"}
MATERIALS: Mapping[str, str] = {
    "interview": "Entretien",
    "phone_interview": "Entretien par téléphone",
    "focus_group": "Groupe de discussion",
    "workshop": "Atelier",
    "mail": "Questionnaire par e-mail",
    "study": "Étude",
}
SPEAKERS: Mapping[str, str] = {
    "inhabitant": "Habitant",
    "structure": "Professionnel d’une structure",
    "social_actor": "Acteur social",
    "digital_actor": "Acteur de la médiation numérique",
    "training_actor": "Acteur de la formation",
    "institution": "Institution",
}
REMARK = "remarque"  # the last question of each ready questionnaire: anything to add
ASKS_NAMES = frozenset(  # questions answered by the names of places or structures: no quotation
    ("lieux_cites", "structures_frequentees", "lieux_connus", "lieux_orientes", "type_autre", "partenaires")
)
COUNTED: Mapping[str, tuple[str, str]] = {  # how one and several of those who speak are named
    "inhabitant": ("habitant", "habitants"),
    "structure": ("professionnel d’une structure", "professionnels de structures"),
    "social_actor": ("acteur social", "acteurs sociaux"),
    "digital_actor": ("acteur de la médiation numérique", "acteurs de la médiation numérique"),
    "training_actor": ("acteur de la formation", "acteurs de la formation"),
    "institution": ("agent d’une institution", "agents d’institutions"),
}
DEVICES: Mapping[str, str] = {
    "phone": "Téléphone basique",
    "computer": "Ordinateur",
    "smartphone": "Smartphone",
    "tablet": "Tablette",
    "usb": "Clé USB",
}
REVIEWS: Mapping[str, str] = {"waiting": "À relire", "kept": "Publiable", "left": "Écarté"}
CALLS: Mapping[str, str] = {
    "waiting": "Sans réponse",
    "written": "Relancée par écrit",
    "phoned": "Relancée par téléphone",
    "answered": "A répondu",
    "declined": "Ne souhaite pas répondre",
}

ANSWERS_AT_ONCE = 200
SENDING_BYTES = 1_000_000
SENDINGS_AN_HOUR = 1_200  # of one device: a queue of days leaves in a few dozen
LINKS_AN_HOUR = 60  # that a stranger may try
LATE = timedelta(days=30)  # what was asked before the end may still arrive so long after it
MOST_LETTERS = 20_000  # of one answer to one question
TOO_LONG = "Un texte de plus de 20 000 signes ne se garde pas : raccourcissez-le."


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """An answer as it arrives, whatever way. uid: given where it was filled.

    version: number of the questionnaire it was asked with. place: its number among the survey's. values: name
        of a question → text.
    form: number on the sheet of paper. weight: the one its file gave.
    """

    uid: UUID
    version: int
    channel: str
    values: Mapping[str, str]
    place: int | None = None
    language: str = "fr"
    begun_at: datetime | None = None
    ended_at: datetime | None = None
    form: str = ""
    weight: float | None = None

    @property
    def digest(self) -> str:
        """Return a digest that tells this answer from another with the same number; moments are not part of
        it: clocks drift.
        """
        fields = [
            self.version,
            self.channel,
            self.place,
            self.language,
            sorted(self.values.items()),
            self.form,
            self.weight,
        ]
        return hashlib.sha256(json.dumps(fields, ensure_ascii=False).encode("utf-8", "replace")).hexdigest()


def identity_in(text: str) -> str:
    """Return the contact or the name by which words to publish would point somebody out, '' without any.

    >>> identity_in("Mme Bernard m’a aidée"), identity_in("Appelez le 06 12 34 56 78"), identity_in("Rien")
    ('« Mme Bernard »', 'un numéro de téléphone ou une adresse e-mail', '')
    """
    if holds_contact(text):
        return "un numéro de téléphone ou une adresse e-mail"
    name = named_person(text)
    return f"« {name} »" if name else ""
