"""Discussions of the network: a question, its answer, what warns, what is refused, what moderation leaves."""

from datetime import UTC, datetime, timedelta

import pytest

from maillage.apps.community.actions import deadlines, meetings
from maillage.apps.community.actions import discussions as actions
from maillage.apps.community.models import Digest, Moderation, Post, PostReport
from maillage.apps.community.queries import subjects
from maillage.apps.community.rules import discussions as rules
from maillage.apps.directory.memberships.models import Membership
from maillage.apps.directory.places.models import Lieu
from maillage.apps.directory.places.rules import EXCLUDED
from maillage.apps.platform.accounts.models import Entry
from maillage.apps.platform.messages.models import Message
from maillage.kernel.errors import Refused
from tests.conftest import account
from tests.support.places import place

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("clock_at")]
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.fixture
def sam(home):
    """Somebody who only sends people elsewhere: they ask and answer too."""
    return account("sam", "prescripteur", structure=place("ccas", {"nom": "CCAS"}).structure)


@pytest.fixture
def meeting(lead):
    draft_fields = {"title": "Se connaître", "kind": "meeting", "commune": "38185", "minutes": 60}
    dates = [AT + timedelta(days=9)]
    return meetings.propose(None, meetings.Draft(**draft_fields, dates=dates, token="m"), by=lead, at=AT)


@pytest.fixture
def page(meeting):
    return f"/espace/reseau/discussions/meeting/{meeting.pk}/"


def ask_question(meeting, by, structure, words="Qui reçoit le samedi ?", token="q", at=AT, **more):
    subject = subjects.find("meeting", meeting.pk, by)
    return actions.write(subject, structure, words=words, token=token, by=by, at=at, **more)


def test_question_is_answered_and_marked_by_its_author(client, page, meeting, karim, sam):
    client.force_login(sam)
    for _ in range(2):
        client.post(page, {"mots": "Qui reçoit le samedi ?", "jeton": "a"})
    (question,) = Post.objects.all()
    assert (
        "1 question posée, dont 1 sans réponse"
        in client.get(f"/espace/reseau/reunions/{meeting.pk}/").content.decode()
    )
    client.force_login(karim)
    client.post(page, {"mots": "Nous, de 9 h à midi.", "jeton": "b", "repond": question.pk})
    answer = Post.objects.get(question=question)
    gesture = f"/espace/reseau/discussions/messages/{answer.pk}/"
    assert client.post(gesture, {"geste": "marquer"}).status_code == 404, "not who asked"
    client.force_login(sam)
    for _ in range(2):  # two windows: the second undoes nothing
        client.post(gesture, {"geste": "marquer", "etait": ""})
    page_text = client.get(page).content.decode()
    assert "répondue" in page_text and "a répondu à la question" in page_text
    assert "Qui reçoit" not in client.get("/espace/reseau/discussions/?voir=sans-reponse").content.decode()
    verbs = Entry.objects.filter(kind="community.post").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["post.asked", "post.answered", "post.marked"]


def test_what_may_name_a_person_is_warned_of_then_accepted_by_who_read_again(client, page, sam):
    client.force_login(sam)
    words = "Mme Durand revient chaque jour, au 06 12 34 56 78."
    answer = client.post(page, {"mots": words, "jeton": "a"})
    assert answer.status_code == 400 and not Post.objects.exists()
    page_text = answer.content.decode()
    assert "un nom de famille, un numéro de téléphone" in page_text and "fait reconnaître" in page_text
    client.post(page, {"mots": words, "jeton": "a", "personne": "on"})
    assert Post.objects.count() == 1


def test_a_secret_is_refused_even_after_reading_again(meeting, sam):
    with pytest.raises(Refused, match="Rien n’a été enregistré"):
        ask_question(meeting, sam, None, words="le mot de passe est Grenoble38!", about_nobody=True)


def test_a_flood_stops(meeting, sam):
    for n in range(rules.MOST_PER_HOUR):
        ask_question(meeting, sam, None, token=f"q{n}")
    with pytest.raises(Refused) as refused:
        ask_question(meeting, sam, None, token="one too many")
    assert "beaucoup écrit" in refused.value.why
    ask_question(meeting, sam, None, token="later", at=AT + timedelta(hours=2))


def test_hostile_words_stay_words(client, page, sam):
    client.force_login(sam)
    client.post(page, {"mots": "<script>alert(1)</script> <img src=x onerror=y>", "jeton": "a"})
    page_text = client.get(page).content.decode()
    assert "<script>alert" not in page_text and "&lt;script&gt;" in page_text


