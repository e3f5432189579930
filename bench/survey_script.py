"""Run apart, in a home of its own: each page of a survey, computed, then kept."""

import os
import random
import sys
import uuid
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from bench.timing import seconds

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
STEP = 2_000  # answers received at once
PAGES = (
    ("tableaux", "", "tableaux"),
    ("constats", "constats/", "tableaux"),
    ("publier", "publier/", "edition"),
)


def main() -> None:
    from maillage.manage.deploy.bootstrap import ready

    ready()
    from django.test import Client

    from maillage.apps.surveys.actions import campaigns, receive
    from maillage.apps.surveys.queries.places import fitted
    from maillage.apps.surveys.rules import Sent
    from maillage.manage.requests import static
    from maillage.reference.surveys import banks

    static.collect()
    form = fitted(banks()["habitants"], "200040715")
    survey = campaigns.prepare(by=None, title="Mesure", territory="200040715", questionnaire=form, at=AT)
    survey = campaigns.open_survey(survey, by=None, at=AT)
    drawn, many = random.Random(1), int(os.environ["ANSWERS"])
    questions = [each for each in form.questions() if each.kind == "one" and each.name != "age_environ"]
    for start in range(0, many, STEP):
        receive.receive(
            survey,
            [
                Sent(
                    uid=uuid.UUID(int=k + 1),
                    version=1,
                    channel="street",
                    values={"age": str(drawn.randint(15, 95))}
                    | {each.name: drawn.choice([c.name for c in form.choices(each)]) for each in questions},
                )
                for k in range(start, min(start + STEP, many))
            ],
            at=AT,
        )
    client = Client(headers={"host": "localhost"})
    client.force_login(_analyst())
    for name, tab, part in PAGES:
        reference = seconds(partial(_compute, survey, part))
        address = f"/espace/enquetes/{survey.pk}/resultats/{tab}"
        assert client.get(address).status_code == 200
        page_seconds = seconds(partial(client.get, address), times=5)
        sys.stdout.write(f"{name}\t{page_seconds}\t{reference}\n")


def _compute(survey: Any, part: str) -> None:
    from maillage.apps.surveys.actions import calculations

    calculations.compute(survey, part, at=datetime.now(UTC))


def _analyst() -> Any:
    from maillage.apps.directory.memberships.models import Membership
    from maillage.apps.platform.accounts.models import User

    user = User.objects.create_user("mesure@exemple.fr", None, is_demonstration=True)
    Membership.objects.create(user=user, role="analyste", territory="200040715", since=date(2020, 1, 1))
    return user


if __name__ == "__main__":
    main()
