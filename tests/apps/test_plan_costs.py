"""The costs of a plan by year and by kind, and its publication, which warns of what a council will ask."""

from datetime import UTC, date, datetime

import pytest

from maillage.apps.steering.plans import actions, rules
from maillage.apps.steering.plans.models import PlanAction
from maillage.apps.steering.plans.queries import budgets, overview
from maillage.apps.steering.plans.queries.report import plan_of
from maillage.publishing.plan import document
from maillage.reference.plan_frames import frames
from tests.conftest import PLACE, account

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
PAGE, SPACE = f"/territoires/{PLACE}/plan/", f"/espace/territoires/{PLACE}/plan/"
PLAIN = str.maketrans({"\xa0": " ", "\u202f": " "})


@pytest.fixture
def lea(home):
    return account("lea", "coordination", territory="38")


@pytest.fixture
def plan(lea):
    return actions.open_plan(PLACE, title="Le plan d’ici", frame=frames()["grenoble"], by=lea, at=AT)


def write(client, row: PlanAction, **values: str):
    sent = {"title": row.title, "axis": row.axis_id, "version": row.version} | values
    return client.post(f"{SPACE}{row.pk}/", sent)


def test_costs_by_year_make_the_budget_of_an_action(client, lea, plan):
    row = plan.actions.get(number=1)
    client.force_login(lea)
    lines = "2027 fonctionnement 21 000 €\n2028 : investissement 5 000\n2027 : 1000 Fonctionnement"
    assert write(client, row, costs=lines).status_code == 302
    row.refresh_from_db()
    assert (row.budget, row.costs) == (27_000, [[2027, 22_000, 0], [2028, 0, 5_000]])
    page = client.get(f"{PAGE}actions/{row.pk}/").content.decode().translate(PLAIN)
    assert "2027 : fonctionnement 22 000 € ; 2028 : investissement 5 000 €" in page
    form = client.get(f"{SPACE}{row.pk}/").context["form"]
    assert form.initial["costs"] == "2027 fonctionnement 22000\n2028 investissement 5000"


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"costs": "en 2027, beaucoup"}, "« en 2027, beaucoup » n’est pas un coût"),
        ({"costs": "2027 fonctionnement beaucoup"}, "Ce n’est pas un montant"),
        ({"costs": "1027 fonctionnement 12"}, "l’année 1027 n’est pas entre 2000 et 2099"),
        ({"costs": "2027 fonctionnement 12", "budget": "11"}, "plus que le budget de 11 €"),
    ],
)
def test_costs_are_refused_when_they_say_no_cost(client, lea, plan, values, why):
    row = plan.actions.get(number=1)
    client.force_login(lea)
    page = write(client, row, **values)
    assert page.status_code == 400 and why in page.content.decode().translate(PLAIN)


def test_yearly_totals_count_each_euro_once(client, lea, plan, study):
    first, other, dropped = (plan.actions.get(number=number) for number in (1, 2, 3))
    part = actions.write(plan, token="part", parent=first, title="Partie", budget=9, by=lea, at=AT)
    for row, values in (
        (first, {"budget": 100, "costs": [[2027, 60, 20]]}),
        (other, {"budget": 50, "costs": [[2027, 0, 20], [2028, 30, 0]]}),
        (dropped, {"budget": 7, "costs": [[2027, 7, 0]], "state": rules.DROPPED}),
        (part, {"costs": [[2027, 9, 0]]}),
    ):
        PlanAction.objects.filter(pk=row.pk).update(**values)
    totals = [
        (row.label, row.running, row.investment, row.undetailed, row.total)
        for row in budgets.yearly(overview.actions_of(plan))
    ]
    assert totals == [
        ("2027", 60, 40, 0, 100),
        ("2028", 30, 0, 0, 30),
        ("Sans année encore", 0, 0, 20, 20),
        ("En tout", 90, 40, 20, 150),
    ], "each row adds across, and each column down"
    dated = PlanAction.objects.get(pk=first.pk)
    dated.starts_on, dated.ends_on = date(2027, 3, 1), date(2028, 12, 31)
    assert [row.label for row in budgets.yearly([dated])] == ["2027", "2027 à 2028", "En tout"]
    client.force_login(lea)
    assert "Sans année encore" in client.get(PAGE).content.decode()
    reported_plan = plan_of(PLACE, overview.reading_of(PLACE), on=date(2026, 11, 20))
    grid = document._money(reported_plan)[0].blocks[-1]
    assert grid.rows[-1][-1].text == "150"
    assert "150 €" in document._budget_words(reported_plan).translate(PLAIN)


def test_a_publication_warns_of_what_a_council_will_ask(client, lea, plan):
    row = plan.actions.get(number=1)
    PlanAction.objects.filter(pk=row.pk).update(pilot="Inès", starts_on=AT.date())
    client.force_login(lea)
    page = client.post(f"{SPACE}geste/", {"geste": "publier"})
    text = page.content.decode().translate(PLAIN)
    assert "21 actions sans pilote" in text and "22 actions sans coût" in text
    plan.refresh_from_db()
    assert plan.published_at is None
    client.post(f"{SPACE}geste/", {"geste": "publier", "sur": "oui"})
    plan.refresh_from_db()
    assert plan.published_at is not None


def test_a_plan_that_says_all_is_published_at_once(client, lea, plan):
    plan.actions.update(pilot="Inès", starts_on=AT.date(), budget=0, indicator="Personnes venues")
    client.force_login(lea)
    client.post(f"{SPACE}geste/", {"geste": "publier"})
    plan.refresh_from_db()
    assert plan.published_at is not None
