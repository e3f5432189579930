"""Keep the words of rows in step with the rows, in the transaction of each write."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import models, transaction

from maillage.apps.search import queries, rules
from maillage.apps.search.models import SearchGram, SearchWord
from maillage.apps.search.rules import SearchKind

BATCH = 500


def follow(lines: Iterable[tuple[str, str, int]]) -> None:
    """Read again the rows that lines of the journal are about (`settings.JOURNAL_FOLLOWER`): verb, label of
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


@transaction.atomic
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
        SearchWord(word=word, kind=kind.id, row=row.pk, in_title=title)
        for row in rows
        for word, title in rules.words_by_title(*kind.words(row)).items()
    )
    return len(rows)


def _write(kind: SearchKind, numbers: Sequence[int], wanted: dict[int, dict[str, bool]]) -> None:
    """Bring the stored words of some rows to those that are wanted, touching only what differs."""
    stored = SearchWord.objects.filter(kind=kind.id, row__in=numbers)
    missing = {(pk, word): title for pk, words in wanted.items() for word, title in words.items()}
    gone: dict[int, str] = {}
    for number, pk, word, title in stored.values_list("pk", "row", "word", "in_title"):
        if missing.get((pk, word)) == title:
            del missing[pk, word]
        else:
            gone[number] = word
    SearchWord.objects.filter(pk__in=gone).delete()
    _add(SearchWord(word=word, kind=kind.id, row=pk, in_title=title) for (pk, word), title in missing.items())
    _forget_spelling(set(gone.values()))


def _add(rows: Iterable[SearchWord]) -> None:
    made = SearchWord.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
    spelled = {row.word for row in made if rules.faults_forgiven(row.word)}
    known: set[str] = set()
    ordered = sorted(spelled)
    for start in range(0, len(ordered), BATCH):
        some = ordered[start : start + BATCH]
        known |= set(SearchGram.objects.filter(word__in=some).values_list("word", flat=True).distinct())
    letters = (
        SearchGram(gram=gram, word=word) for word in sorted(spelled - known) for gram in rules.grams(word)
    )
    SearchGram.objects.bulk_create(letters, batch_size=BATCH, ignore_conflicts=True)


def _forget_spelling(words: set[str]) -> None:
    """Forget the letters of words that no row has any more: an erased name leaves nothing."""
    if words:
        kinds = [kind.id for held in queries.kinds_of_rows().values() for kind in held]
        still = set(SearchWord.objects.filter(kind__in=kinds, word__in=words).values_list("word", flat=True))
        SearchGram.objects.filter(word__in=words - still).delete()
