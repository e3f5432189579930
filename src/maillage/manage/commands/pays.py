"""maillage pays: another country than France, from a folder of its own data: checked, then estimated."""

import argparse
import os
from math import isnan
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from maillage.kernel.spreadsheet import as_csv
from maillage.manage.words import print_json, typed_path

if TYPE_CHECKING:
    from maillage.kernel.table import Table

ADDRESS = "MAILLAGE_SPARK"
HEADER = {
    "code": "code",
    "nom": "name",
    "zones": "areas",
    "personnes": "people",
    "valeur": "value",
    "bas": "low",
    "haut": "high",
    "taux": "rate",
    "rang": "rank",
    "part_avec_un_lieu": "within",
    "avertissement": "warning",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    from maillage.statistics.country.engines import DUCKDB, ENGINES

    verbs = parser.add_subparsers(dest="verbe", required=True, metavar="verifier|estimer|exporter")
    check = verbs.add_parser("verifier", help="lit les fichiers d’un pays, et dit ce qui y manque")
    check.add_argument("dossier", type=typed_path, metavar="DOSSIER", help="où sont pays.yaml et ses tables")
    check.add_argument("--json", action="store_true", help="écrit un document JSON")
    one = verbs.add_parser("estimer", help="estime le besoin d’un pays à un niveau")
    one.add_argument("dossier", type=typed_path, metavar="DOSSIER", help="où sont pays.yaml et ses tables")
    one.add_argument("--niveau", required=True, help="area, un niveau de pays.yaml, ou pays")
    one.add_argument("--definition", default="", metavar="ID", help="qui est compté : un id de pays.yaml")
    one.add_argument(
        "--moteur",
        choices=ENGINES,
        default=DUCKDB,
        help=f"ce qui calcule les tables ({DUCKDB} par défaut ; spark à l’adresse de {ADDRESS}, sinon ici)",
    )
    one.add_argument("--sortie", required=True, type=typed_path, metavar="FICHIER.csv", help="à écrire")
    out = verbs.add_parser("exporter", help="écrit la France comme un pays, pour l’estimer par ailleurs")
    out.add_argument("dossier", type=typed_path, metavar="DOSSIER", help="le dossier à écrire")


def run(options: argparse.Namespace) -> int:
    return {"verifier": _check, "estimer": _estimate, "exporter": _export}[options.verbe](options)


def _check(options: argparse.Namespace) -> int:
    import duckdb

    from maillage.statistics.country import card
    from maillage.statistics.country import pack as packs

    pack = card.read(options.dossier)
    with TemporaryDirectory() as folder:
        for definition in reversed(pack.definitions):  # the usual one last: its tables are counted
            packs.store(card.by(pack, definition.id), Path(folder), sheets=True)
        counts = {
            table: duckdb.execute(f"select count(*) from '{folder}/{table}.parquet'").fetchall()[0][0]  # noqa: S608
            for table in packs.COLUMNS
        }
    if options.json:
        print_json({"nom": pack.name, "niveaux": list(pack.levels), **counts})
        return 0
    print(f"{pack.name} : {pack.counts}.")
    print(
        f"{counts['areas']} zones, {counts['people']} effectifs, {counts['rates']} taux,"
        f" {counts['places']} lieux. Niveaux : {', '.join(pack.levels)}."
    )
    return 0


def _estimate(options: argparse.Namespace) -> int:
    from maillage.kernel.disk import write_whole
    from maillage.statistics.country import card, engines, estimating
    from maillage.statistics.country import pack as packs

    pack = card.read(options.dossier)
    pack = card.by(pack, options.definition or pack.definitions[0].id)
    with TemporaryDirectory(dir=os.environ.get("MAILLAGE_HOME")) as folder:
        packs.store(pack, Path(folder))
        address = os.environ.get(ADDRESS, engines.LOCAL)
        with engines.opened(options.moteur, Path(folder), address=address) as engine:
            table = estimating.estimate(pack, Path(folder), engine, options.niveau)
    write_whole(options.sortie, _written(table))
    print(f"{pack.name} : {len(table)} ligne{'s' if len(table) > 1 else ''} dans {options.sortie}")
    return 0


def _written(table: "Table") -> str:
    rows = ({name: _cell(row[column]) for name, column in HEADER.items()} for row in table.rows())
    return as_csv(list(HEADER), rows)


def _cell(value: Any) -> Any:
    """Return a number at nine significant digits: engines differ in the last ones."""
    if not isinstance(value, float):
        return value
    return "" if isnan(value) else f"{value:.9g}"


def _export(options: argparse.Namespace) -> int:
    from maillage.statistics.country import france

    n = france.write(options.dossier)
    print(f"La France en {n} zones dans {options.dossier} : « maillage pays estimer » la lit.")
    return 0
