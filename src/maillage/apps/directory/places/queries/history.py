"""The history of a sheet, in words: each change, the fields it touched, and what undoing an import would
do.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import ManyToOneRel, OuterRef, Subquery

from maillage.apps.directory.places import rules
from maillage.apps.directory.places.models import Change, Import, Lieu, Pair, Proposal, Structure
from maillage.apps.directory.places.queries import custody, places
from maillage.kernel.names import plain
from maillage.reference import offer
from maillage.reference.sheet import FREE_TEXT, STATES
from maillage.sources.offer.clean.cleaned import LABELS
from maillage.sources.offer.clean.grid import grid_of, in_words
from maillage.words.opening import date_text as day_in_words

FIRST_CHANGES = 20  # changes told at first


@dataclass(frozen=True, slots=True)
class Line:
    """One field before and after, in words; '' for no value."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change as displayed. undoable: whether undoing it would lose nothing else."""

    change: Change
    by: str
    lines: Sequence[Line]
    undoable: bool


def of(lieu: Lieu, limit: int | None = FIRST_CHANGES) -> list[ChangeRow]:
    """Return the changes of a place, the latest first."""
    rows = list(Change.objects.filter(lieu=lieu).select_related("within")[:limit])
    return [
        ChangeRow(
            change=row,
            by=places.named(row.by),
            lines=differences(row.before, row.after) if row.before and row.after else (),
            undoable=n == 0 and row.before is not None and row.after is not None and row.verb != "merge",
        )
        for n, row in enumerate(rows)
    ]


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Line]:
    """List the differences between two snapshots of a place, sheet first, then its columns."""
    lines = list(sheets_apart(before["sheet"], after["sheet"]))
    for name, (label, write) in COLUMN_LABELS.items():
        if before.get(name) != after.get(name) and (name != "structure" or name in before):
            lines.append(
                Line(
                    label,
                    *(write(snapshot[name]) if snapshot.get(name) else "" for snapshot in (before, after)),
                )
            )
    return lines


def sheets_apart(before: rules.Sheet, after: rules.Sheet) -> Iterator[Line]:
    """Yield the fields on which two sheets differ; practices one by one, with their conditions."""
    for name, label in labels().items():
        if before.get(name) == after.get(name) or name in ("id", "source"):
            continue
        if name == "practices":
            yield from _practices_apart(before.get(name, {}), after.get(name, {}))
        else:
            yield Line(label, value_text(name, before.get(name)), value_text(name, after.get(name)))


def _practices_apart(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Line]:
    for id, practice in offer.practices().items():
        one, two = before.get(id, {}), after.get(id, {})
        if one.get("state") != two.get("state"):
            yield Line(practice.label, *(STATES.get(each.get("state", ""), "") for each in (one, two)))
        for name, of in offer.conditions().items():
            if one.get(name) != two.get(name):
                yield Line(
                    f"{practice.label}, {of.label.lower()}",
                    written(of, one.get(name)),
                    written(of, two.get(name)),
                )


# ---------------------------------------------------------------------------------------------- what was read


@dataclass(frozen=True, slots=True)
class ColumnRead:
    """The reading of a column's cells for a field, and the most frequent reasons."""

    column: str
    field: str
    read: int
    mended: int
    doubtful: int
    refused: int
    reasons: Sequence[Mapping[str, Any]]


def columns_read(report: Mapping[str, Any]) -> list[ColumnRead]:
    """Return the columns of a report, those to review first."""
    columns = [
        ColumnRead(
            each["colonne"] or "déduit",
            field_in_words(each["champ"]),
            each[LABELS["read"]],
            each[LABELS["mended"]],
            each[LABELS["doubtful"]],
            each[LABELS["refused"]],
            each["raisons"],
        )
        for each in report.get("colonnes", ())
    ]
    return sorted(columns, key=lambda column: -(column.refused + column.doubtful))


