"""Show a paper to one other structure, because the person said so, until a day; and stop at once."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from maillage.apps.directory.places.models import Structure
from maillage.apps.people.documents import access, rules
from maillage.apps.people.documents.actions import storing
from maillage.apps.people.documents.models import Paper, Share
from maillage.apps.people.persons.access import check_supervised
from maillage.apps.people.persons.actions import register as people
from maillage.apps.people.persons.rules import HOW
from maillage.apps.platform.accounts.models import User
from maillage.kernel.errors import Refused


@transaction.atomic
def share(paper: Paper, *, structure: Structure, days: int, how: str, by: User, at: datetime) -> Share:
    """Let one structure read a paper until a day, which is never after the paper’s own; said twice, it is
    said once; until another day, the last said holds.
    """
    row = storing.lock(paper)
    today = timezone.localdate(at)
    if not access.holdings_for(by, today).filter(pk=row.pk).exists():
        raise _not_shared(
            "Votre structure ne garde pas ce papier.", "Demandez-le à celle qui le garde, avec la personne."
        )
    check_supervised(by, row.structure_id, today, "Ce papier n’a pas été montré.")
    if not access.readers(today, but=row.structure_id).filter(pk=structure.pk).exists():
        raise _not_shared("Personne n’a de compte dans cette structure.", "Choisissez-en une dans la liste.")
    if days not in rules.shared_days() or how not in HOW:
        raise _not_shared(
            "Il manque jusqu’à quand, ou comment la personne a dit oui.",
            "Lisez-lui la phrase, puis choisissez.",
        )
    ends_on = rules.until(today, days, limit=row.expires_on)
    running = Share.objects.filter(paper=row, structure=structure, withdrawn_at=None, ends_on__gte=today)
    running_share = running.first()
    if running_share is not None and running_share.ends_on == ends_on:
        return running_share
    running.update(withdrawn_at=at, withdrawn_with=by)
    new_share = Share.objects.create(
        paper=row,
        structure=structure,
        by=by,
        at=at,
        ends_on=ends_on,
        how=how,
        words=rules.words_to_share(
            kind=row.kind, purpose=row.purpose, structure=structure.name, ends_on=ends_on
        ),
    )
    storing.record("paper.shared", row, by=by, at=at, structure=row.structure_id, more=structure.name)
    people.touch(row.person, at=at)
    return new_share


@transaction.atomic
def withdraw(share: Share, *, by: User | None, at: datetime) -> None:
    """Stop showing a paper, at once and without a reason. by: None for the person, with their card."""
    row = storing.lock(share.paper)
    locked_share = Share.objects.select_for_update(of=("self",)).select_related("structure").get(pk=share.pk)
    if locked_share.withdrawn_at is not None:
        raise Refused(
            "Rien n’a été arrêté.",
            why="Ce partage est déjà arrêté.",
            do="Rechargez la page pour voir où il en est.",
        )
    locked_share.withdrawn_at, locked_share.withdrawn_with = at, by
    locked_share.save(update_fields=["withdrawn_at", "withdrawn_with"])
    structure_name = locked_share.structure.name if locked_share.structure else ""
    storing.record("paper.unshared", row, by=by, at=at, structure=row.structure_id, more=structure_name)


def _not_shared(why: str, do: str) -> Refused:
    return Refused("Le papier n’est pas partagé.", why=why, do=do)
