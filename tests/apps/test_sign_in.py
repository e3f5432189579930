"""Signing in: by password, by a code received, by an application; how long it lasts; who must prove twice
who they are.
"""

import re
import time
from datetime import date, timedelta
from html import unescape

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.contrib.sessions.backends.db import SessionStore as FormerStore
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.signing import Signer
from django.http import HttpResponse
from django.template import engines
from django.test import Client
from django.urls import include, path
from django.utils import timezone
from django.views.decorators.http import require_POST

from maillage.apps.directory.memberships.models import Membership
from maillage.apps.directory.places.models import Structure
from maillage.apps.platform.accounts.access import OWNER
from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.messages.models import Message
from maillage.manage.deploy import scheduler
from maillage.manage.sign_in import sessions
from maillage.manage.sign_in.session_store import SessionStore

pytestmark = pytest.mark.django_db
PASSWORD, OTHER = "un-mot-de-passe-long", "cheval agrafe pile correcte"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PEOPLE = "/espace/personnes/"


FORM = """{% csrf_token %}<form method="get"><input name="note"></form>
<form method="post"><input type="hidden" name="lu" value="2"><textarea name="note">avant</textarea></form>"""


def _page(request):
    if request.method == "POST":
        return HttpResponse(f"reçu : {sorted(request.POST)} {request.POST.get('note', '')}")
    return HttpResponse(engines["django"].from_string(FORM).render({}, request))


urlpatterns = [  # two pages that stand for those of people, and for a form of anybody; one that shows no form
    path("espace/personnes/", _page),
    path("espace/note/", _page),
    path("espace/geste/", require_POST(_page)),
    path("", include("maillage.manage.urls")),
]


@pytest.fixture(autouse=True)
def _no_memory_of_former_attempts():
    cache.clear()


@pytest.fixture
def helper(db):
    """A digital helper: sees the people of a structure."""
    user = User.objects.create_user("aide@exemple.fr", PASSWORD, name="Camille")
    structure = Structure.objects.create(name="Maison des liens")
    Membership.objects.create(user=user, role="aidant", structure=structure, since=date(2020, 1, 1))
    return user


def sign_in(client, email="aide@exemple.fr", password=PASSWORD, **more):
    return client.post("/connexion/", {"login": email, "password": password, **more})


def posted(user, **fields) -> dict[str, str]:
    """Return the fields of a form whose page is that of an account."""
    return {OWNER: Signer(salt=OWNER).sign(user.pk), **fields}


def is_in(client) -> bool:
    return "_auth_user_id" in client.session


def tagless(page: str) -> str:
    return re.sub(r"<[^>]+>", "", page)


def read(response) -> str:
    return unescape(response.content.decode()).replace("\u00a0", " ")


def age(client, **ago) -> None:
    """Let time pass on a session, since it was opened or last seen."""
    session = client.session
    session_times = session[sessions.STAY_KEY]
    session[sessions.STAY_KEY] = session_times | {
        name: (timezone.now() - past).isoformat() for name, past in ago.items()
    }
    session.save()


def test_the_end_of_a_visit_is_a_whole_sentence_before_any_script(client, helper):
    sign_in(client)
    page_text = re.sub(r"<[^>]+>", "", read(client.get("/compte/")))
    assert "votre visite se termine dans 3 min. Ce que vous avez tapé" in page_text


def add_application(client) -> str:
    """Add an application of codes to the account signed in, and return its secret."""
    client.get("/compte/protection/application/")
    secret = client.session[totp.SECRET_SESSION_KEY]
    response = client.post("/compte/protection/application/", {"code": code_of(secret)})
    assert response["Location"] == "/compte/protection/codes/"
    return secret


def code_of(secret: str) -> str:
    return totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time())))


# ----------------------------------------------------------------------------------------- by a code received


def ask_code(client, email="aide@exemple.fr"):
    response = client.post("/connexion/code/", {"email": email})
    assert response["Location"].startswith("/connexion/code/saisir/")
    return client.get(response["Location"])


def code_received() -> str:
    return re.search(r"\d{4}-\d{4}", Message.objects.latest("pk").text).group()


def test_a_code_received_opens_the_account_once(client, helper):
    ask_code(client)
    code = code_received()
    response = client.post("/connexion/code/saisir/", {"code": code.replace("-", " ")})
    assert response["Location"] == "/espace/"
    assert is_in(client)
    other = Client()
    ask_code(other)
    other.post("/connexion/code/saisir/", {"code": code})
    assert not is_in(other)


def test_a_code_leaves_by_the_outbox_and_is_not_stored(client, helper):
    ask_code(client)
    message = Message.objects.get()
    assert (message.channel, message.to) == ("email", "aide@exemple.fr")
    assert code_received() not in message.subject + message.key
    assert message.purge_on <= timezone.localdate() + timedelta(days=1)
    assert message.never_after - message.made_at < timedelta(minutes=16)
    ask_code(Client())
    assert Message.objects.values("key").distinct().count() == 2


