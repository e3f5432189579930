"""The platform loaded once in a process of its own, a copy of which runs each block of lines: to load it for each
costs more than what they do.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from maillage.manage.commands.servir import leave_with_parent
from tests.support.shared import ROOT

# It has no connection of its own: each copy opens the one it needs.
COPIES = """
import contextlib, io, json, os, sys, traceback
import django
django.setup()
from django.urls import get_resolver
get_resolver().url_patterns  # every page, and with them every action
for asked in sys.stdin:
    if not os.fork():
        lines, sys.argv[1:] = json.loads(asked)
        said, failed = io.StringIO(), ""
        try:
            with contextlib.redirect_stdout(said):
                exec(compile(lines, "lines", "exec"), {"__name__": "__main__", "sys": sys})
        except BaseException:
            failed = traceback.format_exc()
        print(json.dumps([said.getvalue(), failed]), flush=True)
        os._exit(0)
    if os.wait()[1]:
        print(json.dumps(["", "the copy stopped by itself"]), flush=True)
"""


@contextmanager
def loaded(environment: Mapping[str, str]) -> Iterator[Callable[..., str]]:
    """Yield a function that runs a few lines of Python in the platform, sys.argv[1:] being words, and returns
    the text they print. environment: that of the platform, its home and its database.
    """
    with subprocess.Popen(
        [sys.executable, "-c", COPIES],
        cwd=ROOT,
        env=environment,
        preexec_fn=leave_with_parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as platform:

        def run(lines: str, *words: str) -> str:
            platform.stdin.write(f"{json.dumps([lines, words])}\n")
            platform.stdin.flush()
            printed_text, failed = json.loads(platform.stdout.readline())
            assert not failed, failed[-2000:]
            return printed_text.strip()

        yield run
