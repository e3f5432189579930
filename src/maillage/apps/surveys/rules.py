"""What a survey is, how it was answered, and what may become of an answer."""

from collections.abc import Mapping

KINDS: Mapping[str, str] = {
    "inhabitants": "Habitants",
    "structures": "Structures",
    "caf": "Allocataires de la Caf",
    "professionals": "Professionnels",
    "first_contact": "Premier rendez-vous",
    "other": "Autre enquête",
}
STATES: Mapping[str, str] = {"draft": "En préparation", "open": "En cours", "closed": "Terminée"}
CHANNELS: Mapping[str, str] = {
    "street": "Dans la rue, avec un enquêteur",
    "partner": "Chez un partenaire",
    "reception": "À l’accueil d’un lieu",
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
    "social_actor": "Acteur social",
    "digital_actor": "Acteur de la médiation numérique",
    "training_actor": "Acteur de la formation",
    "institution": "Institution",
}
REVIEWS: Mapping[str, str] = {"waiting": "À relire", "kept": "Publiable", "left": "Écarté"}
CALLS: Mapping[str, str] = {
    "waiting": "Sans réponse",
    "written": "Relancée par écrit",
    "phoned": "Relancée par téléphone",
    "answered": "A répondu",
    "declined": "Ne souhaite pas répondre",
}