def test_an_address_without_account_is_answered_the_same(client, helper):
    known = read(ask_code(client))
    unknown = read(ask_code(Client(), "personne@exemple.fr"))
    plain = [re.sub(r'value="\w{40,}"|\w+@exemple\.fr', "", page) for page in (known, unknown)]
    assert plain[0] == plain[1]
    assert Message.objects.count() == 1


def test_a_code_that_is_guessed_three_times_is_dead(client, helper):
    ask_code(client)
    code = code_received()
    wrong = f"{(int(code[:4]) + 1) % 10000:04d}{code[4:]}"
    assert "Ce code n’est pas le bon" in read(client.post("/connexion/code/saisir/", {"code": wrong}))
    for _ in range(2):
        client.post("/connexion/code/saisir/", {"code": wrong})
    client.post("/connexion/code/saisir/", {"code": code})
    assert not is_in(client)


def test_codes_are_not_sent_without_end(client, helper):
    for n in range(20):
        Client(REMOTE_ADDR=f"192.0.2.{n // 5}").post("/connexion/code/", {"email": helper.email})
    response = client.post("/connexion/code/", {"email": helper.email})
    assert "Trop d’essais" in read(response)
    assert Message.objects.count() == 10


def test_a_code_opens_no_demonstration_account_in_production(client, settings, helper):
    User.objects.filter(pk=helper.pk).update(is_demonstration=True)
    settings.PRODUCTION = True
    ask_code(client)
    client.post("/connexion/code/saisir/", {"code": code_received()})
    assert client.get("/compte/").status_code == 302


def test_whoever_lost_the_password_comes_by_a_code_and_chooses_another(client, helper):
    ask_code(client)
    client.post("/connexion/code/saisir/", {"code": code_received()})
    assert "sans l’ancien" in read(client.get("/compte/"))
    assert "oldpassword" not in read(client.get("/compte/mot-de-passe/"))
    response = client.post("/compte/mot-de-passe/", {"password1": OTHER, "password2": OTHER})
    assert response["Location"] == "/compte/"
    assert sign_in(Client(), password=OTHER)["Location"] == "/espace/"


# -------------------------------------------------------------------------------------------- a second factor


def test_an_application_is_added_and_required_at_the_next_sign_in(client, helper):
    sign_in(client)
    secret = add_application(client)
    other = Client()
    assert sign_in(other)["Location"] == "/connexion/verifier/"
    assert not is_in(other)
    assert "Ce code n’est pas le bon" in read(other.post("/connexion/verifier/", {"code": "000000"}))
    assert other.post("/connexion/verifier/", {"code": code_of(secret)})["Location"] == "/espace/"
    assert is_in(other)


def test_a_recovery_code_opens_once_in_place_of_the_application(client, helper):
    sign_in(client)
    add_application(client)
    codes = re.findall(r"<li>(\d{8})</li>", client.get("/compte/protection/codes/").content.decode())
    assert len(codes) == 10
    for expected in (True, False):
        other = Client()
        sign_in(other)
        other.post("/connexion/verifier/", {"code": codes[0]})
        assert is_in(other) is expected
    assert "Il vous en reste 9" in read(client.get("/compte/protection/"))


def test_recovery_codes_are_taken_on_paper_or_in_a_file(client, helper):
    sign_in(client)
    add_application(client)
    text = client.get("/compte/protection/codes/maillage.txt").content.decode()
    assert len(re.findall(r"^\d{8}$", text, re.M)) == 10
    client.post("/compte/protection/codes/nouveaux/")
    assert set(re.findall(r"\d{8}", text)).isdisjoint(
        re.findall(r"<li>(\d{8})<", client.get("/compte/protection/codes/").content.decode())
    )


def test_the_factor_is_required_after_a_code_received_too(client, helper):
    sign_in(client)
    add_application(client)
    other = Client()
    ask_code(other)
    assert (
        other.post("/connexion/code/saisir/", {"code": code_received()})["Location"] == "/connexion/verifier/"
    )
    assert not is_in(other)


def test_guessing_the_factor_is_limited(client, helper):
    sign_in(client)
    secret = add_application(client)
    other = Client()
    sign_in(other)
    for n in range(11):
        page = read(other.post("/connexion/verifier/", {"code": f"{n:06d}"}))
    assert "Trop d’essais" in page
    other.post("/connexion/verifier/", {"code": code_of(secret)})
    assert not is_in(other)


def test_a_code_of_the_application_serves_once(client, helper):
    sign_in(client)
    secret = add_application(client)
    code = code_of(secret)
    first, second = Client(), Client()
    for each in (first, second):
        sign_in(each)
        each.post("/connexion/verifier/", {"code": code})
    assert (is_in(first), is_in(second)) == (True, False)


