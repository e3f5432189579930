"""Shared resources that relate to a page: a procedure, a module, a referral, a low verdict."""

from collections.abc import Iterable, Mapping

from django.db.models import Q

from maillage.apps.community.models import Resource
from maillage.apps.community.queries.resources import most_used, shared
from maillage.reference import procedures

MOST = 3
# What a page is about, and for each of its keys the themes of the resources that help. Procedures speak for
# themselves: a resource names its own.
THEMES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "axis": {  # the axes of the grid of a territory
        "maillage": ("network", "outreach"),
        "visibilite": ("outreach", "referral"),
        "attractivite": ("outreach", "language", "start"),
        "coordination": ("network", "referral"),
    },
    "need": {  # the practice that a person is sent for
        **dict.fromkeys(("wifi", "libre_acces", "impression", "recharge"), ("equipment",)),
        **dict.fromkeys(("vente", "pret", "don", "telephonie", "reparation", "collecte"), ("equipment",)),
        "coffre_fort": ("rights", "safety"),
        "assistance": ("rights",),
        "formation": ("start", "mail"),
        "sensibilisation": ("outreach", "safety"),
        "diagnostic": ("referral",),
        "orientation": ("referral", "network"),
    },
    "bilan": {  # the result of a person’s diagnosis
        "assistance": ("rights", "referral"),
        "accompagne": ("rights", "start"),
        "autonomie": ("start", "mail"),
        "coup_de_pouce": ("safety", "mail"),
        "a_voir": ("start", "referral"),
    },
    "module": {  # the theme of a module
        "commencer": ("start", "equipment"),
        "internet": ("start",),
        "mail": ("mail",),
        "securite": ("safety",),
        "demarches": ("rights", "jobs", "health", "school"),
        "francais": ("rights", "school"),
        "aidants": ("referral", "network"),
    },
}


def for_page(about: str, keys: Iterable[str]) -> list[Resource]:
    """Return the resources that help with what a page is about, the most used first: those of its procedure,
    then of its family, then of its themes.
    """
    wanted = [key for key in keys if key]
    if about == "procedure":
        return _of_procedures(wanted)
    themes = {theme for key in wanted for theme in THEMES.get(about, {}).get(key, ())}
    if not themes:
        return []
    return most_used(shared().filter(theme__in=themes))[:MOST]


def _of_procedures(keys: list[str]) -> list[Resource]:
    known = procedures.procedures()
    families = {known[key].family for key in keys if key in known}
    rows = most_used(shared().filter(Q(procedure__in=keys) | Q(procedure__in=families)))
    return sorted(rows, key=lambda row: row.procedure not in keys)[:MOST]
