"""The study as files: etude.json, zones.csv, zones.geojson. Unrounded values, same bytes for the same request."""

import csv
import hashlib
import io
import json
import math
from typing import Any

import numpy as np
import shapely

from maillage.kernel.estimate import Withheld
from maillage.reports import local_survey, offer, sentences
from maillage.reports.figures import figure
from maillage.reports.reading import name_of, names_of, sources
from maillage.reports.wording import NBSP, number
from maillage.studies.diagnosis import LEVEL_NAMES, Diagnosis, ZoneResult
from maillage.studies.offer import Offered

Json = dict[str, Any]
VERSION = 1
NO_CLASS = "Moins de 5 zones : aucune classe."
NO_INDEX = "Moins de la moitié des variables de l’indice sont connues ici."
NO_INDEX_ALONE = "Une seule zone : l’indice compare des zones entre elles."


def document(d: Diagnosis, o: Offered | None = None) -> Json:
    """Return the content of etude.json; o: the offer, None for a territory without a census of places."""
    t, request = d.request.territory, d.request
    chosen = request.definition
    shown = not isinstance(d.need, Withheld)
    out: Json = {
        "version": VERSION,
        "territoire": {
            "code": t.code,
            "nom": name_of(d).replace(NBSP, " ") if request.zoning.kind == "file" or request.inside else t.name,
            "type": t.kind,
            "population": people(d, d.population),
            "millesime_geographique": "communes d’aujourd’hui, IRIS du recensement de 2021",
        },
        "definition": {
            "id": chosen.id,
            "libelle": chosen.label,
            "univers": chosen.universe,
            "population_univers": d.universe,
            "n": chosen.n,
            "n_connu": chosen.n_known,
        },
        "filtre": None
        if request.inside is None
        else {
            "id": request.inside.id,
            "libelle": request.inside.label,
            "source": request.inside.source,
            "doute": request.inside.doubt,
        },
        "besoins": {
            "precarite_numerique": figure(d.need),
            "taux_precarite_numerique": figure(d.rate),
            "precarite_sociale": figure(d.modest),
            "cumul": figure(d.both),
            "niveaux": {name: figure(d.levels[name]) for name in LEVEL_NAMES},
            "pauvrete_60": figure(d.poor),
            "cumul_pauvrete_60": figure(d.poor_both),
            "cumul_independance": d.both_independent if shown else None,
            "cumul_bornes": list(d.bounds) if shown else None,
        },
        "zones": [zone(d, r, o) for r in d.zones],
        "discordances": [
            *({"zone": code, "constat": "numérique sans le social"} for code in d.digital_only),
            *({"zone": code, "constat": "social sans le numérique"} for code in d.social_only),
        ],
        "grappes_sociales": [list(group) for group in d.clusters],
        "marges": d.variance if shown else None,
        "parametres": {
            "graine": request.seed,
            "tirages": request.n_draws,
            "poids": dict(sorted(request.weights.items())),
            "filtre": None if request.inside is None else request.inside.id,
        },
        "sources": [
            {key: source[key] for key in ("id", "producteur", "titre", "millesime", "licence")}
            for source in (*sources(d), *local_survey.source(d))
        ],
        "avertissements": [
            *sentences.warnings(d),
            *local_survey.warnings(d),
            poverty(d),
            *leaders(d),
            *(offer.cautions(o) if o else ()),
        ],
        "offre": None if o is None else offer.whole(o),
    }
    if (survey := local_survey.document(d)) is not None:
        out["enquete"] = survey
    return out


def people(d: Diagnosis, value: float) -> float:
    """Return residents: whole where everybody counts, as they are where a filter takes parts of areas."""
    return round(value) if d.request.inside is None else value


def poverty(d: Diagnosis) -> str:
    """Return the sentence that keeps modest and poor apart."""
    if isinstance(d.poor, Withheld) or isinstance(d.poor_both, Withheld):
        return d.poor.reason if isinstance(d.poor, Withheld) else ""
    return (
        "La précarité sociale compte ici les personnes « modestes » (deux premiers cinquièmes de niveau de vie). Sous le "
        f"seuil de pauvreté à 60 %, on en estime environ {number(round(d.poor.value))}, dont {number(round(d.poor_both.value))} "
        "aussi en précarité numérique."
    )


def leaders(d: Diagnosis) -> list[str]:
    return [text.replace("**", "") for text in sentences.leaders(d, names_of)]


