"""Filters: counting only the residents of priority districts, of rural communes, or of a list of places."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from maillage.kernel.errors import Refused
from maillage.sources import anct, cog, contours, markings
from maillage.sources.markings import Marking
from maillage.statistics.diagnosis import districts
from maillage.statistics.diagnosis.request import Inside
from maillage.statistics.need import population as frames
from maillage.statistics.need import rurality
from maillage.words.wording import count

Floats = NDArray[np.float64]
WIDEST_COMMUNE = 1.0  # degree: whoever stands inside the widest commune is nearer to its outline

QPV_COMMUNES, SMALL_COMMUNES = "qpv-communes", "petites-communes"
PERIURBAN_COMMUNES, URBAN_COMMUNES = "communes-periurbaines", "communes-urbaines"
LABELS = {
    QPV_COMMUNES: "Communes comptant un quartier prioritaire (2024)",
    SMALL_COMMUNES: "Communes de moins de 2 000 habitants",
    PERIURBAN_COMMUNES: "Communes périurbaines",
    URBAN_COMMUNES: "Communes urbaines, bourgs et petites villes compris",
}
OF_KIND = {
    SMALL_COMMUNES: rurality.RURAL,
    PERIURBAN_COMMUNES: rurality.PERIURBAN,
    URBAN_COMMUNES: rurality.URBAN,
}


def built_in() -> dict[str, Callable[[], Inside]]:
    """Return the filters that need no file, by id."""
    return {QPV_COMMUNES: _qpv_communes, **{id: partial(_of_kind, id) for id in OF_KIND}}


def chosen(word: str, read_file: Callable[[Path], bytes]) -> Inside:
    """Return the filter with this id, or the one read from the file that a path names."""
    if word in built_in():
        return built_in()[word]()
    path = Path(word)
    if not path.exists() and not path.suffix:
        raise Refused(
            f"Le filtre « {word} » n’existe pas.",
            why="Un filtre dit quelle part de chaque zone compter.",
            do=(f"Choisissez {', '.join(LABELS)}, ou le chemin d’un fichier (QPV, FRR ou liste de codes)."),
        )
    marking = markings.read(read_file(path), name=path.name)
    return from_marking(marking, id=path.stem, source=path.name)


def _qpv_communes() -> Inside:
    frame = frames.sources().rp2021
    return Inside(
        id=QPV_COMMUNES,
        label=LABELS[QPV_COMMUNES],
        share=np.isin(frame["commune"], districts.table()["commune"]).astype(np.float64),
        source=anct.SOURCE,
        doubt=(
            "ce sont des communes entières où se trouve au moins une partie d’un quartier prioritaire"
            f" (génération {anct.GENERATION}), pas les quartiers eux-mêmes : déposez le fichier officiel des"
            " QPV pour les compter."
        ),
    )


def _of_kind(id: str) -> Inside:
    return Inside(
        id=id,
        label=LABELS[id],
        share=(rurality.kinds() == OF_KIND[id]).astype(np.float64),
        source=rurality.SOURCE,
        doubt=(
            "une taille de commune n’est pas une définition officielle de l’espace"
            f" ({rurality.RULE}) : pour une définition officielle, déposez la liste FRR, ou la vôtre."
        ),
    )


def from_marking(marking: Marking, *, id: str, source: str) -> Inside:
    """Return the filter described by a marking: the share of each census area inside it, and its doubt."""
    if marking.kind == markings.CONNECTIONS:
        raise Refused(
            f"{source} : la connexion des communes n’est pas un filtre.",
            why="Elle compte des locaux, pas des habitants : elle ne dit pas qui compter.",
            do="Déposez-la à la page des outils du territoire : le dossier la donne à part du besoin.",
        )
    iris = frames.sources().rp2021
    if marking.districts:
        share, spread = _inside_districts(marking)
        doubt = (
            "la part de chaque quartier de la statistique est celle de sa surface dans le contour, habitants"
            " supposés répartis également."
        )
        if spread:
            doubt += (
                f" Dans {spread} communes sans contour de quartiers, la même part est donnée à tous leurs"
                " quartiers : très incertain."
            )
        return Inside(id=id, label=marking.label, share=share, source=source, doubt=doubt)
    share, merged = _listed(marking, source, iris["iris"], iris["commune"], iris["published"])
    doubt = "la part de chaque zone est celle que donne le fichier."
    if merged:
        one = "code y est celui d’une commune réunie depuis à une autre : celle-ci est comptée entière"
        several = "codes y sont ceux de communes réunies depuis à d’autres : celles-ci sont comptées entières"
        doubt += f" {count(merged, one, several)}, ce qui peut être trop."
    return Inside(id=id, label=marking.label, share=share, source=source, doubt=doubt)


def _listed(
    marking: Marking,
    name: str,
    iris: NDArray[np.str_],
    commune: NDArray[np.str_],
    published: NDArray[np.str_],
) -> tuple[Floats, int]:
    """Return (areas,) the share of each, and how many codes are of a commune that has merged into another,
    whose residents nothing tells apart.
    """
    known = set(iris.tolist()) | set(commune.tolist()) | set(published.tolist())
    shares: dict[str, float] = {}
    merged = 0
    for code, share in marking.shares.items():
        today = code if code in known else str(cog.current(np.array([code]))[0])
        merged += today != code and today in known and share > 0
        if today not in known and marking.kind == "list":
            raise Refused(
                f"{name}, ligne {marking.lines[code]}, colonne code, valeur « {code} » : ni IRIS ni commune"
                " du recensement de 2021.",
                why="Ses habitants seraient oubliés sans un mot.",
                do="Corrigez ce code, ou retirez la ligne.",
            )
        shares[today] = max(share, shares.get(today, 0.0))
    listed = np.array(
        [
            shares.get(area, shares.get(place, shares.get(former, 0.0)))
            for area, place, former in zip(iris.tolist(), commune.tolist(), published.tolist(), strict=True)
        ]
    )
    return listed, merged


def _inside_districts(marking: Marking) -> tuple[Floats, int]:
    """Return (areas,) the share of each area's surface inside the districts, and how many communes had to be
    read as a whole.

    The polygon decides, never the commune named in the file: a district may span two communes.
    """
    iris = frames.sources().rp2021
    communes = frames.sources().communes
    union = shapely.union_all(np.array([district.shape for district in marking.districts], dtype=object))
    zones = shapely.STRtree(shapely.get_parts(union))  # apart from each other: their surfaces add up
    inside_near = np.isin(communes["departement"], _departements(marking)) & (communes["parent"] == "")
    near = communes["code"][inside_near].tolist() or contours.communes_near(
        *union.buffer(WIDEST_COMMUNE).bounds
    )
    contour = contours.communes(near)
    touched = [code for code, shape in contour.items() if len(zones.query(shape, predicate="intersects"))]
    rows = np.flatnonzero(np.isin(iris["commune"], touched))
    fine = contours.iris(iris["iris"][rows].tolist())
    share = np.zeros(len(iris))
    coarse = set()
    share_by_commune = {code: _surface_share(contour[code], zones) for code in touched}
    for row in rows.tolist():
        shape = fine.get(str(iris["iris"][row]))
        code = str(iris["commune"][row])
        if shape is not None:
            share[row] = _surface_share(shape, zones)
        else:
            share[row] = share_by_commune[code]
            if iris["kind"][row] != "Z" and share_by_commune[code] > 0:
                coarse.add(code)
    return share, len(coarse)


def _departements(marking: Marking) -> list[str]:
    """Return the départements that the districts' own commune codes name, none when no code is given."""
    codes = {district.commune for district in marking.districts if district.commune}
    communes = frames.sources().communes
    named = communes.aligned("code", np.array(sorted(codes) or [""]), "departement", missing="")
    return sorted({str(code) for code in named.tolist() if code})


def _surface_share(shape: shapely.Geometry, zones: shapely.STRtree) -> float:
    surface = shapely.area(shape)
    area = shapely.make_valid(shape)
    near = zones.geometries[zones.query(area)]
    return float(shapely.area(shapely.intersection(area, near)).sum() / surface) if surface else 0.0
