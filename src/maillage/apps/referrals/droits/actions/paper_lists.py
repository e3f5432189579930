"""Write the lists of papers of a structure or of a territory."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from maillage.apps.directory.places.models import Structure
from maillage.apps.people.mandats.queries.catalogue import label_of
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.apps.referrals.droits.models import LocalChecklist
from maillage.apps.referrals.droits.queries import checklists
from maillage.apps.referrals.droits.rules import facts
from maillage.kernel.errors import Refused
from maillage.kernel.secret_text import refuse_secrets
from maillage.kernel.typed import line

MOST_PAPERS = 20
LONGEST_PAPER = 120


@transaction.atomic
def write_checklist(
    *,
    procedure: str,
    papers: Sequence[str],
    source: str,
    read_on: date,
    by: User,
    at: datetime,
    structure: Structure | None = None,
    territory: str = "",
) -> LocalChecklist:
    """Write the list of papers of a structure or a territory, in place of its former one, which stays
    readable. A paper that keeps its words keeps its key: what was gathered stays gathered.
    """
    words = list(dict.fromkeys(paper for each in papers if (paper := line(each, LONGEST_PAPER))))
    if not label_of(procedure) or not facts.follows(procedure):
        raise _not_listed("Cette démarche n’existe pas.", "Choisissez-en une dans la liste.")
    if not words or len(words) > MOST_PAPERS:
        raise _not_listed(
            "Il n’y a aucun papier." if not words else f"Il y a plus de {MOST_PAPERS} papiers.",
            "Écrivez un papier par ligne.",
        )
    if not line(source, 200) or read_on > timezone.localdate(at):
        raise _not_listed(
            "Il manque d’où vient la liste, ou le jour où elle a été lue est à venir.",
            "Écrivez la page ou le papier de l’organisme, et le jour où vous l’avez lu.",
        )
    refuse_secrets(source, *words)
    owner = {"structure": structure, "territory": territory, "procedure": procedure, "retired_at": None}
    former = LocalChecklist.objects.select_for_update().filter(**owner).first()
    keys = {paper: key for key, paper in (former.papers if former else ())}
    keys |= {paper: key for key, paper in checklists.of_procedure(structure, procedure).papers.items()}
    if former is not None:
        former.retired_at = at
        former.save(update_fields=["retired_at"])
    checklist = LocalChecklist.objects.create(
        structure=structure,
        territory=territory,
        procedure=procedure,
        papers=_keyed(words, keys),
        source=line(source, 200),
        seen_on=read_on,
        by=by,
        at=at,
    )
    journal.record(
        by=by,
        verb="checklist.written",
        row=checklist,
        at=at,
        structure=structure and structure.pk,
        words=label_of(procedure),
    )
    return checklist


def _keyed(words: Sequence[str], known: dict[str, str]) -> list[list[str]]:
    """Return the papers with a key each: the one they had, or one made of their words."""
    used_keys = {known[paper] for paper in words if paper in known}
    keyed = []
    for paper in words:
        key = known.get(paper, "")
        n = 1
        while not key:
            candidate = f"{slugify(paper)[:34] or 'papier'}{f'-{n}' if n > 1 else ''}"
            key, n = ("" if candidate in used_keys else candidate), n + 1
        used_keys.add(key)
        keyed.append([key, paper])
    return keyed


@transaction.atomic
def retire_checklist(row: LocalChecklist, *, by: User, at: datetime) -> None:
    """Go back to the list of the territory, or to the common one."""
    if LocalChecklist.objects.filter(pk=row.pk, retired_at=None).update(retired_at=at):
        words = label_of(row.procedure)
        journal.record(
            by=by, verb="checklist.retired", row=row, at=at, structure=row.structure_id, words=words
        )


def _not_listed(why: str, do: str) -> Refused:
    return Refused("La liste n’a pas été enregistrée.", why=why, do=do)