def test_adding_a_factor_closes_the_other_sessions_and_sends_a_mail(
    client, helper, django_capture_on_commit_callbacks
):
    other = Client()
    sign_in(other)
    sign_in(client)
    with django_capture_on_commit_callbacks(execute=True):
        add_application(client)
    assert other.get("/compte/").status_code == 302
    assert client.get("/compte/").status_code == 200
    assert "Une application de codes a été ajoutée" in Message.objects.order_by("pk").first().text


def test_taking_the_factor_off_takes_its_recovery_codes_off(client, helper):
    sign_in(client)
    add_application(client)
    assert client.get("/compte/protection/application/retirer/").status_code == 200
    client.post("/compte/protection/application/retirer/")
    assert not Authenticator.objects.exists()


def test_what_opens_the_account_is_changed_only_by_whoever_just_proved_who_they_are(client, helper):
    sign_in(client)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": 0}]
    session.save()
    response = client.get("/compte/protection/application/")
    assert response["Location"].startswith("/compte/confirmer/?next=")
    assert "Ce n’est pas votre mot de passe" in read(
        client.post(response["Location"], {"password": "faux-mot-de-passe"})
    )
    back = client.post(
        response["Location"], {"password": PASSWORD, "next": "/compte/protection/application/"}
    )
    assert back["Location"] == "/compte/protection/application/"
    assert client.get("/compte/protection/application/").status_code == 200


def test_an_account_without_password_gives_itself_one_by_showing_its_factor(client, helper):
    sign_in(client)
    secret = add_application(client)
    helper.set_unusable_password()
    helper.save()
    client.force_login(helper)
    response = client.get("/compte/mot-de-passe/")
    assert response["Location"] == "/compte/mot-de-passe/choisir/"
    response = client.get("/compte/mot-de-passe/choisir/")
    assert response["Location"].startswith("/compte/confirmer/code/?next=")
    client.post(response["Location"], {"code": code_of(secret), "next": "/compte/mot-de-passe/choisir/"})
    form_data = {"password1": OTHER, "password2": OTHER}
    assert client.post("/compte/mot-de-passe/choisir/", form_data)["Location"] == "/compte/"
    helper.refresh_from_db()
    assert helper.check_password(OTHER)


# -------------------------------------------------------------------------------------------- who sees people


@pytest.mark.urls(__name__)
def test_whoever_sees_people_first_adds_a_second_factor(client, helper):
    sign_in(client)
    response = client.get(f"{PEOPLE}?q=ana")
    assert response["Location"] == "/compte/protection/?next=%2Fespace%2Fpersonnes%2F%3Fq%3Dana"
    page = read(client.get(response["Location"]))
    assert "Avant d’ouvrir l’espace professionnel" in page
    assert 'href="/carte/">la carte des lieux d’aide</a>' in page, "what stays open to every role"
    add_application(client)
    assert f'href="{PEOPLE}?q=ana"' in read(client.get("/compte/protection/codes/"))
    assert client.get(PEOPLE).status_code == 200


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("role", ["aidant", "prescripteur", "formation", "benevole", "gestionnaire"])
def test_every_role_that_sees_people_needs_a_factor(client, helper, role):
    Membership.objects.update(role=role)
    client.force_login(helper)
    assert client.get(PEOPLE)["Location"].startswith("/compte/protection/")
    assert client.post(PEOPLE, {"note": "x"})["Location"] == "/compte/protection/"


@pytest.mark.urls(__name__)
def test_a_role_that_sees_nobody_needs_no_factor(client, helper):
    Membership.objects.update(role="pedagogie", structure=None, territory="38")
    client.force_login(helper)
    assert client.get(PEOPLE).status_code == 200
    assert "Avant d’ouvrir l’espace professionnel" not in read(client.get("/compte/protection/"))


@pytest.mark.urls(__name__)
def test_recovery_codes_alone_are_no_second_factor(client, helper):
    Authenticator.objects.create(user=helper, type="recovery_codes", data={"seed": "ab" * 40, "used_mask": 0})
    client.force_login(helper)
    assert client.get(PEOPLE).status_code == 302


@pytest.mark.urls(__name__)
def test_a_demonstration_account_enters_with_its_password_alone_and_the_page_says_why(client, helper):
    User.objects.filter(pk=helper.pk).update(is_demonstration=True)
    assert sign_in(client)["Location"] == "/espace/"
    assert client.get(PEOPLE).status_code == 200
    assert "que des personnes inventées" in read(client.get("/compte/"))
    assert "que des personnes inventées" in read(client.get("/compte/protection/"))


