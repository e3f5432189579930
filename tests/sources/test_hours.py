"""Opening hours of real files: how many are read, as the page of the method says, and how fast."""

import csv
import json
import random
import re
from collections import Counter
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from opening_hours import OpeningHours, State

from french_opening_hours import CODES, LONGEST
from maillage.reference.files import METHODS
from maillage.sources.offer.clean.hours import clean, week
from tests.support.speed import within

FILES = Path("tests/files/offre")
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


def rows(path: Path) -> list[dict]:
    if path.suffix == ".json":
        return json.loads(path.read_text("utf-8"))
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def half_days(row: dict) -> dict[str, str]:
    halves = (("am", "matin"), ("pm", "après-midi"))
    return {
        f"{code} {half}": row[f"{day} {name}"]
        for code, day in zip(CODES, WEEKDAYS, strict=False)
        for half, name in halves
    }


@cache
def hours_of_files() -> dict[str, list]:
    """Return the readings of the hours of every real file, by name as docs/methods/horaires.md gives it."""
    texts = {
        "Mulhouse": (FILES / "mulhouse.json", "jours_horaires_ouverture"),
        "Angers": (FILES / "angers.json", "HORAIRE"),
        "Le Havre": (FILES / "le_havre.json", "horaires"),
        "Aix-en-Provence": (FILES / "aix_en_provence.json", "horaires"),
        "Maubeuge": (Path("data/raw/assembleurs/maubeuge.json"), "horaires"),
    }
    hours_by_file = {
        name: [clean(row[column] or "") for row in rows(path)] for name, (path, column) in texts.items()
    }
    bus = rows(FILES / "bus_france_services_charente.json")
    hours_by_file["Bus de Charente"] = [clean(row["horaires"], parity=row["ouverture"]) for row in bus]
    isere = rows(Path("data/raw/hinaura/isere.json"))
    hours_by_file["Isère"] = [
        week({code: row[day.capitalize()] for code, day in zip(CODES, WEEKDAYS, strict=False)})
        for row in isere
    ]
    hours_by_file["Bourgogne-Franche-Comté"] = [
        week(half_days(row)) for row in rows(FILES / "bfc_ternum.csv")
    ]
    return hours_by_file


def test_the_page_of_the_method_tells_what_is_measured_on_real_files():
    measured = {}
    for name, of_file in hours_of_files().items():
        words = Counter(cleaned.word for cleaned in of_file)
        figures = [len(of_file) - words["empty"], words["read"], words["mended"], words["doubtful"]]
        measured[name] = [
            *figures,
            sum(cleaned.value is not None and not cleaned.value.osm for cleaned in of_file),
        ]
    measured["Ensemble"] = [sum(column) for column in zip(*measured.values(), strict=True)]
    page = (METHODS / "horaires.md").read_text("utf-8")
    written = dict(re.findall(r"^\| ([A-Z][^|]+?) \| ((?:\d+ \| ){4}\d+) \|$", page, flags=re.M))
    assert {name: [int(cell) for cell in row.split(" | ")] for name, row in written.items()} == measured


def test_in_real_files_one_text_alone_gives_no_day_nor_hour():
    remainders = {
        cleaned.value.text
        for of_file in hours_of_files().values()
        for cleaned in of_file
        if cleaned.value and not cleaned.value.osm
    }
    assert remainders == {"Ligne Irigo N° 6, 11 - arrêt les Deniers"}


def open_spans(osm: str, day: int) -> list[tuple[str, str]]:
    """Return when OSM says open, in a week without holiday; spans that touch are one."""
    start = datetime(2026, 11, 16) + timedelta(days=day)
    out: list[tuple[str, str]] = []
    for begins, ends, state, _ in OpeningHours(osm, country="FR").intervals(start, start + timedelta(days=1)):
        if state == State.OPEN:
            first = out.pop()[0] if out and out[-1][1] == f"{begins:%H:%M}" else f"{begins:%H:%M}"
            out.append((first, f"{ends:%H:%M}"))
    return out


def test_hours_read_in_columns_are_those_typed_minute_for_minute():
    """Another reader, which knows only « 9h-12h30 », agrees on every day whose cells it can read."""
    cell = re.compile(r"(\d\d?)h(\d\d)?-(\d\d?)h(\d\d)?")
    agreed = 0
    for row, cleaned in zip(
        rows(FILES / "bfc_ternum.csv"), hours_of_files()["Bourgogne-Franche-Comté"], strict=True
    ):
        for n, day in enumerate(WEEKDAYS):
            cells = [row[f"{day} matin"], row[f"{day} après-midi"]]
            typed = [cell.fullmatch(text) for text in cells if text]
            if cleaned.word in ("read", "mended") and typed and all(typed):
                spans = [(f"{int(m[1]):02}:{m[2] or '00'}", f"{int(m[3]):02}:{m[4] or '00'}") for m in typed]
                if len(spans) == 2 and spans[0][1] == spans[1][0]:
                    spans = [(spans[0][0], spans[1][1])]
                assert open_spans(cleaned.value.osm, n) == spans, cells
                agreed += 1
    assert agreed > 1_000


def test_thousands_of_texts_are_read_in_a_moment():
    known = [
        cleaned.value.text for of_file in hours_of_files().values() for cleaned in of_file if cleaned.value
    ]
    texts = [f"{known[n % len(known)]}{' ' * (n % 40)}" for n in range(4_000)]
    random.Random(20261120).shuffle(texts)
    with within(15):
        words = [clean(text).word for text in texts]
    assert words.count("read") > 1_600


HOSTILE = ("9", "(a", "9h", "9h-", "lundi-", "lundi 9h-12h et ", "1er ", "de ", "et ", "tel 0", "<a", "&amp;", "a@", "12/", "sauf lundi ", "Mo,")  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize("size", [LONGEST, 100_000])
def test_a_hostile_text_takes_less_than_a_second(piece, size):
    text = (piece * size)[:size]
    with within(1):
        cleaned_hours = clean(text)
    if size > LONGEST:
        assert (cleaned_hours.word, cleaned_hours.value.osm, cleaned_hours.value.unread) == (
            "doubtful",
            "",
            text,
        )
