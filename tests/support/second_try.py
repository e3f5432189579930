"""Try the tests, then once more, alone, the few that failed and may depend on the moment.

Run by `make test` as `python -m tests.support.second_try`, with the words of pytest. A test of a browser, a program or
a database that fails among the others and passes alone leaves the run green and is listed under “unsteady” with its
message, to be mended; elsewhere a failure has nothing to do with the moment, and beyond five the change is wrong.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

MAY_DEPEND_ON_THE_MOMENT = ("tests/journeys/", "tests/commands/", "tests/databases/")
MOST = 5  # tests tried again
RESULTS = "MAILLAGE_RESULTS"  # the path where a run of pytest writes what failed
SKIPS_REFUSED = bool(os.environ.get("MAILLAGE_NO_SKIP"))
SKIPPED = (
    7  # the exit code of a run that skipped a test where skips are refused: one that pytest does not use
)


@dataclass(frozen=True, slots=True)
class Failure:
    """A test that failed. id: as pytest takes it; message: the last line of what went wrong."""

    id: str
    message: str


def record(stats: Mapping[str, Sequence[pytest.TestReport]]) -> None:
    """Write where MAILLAGE_RESULTS says the failures of a run, by pytest's statistics."""
    if path := os.environ.get(RESULTS):
        reports = [*stats.get("failed", ()), *stats.get("error", ())]
        failures = {report.nodeid: _message(report) for report in reports}
        Path(path).write_text(
            json.dumps([{"id": id, "message": text} for id, text in failures.items()]), "utf-8"
        )


def _message(report: pytest.TestReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    return (crash.message if crash else str(report.longrepr or "")).strip()


def run(words: Sequence[str], folders: Sequence[str] = MAY_DEPEND_ON_THE_MOMENT) -> int:
    """Run pytest with these words and return its exit code: 0 too when each of the few failures, all in these folders,
    passes alone.
    """
    code, failures = _pytest(words)
    if code != pytest.ExitCode.TESTS_FAILED or not failures:
        return code
    firm = [failure for failure in failures if not failure.id.startswith(tuple(folders))]
    if firm or len(failures) > MOST:
        return code
    print(f"\n=== {len(failures)} tried once more, alone ===", flush=True)
    code, again = _pytest(["-p", "no:xdist", "-q", *(failure.id for failure in failures)])
    if code in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        _print_unsteady(failures, {failure.id: failure.message for failure in again})
    return code


def _print_unsteady(failures: Sequence[Failure], again: Mapping[str, str]) -> None:
    print("\nunsteady:")
    for failure in failures:
        print(f"- {failure.id}", f"  among the others: {failure.message}", sep="\n")
        print(f"  alone: {again.get(failure.id, 'passed')}", flush=True)


def _pytest(words: Sequence[str]) -> tuple[int, list[Failure]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "failures.json")
        own = os.environ | {RESULTS: str(path)}
        code = subprocess.run([sys.executable, "-m", "pytest", *words], env=own, check=False).returncode
        failures = json.loads(path.read_text("utf-8")) if path.exists() else []
    return code, [Failure(**failure) for failure in failures]


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