@pytest.mark.parametrize(
    "address",
    ["/compte/mot-de-passe/", "/compte/protection/application/", "/compte/protection/cles/ajouter/"],
)
def test_nobody_changes_what_everybody_signs_in_with(client, helper, address):
    User.objects.filter(pk=helper.pk).update(is_demonstration=True)
    sign_in(client)
    response = client.post(
        address, {"oldpassword": PASSWORD, "password1": OTHER, "password2": OTHER}, follow=True
    )
    assert "sert à tout le monde" in read(response)
    helper.refresh_from_db()
    assert helper.check_password(PASSWORD)


# ------------------------------------------------------------------------------------------ how long it lasts


def test_on_a_shared_computer_the_visit_ends_after_half_an_hour_without_a_request(client, helper):
    sign_in(client, partage="on")
    assert client.session.get_expire_at_browser_close()
    age(client, seen=timedelta(minutes=29))
    assert client.get("/compte/").status_code == 200
    age(client, seen=timedelta(minutes=31, seconds=1))
    response = client.get("/compte/", follow=True)
    assert response.redirect_chain[0][0] == "/connexion/?next=/compte/"
    assert "Votre visite s’est terminée toute seule" in read(response)


@pytest.mark.parametrize("shared", [{"partage": "on"}, {}])
def test_a_screen_that_nobody_touches_reads_itself_again_once_the_visit_is_over(client, helper, shared):
    """Read sooner, it would begin the visit again, and show persons for ever."""
    sign_in(client, **shared)
    ends_in = client.get("/compte/").wsgi_request.ends_in
    age(client, seen=timedelta(seconds=ends_in))
    assert client.get("/compte/").status_code == 302


def test_what_a_screen_asks_by_itself_is_no_presence(client, helper):
    """The table of a group, read again each ten seconds, kept the visit open with nobody there."""
    sign_in(client, partage="on")
    age(client, seen=timedelta(minutes=29))
    last_presence, alone = client.session[sessions.STAY_KEY]["seen"], {sessions.ALONE: "1"}
    assert client.get("/compte/", headers=alone).status_code == 200
    assert client.session[sessions.STAY_KEY]["seen"] == last_presence
    age(client, seen=timedelta(minutes=31))
    assert client.get("/compte/", headers=alone).status_code == 401
    assert "Votre visite s’est terminée toute seule" in read(client.get("/compte/", follow=True))


def test_on_ones_own_computer_it_lasts_until_the_next_day(client, helper):
    sign_in(client)
    assert not client.session.get_expire_at_browser_close()
    age(client, seen=timedelta(hours=11))
    assert client.get("/compte/").status_code == 200
    age(client, seen=timedelta(hours=12, minutes=2))
    assert client.get("/compte/").status_code == 302


@pytest.mark.parametrize(
    ("shared", "most"), [({"partage": "on"}, timedelta(hours=10)), ({}, timedelta(days=7))]
)
def test_somebody_who_never_leaves_signs_in_again_all_the_same(client, helper, shared, most):
    sign_in(client, **shared)
    age(client, opened=most - timedelta(minutes=5))
    assert client.get("/compte/").status_code == 200
    age(client, opened=most)
    assert client.get("/compte/").status_code == 302


def test_the_box_is_ticked_for_whoever_does_not_read_it(client):
    assert re.search(r'name="partage" checked', client.get("/connexion/").content.decode())


def test_one_says_afterwards_whose_computer_it_is(client, helper):
    sign_in(client, partage="on")
    client.post("/compte/appareil/")
    age(client, seen=timedelta(hours=2))
    assert client.get("/compte/").status_code == 200
    client.post("/compte/appareil/", {"partage": "on"})
    age(client, seen=timedelta(hours=2))
    assert client.get("/compte/").status_code == 302


def test_reading_pages_writes_once_a_minute(client, helper, django_assert_num_queries):
    sign_in(client)
    last_presence = client.session[sessions.STAY_KEY]["seen"]
    client.get("/compte/")
    assert client.session[sessions.STAY_KEY]["seen"] == last_presence
    age(client, seen=timedelta(seconds=61))
    client.get("/compte/presence/")
    assert client.session[sessions.STAY_KEY]["seen"] > last_presence


def test_the_mark_of_the_session_changes_when_one_signs_in(client, helper):
    ask_code(client)
    before = client.session.session_key
    client.post("/connexion/code/saisir/", {"code": code_received()})
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_signing_out_leaves_nothing_of_the_session(client, helper):
    sign_in(client)
    key = client.session.session_key
    client.post("/deconnexion/")
    assert not Session.objects.filter(session_key=key).exists()
    assert client.get("/compte/").status_code == 302


def test_private_pages_forbid_caches(client, helper):
    sign_in(client)
    for address in ("/compte/", "/compte/protection/", "/espace/"):
        assert "no-store" in client.get(address)["Cache-Control"], address


# -------------------------------------------------------------------------------------------- nothing is lost


