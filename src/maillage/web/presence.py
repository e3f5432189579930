"""Readings of a page that most accounts have nothing in: one statement asks first which of them may say
something, and the others are not made.

The question of a reading decides nothing that is read: it may be wider than its rows, never narrower.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.db.models.sql.query import Query

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Reading(Generic[Item]):
    """One reading of a page, for an account at a moment. rows: it says nothing without any of them; None: it
    is always made.
    """

    read: Callable[[Any, datetime], Iterable[Item]]
    rows: Callable[[Any, datetime], QuerySet[Any]] | None = None


class Readings(Generic[Item]):
    """The readings of a feature, made in their order by whoever calls them."""

    def __init__(self, *parts: Reading[Item]) -> None:
        self.parts = parts

    def __call__(self, user: Any, at: datetime) -> list[Item]:
        return items_of([self], user, at, pending_readings([self], user, at))


def items_of(
    features: Iterable[Readings[Item]], user: Any, at: datetime, readings: Collection[Reading[Any]]
) -> list[Item]:
    """Return the items of some features. readings: from `pending_readings`, for these features and others."""
    return [
        item
        for feature in features
        for part in feature.parts
        if part in readings
        for item in part.read(user, at)
    ]


def pending_readings(features: Iterable[Readings[Any]], user: Any, at: datetime) -> frozenset[Reading[Any]]:
    """Return the readings of some features that may say something to an account, in one statement."""
    parts = [part for feature in features for part in feature.parts]
    questions = [part.rows(user, at) for part in parts if part.rows is not None]
    answers = iter(present(questions))
    return frozenset(part for part in parts if part.rows is None or next(answers))


def present(questions: Iterable[QuerySet[Any]]) -> list[bool]:
    """Return True for each question that has a row, in one statement."""
    return [bool(each) for each in _answers(questions, "exists({})", lambda rows: rows.query.exists())]


def totals(questions: Iterable[QuerySet[Any]]) -> list[int]:
    """Return how many rows each of some questions has, in one statement."""
    text = "(select count(*) from ({}) as rows_of_it)"
    return _answers(questions, text, lambda rows: rows.order_by().values("pk").query)


def _answers(
    questions: Iterable[QuerySet[Any]], text: str, query: Callable[[QuerySet[Any]], Query]
) -> list[int]:
    """Return the number that each question answers, 0 for what cannot have a row."""
    texts: list[str] = []
    values: list[Any] = []
    for question in questions:
        try:
            sql, parameters = query(question).get_compiler(connection.alias).as_sql()
        except EmptyResultSet:
            texts.append("0")
        else:
            texts.append(text.format(sql))
            values += parameters
    if all(each == "0" for each in texts):
        return [0] * len(texts)
    with connection.cursor() as cursor:
        cursor.execute(f"select {', '.join(texts)}", values)
        return list(cursor.fetchone())
