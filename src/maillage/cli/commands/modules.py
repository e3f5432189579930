"""maillage modules: the learning modules, checked as their authors write them."""

import argparse
import sys
from pathlib import Path

from maillage.cli.words import print_json
from maillage.kernel.errors import Refused
from maillage.reference import learning
from maillage.reports import drawings


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "geste", choices=("verifier", "liste", "dessins"), help="verifier des modules, les lister, ou lister les dessins"
    )
    parser.add_argument(
        "dossiers", nargs="*", type=Path, metavar="DOSSIER", help="dossier d’un module, ou de plusieurs ; les nôtres sinon"
    )
    parser.add_argument("--json", action="store_true", help="écrit un document JSON")


def run(given: argparse.Namespace) -> int:
    return {"verifier": _check, "liste": _list, "dessins": _drawings}[given.geste](given)


def _check(given: argparse.Namespace) -> int:
    """Check modules: 0 when all are read, 1 when some are, 2 when none is."""
    known = frozenset(drawings.names())
    read = [learning.read(path, known) for path in _files(given.dossiers)]
    if given.json:
        print_json(
            [
                {
                    "fichier": str(each.path),
                    "module": each.module.id if each.module else None,
                    "fautes": [{"ligne": f.line, "ou": f.where, "quoi": f.what, "remede": f.do} for f in each.faults],
                }
                for each in read
            ]
        )
    for each in read if not given.json else ():
        if each.module is not None:
            n = sum(1 for _ in each.module.exercises())
            print(f"{each.module.number:02} {each.module.id} : {len(each.module.steps)} étapes, {n} exercices")
    for each in read:
        for fault in each.faults:
            where = f"{each.path}, ligne {fault.line}{f', {fault.where}' if fault.where else ''}"
            print(f"{where} : {fault.what}\n  Ce module n’est pas lu.\n  {fault.do}", file=sys.stderr)
    good = sum(each.module is not None for each in read)
    return 0 if good == len(read) else 1 if good else 2


def _list(given: argparse.Namespace) -> int:
    modules = learning.ours().values()
    if given.json:
        print_json(
            [{"id": m.id, "numero": m.number, "titre": m.title, "theme": m.theme, "duree": m.minutes} for m in modules]
        )
    else:
        for m in modules:
            print(f"{m.number:02} {m.id} : {m.title} ({learning.THEMES[m.theme]}, {m.minutes} min)")
    return 0


def _drawings(given: argparse.Namespace) -> int:
    if given.json:
        print_json(drawings.names())
    else:
        print("\n".join(drawings.names()))
    return 0


def _files(folders: list[Path]) -> list[Path]:
    """Return the files of the modules of some folders, each a module or a folder of modules."""
    if not folders:
        return learning.folders(learning.OURS)
    found = []
    for folder in folders:
        inside = [folder / learning.FILE] if (folder / learning.FILE).is_file() else learning.folders(folder)
        if not inside:
            raise Refused(
                f"Aucun module dans {folder}.",
                why=f"Un module est un dossier qui contient un fichier {learning.FILE}.",
                do="Donnez ce dossier, ou celui qui en contient plusieurs.",
            )
        found += inside
    return found
