"""The priority districts (QPV) of a territory: in words, in etude.json, as a table."""

from collections.abc import Sequence
from typing import TypedDict

from maillage.kernel.names import plain
from maillage.kernel.spreadsheet import as_csv
from maillage.publishing.territory.reading import CommuneDistricts, Districts
from maillage.sources import anct
from maillage.statistics.diagnosis import districts
from maillage.statistics.diagnosis.request import Request
from maillage.words import wording

FILE = "quartiers-prioritaires.csv"
COLUMNS = ("code", "nom", "code_commune", "nom_commune", "commune_entiere")
MOST_COMMUNES = 100  # listed on a page or in a document; the file lists all
NOUN = f"(QPV de {anct.GENERATION})"
NO_DISTRICT = f"Aucun quartier prioritaire {NOUN} dans les communes de ce territoire."


class DistrictJson(TypedDict):
    """A priority district in etude.json."""

    code: str
    nom: str


class CommuneDistrictsJson(TypedDict):
    """A commune that contains priority districts, in etude.json."""

    code: str
    nom: str
    entiere: bool
    quartiers: list[DistrictJson]


class DistrictsJson(TypedDict):
    """The priority districts of a territory in etude.json."""

    generation: str
    nombre: int
    communes: list[CommuneDistrictsJson]
    part_des_habitants: None
    motif: str


def read(request: Request) -> Districts:
    """Return the priority districts of a territory as pages and documents show them."""
    communes = districts.of_zoning(request.zoning)
    if not communes:
        return Districts(title="", where="", sentence=NO_DISTRICT, communes=(), unknown="", notes=())
    n = wording.count(districts.count(communes), "quartier prioritaire", "quartiers prioritaires")
    most = sorted(communes, key=lambda one: (-len(one.districts), plain(one.name)))
    where = _where(request, communes)
    return Districts(
        title=n,
        where=f"{NOUN.strip('()')}, {where}",
        sentence=f"**{n}** {NOUN} {where}.",
        communes=tuple(_commune(one) for one in most[:MOST_COMMUNES]),
        unknown=districts.NO_RESIDENTS,
        notes=tuple(_notes(most)),
    )


def _where(request: Request, communes: Sequence[districts.CommuneDistricts]) -> str:
    if request.territory.kind == "commune" and not request.slug:
        return (
            "dans cette commune" if communes[0].is_whole else f"à l’échelle de la commune, {communes[0].name}"
        )
    if len(communes) == 1:
        return f"dans une seule commune, {communes[0].name}"
    return f"dans {wording.count(len(communes), 'commune')}"


def _commune(one: districts.CommuneDistricts) -> CommuneDistricts:
    return CommuneDistricts(
        one.name,
        wording.number(len(one.districts)),
        wording.series([f"{each.name} ({each.code})" for each in one.districts]),
    )


def _notes(most: Sequence[districts.CommuneDistricts]) -> list[str]:
    """Return the notes under the districts of some communes: those cut by the territory, those not listed."""
    notes = []
    if partial := [one.name for one in most if not one.is_whole]:
        names = partial if len(partial) <= 3 else [wording.count(len(partial), "commune")]
        of_names = wording.listing([wording.of(name) for name in names])
        notes.append(
            f"Le territoire ne compte qu’une partie {of_names} : certains de ces quartiers"
            " peuvent être hors de lui."
        )
    if (n_unlisted := len(most) - MOST_COMMUNES) > 0:
        notes.append(
            f"{wording.count(n_unlisted, 'autre commune', 'autres communes').capitalize()} : voir {FILE}."
        )
    return notes


def document(request: Request) -> DistrictsJson:
    """Return the priority districts of a territory as etude.json writes them."""
    communes = districts.of_zoning(request.zoning)
    return {
        "generation": anct.GENERATION,
        "nombre": districts.count(communes),
        "communes": [
            {
                "code": one.code,
                "nom": one.name,
                "entiere": one.is_whole,
                "quartiers": [{"code": each.code, "nom": each.name} for each in one.districts],
            }
            for one in communes
        ],
        "part_des_habitants": None,
        "motif": districts.NO_RESIDENTS,
    }


def table(request: Request) -> bytes:
    """Return quartiers-prioritaires.csv: a row for each commune and district, if any, under its header."""
    rows = [
        dict(zip(COLUMNS, (each.code, each.name, one.code, one.name, int(one.is_whole)), strict=True))
        for one in districts.of_zoning(request.zoning)
        for each in one.districts
    ]
    return as_csv(list(COLUMNS), rows).encode("utf-8")
