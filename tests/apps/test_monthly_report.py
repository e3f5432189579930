"""The activity report of each month by e-mail: asked for, sent once with its PDF, refused again."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from maillage.apps.directory.memberships.models import Membership
from maillage.apps.platform.messages.models import Message
from maillage.apps.steering.pilotage import actions
from maillage.apps.steering.pilotage.models import MonthlyReport
from maillage.apps.steering.pilotage.queries import monthly
from maillage.manage.providers.mail import mail
from tests.conftest import account
from tests.support.places import place

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
FIRST = datetime(2026, 12, 1, 8, tzinfo=UTC)
PAGE = "/espace/pilotage/activite/"


@pytest.fixture
def karim(home):
    return account("karim", "gestionnaire", structure=place("bibliotheque").structure)


def test_who_asks_receives_the_pdf_of_the_month_once(client, karim):
    actions.send_monthly(at=FIRST)
    assert not Message.objects.exists(), "nobody receives what they did not ask for"
    client.force_login(karim)
    client.post(f"{PAGE}chaque-mois/", {"recevoir": "oui"})
    assert "Ne plus le recevoir" in client.get(PAGE).content.decode()
    for at in (FIRST.replace(hour=1), FIRST, FIRST + timedelta(days=1), FIRST + timedelta(days=20)):
        actions.send_monthly(at=at)
    message = Message.objects.get()
    assert (message.to, message.subject) == (karim.email, "Rapport d’activité : novembre 2026")
    assert PAGE in message.text
    email = mail(message, sender="maillage@exemple.fr", at=timezone.now())
    ((name, content, media),) = email.attachments
    assert (name, media, content[:5]) == ("activite-2026-11.pdf", "application/pdf", b"%PDF-")
    client.post(f"{PAGE}chaque-mois/", {"recevoir": "non"})
    assert not MonthlyReport.objects.exists()
    assert not mail(message, sender="maillage@exemple.fr", at=timezone.now()).attachments
    actions.send_monthly(at=FIRST + timedelta(days=31))
    assert Message.objects.count() == 1


def test_who_reads_no_structure_any_more_receives_nothing(karim):
    actions.choose_monthly(karim, is_wanted=True, at=FIRST)
    Membership.objects.filter(user=karim).delete()
    actions.send_monthly(at=FIRST)
    assert not Message.objects.exists()
    assert monthly.attachment(monthly.key(karim, date(2026, 11, 1)), FIRST.date()) is None
