"""maillage actes: writing acts of help for the Coop or for ourselves, and reading them back."""

import argparse
import sys
from datetime import datetime, time
from io import BytesIO

from maillage.kernel.errors import Refused
from maillage.kernel.progress import steps
from maillage.manage.words import (
    add_period,
    cell_text,
    named_structure,
    open_file,
    period_of,
    typed_day,
    typed_path,
)
from maillage.words.wording import count

OK, PARTLY, FAILED = 0, 1, 2
BOOK, API = "coop-xlsx", "coop-api"
FORMATS = ("coop-1", BOOK, "csv")
MAX_PRINTED = 20  # faults


def arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="geste", required=True, metavar="GESTE")
    give = verbs.add_parser("exporter", help="écrit les activités d’une période, sans nom")
    give.add_argument("--format", required=True, choices=FORMATS)
    give.add_argument("--sortie", required=True, type=typed_path, metavar="FICHIER")
    add_period(give)
    give.add_argument("--structure", metavar="NOM", help="ses activités seulement")
    take = verbs.add_parser("importer", help="lit des actes ; se répète sans risque")
    take.add_argument("fichier", type=typed_path, metavar="FICHIER", nargs="?", help=f"aucun pour {API}")
    take.add_argument("--format", required=True, choices=(*FORMATS, API))
    take.add_argument("--depuis", metavar="JOUR", help=f"ce qui a changé depuis, pour {API}")
    take.add_argument("--structure", metavar="NOM", help=f"d’où vient le classeur, pour {BOOK}")


def run(options: argparse.Namespace) -> int:
    from maillage.manage.deploy.bootstrap import ready

    ready()
    return {"exporter": export, "importer": take_in}[options.geste](options)


def export(options: argparse.Namespace) -> int:
    from django.utils import timezone

    from maillage.apps.people.actes.queries import activities, lists
    from maillage.apps.referrals.orientations.queries import activities as all_activities
    from maillage.kernel.disk import write_whole
    from maillage.publishing import coop_workbook

    since, until = period_of(options, timezone.localdate())
    structure = named_structure(options.structure) if options.structure else None
    ids = None if structure is None else [structure.pk]
    if options.format == BOOK:
        out = BytesIO()
        owner = "Toutes les structures" if structure is None else structure.name
        about = coop_workbook.Export(owner=owner, since=since, until=until, at=timezone.localtime())
        n = coop_workbook.write(out, all_activities.of_workbook(ids, since, until), about)
        write_whole(options.sortie, out.getvalue())
    else:
        is_coop = options.format == "coop-1"
        acts = activities.of_period(ids, since, until)
        text = all_activities.coop(ids, since, until) if is_coop else lists.table(acts)
        write_whole(options.sortie, text)
        n = text.count("\n") - 1
    print(f"{n} ligne{'s' * (n > 1)}, du {since} au {until} : {options.sortie}")
    return OK


def take_in(options: argparse.Namespace) -> int:
    from django.utils import timezone

    from maillage.apps.people.actes.actions import reading
    from maillage.apps.people.actes.forms import files
    from maillage.apps.people.actes.forms.files import Fault

    at = timezone.now()
    if options.format == API:
        return take_from_coop(options, at)
    if options.fichier is None:
        raise Refused("Rien n’a été lu.", why="Il manque le fichier.", do="Donnez son nom.")
    faults, notes = list[Fault](), list[str]()
    new = n_read = n_other = wrong = 0
    structure = named_structure(options.structure) if options.structure else None
    with open_file(options.fichier) as file:
        today = timezone.localdate(at)
        for part in files.read(file, options.format, today=today, structure=structure):
            new += reading.take_in(part.rows, source=files.SOURCES[options.format], at=at)
            notes += part.notes
            n_read, n_other, wrong = (
                n_read + len(part.rows),
                n_other + part.n_other_rows,
                wrong + len(part.faults),
            )
            faults += part.faults[: MAX_PRINTED - len(faults)]
            steps("Lecture des actes", part.read)
    sentence = f"{new} acte{'s' * (new > 1)} de plus, {n_read - new} déjà là"
    print(sentence + f", {n_other} qui n’en sont pas" * bool(n_other))
    print(*notes, sep="\n", end="\n" * bool(notes), file=sys.stderr)
    for fault in faults:
        sheet = f", feuille « {fault.sheet} »" if fault.sheet else ""
        print(
            f"{options.fichier.name}{sheet}, ligne {fault.line}{cell_text(fault.column, fault.value)} :"
            f" {fault.reason}. {fault.cure}",
            file=sys.stderr,
        )
    if wrong > MAX_PRINTED:
        print(f"Et {count(wrong - MAX_PRINTED, 'autre ligne', 'autres lignes')}.", file=sys.stderr)
    return OK if not wrong else PARTLY if n_read else FAILED


def take_from_coop(options: argparse.Namespace, at: datetime) -> int:
    """Read the changes of La Coop to their last page; Refused in the middle, it goes on from there."""
    from django.conf import settings
    from django.utils import timezone

    from maillage.apps.platform.exchanges.models import Pull
    from maillage.apps.platform.exchanges.rules import COOP
    from maillage.manage.providers import coop

    if not settings.COOP["key"]:
        raise Refused(
            "La Coop n’a pas été lue.",
            why="MAILLAGE_COOP_KEY ne donne pas sa clé.",
            do="Demandez-la à l’équipe de La Coop.",
        )
    since = None
    if options.depuis:
        since = timezone.make_aware(datetime.combine(typed_day(options.depuis), time.min))
    for n, _ in enumerate(coop.pages(at, since), start=1):
        print(count(n, "page lue", "pages lues"), file=sys.stderr)
    row = Pull.objects.get(name=COOP)
    print(row.count_words or "Aucun changement.")
    for number, column, reason in row.faults:
        print(f"Activité {number}, {column}, {reason}.", file=sys.stderr)
    return PARTLY if row.faults else OK
