"""A person corrected, and prepared a referral, while somebody erases them, each in a connection of its own.

Prints one JSON document: how many are erased, and how many of them something still tells of.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from threading import Barrier

from maillage.manage.deploy.bootstrap import ready
from tests.support.speed import PATIENCE

N = 5
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def main() -> None:
    ready()
    from django.db import connection

    from maillage.apps.people.documents import queries as documents_queries
    from maillage.apps.people.documents.actions import storing
    from maillage.apps.people.documents.models import Paper
    from maillage.apps.people.persons import rules
    from maillage.apps.people.persons.actions import card_secrets, consents, corrections, forgetting, register
    from maillage.apps.people.persons.models import CardSecret, Consent, CorrectionRequest, Person
    from maillage.apps.platform.accounts.models import User
    from maillage.apps.referrals.orientations.actions import drafts
    from maillage.apps.referrals.orientations.models import Orientation
    from maillage.kernel.errors import Refused
    from tests.conftest import with_role
    from tests.support.places import place

    library = place("effacer", {"nom": "effacer", "pivot": "21380185500099"}).structure
    leila = with_role(
        User.objects.create_user("effacer@exemple.fr", "x", name="Leila"), "aidant", structure=library
    )
    people = [register.welcome(by=leila, structure=library, nickname="Fatou", at=AT) for _ in range(N)]
    gate = Barrier(2)

    def store(person: Person) -> None:
        upload = storing.Upload(b"x" * 200_000, "image/jpeg")
        values = {"kind": "identite", "purpose": "rsa", "days": 30, "how": "read", "by": leila, "at": AT}
        storing.store(upload, person=person, structure=library, token=f"{person.pk}", **values)

    def write() -> None:
        try:
            for person in people:
                gate.wait(timeout=PATIENCE)
                with suppress(Refused):
                    store(person)
                    register.correct(person, {"nickname": "Zohra"}, by=leila, at=AT)
                    consents.agree(person=person, purpose="keep", how="read", by=leila, at=AT)
                    secret = rules.read_secret("framboise")
                    card_secrets.choose_secret(person, secret, by=leila, at=AT)
                    corrections.ask_correction(person, library, "Zohra", by=leila, at=AT)
                    drafts.prepare(
                        drafts.Draft(structure=library, person=person, need="formation", note="Zohra"),
                        by=leila,
                        at=AT,
                    )
        finally:
            connection.close()

    def erase() -> None:
        try:
            for person in people:
                gate.wait(timeout=PATIENCE)
                forgetting.forget(person, by=leila, at=AT)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        for each in [pool.submit(write), pool.submit(erase)]:
            each.result()
    own_people = Person.objects.filter(pk__in=[person.pk for person in people])
    sys.stdout.write(
        json.dumps(
            {
                "erased": own_people.exclude(forgotten_at=None).count(),
                "named": own_people.exclude(nickname="").count(),
                "agreed": Consent.objects.filter(person__in=own_people, withdrawn_at=None).count(),
                "referred": Orientation.objects.filter(person__in=own_people).count(),
                "secrets": CardSecret.objects.count() + CorrectionRequest.objects.count(),
                "papers": Paper.objects.count() + len(list(documents_queries.folder().glob("*"))),
            }
        )
    )


if __name__ == "__main__":
    main()
