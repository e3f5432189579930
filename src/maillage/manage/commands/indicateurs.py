"""maillage indicateurs: what a territory counts, each figure with its formula, its universe and its date."""

import argparse
from datetime import timedelta
from typing import TYPE_CHECKING

from maillage.kernel.errors import Refused
from maillage.manage.words import print_json
from maillage.publishing.territory.certainty import upper_first
from maillage.words.wording import count

if TYPE_CHECKING:
    from maillage.apps.steering.indicators.queries.reading import Reading


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


def run(options: argparse.Namespace) -> int:
    from maillage.manage.deploy.bootstrap import ready

    ready()
    from django.utils import timezone

    from maillage.apps.steering.indicators import actions
    from maillage.apps.steering.indicators.queries import tables
    from maillage.apps.steering.indicators.queries.ground import ground
    from maillage.apps.steering.indicators.queries.reading import reading
    from maillage.apps.steering.indicators.queries.values import values
    from maillage.apps.territories.queries import canonical

    if options.code is None and not options.refaire:
        raise Refused(
            "Il manque le code d’un territoire.",
            why="Un indicateur ne veut rien dire sans le territoire qu’il compte.",
            do="Donnez-le : « maillage indicateurs 38 », par exemple.",
        )
    place = canonical(options.code) if options.code else ""
    at = timezone.now()
    if options.refaire:
        written = actions.rebuild(at=at)
        if not options.code:
            print_json({"comptes": written}) if options.json else print(
                f"{upper_first(count(written, 'compte refait', 'comptes refaits'))}."
            )
            return 0
    else:
        # no clock runs where nobody serves the platform
        actions.run_deadlines(at=at, every=timedelta())
    indicators = values(ground(place, on=timezone.localdate(at)))
    if options.json:
        print_json([tables.row(each) for each in indicators])
        return 0
    for each in map(reading, indicators):
        print(f"{each.value.definition.id:<22} {each.value.definition.label} : {_text(each)}")
    return 0


def _text(indicator: "Reading") -> str:
    """Return an indicator in words: its figure, out of what, its bounds, what stands apart; or why none."""
    from maillage.apps.steering.indicators.queries.reading import ONE

    if not indicator.figure:
        return f"{indicator.value.reason}"
    if not indicator.value.value and indicator.denominator_text in ONE.values():
        figure, note = "", count(0, indicator.denominator_text)
    else:
        figure, note = indicator.figure, indicator.denominator_text
    is_share = indicator.value.definition.unit == "pourcent"
    note = f"({note})." if is_share and note else note
    invented = "Activité inventée, pour l’exemple." if indicator.value.examples else ""
    text = " ".join(filter(None, (figure, note, indicator.between)))
    after = " ".join(filter(None, (*indicator.value.exclusions, invented)))
    return f"{text.rstrip('.')}. {after}" if after else text
