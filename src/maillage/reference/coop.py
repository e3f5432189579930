"""The workbooks of the Coop de la médiation numérique: their columns in their order, and the words of their
cells.

Source: repository inclusion-numerique/coop-mediation-numerique, state of June 2026; docs/methods/actes.md
"""

from collections.abc import Mapping
from functools import cache

from maillage.reference import procedures

SHEET = "Activités"
DATE, TYPE, CHANNEL, MINUTES = "Date", "Type", "Canaux d’accompagnement", "Durée (min)"
PLACE, PLACE_CODE, THEMES, PROCEDURE = (
    "Nom du lieu",
    "Code Insee",
    "Thématique(s) d’accompagnement",
    "Nom de la démarche administrative",
)
LEVEL, NUMBER = "Niveau d’autonomie (ou de l’atelier)", "ID CRA"
# As the Coop writes them for somebody else than the mediator: nothing names the person, nor quotes the notes.
ACTIVITY_COLUMNS = (
    *(DATE, "Enregistré le", "Dernière modification le"),
    *("Prénom du médiateur", "Nom du médiateur", "Rôle", "ID - Conum"),
    *(TYPE, "Participants", CHANNEL, PLACE, "Adresse", "Commune", "Code postal", PLACE_CODE, MINUTES),
    *("Nom de l’atelier", "Matériel numérique utilisé", THEMES, "Tags", PROCEDURE, LEVEL),
    *("Bénéficiaire réorienté", "Structure de redirection"),
    *("Commune du bénéficiaire", "Code postal du bénéficiaire", "Code Insee du bénéficiaire"),
    *("Genre du bénéficiaire", "Tranche d’âge du bénéficiaire", "Statut du bénéficiaire", NUMBER),
)
NEEDED_OF_ACTIVITIES = (DATE, TYPE, CHANNEL, MINUTES, THEMES, NUMBER)
UNKNOWN: Mapping[str, str] = {  # what the Coop writes of a person of whom nothing was said
    "Genre du bénéficiaire": "Non communiqué",
    "Tranche d’âge du bénéficiaire": "Non communiqué",
    "Statut du bénéficiaire": "Non communiqué ou hétérogène",
}
FILTERS = (
    *("Source", "Lieux d’accompagnement", "Communes", "Départements", "Type d’accompagnement", "Rôle"),
    *("Thématiques non administratives", "Thématiques administratives", "Tags"),
)

# Words of the cells by the key of the API.
TYPES: Mapping[str, str] = {"individuel": "Accompagnement individuel", "collectif": "Atelier collectif"}
CHANNELS: Mapping[str, str] = {
    "lieu_activite": "Lieu d’activité",
    "autre": "Autre lieu",
    "domicile": "À domicile",
    "a_distance": "À distance",
}
AUTONOMY: Mapping[str, str] = {
    "entierement_accompagne": "1/3",
    "partiellement_autonome": "2/3",
    "autonome": "3/3",
}
WORKSHOP_LEVELS: Mapping[str, str] = {"debutant": "1/3", "intermediaire": "2/3", "avance": "3/3"}


@cache
def theme_labels() -> Mapping[str, str]:
    """Return the label of each of the thirty themes, by the key of the API."""
    labels = {family.coop: family.coop_label for family in procedures.families().values()}
    return labels | {key: theme.label for key, theme in procedures.themes().items()}


# ------------------------------------------------------------------------------------------ the beneficiaries

LAST_NAME, FIRST_NAME, BORN = "Nom", "Prénom", "Année de naissance"
NEEDED_OF_BENEFICIARIES = (LAST_NAME, FIRST_NAME)
EXAMPLE = "Exemple"  # the last name of the row that the empty form shows


# ------------------------------------------------------------------------------------------- the coordination

COORDINATION_SHEET = "Activités de coordination"
COORDINATION_COLUMNS = (
    *("Date de l’activité", "Type", "Durée (min.)", "Participants", "Médiateur·ice·s numérique·s"),
    *("Structure·s", "Autres acteur.trice.s", "Nom de l’évènement"),
    *("Type d’animation, type d’évènement, nature du partenariat", "Organisé par"),
    *("Structure·s partenaire·s (Nom)", "Structure·s partenaire·s (type)"),
    "Échelon territorial de l’évènement ou du partenariat",
    "Qui est à l’initiative de cette intervention ?",
    *("Thématique(s) d’animation", "Tags", "Notes", "Enregistrée le", "Dernière modification le", NUMBER),
)
COORDINATION_FILTERS = ("Types",)
INAPPLICABLE = "/"  # what the Coop writes where a column is that of another type
ANIMATION, EVENT, PARTNERSHIP = "Animation", "Évènement", "Partenariat"
_OF_EVENTS = ("Participants", "Nom de l’évènement", "Organisé par")
PARTNERS = "Structure·s partenaire·s (Nom)"
_OF_PARTNERSHIPS = (PARTNERS, "Structure·s partenaire·s (type)")
_OF_ANIMATIONS = (
    *("Durée (min.)", "Médiateur·ice·s numérique·s", "Structure·s", "Autres acteur.trice.s"),
    *("Qui est à l’initiative de cette intervention ?", "Thématique(s) d’animation"),
)
INAPPLICABLE_COLUMNS: Mapping[str, tuple[str, ...]] = {  # by type
    ANIMATION: (
        *(*_OF_EVENTS, *_OF_PARTNERSHIPS),
        "Échelon territorial de l’évènement ou du partenariat",
    ),
    EVENT: (*_OF_ANIMATIONS, *_OF_PARTNERSHIPS),
    PARTNERSHIP: (*_OF_ANIMATIONS, *_OF_EVENTS),
}
COORDINATION_KINDS: Mapping[str, tuple[str, str]] = {  # type and label, by the key of the API
    "assemblee": (
        ANIMATION,
        "Assemblée / présentation officielle (Ex : conseil municipal, conseil communautaire, conseil"
        " départemental, CA d’association)",
    ),
    "comite": (ANIMATION, "Comité technique / de pilotage"),
    "groupe_de_travail": (ANIMATION, "Groupe de travail"),
    "echange": (ANIMATION, "Moment d’échange / aide / soutien"),
    "reunion_coordination": (
        ANIMATION,
        "Réunion de coordination (coordinateurs, médiateurs et conseillers numériques, préfectures, Hubs...)",
    ),
    "inclusion_numerique": (
        EVENT,
        "Journée d’inclusion numérique (Ex : Séminaire, rencontre, intervention...)",
    ),
    "partenariat": (PARTNERSHIP, "Autre"),
}
