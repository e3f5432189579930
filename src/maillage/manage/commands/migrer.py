"""maillage migrer: the tables of the database brought to this version, before anybody is served by it."""

import argparse

from maillage.manage.words import print_json
from maillage.words.wording import shortened

FEW = 5


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--verifier",
        action="store_true",
        help="dit ce qui reste à faire, sans rien changer ; sort en 1 s’il en reste",
    )
    parser.add_argument("--json", action="store_true", help="écrit un document JSON")


def run(options: argparse.Namespace) -> int:
    from maillage.manage.deploy.bootstrap import connected, ready

    with connected() as connection:
        from maillage.manage.deploy import tables

        tables.check_version(connection)
        pending, breaking = tables.pending(connection), tables.breaking(connection)
    if not options.verifier:
        ready()
    if options.json:
        print_json({"a_faire" if options.verifier else "faites": pending, "a_l_arret": breaking})
    elif not pending:
        print("La base est à jour.")
    else:
        print(f"{'À faire' if options.verifier else 'Fait'} : {shortened(pending, FEW)}.")
        if options.verifier:
            _print_how(breaking)
    return 1 if options.verifier and pending else 0


def _print_how(breaking: list[str]) -> None:
    if not breaking:
        print("Cela peut se faire pendant que l’on travaille : la version d’avant continue de répondre.")
        return
    print("Arrêtez d’abord le service, la version d’avant ne saurait plus écrire :")
    for words in breaking:
        print(f"  {words}")
