"""Queries of every day's pages use an index that covers them: a country's rows are not walked for a few."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db.models import Q

from maillage.apps.learning import access
from maillage.apps.learning.models import Fact
from maillage.apps.people.mandats.access import mandats_for
from maillage.apps.people.reminders.access import reminders_for
from maillage.apps.platform.messages.models import Message
from maillage.apps.referrals.autonomy.queries import overdue
from maillage.apps.referrals.orientations.models import Orientation
from maillage.apps.referrals.orientations.queries import pressing
from maillage.apps.referrals.orientations.rules import cycle
from maillage.apps.steering.indicators.queries import sources
from maillage.apps.surveys import worklist
from maillage.apps.surveys.models import Survey
from maillage.web import bulk
from tests.conftest import account
from tests.support.places import place

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.mark.parametrize("nudges", [pressing.nudges, overdue.nudges])
def test_a_gesture_is_found_in_the_journal_by_its_name_and_its_day(nudges):
    query_plan = nudges(AT - timedelta(days=7)).values("row").explain()
    assert "USING INDEX accounts_entry_of_verb (verb=? AND at>?)" in query_plan


def test_referrals_without_an_answer_are_counted_in_their_index():
    rows = Orientation.objects.filter(
        state__in=cycle.UNANSWERED, sent_at__lte=AT, to_structure__isnull=False, stripped_at=None
    )
    query_plan = pressing.counted(rows).explain()
    assert "USING COVERING INDEX orientations_unanswered (state=? AND sent_at<?)" in query_plan


def test_those_who_began_on_some_days_are_counted_in_their_index():
    """Asked every ten minutes: the day of a moment is in no index, and every step of everybody was read."""
    query_plan = sources._learners({date(2026, 11, 19), date(2026, 11, 20), date(2026, 3, 1)}).explain()
    assert query_plan.count("USING INDEX learning_fact_at (at>? AND at<?)") == 2, (
        "days that follow are one span"
    )
    recent = Fact.objects.filter(kept_at__gte=AT, person__isnull=False).order_by().values("person")
    assert "learning_fact_kept (kept_at>?)" in recent.explain()


def test_messages_are_found_by_their_address_their_structure_or_their_commune():
    to = Message.objects.filter(channel="sms", to="+33612345678").order_by("-pk")
    assert "outbox_address (to=?)" in to.explain()
    many = bulk.is_one_of("commune", [f"{n:05d}" for n in range(bulk.FEW + 1)])
    for there in (Q(commune__in=["38185"]), many):
        query_plan = Message.objects.filter(Q(structure__in=[1]) | there).explain()
        assert (
            "outbox_of_structure (structure=?)" in query_plan
            and "outbox_of_commune (commune=?)" in query_plan
        )


def test_the_answers_of_a_survey_are_counted_in_their_index():
    query_plan = worklist.annotated(Survey.objects.all()).explain()
    assert query_plan.count("USING COVERING INDEX surveys_answer_in_use (survey_id=?") >= 2


def test_the_plans_of_a_team_are_not_looked_for_among_those_of_everybody(home):
    aidant = account("lea", "aidant", structure=place("centre").structure)
    rows = access.plans_for(aidant, Q(ask_on__lte=AT.date())).order_by("ask_on", "pk")[:100]
    assert "USING INDEX learning_plan_ask_on" not in rows.explain()


def test_what_is_of_the_persons_of_a_team_is_found_without_reading_their_sheets(home):
    """A list of each feature asks it, ten times on a day page."""
    aidant = account("lea", "aidant", structure=place("centre").structure)
    for rows in (mandats_for(aidant), reminders_for(aidant)):
        assert "people_person" not in str(rows.select_related(None).query)
