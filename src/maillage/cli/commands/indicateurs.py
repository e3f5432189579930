"""maillage indicateurs: what a territory counts, each figure with its formula, its universe and its date."""

import argparse
from typing import TYPE_CHECKING

from maillage.cli.words import print_json
from maillage.kernel.errors import Refused
from maillage.reports.territory.certainty import upper_first
from maillage.words.wording import count

if TYPE_CHECKING:
    from maillage.apps.indicators.queries.reading import Reading


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "code",
        metavar="CODE",
        nargs="?",
        help="commune, EPCI, département, région (R84), france ou périmètre",
    )
    parser.add_argument(
        "--refaire", action="store_true", help="recompte d’abord chaque jour depuis les lignes"
    )
    parser.add_argument("--json", action="store_true", help="écrit un document JSON")


def run(given: argparse.Namespace) -> int:
    from maillage.config.bootstrap import ready

    ready()
    from django.utils import timezone

    from maillage.apps.indicators import actions
    from maillage.apps.indicators.queries import tables
    from maillage.apps.indicators.queries.ground import ground
    from maillage.apps.indicators.queries.reading import reading
    from maillage.apps.indicators.queries.values import values
    from maillage.apps.territories.queries import canonical

    if given.code is None and not given.refaire:
        raise Refused(
            "Il manque le code d’un territoire.",
            why="Un indicateur ne veut rien dire sans le territoire qu’il compte.",
            do="Donnez-le : « maillage indicateurs 38 », par exemple.",
        )
    place = canonical(given.code) if given.code else ""
    at = timezone.now()
    if given.refaire:
        written = actions.rebuild(at=at)
        if not given.code:
            print_json({"comptes": written}) if given.json else print(
                f"{upper_first(count(written, 'compte refait', 'comptes refaits'))}."
            )
            return 0
    else:
        actions.run_deadlines(at=at)  # no clock runs where nobody serves the platform
    found = values(ground(place, on=timezone.localdate(at)))
    if given.json:
        print_json([tables.row(each) for each in found])
        return 0
    for each in map(reading, found):
        print(f"{each.value.definition.id:<22} {each.value.definition.label} : {_told(each)}")
    return 0


def _told(each: "Reading") -> str:
    """Return an indicator in words: its figure, out of what, its bounds, what stands apart; or why none."""
    from maillage.apps.indicators.queries.reading import ONE

    if not each.figure:
        return f"{each.value.reason}"
    if not each.value.value and each.beside in ONE.values():
        figure, beside = "", count(0, each.beside)
    else:
        figure, beside = each.figure, each.beside
    is_share = each.value.definition.unit == "pourcent"
    beside = f"({beside})." if is_share and beside else beside
    invented = "Activité inventée, pour l’exemple." if each.value.examples else ""
    told = " ".join(filter(None, (figure, beside, each.between)))
    after = " ".join(filter(None, (*each.value.apart, invented)))
    return f"{told.rstrip('.')}. {after}" if after else told
