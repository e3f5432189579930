"""Run by tests/support/programs.py: load what every program of the platform loads before it knows whose it is, then
become, in a copy, each program that is asked for.

python -m tests.support.mould SOCKET MODULES
"""

import atexit
import contextlib
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import sys
import threading
import traceback
from functools import cache
from pathlib import Path
from typing import NoReturn

# What neither a setting nor a folder of somebody's changes: the rest is loaded by each program, from its own.
FLOORS = {"kernel", "words", "questionnaires", "reference", "modules", "sources", "statistics", "publishing"}


def learn(path: Path) -> None:
    """Write which modules a program may be given before it begins, in the order in which they are loaded."""
    from maillage.manage.deploy.bootstrap import ready

    ready()
    from django.conf import settings
    from django.urls import get_resolver

    assert get_resolver().url_patterns
    configured = {each.partition(".")[0] for each in settings.INSTALLED_APPS} | {"ninja", "tests"}

    def is_preloaded(name: str) -> bool:
        package, _, rest = name.partition(".")
        floor = rest.partition(".")[0]
        if package == "maillage":
            return floor in FLOORS
        return floor != "contrib" if package == "django" else package not in configured

    path.write_text("\n".join(filter(is_preloaded, list(sys.modules))), "utf-8")


def copies(address: str, names: list[str]) -> list[str]:
    """Answer whoever asks for a program, and return its words in each copy that is to become it: here, never."""
    gc.disable()
    for name in names:
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    from django.conf import settings

    assert not settings.configured, "a program would have the settings of another"
    gc.freeze()
    gc.enable()
    gc.set_threshold(
        50_000, 20, 20
    )  # as maillage.manage.main: what a copy goes on loading is not looked through
    signal.signal(signal.SIGCHLD, _reap)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as door:
        door.bind(f"{address}.part")
        door.listen(64)
        Path(f"{address}.part").rename(address)  # who sees it is let in
        while True:
            if sys.stdin in select.select([door, sys.stdin], [], [])[0]:
                os._exit(0)  # whoever started it is gone
            asker, _ = door.accept()
            request, files, _, _ = socket.recv_fds(asker, 1 << 20, 2)
            if not request:  # whoever asked was killed before it said what
                asker.close()
                continue
            words, folder, environment, of_country = json.loads(request)
            if of_country:
                read_country()
            if not os.fork():
                break
            for each in (asker, *files):
                os.close(each if isinstance(each, int) else each.detach())
    with asker:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        if copy := os.fork():
            asker.send(str(copy).encode())
            status = os.waitpid(copy, 0)[1]
            asker.send(str(os.waitstatus_to_exitcode(status)).encode())
            os._exit(0)
    for number, file in enumerate([os.open(os.devnull, os.O_RDONLY), *files]):
        os.dup2(file, number)
        os.close(file)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    return words


@cache
def read_country() -> None:
    """Read the tables of the country and who lives where, which no setting changes: three seconds of most of what a
    study, an import or a made country does.
    """
    from maillage.sources.offer.clean import commune, point
    from maillage.statistics.need import model
    from maillage.statistics.zones.territories import gazetteer

    gc.disable()
    gazetteer()
    model.country()
    point.extent(next(iter(commune.index().communes)))
    gc.freeze()
    gc.enable()


def _reap(*_: object) -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def become(first: str, *rest: str) -> None:
    """Run what Python would with these words: `-m` and a module, `-c` and lines, or a file."""
    if first == "-c":
        lines, *rest = rest
        sys.path[0], sys.argv[:] = str(Path.cwd()), ["-c", *rest]
        main = sys.modules["__main__"] = type(sys)("__main__")
        exec(compile(lines, "<string>", "exec"), vars(main))
    elif first == "-m":
        module, *rest = rest
        sys.path[0], sys.argv[:] = str(Path.cwd()), [module, *rest]
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    else:
        sys.path[0], sys.argv[:] = str(Path(first).parent), [first, *rest]
        runpy.run_path(first, run_name="__main__")


def end(code: object) -> NoReturn:
    """End as Python does, but for what it takes apart one by one: nobody waits for that."""
    threading._shutdown()
    atexit._run_exitfuncs()
    if isinstance(code, str):
        print(code, file=sys.stderr)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    words = copies(sys.argv[1], Path(sys.argv[2]).read_text("utf-8").splitlines())
    try:
        become(*words)
    except SystemExit as stop:
        end(stop.code)
    except BaseException:
        traceback.print_exc()
        end(1)
    end(0)
