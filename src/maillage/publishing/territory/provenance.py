"""Every figure the engine uses, with its origin: files, definitions' rates, parameters."""

from typing import NotRequired, TypedDict

from maillage.reference.cards import cards
from maillage.reference.definitions import Definition, definitions
from maillage.reference.parameters import parameters

RATES_READ_ON = "2026-11-20"  # the rates of definitions, in the publications they cite
KINDS = {"published": "publié", "deduced": "déduit", "assumption": "hypothèse"}


class Origin(TypedDict):
    """A figure or a file with where it comes from, as `maillage sources` writes it.

    plage: the range of an assumption.
    """

    id: str
    nature: str
    libelle: str
    valeur: float | list[float] | None
    unite: str
    producteur: str
    titre: str
    annee: str
    univers: str
    citation: str
    url: str
    licence: str
    doute: str
    trouve_dans: str
    consulte_le: str
    plage: NotRequired[list[float] | None]


def figures() -> list[Origin]:
    """Return one row per figure or file, in a stable order."""
    return [*files(), *rates(), *assumptions()]


def files() -> list[Origin]:
    return [
        {
            "id": card.id,
            "nature": "fichier",
            "libelle": card.title,
            "valeur": None,
            "unite": "",
            "producteur": card.producer,
            "titre": card.title,
            "annee": card.vintage,
            "univers": card.universe,
            "citation": card.quote,
            "url": card.url or card.found_in,
            "licence": card.licence,
            "doute": card.doubt,
            "trouve_dans": card.found_in,
            "consulte_le": card.accessed_on,
        }
        for card in cards().values()
    ]


def rates() -> list[Origin]:
    return [row for definition in definitions().values() for row in rates_of(definition)]


def rates_of(d: Definition) -> list[Origin]:
    """Return the rates of a definition, one row each."""
    pairs: list[tuple[str, str, float]] = [("total", "ensemble", d.total)]
    pairs += [(f"{m.breakdown}-{m.category}", m.category, m.rate) for m in d.margins]
    pairs += [(f"niveau-{k + 1}", f"niveau {k + 1}", share) for k, share in enumerate(d.shares)]
    return [
        {
            "id": f"{d.id}/{key}",
            "nature": "publié",
            "libelle": f"{d.label} : {category}",
            "valeur": round(100 * value, 4),
            "unite": "pourcent",
            "producteur": d.producer,
            "titre": d.title,
            "annee": str(d.year),
            "univers": d.universe,
            "citation": d.quote,
            "url": d.url,
            "licence": "chiffre cité",
            "doute": d.doubt,
            "trouve_dans": d.title,
            "consulte_le": RATES_READ_ON,
        }
        for key, category, value in pairs
    ]


def assumptions() -> list[Origin]:
    return [
        {
            "id": p.id,
            "nature": KINDS[p.kind],
            "libelle": p.label,
            "valeur": list(p.value) if isinstance(p.value, tuple) else p.value,
            "unite": p.unit,
            "producteur": p.producer,
            "titre": p.title,
            "annee": p.checked_on[:4],
            "univers": p.universe,
            "citation": p.quote,
            "url": p.url,
            "licence": "chiffre cité" if p.kind != "assumption" else "hypothèse de Maillage",
            "doute": p.doubt,
            "trouve_dans": p.title,
            "consulte_le": p.checked_on,
            "plage": [p.low, p.high] if p.low is not None and p.high is not None else None,
        }
        for p in parameters().values()
    ]
