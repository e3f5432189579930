"""How long each property is tried: the same examples at every run, or new and many with HYPOTHESIS_PROFILE=long."""

import os

from hypothesis import HealthCheck, settings

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile(
    "engine", deadline=None, max_examples=60, derandomize=True, database=None, suppress_health_check=SLOW
)
settings.register_profile("long", deadline=None, max_examples=3_000, database=None, suppress_health_check=SLOW)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "engine"))
