"""Keep the words of rows in step with the rows, in the transaction of each write."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import connection, models, transaction

from maillage.apps.platform.search import queries, rules
from maillage.apps.platform.search.models import SearchGram, SearchWord
from maillage.apps.platform.search.rules import SearchKind

BATCH = 500
MANY = 10_000  # values sent at once
CREATED = 5_000  # rows whose words are written at once


def follow(lines: Iterable[tuple[str, str, int]]) -> None:
    """Read again the rows that lines of the journal are about: verb, label of
    the model, number.
    """
    changed: dict[str, set[int]] = {}
    for verb, model, row in lines:
        if model in queries.kinds_of_rows() and not verb.endswith(rules.READING):
            changed.setdefault(model, set()).add(row)
    for model, numbers in changed.items():
        for kind in queries.kinds_of_rows()[model]:
            refresh(kind, numbers)


def refresh_rows(model: type[models.Model], numbers: Iterable[int]) -> None:
    """Read again rows of a model, changed or erased many at once."""
    for kind in queries.kinds_of_rows().get(model._meta.label_lower, ()):
        refresh(kind, numbers)


@transaction.atomic(savepoint=False)
def add_rows(model: type[models.Model], rows: Sequence[Any]) -> None:
    """Write the words of rows just created, as they are at hand: nothing is read again, nothing forgotten."""
    for kind in queries.kinds_of_rows().get(model._meta.label_lower, ()):
        for start in range(0, len(rows), CREATED):
            _written_anew(kind, rows[start : start + CREATED])


@transaction.atomic(savepoint=False)
def refresh(kind: SearchKind, numbers: Iterable[int]) -> None:
    """Write the words of some rows as the rows say them now; a row that is no more has none."""
    ordered = sorted(set(numbers))
    for start in range(0, len(ordered), BATCH):
        some = ordered[start : start + BATCH]
        rows = {row.pk: row for row in kind.indexed().filter(pk__in=some)}
        _write(kind, some, {pk: rules.words_by_title(*kind.words(row)) for pk, row in rows.items()})


def build_if_empty() -> None:
    """Write the words of all rows where none has any: they are older than the search."""
    if queries.is_empty():
        rebuild()


@transaction.atomic
def rebuild(progress: Callable[[str, int], None] = lambda label, n: None) -> int:
    """Write the words of all rows again; return how many rows have some. progress: told each kind as it
    comes, and how many rows were read.
    """
    SearchGram.objects.all().delete()
    SearchWord.objects.all().delete()
    n = 0
    for kinds in queries.kinds_of_rows().values():
        for kind in kinds:
            n += _rebuild(kind, progress)
    return n


def _rebuild(kind: SearchKind, progress: Callable[[str, int], None]) -> int:
    n, batch = 0, []
    for row in kind.indexed().order_by("pk").iterator(chunk_size=BATCH):
        batch.append(row)
        if len(batch) == BATCH:
            n += _written_anew(kind, batch)
            batch = []
            progress(kind.label, n)
    n += _written_anew(kind, batch)
    progress(kind.label, n)
    return n


def _written_anew(kind: SearchKind, rows: Sequence[Any]) -> int:
    _add(
        kind,
        (
            (word, row.pk, title)
            for row in rows
            for word, title in rules.words_by_title(*kind.words(row)).items()
        ),
    )
    return len(rows)


def _write(kind: SearchKind, numbers: Sequence[int], wanted: dict[int, dict[str, bool]]) -> None:
    """Bring the stored words of some rows to those that are wanted, touching only what differs."""
    statement = 'select id, "row", word, in_title from search_searchword where kind = %s and "row"'
    missing = {(pk, word): title for pk, words in wanted.items() for word, title in words.items()}
    removed: dict[int, str] = {}
    for number, pk, word, title in _among(numbers, statement, kind.id):
        if missing.get((pk, word)) == title:
            del missing[pk, word]
        else:
            removed[number] = word
    if removed:
        SearchWord.objects.filter(pk__in=removed).delete()
    _add(kind, ((word, pk, title) for (pk, word), title in missing.items()))
    _forget_spelling(set(removed.values()))


def _add(kind: SearchKind, rows: Iterable[tuple[str, int, bool]]) -> None:
    """Store words of rows: word, number of the row, whether its title says it."""
    new_words = [(word, kind.id, row, title) for word, row, title in rows]
    _insert(SearchWord, ("word", "kind", "row", "in_title"), new_words)
    spelled = {word for word, *_ in new_words if rules.faults_forgiven(word)}
    known: set[str] = set()
    ordered = sorted(spelled)
    for start in range(0, len(ordered), BATCH):
        some = ordered[start : start + BATCH]
        known_words = _among(some, "select distinct word from search_searchgram where word")
        known |= {word for (word,) in known_words}
    letters = [(gram, word) for word in sorted(spelled - known) for gram in rules.grams(word)]
    _insert(SearchGram, ("gram", "word"), letters)


def _among(values: Sequence[Any], statement: str, *first: Any) -> list[tuple[Any, ...]]:
    """Return the rows of a statement whose last column is among some values. Not by the ORM: each action runs
    several, and to write them would take it longer than the database takes to answer.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} in ({', '.join(['%s'] * len(values))})", [*first, *values])
        return list(cursor.fetchall())


def _insert(model: type[models.Model], fields: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Store plain values, those already there left as they are: words come by the hundred thousand, and an
    object
    each would take longer than all the rest of an import.
    """
    if not rows:
        return
    field_by_name = {field.name: field for field in model._meta.concrete_fields}
    of = [field_by_name[name] for name in fields]
    names = ", ".join(f'"{field.column}"' for field in of)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            marks = ", ".join(["%s"] * len(fields))
            cursor.executemany(
                f'insert or ignore into "{model._meta.db_table}" ({names}) values ({marks})',  # noqa: S608, our own
                rows,
            )
        else:
            kinds = ", ".join(f"%s::{field.db_type(connection)}[]" for field in of)
            for start in range(0, len(rows), MANY):
                cursor.execute(
                    f'insert into "{model._meta.db_table}" ({names})'  # noqa: S608, our own names
                    f" select * from unnest({kinds}) on conflict do nothing",
                    [list(column) for column in zip(*rows[start : start + MANY], strict=True)],
                )


def _forget_spelling(words: set[str]) -> None:
    """Forget the letters of words that no row has any more: an erased name leaves nothing."""
    if words:
        kinds = [kind.id for model_kinds in queries.kinds_of_rows().values() for kind in model_kinds]
        still = set(SearchWord.objects.filter(kind__in=kinds, word__in=words).values_list("word", flat=True))
        SearchGram.objects.filter(word__in=words - still).delete()
