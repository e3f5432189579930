"""Tasks of the tests, run by real workers: one that ends at once, one that lasts until it is allowed to end."""

import time
from pathlib import Path

from django_tasks import task


@task(queue_name="quick")
def end_at_once() -> str:
    return "fait"


@task(queue_name="slow")
def last_until(path: str) -> str:
    """End once a file is there."""
    while not Path(path).exists():
        time.sleep(0.05)
    return "fait"
