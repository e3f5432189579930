"""The demonstration’s call for projects: open, with one application that waits for the other structure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from maillage.manage.demonstration.stage import LEARN, SOCIAL


def tell(at: datetime, accounts: Mapping[str, Any], structures: Mapping[str, Any]) -> int:
    """Publish the call of the demonstration, once; return how many projects it has."""
    from django.db import transaction

    from maillage.apps.volunteering.grants import actions
    from maillage.apps.volunteering.grants.models import GrantCall
    from maillage.manage.commands.demo import PERIMETER

    missing = any(structures.get(name) is None for name in (SOCIAL, LEARN))
    if GrantCall.objects.filter(example=True).exists() or missing:
        return 0
    by = accounts["coordination"]
    with transaction.atomic():
        call = actions.prepare(
            PERIMETER,
            title="Social et numérique, ensemble",
            about="Pour des permanences où l’on aide et où l’on apprend, dans les quartiers sans lieu.",
            support="La coordination du réseau aide à écrire le projet : une heure, sur rendez-vous.",
            budget=20_000,
            most=8_000,
            opens_on=at.date() - timedelta(days=10),
            closes_on=at.date() + timedelta(days=40),
            token="exemple-appel",  # noqa: S106, of a form
            by=by,
            at=at,
            example=True,
        )
        actions.publish(call, by=by, at=at)
        actions.write(
            call,
            social=structures[SOCIAL],
            digital=structures[LEARN],
            by_social=False,
            title="Le mardi des papiers",
            what="Une assistante sociale et un formateur tiennent ensemble une permanence le mardi matin.",
            public="Les personnes suivies qui n’ont jamais ouvert leur espace en ligne",
            amount=6_500,
            token="exemple-projet",  # noqa: S106, of a form
            by=accounts["formation"],
            at=at,
        )
    return 1