@pytest.mark.urls(__name__)
def test_interrupted_post_comes_back_in_its_form_after_sign_in(client, helper):
    Membership.objects.all().delete()
    sign_in(client, partage="on")
    age(client, seen=timedelta(hours=1))
    response = client.post("/espace/note/", posted(helper, note="Ana <viendra> mardi", lu="1"), follow=True)
    assert response.redirect_chain == [("/connexion/?next=%2Fcompte%2Freprendre%2F", 302)]
    assert "gardé une heure" in read(response)
    assert sign_in(client, next="/compte/reprendre/")["Location"] == "/compte/reprendre/"
    page = read(client.get("/compte/reprendre/", follow=True))
    assert "Ce formulaire n’est pas parti. Votre visite s’était terminée." in " ".join(tagless(page).split())
    assert '<textarea name="note">\nAna <viendra> mardi</textarea>' in page
    assert 'name="lu" value="1"' in page, "what the page was when it was read: somebody may have changed it"
    assert "avant" not in page
    sent = client.post("/espace/note/", posted(helper, note="Ana viendra jeudi"))
    assert sent.content.decode() == "reçu : ['note'] Ana viendra jeudi", "the view reads what was typed alone"
    assert "mardi" not in read(client.get("/espace/note/")), "sent, it is forgotten"


@pytest.mark.urls(__name__)
def test_interrupted_post_can_be_thrown_away(client, helper):
    Membership.objects.all().delete()
    sign_in(client, partage="on")
    age(client, seen=timedelta(hours=1))
    client.post("/espace/note/", posted(helper, note="Ana"))
    sign_in(client)
    assert client.post("/compte/reprendre/oublier/")["Location"] == "/espace/note/"
    assert "Ana" not in read(client.get("/espace/note/"))


@pytest.mark.urls(__name__)
def test_interrupted_post_comes_back_alone_when_its_page_has_no_form(client, helper):
    Membership.objects.all().delete()
    sign_in(client)
    Session.objects.all().delete()
    client.post("/espace/geste/", posted(helper, note="Ana"))
    sign_in(client, next="/compte/reprendre/")
    page = read(client.get("/compte/reprendre/", follow=True))
    assert 'action="/espace/geste/"' in page and 'name="note" value="Ana"' in page


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("lost", ["token", "session", "every cookie"])
def test_post_without_a_valid_token_comes_back_in_its_form(helper, lost):
    """Signed in again in another tab, or cookies erased: the page said to reload, which emptied it."""
    Membership.objects.all().delete()
    client = Client(enforce_csrf_checks=True)
    client.force_login(helper)
    client.get("/espace/note/")
    if lost == "session":
        Session.objects.all().delete()
    if lost == "every cookie":
        client.cookies.clear()
    response = client.post(
        "/espace/note/", posted(helper, note="Ana"), headers={"origin": "http://testserver"}
    )
    if lost == "token":
        assert response["Location"] == "/compte/reprendre/"
    else:
        assert response["Location"] == "/connexion/?next=%2Fcompte%2Freprendre%2F"
        client.force_login(helper)
    page = read(client.get("/compte/reprendre/", follow=True))
    assert "Ce formulaire n’est pas parti." in page
    assert '<textarea name="note">\nAna</textarea>' in page


