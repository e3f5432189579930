"""Problems of the site: told without an account, read and settled by who runs it, erased in time."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone

from maillage.apps.directory.memberships.actions.recoveries import appoint
from maillage.apps.platform.accounts.models import User
from maillage.apps.site.pages import access, actions
from maillage.apps.site.pages.models import ProblemReport
from maillage.apps.site.pages.worklist import lines
from maillage.manage.deploy import scheduler

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
REPORT_TEXT = "Le bouton « Suite » ne fait rien."


@pytest.fixture
def keeper():
    at = timezone.now()
    user = appoint(email="garde@exemple.fr", name="Une garde", on=timezone.localdate(at), at=at)[0]
    Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
    return user


def test_a_problem_is_reported_without_an_account_and_the_page_leads_back(client):
    answer = client.post("/signaler/", {"texte": f"  {REPORT_TEXT} ", "page": "/glossaire/?q=moi#mot"})
    assert "Merci, c’est noté" in answer.content.decode()
    assert 'href="/glossaire/"' in answer.content.decode()
    row = ProblemReport.objects.get()
    assert (row.page, row.text, row.reach, row.closed_at) == ("/glossaire/", REPORT_TEXT, "", None)


def test_a_message_sent_twice_is_read_once_until_it_is_settled(client):
    sent = {"texte": REPORT_TEXT, "page": "/glossaire/", "joindre": "06 11 22 33 44"}
    for _ in range(2):  # the page that thanks, loaded again
        assert "Merci, c’est noté" in client.post("/signaler/", sent).content.decode()
    row = ProblemReport.objects.get()
    client.post("/signaler/", sent | {"texte": "Autre chose"})
    assert ProblemReport.objects.count() == 2
    actions.settle(row, at=timezone.now())
    client.post("/signaler/", sent)
    assert ProblemReport.objects.filter(closed_at=None).count() == 2, "it happens again"


@pytest.mark.parametrize(
    ("page", "stored"),
    [
        ("/acces/Secret-1/", "/acces/…/"),
        ("https://ailleurs.example/", ""),
        ("//ailleurs.example/x", ""),
        ("/\t/ailleurs.example/x", ""),
    ],
)
def test_the_page_of_a_problem_is_a_local_path_without_its_secret(client, page, stored):
    answer = client.post("/signaler/", {"texte": REPORT_TEXT, "page": page}).content.decode()
    assert ProblemReport.objects.get().page == stored
    assert "Revenir à la page" not in answer


def test_an_empty_sentence_is_refused_and_what_was_typed_stays(client):
    answer = client.post("/signaler/", {"texte": " ", "joindre": "06 11 22 33 44", "page": "/style/"})
    body = answer.content.decode()
    assert answer.status_code == 400 and "Il manque votre phrase." in body
    assert 'value="06 11 22 33 44"' in body and 'value="/style/"' in body
    assert (
        "Cette case doit rester vide"
        in client.post("/signaler/", {"texte": REPORT_TEXT, "site": "x"}).content.decode()
    )
    assert not ProblemReport.objects.exists()


def test_the_form_and_what_it_asks_for_speak_the_language_of_the_page(client):
    client.get("/signaler/?lang=en")
    page = client.post("/signaler/", {"texte": ""}).content.decode()
    assert "Dites-nous" not in page and "Il manque votre phrase" not in page
    assert "Only the people who run this site will read it." in page


def test_a_connection_that_tells_too_many_waits(client, monkeypatch):
    monkeypatch.setattr(access, "PROBLEMS_AN_HOUR", 2)
    for n in range(2):
        assert client.post("/signaler/", {"texte": f"{REPORT_TEXT} {n}"}).status_code == 200
    assert client.post("/signaler/", {"texte": REPORT_TEXT}).status_code == 429
    assert ProblemReport.objects.count() == 2


def test_who_runs_the_platform_reads_settles_and_takes_back(client, keeper):
    at = timezone.now()
    row = actions.report("/glossaire/", "<b>Oups</b>", reach="moi@exemple.fr", at=at - timedelta(days=9))
    assert client.get("/espace/problemes/").status_code == 302
    (line,) = lines(keeper, at)
    assert (line.n, line.late, line.url) == (1, True, "/espace/problemes/")
    client.force_login(keeper)
    page = client.get("/espace/problemes/").content.decode()
    assert "&lt;b&gt;Oups&lt;/b&gt;" in page and "moi@exemple.fr" in page and 'href="/glossaire/"' in page
    assert "Rien à lire" in client.post(f"/espace/problemes/{row.pk}/", follow=True).content.decode()
    assert not list(lines(keeper, at))
    back = client.post(f"/espace/problemes/{row.pk}/", {"geste": "rouvrir"}, follow=True).content.decode()
    assert "de nouveau à lire" in back and "Rien à lire" not in back


def test_nobody_else_reads_them(client):
    row = actions.report("", REPORT_TEXT, reach="", at=timezone.now())
    other = User.objects.create_user("ami@exemple.fr", "x")
    client.force_login(other)
    assert client.get("/espace/problemes/").status_code == 404
    assert client.post(f"/espace/problemes/{row.pk}/").status_code == 404
    assert not list(lines(other, timezone.now()))


@pytest.mark.parametrize(
    ("reported_days_ago", "settled", "erased"),
    [(0, None, False), (300, 29, False), (31, 30, True), (365, None, True)],
)
def test_a_problem_is_erased_a_month_after_it_is_settled_and_after_a_year(reported_days_ago, settled, erased):
    at = timezone.now()
    row = actions.report("", REPORT_TEXT, reach="x", at=at - timedelta(days=reported_days_ago))
    if settled is not None:
        actions.settle(row, at=at - timedelta(days=settled))
    done = {each.name: each for each in scheduler.run(at)}
    assert not done["problemes_effaces"].error
    assert ProblemReport.objects.exists() is not erased


def test_a_reader_proposes_a_translation(client, keeper):
    page = client.get("/apprendre/?lang=ro").content.decode()
    assert 'href="/signaler/?page=/apprendre/&amp;traduction=ro' in page
    empty_form = client.get("/signaler/?page=/apprendre/&traduction=ro").content.decode()
    assert 'name="proposition"' in empty_form and 'name="langue" value="ro"' in empty_form
    sentence, proposed = "Gratuit, fără cont", "Gratis, fără cont"
    client.post(
        "/signaler/", {"texte": sentence, "proposition": proposed, "langue": "ro", "page": "/apprendre/"}
    )
    row = ProblemReport.objects.get()
    assert (row.language, row.text, row.proposed) == ("ro", sentence, proposed)
    client.force_login(keeper)
    listed = client.get("/espace/problemes/").content.decode()
    assert proposed in listed and "Gratuit, sans compte" in listed


def test_an_unknown_language_is_refused(client):
    assert client.post("/signaler/", {"texte": "x", "langue": "xx"}).status_code == 400
