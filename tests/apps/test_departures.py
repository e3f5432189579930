"""Whoever leaves a structure leaves nothing to nobody: what they answer for is listed, handed over, then their access
closes.
"""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from maillage.apps.agenda.actions import appointments, permanences
from maillage.apps.agenda.models import Appointment, Permanence
from maillage.apps.agenda.rules.appointments import Draft
from maillage.apps.directory.memberships import access, queries, worklist
from maillage.apps.directory.memberships.actions import invitations
from maillage.apps.directory.memberships.models import Invitation, Membership
from maillage.apps.people.mandats import worklist as mandats
from maillage.apps.people.mandats.actions import signing
from maillage.apps.people.mandats.models import Mandat
from maillage.apps.people.persons.actions import consents, register
from maillage.apps.people.persons.models import Following
from maillage.apps.platform.accounts.models import Entry, User
from maillage.apps.platform.messages.models import Message
from maillage.apps.referrals.orientations.actions import drafts
from maillage.apps.referrals.orientations.models import Orientation
from maillage.apps.volunteering.volunteers.models import Engagement
from tests.conftest import account
from tests.support.mandats import by_touch, drafted, signed_mandat
from tests.support.places import place
from tests.support.volunteers import supervised

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("clock_at")]
AT = datetime(2026, 11, 27, 9, tzinfo=UTC)
MONDAY = datetime(2026, 11, 30, 8, tzinfo=UTC)


@pytest.fixture
def lieu():
    return place("eaux-claires", {"nom": "Espace des Eaux-Claires"})


@pytest.fixture
def nadia(lieu):
    return account("nadia", "gestionnaire", structure=lieu.structure)


@pytest.fixture
def leila(lieu):
    return account("leila", "aidant", structure=lieu.structure)


@pytest.fixture
def karim(lieu, nadia, leila):
    """A manager who leaves something of each kind."""
    leaver = account("karim", "gestionnaire", structure=lieu.structure)
    person = register.welcome(
        by=leaver,
        structure=lieu.structure,
        nickname="Sandrine",
        reach="phone",
        reach_value="+33612345678",
        at=AT,
    )
    consents.agree(person=person, purpose="write", how="read", by=leaver, at=AT)
    appointments.book(
        Draft(kind="other", starts_at=MONDAY, name=""),
        structure=lieu.structure,
        by=leaver,
        helper=leaver,
        person=person,
        lieu=lieu,
        at=AT,
    )
    values = {"title": "Mes démarches", "lieu": lieu, "hours": [[1, "09:00", "12:00"]], "minutes": 30}
    values |= {"first_on": date(2026, 11, 3), "helper": leaver}
    permanences.open_door(by=leaver, structure=lieu.structure, values=values, at=AT)
    signed_mandat(person, lieu.structure, leaver, at=AT)
    drafts.prepare(drafts.Draft(structure=lieu.structure, person=person, need="formation"), by=leaver, at=AT)
    volunteer = account("benevole", "benevole", structure=lieu.structure)
    engaged = supervised(volunteer, lieu.structure, by=leaver, at=AT)
    Engagement.objects.filter(pk=engaged.pk).update(supervisor=leaver)
    invitations.invite(by=leaver, role="aidant", for_whom="Sofia", structure=lieu.structure, at=AT)
    return leaver


def address(lieu, leaver) -> str:
    return reverse("departure", args=[lieu.structure_id, leaver.pk])


def kinds(lieu, leaver: User | None = None) -> list[str]:
    duties = queries.duties([lieu.structure_id], AT, user=leaver.pk if leaver else None)
    return sorted(duty.kind for duty in duties)


ALL = ["appointment", "engagement", "following", "invitation", "mandate", "permanence", "referral"]


def test_a_departure_lists_each_kind_dated_ones_first(client, lieu, nadia, karim):
    assert kinds(lieu, karim) == ALL
    client.force_login(nadia)
    page = client.get(address(lieu, karim)).content.decode().replace("\u00a0", " ")
    titles = ("Rendez-vous, lundi 30 novembre", "Mandat en cours", "Brouillon d’orientation", "Permanence")
    assert sorted(titles, key=page.index) == list(titles)
    assert "7 éléments à remettre" in page
    assert "Invitation de Sofia" in page


@pytest.mark.parametrize("reader", ["aidant", "coordination", "elsewhere"])
def test_a_departure_exists_for_whoever_manages_the_team_alone(client, lieu, karim, reader):
    other = place("ailleurs", {"nom": "Ailleurs", "pivot": "21380185500015"})
    user = {
        "aidant": lambda: account("a", "aidant", structure=lieu.structure),
        "coordination": lambda: account("c", "coordination", territory="38"),
        "elsewhere": lambda: account("e", "gestionnaire", structure=other.structure),
    }[reader]()
    client.force_login(user)
    assert client.get(address(lieu, karim)).status_code == 404
    gesture = {"geste": "tout", "a": user.pk}
    assert client.post(address(lieu, karim), gesture).status_code == 404
    assert kinds(lieu, karim) == ALL


