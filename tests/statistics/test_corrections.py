"""Corrections of the tables: two who read at once, each with their own."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from maillage.statistics.need import corrections
from maillage.statistics.need.corrections import Correction


def test_two_readers_of_one_program_have_each_their_own_corrections():
    """A page that set those of its study lent them to whatever another thread was reading."""
    both = Barrier(2)

    def read(corrections_in_use: list[Correction]) -> tuple[Correction, ...]:
        both.wait()
        corrections.use(corrections_in_use)
        both.wait()
        return corrections.in_force()

    one = Correction("rp2021", "38185", "pop", 1.0)
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(read, [[one], []])) == [(one,), ()]


def test_the_threads_of_a_study_read_with_its_corrections():
    one = Correction("rp2021", "38185", "pop", 1.0)
    with ThreadPoolExecutor(1) as pool:
        try:
            corrections.use([one])
            assert pool.submit(corrections.in_force).result() == (one,)
        finally:
            corrections.use([])
