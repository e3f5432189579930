"""The pilot of an action: an account or an invited person, who is told on the page of the day."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from maillage.apps.directory.memberships.actions import invitations
from maillage.apps.steering.plans import actions, rules, worklist
from maillage.apps.steering.plans.models import PlanAction
from maillage.apps.steering.plans.queries.pilots import pilot_choices
from maillage.reference.plan_frames import frames
from tests.conftest import PLACE, account
from tests.support.places import place

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
PAGE, SPACE = f"/territoires/{PLACE}/plan/", f"/espace/territoires/{PLACE}/plan/"


@pytest.fixture
def lea(home):
    return account("lea", "coordination", territory="38")


@pytest.fixture
def karim(home):
    return account(
        "karim",
        "aidant",
        structure=place(
            "relais", {"nom": "Le relais", "commune": "Échirolles", "code_insee": PLACE}
        ).structure,
    )


@pytest.fixture
def plan(lea):
    return actions.open_plan(PLACE, title="Le plan d’ici", frame=frames()["grenoble"], by=lea, at=AT)


def name_pilot(client, row: PlanAction, choice: str, **values: str) -> PlanAction:
    sent = {"title": row.title, "axis": row.axis_id, "version": row.version, "pilot_choice": choice}
    response = client.post(f"{SPACE}{row.pk}/", sent | values)
    assert response.status_code == 302, response.context["form"].errors
    row.refresh_from_db()
    return row


def news_of(user) -> list[str]:
    return [item.title for item in worklist.news(user, timezone.now())]


def test_an_account_named_pilot_has_news_and_reads_the_plan(client, lea, karim, plan):
    row = plan.actions.get(number=1)
    client.force_login(karim)
    assert client.get(PAGE).status_code == 404
    client.force_login(lea)
    row = name_pilot(client, row, f"compte-{karim.pk}")
    assert row.pilot == "Karim", "nobody types a name twice"
    assert news_of(karim) == [row.title] and news_of(lea) == []
    client.force_login(karim)
    assert row.title in client.get(reverse("space")).content.decode()
    assert client.get(f"{PAGE}actions/{row.pk}/").status_code == 200
    assert client.get(f"{SPACE}{row.pk}/").status_code in (403, 404), "reads, and does not write"
    client.force_login(lea)
    name_pilot(client, row, "")
    assert news_of(karim) == []


def test_an_invited_person_has_news_when_their_account_opens(client, lea, karim, plan):
    row = plan.actions.get(number=2)
    invitation, _ = invitations.invite(
        by=lea, role="analyste", for_whom="Inès, Caf", territory="38", at=timezone.now()
    )
    client.force_login(lea)
    row = name_pilot(client, row, f"lien-{invitation.pk}")
    assert row.pilot == "Inès, Caf" and news_of(karim) == []
    invitation.used_by, invitation.used_at = karim, timezone.now()
    invitation.save()
    assert news_of(karim) == [row.title]


def test_a_late_action_is_a_line_of_its_pilot(lea, karim, plan):
    today = timezone.localdate()
    plan.actions.filter(number__in=(1, 2)).update(
        pilot_account=karim, pilot_at=AT, starts_on=today - timedelta(days=9), state=rules.READY
    )
    plan.actions.filter(number=2).update(state=rules.RUNNING)
    assert [line.title for line in worklist.lines(karim, timezone.now())] == [
        plan.actions.get(number=1).title
    ]


def test_pilots_offered_are_those_of_the_territory_that_a_user_manages(lea, karim, plan):
    account("paul", "aidant", structure=place("bourg", {"nom": "Ailleurs", "code_insee": "01053"}).structure)
    choices = pilot_choices(lea, PLACE, timezone.now())
    assert choices == {f"compte-{lea.pk}": "Lea", f"compte-{karim.pk}": "Karim"}
    assert pilot_choices(karim, PLACE, timezone.now()) == {f"compte-{karim.pk}": "Karim"}