def test_a_departure_is_read_once_all_is_handed_over_when_the_role_left_no_row(client, lieu, nadia, karim):
    Membership.objects.filter(user=karim).delete()
    client.force_login(nadia)
    page = client.post(address(lieu, karim), {"geste": "tout", "a": nadia.pk}, follow=True)
    assert (page.status_code, kinds(lieu, karim)) == (200, [])


def test_all_is_handed_to_one_colleague_and_the_access_closes(client, lieu, nadia, leila, karim):
    client.force_login(nadia)
    client.post(address(lieu, karim), {"geste": "tout", "a": nadia.pk})
    assert kinds(lieu, karim) == []
    assert Appointment.objects.get(starts_at=MONDAY).helper == Permanence.objects.get().helper == nadia
    assert Orientation.objects.get().sender == Invitation.objects.get().made_by == nadia
    assert Following.objects.get(by=nadia).person.nickname == "Sandrine"
    following = Mandat.objects.get(signed_at=None)
    assert [each.user for each in following.named.all()] == [nadia], "to be signed"
    assert Mandat.objects.exclude(signed_at=None).get().named.get().user == karim, "as it was signed"
    lines = Entry.objects.filter(verb="duty.handed_over", by=nadia.pk, row=karim.pk)
    assert lines.count() == len(ALL)
    page = client.get(address(lieu, karim)).content.decode()
    assert page.count("à Nadia, le 27 novembre 2026") == len(ALL)
    client.post(address(lieu, karim), {"geste": "fermer"})
    assert not access.current(AT.date()).filter(user=karim).exists()
    assert list(worklist.lines(nadia, AT)) == []


def test_one_item_goes_to_one_colleague_and_the_person_reads_who(client, lieu, nadia, leila, karim):
    row = Appointment.objects.get(starts_at=MONDAY)
    client.force_login(nadia)
    client.post(
        address(lieu, karim), {"geste": "remettre", "element": f"appointment-{row.pk}", "a": leila.pk}
    )
    row.refresh_from_db()
    assert (row.helper, row.starts_at) == (leila, MONDAY)
    text = Message.objects.filter(channel="sms").latest("pk").text
    assert "Leila vous recevra" in text
    assert kinds(lieu, karim) == [kind for kind in ALL if kind != "appointment"]


def test_an_hour_already_taken_is_refused_in_words(client, lieu, nadia, leila, karim):
    appointments.book(
        Draft(kind="other", starts_at=MONDAY, name="Denis"),
        structure=lieu.structure,
        by=leila,
        helper=leila,
        lieu=lieu,
        at=AT,
    )
    client.force_login(nadia)
    page = client.get(address(lieu, karim)).content.decode()
    assert page.index("Nadia, libre") < page.index("Leila, déjà pris"), "whoever is free is proposed"
    row = Appointment.objects.get(helper=karim, starts_at=MONDAY)
    sent = {"geste": "remettre", "element": f"appointment-{row.pk}", "a": leila.pk}
    page = client.post(address(lieu, karim), sent, follow=True).content.decode()
    assert "pas remis. Leila reçoit déjà quelqu’un" in page.replace("\u00a0", " ")
    row.refresh_from_db()
    assert row.helper == karim


def test_a_leaver_who_was_alone_first_invites_somebody(client, lieu, karim):
    Membership.objects.exclude(user=karim).delete()
    client.force_login(karim)
    page = client.get(address(lieu, karim)).content.decode()
    assert "/espace/equipe/?role=gestionnaire" in page
    client.post(address(lieu, karim), {"geste": "fermer"})
    assert access.current(AT.date()).filter(user=karim).exists(), "nobody would answer for what they leave"


@pytest.mark.parametrize("name", ["member", "team_several"])
def test_a_withdrawal_that_leaves_duties_leads_first_to_the_departure(
    client, lieu, nadia, leila, karim, name
):
    Membership.objects.filter(user=leila).update(since=AT.date())
    rows = {each: Membership.objects.get(user=each) for each in (karim, leila)}
    client.force_login(nadia)
    if name == "member":
        answer = client.post(reverse(name, args=[rows[karim].pk]), {"geste": "retirer"}, follow=True)
        assert answer.redirect_chain[-1][0] == address(lieu, karim)
        assert "Rien n’est encore retiré" in answer.content.decode().replace("\u00a0", " ")
    else:
        chosen = {"cochee": [row.pk for row in rows.values()]}
        page = client.post(reverse(name), chosen, follow=True).content.decode().replace("\u00a0", " ")
        assert "1 rôle en moins" in page
        assert "Sans changement : Karim : des éléments sont à remettre d’abord" in page
        assert "Remettez-les" not in page, "her role of the day left nothing to put back"
        assert not access.current(AT.date()).filter(pk=rows[leila].pk).exists()
    assert access.current(AT.date()).filter(pk=rows[karim].pk).exists()