def test_a_report_is_one_and_moderation_leaves_its_trail(client, page, meeting, karim, sam, lead):
    row = ask_question(meeting, sam, None, words="Publicité !")
    client.force_login(karim)
    for _ in range(2):
        client.post(f"/espace/reseau/discussions/messages/{row.pk}/signaler/", {"raison": "spam"})
    assert PostReport.objects.count() == 1
    assert client.get("/espace/reseau/discussions/moderation/").status_code == 404
    gesture = f"/espace/reseau/discussions/messages/{row.pk}/"
    assert client.post(gesture, {"geste": "hide"}).status_code == 404
    client.force_login(lead)
    assert "1 signalement" in client.get("/espace/reseau/discussions/moderation/").content.decode()
    client.post(gesture, {"geste": "hide", "raison": "spam"})
    page_text = client.get(page).content.decode()
    assert "Publicité" not in page_text and "Ce message a été retiré" in page_text
    client.post(gesture, {"geste": "hide", "raison": "spam"})  # twice: nothing more
    client.post(gesture, {"geste": "restore"})
    assert "Publicité" in client.get(page).content.decode()
    trail = client.get("/espace/reseau/discussions/moderation/").content.decode()
    assert "Retiré" in trail and "Remis" in trail and "publicité" in trail
    assert list(Moderation.objects.values_list("gesture", flat=True)) == ["hide", "restore"]


def test_who_leads_elsewhere_moderates_nothing_here(client, meeting, sam):
    row = ask_question(meeting, sam, None)
    client.force_login(account("lou", "coordination", territory="59"))
    assert client.post(f"/espace/reseau/discussions/messages/{row.pk}/", {"geste": "hide"}).status_code == 404
    assert "Rien n’est signalé" in client.get("/espace/reseau/discussions/moderation/").content.decode()


def test_one_takes_off_ones_own_words_and_their_text_goes_in_time(client, meeting, karim, sam):
    row = ask_question(meeting, sam, None)
    client.force_login(karim)
    gesture = f"/espace/reseau/discussions/messages/{row.pk}/"
    assert client.post(gesture, {"geste": "retirer"}).status_code == 404
    client.force_login(sam)
    client.post(gesture, {"geste": "retirer"})
    assert deadlines.run_deadlines(at=AT + timedelta(days=10))["textes_effaces"] == 0
    assert deadlines.run_deadlines(at=AT + timedelta(days=100))["textes_effaces"] == 1
    with pytest.raises(Refused):
        actions.moderate(row, rules.RESTORE, by=sam, at=AT + timedelta(days=101))


def test_nobody_answers_a_question_that_was_taken_off(client, page, meeting, karim, sam):
    row = ask_question(meeting, sam, None)
    actions.withdraw(row, by=sam, at=AT)
    client.force_login(karim)
    assert client.post(page, {"mots": "Moi", "jeton": "b", "repond": row.pk}).status_code == 404
    with pytest.raises(Refused):
        ask_question(meeting, karim, None, question=row, token="c")


@pytest.mark.parametrize("kind", ["lieu", "meeting", "autre", "resource"])
def test_there_is_no_discussion_under_what_is_not_there(client, sam, kind):
    client.force_login(sam)
    assert client.get(f"/espace/reseau/discussions/{kind}/99999/").status_code == 404


def test_a_discussion_stands_under_a_place_and_a_workshop(client, library, karim):
    from maillage.apps.agenda.actions import planning

    values = {
        "title": "Boîte mail", "subject": "mail", "level": "debutant", "lieu": library, "capacity": 4,
        "starts_at": AT + timedelta(days=4), "ends_at": AT + timedelta(days=4, hours=2),
    }  # fmt: skip
    workshop = planning.plan(by=None, structure=library.structure, values=values, at=AT)
    client.force_login(karim)
    for kind, row, title in (("lieu", library.pk, "Bibliothèque"), ("workshop", workshop.pk, "Boîte mail")):
        assert title in client.get(f"/espace/reseau/discussions/{kind}/{row}/").content.decode()
    assert "En discuter" in client.get("/lieux/bibliotheque/").content.decode()
    client.logout()
    assert "En discuter" not in client.get("/lieux/bibliotheque/").content.decode()
    stranger = account("zoe", "aidant", structure=place("poste", {"nom": "La Poste"}).structure)
    client.force_login(stranger)
    assert client.get(f"/espace/reseau/discussions/workshop/{workshop.pk}/").status_code == 404, "a draft"


def test_a_place_left_out_is_not_named_by_its_number(client, library, sam):
    """A discussion does not name a place that the directory hides from a member."""
    client.force_login(sam)
    page = f"/espace/reseau/discussions/lieu/{library.pk}/"
    assert "Bibliothèque" in client.get(page).content.decode()
    Lieu.objects.filter(pk=library.pk).update(state=EXCLUDED)
    assert client.get("/lieux/bibliotheque/").status_code == 404
    assert client.get(page).status_code == 404


def test_the_week_leaves_once_on_monday_for_who_chose_it(client, meeting, karim, sam, lead):
    ask_question(meeting, sam, None)
    for user in (karim, sam):
        client.force_login(user)
        client.post("/espace/reseau/semaine/", {"recevoir": "oui"})
    assert "Qui reçoit le samedi" in client.get("/espace/reseau/semaine/").content.decode()
    Membership.objects.filter(user=karim).update(until=AT.date() - timedelta(days=1))
    assert deadlines.send_digests(at=AT) == 0, "a Friday"
    assert deadlines.send_digests(at=MONDAY) == 1
    assert deadlines.send_digests(at=MONDAY + timedelta(hours=1)) == 0
    (letter,) = Message.objects.all()
    assert letter.to == sam.email and "Qui reçoit le samedi" in letter.text and "semaine/" in letter.text
    client.post("/espace/reseau/semaine/", {"recevoir": "non"})
    assert not Digest.objects.filter(user=sam).exists()
