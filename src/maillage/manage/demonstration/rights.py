"""The demonstration's rights: procedures of M. Andrei, as two structures follow them. All are invented."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from maillage.manage.demonstration.stage import HELP, SOCIAL, Stage

# Who tells, days before today, procedure, kind of fact, paper.
RIGHTS = (
    ("aidant", 14, "prime-activite", "sent", ""),
    ("aidant", 13, "logement-social", "begun", ""),
    ("aidant", 12, "cheque-energie", "opened", ""),
    ("travail-social", 11, "logement-social", "begun", ""),
    ("aidant", 9, "carte-identite", "paper", "ancien"),
    ("aidant", 8, "carte-identite", "paper", "pre-demande"),
    ("aidant", 7, "logement-social", "sent", ""),
    ("aidant", 0, "prime-activite", "nothing", ""),
)
RENEWAL_NOTICE = timedelta(days=7)  # to ask again for the health cover


def tell(at: datetime, accounts: Mapping[str, Any], structures: Mapping[str, Any]) -> int:
    """Tell the rights of M. Andrei, once; return how many facts."""
    from django.db import transaction

    from maillage.apps.people.persons.actions import consents as people
    from maillage.apps.people.persons.models import Person
    from maillage.apps.referrals.droits.actions import telling as right_telling
    from maillage.apps.referrals.droits.actions.telling import Telling
    from maillage.apps.referrals.droits.models import Fact
    from maillage.apps.referrals.droits.rules.line import months_later
    from maillage.reference.checklists import checklists

    andrei = Person.objects.filter(example=True, nickname="M. Andrei", forgotten_at=None).first()
    if Fact.objects.filter(example=True).exists() or structures.get(HELP) is None or andrei is None:
        return 0
    stage = Stage(at, accounts, structures)
    acting = {"aidant": structures[HELP], "travail-social": structures[SOCIAL]}
    closes = checklists()["complementaire-sante"].closes or 0
    until = months_later((at + RENEWAL_NOTICE).date(), closes)
    with transaction.atomic():
        people.agree(
            person=andrei,
            purpose="track",
            how="read",
            by=accounts["aidant"],
            acting=structures[HELP].pk,
            at=stage.ago(14),
        )
        first = (
            Telling(
                procedure="complementaire-sante",
                kind="obtained",
                on=months_later(until, -12),
                until=until,
            ),
            Telling(procedure="compte-ameli", kind="obtained", on=stage.ago(21).date()),
        )
        for telling in first:
            right_telling.tell(
                andrei, telling, by=accounts["aidant"], at=stage.ago(14), structure=structures[HELP]
            )
        for account_name, days, procedure, kind, paper in RIGHTS:
            moment = stage.ago(days)
            telling = Telling(procedure=procedure, kind=kind, on=moment.date(), paper=paper)
            right_telling.tell(
                andrei, telling, by=accounts[account_name], at=moment, structure=acting[account_name]
            )
    return int(Fact.objects.filter(example=True).count())
