"""The files of the repository, and their texts."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def tracked(*pathspecs: str) -> list[Path]:
    done = subprocess.run(
        ["git", "ls-files", *pathspecs], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / line for line in done.stdout.splitlines() if (ROOT / line).is_file()]


def texts(*pathspecs: str) -> dict[Path, str]:
    out = {}
    for path in tracked(*pathspecs):
        try:
            out[path] = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
    return out
