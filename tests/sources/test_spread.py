"""A long file is read by several processes: nothing of it depends on how many."""

import signal
import threading
from dataclasses import replace
from datetime import date

import pytest

from maillage.kernel import cores
from maillage.sources.offer import files
from maillage.sources.offer.forms import read as forms

ON = date(2026, 11, 23)
HEAD = "Nom,Adresse,Code postal,Ville,Publics,Tarif\n"
ROW = "Lieu {n},{n} rue du Four,38{m}0,{town},{public},{price}\n"


def text(n: int) -> bytes:
    towns, publics = ("Grenoble", "Échirolles", "", "Trifouillis"), ("Seniors", "Adultes", "bébés ; seniors")
    rows = (
        ROW.format(n=k, m=k % 90 + 10, town=towns[k % 4], public=publics[k % 3], price=("Gratuit", "")[k % 2])
        for k in range(n)
    )
    return (HEAD + "".join(rows)).encode()


def test_many_processes_read_what_one_reads(monkeypatch):
    sheet = forms.parse(text(1_300), "lieux.csv")
    alone = files.places(sheet, today=ON)
    monkeypatch.setattr(cores.parts, "__kwdefaults__", {"least": 1})
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1})
    monkeypatch.setattr(cores.threading, "active_count", lambda: 1)
    started = []
    pool = cores.ProcessPoolExecutor
    monkeypatch.setattr(cores, "ProcessPoolExecutor", lambda n, *more: (started.append(n), pool(n, *more))[1])
    several = files.places(sheet, today=ON)
    assert started == [2]
    assert replace(several, correspondence=alone.correspondence) == alone
    assert several.idle == alone.idle
    assert several.n_refused > 0


def test_each_part_comes_in_order_and_says_how_far(monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1})
    parts = list(cores.parts(1_100, lambda start, end: list(range(start, end)), least=1))
    assert [n for n, _ in parts] == [500, 1_000, 1_100]
    assert [k for _, some in parts for k in some] == list(range(1_100))


def test_a_failure_in_another_process_is_reported(monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1})

    def work(start: int, end: int) -> int:
        raise ValueError(f"row {start}")

    with pytest.raises(ValueError, match="row 0"):
        list(cores.parts(600, work, least=1))


def test_copies_end_with_a_work_that_is_stopped_whatever_the_signals_of_their_worker(monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1})
    usual = signal.signal(signal.SIGTERM, lambda *_: None)  # as a worker that first finishes its task
    try:
        parts = cores.parts(5_000, lambda start, end: end - start, least=1)
        next(parts)
        parts.close()
    finally:
        signal.signal(signal.SIGTERM, usual)
    assert cores.multiprocessing.active_children() == []


def test_a_process_that_has_threads_is_not_copied(monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1})
    monkeypatch.setattr(cores.multiprocessing, "get_context", lambda _: pytest.fail("copied"))
    stop = threading.Event()
    other = threading.Thread(target=stop.wait)
    other.start()
    try:
        assert list(cores.parts(600, lambda start, end: end - start, least=1)) == [(500, 500), (600, 100)]
    finally:
        stop.set()
        other.join()


def test_prose_that_names_a_day_without_an_hour_is_no_opening_hours():
    correspondence = "fields: {nom: Nom, commune: Ville, horaires: {from: Divers, inside: true}}"
    from maillage.sources.offer import mapping

    texts = (
        "Accueil le jeudi selon les horaires de la mairie",
        "lundi : 14 à 17, mercredi : 14 à 16",
        "Ouvert du mardi au samedi de 9h à 12h",
        "3 postes et une imprimante",
    )
    rows = "".join(f"Lieu {n};Grenoble;{text}\n" for n, text in enumerate(texts))
    sheet = forms.parse(f"Nom;Ville;Divers\n{rows}".encode(), "x.csv")
    result = files.places(sheet, today=ON, correspondence=mapping.load(correspondence, "x"))
    assert [row.sheet.get("horaires", {}).get("osm", "") for row in result.rows] == [
        "",
        "Mo 14:00-17:00; We 14:00-16:00",
        "Tu-Sa 09:00-12:00",
        "",
    ]
