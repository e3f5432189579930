"""How much is tried: what `make test` keeps of everything, and what `make test PROFIL=complet` adds.

The first tries each promise once, in a few minutes, and is what a change must pass to land. The second is run before
an issue is closed and before a release: it draws new examples and more of them, kills more often, looks at a page of
each template by day and by night, wide and narrow. Each tries the same things on every machine. The platform replayed
on PostgreSQL tries each promise once: what a second engine changes shows at the first example. PROFIL is read here and
nowhere else.
"""

import os
from collections.abc import Iterable
from typing import Any

import pytest

PROFILE = os.environ.get("PROFIL", "")
if PROFILE not in ("", "complet"):
    raise pytest.UsageError(f"PROFIL={PROFILE}: the profiles are PROFIL=complet, or nothing.")
COMPLETE = PROFILE == "complet" and os.environ.get("MAILLAGE_TESTS_ON") != "postgresql"


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
    """Set how often each property is tried: the same examples at each run of `make test`, new ones in the complete
    profile, new and many with HYPOTHESIS_PROFILE=long.

    Hypothesis draws a part of its values from the literals of the modules loaded so far, which change with any
    constant of the product and with the order of the tests: `derandomize` alone does not fix the examples.
    """
    from hypothesis import HealthCheck, settings
    from hypothesis.internal.conjecture import providers

    common = {"deadline": None, "database": None, "print_blob": True}
    common["suppress_health_check"] = [HealthCheck.too_slow, HealthCheck.data_too_large]
    settings.register_profile("quick", max_examples=15, derandomize=True, **common)
    settings.register_profile("complete", max_examples=30, **common)
    settings.register_profile("long", max_examples=3_000, **common)
    name = os.environ.get("HYPOTHESIS_PROFILE", "complete" if COMPLETE else "quick")
    settings.load_profile(name)
    if name == "quick":
        providers.is_local_module_file = lambda path: False
