"""maillage estimer: the need of every area of France, or of a territory."""

import argparse
import io
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maillage.cli.words import typed_path
from maillage.kernel.progress import steps
from maillage.kernel.spreadsheet import Writer
from maillage.kernel.table import Table
from maillage.reference.definitions import DEFAULT
from maillage.words.wording import count, number


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


def run(options: argparse.Namespace) -> int:
    from maillage.cli.named_definition import definition_of
    from maillage.kernel.disk import write_whole
    from maillage.studies.diagnosis.territories import gazetteer, rows_of
    from maillage.studies.need import model, national
    from maillage.studies.need import population as frames

    chosen = definition_of(options.definition)
    rows = None
    inside = gazetteer().get(options.dans) if options.dans else None
    if inside is not None and inside.kind != "france":
        rows = rows_of(inside, frames.sources().rp2021)
    table = national.estimate(
        options.niveau,
        chosen,
        rows=rows,
        seed=model.SEED if options.graine is None else options.graine,
        progress=lambda share: steps("Tirages", share),
    )
    names = area_names(options.niveau)
    lines = list(zip(*columns(table, names), strict=True))
    if rows is None:
        blank = ("",) * (len(HEADER) - 3)
        lines += [
            (code, names.get(code, ""), *blank, reason)
            for code, reason in national.outside(options.niveau).items()
        ]
    lines.sort(key=itemgetter(0))
    file = io.StringIO(newline="")
    writer = Writer(file)
    writer.writerow(HEADER)
    writer.writerows(lines)
    write_whole(options.sortie, file.getvalue())
    n = f"{number(chosen.n)} répondants{'' if chosen.n_known else ' (supposé)'}"
    print(f"{count(len(lines), 'ligne')} dans {options.sortie} ; enquête nationale : {n}")
    return 0


def columns(table: Table, names: dict[str, str]) -> list[list[Any]]:
    """Return the cells of a table, a list for each column of the header; empty where nothing is
    estimated. Persons are whole, percentages have one decimal, as in the files of a study.
    """
    codes, universe = table["code"].tolist(), table["universe"]
    known = ~np.isnan(table["value"])
    rate = np.divide(100.0, universe, out=np.zeros(len(universe)), where=universe != 0)
    estimated = [table[key] for key in ("value", "low", "high")]
    persons = [np.rint(np.where(known, each, 0.0)).astype(np.int64) for each in estimated]
    percents = [np.round(np.where(known, each * rate, 0.0), 1) for each in estimated]
    rounded: list[NDArray[Any]] = [*persons, *percents]
    figures = [np.where(known, each.astype(object), "").tolist() for each in rounded]
    notes = zip(part_of(table), table["warning"].tolist(), strict=True)
    return [
        codes,
        [names.get(code, "") for code in codes],
        np.rint(table["population"]).astype(np.int64).tolist(),
        np.rint(universe).astype(np.int64).tolist(),
        *figures,
        [" ".join(filter(None, each)) for each in notes],
    ]


def part_of(table: Table) -> list[str]:
    """Return, for each row that covers only a part of its area, a note; '' where it covers all of it."""
    population, full_population = table["population"], table["whole"]
    out = [""] * len(population)
    for row in np.flatnonzero((full_population != 0) & (population <= 0.9995 * full_population)).tolist():
        share = 100 * population[row] / full_population[row]
        note = f"Une partie seulement : {share:.1f} % de ses {full_population[row]:.0f} habitants."
        out[row] = note.replace(".", ",", 1)
    return out


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