def zone(d: Diagnosis, r: ZoneResult, o: Offered | None = None) -> Json:
    """Return a zone as the contract writes it, with the reason of what is missing."""
    out: Json = {
        "code": r.zone.code,
        "nom": r.zone.name,
        "population": people(d, r.population),
        "precarite_numerique": figure(r.need),
        "taux_precarite_numerique": figure(r.rate),
        "precarite_sociale": figure(r.modest),
        "cumul": figure(r.both),
        "niveaux": {name: figure(r.levels[name]) for name in LEVEL_NAMES},
        "indice_social": r.index,
        "rang_social": r.rank,
        "classe_numerique": r.digital_class,
        "classe_sociale": r.social_class,
        "case": r.cell,
        "certitude": r.firmness,
        "part_dans_le_filtre": r.share_inside,
        "offre": None,
        "manques": [],
    }
    if o is not None:
        out |= offer.zone(o, o.gaps.zone(r.zone.code))
    if r.index is None:
        lone = NO_INDEX_ALONE if len(d.zones) == 1 else NO_INDEX
        out["motif_indice"] = r.need.reason if isinstance(r.need, Withheld) else lone
    if r.digital_class is None:
        out["motif_classes"] = r.need.reason if isinstance(r.need, Withheld) else NO_CLASS
    if r.zone.place:
        out["commune"] = r.zone.place
    if r.zone.note:
        out["note"] = r.zone.note
    return out


def encode(document_: Json) -> bytes:
    """Return the bytes of a JSON file."""
    return (json.dumps(document_, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode("utf-8")


def fingerprint(content: bytes) -> str:
    """Return the short print that a reader can compare: two groups of four."""
    digest = hashlib.sha256(content).hexdigest()[:8].upper()
    return f"{digest[:4]}-{digest[4:]}"


def table(d: Diagnosis, o: Offered | None = None) -> bytes:
    """Return zones.csv: one row per zone, figures flattened with `_bas` and `_haut`."""
    rows = [flat(zone(d, r, o)) for r in d.zones]
    header = list(dict.fromkeys(key for row in rows for key in row))
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, header, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode("utf-8")


FIGURES = ("precarite_numerique", "taux_precarite_numerique", "precarite_sociale", "cumul")
PLAIN = (
    "indice_social",
    "rang_social",
    "classe_numerique",
    "classe_sociale",
    "case",
    "certitude",
    "part_dans_le_filtre",
)


def flat(row: Json) -> dict[str, Any]:
    """Return a zone as flat columns: empty where withheld, the reason in `motif`."""
    out: dict[str, Any] = {"code": row["code"], "nom": row["nom"], "population": row["population"]}
    figures = {**{name: row[name] for name in FIGURES}, **{f"niveau_{k}": f for k, f in row["niveaux"].items()}}
    for name, f in figures.items():
        for end, key in (("", "valeur"), ("_bas", "bas"), ("_haut", "haut")):
            out[f"{name}{end}"] = "" if f[key] is None else f[key]
    out |= {name: "" if row[name] is None else row[name] for name in PLAIN}
    reasons = (row["precarite_numerique"].get("motif"), row.get("motif_indice"), row.get("motif_classes"))
    out["motif"] = " ".join(dict.fromkeys(filter(None, reasons)))
    out["commune"] = row.get("commune", "")
    if row["offre"] is not None:
        out |= {"lieux": row["lieux"], "lieux_muets": row["lieux_muets"]}
        out |= {f"offre_{line}": n for line, n in row["offre"].items()}
        for line, found in row["portee"].items():
            for end, key in (("", "valeur"), ("_bas", "bas"), ("_haut", "haut")):
                value = found["hors_de_portee"][key]
                out[f"hors_de_portee_{line}{end}"] = "" if value is None else value
    return out


def geography(d: Diagnosis, o: Offered | None = None) -> bytes:
    """Return zones.geojson: one feature per zone, its columns as properties, a null geometry when it has no contour."""
    features = []
    for r, shape in zip(d.zones, d.shapes.zones, strict=True):
        row = {key: (None if value == "" else value) for key, value in flat(zone(d, r, o)).items()}
        features.append(
            {
                "type": "Feature",
                "id": r.zone.code,
                "geometry": None if shape is None else geometry(shape),
                "properties": row,
            }
        )
    known = [shape for shape in d.shapes.zones if shape is not None]
    out: Json = {"type": "FeatureCollection"}
    if known:
        out["bbox"] = [round(v, 5) for v in shapely.total_bounds(np.array(known, dtype=object)).tolist()]
    out["features"] = features
    return encode(out)


def geometry(shape: shapely.Geometry, decimals: int = 5) -> Json:
    """Return a shape as GeoJSON: outer rings counter-clockwise, coordinates on a grid."""
    turned = shapely.orient_polygons(shape)
    rings = [
        [
            [_round(points, decimals) for points in shapely.get_coordinates(ring).tolist()]
            for ring in (part.exterior, *part.interiors)
        ]
        for part in shapely.get_parts(turned)
        if shapely.get_type_id(part) == shapely.GeometryType.POLYGON
    ]
    if len(rings) == 1:
        return {"type": "Polygon", "coordinates": rings[0]}
    return {"type": "MultiPolygon", "coordinates": rings}


def _round(point: list[float], decimals: int) -> list[float]:
    return [round(value, decimals) + 0.0 if math.isfinite(value) else 0.0 for value in point]
