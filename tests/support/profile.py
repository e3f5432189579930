"""How much is tried: what `make test` keeps of everything, and what `make test PROFIL=complet` adds.

The first tries each promise once, in a few minutes. The second, which `.ci/run` calls, tries more examples,
kills more often, looks at a page of each template by day and by night, wide and narrow. The platform replayed on PostgreSQL
tries each promise once too: what a second engine changes shows at the first example. A computer so slow that
the second profile would take hours tries what the first one does, and says so. PROFIL is read here and nowhere
else.
"""

import os
from collections.abc import Iterable
from typing import Any

import pytest

from tests.support.speed import slowness

PROFILE = os.environ.get("PROFIL", "")
if PROFILE not in ("", "complet"):
    raise pytest.UsageError(f"PROFIL={PROFILE}: the profiles are PROFIL=complet, or nothing.")
ASKED = PROFILE == "complet" and os.environ.get("MAILLAGE_TESTS_ON") != "postgresql"
# Times slower than the machine that limits are thought for, measured once for all the workers of a run.
SLOW = 2.5
PACE = float(os.environ.setdefault("MAILLAGE_PACE", f"{slowness():.1f}")) if ASKED else 1.0
COMPLETE = ASKED and PACE <= SLOW


def times(quick: int, complete: int) -> int:
    """Return how often a test tries something, by the profile of this run."""
    return complete if COMPLETE else quick


def some(cases: Iterable[Any], *quick: Any) -> list[Any]:
    """Return the cases of a parametrised test: those named are tried always, the others in the complete
    profile.
    """
    cases = list(cases)
    assert all(case in cases for case in quick), f"no such case: {quick}"
    marks = pytest.mark.complete
    return [
        case if case in quick else pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=marks)
        for case in cases
    ]


def load() -> None:
    """Say how long each property is tried: the same examples at every run, or new and many with
    HYPOTHESIS_PROFILE=long.
    """
    from hypothesis import HealthCheck, settings

    common = {"deadline": None, "database": None}
    common["suppress_health_check"] = [HealthCheck.too_slow, HealthCheck.data_too_large]
    settings.register_profile("quick", max_examples=15, derandomize=True, **common)
    settings.register_profile("complete", max_examples=30, derandomize=True, **common)
    settings.register_profile("long", max_examples=3_000, **common)
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "complete" if COMPLETE else "quick"))