def field_in_words(name: str) -> str:
    """Return the label of a field, or of a condition of a practice (`wifi.frais`)."""
    practice, _, condition = name.rpartition(".")
    if practice in offer.practices():
        return f"{offer.practices()[practice].label}, {offer.conditions()[condition].label.lower()}"
    return offer.practices()[name].label if name in offer.practices() else labels().get(name, name)


# -------------------------------------------------------------------------------------------- values in words


def labels() -> dict[str, str]:
    """Return the fields a sheet may have, with their labels, in order."""
    known = {id: f.label for id, f in offer.fields().items()}
    return {**known, **EXTRA_LABELS}


# What a sheet holds beside its fields.
EXTRA_LABELS = {
    "precision": "Doute sur le point",
    "practices": "Ce qu’on y trouve",
    "sans": "Ce qu’on n’y trouve pas",
    FREE_TEXT: "Offre lue dans un texte libre",
}


def value_text(name: str, value: Any) -> str:
    """Return the value of a field in words, on one line or several; '' for no value."""
    if value in (None, "", [], {}):
        return ""
    if name == "practices":
        return " ; ".join(
            _practice(id, conditions) for id, conditions in value.items() if id in offer.practices()
        )
    if name == "sans":
        return ", ".join(offer.practices()[id].label for id in value if id in offer.practices())
    if name == FREE_TEXT:
        return "oui"
    if name == "precision":
        return f"à {value:.0f} m près"
    return written(offer.fields()[name], value) if name in offer.fields() else str(value)


def spot_in_words(sheet: Mapping[str, Any], how: str) -> str:
    """Return the point of a sheet in degrees, its doubt, and how it was found; '' without one."""
    if "latitude" not in sheet:
        return ""
    degrees = " ; ".join(f"{sheet[name]:.5f}".replace(".", ",") for name in ("latitude", "longitude"))
    metres = value_text("precision", sheet.get("precision"))
    return ", ".join(filter(None, (degrees, "" if "près" in how else metres, how)))


def _practice(id: str, conditions: Mapping[str, Any]) -> str:
    state = conditions.get("state", "offered")
    return offer.practices()[id].label + ("" if state == "offered" else f" ({STATES[state]})")


