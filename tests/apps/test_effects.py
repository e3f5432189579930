"""What is counted of an action beside what was expected, and the tasks that meetings gave for it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from maillage.apps.community.models import Decision, Meeting
from maillage.apps.plans import actions, rules
from maillage.apps.plans.models import PlanMeasure, PlanTask
from maillage.reference.plan_frames import frames
from tests.conftest import PLACE, account

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture
def lea(home):
    return account("lea", "coordination", territory="38")


@pytest.fixture
def row(lea):
    plan = actions.open_plan(PLACE, title="Le plan", frame=frames()["grenoble"], by=lea, at=AT)
    actions.publish(plan, shown=True, by=lea, at=AT)
    found = plan.actions.get(number=7)
    found.indicator, found.baseline, found.target = "Personnes venues", 12, 60
    found.starts_on = date(2026, 3, 1)
    found.save()
    return found


def page_of(client, row) -> str:
    return client.get(f"/territoires/{PLACE}/plan/actions/{row.pk}/").content.decode().replace("\xa0", " ")


def send(client, row, **sent):
    return client.post(f"/espace/territoires/{PLACE}/plan/{row.pk}/geste/", sent, follow=True)


@pytest.mark.parametrize(
    ("baseline", "target", "counted", "others", "told"),
    [
        (12, 60, [(1, 20), (5, 41)], 0, "De 12 au départ à 41 : 29 de plus, sur 48 visés. Personne n’a noté"),
        (12, 60, [(5, 41), (1, 20)], 2, "De 12 au départ à 41 : 29 de plus, sur 48 visés. 2 autres choses"),
        (12, None, [(1, 12)], 1, "De 12 au départ à 12 : rien n’a bougé. Une autre chose a changé"),
        (12, 12, [(1, 9)], 0, "De 12 au départ à 9 : 3 de moins. Personne"),
        (None, 60, [(1, 9)], 0, "Compté : 9, pour 60 visés. On ne sait pas d’où l’on partait. Personne"),
    ],
)
def test_what_is_counted_never_says_what_caused_it(baseline, target, counted, others, told):
    days = [(date(2026, month, 1), n) for month, n in counted]
    found = rules.effect_sentence(baseline, target, days, others)
    assert found.startswith(told)
    assert found.endswith("rien ne dit que l’action en est la cause.")


def test_a_number_stands_beside_what_was_expected_and_everybody_reads_it(client, lea, row):
    client.force_login(lea)
    today = date.today()
    for days, value in ((40, 20), (2, 41)):
        on = (today - timedelta(days=days)).isoformat()
        send(client, row, geste="mesure", on=on, value=value, source="Feuille d’accueil, CCAS")
    client.logout()
    page = page_of(client, row)
    assert "De 12 au départ à 41 : 29 de plus, sur 48 visés." in page
    assert "rien ne dit que l’action en est la cause" in page
    assert 'aria-label="Personnes venues' in page
    assert "Noter ce nombre" not in page


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ({"on": "2999-01-01", "value": "3", "source": "CCAS"}, "Ce jour n’est pas encore venu."),
        ({"on": "2026-05-01", "value": "", "source": "CCAS"}, "Il manque le nombre compté."),
        ({"on": "2026-05-01", "value": "3", "source": ""}, "Il manque qui a compté."),
    ],
)
def test_a_number_without_a_day_or_a_source_is_refused(client, lea, row, sent, why):
    client.force_login(lea)
    assert why in send(client, row, geste="mesure", **sent).content.decode()
    assert not PlanMeasure.objects.exists()


def test_a_number_is_withdrawn_and_put_back(client, lea, row):
    client.force_login(lea)
    send(client, row, geste="mesure", on="2026-05-01", value=20, source="CCAS")
    measure = PlanMeasure.objects.get()
    send(client, row, geste="oter-mesure", mesure=measure.pk)
    page = page_of(client, row)
    assert "Rien n’est encore compté" in page
    assert "Nombres retirés (1)" in page
    send(client, row, geste="oter-mesure", mesure=measure.pk)
    assert "De 12 au départ à 20" in page_of(client, row)


def task(lea, words: str, commune: str) -> Decision:
    held = {"made_at": AT, "changed_at": AT, "token": words}
    meeting = Meeting.objects.create(title="Réunion", commune=commune, by=lea, **held)
    until = {"leads": "coordination", "until_on": date(2026, 12, 1), "token": words}
    return Decision.objects.create(meeting=meeting, words=words, by=lea, at=AT, **until)


def test_a_task_of_a_meeting_is_linked_to_an_action_and_seen_by_the_team_alone(client, lea, row):
    mine, other = task(lea, "Appeler la médiathèque", "38185"), task(lea, "Ailleurs", "59350")
    client.force_login(lea)
    page = page_of(client, row)
    assert "Appeler la médiathèque" in page and "Ailleurs" not in page
    assert send(client, row, geste="tache", tache=other.pk).status_code == 404
    send(client, row, geste="tache", tache=mine.pk)
    assert PlanTask.objects.get().decision == mine
    client.logout()
    assert "Appeler la médiathèque" not in page_of(client, row)
    client.force_login(lea)
    send(client, row, geste="oter-tache", tache=PlanTask.objects.get().pk)
    assert not PlanTask.objects.exists()
    assert Decision.objects.filter(pk=mine.pk).exists(), "the meeting keeps its task"


def test_nobody_else_counts_or_links(client, row):
    client.force_login(account("nord", "coordination", territory="59"))
    assert send(client, row, geste="mesure", on="2026-05-01", value=1, source="x").status_code == 404
    assert not PlanMeasure.objects.exists()


def test_a_zone_without_the_action_stands_beside_with_its_limits(client, lea, row):
    client.force_login(lea)
    today = date.today()
    for days, value, where in ((200, 10, "Le Pont-de-Claix"), (3, 22, "Le Pont-de-Claix"), (2, 41, "")):
        on = (today - timedelta(days=days)).isoformat()
        send(client, row, geste="mesure", on=on, value=value, source="Registre du CCAS", elsewhere=where)
    page = page_of(client, row)
    assert "De 12 au départ à 41" in page, "what is counted elsewhere is not counted here"
    assert "Ici, de 12 à 41 (+29). Le Pont-de-Claix, sans l’action : de 10 à 22 (+12). Écart : +17." in page
    assert "cet écart ne prouve pas l’effet de l’action" in page


def test_a_comparison_says_what_it_lacks():
    here, there = [(date(2026, 11, 3), 41)], [(date(2026, 1, 5), 10), (date(2026, 11, 2), 22)]
    assert "Il en faut un avant et un après" in rules.comparison_sentence(None, here, "Claix", there[:1])
    assert "rien ne se compare encore" in rules.comparison_sentence(None, here, "Claix", there)
    late = rules.comparison_sentence((date(2026, 6, 1), 12), here, "Claix", there)
    assert "Les jours comptés diffèrent, jusqu’à 147 jours." in late.replace("\xa0", " ")