@pytest.mark.urls(__name__)
def test_post_of_a_script_is_left_to_the_script(helper):
    """An act noted by script waits on the device, and leaves by itself: its page would say that it did not."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(helper)
    headers = {"origin": "http://testserver", "sec-fetch-mode": "cors"}
    assert client.post("/espace/note/", posted(helper, note="Ana"), headers=headers).status_code == 403
    assert all("Ana" not in str(each.get_decoded()) for each in Session.objects.all())


@pytest.mark.urls(__name__)
def test_post_of_another_account_is_refused(helper):
    other = User.objects.create_user("autre@exemple.fr", PASSWORD)
    client = Client(enforce_csrf_checks=True)
    client.force_login(other)
    answer = client.post("/espace/note/", posted(helper, note="Ana"), headers={"origin": "http://testserver"})
    assert answer.status_code == 403 and "ouverte par un autre compte" in read(answer)
    assert all("Ana" not in str(each.get_decoded()) for each in Session.objects.all())


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("origin", ["https://mechant.example", "null", "http://testserver.mechant.example"])
def test_forged_post_is_refused_even_with_a_signed_account(helper, origin):
    client = Client(enforce_csrf_checks=True)
    client.force_login(helper)
    answer = client.post("/espace/note/", posted(helper, note="Ana"), headers={"origin": origin})
    assert answer.status_code == 403
    assert "suspended" not in client.session


@pytest.mark.urls(__name__)
def test_post_that_names_no_account_keeps_nothing_once_signed_out(client, helper):
    for forged in ("", f"{helper.pk}:faux"):
        client.post("/espace/note/", {"note": "Ana viendra mardi", OWNER: forged})
        assert all("Ana" not in str(each.get_decoded()) for each in Session.objects.all())


def test_a_form_that_is_no_page_leads_a_stranger_to_a_page(client, db):
    for sender, back in (
        ("", "/espace/"),
        ("https://mechant.example/x", "/espace/"),
        ("/espace/messages/?p=2", ""),
    ):
        sender = sender and (sender if "//" in sender else f"http://testserver{sender}")
        response = client.post("/espace/messages/3/", {}, headers={"referer": sender})
        assert response["Location"] == f"/connexion/?next={back or '/espace/messages/%3Fp%3D2'}"


@pytest.mark.urls(__name__)
def test_somebody_else_does_not_find_it(client, helper):
    User.objects.create_user("autre@exemple.fr", PASSWORD)
    sign_in(client)
    age(client, seen=timedelta(days=1))
    client.post("/espace/note/", {"note": "Ana viendra mardi"})
    sign_in(client, email="autre@exemple.fr")
    assert client.get("/compte/reprendre/")["Location"] == "/espace/"
    client.post("/deconnexion/")
    sign_in(client)
    assert client.get("/compte/reprendre/")["Location"] == "/espace/"


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("field", ["password1", "mot_de_passe", "credential"])
def test_a_password_is_never_stored(client, helper, field):
    sign_in(client)
    age(client, seen=timedelta(days=1))
    response = client.post("/espace/note/", {field: "tres-secret", "note": "x"})
    assert response["Location"].startswith("/connexion/")
    assert "tres-secret" not in str(dict(client.session))


@pytest.mark.urls(__name__)
def test_a_forged_form_is_not_stored_for_later(helper):
    client = Client(enforce_csrf_checks=True)
    client.force_login(helper)
    client.get("/compte/")
    age(client, seen=timedelta(days=1))
    assert client.post("/espace/note/", {"note": "x"}).status_code == 403
    assert "suspended" not in client.session


@pytest.mark.urls(__name__)
def test_after_an_hour_it_is_forgotten(client, helper):
    sign_in(client)
    age(client, seen=timedelta(days=1))
    client.post("/espace/note/", {"note": "Ana viendra mardi"})
    sign_in(client)
    assert "Ana" in read(client.get("/compte/reprendre/?seul"))
    aside = Session.objects.get(session_key=client.session["suspended"]["aside"])
    assert timedelta(minutes=59) < aside.expire_date - timezone.now() <= timedelta(hours=1)
    Session.objects.filter(pk=aside.pk).update(expire_date=timezone.now() - timedelta(seconds=1))
    assert client.get("/compte/reprendre/")["Location"] == "/espace/"
    scheduler.run(timezone.now())
    assert all("Ana" not in str(each.get_decoded()) for each in Session.objects.all())
    assert is_in(client)


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("signed_in_after", ["helper", "another"])
def test_what_was_being_sent_leaves_with_whoever_throws_it_away_or_signs_in_after(
    client, helper, signed_in_after
):
    User.objects.create_user("autre@exemple.fr", PASSWORD)
    sign_in(client)
    age(client, seen=timedelta(days=1))
    client.post("/espace/note/", {"note": "Ana viendra mardi"})
    assert any("Ana" in str(each.get_decoded()) for each in Session.objects.all())
    sign_in(client, email="aide@exemple.fr" if signed_in_after == "helper" else "autre@exemple.fr")
    client.post("/compte/reprendre/oublier/")
    assert all("Ana" not in str(each.get_decoded()) for each in Session.objects.all())


# ------------------------------------------------------------------------------------------- the account page


def test_the_account_says_where_one_is_signed_in_in_words_and_without_address(client, helper):
    phone = Client(
        headers={
            "user-agent": (
                "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"
            )
        }
    )
    sign_in(phone)
    client.defaults["HTTP_USER_AGENT"] = FIREFOX
    sign_in(client, partage="on")
    page = read(client.get("/compte/"))
    assert "Firefox sur Linux" in page
    assert "Chrome sur Android" in page
    assert "127.0.0.1" not in page + str(dict(client.session))


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox sur Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge sur Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1",
            "Safari sur iPhone",
        ),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15", "Safari sur Mac"),
        ("curl/8", "navigateur inconnu"),
        ("", "navigateur inconnu"),
    ],
)
def test_a_device_is_named_in_words(agent, words):
    assert sessions.device(agent) == words


def test_one_session_is_closed_from_another(client, helper):
    phone = Client()
    sign_in(phone)
    sign_in(client)
    name = re.search(r'name="connexion" value="(\w+)"', read(client.get("/compte/"))).group(1)
    assert name not in phone.session.session_key
    client.post("/compte/connexions/fermer/", {"connexion": name})
    assert phone.get("/compte/").status_code == 302
    assert client.get("/compte/").status_code == 200


def test_all_sessions_are_closed_at_once(client, helper):
    phone = Client()
    sign_in(phone)
    sign_in(client)
    client.post("/compte/connexions/fermer/")
    assert [each.get("/compte/").status_code for each in (phone, client)] == [302, 302]


def test_listing_one_s_sessions_opens_those_of_nobody_else(client, helper, coordinator, monkeypatch):
    """Un pays a cent mille visites ouvertes : les lire une à une prendrait des secondes."""
    phone, former = Client(), FormerStore()
    sign_in(phone)
    former.update(dict(phone.session.items()))  # of a version whose keys said nothing
    former.create()
    for _ in range(3):
        Client().force_login(coordinator)
        SessionStore().create()
    opened, read_one = [], Session.get_decoded
    monkeypatch.setattr(Session, "get_decoded", lambda row: opened.append(row) or read_one(row))
    sign_in(client)
    assert read(client.get("/compte/")).count('name="connexion"') == 2
    assert len(opened) == 3, "the two of the account, and the former one"
    client.post("/compte/connexions/fermer/")
    assert phone.get("/compte/").status_code == 302
    assert not Session.objects.filter(session_key=former.session_key).exists()


def test_nobody_closes_the_session_of_another(client, helper, coordinator):
    phone = Client()
    phone.force_login(coordinator)
    phone.get("/compte/")
    name = sessions.open_of(coordinator, timezone.now(), current_key=None)[0].name
    sign_in(client)
    assert client.post("/compte/connexions/fermer/", {"connexion": name}).status_code == 404
    client.post("/compte/connexions/fermer/")
    assert phone.get("/compte/").status_code == 200


def test_changing_the_password_closes_the_other_sessions(client, helper):
    phone = Client()
    sign_in(phone)
    sign_in(client)
    form_data = {"oldpassword": PASSWORD, "password1": OTHER, "password2": OTHER}
    assert client.post("/compte/mot-de-passe/", form_data)["Location"] == "/compte/"
    assert phone.get("/compte/").status_code == 302
    page = read(client.get("/compte/"))
    assert page.count("appareil inconnu") == 0
    assert page.count('name="connexion"') == 0


def test_a_wrong_or_weak_password_changes_nothing(client, helper):
    sign_in(client)
    wrong = client.post(
        "/compte/mot-de-passe/", {"oldpassword": "faux", "password1": OTHER, "password2": OTHER}
    )
    assert "Ce n’est pas votre mot de passe actuel" in read(wrong)
    weak = client.post(
        "/compte/mot-de-passe/", {"oldpassword": PASSWORD, "password1": "court", "password2": "court"}
    )
    assert "12" in read(weak)
    helper.refresh_from_db()
    assert helper.check_password(PASSWORD)


def test_the_account_says_what_one_may_do(client, helper):
    sign_in(client)
    page = read(client.get("/compte/"))
    assert "Aidant numérique" in page
    assert "Maison des liens" in page
    assert "Il vous manque un second moyen" in page


def test_a_stranger_has_no_account_page(client):
    for address in (
        "/compte/",
        "/compte/protection/",
        "/compte/mot-de-passe/",
        "/compte/reprendre/",
    ):
        assert client.get(address)["Location"].startswith("/connexion/?next="), address
    assert client.get("/compte/presence/").status_code == 403, "nginx then receives nothing large"


def test_a_key_of_another_account_does_not_exist(client, helper, coordinator):
    key = Authenticator.objects.create(
        user=coordinator, type="webauthn", data={"name": "la sienne", "credential": {}}
    )
    sign_in(client)
    for gesture in ("nom", "retirer"):
        assert client.get(f"/compte/protection/cles/{key.pk}/{gesture}/").status_code == 404


def test_the_way_back_in_reveals_no_account(client):
    page = read(client.get("/connexion/"))
    assert "Mot de passe perdu ? Demandez un lien à votre responsable de structure." in page
    for address in ("/mot-de-passe/reset/", "/accounts/password/reset/", "/connexion/mot-de-passe/"):
        assert client.get(address).status_code == 404


def test_too_many_attempts_are_refused_in_french(client, helper):
    for _ in range(30):
        client.post("/connexion/", {"login": "x"})
    response = client.post("/connexion/", {"login": "x"})
    assert response.status_code == 429
    assert "Trop d’essais" in read(response)


@pytest.fixture
def clock(monkeypatch) -> list[float]:
    """The seconds that the limits on attempts read: a test advances them."""
    seconds = [time.time()]
    monkeypatch.setattr("allauth.core.internal.ratelimit.time.time", lambda: seconds[0])
    return seconds


def attempt_for_half_an_hour(clock, client, address: str, sent: dict[str, str]) -> None:
    """Send as often as the limit of an address lets through, whatever is answered: ten in five minutes."""
    for _ in range(6):
        clock[0] += 301
        if address == "/connexion/verifier/":
            sign_in(client)  # this step waits for a quarter of an hour
        for _ in range(10):
            client.post(address, sent)
            if address == "/connexion/code/":
                client.cookies.clear()  # a visit that waits for its code asks for no other


def test_one_address_closes_no_account_by_wrong_passwords(client, helper, clock):
    attacker = Client(REMOTE_ADDR="192.0.2.7")
    attempt_for_half_an_hour(clock, attacker, "/connexion/", {"login": helper.email, "password": "faux"})
    assert "Trop d’essais" in read(sign_in(attacker))
    sign_in(client)
    assert is_in(client)


def test_one_address_tries_no_password_on_every_account(client, helper):
    """Un mot de passe courant essayé sur chaque compte : le onzième n’est pas lu, fût-il le bon."""
    sprayer = Client(REMOTE_ADDR="192.0.2.7")
    for n in range(10):
        sprayer.post("/connexion/", {"login": f"compte{n}@exemple.fr", "password": PASSWORD})
    assert "Trop d’essais" in read(sign_in(sprayer)) and not is_in(sprayer)
    sign_in(client)
    assert is_in(client)


def test_a_colleague_who_mistypes_closes_one_account(client, helper, coordinator):
    """Tout un bureau sort par une adresse : dix essais faux d’un compte, et les autres entrent encore."""
    for email in (helper.email, coordinator.email):
        sign_in(client, email)
        client.post("/deconnexion/")
    for _ in range(10):
        client.post("/connexion/", {"login": coordinator.email, "password": "faux"})
    assert "Trop d’essais" in read(sign_in(client, coordinator.email))
    sign_in(client)
    assert is_in(client)


def test_wrong_passwords_from_elsewhere_close_no_account_where_its_owner_signs_in(client, helper, clock):
    sign_in(client)
    client.post("/deconnexion/")
    wrong = {"login": helper.email, "password": "faux"}
    for last in range(4):
        attempt_for_half_an_hour(clock, Client(REMOTE_ADDR=f"192.0.2.{last}"), "/connexion/", wrong)
        clock[0] -= 6 * 301  # all at once
    assert "Trop d’essais" in read(sign_in(Client(REMOTE_ADDR="192.0.2.9")))
    sign_in(client)
    assert is_in(client)


def test_an_address_where_an_owner_signs_in_tries_no_more_passwords_than_another(client, helper, clock):
    sign_in(client)
    neighbour = Client()
    attempt_for_half_an_hour(clock, neighbour, "/connexion/", {"login": helper.email, "password": "faux"})
    assert "Trop d’essais" in read(sign_in(neighbour))


def test_one_address_closes_no_account_by_wrong_codes_of_an_application(client, helper, clock):
    sign_in(client)
    secret = add_application(client)
    attacker, owner = Client(REMOTE_ADDR="192.0.2.7"), Client()
    attempt_for_half_an_hour(clock, attacker, "/connexion/verifier/", {"code": "000000"})
    sign_in(owner)
    owner.post("/connexion/verifier/", {"code": code_of(secret)})
    assert is_in(owner)


def test_one_address_does_not_use_up_the_codes_of_an_account(client, helper, clock):
    attacker = Client(REMOTE_ADDR="192.0.2.7")
    attempt_for_half_an_hour(clock, attacker, "/connexion/code/", {"email": helper.email})
    ask_code(client)
    client.post("/connexion/code/saisir/", {"code": code_received()})
    assert is_in(client)


def test_a_success_takes_nothing_from_what_an_address_may_attempt(client, helper):
    for _ in range(25):
        sign_in(client)
        client.post("/deconnexion/")
    sign_in(client)
    assert is_in(client)


def test_a_closed_account_opens_by_no_means(client, helper):
    User.objects.filter(pk=helper.pk).update(is_active=False)
    sign_in(client)
    ask_code(client)
    assert not is_in(client)
    assert not Message.objects.exists()


def test_a_busy_morning_does_not_make_a_limit_forgotten(client, helper):
    """Counts of attempts lie among other rows of the cache, and the fuller it is the more rows are evicted."""
    wrong = {"login": helper.email, "password": "ce n’est pas lui"}
    for _ in range(10):
        client.post("/connexion/", wrong)
    cache.set_many({f"autre-{n}": n for n in range(600)}, timeout=3600)
    assert "Trop d’essais" in read(client.post("/connexion/", wrong))


def test_a_planned_change_of_key_signs_nobody_out_and_leaves_no_device_out_of_the_list(
    client, helper, settings
):
    sign_in(client)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another one"
    now = timezone.now()
    assert len(sessions.open_of(helper, now, current_key=None)) == 1
    client.get("/espace/")
    assert is_in(client)
    settings.SECRET_KEY_FALLBACKS = []
    client.get("/espace/")
    assert is_in(client), "the first visit signed it again by today's key"
    assert sessions.end(helper, now) == 1
