"""maillage recherche: the words by which rows are found, made again or checked."""

import argparse

from maillage.kernel.errors import Refused
from maillage.kernel.progress import steps
from maillage.manage.words import print_json
from maillage.publishing.territory.certainty import upper_first
from maillage.words.wording import count


def arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verbe", required=True, metavar="refaire|verifier")
    again = verbs.add_parser("refaire", help="relit chaque ligne, et écrit de nouveau ses mots")
    again.add_argument("--json", action="store_true", help="écrit un document JSON")
    check = verbs.add_parser("verifier", help="dit quelles lignes n’ont pas les mots qu’elles devraient")
    check.add_argument("--json", action="store_true", help="écrit un document JSON")


def run(options: argparse.Namespace) -> int:
    from maillage.manage.deploy.bootstrap import ready

    ready()
    return {"refaire": _again, "verifier": _check}[options.verbe](options)


def _again(options: argparse.Namespace) -> int:
    from maillage.apps.platform.search import actions

    def progress(label: str, n: int) -> None:
        steps(f"Mots de la recherche, après {label}")
        if not options.json:
            print(f"{label} : {n}", flush=True)

    rows = actions.rebuild(progress)
    if options.json:
        print_json({"lignes": rows})
    else:
        sentence = (
            count(rows, "ligne se trouve", "lignes se trouvent") if rows else "aucune ligne ne se trouve"
        )
        print(f"{upper_first(sentence)} maintenant par {'leurs' if rows > 1 else 'ses'} mots.")
    return 0


def _check(options: argparse.Namespace) -> int:
    from maillage.apps.platform.search import queries

    wrong = queries.rows_out_of_step()
    if options.json:
        print_json({"lignes": dict(wrong)})
    if wrong:
        kinds = ", ".join(f"{kind} ({n})" for kind, n in sorted(wrong.items()))
        raise Refused(
            f"Des lignes n’ont pas les mots qu’elles devraient : {kinds}.",
            why="Elles ne se trouvent pas, ou se trouvent encore par un mot qu’elles n’ont plus.",
            do="Lancez « maillage recherche refaire ».",
        )
    if not options.json:
        print("Chaque ligne a ses mots, et eux seuls.")
    return 0
