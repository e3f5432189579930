"""maillage recherche: the words by which rows are found, made again or checked."""

import argparse

from maillage.cli.words import print_json
from maillage.kernel.errors import Refused
from maillage.kernel.progress import steps
from maillage.reports.territory.certainty import upper_first
from maillage.words.wording import count


def arguments(parser: argparse.ArgumentParser) -> None:
    asked = parser.add_subparsers(dest="verbe", required=True, metavar="refaire|verifier")
    again = asked.add_parser("refaire", help="relit chaque ligne, et écrit de nouveau ses mots")
    again.add_argument("--json", action="store_true", help="écrit un document JSON")
    check = asked.add_parser("verifier", help="dit quelles lignes n’ont pas les mots qu’elles devraient")
    check.add_argument("--json", action="store_true", help="écrit un document JSON")


def run(given: argparse.Namespace) -> int:
    from maillage.config.bootstrap import ready

    ready()
    return {"refaire": _again, "verifier": _check}[given.verbe](given)


def _again(given: argparse.Namespace) -> int:
    from maillage.apps.search import actions

    def progress(label: str, n: int) -> None:
        steps(f"Mots de la recherche, après {label}")
        if not given.json:
            print(f"{label} : {n}", flush=True)

    rows = actions.rebuild(progress)
    if given.json:
        print_json({"lignes": rows})
    else:
        found = count(rows, "ligne se trouve", "lignes se trouvent") if rows else "aucune ligne ne se trouve"
        print(f"{upper_first(found)} maintenant par {'leurs' if rows > 1 else 'ses'} mots.")
    return 0


def _check(given: argparse.Namespace) -> int:
    from maillage.apps.search import queries

    wrong = queries.rows_out_of_step()
    if given.json:
        print_json({"lignes": dict(wrong)})
    if wrong:
        found = ", ".join(f"{kind} ({n})" for kind, n in sorted(wrong.items()))
        raise Refused(
            f"Des lignes n’ont pas les mots qu’elles devraient : {found}.",
            why="Elles ne se trouvent pas, ou se trouvent encore par un mot qu’elles n’ont plus.",
            do="Lancez « maillage recherche refaire ».",
        )
    if not given.json:
        print("Chaque ligne a ses mots, et eux seuls.")
    return 0
