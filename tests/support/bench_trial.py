"""Run the bench or its drills, whose own programs begin half loaded too, with the country read, but for the server.

python -m tests.support.bench_trial DOOR MODULE WORDS: what is timed says nothing so; that it runs does.
"""

import sys
from functools import partial
from importlib import import_module
from pathlib import Path

from bench import timing
from tests.support import doors

if __name__ == "__main__":
    _, door, module, *words = sys.argv
    timing.python = partial(doors.ask, Path(door), country=True)
    sys.argv[:] = [module, *words]
    sys.exit(import_module(module).main(words))
