"""The steps of the mission of a study: what each is called, one or several."""

from collections.abc import Mapping

KINDS: Mapping[str, tuple[str, str]] = {
    "entretien": ("entretien", "entretiens"),
    "groupe": ("groupe de discussion", "groupes de discussion"),
    "atelier": ("atelier de co-construction", "ateliers de co-construction"),
    "reunion": ("réunion", "réunions"),
    "enquete": ("enquête", "enquêtes"),
    "visite": ("visite de lieu", "visites de lieux"),
}
MEETINGS_WITH_PEOPLE = ("entretien", "groupe", "atelier", "enquete", "visite")  # not those of the team
