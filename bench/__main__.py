"""make bench: every timed path beside a peer or a naive baseline of the same run, written to
bench/results.json as it comes.

A suite that fails is named, and the others go on: an hour of measures is not lost to the last of them.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy, as the command does
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else each program compiles its thousand modules again

import argparse
import json
import subprocess
import sys
import traceback
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from bench.timing import QUIET, TRIED, Measure
from maillage.kernel.disk import write_whole

RESULTS = Path(__file__).with_name("results.json")
SUITES = {
    "annuaire": "directory",
    "import": "importing",
    "longs": "long_files",
    "national": "national",
    "moteurs": "engines",
    "pages": "pages",
    "demandes": "bare",
    "solidite": "soundness",
    "essais": "trials",
    "doublons": "matching",
    "redressement": "calibration",
    "acces": "access",
    "rues": "streets",
    "enquetes": "survey",
    "implantation": "siting",
    "orientations": "orientation",
    "apprendre": "learning",
    "actes": "acts",
    "journal": "journal",
    "rappels": "reminders",
    "recherche": "searching",
    "piloter": "steering",
    "echelle": "scale",
}
FULL, TRIAL = "entiere", "essai"


def main(words: Sequence[str]) -> int:
    """Run the suites that are named, all by default; return 1 when one of them failed."""
    parser = argparse.ArgumentParser(
        prog="make bench", description="Mesure chaque chemin à côté d’une référence."
    )
    parser.add_argument(
        "suites", nargs="*", metavar="SUITE", help=f"parmi : {', '.join(SUITES)} ; toutes par défaut"
    )
    parser.add_argument(
        "--taille", choices=(FULL, TRIAL), default=FULL, help="essai : tout petit, pour voir que tout marche"
    )
    parser.add_argument("--sortie", type=Path, help="où écrire les résultats ; bench/results.json par défaut")
    options = parser.parse_args(words)
    if unknown := [name for name in options.suites if name not in SUITES]:
        parser.error(f"suite inconnue : {', '.join(unknown)}. Il y a : {', '.join(SUITES)}.")
    out = options.sortie or (RESULTS if options.taille == FULL else RESULTS.with_name("results-essai.json"))
    rows: list[dict[str, Any]] = []
    if options.suites and out.exists():  # measured again alone: what the others gave stays
        rows = json.loads(out.read_text("utf-8"))
    os.environ |= {TRIED: "1"} if options.taille == TRIAL else {}
    failed = []
    for name in options.suites or SUITES:
        charge = os.getloadavg()[0]
        try:
            for measure in _measures(name, options.taille):
                row = measure.row(charge)
                rows = [each for each in rows if each["nom"] != row["nom"]] + [row]
                write_whole(out, json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
                _print(row)
        except Exception as error:
            failed.append(name)
            traceback.print_exc()
            if isinstance(error, subprocess.CalledProcessError) and error.stderr:
                print(error.stderr[-3000:], file=sys.stderr)
            print(f"La suite « {name} » a échoué ; les autres continuent.", file=sys.stderr, flush=True)
    if failed:
        print(
            f"En échec : {', '.join(failed)}. Ce que les autres ont mesuré est dans {out}.", file=sys.stderr
        )
    return int(bool(failed))


def _measures(name: str, size: str) -> Iterable[Measure]:
    module = import_module(f"bench.{SUITES[name]}")  # here: a suite whose library is missing fails alone
    measures: Iterable[Measure] = module.measures(**(module.TRIAL if size == TRIAL else {}))
    return measures


def _print(row: dict[str, Any]) -> None:
    print(
        f"{row['nom']} : {row['secondes']:.3g} s, contre {row['secondes_reference']:.3g} s "
        f"({row['reference']}) : {row['rapport']} × ; {row['taille']}"
        + (f" ; la machine faisait autre chose (charge {row['charge']})" if row["charge"] > QUIET else ""),
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
