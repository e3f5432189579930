"""maillage actes: writing acts of help for the Coop or for ourselves, and reading them back."""

import argparse
import sys
from datetime import date

from maillage.cli.words import open_file, typed_path
from maillage.kernel.errors import Refused
from maillage.kernel.progress import steps

OK, PARTLY, FAILED = 0, 1, 2
FORMATS = ("coop-1", "csv")
MAX_PRINTED = 20  # faults


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


def run(options: argparse.Namespace) -> int:
    from maillage.config.bootstrap import ready

    ready()
    return {"exporter": export, "importer": take_in}[options.geste](options)


def export(options: argparse.Namespace) -> int:
    from django.utils import timezone

    from maillage.apps.actes.queries import activities, lists
    from maillage.apps.orientations.queries import activities as all_activities
    from maillage.kernel.disk import write_whole

    today = timezone.localdate()
    until = options.au or today
    since = options.du or until.replace(month=1, day=1)
    if since > until:
        since, until = until, since
    if options.format == "coop-1":
        text = all_activities.coop(None, since, until)
    else:
        text = lists.table(activities.of_period(None, since, until))
    write_whole(options.sortie, text)
    n = text.count("\n") - 1
    print(f"{n} ligne{'s' * (n > 1)}, du {since} au {until} : {options.sortie}")
    return OK


def take_in(options: argparse.Namespace) -> int:
    from django.utils import timezone

    from maillage.apps.actes.actions import receiving
    from maillage.apps.actes.forms import files
    from maillage.apps.actes.forms.files import Fault

    at = timezone.now()
    faults = list[Fault]()
    new = n_read = n_other = wrong = 0
    with open_file(options.fichier) as file:
        for part in files.read(file, options.format, today=timezone.localdate(at)):
            new += receiving.take_in(part.rows, source=options.format, at=at)
            n_read, n_other, wrong = n_read + len(part.rows), n_other + part.left, wrong + len(part.faults)
            faults += part.faults[: MAX_PRINTED - len(faults)]
            steps("Lecture des actes", part.read)
    sentence = f"{new} acte{'s' * (new > 1)} de plus, {n_read - new} déjà là"
    print(sentence + f", {n_other} qui n’en sont pas" * bool(n_other))
    for fault in faults:
        print(
            f"{options.fichier.name}, ligne {fault.line}, colonne {fault.column}, « {fault.value} » :"
            f" {fault.reason}. {fault.cure}",
            file=sys.stderr,
        )
    if wrong > MAX_PRINTED:
        print(f"Et {wrong - MAX_PRINTED} autres lignes.", file=sys.stderr)
    return OK if not wrong else PARTLY if n_read else FAILED
