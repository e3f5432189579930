"""maillage estimer: the need of every area of France, or of a territory."""

import argparse
import csv
import io
from typing import Any

from maillage.cli.words import Steps, typed_path
from maillage.reference.definitions import DEFAULT


def arguments(parser: argparse.ArgumentParser) -> None:
    from maillage.studies.need.national import LEVELS

    parser.add_argument(
        "--niveau", required=True, choices=LEVELS, help="la maille des lignes : " + ", ".join(LEVELS)
    )
    parser.add_argument(
        "--definition", default=DEFAULT, metavar="ID", help=f"définition du besoin (par défaut {DEFAULT})"
    )
    parser.add_argument("--dans", metavar="CODE", help="ne garde que ce territoire")
    parser.add_argument("--graine", type=int, metavar="N", help="graine des tirages")
    parser.add_argument(
        "--sortie", required=True, type=typed_path, metavar="FICHIER.csv", help="le fichier à écrire"
    )


HEADER = (
    "code",
    "nom",
    "population",
    "univers",
    "valeur",
    "bas",
    "haut",
    "taux",
    "taux_bas",
    "taux_haut",
    "avertissement",
)


def run(given: argparse.Namespace) -> int:
    from maillage.cli.chosen import definition_of
    from maillage.kernel.disk import write_whole
    from maillage.studies.diagnosis.territories import gazetteer, rows_of
    from maillage.studies.need import model, national
    from maillage.studies.need import population as frames

    chosen = definition_of(given.definition)
    steps = Steps()
    rows = None
    inside = gazetteer().get(given.dans) if given.dans else None
    if inside is not None and inside.kind != "france":
        rows = rows_of(inside, frames.sources().rp2021)
    table = national.estimate(
        given.niveau,
        chosen,
        rows=rows,
        seed=model.SEED if given.graine is None else given.graine,
        progress=lambda share: steps("Tirages", share),
    )
    steps.done()
    names = area_names(given.niveau)
    lines = [line(row, names) for row in table.rows()]
    if rows is None:
        lines += [
            {**dict.fromkeys(HEADER, ""), "code": code, "nom": names.get(code, ""), "avertissement": reason}
            for code, reason in national.outside(given.niveau).items()
        ]
    lines.sort(key=lambda each: each["code"])
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, HEADER, lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    write_whole(given.sortie, file.getvalue())
    print(f"{len(lines)} ligne{'s' if len(lines) > 1 else ''} dans {given.sortie}")
    return 0


def line(row: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    known = row["value"] == row["value"]
    rate = 100 / row["universe"] if row["universe"] else 0.0
    cells = {"valeur": "value", "bas": "low", "haut": "high"}
    out: dict[str, Any] = {
        "code": row["code"],
        "nom": names.get(row["code"], ""),
        "population": round(row["population"]),
        "univers": row["universe"],
        **{name: row[key] if known else "" for name, key in cells.items()},
        "taux": row["value"] * rate if known else "",
        "taux_bas": row["low"] * rate if known else "",
        "taux_haut": row["high"] * rate if known else "",
        "avertissement": " ".join(filter(None, (part_of(row), row["warning"]))),
    }
    return out


def part_of(row: dict[str, Any]) -> str:
    """Return a note when a row covers only a part of its area, '' when it covers all of it."""
    if not row["whole"] or row["population"] > 0.9995 * row["whole"]:
        return ""
    share = 100 * row["population"] / row["whole"]
    return f"Une partie seulement : {share:.1f} % de ses {row['whole']:.0f} habitants.".replace(".", ",", 1)


def area_names(level: str) -> dict[str, str]:
    """Return the name of every area of a level."""
    from maillage.studies.need import population as frames

    tables = frames.sources()
    communes = tables.communes
    if level == "iris":
        by_commune = dict(zip(communes["code"].tolist(), communes["name"].tolist(), strict=True))
        iris = tables.rp2021
        return {
            code: name if kind != "Z" and name else by_commune.get(commune, name)
            for code, name, kind, commune in zip(
                iris["iris"].tolist(),
                iris["name"].tolist(),
                iris["kind"].tolist(),
                iris["commune"].tolist(),
                strict=True,
            )
        }
    if level == "commune":
        return dict(zip(communes["code"].tolist(), communes["name"].tolist(), strict=True))
    lead = "R" if level == "region" else ""
    names = {
        lead + code: name
        for code, name in zip(communes[level].tolist(), communes[f"{level}_name"].tolist(), strict=True)
    }
    if level == "epci":
        alone = [
            (code, name)
            for code, name, epci in zip(
                communes["code"].tolist(), communes["name"].tolist(), communes["epci"].tolist(), strict=True
            )
            if not epci
        ]
        names |= {code: f"{name} (hors intercommunalité)" for code, name in alone}
    return names
