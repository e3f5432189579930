"""maillage coordination: writing the meetings of the network for the Coop."""

import argparse
from io import BytesIO

from maillage.manage.words import add_period, named_structure, period_of, typed_path


def arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="geste", required=True, metavar="GESTE")
    give = verbs.add_parser("exporter", help="écrit les réunions tenues, dans le classeur de La Coop")
    give.add_argument("--sortie", required=True, type=typed_path, metavar="FICHIER")
    give.add_argument("--structure", metavar="NOM", help="celles qu’elle a réunies seulement")
    add_period(give)


def run(options: argparse.Namespace) -> int:
    from django.utils import timezone

    from maillage.kernel.disk import write_whole
    from maillage.manage.deploy.bootstrap import ready
    from maillage.publishing import coop_workbook

    ready()
    from maillage.apps.community.queries import meetings

    at = timezone.localtime()
    since, until = period_of(options, at.date())
    structure = named_structure(options.structure) if options.structure else None
    rows = meetings.coordination(None if structure is None else [structure.pk], since, until, at)
    owner = "Toute la coordination" if structure is None else structure.name
    out = BytesIO()
    about = coop_workbook.Export(owner=owner, since=since, until=until, at=at)
    n = coop_workbook.write_coordination(out, rows, about)
    write_whole(options.sortie, out.getvalue())
    print(f"{n} réunion{'s' * (n > 1)}, du {since} au {until} : {options.sortie}")
    return 0
