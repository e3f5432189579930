"""Tasks about acts today: those done in the place of a person that no mandate covers yet."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from maillage.apps.people.actes.queries import lists
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.platform.accounts.rules.worklist import PEOPLE, Line
from maillage.web import bulk
from maillage.web.presence import Reading, Readings


def _lines(user: Visitor, at: datetime) -> Iterable[Line]:
    """Return one line for the acts to regularise, with the first of their delays."""
    firsts, n = bulk.firsts(lists.to_regularise(user), 1)
    if firsts:
        first = firsts[0].regularise_before
        yield Line(
            kind="act-without-mandate",
            group=PEOPLE,
            n=n,
            title="Acte sans mandat" if n == 1 else "Actes sans mandat",
            words="Faits à la place d’une personne : un mandat est à signer.",
            until=timezone.localdate(first) if first is not None else None,
            late=first is not None and first < at,
            url=reverse("acts"),
            gesture="Voir ces actes",
            icon="pencil",
        )


lines = Readings(Reading(_lines, lambda user, _: lists.to_regularise(user)))
