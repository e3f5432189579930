"""maillage definitions: what may be counted, and the crossing of a survey that stands behind one."""

import argparse
from typing import TYPE_CHECKING

from maillage.kernel.errors import Refused
from maillage.kernel.estimate import Estimate
from maillage.manage.words import print_json
from maillage.reference.definitions import definition, offered
from maillage.words import rounding

if TYPE_CHECKING:  # the studies take seconds to import, which the list of definitions does without
    from maillage.statistics.need.crossing import Cell


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="écrit un document JSON")
    parser.add_argument(
        "--croisement",
        metavar="DEFINITION",
        help="montre, pour une définition comptée sur des réponses, chaque case : part, intervalle, effectif",
    )


def run(options: argparse.Namespace) -> int:
    if options.croisement is not None:
        return _print_crossing(options.croisement, as_json=options.json)
    if options.json:
        print_json(
            [
                {
                    "id": d.id,
                    "libelle": d.label,
                    "univers": d.universe,
                    "producteur": d.producer,
                    "annee": d.year,
                    "source": d.title,
                    "url": d.url,
                    "citation": d.quote,
                    "n": d.n,
                    "n_publie": d.n_known,
                    "doute": d.doubt,
                }
                for d in offered()
            ]
        )
        return 0
    for d in offered():
        print(
            f"{d.id}\n  {d.label}. Champ : {d.universe}.\n  {d.producer}, {d.year}. {d.title}\n  Doute :"
            f" {d.doubt}\n"
        )
    return 0


def _print_crossing(id: str, *, as_json: bool) -> int:
    """Print each class of a crossing; Refused for a definition that no persons of a survey stand behind."""
    from maillage.statistics.need.crossing import CROSSINGS

    chosen = definition(id)
    if id not in CROSSINGS:
        raise Refused(
            f"« {chosen.label} » n’a pas de croisement.",
            why="Ses taux sont ceux qu’un producteur publie : aucune réponse n’est à recompter.",
            do=f"Choisissez parmi : {', '.join(CROSSINGS)}.",
        )
    rows = [_row(cell) for cell in CROSSINGS[id]()]
    if as_json:
        print_json(rows)
        return 0
    print(f"{chosen.label}. {rows[0]['univers']}. Intervalles à 90 %.")
    for row in rows:
        value = row["motif"] or f"{row['part']} % ({row['bas']} à {row['haut']})".replace(".", ",")
        print(f"  {row['ventilation']} · {row['classe']} : {value}, n = {row['n']}")
    return 0


def _row(cell: "Cell") -> dict[str, object]:
    """Return a class as JSON has it: one decimal, the bounds outwards; null and a reason where withheld."""
    share = cell.share
    bounds: dict[str, float | None]
    if isinstance(share, Estimate):
        low, high = rounding.outwards(share.low, share.high, 0.1, most=100.0)
        bounds = {
            "part": rounding.rounded(share.value, decimals=1),
            "bas": round(low, 1),
            "haut": round(high, 1),
        }
    else:
        bounds = {"part": None, "bas": None, "haut": None}
    return {
        "ventilation": cell.breakdown,
        "classe": cell.label,
        **bounds,
        "n": share.n,
        "motif": "" if isinstance(share, Estimate) else share.reason,
        "univers": share.universe,
        "methode": share.method,
    }
