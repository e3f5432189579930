"""maillage actes: writing acts of help for the Coop or for ourselves, and reading them back."""

import argparse
import sys
from datetime import date

from maillage.cli.words import open_file, typed_path
from maillage.kernel.errors import Refused
from maillage.kernel.progress import steps

OK, PARTLY, FAILED = 0, 1, 2
FORMATS = ("coop-1", "csv")
TOLD = 20  # faults


def arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="geste", required=True, metavar="GESTE")
    give = verbs.add_parser("exporter", help="écrit les activités d’une période, sans nom")
    give.add_argument("--format", required=True, choices=FORMATS)
    give.add_argument("--sortie", required=True, type=typed_path, metavar="FICHIER")
    give.add_argument("--du", type=_day, metavar="JOUR", help="premier jour ; le 1er janvier par défaut")
    give.add_argument("--au", type=_day, metavar="JOUR", help="dernier jour ; aujourd’hui par défaut")
    take = verbs.add_parser("importer", help="lit des actes ; se répète sans risque")
    take.add_argument("fichier", type=typed_path, metavar="FICHIER")
    take.add_argument("--format", required=True, choices=FORMATS)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refused(
            f"« {text} » n’est pas un jour.",
            why="Il s’écrit année, mois, jour.",
            do="Écrivez-le ainsi : 2026-11-23.",
        ) from error


def run(given: argparse.Namespace) -> int:
    from maillage.config.bootstrap import ready

    ready()
    return {"exporter": export, "importer": take_in}[given.geste](given)


def export(given: argparse.Namespace) -> int:
    from django.utils import timezone

    from maillage.apps.actes.queries import activities, lists
    from maillage.apps.orientations.queries import activities as all_activities
    from maillage.kernel.disk import write_whole

    today = timezone.localdate()
    until = given.au or today
    since = given.du or until.replace(month=1, day=1)
    if since > until:
        since, until = until, since
    if given.format == "coop-1":
        text = all_activities.coop(None, since, until)
    else:
        text = lists.table(activities.of_period(None, since, until))
    write_whole(given.sortie, text)
    n = text.count("\n") - 1
    print(f"{n} ligne{'s' * (n > 1)}, du {since} au {until} : {given.sortie}")
    return OK


def take_in(given: argparse.Namespace) -> int:
    from django.utils import timezone

    from maillage.apps.actes.actions import receiving
    from maillage.apps.actes.forms import files
    from maillage.apps.actes.forms.files import Fault

    at = timezone.now()
    faults = list[Fault]()
    new = found = left = wrong = 0
    with open_file(given.fichier) as file:
        for part in files.read(file, given.format, today=timezone.localdate(at)):
            new += receiving.take_in(part.rows, source=given.format, at=at)
            found, left, wrong = found + len(part.rows), left + part.left, wrong + len(part.faults)
            faults += part.faults[: TOLD - len(faults)]
            steps("Lecture des actes", part.read)
    told = f"{new} acte{'s' * (new > 1)} de plus, {found - new} déjà là"
    print(told + f", {left} qui n’en sont pas" * bool(left))
    for fault in faults:
        print(
            f"{given.fichier.name}, ligne {fault.line}, colonne {fault.column}, « {fault.value} » :"
            f" {fault.reason}. {fault.cure}",
            file=sys.stderr,
        )
    if wrong > TOLD:
        print(f"Et {wrong - TOLD} autres lignes.", file=sys.stderr)
    return OK if not wrong else PARTLY if found else FAILED
