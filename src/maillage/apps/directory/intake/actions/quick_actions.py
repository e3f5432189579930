"""Quick decisions on places: retain or end those missing from their file, merge sure pairs."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from maillage.apps.directory.intake.actions import duplicates
from maillage.apps.directory.intake.queries import likenesses
from maillage.apps.directory.places import rules
from maillage.apps.directory.places.actions import index, sheets
from maillage.apps.directory.places.models import Change, Import, Lieu, Pair, Source, Structure
from maillage.apps.platform.search import actions as search
from maillage.kernel.errors import Refused
from maillage.kernel.names import plain


@transaction.atomic
def keep_missing(lieu: Lieu, *, by: str, at: datetime) -> Change:
    """Retain a place that is missing from the last file of its source; Refused once that was decided."""
    before, row = sheets.snapshot(lieu), _unmark_missing(lieu)
    reason = f"gardé, bien qu’absent de {row.file_name}"
    return sheets.write(lieu, before, verb="publish", by=by, at=at, reason=reason)


@transaction.atomic
def end_missing(lieu: Lieu, *, by: str, at: datetime, reason: str) -> Change:
    """End a place that is missing from the last file of its source; Refused without a reason, and once that
    was decided.
    """
    _unmark_missing(lieu)
    lieu.save(update_fields=["missing_since"])
    return sheets.set_state(lieu, rules.ENDED, by=by, at=at, reason=reason)


def _unmark_missing(lieu: Lieu) -> Import:
    """Clear the mark that a place is missing, without saving, and return the import that set it."""
    sheets.lock(lieu)
    row = lieu.missing_since
    if row is None:
        raise Refused(
            f"« {lieu.name} » n’a pas changé.",
            why="Quelqu’un a déjà décidé ce qu’il devient.",
            do="Rechargez la page pour le lire.",
        )
    lieu.missing_since = None
    return row


def merge_sure(pairs: Iterable[Pair], *, by: str, at: datetime) -> int:
    """Merge the pairs above the published threshold, with the suggested values; return how many."""
    return merge_many(duplicates.sure(pairs), by=by, at=at)


@transaction.atomic
def merge_many(pairs: Iterable[Pair], *, by: str, at: datetime) -> int:
    """Merge pairs that somebody read, with the suggested values; return how many.

    A pair with a place merged just before is left to a person, as is one whose two places both have a team.
    Each merge has its own timestamp: it can be undone alone.
    """
    merged = 0
    for pair in pairs:
        fresh = Pair.objects.select_related("first", "second").get(pk=pair.pk)
        published = fresh.first.state == fresh.second.state == rules.PUBLISHED
        if fresh.state == rules.OPEN and published and duplicates.two_teams(fresh, at=at) is None:
            moment = at + timedelta(microseconds=merged)
            duplicates.merge(fresh, duplicates.suggested(fresh.first, fresh.second), by=by, at=moment)
            merged += 1
    return merged


@transaction.atomic
def decline_many(pairs: QuerySet[Pair], *, by: str, at: datetime) -> int:
    """Say of pairs still to decide that each is two places; return how many."""
    older = list(pairs.filter(first__missing_since__isnull=False).values_list("first", flat=True))
    n = pairs.filter(state=rules.OPEN).update(state=rules.DECLINED, answered_by=by, answered_at=at)
    index.refresh(Lieu.objects.filter(pk__in=older))
    return n


@transaction.atomic
def decide_again(pairs: Iterable[Pair], *, by: str, at: datetime) -> tuple[int, int]:
    """Take back decisions made together, the last first; return how many pairs are to decide again, and how
    many could not be taken apart.
    """
    back = n_unchanged = 0
    for pair in pairs:
        try:
            if pair.state == rules.ACCEPTED:
                duplicates.unmerge(pair, by=by, at=at)
            else:
                duplicates.answer(pair, rules.OPEN, by="", at=None)
            back += 1
        except Refused:
            n_unchanged += 1
    return back, n_unchanged


@transaction.atomic
def settle_doubts(lieux: Iterable[Lieu], *, by: str, at: datetime) -> list[Change]:
    """Say that what was read of these sheets is right, one change each."""
    return [sheets.settle_doubts(lieu, by=by, at=at) for lieu in lieux]


@transaction.atomic
def doubt_again(changes: Iterable[Change], *, by: str, at: datetime) -> tuple[int, int]:
    """Take back what `settle_doubts` did; return how many sheets doubt again, and how many changed since."""
    back = n_unchanged = 0
    for change in changes:
        try:
            sheets.undo(change, by=by, at=at)
            back += 1
        except Refused:
            n_unchanged += 1
    return back, n_unchanged


@transaction.atomic
def add(sheet: rules.Sheet, *, by: str, at: datetime, structure: Structure | None = None) -> Lieu:
    """Add a place by hand, and propose the pairs it makes; Refused without a name or a commune. What was
    typed is its author's, but nobody has confirmed the sheet yet.

    structure: which runs it; None for the one that its sheet names, created when new. An invited structure
    stands where its first place does.
    """
    if not sheet.get("nom") or not sheet.get("code_insee"):
        raise Refused(
            "Le lieu n’a pas été ajouté.",
            why="Sans nom ni commune, personne ne pourrait le trouver.",
            do="Donnez les deux, puis recommencez.",
        )
    source, _ = Source.objects.get_or_create(name=rules.BY_HAND, defaults={"producer": "Le réseau"})
    on = timezone.localdate(at).isoformat()
    id = secrets.token_hex(8)
    new_sheet = {**sheet, "id": id, "source": rules.BY_HAND, "date_maj": on}
    if structure is not None and plain(structure.name) != plain(str(new_sheet["nom"])):
        new_sheet["structure_parente"] = structure.name
    alike = likenesses.Search([new_sheet]).likenesses()
    lieu = Lieu(
        slug=_slug(new_sheet),
        source=source,
        identifier=id,
        sheet=new_sheet,
        origins={name: {"source": by, "on": on, "confirmed_on": on, "by": by} for name in new_sheet},
    )
    sheets.derive(lieu)
    lieu.structure = structure or sheets.structure_of(new_sheet)
    if structure is not None:
        _settle_seat(structure, lieu)
    lieu.save()
    sheets.write(lieu, None, verb="edit", by=by, at=at, reason="ajouté à la main")
    duplicates.propose(alike, {id: lieu})
    return lieu


def _settle_seat(structure: Structure, lieu: Lieu) -> None:
    """Give an invited structure the commune and the type of its first place."""
    sheets.lock_structure(structure)
    if structure.key.startswith(rules.INVITED) and not structure.lieux.exists():
        structure.code_insee, structure.kind = lieu.code_insee, rules.kind_of(lieu.sheet)
        structure.save(update_fields=["code_insee", "kind"])
        search.refresh_rows(Structure, [structure.pk])


def _slug(sheet: rules.Sheet) -> str:
    base = rules.address_of("", sheet)
    slug, n = base, 1
    while Lieu.objects.filter(slug=slug).exists():
        n += 1
        slug = f"{base}-{n}"
    return slug
