"""The names of zones, levels, classes and groups in a study."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from maillage.statistics.diagnosis.results import CLASS_NAMES, Diagnosis, ZoneResult
from maillage.words import wording
from maillage.words.languages import to_say

CLASS_LABELS = dict(
    zip(CLASS_NAMES, ("très basse", "basse", "moyenne", "élevée", "très élevée"), strict=True)
)
CELL_LABELS = {
    "aucune": "ni l’une ni l’autre",
    "numerique": "numérique",
    "sociale": "sociale",
    "les_deux": "les deux",
}


@dataclass(frozen=True, slots=True)
class Level:
    """A level of difficulty, its answer and the action it calls for."""

    name: str
    kind: str
    label: str
    description: str
    answer: str
    action: str


MEDIATION = "« Médiation » : quelqu’un à côté de la personne, sans faire à sa place."
LEVELS_OF_HELP = (
    Level(
        "exclusion",
        "exclusion",
        "Exclusion numérique",
        "ne peuvent pas faire sans aide",
        "Assistance",
        "à assister dans la durée",
    ),
    Level(
        "precarite_forte",
        "forte",
        "Précarité forte",
        "ont besoin de quelqu’un à côté",
        "Formation / médiation",
        "à assister dans l’urgence et à former aux compétences numériques de base",
    ),
    Level(
        "precarite_faible",
        "faible",
        "Précarité faible",
        "bloquent parfois et peuvent apprendre",
        "Coup de pouce",
        "à appuyer ponctuellement (montrer, rassurer)",
    ),
    Level("autonomie", "autonomie", "Autonomie", "se débrouillent", "Information", "à tenir informées"),
)
FIRST_ANSWERS = {  # what a level calls for, as somebody would put it to a meeting
    "exclusion": "Organiser une assistance qui dure",
    "precarite_forte": "Aider dans l’urgence, et former aux bases",
    "precarite_faible": "Donner un coup de pouce : montrer, rassurer",
    "autonomie": "Tenir informé de ce qui change",
}
VARIANCE_LABELS = {
    "enquete": "Enquête nationale (échantillon, arrondis)",
    "non_publie": "Ce qui n’est pas publié (classes d’âge et diplômes déduits)",
    "region": "Écart de la région, non expliqué",
    "departement": "Écart du département, non expliqué",
    "intercommunalite": "Écart de l’intercommunalité, non expliqué",
    "rural": "Effet des petites communes",
    "quartier": "Écart des quartiers et petites communes, non expliqué",
    "recensement_et_diplomes": "Recensement par sondage et diplômes imputés",
    "personnes": "Hasard des personnes (petits nombres)",
}


PROFILE_LABELS = {
    "15-24": "15 à 24 ans",
    "25-39": "25 à 39 ans",
    "40-59": "40 à 59 ans",
    "60-74": "60 à 74 ans",
    "75+": "75 ans et plus",
    "none": "Sans diplôme ou CEP",
    "brevet": "Brevet",
    "cap": "CAP ou BEP",
    "bac": "Baccalauréat",
    "short": "Bac+2",
    "long": "Bac+3 ou plus",
    "student": "En études",
    "modeste": "Avec de faibles revenus",
    "autre": "Autres niveaux de vie",
    "rural": "Moins de 2 000 habitants",
    "periurbain": "Communes périurbaines",
    "urbain": "Villes, bourgs compris",
}
BREAKDOWN_LABELS = {
    "age": "Âge",
    "diplome": "Diplôme",
    "niveau_de_vie": "Niveau de vie",
    "espace": "Lieu de vie",
}
CERTAINTY_LABELS = (
    "sûre : 95 calculs sur 100 ou plus",
    "assez sûre : 80 à 95",
    "peu sûre : 60 à 80",
    "incertaine : moins de 60",
)
SPACE_LABELS = {"rural": "rural", "periurbain": "périurbain", "urbain": "urbain"}

DEDUCED_LABELS = {
    "none": "sans diplôme ou CEP",
    "brevet": "brevet",
    "cap": "CAP ou BEP",
    "bac": "baccalauréat",
    "short": "bac+2",
    "long": "bac+3 ou plus",
    "student": "en études",
}


def zone_name(zone: ZoneResult, *, with_place: bool = True) -> str:
    """Return the name of a zone, with its commune when it is a part of one."""
    return f"{zone.zone.name} ({zone.zone.place})" if with_place and zone.zone.place else zone.zone.name


def names_of(d: Diagnosis, codes: Sequence[str]) -> list[str]:
    """Return the names of zones by code, with their commune where they are of several."""
    several = len({r.zone.place for r in d.zones}) > 1
    return [zone_name(d.zone(code), with_place=several) for code in codes]


def name_of(d: Diagnosis) -> str:
    """Return the name of a study: its own name, the official one, or how many zones of it a file makes;
    then its filter.
    """
    t, inside = d.request.territory, d.request.inside
    name = d.request.name or t.long_name
    if d.request.zoning.kind == "file" and not d.request.name:
        name = f"{wording.count(len(d.zones), 'zone')} {t.of_name}"
    return name if inside is None else f"{name} ({wording.lower_first(inside.label)})"


def of_name_of(d: Diagnosis) -> str:
    """Return the same after « de »."""
    t, name = d.request.territory, name_of(d)
    is_own = not d.request.name and name.startswith(t.long_name)
    return f"{t.of_name}{name.removeprefix(t.long_name)}" if is_own else wording.of(name)


VerdictKind = Literal["compatible", "haut", "bas", "autre", "inconnu"]
VERDICT_LABELS: dict[VerdictKind, str] = {
    "compatible": to_say("Compatible"),
    "haut": to_say("Trop haut"),
    "bas": to_say("Trop bas"),
    "autre": to_say("Une autre définition"),
    "inconnu": to_say("On ne peut pas dire"),
}
BY_ROUNDING = to_say("Compatible à l’arrondi près")
BY_UNIVERSE = to_say("Compatible, selon la population comptée")
VERDICT_MEANINGS: dict[VerdictKind, str] = {
    "compatible": to_say(
        "Le chiffre, ou son arrondi, est dans la fourchette de la définition que ses mots désignent, ou de"
        " la réponse publiée d’une enquête du territoire. Ou bien une étude l’a publié pour la France."
    ),
    "autre": to_say(
        "Le chiffre correspond à une autre définition, ou à un chiffre publié par d’autres : il ne compte pas"
        " les mêmes personnes."
    ),
    "haut": to_say("Le chiffre dépasse la fourchette, et aucune autre définition ne le donne."),
    "bas": to_say("Le chiffre est sous la fourchette, et aucune autre définition ne le donne."),
    "inconnu": to_say(
        "Rien ne dit ce que le chiffre compte, ou il manque de quoi comparer. Ou bien il ne compte pas les"
        " personnes en difficulté, et aucune enquête publiée du territoire ne pose sa question dans ces mots."
    ),
}
