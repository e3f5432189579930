"""make bench: every timed path beside a peer or a naive baseline of the same run, written to bench/results.json."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy, as the command does

import json
import sys
from pathlib import Path

from bench import calibration, directory, importing, learning, matching, national, orientation, pages, soundness

RESULTS = Path(__file__).with_name("results.json")
SUITES = {
    "annuaire": directory.measures,
    "import": importing.measures,
    "national": national.measures,
    "pages": pages.measures,
    "solidite": soundness.measures,
    "doublons": matching.measures,
    "redressement": calibration.measures,
    "orientations": orientation.measures,
    "apprendre": learning.measures,
}


def main() -> None:
    """Run the suites named on the command line, all by default."""
    rows = []
    for name in sys.argv[1:] or SUITES:
        for measure in SUITES[name]():
            row = measure.row()
            rows.append(row)
            print(
                f"{row['nom']} : {row['secondes']:.3g} s, contre {row['secondes_reference']:.3g} s "
                f"({row['reference']}) : {row['rapport']} × ; {row['taille']}",
                flush=True,
            )
    RESULTS.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
