"""The resources of the network: those that a search keeps, and how each went."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from maillage.apps.community.models import Resource, Use
from maillage.apps.community.rules import resources as rules
from maillage.kernel.names import plain
from maillage.reference import procedures
from maillage.reference.trade_words import alternatives
from maillage.words.wording import count, listing


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Filters of a resource; "" accepts anything. procedure: a family keeps those of its procedures."""

    words: str = ""
    theme: str = ""
    format: str = ""
    level: str = ""
    public: str = ""
    procedure: str = ""


def shared() -> QuerySet[Resource]:
    """Return the resources that are shared, in their last version, the latest first."""
    return Resource.objects.filter(withdrawn_at=None, next=None).select_related("structure")


def chosen(wanted: Wanted) -> list[Resource]:
    """Return the shared resources that are what is asked; each word is looked for in what they say, accents
    forgiven, or another word of the trade for the same thing.
    """
    rows = shared()
    for name in ("theme", "format", "level", "public"):
        if value := getattr(wanted, name):
            rows = rows.filter(**{name: value})
    if wanted.procedure:
        inside = [
            key for key, procedure in procedures.procedures().items() if procedure.family == wanted.procedure
        ]
        rows = rows.filter(Q(procedure=wanted.procedure) | Q(procedure__in=inside))
    words_sought = alternatives(wanted.words)
    return [row for row in rows if _says(plain(_text(row)), words_sought)]


def counted(rows: Iterable[Resource]) -> list[Resource]:
    """Return resources, each with how many structures used it in all its versions, as its page says."""
    resources = list(rows)
    before = dict(Resource.objects.filter(follows__isnull=False).values_list("pk", "follows"))
    chains = [_chain(row.pk, before) for row in resources]
    uses_of_chains = Use.objects.filter(resource__in={pk for chain in chains for pk in chain})
    users = defaultdict[int, set[int]](set)
    for resource, structure in uses_of_chains.values_list("resource", "structure"):
        users[resource].add(structure)
    for row, chain in zip(resources, chains, strict=True):
        row.used = len(set().union(*(users[pk] for pk in chain)))
    return resources


def _chain(pk: int, before: Mapping[int, int | None]) -> list[int]:
    follows = before.get(pk)
    return [pk, *(_chain(follows, before) if follows is not None else ())]


def most_used(rows: Iterable[Resource]) -> list[Resource]:
    """Return resources with their uses, the most used first, then the latest."""
    return sorted(counted(rows), key=lambda row: (row.used, row.at), reverse=True)


def _says(text: str, words_sought: Iterable[frozenset[str]]) -> bool:
    return all(any(_holds(text, way) for way in ways) for ways in words_sought)


def _holds(text: str, way: str) -> bool:
    # A short word stands alone: « pc » is not in « upcycling ».
    return way in text if len(way) > 3 else f" {way} " in f" {text} "


def for_procedure(key: str, limit: int = 3) -> list[Resource]:
    """Return the resources of a procedure, then those of its family, the most used first."""
    procedure = procedures.procedures().get(key)
    keys = {key, procedure.family} if procedure else {key}
    rows = most_used(shared().filter(procedure__in=keys))
    return sorted(rows, key=lambda row: row.procedure != key)[:limit]


def procedure_label(key: str) -> str:
    """Return the name of a procedure or of a family, "" for none."""
    known = procedures.procedures().get(key) or procedures.families().get(key)
    return known.label if known else ""


def uses(row: Resource) -> QuerySet[Use]:
    """Return how a resource went, in every version, the latest first."""
    return Use.objects.filter(resource__in=versions(row)).select_related("structure", "resource")


def versions(row: Resource) -> list[Resource]:
    """Return the versions of a resource up to this one, the latest first."""
    chain, version = [row], row
    while version.follows is not None:
        version = version.follows
        chain.append(version)
    return chain


def went(row: Resource) -> str:
    """Return how it went, in a sentence: how many used it, and what each said last; "" when nobody said."""
    latest_last = reversed(uses(row).values_list("structure", "went"))
    opinions = list(dict(latest_last).values())
    if not opinions:
        return ""
    parts = [f"{opinions.count(key)} {words}" for key, words in rules.WENT.items() if opinions.count(key)]
    return f"Utilisée par {count(len(opinions), 'structure')} : {listing(parts)}."


def _text(row: Resource) -> str:
    author_structure = row.structure.name if row.structure else ""
    labels = f"{row.get_theme_display()} {row.get_public_display()} {row.get_level_display()}"
    return (
        f"{row.title} {row.about} {row.author} {author_structure} {procedure_label(row.procedure)} {labels}"
    )
