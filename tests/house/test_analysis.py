"""Tables for analysts hold nobody: whatever is written of persons and of accounts, in any column of text."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import duckdb
import pytest
from django.apps import apps
from django.db import DatabaseError, models, transaction

from maillage.apps.people.actes.models import Act
from maillage.apps.people.persons.models import Person
from maillage.apps.referrals.orientations.models import Orientation, Path
from maillage.apps.steering.indicators import actions
from maillage.apps.steering.indicators.queries import analysis
from maillage.manage.reports.analysis import write_files

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
# What a place or a place’s source says is published; these rooms say it, and name nobody who is helped.
PUBLIC = {"directory", "territories", "indicators"}
N_ROWS = 15  # of the same kind in the same month: a lot, and a few that wait
MARK = "Zorglub"


@pytest.fixture
def n_marked(world) -> int:
    """Write a mark in every column of text of every room that is not published, but the closed lists and the
    communes, whose values are ours; return how many columns.
    """
    act, person = Act.objects.first(), Person.objects.first()
    values = {field.attname: getattr(act, field.attname) for field in Act._meta.concrete_fields}
    Act.objects.bulk_create(
        Act(**{**values, "id": None, "uid": uuid4(), "person_id": person.pk, "example": False})
        for _ in range(N_ROWS)
    )
    for _ in range(N_ROWS):
        path = Path.objects.create(made_at=AT, origin="aidant", person=person)
        Orientation.objects.create(
            path=path, person=person, state="sent", origin="aidant", need="assistance", commune="38185",
            prepared_at=AT, sent_at=AT, changed_at=AT,
        )  # fmt: skip
    return sum(_mark(field) for field in _text_columns())


def _text_columns() -> Iterator[models.Field[Any, Any]]:
    for model in apps.get_models():
        if model.__module__.startswith("maillage.") and model._meta.app_label not in PUBLIC:
            for field in model._meta.concrete_fields:
                is_text = isinstance(field, models.CharField | models.TextField) and not field.choices
                if is_text and not field.unique and field.name != "commune":
                    yield field


def _mark(field: models.Field[Any, Any]) -> bool:
    """Return True for a column that took the mark: neither the journal nor a key of several columns does."""
    with suppress(DatabaseError), transaction.atomic():
        return bool(field.model.objects.update(**{field.name: MARK[: field.max_length or None]}))
    return False


def test_no_cell_says_what_was_written_of_somebody(n_marked, tmp_path):
    assert n_marked > 60
    actions.rebuild(at=AT)
    n_rows = write_files(tmp_path)
    assert all(n_rows[table.id] for table in analysis.TABLES), n_rows
    for table in analysis.TABLES:
        with duckdb.connect() as database:
            rows = database.sql(f"from '{tmp_path / table.id}.parquet'")
            assert rows.columns == list(table.columns)
            assert MARK[:4] not in str(rows.fetchall()), table.id


def test_people_are_counted_in_whole_lots(n_marked):
    actions.rebuild(at=AT)
    for table in analysis.TABLES:
        if table.n_people:
            position = list(table.columns).index(table.n_people)
            counts = [row[position] for row in table.rows()]
            assert counts and all(n % analysis.least() == 0 for n in counts), table.id


def test_columns_are_those_that_were_looked_at():
    """A new column is a new way to find somebody: it is read here first."""
    of_people = {table.id: set(table.columns) for table in analysis.TABLES if table.n_people}
    cut = {"mois", "departement", "n"}
    assert {id: columns - cut for id, columns in of_people.items()} == {
        "mesures": {"mesure", "detail"},
        "actes_par_demarche": {"demarche", "libelle"},
        "actes_par_genre": {"genre", "libelle"},
        "orientations": {"besoin", "libelle"},
    }
    places = {table.id: set(table.columns) for table in analysis.TABLES if not table.n_people}
    contact = {"telephone", "courriels", "courriel", "mediateurs", "presentation", "contact"}
    assert all(not columns & contact for columns in places.values())
