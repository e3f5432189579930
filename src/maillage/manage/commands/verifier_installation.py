"""maillage verifier-installation: what this computer lacks to serve people."""

import argparse
from dataclasses import astuple

from maillage.manage.words import print_json

KEYS = ("sujet", "etat", "constat", "remede")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="écrit un document JSON")


def run(options: argparse.Namespace) -> int:
    """Return 0 when nothing is wrong, 1 when something is."""
    from maillage.manage.deploy.bootstrap import connected

    with connected():
        from django.utils import timezone

        from maillage.manage.deploy import checks

        results = list(checks.checks(timezone.now()))
    wrong = sum(each.state == checks.BAD for each in results)
    if options.json:
        print_json([dict(zip(KEYS, astuple(each), strict=True)) for each in results])
    else:
        for result in results:
            print(f"{result.state:6}  {result.subject} : {result.status_text}")
            if result.do:
                print(f"        → {result.do}")
        print("Rien n’empêche de servir." if not wrong else f"À mettre d’aplomb avant de servir : {wrong}.")
    return 1 if wrong else 0
