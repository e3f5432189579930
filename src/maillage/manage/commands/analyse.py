"""maillage analyse: tables for analysts in which nobody can be found, as Parquet files or in PostgreSQL."""

import argparse
from datetime import timedelta

from maillage.kernel.errors import Refused
from maillage.manage.words import print_json, typed_path
from maillage.words.wording import count


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sortie", type=typed_path, metavar="DOSSIER", help="un fichier Parquet par table")
    parser.add_argument(
        "--lecteur", metavar="COMPTE", help="le compte de PostgreSQL qui lira le schéma « sans_personne »"
    )
    parser.add_argument("--json", action="store_true", help="écrit un document JSON")


def run(options: argparse.Namespace) -> int:
    if not (options.sortie or options.lecteur):
        raise Refused(
            "Aucune table n’a été écrite.",
            why="Il manque où les écrire.",
            do="Ajoutez « --sortie DOSSIER » pour des fichiers, « --lecteur COMPTE » pour PostgreSQL.",
        )
    from maillage.manage.deploy.bootstrap import ready

    ready()
    from django.utils import timezone

    from maillage.apps.steering.indicators import actions
    from maillage.manage.reports import analysis

    # no clock runs where nobody serves the platform
    actions.run_deadlines(at=timezone.now(), every=timedelta())
    n_rows = analysis.write_files(options.sortie) if options.sortie else {}
    if options.lecteur:
        n_rows = analysis.write_schema(options.lecteur)
    if options.json:
        print_json({"tables": n_rows})
        return 0
    for id, n in n_rows.items():
        print(f"{id:<20} {count(n, 'ligne')}")
    return 0