def compared_practices(practices: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """Return the practices of a sheet in words, with the conditions of each that differ on another sheet."""
    return " ; ".join(
        _practice_differing(id, one, other.get(id, {}))
        for id, one in practices.items()
        if id in offer.practices()
    )


def _practice_differing(id: str, one: Mapping[str, Any], two: Mapping[str, Any]) -> str:
    differing = [
        f"{of.label.lower()} : {written(of, one[name])}"
        for name, of in offer.conditions().items()
        if two and one.get(name) != two.get(name) and written(of, one.get(name))
    ]
    return _practice(id, one) + (f" ({', '.join(differing)})" if differing else "")


def written(of: offer.Field, value: Any) -> str:
    """Return the value of a field, or of a condition, in words."""
    if value in (None, "", [], {}):
        return ""
    if of.kind == "list":
        values = offer.lists()[of.list].values
        return ", ".join(values[slug].label if slug in values else str(slug) for slug in value)
    if of.kind in WRITERS:
        return WRITERS[of.kind](value)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _kinds(codes: Iterable[str]) -> str:
    known = offer.kinds_by_word()
    return ", ".join(dict.fromkeys(offer.kinds()[known.get(plain(code), "autre")].label for code in codes))


def hours(value: Mapping[str, str]) -> str:
    """Return opening hours in a line: the week when it is simple, else the source's own words."""
    grid = grid_of(value.get("osm", ""))
    not_understood = f" (non compris : {value['left']})" if value.get("left") and value.get("osm") else ""
    return (in_words(grid) if grid else value.get("text") or value.get("osm", "")) + not_understood


def _closures(value: Sequence[Mapping[str, str]]) -> str:
    return " ; ".join(map(closure, value))


def closure(value: Mapping[str, str]) -> str:
    """Return one closure in words: its days, and why."""
    days = (
        f"le {day(value['du'])}"
        if value["du"] == value["au"]
        else f"du {day(value['du'])} au {day(value['au'])}"
    )
    return f"{days} ({value['motif']})" if value.get("motif") else days


def day(text: str) -> str:
    """Return a stored day in words."""
    return day_in_words(date.fromisoformat(text))


WRITERS: Mapping[str, Callable[[Any], str]] = {
    "kinds": _kinds,
    "hours": hours,
    "closures": _closures,
    "phone": lambda value: ", ".join(each.words for each in places.phones({"telephone": value})),
    "yesno": lambda value: "oui" if value else "non",
    "date": day,
    "text": places.plain,
    "latitude": lambda value: f"{value:.5f}",
    "longitude": lambda value: f"{value:.5f}",
}


def _structure(pk: int) -> str:
    return Structure.objects.filter(pk=pk).values_list("name", flat=True).first() or "une structure disparue"


COLUMN_LABELS: Mapping[str, tuple[str, Callable[[Any], str]]] = {  # what a change may touch beside the sheet
    "state": ("État", lambda value: rules.STATES.get(value, "")),
    "reason": ("Raison", str),
    "rhythm": ("À confirmer", lambda value: rules.RHYTHMS.get(value, "")),
    "full_since": ("Complet depuis", day),
    "room_on": ("De la place vers le", day),
    "structure": ("Structure qui tient le lieu", _structure),
}


# ------------------------------------------------------------------------------------------ undoing an import


@dataclass(frozen=True, slots=True)
class Undoing:
    """Effects of undoing an import on its places: those it made are deleted, unless changed since or
    relied upon.

    moved: those that go back to another structure; running: the referrals on their way to them.
    """

    removed: int
    restored: int
    retained: Sequence[Lieu]
    moved: Sequence[Lieu]
    running: int


def undoing(row: Import, *, at: datetime) -> Undoing:
    """Count the effects of undoing an import, before it is done."""
    latest = Change.objects.filter(lieu=OuterRef("lieu")).order_by("-pk").values("pk")[:1]
    changes = Change.objects.filter(within=row).annotate(latest=Subquery(latest))
    since = [change for change in changes.select_related("lieu") if change.latest != change.pk]
    now = {c.pk: c.after or {} for c in Change.objects.filter(pk__in=[change.latest for change in since])}
    changed_since = [
        change for change in since if not rules.same_state(now[change.latest], change.after or {})
    ]
    changed = {change.pk for change in changed_since}
    needed = changes.filter(before__isnull=True, lieu__in=relied_upon(row)).select_related("lieu")
    changed_since += [change for change in needed if change.pk not in changed]
    n_created = changes.filter(before__isnull=True).count()
    n_created_remaining = sum(change.before is None for change in changed_since)
    reverted = [
        change
        for change in changes.select_related("lieu")
        if change.pk not in {each.pk for each in changed_since}
    ]
    moved = [change.lieu for change in custody.returning(reverted)]
    running = custody.stakes(at=at, structures=[], lieux=[lieu.pk for lieu in moved]).running
    restored = changes.count() - n_created - (len(changed_since) - n_created_remaining)
    return Undoing(
        n_created - n_created_remaining,
        restored,
        [c.lieu for c in changed_since],
        moved,
        sum(running.values()),
    )


def relied_upon(row: Import) -> set[int]:
    """Return the places an import made that something else points to: what is lent, planned, sent, asked or
    merged there. Deleting them would take it along.
    """
    created = Change.objects.filter(within=row, before__isnull=True).values("lieu")
    pointing = [
        each.field
        for each in Lieu._meta.get_fields(include_hidden=True)
        if isinstance(each, ManyToOneRel) and each.related_model not in (Change, Proposal, Pair)
    ]
    return {
        number
        for field in pointing
        for number in field.model._base_manager.filter(**{f"{field.name}__in": created})
        .values_list(field.attname, flat=True)
        .distinct()
    }
