"""Work spread over processors: the same results, in order, wherever it is done."""

import os
import subprocess
import sys
from threading import Event, Thread

import pytest

from maillage.kernel import cores


def test_parts_come_in_order_and_are_those_that_one_process_gives():
    many = cores.parts(5_000, lambda start, end: list(range(start, end)), least=1)
    alone = cores.parts(5_000, lambda start, end: list(range(start, end)), least=10_000)
    assert list(many) == list(alone)


def alone(program: str) -> str:
    """Return the output of a separate process: that of the tests has threads when there are several."""
    words = [sys.executable, "-c", program]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()


def test_work_done_aside_is_done_in_a_copy_and_waited_for():
    output = alone("""
import os
from maillage.kernel import cores
with cores.aside(lambda: (os.getpid(), 6 * 7)) as result:
    process, answer = result()
print(process != os.getpid(), answer)
""")
    copies = hasattr(os, "sched_getaffinity") and len(os.sched_getaffinity(0)) > 1
    assert output == f"{copies} 42"


def test_small_work_or_work_beside_threads_is_done_in_the_process():
    with cores.aside(os.getpid, may_pay=False) as result:
        assert result() == os.getpid()
    done = Event()
    thread = Thread(target=done.wait)
    thread.start()
    try:
        with cores.aside(os.getpid) as result:
            assert result() == os.getpid()
    finally:
        done.set()
        thread.join()


def test_what_work_done_aside_raises_is_raised_in_the_first_process():
    output = alone("""
from maillage.kernel import cores
try:
    with cores.aside(lambda: 1 // 0) as result:
        result()
except ZeroDivisionError as error:
    print(error)
""")
    assert output == "integer division or modulo by zero"


KILLED = """
import os, sys, time
from maillage.kernel import cores
with cores.aside(lambda: (print(os.getpid(), flush=True), time.sleep(60))) as result:
    result()
"""


def test_the_copies_of_a_process_that_is_killed_end_with_it():
    if not sys.platform.startswith("linux") or len(os.sched_getaffinity(0)) < 2:
        pytest.skip("copies end with their first process on Linux, where there are several processors")
    first = subprocess.Popen([sys.executable, "-c", KILLED], stdout=subprocess.PIPE, text=True)
    assert first.stdout is not None
    copy = int(first.stdout.readline())
    assert copy != first.pid
    first.kill()
    first.wait()
    assert first.stdout.read() == ""  # its end is closed once nobody holds it: not before sixty seconds, else
    first.stdout.close()


def test_a_refusal_comes_whole_from_a_copy():
    output = alone("""
from maillage.kernel import cores
from maillage.kernel.errors import Refused, UnknownTerritory

def refuse():
    raise UnknownTerritory("Quoi.", why="Pourquoi.", do="Que faire.", nearest=(("38185", "Grenoble"),))

try:
    with cores.aside(refuse) as result:
        result()
except Refused as error:
    print(type(error).__name__, error.sentences, error.nearest, str(error).splitlines()[0])
""")
    assert output == "UnknownTerritory ('Quoi.', 'Pourquoi.', 'Que faire.') (('38185', 'Grenoble'),) Quoi."


def test_what_a_killed_copy_leaves_is_done_here():
    output = alone("""
import os, signal
from functools import partial
from maillage.kernel import cores
first = os.getpid()

def once(k):
    if k == 2 and os.getpid() != first:
        os.kill(os.getpid(), signal.SIGKILL)
    return k, os.getpid() == first

found = list(cores.results([partial(once, k) for k in range(5)]))
with cores.aside(partial(once, 2)) as result:
    print([k for k, _ in found], dict(found)[2], result())
""")
    assert output == "[0, 1, 2, 3, 4] True (2, True)"


def test_a_copy_has_no_copies():
    output = alone("""
from maillage.kernel import cores
with cores.aside(cores.may_copy) as result:
    print(cores.may_copy(), result())
""")
    assert output.split()[1] == "False"