def test_one_of_two_roles_is_withdrawn_at_once(client, lieu, nadia, karim):
    Membership.objects.create(user=karim, role="aidant", structure=lieu.structure, since=AT.date())
    row = Membership.objects.get(user=karim, role="aidant")
    client.force_login(nadia)
    client.post(reverse("member", args=[row.pk]), {"geste": "retirer"})
    assert not Membership.objects.filter(pk=row.pk).exists() and kinds(lieu, karim) == ALL


def test_a_mandate_handed_over_waits_for_its_signature_at_home(client, lieu, nadia, leila, karim):
    row = Mandat.objects.get()
    client.force_login(nadia)
    sent = {"geste": "remettre", "element": f"mandate-{row.pk}", "a": leila.pk}
    page = client.post(address(lieu, karim), sent, follow=True).content.decode()
    assert "Nouveau mandat, à faire signer, à Leila" in page.replace("\u00a0", " ")
    draft = Mandat.objects.get(signed_at=None)
    other = account("zoe", "aidant", structure=lieu.structure)
    for user, n in ((leila, 1), (nadia, 1), (other, 0)):
        lines = [line for line in mandats.lines(user, AT) if line.gesture == "Faire signer"]
        assert [line.url for line in lines] == [reverse("mandat", args=[draft.pk])] * n
    client.post(address(lieu, karim), {"geste": "fermer"})
    assert reverse("mandat", args=[draft.pk]) in client.get(reverse("mandat", args=[row.pk])).content.decode()
    signing.sign(draft, by_touch(draft, AT), by=leila, at=AT)
    assert list(mandats.lines(leila, AT)) == list(mandats.lines(nadia, AT)) == []


def test_a_mandate_to_sign_names_the_colleague_who_takes_it_over(client, lieu, nadia, leila, karim):
    person = Mandat.objects.get().person
    Mandat.objects.all().delete()
    draft = drafted(person, lieu.structure, karim, at=AT)
    client.force_login(nadia)
    assert "Mandat à faire signer" in client.get(address(lieu, karim)).content.decode()
    client.post(address(lieu, karim), {"geste": "remettre", "element": f"mandate-{draft.pk}", "a": leila.pk})
    assert draft.named.get().user == leila
    client.post(address(lieu, karim), {"geste": "tout", "a": leila.pk})
    client.post(address(lieu, karim), {"geste": "fermer"})
    assert signing.sign(draft, by_touch(draft, AT), by=leila, at=AT).signed_at == AT


def test_an_access_closed_at_once_leaves_its_duties_to_the_manager(client, lieu, nadia, leila, karim):
    Appointment.objects.all().delete()
    client.force_login(nadia)
    role = Membership.objects.get(user=karim)
    client.post(address(lieu, karim), {"geste": "fermer"})
    assert not access.current(AT.date()).filter(pk=role.pk).exists()
    (line,) = worklist.lines(nadia, AT)
    assert (line.title, line.url) == ("Karim", address(lieu, karim))
    assert "6 éléments à remettre" in line.words.replace("\u00a0", " ")
    assert list(worklist.lines(leila, AT)) == [], "whoever manages alone"
    assert [each.title for each in mandats.lines(leila, AT)] == ["Sandrine"], "the mandate names nobody"
    client.post(address(lieu, karim), {"geste": "tout", "a": nadia.pk})
    assert list(worklist.lines(nadia, AT)) == []
    assert list(mandats.lines(leila, AT)) == []


def test_a_last_day_that_comes_is_on_the_home_of_the_manager(client, lieu, nadia, karim):
    client.force_login(nadia)
    assert list(worklist.lines(nadia, AT)) == []
    client.post(address(lieu, karim), {"geste": "dernier-jour", "jour": "2026-12-04"})
    assert Membership.objects.get(user=karim).until == date(2026, 12, 4)
    assert [line.title for line in worklist.lines(nadia, AT)] == ["Karim"]
    assert not access.receivers(lieu.structure_id, "people.see", AT.date(), but=nadia.pk).filter(pk=karim.pk)


def test_a_role_that_ends_by_its_date_leaves_nothing_unsaid(lieu, nadia, karim):
    Membership.objects.filter(user=karim).update(until=AT.date() - timedelta(days=90))
    assert kinds(lieu) == ALL
    assert timezone.localdate(AT) == AT.date()
    User.objects.filter(pk=nadia.pk).update(is_active=False)
    assert kinds(lieu) == ALL
