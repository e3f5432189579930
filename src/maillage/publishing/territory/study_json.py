"""The study as files: etude.json, with unrounded values; zones.csv, sous-totaux.csv and zones.geojson, with
rounded ones. Same bytes for the same request.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NotRequired, TypedDict

import numpy as np
import shapely

from maillage.kernel.estimate import Withheld
from maillage.kernel.spreadsheet import as_csv
from maillage.publishing.territory import cards, local_survey, offer, priority_districts, published, sentences
from maillage.publishing.territory.figures import FigureJson, figure
from maillage.publishing.territory.labels import name_of, names_of
from maillage.publishing.territory.offer import MissingJson, ReachJson, WithinJson
from maillage.reference.offer import diagnosis_lines
from maillage.statistics.diagnosis.compare import NeedByDefinition
from maillage.statistics.diagnosis.figures import METHOD_BOTH
from maillage.statistics.diagnosis.published import PublishedComparison
from maillage.statistics.diagnosis.results import (
    CLASS_NAMES,
    LEVEL_NAMES,
    Diagnosis,
    Spread,
    Subtotal,
    ZoneResult,
)
from maillage.statistics.offer import silence
from maillage.statistics.offer.census import Offered, is_zone_listed
from maillage.words import wording
from maillage.words.wording import NBSP, listing, lower_first

Cell = str | int | float | None  # of zones.csv
VERSION = 1
NO_CLASS = "Moins de 5 zones estimées : aucune classe relative."
PERIMETER = "perimetre"  # a stored one: zones cut by hand, whose people are not those of its origin


class SpreadJson(TypedDict):
    """A share, 0 to 1, between its centiles."""

    valeur: float
    bas: float
    haut: float


class ZoneJson(TypedDict):
    """A zone of etude.json.

    Unknown values have their reason; the offer is there when there is a census of places.
    """

    code: str
    nom: str
    maille: str
    population: int | None
    precarite_numerique: FigureJson
    taux_precarite_numerique: FigureJson
    precarite_sociale: FigureJson
    cumul: FigureJson
    niveaux: dict[str, FigureJson]
    indice_social: float | None
    indice_social_bas: float | None
    indice_social_haut: float | None
    indice_de_la_commune: float | None
    indice_variables: dict[str, str]
    rang_numerique: int | None
    rang_social: int | None
    rang_social_relatif: int | None
    classe_numerique: str | None
    classe_numerique_relative: str | None
    classe_sociale: str | None
    classe_sociale_relative: str | None
    probabilites_classes_sociales: dict[str, float] | None
    case: str | None
    certitude: float | None
    probabilites_classes: dict[str, float] | None
    probabilite_forte: float | None
    probabilite_case: float | None
    part_dans_le_filtre: float
    part_communes_moins_2000: float | None
    espace: str | None
    offre: dict[str, int | None] | None
    manques: list[MissingJson]
    offre_inconnue: NotRequired[list[str]]
    offre_a_situer: NotRequired[list[str]]
    lieux: NotRequired[int | None]
    lieux_a_situer: NotRequired[int]
    lieux_muets: NotRequired[int]
    accompagnement_inconnu: NotRequired[int]
    portee: NotRequired[dict[str, ReachJson]]
    publics: NotRequired[dict[str, dict[str, WithinJson]]]
    motif_offre: NotRequired[str]
    motif_indice: NotRequired[str]
    motif_classes: NotRequired[str]
    commune: NotRequired[str]
    note: NotRequired[str]


def document(
    d: Diagnosis,
    o: Offered | None = None,
    published_rates: Sequence[PublishedComparison] = (),
    definitions: Sequence[NeedByDefinition] = (),
) -> dict[str, object]:
    """Return the content of etude.json; o: the offer, None for a territory without a census of places;
    published_rates: those that others published; definitions: its need under each usual definition.
    """
    t, request = d.request.territory, d.request
    chosen = request.definition
    has_need = not isinstance(d.need, Withheld)
    out: dict[str, object] = {
        "version": VERSION,
        "territoire": {
            "code": request.slug or t.code,
            "nom": (
                name_of(d).replace(NBSP, " ") if request.zoning.kind == "file" or request.inside else t.name
            ),
            "type": PERIMETER if request.slug else t.kind,
            **({"depart": {"code": t.code, "nom": t.name, "type": t.kind}} if request.slug else {}),
            "population": round(d.population),
            "millesime_geographique": "communes d’aujourd’hui, IRIS du recensement de 2021",
        },
        "definition": {
            "id": chosen.id,
            "libelle": chosen.label,
            "enonce": chosen.statement,
            "sens": chosen.meaning,
            "univers": chosen.universe,
            "population_univers": d.universe,
            "n": chosen.n,
            "n_connu": chosen.n_known,
        },
        "public_vise": (
            None
            if request.target is None
            else {"texte": request.target.text, "publics": list(request.target.publics)}
        ),
        "filtre": (
            None
            if request.inside is None
            else {
                "id": request.inside.id,
                "libelle": request.inside.label,
                "source": request.inside.source,
                "doute": request.inside.doubt,
            }
        ),
        "besoins": {
            "precarite_numerique": figure(d.need),
            "taux_precarite_numerique": figure(d.rate),
            "precarite_sociale": figure(d.modest),
            "cumul": figure(d.both),
            "niveaux": {name: figure(d.levels[name]) for name in LEVEL_NAMES},
            "pauvrete_60": figure(d.poor),
            "cumul_pauvrete_60": figure(d.poor_both),
            "cumul_independance": None if isinstance(d.both, Withheld) else d.both_independent,
            "cumul_bornes": None if isinstance(d.both, Withheld) else list(d.bounds),
        },
        "definitions": [
            {
                "id": each.definition.id,
                "libelle": each.definition.label,
                "precarite_numerique": figure(each.need),
                "taux_precarite_numerique": figure(each.rate),
            }
            for each in definitions
        ],
        "ou": {
            "verdict": d.where.verdict,
            "zones": [
                {
                    "code": share.code,
                    "part_du_besoin": share.need,
                    "part_de_la_population": share.residents,
                }
                for share in d.where.zones
            ],
            "phrase": sentences.where(d, names_of).replace("**", ""),
        },
        "zones": [zone(d, r, o) for r in d.zones],
        "sous_totaux": [_subtotal(one) for one in d.subtotals],
        "quartiers_prioritaires": priority_districts.document(request),
        "discordances": [
            {"zone": code, "constat": finding, "probabilite": d.zone(code).cell_odds}
            for finding, codes in (
                ("numérique sans le social", d.digital_only),
                ("social sans le numérique", d.social_only),
            )
            for code in codes
        ],
        "croisement": {
            name: {
                "zones": _spread(spread.zones, "zones", IN_CLASSES, n=classed(d)),
                "part_des_habitants": _spread(
                    spread.residents, "part de 0 à 1", LIVING_THERE, n=round(d.population)
                ),
            }
            for name, spread in d.cell_spreads.items()
        },
        "grappes_sociales": [list(group) for group in d.clusters],
        "marges": d.variance if has_need else None,
        "parametres": {
            "graine": request.seed,
            "tirages": request.n_draws,
            "poids": dict(sorted(request.weights.items())),
            "filtre": None if request.inside is None else request.inside.id,
        },
        "sources": [
            {
                "id": source.id,
                "producteur": source.producer,
                "titre": source.title,
                "millesime": source.vintage,
                "licence": source.licence,
            }
            for source in (*cards.sources(d), *local_survey.source(d))
        ],
        "publie": published.document(published_rates),
        "avertissements": [
            *(note.text.replace("**", "") for note in published.notes(published_rates, chosen)),
            *sentences.warnings(d),
            *local_survey.warnings(d),
            poverty(d),
            *leaders(d),
            *(offer.cautions(o) if o else ()),
        ],
        "offre": None if o is None else offer.study_offer(o),
    }
    if (survey := local_survey.document(d)) is not None:
        out["enquete"] = survey
    return out


class SubtotalJson(TypedDict):
    """The part of a territory that is in one commune, one département or one région, in etude.json."""

    maille: str
    code: str
    nom: str
    zones: list[str]
    population: int
    precarite_numerique: FigureJson
    taux_precarite_numerique: FigureJson
    part_du_besoin: SpreadJson | None
    part_de_la_population: float


def _subtotal(one: Subtotal) -> SubtotalJson:
    return {
        "maille": one.level,
        "code": one.code,
        "nom": one.name,
        "zones": list(one.zones),
        "population": round(one.population),
        "precarite_numerique": figure(one.need),
        "taux_precarite_numerique": figure(one.rate),
        "part_du_besoin": (
            None
            if isinstance(one.need, Withheld)
            else {"valeur": one.need_share.value, "bas": one.need_share.low, "haut": one.need_share.high}
        ),
        "part_de_la_population": one.residents,
    }


IN_CLASSES = "zones du territoire qui ont une classe pour le numérique et pour le social"
LIVING_THERE = "habitants du territoire que l’étude compte, tous âges"


def classed(d: Diagnosis) -> int:
    """Return how many zones have a place on the joint map."""
    return sum(r.cell is not None for r in d.zones)


def _spread(spread: Spread, unit: str, universe: str, *, n: int) -> dict[str, object]:
    """Return the content of a cell of the joint map. n: the zones, or the residents, that are shared out."""
    return {
        "valeur": spread.value,
        "bas": spread.low,
        "haut": spread.high,
        "unite": unit,
        "univers": universe,
        "n": n,
        "methode": METHOD_BOTH,
    }


def poverty(d: Diagnosis) -> str:
    """Return the sentence that keeps modest and poor apart."""
    if isinstance(d.poor, Withheld) or isinstance(d.poor_both, Withheld):
        return d.poor.reason if isinstance(d.poor, Withheld) else ""
    return (
        "La précarité sociale compte ici les personnes « modestes » (deux premiers cinquièmes de niveau de"
        f" vie). Sous le seuil de pauvreté à 60{wording.NBSP}%, on en estime"
        f" {wording.people(d.poor, noun='').about}, dont {wording.people(d.poor_both, noun='').about}"
        " aussi en précarité numérique."
    )


def leaders(d: Diagnosis) -> list[str]:
    return [text.replace("**", "") for text in sentences.leaders(d, names_of)]


def zone(d: Diagnosis, r: ZoneResult, o: Offered | None = None) -> ZoneJson:
    """Return a zone as the contract writes it, with the reason of what is missing."""
    out: ZoneJson = {
        "code": r.zone.code,
        "nom": r.zone.name,
        "maille": sentences.unit_of_zone(d, r),
        "population": None if r.is_outside else round(r.population),
        "precarite_numerique": figure(r.need),
        "taux_precarite_numerique": figure(r.rate),
        "precarite_sociale": figure(r.modest),
        "cumul": figure(r.both),
        "niveaux": {name: figure(r.levels[name]) for name in LEVEL_NAMES},
        "indice_social": r.index,
        "indice_social_bas": r.index_bounds[0] if r.index_bounds else None,
        "indice_social_haut": r.index_bounds[1] if r.index_bounds else None,
        "indice_de_la_commune": r.index_of_town,
        "indice_variables": dict(r.index_levels),
        "rang_numerique": r.digital_rank,
        "rang_social": r.rank,
        "rang_social_relatif": r.relative_rank,
        "classe_numerique": r.digital_class,
        "classe_numerique_relative": r.relative_digital_class,
        "classe_sociale": r.social_class,
        "classe_sociale_relative": r.relative_social_class,
        "probabilites_classes_sociales": (
            dict(zip(CLASS_NAMES, r.social_odds, strict=True)) if r.social_odds else None
        ),
        "case": r.cell,
        "certitude": r.firmness,
        "probabilites_classes": dict(zip(CLASS_NAMES, r.odds, strict=True)) if r.odds else None,
        "probabilite_forte": r.strong_odds if r.odds else None,
        "probabilite_case": r.cell_odds,
        "part_dans_le_filtre": r.share_inside,
        "part_communes_moins_2000": None if r.is_outside else r.rural,
        "espace": None if r.is_outside else r.space,
        "offre": None,
        "manques": [],
    }
    if o is not None and not is_zone_listed(o, r.zone.code):
        out["motif_offre"] = offer.UNLISTED
    elif o is not None and o.gaps.holds(r.zone.code):
        places = offer.zone(o, o.gaps.zone(r.zone.code))
        out["offre"], out["manques"] = places["offre"], places["manques"]
        out["offre_inconnue"], out["offre_a_situer"] = places["offre_inconnue"], places["offre_a_situer"]
        out["lieux"], out["lieux_a_situer"] = places["lieux"], places["lieux_a_situer"]
        out["lieux_muets"] = places["lieux_muets"]
        out["accompagnement_inconnu"] = places["accompagnement_inconnu"]
        out["portee"], out["publics"] = places["portee"], places["publics"]
    if r.no_index:
        out["motif_indice"] = r.no_index
    if r.relative_digital_class is None:
        out["motif_classes"] = r.need.reason if isinstance(r.need, Withheld) else NO_CLASS
    if r.zone.place:
        out["commune"] = r.zone.place
    if r.zone.note:
        out["note"] = r.zone.note
    return out


def encode(document_: Mapping[str, object]) -> bytes:
    """Return the bytes of a JSON file."""
    return (json.dumps(document_, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode("utf-8")


def table(d: Diagnosis, o: Offered | None = None) -> bytes:
    """Return zones.csv: one row per zone, figures flattened with `_bas` and `_haut`; `acces` says how people
    travel. Under a filter, each row names it, and a zone that it leaves out is an empty row that says so.
    """
    where = d.request.slug or d.request.territory.code
    common_cells: dict[str, Cell] = {} if d.request.inside is None else {"filtre": d.request.inside.label}
    if o is not None:
        common_cells["acces"] = f"{o.ground.travel.minutes:.0f} minutes {o.ground.travel.mode.manner}"
    rows = [flat(zone(d, r, o)) | {"territoire": where} | common_cells for r in d.zones]
    header = list(dict.fromkeys(key for row in rows for key in row))
    return as_csv(header, rows).encode("utf-8")


FIGURES_OF_PARTS: tuple[Literal["precarite_numerique", "taux_precarite_numerique"], ...] = (
    "precarite_numerique",
    "taux_precarite_numerique",
)


def subtotals_table(d: Diagnosis) -> bytes:
    """Return sous-totaux.csv: a row for the territory, then one for each région, département and commune that
    it is in, when there are several.
    """
    where = d.request.slug or d.request.territory.code
    first: SubtotalJson = {
        "maille": "territoire",
        "code": where,
        "nom": name_of(d).replace(NBSP, " "),
        "zones": [r.zone.code for r in d.zones],
        "population": round(d.population),
        "precarite_numerique": figure(d.need),
        "taux_precarite_numerique": figure(d.rate),
        "part_du_besoin": None if isinstance(d.need, Withheld) else {"valeur": 1.0, "bas": 1.0, "haut": 1.0},
        "part_de_la_population": 1.0,
    }
    filter_column: dict[str, Cell] = {} if d.request.inside is None else {"filtre": d.request.inside.label}
    rows = [_flat_subtotal(row) | filter_column for row in (first, *(_subtotal(one) for one in d.subtotals))]
    return as_csv(list(rows[0]), rows).encode("utf-8")


def _flat_subtotal(row: SubtotalJson) -> dict[str, Cell]:
    figures = {name: row[name] for name in FIGURES_OF_PARTS}
    share = row["part_du_besoin"]
    out: dict[str, Cell] = {
        "maille": row["maille"],
        "code": row["code"],
        "nom": row["nom"],
        "n_zones": len(row["zones"]),
        "population": row["population"],
    }
    for name, f in figures.items():
        out |= _bounded(name, f)
    out["part_du_besoin"] = _share(share["valeur"] if share else None)
    out["part_du_besoin_bas"] = _share(share["bas"] if share else None)
    out["part_du_besoin_haut"] = _share(share["haut"] if share else None)
    out["part_de_la_population"] = _share(row["part_de_la_population"])
    out |= _based("precarite_numerique", figures["precarite_numerique"])
    out["motif"] = figures["precarite_numerique"].get("motif", "")
    out["fourchette_seule"] = _loose(figures.items())
    return out


FIGURES: tuple[
    Literal["precarite_numerique", "taux_precarite_numerique", "precarite_sociale", "cumul"],
    ...,
] = ("precarite_numerique", "taux_precarite_numerique", "precarite_sociale", "cumul")


def flat(row: ZoneJson) -> dict[str, Cell]:
    """Return a zone as flat columns: empty where withheld or unknown, the reason in `motif`.

    Numbers have the decimals that mean something: persons are whole, percentages have one, shares three.
    Where places are silent, or a value is too uncertain to stand without its bounds, these alone are there,
    as on the pages; `fourchette_seule` names the columns of the second case.
    """
    out: dict[str, Cell] = {
        "code": row["code"],
        "nom": row["nom"],
        "maille": row["maille"],
        "population": _cell(row["population"]),
    }
    figures: list[tuple[str, FigureJson]] = [(name, row[name]) for name in FIGURES]
    levels = [(f"niveau_{level}", f) for level, f in row["niveaux"].items()]
    for name, f in (*figures, *levels):
        out |= _bounded(name, f)
    for name, f in (*figures, ("niveaux", levels[0][1])):
        out |= _based(name, f)
    out["n_suppose"] = "oui" if any(f.get("n_suppose") for _, f in (*figures, levels[0])) else ""
    plain: dict[str, Cell] = {
        "indice_social": _share(row["indice_social"]),
        "indice_social_bas": _share(row["indice_social_bas"]),
        "indice_social_haut": _share(row["indice_social_haut"]),
        "rang_numerique": row["rang_numerique"],
        "rang_social": row["rang_social"],
        "rang_social_relatif": row["rang_social_relatif"],
        "classe_numerique": row["classe_numerique"],
        "classe_numerique_relative": row["classe_numerique_relative"],
        "classe_sociale": row["classe_sociale"],
        "classe_sociale_relative": row["classe_sociale_relative"],
        "case": row["case"],
        "certitude": _share(row["certitude"]),
        "probabilite_forte": _share(row["probabilite_forte"]),
        "probabilite_case": _share(row["probabilite_case"]),
        "part_dans_le_filtre": _share(row["part_dans_le_filtre"]),
        "part_communes_moins_2000": _share(row["part_communes_moins_2000"]),
        "espace": row["espace"],
    }
    out |= {name: _cell(value) for name, value in plain.items()}
    reasons = (
        row["precarite_numerique"].get("motif"),
        row.get("motif_indice"),
        row.get("motif_classes"),
        row.get("motif_offre"),
    )
    out["motif"] = " ".join(dict.fromkeys(filter(None, (*reasons, *_silences(row)))))
    out["commune"] = row.get("commune", "")
    if row["offre"] is not None:
        out |= {name: row[name] for name in ("lieux", "lieux_a_situer", "lieux_muets")}
        out |= {f"offre_{line}": n for line, n in row["offre"].items()}
        away = [
            (f"hors_de_portee_{line}", reach_json["hors_de_portee"])
            for line, reach_json in row["portee"].items()
        ]
        for name, f in away:
            out |= _bounded(name, f)
        figures += away
        for reach_json in list(row["portee"].values())[:1]:  # the same for every line
            out |= _based("hors_de_portee", reach_json["hors_de_portee"])
    out["fourchette_seule"] = _loose((*figures, *levels))
    return out


def _loose(figures: Iterable[tuple[str, FigureJson]]) -> str:
    """Return the names of the columns whose bounds alone are there."""
    return " ".join(name for name, f in figures if f.get("fourchette_seule"))


def _silences(row: ZoneJson) -> list[str]:
    """Return why cells of the offer are empty, each reason once with the lines it is about."""
    lines_by_reason: dict[str, list[str]] = {}
    for line, within in row.get("portee", {}).items():
        why = within["hors_de_portee"].get("motif", "")
        if not why and line in row.get("offre_a_situer", ()):
            why = silence.TO_LOCATE
        elif not why and line in row.get("offre_inconnue", ()):
            why = silence.UNSAID_HERE
        if why and why != row["precarite_numerique"].get("motif"):
            lines_by_reason.setdefault(why, []).append(diagnosis_lines()[line].label)
    return [f"{listing(labels)} : {lower_first(why)}" for why, labels in lines_by_reason.items()]


def _bounded(name: str, f: FigureJson) -> dict[str, Cell]:
    """Return a figure as three columns: itself, and its bounds; these alone where pages show them alone."""
    decimals = 0 if f["unite"] == "personnes" else 1
    value = None if f.get("fourchette_seule") else f["valeur"]
    ends = {name: value, f"{name}_bas": f["bas"], f"{name}_haut": f["haut"]}
    return {column: _decimal(number, decimals) for column, number in ends.items()}


def _based(name: str, f: FigureJson) -> dict[str, Cell]:
    """Return the universe of a figure, and the respondents behind it, as columns."""
    return {f"{name}_univers": f["univers"], f"{name}_n": f["n"]}


def _cell(value: Cell) -> Cell:
    return "" if value is None else value


def _share(value: float | None) -> Cell:
    """Return a share, a probability or an index as a column writes it."""
    return _decimal(value, 3)


def _decimal(value: float | None, decimals: int) -> Cell:
    if value is None:
        return ""
    return round(value) if decimals == 0 else round(value, decimals)


def geography(d: Diagnosis, o: Offered | None = None) -> bytes:
    """Return zones.geojson: one feature per zone, its columns as properties, a null geometry when it has no
    contour.
    """
    features = []
    for r, shape in zip(d.zones, d.shapes.zones, strict=True):
        row = {key: None if value == "" else value for key, value in flat(zone(d, r, o)).items()}
        features.append(
            {
                "type": "Feature",
                "id": r.zone.code,
                "geometry": None if shape is None else geometry(shape),
                "properties": row,
            }
        )
    known = [shape for shape in d.shapes.zones if shape is not None]
    out: dict[str, object] = {"type": "FeatureCollection"}
    if known:
        out["bbox"] = [round(v, 5) for v in shapely.total_bounds(np.array(known, dtype=object)).tolist()]
    out["features"] = features
    return encode(out)


def geometry(shape: shapely.Geometry, decimals: int = 5) -> dict[str, object]:
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
