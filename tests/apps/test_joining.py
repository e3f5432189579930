"""Joining the network: what one gains, an application without an account, its welcome, its code, its relay."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail

from maillage.apps.directory.memberships.actions import invitations
from maillage.apps.directory.memberships.actions.recoveries import digest
from maillage.apps.directory.memberships.models import Invitation, Membership
from maillage.apps.directory.places.models import Lieu, Structure
from maillage.apps.directory.places.queries import where
from maillage.apps.platform.accounts.models import Entry, User
from maillage.apps.platform.messages.models import Message
from maillage.apps.site.structures.actions import joining as actions
from maillage.apps.site.structures.models import Application, Profile
from maillage.apps.site.structures.queries import joining as queries
from maillage.apps.site.structures.rules import joining as rules
from maillage.kernel.errors import Refused
from tests.conftest import account
from tests.support.places import place

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
TODAY = date(2026, 11, 20)
PAGE = "/rejoindre/38185/"


@pytest.fixture(autouse=True)
def _now(monkeypatch, home):
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT)


@pytest.fixture(autouse=True, scope="module")
def _towns(django_db_setup, django_db_blocker) -> None:
    """The names of communes, read once: nobody pays for all in the seconds of their own test."""
    with django_db_blocker.unblock():
        where.suggestions("Grenoble")


@pytest.fixture
def leader(db):
    return account("meneuse", "coordination", territory="38")


def typed(**more):
    defaults = {"nom": "Café des Voisins", "part": ["hosting"], "referent": "Nadia B.", "reponse": "visit"}
    return {**defaults, "contact": "", "jeton": "un-jeton", **more}


def applied(**more):
    defaults = {"name": "Café des Voisins", "commune": "38185", "parts": ["hosting"], "referent": "Nadia B."}
    return actions.apply(**{**defaults, "way": "visit", "contact": "", "token": "t", "at": AT, **more})


def test_a_structure_joins_without_account_and_its_code_opens_one(client, leader):
    place("mjc", {"nom": "MJC"})
    first = client.get("/rejoindre/", {"nom": "Café des Voisins", "ou": "38000"}, follow=True)
    page = first.content.decode()
    assert first.redirect_chain[0][0].startswith(PAGE)
    assert "Vos voisins" in page
    assert "MJC" in page
    sent = client.post(PAGE, typed(), follow=True)
    (row,) = Application.objects.all()
    code = sent.context["code"]
    assert row.code == digest(code), "the code itself is stored nowhere"
    assert client.post(PAGE, typed(), follow=True).context["code"] == code, (
        "sent twice, it is one application"
    )
    assert Application.objects.count() == 1
    wait = client.post("/rejoindre/suivi/", {"code": code.lower().replace("-", " ")}).content.decode()
    assert "n’a pas encore été lue" in wait

    client.force_login(leader)
    assert "Café des Voisins" in client.get("/espace/reseau/entrees/").content.decode()
    one = f"/espace/reseau/entrees/{row.pk}/"
    assert "<dd>accueil</dd>" in client.get(one).content.decode()
    assert client.post(one, {"geste": "accueillir"}).status_code == 400, "nobody is welcomed unchecked"
    done = client.post(one, {"geste": "accueillir", "verifiee": "called", "laquelle": ""}, follow=True)
    assert "Son code ouvre maintenant un compte" in done.content.decode()
    lieu = Lieu.objects.get(name="Café des Voisins")
    assert lieu.state == "published"
    assert Profile.objects.get(structure=lieu.structure).parts == ["hosting"]
    client.logout()

    answer = client.post("/rejoindre/suivi/", {"code": code, "geste": "ouvrir"})
    assert "/invitation/" in answer["Location"]
    opened = {"nom": "Nadia", "courriel": "nadia@exemple.fr", "mot_de_passe": "girafe trottoir vent citron"}
    client.post(answer["Location"], opened)
    assert Membership.objects.get(user__email="nadia@exemple.fr").structure == lieu.structure
    client.logout()
    again = client.post("/rejoindre/suivi/", {"code": code, "geste": "ouvrir"})
    assert again.status_code == 409, "a code forwarded opens nothing more"
    verbs = set(Entry.objects.values_list("verb", flat=True))
    assert {"application.made", "application.welcomed", "role.given"} <= verbs


def test_a_second_link_of_a_code_stops_the_first(leader):
    row, _ = applied()
    row = actions.welcome(row, check="met", by=leader, at=AT)
    actions.open_account(row, at=AT)
    actions.open_account(row, at=AT)
    assert Invitation.objects.filter(cancelled_at=None).count() == 1


@pytest.mark.parametrize("how", ["role", "account"])
def test_who_welcomed_and_left_keeps_nobody_from_joining(client, leader, how):
    """A code that was accepted answered for ever that who types it answers for no structure."""
    row, code = applied()
    row = actions.welcome(row, check="met", by=leader, at=AT)
    if how == "role":
        Membership.objects.filter(user=leader).update(until=TODAY - timedelta(days=1))
    else:
        User.objects.filter(pk=leader.pk).update(is_active=False)
    answer = client.post("/rejoindre/suivi/", {"code": code, "geste": "ouvrir"})
    assert answer.status_code == 409
    assert "ne s’occupe plus du réseau" in answer.content.decode()
    row.refresh_from_db()
    assert (row.state, row.decided_by) == (rules.PENDING, None)
    follows = account("suivante", "coordination", territory="38")
    client.force_login(follows)
    assert "Café des Voisins" in client.get("/espace/reseau/entrees/").content.decode(), "it is asked again"
    actions.welcome(row, check="called", structure=row.structure, by=follows, at=AT)
    assert actions.open_account(row, at=AT)
    assert Invitation.objects.get(cancelled_at=None).made_by == follows


def test_a_structure_already_there_keeps_its_sheet_and_its_team(leader):
    lieu = place("cafe", {"nom": "Café des Voisins"})
    row, _ = applied(lieu=lieu)
    welcomed = actions.welcome(row, check="known", structure=lieu.structure, by=leader, at=AT)
    assert welcomed.structure == lieu.structure
    assert Lieu.objects.count() == 1
    account("tenante", "gestionnaire", structure=lieu.structure)
    other, _ = applied(token="autre")
    with pytest.raises(Refused, match="répond déjà"):
        actions.welcome(other, check="met", structure=lieu.structure, by=leader, at=AT)
    with pytest.raises(Refused, match="même nom"):
        actions.welcome(other, check="met", by=leader, at=AT)
    assert Lieu.objects.count() == 1, "refused, it leaves nothing behind"


def test_a_closed_account_keeps_nobody_from_joining(leader):
    lieu = place("mjc", {"nom": "MJC"})
    closed_account = account("parti", "gestionnaire", structure=lieu.structure)
    row, _ = applied(name="MJC", lieu=lieu)
    assert queries.gain("38185", AT).n_teams == 1
    User.objects.filter(pk=closed_account.pk).update(is_active=False)
    assert queries.gain("38185", AT).n_teams == 0
    row = actions.welcome(row, check="met", structure=lieu.structure, by=leader, at=AT)
    assert row.structure == lieu.structure


def test_a_refusal_says_why_and_may_be_taken_back(client, leader):
    row, code = applied()
    with pytest.raises(Refused):
        actions.refuse(row, reason=" ", by=leader, at=AT)
    actions.refuse(row, reason="Ce lieu est fermé depuis mai.", by=leader, at=AT)
    assert "fermé depuis mai" in client.post("/rejoindre/suivi/", {"code": code}).content.decode()
    with pytest.raises(Refused):
        actions.welcome(row, check="met", by=leader, at=AT)
    assert actions.reconsider(row, by=leader, at=AT).state == rules.PENDING


def test_an_application_taken_back_late_waits_as_long_as_a_new_one(leader):
    row, _ = applied()
    actions.refuse(row, reason="Hors du territoire.", by=leader, at=AT + timedelta(days=85))
    back = AT + timedelta(days=100)
    actions.reconsider(row, by=leader, at=back)
    actions.forget(at=back + timedelta(days=89))
    row.refresh_from_db()
    assert row.state == rules.PENDING
    actions.forget(at=back + timedelta(days=91))
    row.refresh_from_db()
    assert row.state == rules.EXPIRED


def test_a_flood_is_refused_at_once_with_one_reason_and_nobody_else_s(client, leader):
    """Trente fausses demandes : on cherche, on coche, on écrit pourquoi une fois ; celle d’ailleurs reste."""
    rows = [applied(name=f"Spam {n}", token=f"s{n}")[0] for n in range(3)]
    accepted, _ = applied(name="Café du coin", token="c")
    far, _ = applied(name="Ailleurs", token="a", commune="01004")
    client.force_login(leader)
    ticked = [row.pk for row in rows] + [far.pk]
    client.post("/espace/reseau/entrees/", {"cochee": ticked, "raison": "  "})
    assert Application.objects.filter(state="pending").count() == 5, "no refusal without a reason"
    client.post("/espace/reseau/entrees/", {"cochee": ticked, "raison": "Nous ne vous connaissons pas."})
    assert set(Application.objects.filter(state="pending")) == {accepted, far}
    assert all(Application.objects.get(pk=row.pk).reason for row in rows)
    assert "Café du coin" in client.get("/espace/reseau/entrees/", {"mots": "cafe"}).content.decode()


def test_only_the_coordination_of_the_territory_reads_an_application(client, leader):
    row, _ = applied(commune="59350", name="Ailleurs")
    manager = account("gerante", "gestionnaire", structure=place().structure)
    for user in (leader, manager):
        client.force_login(user)
        assert client.get(f"/espace/reseau/entrees/{row.pk}/").status_code == 404
    assert client.get("/espace/reseau/entrees/").status_code == 404, "a team reads no application"


def test_email_is_written_to_whoever_requested_one(leader):
    row, _ = applied(way="email", contact="nadia@exemple.fr")
    actions.welcome(row, check="called", by=leader, at=AT)
    (message,) = Message.objects.all()
    assert message.to == "nadia@exemple.fr"
    assert not mail.outbox


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"reponse": "phone", "contact": "06 12"}, "trop court"),
        ({"referent": ""}, "Il manque votre nom"),
        ({"site": "http://spam"}, "doit rester vide"),
        ({"ordinateurs": "-2"}, "négatif"),
    ],
)
def test_a_wrong_application_says_what_to_mend_and_keeps_the_rest(client, wrong, says):
    answer = client.post(PAGE, typed(**wrong))
    assert answer.status_code == 400
    assert says in answer.content.decode()
    assert "Café des Voisins" in answer.content.decode()
    assert not Application.objects.exists()


def test_a_flood_of_applications_stops(client, monkeypatch):
    monkeypatch.setattr(rules, "APPLICATIONS_AN_HOUR", 1)
    assert [client.post(PAGE, typed(jeton=f"j{n}")).status_code for n in range(2)] == [302, 429]


def test_a_code_is_not_guessed(client, monkeypatch):
    monkeypatch.setattr(rules, "WRONG_CODES_AN_HOUR", 1)
    wrong = {"code": "AAAA-BBBB-CCCC"}
    assert [client.post("/rejoindre/suivi/", wrong).status_code for _ in range(2)] == [400, 429]


def test_hostile_words_are_escaped_and_secrets_are_refused(client, leader):
    hostile = "<script>alert(1)</script>"
    client.post(PAGE, typed(nom=hostile, mots="<img src=x onerror=alert(1)>"))
    client.force_login(leader)
    page = client.get(f"/espace/reseau/entrees/{Application.objects.get().pk}/").content.decode()
    assert hostile not in page
    assert "<img src=x" not in page
    with pytest.raises(Refused):
        applied(words="le mot de passe du wifi est Grenoble38!", token="secret")


def test_a_contact_is_erased_once_it_has_served(leader):
    row, _ = applied(way="phone", contact="04 76 00 11 22")
    lapsed, _ = applied(way="phone", contact="04 76 00 11 33", token="oubliee")
    actions.refuse(row, reason="Hors du territoire.", by=leader, at=AT)
    assert actions.forget(at=AT + timedelta(days=29)) == 0
    assert actions.forget(at=AT + timedelta(days=31)) == 1
    row.refresh_from_db()
    assert (row.contact, row.referent, row.state) == ("", "", rules.REFUSED)
    actions.forget(at=AT + timedelta(days=91))
    assert actions.forget(at=AT + timedelta(days=130)) == 1
    lapsed.refresh_from_db()
    assert (lapsed.contact, lapsed.state) == ("", rules.EXPIRED)


def test_a_referent_leaves_and_the_structure_keeps_its_sheet(client):
    lieu = place()
    leaver = account("partante", "gestionnaire", structure=lieu.structure)
    membership = Membership.objects.get(user=leaver)
    client.force_login(leaver)
    answer = client.post(
        "/espace/reseau/relais/",
        {"structure": lieu.structure.pk, "pour_qui": "Samir", "jusquau": "2026-11-30"},
    )
    assert "Samir : il s’ouvre une fois" in answer.content.decode().replace("\u00a0", " ")
    link = answer.context["link"].partition("http://testserver")[2]
    actions.end_handovers(at=AT + timedelta(days=30))
    membership.refresh_from_db()
    assert membership.until is None, "nobody followed: the referent stays"
    client.logout()
    client.post(
        link, {"nom": "Samir", "courriel": "samir@exemple.fr", "mot_de_passe": "girafe trottoir vent citron"}
    )
    assert actions.end_handovers(at=datetime(2026, 11, 30, 12, tzinfo=UTC)) == 0, "the last day is included"
    assert actions.end_handovers(at=datetime(2026, 12, 1, 12, tzinfo=UTC)) == 1
    membership.refresh_from_db()
    assert membership.until == date(2026, 11, 30)
    assert Membership.objects.filter(
        user__email="samir@exemple.fr", structure=lieu.structure, until=None
    ).exists()
    lieu.refresh_from_db()
    assert lieu.structure_id == membership.structure_id


def test_a_role_already_over_keeps_its_end_when_its_handover_ends():
    leaver = account("partante", "gestionnaire", structure=place().structure)
    membership = Membership.objects.get(user=leaver)
    _, token = actions.hand_over(membership, for_whom="Samir", leaves_on=TODAY, by=leaver, at=AT)
    samir = User.objects.create_user("samir@exemple.fr", "x", name="Samir")
    invitations.accept(token=token, at=AT, on=TODAY, user=samir)
    over = TODAY - timedelta(days=3)
    Membership.objects.filter(pk=membership.pk).update(until=over)
    assert actions.end_handovers(at=AT + timedelta(days=9)) == 1
    membership.refresh_from_db()
    assert membership.until == over


def test_a_handover_is_called_off(client):
    lieu = place()
    leaver = account("partante", "gestionnaire", structure=lieu.structure)
    row, token = actions.hand_over(
        Membership.objects.get(user=leaver), for_whom="Samir", leaves_on=TODAY, by=leaver, at=AT
    )
    with pytest.raises(Refused, match="déjà prévu"):
        actions.hand_over(row.membership, for_whom="Lou", leaves_on=TODAY, by=leaver, at=AT)
    client.force_login(account("autre", "gestionnaire", structure=place("b", {"nom": "B"}).structure))
    assert client.post(f"/espace/reseau/relais/{row.pk}/").status_code == 404
    client.force_login(leaver)
    client.post(f"/espace/reseau/relais/{row.pk}/")
    client.logout()
    assert client.get(f"/invitation/{token}/").status_code == 410


def test_ambiguous_commune_must_be_chosen(client):
    page = client.get("/rejoindre/", {"nom": "Mairie", "ou": "Saint-Denis"}).content.decode()
    assert "Laquelle est la vôtre" in page
    assert client.get("/rejoindre/", {"nom": "Mairie", "ou": "99999"}).status_code == 400
    assert client.get("/rejoindre/99999/?nom=Mairie").status_code == 404


def test_places_of_a_like_name_are_proposed(home):
    place("arlequin", {"nom": "Centre social Arlequin"})
    place("poste", {"nom": "La Poste"})
    assert [lieu.slug for lieu in queries.alike("Centre-social arlequin", "38185")] == ["arlequin"]
    assert User.objects.count() == 0
    assert Structure.objects.count() == 2


def test_application_code_disappears_on_a_shared_computer(client, monkeypatch):
    sent = client.post(PAGE, typed(), follow=True)
    code = sent.context["code"]
    for minutes, is_displayed in ((14, True), (16, False), (1, False)):
        monkeypatch.setattr("django.utils.timezone.now", lambda m=minutes: AT + timedelta(minutes=m))
        page = client.get("/rejoindre/demande/", follow=True)
        assert (code in page.content.decode()) is is_displayed, minutes
    session = client.session
    session["code_d_entree"] = code  # as it was stored before
    session.save()
    assert client.get("/rejoindre/demande/").status_code == 302
