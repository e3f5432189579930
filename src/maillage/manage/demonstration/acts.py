"""The demonstration's acts of help: M. Andrei's, and those of people that nobody named. All are invented."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import uuid5

from maillage.manage.demonstration.stage import HELP, Stage

# Days before today, kind, procedure, minutes, where, end; urgent: in his place, without a mandate.
ANDREI = (
    (14, "together", "retraite", 25, "here", "waiting", False),
    (9, "shown", "cheque-energie", 15, "here", "done", False),
    (1, "place", "compte-ameli", 10, "distance", "done", True),
)
REFUSED = 2, "logement-social"  # days ago: what his mandate does not permit, and that was not done
NOBODY = (
    *((21, "together", "email", 20, "here", "done"), (15, "shown", "impots", 10, "distance", "done")),
    (14, "together", "email", 20, "here", "done"),
    *(
        (8, "together", "logement-social", 45, "here", "partly"),
        (2, "together", "famille", 20, "here", "done"),
    ),
    *(
        (1, "shown", "actualisation", 15, "here", "done"),
        (0, "together", "prime-activite", 20, "here", "done"),
    ),
    (0, "shown", "compte-ameli", 10, "here", "not_done"),
)


def tell(at: datetime, accounts: Mapping[str, Any], structures: Mapping[str, Any]) -> int:
    """Note the acts of the demonstration, once; return how many."""
    from uuid import NAMESPACE_URL

    from django.db import transaction

    from maillage.apps.people.actes.actions import acts as actes_actions
    from maillage.apps.people.actes.models import Act
    from maillage.apps.people.actes.rules import Draft
    from maillage.apps.people.persons.models import Person

    andrei = Person.objects.filter(example=True, nickname="M. Andrei", forgotten_at=None).first()
    if Act.objects.filter(example=True).exists() or structures.get(HELP) is None or andrei is None:
        return 0
    stage = Stage(at, accounts, structures)
    acts = [(andrei, *each) for each in ANDREI] + [(None, *each, False) for each in NOBODY]
    with transaction.atomic():
        for n, (person, days, kind, procedure, minutes, where, end, urgent) in enumerate(acts):
            draft = Draft(
                uid=uuid5(NAMESPACE_URL, f"maillage-demo-acte-{n}"),
                kind=kind,
                procedure=procedure,
                minutes=minutes,
                where=where,
                end=end,
                done_at=stage.ago(days),
                urgent=urgent,
            )
            common: dict[str, Any] = {"by": accounts["aidant"], "at": draft.done_at}
            last = actes_actions.note(
                draft,
                structure=structures[HELP],
                person=person,
                lieu=stage.lieu(HELP),
                example=True,
                **common,
            )
        actes_actions.strike(last, by=accounts["aidant"], at=at)
        _refused(stage, andrei)
    return int(Act.objects.filter(example=True).count())


def _refused(stage: Stage, andrei: Any) -> None:
    """Let somebody try to note what the mandate does not permit: the journal says so, and he reads it."""
    from uuid import NAMESPACE_URL

    from maillage.apps.people.actes.actions import acts as actes_actions
    from maillage.apps.people.actes.rules import Draft

    days, procedure = REFUSED
    draft = Draft(
        uid=uuid5(NAMESPACE_URL, "maillage-demo-acte-refuse"),
        kind="place",
        procedure=procedure,
        minutes=15,
        where="here",
        end="done",
        done_at=stage.ago(days),
    )
    with suppress(actes_actions.OutsideMandate):
        actes_actions.note(
            draft,
            by=stage.accounts["aidant"],
            structure=stage.structures[HELP],
            person=andrei,
            at=stage.ago(days),
        )
