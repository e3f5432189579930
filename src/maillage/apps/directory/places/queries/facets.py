"""Filters of a working list of the directory: a word, a commune, a source, a reason."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet, TextField
from django.db.models.functions import Cast

from maillage.apps.directory.places.models import Lieu, Source
from maillage.apps.directory.places.queries import districts, history
from maillage.apps.directory.places.queries.search import having
from maillage.apps.territories.rules import AREAS
from maillage.statistics.zones.territories import gazetteer

R = TypeVar("R", bound=Model)


@dataclass(frozen=True, slots=True)
class Facets:
    """Filters requested for a list; '' where none."""

    word: str = ""
    commune: str = ""
    source: str = ""
    reason: str = ""
    areas: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        return not (self.word or self.commune or self.source or self.reason or self.areas)


@dataclass(frozen=True, slots=True)
class Choices:
    """The values that a list holds, each with its label and its number of rows, the most frequent first."""

    communes: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    areas: Sequence[districts.Choice] = ()


def read(parameters: Mapping[str, str]) -> Facets:
    """Return the filters of a query string."""
    word, commune, source, reason = (
        parameters.get(name, "").strip()[:100] for name in ("mot", "commune", "source", "raison")
    )
    areas = (
        f"{kind}:{value}" for kind in AREAS if (value := parameters.get(kind, "")) in districts.ANSWERS[kind]
    )
    return Facets(word, commune, source, reason, tuple(areas))


def narrow(rows: QuerySet[R], facets: Facets, prefix: str) -> QuerySet[R]:
    """Return the rows that fit. prefix: the path from a row to its place, '' when it is one."""
    if facets.word:
        rows = rows.filter(Q(**{f"{prefix}name__icontains": facets.word}))
    if facets.commune:
        rows = rows.filter(**{f"{prefix}code_insee": facets.commune})
    if facets.source:
        rows = rows.filter(**{f"{prefix}source__name": facets.source})
    rows = having(rows, facets.areas, prefix)
    if facets.reason and prefix == "":
        doubtful = Lieu.objects.annotate(doubts=Cast("to_check", TextField()))
        rows = rows.filter(
            pk__in=doubtful.filter(doubts__contains=f'"field": "{facets.reason}"').values("pk")
        )
    return rows


def choices(rows: QuerySet[Any], prefix: str, *, reasons: bool, current: Facets) -> Choices:
    """Return the possible values of each filter of a list, besides those of `current`. reasons: its rows are
    places with doubts.
    """
    plain = rows.order_by()
    pairs = list(plain.values_list(f"{prefix}code_insee", f"{prefix}source"))
    towns, sources = Counter(town for town, _ in pairs), Counter(source for _, source in pairs)
    names: dict[Any, str] = dict(Source.objects.filter(pk__in=sources).values_list("pk", "name"))
    known = gazetteer()
    doubts: Counter[str] = Counter()
    if reasons:
        for each in plain.values_list("to_check", flat=True):
            doubts.update({doubt["field"] for doubt in each})
    return Choices(
        _labelled({code: (known.get(code).name if code in known else code, n) for code, n in towns.items()}),
        _labelled({names[pk]: (names[pk], n) for pk, n in sources.items()}),
        _labelled({name: (history.field_in_words(name), n) for name, n in doubts.items()}),
        districts.choices(dict(facet.split(":") for facet in current.areas)),
    )


def _labelled(count_by_value: Mapping[str, tuple[str, int]]) -> dict[str, str]:
    order = sorted(count_by_value.items(), key=lambda row: (-row[1][1], row[1][0]))
    return {value: f"{label} ({n})" for value, (label, n) in order if value}
