"""SQLite and PostgreSQL agree: case, accents, dates, JSON, order. Tests marked both_databases pass on
both, too.
"""

import pytest


@pytest.fixture(scope="module")
def on_sqlite(rows_report) -> dict:
    return rows_report("agreeing", "")


@pytest.mark.postgresql
def test_both_databases_tell_the_same(on_sqlite, rows_report, postgresql):
    assert rows_report("agreeing", postgresql()) == on_sqlite


def test_order_ignores_case_and_accents(on_sqlite):
    names = on_sqlite["perimeters"]
    assert names[0] == "abbaye"
    assert (
        names.index("échirolles")
        < names.index("Échirolles sud")
        < names.index("Étang")
        < names.index("Œuvre")
    )


def test_the_same_weights_in_another_order_are_the_same_study(on_sqlite):
    assert on_sqlite["same study"] is True


def test_a_date_keeps_its_instant(on_sqlite):
    assert on_sqlite["finished"] == "2026-02-28T23:30:00+00:00"
