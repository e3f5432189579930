"""Tasks of the directory for a user today: messages of the public, doubts, pairs, sheets to confirm."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Min
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from maillage.apps.directory.places.models import Lieu, Pair, Proposal
from maillage.apps.directory.places.queries import space
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.platform.accounts.rules.worklist import DIRECTORY, Line
from maillage.web.presence import Reading, Readings, totals
from maillage.words.wording import count

EDITS, NAMED = "directory.edit", 2
LONGEST, LAST_NEWS = "a-confirmer", Coalesce("confirmed_on", "updated_on")
TITLES: Mapping[str, tuple[str, str]] = {
    "signalements": ("Message du public", "Messages du public"),
    "propositions": ("Valeur proposée", "Valeurs proposées"),
    "doublons": ("Paire à décider", "Paires à décider"),
    "a-verifier": ("Fiche à vérifier", "Fiches à vérifier"),
    "absents": ("Lieu absent de sa source", "Lieux absents de leur source"),
    "a-confirmer": ("Fiche à confirmer", "Fiches à confirmer"),
}
# Where the work is done: the words of the button, its picture, the page; "" for the list of the section.
BUTTONS: Mapping[str, tuple[str, str, str]] = {
    "signalements": ("Répondre au public", "message-square", "proposals"),
    "propositions": ("Choisir les valeurs", "check", "proposals"),
    "doublons": ("Décider les paires", "copy", "pairs"),
    "a-verifier": ("Vérifier les fiches", "list", ""),
    "absents": ("Décider pour ces lieux", "circle-help", ""),
    "a-confirmer": ("Confirmer les fiches", "calendar", ""),
}


def _lines(user: Visitor, at: datetime) -> Iterable[Line]:
    """Return one line for each sort of task: how many, the names of the first, since when."""
    rights = rights_of(user)
    if not rights.any(EDITS):
        return
    today = timezone.localdate(at)
    rows_by_id = {id: space.SECTIONS[id].rows(user, today) for id in BUTTONS}
    for (id, pending), total in zip(rows_by_id.items(), totals(rows_by_id.values()), strict=True):
        if not total:
            continue
        kind, (gesture, icon, route) = space.SECTIONS[id], BUTTONS[id]
        first = list(
            pending.filter(pk__in=pending.values("pk")[:NAMED])
        )  # whole sheets of thousands are not sorted
        rows = [kind.row(row, today) for row in first]
        pk = first[0].slug if total == 1 and isinstance(first[0], Lieu) else ""
        since = _since(first[0]) if id != LONGEST else pending.aggregate(day=Min(LAST_NEWS))["day"]
        yield Line(
            kind=f"directory-{id}",
            group=DIRECTORY,
            n=total,
            title=TITLES[id][total > 1],
            words=_words(rows, total),
            since=since,
            late=id == "signalements" and since is not None and (today - since).days > 5,
            url=reverse("lieu_edit", args=[pk])
            if pk
            else reverse(route)
            if route
            else reverse("directory_section", args=[id]),
            gesture=gesture,
            icon=icon,
        )


def _words(rows: list[space.Row], total: int) -> str:
    named = " ; ".join(f"{row.name}{f' ({row.where})' if row.where else ''} : {row.why}" for row in rows)
    remainder = f" ; et {count(total - len(rows), 'autre')}" if total > len(rows) else ""
    return f"{named}{remainder}."


def _since(row: Any) -> date | None:
    """Return since when the first of a sort waits: a signal since it was written, a sheet since its last
    news; None for a pair, which has no day.
    """
    if isinstance(row, Proposal):
        return timezone.localdate(row.at)
    if isinstance(row, Lieu):
        return max(filter(None, (row.confirmed_on, row.updated_on)), default=None)
    assert isinstance(row, Pair)
    return None


lines = Readings(Reading(_lines))
