"""The life of a referral: each gesture, each refusal, who is told, who sees; links, delays, erasure,
measures.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from maillage.apps.agenda.models import Appointment
from maillage.apps.directory.memberships.models import Membership
from maillage.apps.directory.places.actions import sheets
from maillage.apps.directory.places.models import Lieu
from maillage.apps.people.persons.actions import consents, forgetting
from maillage.apps.people.persons.actions import register as people
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.models import Entry, User
from maillage.apps.platform.messages.models import Message
from maillage.apps.referrals.orientations import access, worklist
from maillage.apps.referrals.orientations.actions import answers, deadlines, drafts, sending
from maillage.apps.referrals.orientations.actions.delays import choose
from maillage.apps.referrals.orientations.models import Event, Orientation, Path
from maillage.apps.referrals.orientations.queries import card, lists, measures, pressing, timeline
from maillage.apps.referrals.orientations.queries import people as people_read
from maillage.apps.referrals.orientations.rules import cycle
from maillage.kernel.errors import Refused
from maillage.kernel.estimate import Estimate
from maillage.statistics.people.shares import withheld_words
from tests.conftest import account
from tests.support.places import place
from tests.support.referrals import action, prepare

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("leaves")]
PARIS = ZoneInfo("Europe/Paris")
AT = datetime(2026, 11, 20, 10, tzinfo=PARIS)
DAY = timedelta(days=1)
MAIL = {"courriels": ["accueil@bibliotheque.example"]}
HELPS = {"practices": {"assistance": {"state": "offered"}}}


@pytest.fixture
def ccas() -> Lieu:
    return place("ccas", {"nom": "CCAS", "pivot": "21380185500015", **HELPS})


@pytest.fixture
def library() -> Lieu:
    return place("bibliotheque", {**MAIL, **HELPS})


@pytest.fixture
def aidant(library) -> User:
    return account("leila", "aidant", structure=library.structure)


@pytest.fixture
def person(worker, ccas) -> Person:
    return people.welcome(
        by=worker,
        structure=ccas.structure,
        at=AT,
        nickname="Andrei",
        reach="phone",
        reach_value="06 39 98 12 34",
    )


def prepared(worker, ccas, lieu, person=None, **more) -> Orientation:
    return prepare(
        structure=ccas.structure,
        person=person,
        lieu=lieu,
        **{"need": "assistance", "procedure": "argent", **more},
        by=worker,
        at=AT,
    )


def sent(worker, ccas, lieu, person=None, at=AT, **more) -> Orientation:
    if person is not None and more.get("shared"):
        consents.agree(person=person, purpose="share", structure=lieu.structure, how="read", by=worker, at=at)
    return sending.send(prepared(worker, ccas, lieu, person, **more), by=worker, at=at)


@pytest.fixture
def orientation(worker, ccas, library, person) -> Orientation:
    return sent(
        worker,
        ccas,
        library,
        person,
        shared=["nickname", "reach", "procedure", "note"],
        note="Parle peu français",
    )


def token(row: Orientation) -> str:
    return access.link_of(row)


def mails(subject: str = "") -> list[Message]:
    return [message for message in Message.objects.order_by("due_at", "pk") if subject in message.subject]


# -------------------------------------------------------------------------------------------------- preparing


def test_preparing_sends_nothing(worker, ccas, library, person):
    row = prepared(worker, ccas, library, person)
    assert (row.state, row.held_by, row.sent_at, row.position) == ("draft", "sender", None, 1)
    assert not Message.objects.exists()
    assert [event.verb for event in row.events.all()] == ["prepare"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"need": "magie"},
        {"need": ""},
        {"procedure": "magie"},
        {"shared": ["secret"]},
        {"urgent_before": date(2026, 11, 19)},
        {"urgent_before": date.max},
    ],
)
def test_preparing_what_cannot_be_is_refused(worker, ccas, library, wrong):
    with pytest.raises(Refused):
        prepared(worker, ccas, library, **wrong)
    assert not Orientation.objects.exists()


def test_preparing_for_somebody_else_or_in_another_name_is_refused(worker, aidant, ccas, library, person):
    with pytest.raises(Refused):
        prepared(worker, library, library)
    with pytest.raises(Refused):
        prepared(aidant, library, ccas, person)
    with pytest.raises(Refused):
        prepare(structure=ccas.structure, by=None, at=AT)


@pytest.mark.both_databases
def test_the_path_of_somebody_is_for_whoever_helps_them(orientation, aidant, library):
    with pytest.raises(Refused):
        prepare(need="wifi", structure=library.structure, follows=orientation, by=aidant, at=AT)
    with pytest.raises(Refused):
        prepare(need="wifi", origin="relative", follows=orientation, by=None, at=AT)
    people.follow(person=orientation.person, structure=library.structure, by=aidant, at=AT)
    answers.came(orientation, by=aidant, at=AT)
    following = prepare(
        need="wifi", structure=library.structure, origin="structure", follows=orientation, by=aidant, at=AT
    )
    assert (following.person, following.position) == (orientation.person, 2)


def test_a_draft_may_be_changed_and_no_longer_once_sent(worker, ccas, library):
    row = drafts.amend(
        prepared(worker, ccas, library), {"note": "Le mardi", "state": "served"}, by=worker, at=AT
    )
    assert (row.note, row.state) == ("Le mardi", "draft")
    sending.send(row, by=worker, at=AT)
    with pytest.raises(Refused, match="déjà partie"):
        drafts.amend(row, {"note": "Non"}, by=worker, at=AT)


def test_without_a_sheet_of_the_person_nothing_of_them_is_shared(worker, ccas, library):
    row = prepared(worker, ccas, library, shared=["nickname", "reach", "note"], note="x")
    assert row.shared == ["note"]


# ---------------------------------------------------------------------------------------------------- sending


def test_sending_tells_the_place_by_a_link_and_names_nobody(orientation):
    assert (orientation.state, orientation.held_by, orientation.channel) == ("sent", "receiver", "email")
    assert orientation.expires_on == date(2026, 12, 20)
    first = mails()[0]
    assert first.to == "accueil@bibliotheque.example"
    assert f"/orientation/{token(orientation)}/" in first.text
    assert "Andrei" not in " ".join(message.text for message in mails())
    assert "français" not in " ".join(message.text for message in mails())


@pytest.mark.both_databases
def test_mails_to_professionals_word_the_need_for_them(worker, ccas, library):
    row = sent(worker, ccas, library)
    answers.serve(row, by=None, token=token(row), at=AT + DAY, did=["assistance"], outcome="reached")
    mail_texts = [message.text.replace("\u00a0", " ") for message in mails()]
    assert "CCAS vous envoie une personne pour : une aide pour faire une démarche." in mail_texts[0]
    assert "La personne a été aidée : une aide pour faire une démarche." in " ".join(mail_texts)
    assert not [each for each in mail_texts if "on vous aide" in each]


def test_only_the_digest_of_a_link_is_stored(orientation):
    assert len(token(orientation)) == 32
    assert token(orientation) not in str(Orientation.objects.filter(pk=orientation.pk).values().get())


def test_reminders_leave_at_5_10_and_20_days_and_never_after(orientation):
    reminders = mails("attend votre réponse")
    assert [message.due_at.astimezone(PARIS).date() for message in reminders] == [
        date(2026, 11, 25),
        date(2026, 11, 30),
        date(2026, 12, 10),
    ]
    assert {message.never_after.astimezone(PARIS).date() for message in reminders} == {date(2026, 12, 21)}


def test_the_date_of_the_person_is_the_last_for_an_answer(worker, ccas, library):
    row = sent(worker, ccas, library, urgent_before=date(2026, 11, 27))
    assert (row.expires_on, row.link_until) == (date(2026, 11, 27), date(2026, 11, 27))
    assert [message.due_at.astimezone(PARIS).date() for message in mails("attend votre réponse")] == [
        date(2026, 11, 25)
    ]
    deadlines.run_deadlines(at=AT + 8 * DAY)
    assert "27 novembre 2026 au plus tard" in mails("nouvelles")[-1].text.replace("\u00a0", " ")
    row.refresh_from_db()
    assert row.state == "expired"


@pytest.mark.both_databases
def test_an_answer_is_awaited_in_the_working_days_that_the_territory_chose(worker, ccas, library):
    first = sent(worker, ccas, library)
    assert first.answer_by == date(2026, 11, 27) and first.expires_on == date(2026, 12, 20)
    assert "27 novembre" in mails()[0].text
    for territory, days in (("france", 8), ("38", 2)):
        choose(territory, days, by=worker, at=AT)
    assert sent(worker, ccas, library).answer_by == date(2026, 11, 24), "the smallest territory decides"
    choose("38", 3, by=worker, at=AT + DAY)
    assert sent(worker, ccas, library).answer_by == date(2026, 11, 25)
    first.refresh_from_db()
    assert first.answer_by == date(2026, 11, 27), "what was promised stays"
    for days in (0, cycle.MAX_ANSWER_DAYS + 1, None):
        with pytest.raises(Refused, match="jours ouvrés"):
            choose("38", days, by=worker, at=AT)


def test_an_answer_is_late_on_both_sides_from_the_day_after_it_was_awaited(orientation, worker, aidant):
    evening = orientation.answer_by - AT.date()
    for at, is_late in ((AT + evening, False), (AT + evening + DAY, True)):
        for user in (worker, aidant):
            assert any(line.late for line in worklist.lines(user, at)) is is_late, (user, at)


def test_the_days_of_a_territory_decide_of_what_is_late_beyond_a_week(orientation, worker, aidant):
    """Le lieu qui a quinze jours ouvrés pour répondre était dit en retard au bout de huit jours."""
    Orientation.objects.filter(pk=orientation.pk).update(answer_by=AT.date() + 21 * DAY)
    for user in (worker, aidant):
        assert not any(line.late for line in worklist.lines(user, AT + 10 * DAY)), user


def test_a_reminder_keeps_the_hour_of_the_morning_when_clocks_change(worker, ccas, library):
    row = sent(worker, ccas, library, at=datetime(2026, 10, 23, 23, 30, tzinfo=PARIS))
    first = mails("attend votre réponse")[0].due_at.astimezone(PARIS)
    assert (first.date(), first.hour) == (date(2026, 10, 28), 9)
    assert row.expires_on == date(2026, 11, 22)


def test_sending_without_the_persons_agreement_is_refused(worker, ccas, library, person):
    row = prepared(worker, ccas, library, person, shared=["nickname"])
    with pytest.raises(Refused, match="partage"):
        sending.send(row, by=worker, at=AT)
    consents.agree(
        person=person,
        purpose="share",
        structure=library.structure,
        how="read",
        is_accepted=False,
        by=worker,
        at=AT,
    )
    with pytest.raises(Refused, match="partage"):
        sending.send(row, by=worker, at=AT)
    assert not Message.objects.exists()
    bare = drafts.amend(row, {"shared": []}, by=worker, at=AT)
    assert sending.send(bare, by=worker, at=AT).state == "sent"


def test_a_full_place_refuses_and_proposes_neighbours(worker, ccas, library):
    row = prepared(worker, ccas, library)
    sheets.say_full(library, True, by="x", at=AT)
    place("voisine", {"nom": "La voisine", "longitude": 5.7300, **HELPS})
    with pytest.raises(sending.NoRoom, match="complet depuis") as refused:
        sending.send(row, by=worker, at=AT)
    assert [each.lieu.slug for each in refused.value.instead] == ["ccas", "voisine"]
    row.refresh_from_db()
    assert (row.state, Message.objects.count()) == ("draft", 0)


@pytest.mark.parametrize(
    "sheet",
    [
        {"practices": {"assistance": {"state": "offered", "complet": True}}},
        {"fermetures": [{"du": "2026-11-01", "au": "2026-12-31"}]},
    ],
)
def test_a_place_full_for_this_or_closed_for_long_refuses(worker, ccas, sheet):
    with pytest.raises(sending.NoRoom):
        sent(worker, ccas, place("ferme", {"nom": "Fermé", **HELPS, **sheet}))


def test_a_place_that_ended_refuses_and_a_merged_one_is_what_it_became(worker, ccas, library):
    ended_place = place("partie", {"nom": "Partie", **HELPS})
    row = prepared(worker, ccas, ended_place)
    Lieu.objects.filter(pk=ended_place.pk).update(state="ended")
    with pytest.raises(sending.NoRoom, match="plus ouvert"):
        sending.send(row, by=worker, at=AT)
    Lieu.objects.filter(pk=ended_place.pk).update(state="merged", merged_into=library)
    assert sending.send(row, by=worker, at=AT).lieu == library


def test_sending_nowhere_is_refused_and_noted_as_a_need(worker, ccas):
    row = prepared(worker, ccas, None, commune="38185")
    with pytest.raises(Refused, match="Aucun lieu"):
        sending.send(row, by=worker, at=AT)
    row = sending.unsolved(row, by=worker, at=AT, words="Rien le soir")
    assert (row.state, row.held_by, row.commune) == ("unsolved", "", "38185")


def test_a_person_is_not_sent_twice_to_one_place_for_one_thing(worker, ccas, library, person, orientation):
    with pytest.raises(Refused, match="déjà envoyée"):
        sent(worker, ccas, library, person)
    assert sent(worker, ccas, library, person, procedure="sante").state == "sent"


def test_a_double_click_sends_once(worker, orientation):
    sending.send(orientation, by=worker, at=AT + timedelta(seconds=1))
    assert orientation.events.filter(verb="send").count() == 1
    assert len(mails("Une personne vous est envoyée")) == 1


def test_a_place_without_email_is_called_or_handed_a_card(worker, ccas):
    called = sent(worker, ccas, place("tel", {"nom": "Tel", **HELPS}))
    by_card = sent(worker, ccas, place("rien", {"nom": "Rien", "telephone": None, **HELPS}))
    assert (called.channel, called.token, by_card.channel) == ("phone", None, "card")
    with pytest.raises(Refused, match="e-mail"):
        sending.send(
            prepared(worker, ccas, called.lieu, procedure="sante"), by=worker, at=AT, channel="email"
        )
    assert not Message.objects.exists()


@pytest.mark.both_databases
def test_a_relative_sends_with_a_card_and_nothing_is_mailed(library):
    row = prepare(origin="relative", lieu=library, by=None, at=AT)
    row = sending.send(row, by=None, at=AT, channel="email")
    assert (row.state, row.channel, row.token, row.commune) == ("sent", "card", None, "38185")
    assert not Message.objects.exists()


def test_a_person_who_agrees_is_written_to(worker, ccas, library, person):
    consents.agree(person=person, purpose="write", how="read", by=worker, at=AT)
    row = sent(worker, ccas, library, person)
    answers.appoint(row, by=None, token=token(row), at=AT + DAY, when=AT + 5 * DAY)
    assert deadlines.run_deadlines(at=AT + 4 * DAY)["rappels"] == 1
    assert deadlines.run_deadlines(at=AT + 5 * DAY)["rappels"] == 0
    texts = [message.text for message in Message.objects.filter(channel="sms").order_by("pk")]
    assert len(texts) == 3  # where to go, when, and once more the day before
    assert texts[2].startswith(texts[1])
    assert "mercredi 25 novembre 2026 à 10 h" in texts[1].replace("\u00a0", " ")
    assert texts[0].startswith(
        "Nous avons demandé à Bibliothèque Barnave de vous recevoir. Attendez sa réponse."
    )
    assert "/ma-carte/" in texts[0]


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("channel", "words"),
    [
        ("phone", "La personne qui vous aide demande à Bibliothèque Barnave de vous recevoir. Attendez"),
        ("card", "Vous pouvez y aller avec votre carte"),
    ],
)
def test_nobody_is_expected_before_somebody_answered(worker, ccas, library, person, channel, words):
    """By e-mail to the person: the subject is an appointment only once there is one."""
    people.correct(person, {"reach": "email", "reach_value": "andrei@exemple.fr"}, by=worker, at=AT)
    consents.agree(person=person, purpose="write", how="read", by=worker, at=AT)
    row = sending.send(prepared(worker, ccas, library, person), by=worker, at=AT, channel=channel)
    answers.accept(row, by=worker, at=AT + DAY)
    answers.appoint(row, by=worker, at=AT + DAY, when=AT + 5 * DAY)
    messages = list(Message.objects.filter(to="andrei@exemple.fr").order_by("pk"))
    assert [each.subject for each in messages] == [*["Votre demande"] * 2, "Votre rendez-vous"]
    assert messages[0].text.replace("\u00a0", " ").startswith(words)
    assert "attend :" not in messages[0].text.replace("\u00a0", " ")


@pytest.mark.both_databases
def test_a_person_without_consent_is_not_written_to(orientation):
    assert not Message.objects.filter(channel="sms").exists()


# -------------------------------------------------------------------------------------------------- answering


@pytest.mark.both_databases
def test_the_whole_way_by_link(orientation, worker):
    key = {"by": None, "token": token(orientation)}
    answers.see(orientation, at=AT + DAY, **key)
    answers.appoint(orientation, at=AT + 2 * DAY, when=AT + 5 * DAY, **key)
    answers.came(orientation, at=AT + 5 * DAY, **key)
    row = answers.serve(
        orientation,
        at=AT + 6 * DAY,
        did=["assistance"],
        outcome="reached",
        level_after="partiellement_autonome",
        minutes=45,
        words="RSA demandé",
        **key,
    )
    assert (row.state, row.came, row.outcome, row.minutes, row.did) == (
        "served",
        True,
        "reached",
        45,
        ["assistance"],
    )
    row = sending.close(row, by=worker, at=AT + 7 * DAY)
    assert (row.state, row.held_by) == ("closed", "")
    assert [e.verb for e in row.events.all()] == [
        "prepare",
        "send",
        "see",
        "appoint",
        "came",
        "serve",
        "close",
    ]
    assert all((row.sent_at, row.seen_at, row.answered_at, row.met_at, row.served_at, row.ended_at))
    assert Entry.objects.filter(kind="orientations.orientation", row=row.pk).count() == 7


def test_coming_is_noted_from_the_day_of_the_appointment_on(orientation, aidant):
    """An appointment of next week was noted as “Venue”, in the agenda too."""
    row = answers.appoint(orientation, by=aidant, at=AT, when=AT + 5 * DAY)
    with pytest.raises(Refused, match="La venue n’a pas été notée"):
        answers.came(row, by=aidant, at=AT + 4 * DAY)
    assert answers.came(row, by=aidant, at=AT + 5 * DAY - timedelta(hours=1)).state == "came"
    assert Appointment.objects.get(referral=row.pk).state == "came"


def test_help_is_noted_from_the_day_of_the_appointment_on(orientation, aidant):
    row = answers.appoint(orientation, by=aidant, at=AT, when=AT + 5 * DAY)
    outcome = {"by": aidant, "did": ["assistance"], "outcome": "reached"}
    with pytest.raises(Refused, match="ce jour n’est pas venu"):
        answers.serve(row, at=AT + 4 * DAY, **outcome)
    answers.serve(row, at=AT + 5 * DAY - timedelta(hours=1), **outcome)
    assert Appointment.objects.get(referral=row.pk).state == "came"


def test_a_link_stops_sixty_days_after_the_last_answer_however_far_the_appointment_was(orientation, aidant):
    row = answers.appoint(orientation, by=aidant, at=AT, when=AT + 200 * DAY)
    row = answers.move(row, by=aidant, at=AT, when=AT + 2 * DAY)
    assert row.link_until == (AT + 62 * DAY).date()
    row = answers.serve(row, by=aidant, at=AT + 3 * DAY, did=["assistance"], outcome="reached")
    assert row.link_until == (AT + 63 * DAY).date()


@pytest.mark.parametrize("reason", ["", "magie", "other"])
def test_a_refusal_gives_its_reason(orientation, aidant, reason):
    with pytest.raises(Refused, match="raison"):
        answers.refuse(orientation, by=aidant, at=AT, reason=reason)


def test_whoever_left_the_structure_receives_no_more_mail(orientation, aidant, worker):
    Membership.objects.filter(user=worker).update(until=date(2021, 1, 1))
    answers.accept(Orientation.objects.get(pk=orientation.pk), by=aidant, at=AT)
    assert not mails("Des nouvelles")


def test_a_refusal_goes_back_to_whoever_sent_and_stops_reminders(orientation, aidant):
    row = answers.refuse(orientation, by=aidant, at=AT + DAY, reason="language", words="Pas de roumain")
    assert (row.state, row.held_by, row.reason) == ("refused", "sender", "language")
    assert {message.state for message in mails("attend votre réponse")} == {"cancelled"}
    news = mails("nouvelles")[-1]
    assert news.to == "sofia@exemple.fr"
    assert "pas de langue commune" in news.text


def test_a_place_that_says_no_no_longer_reads_who_it_was(orientation, aidant):
    key = token(orientation)
    assert access.is_link_open(access.referral_of_link(key), AT)
    row = answers.refuse(orientation, by=aidant, at=AT, reason="full")
    assert [each.label for each in timeline.shared(row)] == ["la démarche"]
    assert not access.is_link_open(access.referral_of_link(key), AT)


def test_a_place_that_says_it_is_full_stops_new_referrals(orientation, aidant, worker, ccas, library):
    answers.refuse(orientation, by=aidant, at=AT, reason="full", full=True)
    library.refresh_from_db()
    assert library.full_since == AT.date()
    with pytest.raises(sending.NoRoom):
        sent(worker, ccas, library)


def test_another_place_is_proposed_and_becomes_a_new_step(orientation, aidant, worker, ccas, person):
    other = place("autre", {"nom": "Autre lieu", **HELPS})
    row = answers.redirect(orientation, by=aidant, at=AT, lieu=other, reason="too_far")
    assert (row.state, row.proposed, row.held_by) == ("redirected", other, "sender")
    following = prepare(structure=ccas.structure, person=person, lieu=other, follows=row, by=worker, at=AT)
    row.refresh_from_db()
    assert (row.state, following.path, following.position) == ("closed", row.path, 2)


def test_proposing_ones_own_place_or_a_closed_one_is_refused(orientation, aidant, library):
    ended = place("fini", {"nom": "Fini"}, state="ended")
    for lieu in (library, ended):
        with pytest.raises(Refused, match="ne peut pas être proposé"):
            answers.redirect(orientation, by=aidant, at=AT, lieu=lieu)


@pytest.mark.parametrize("when", [AT - DAY, AT, AT + 400 * DAY])
def test_an_appointment_is_to_come(orientation, aidant, when):
    with pytest.raises(Refused, match="Ce moment"):
        answers.appoint(orientation, by=aidant, at=AT, when=when)


def test_an_appointment_in_a_night_when_clocks_change_keeps_its_moment(orientation, aidant):
    when = datetime(2027, 3, 28, 9, tzinfo=PARIS)
    row = answers.appoint(orientation, by=aidant, at=AT, when=when)
    row.refresh_from_db()
    assert row.appointment_at == when
    followed_up_at = mails("est-elle venue")[0].due_at.astimezone(PARIS)
    assert (followed_up_at.date(), followed_up_at.hour) == (date(2027, 3, 29), 9)


def test_an_appointment_set_twice_or_moved_back_still_has_its_follow_up(orientation, aidant):
    for _ in range(2):
        answers.appoint(orientation, by=aidant, at=AT, when=AT + 5 * DAY)
    assert [message.state for message in mails("est-elle venue")] == ["waiting"]
    answers.move(orientation, by=aidant, at=AT, when=AT + 8 * DAY)
    answers.move(orientation, by=aidant, at=AT, when=AT + 5 * DAY)
    pending = [message for message in mails("est-elle venue") if message.state == "waiting"]
    assert [message.due_at.astimezone(PARIS).date() for message in pending] == [date(2026, 11, 26)]


@pytest.mark.both_databases
def test_an_absence_is_one_gesture_and_another_date_may_follow(orientation, aidant):
    answers.appoint(orientation, by=aidant, at=AT, when=AT + DAY)
    with pytest.raises(Refused, match="pas encore passé"):
        answers.absent(orientation, by=aidant, at=AT)
    row = answers.absent(orientation, by=aidant, at=AT + 2 * DAY)
    assert (row.state, row.came, row.held_by) == ("absent", False, "sender")
    row = answers.appoint(orientation, by=aidant, at=AT + 2 * DAY, when=AT + 9 * DAY)
    assert (row.state, row.came) == ("appointed", None)
    assert "n’est pas venue" in mails("nouvelles")[-2].text


@pytest.mark.parametrize(
    "wrong",
    [
        {"did": []},
        {"did": ["magie"]},
        {"outcome": ""},
        {"minutes": 0},
        {"minutes": 2_000},
        {"level_after": "expert"},
    ],
)
def test_what_was_done_is_of_the_lists(orientation, aidant, wrong):
    with pytest.raises(Refused):
        answers.serve(orientation, by=aidant, at=AT, **{"did": ["assistance"], "outcome": "partial", **wrong})


def test_the_sender_closes_what_was_read_and_not_what_runs(orientation, worker):
    with pytest.raises(Refused):
        sending.close(orientation, by=worker, at=AT)


def test_cancelling_tells_the_place(orientation, worker):
    row = sending.cancel(orientation, by=worker, at=AT, words="Elle a trouvé")
    assert (row.state, len(mails("est annulée"))) == ("cancelled", 1)


def test_a_person_cancels_with_their_card_and_nobody_else_may(orientation, person, worker, ccas):
    stranger = people.welcome(by=None, structure=None, at=AT)
    with pytest.raises(Refused):
        sending.cancel(orientation, by=None, person=stranger, at=AT)
    row = sending.cancel(orientation, by=None, person=person, at=AT)
    assert row.state == "cancelled"
    assert "annulée" in mails("nouvelles")[-1].text


def test_reminding_by_hand_is_once_a_day(orientation, worker):
    for hours in (0, 1, 25):
        sending.remind(orientation, by=worker, at=AT + timedelta(hours=hours))
    assert orientation.events.filter(verb="remind").count() == 2
    reminders = mails("On attend")
    assert len(reminders) == 2
    for message in reminders:
        assert message.to == "accueil@bibliotheque.example"
        assert f"/orientation/{token(orientation)}/" in message.text, "without its link, nobody can answer"
        assert "ouvert jusqu’au 20 décembre 2026" in message.text.replace("\u00a0", " ")


def test_a_place_reminded_after_its_link_closed_may_open_it_again(orientation, worker, aidant):
    answers.accept(orientation, by=aidant, at=AT)
    late = AT + 70 * DAY
    assert not access.is_link_open(access.referral_of_link(token(orientation)), late)
    sending.remind(orientation, by=worker, at=late)
    assert "ouvert jusqu’au 30 mars 2027" in mails("On attend")[-1].text.replace("\u00a0", " ")
    assert access.is_link_open(access.referral_of_link(token(orientation)), late)
    assert access.is_link_open(access.referral_of_link(token(orientation)), late + 60 * DAY)
    assert not access.is_link_open(access.referral_of_link(token(orientation)), late + 61 * DAY)


def test_the_day_of_today_is_not_past_where_it_is_still_today(worker, ccas, library):
    """Seven in the evening in Martinique is tomorrow in Paris."""
    evening, today = datetime(2026, 11, 21, 0, 30, tzinfo=PARIS), date(2026, 11, 20)
    far = place("fort-de-france", {"nom": "Case numérique", "code_insee": "97209", **HELPS})
    draft = {"structure": ccas.structure, "need": "assistance", "urgent_before": today}
    row = prepare(**draft, lieu=far, by=worker, at=evening)
    assert drafts.amend(row, {"urgent_before": today}, by=worker, at=evening).urgent_before == today
    with pytest.raises(Refused, match="déjà passée"):
        prepare(**draft, lieu=library, by=worker, at=evening)


def test_a_place_overseas_answers_until_the_end_of_its_own_day(worker, ccas):
    """In Papeete, the 20th ends eleven hours after that of Paris."""
    far = place("papeete", {"nom": "Case numérique", "code_insee": "98735", **MAIL, **HELPS})
    row = sent(worker, ccas, far, at=datetime(2026, 11, 20, 8, tzinfo=PARIS), procedure="sante")
    assert (row.expires_on, row.link_until) == (date(2026, 12, 19), date(2026, 12, 19)), (
        "sent on the 19th there"
    )
    evening = datetime(2026, 12, 20, 9, tzinfo=PARIS)
    deadlines.run_deadlines(at=evening)
    row.refresh_from_db()
    assert row.state == "sent" and access.is_link_open(access.referral_of_link(token(row)), evening)
    answers.accept(row, by=None, token=token(row), at=evening)
    other = sent(worker, ccas, far, at=datetime(2026, 11, 20, 8, tzinfo=PARIS))
    over = datetime(2026, 12, 20, 11, 30, tzinfo=PARIS)
    assert not access.is_link_open(access.referral_of_link(token(other)), over)
    deadlines.run_deadlines(at=over)
    other.refresh_from_db()
    assert other.state == "expired"


@pytest.mark.parametrize("structure", [True, False])
def test_nobody_writes_to_a_sender_whose_account_is_closed(worker, ccas, library, aidant, structure):
    row = sent(worker, ccas, library)
    Orientation.objects.filter(pk=row.pk).update(from_structure=ccas.structure if structure else None)
    User.objects.filter(pk=worker.pk).update(is_active=False)
    answers.accept(row, by=aidant, at=AT)
    assert not mails("nouvelles")


# ----------------------------------------------------------------------------------- two people, twice, wrong


def test_of_two_answers_the_second_is_refused_with_who_did_what(orientation, aidant, library):
    other = account("karim", "aidant", structure=library.structure)
    answers.refuse(orientation, by=aidant, at=AT, reason="full")
    with pytest.raises(Refused) as refused:
        answers.accept(orientation, by=other, at=AT + timedelta(minutes=1))
    assert refused.value.why == "Leila a refusé le 20 novembre 2026 à 10 h : complet."
    orientation.refresh_from_db()
    assert orientation.state == "refused"


def test_the_same_gesture_by_the_same_person_is_done_once(orientation, aidant, library):
    other = account("karim", "aidant", structure=library.structure)
    for _ in range(2):
        answers.accept(orientation, by=aidant, at=AT)
    assert orientation.events.filter(verb="accept").count() == 1
    with pytest.raises(Refused, match="Leila a accepté"):
        answers.accept(orientation, by=other, at=AT)


def test_a_page_left_open_does_not_undo_what_a_colleague_did(orientation, aidant, library):
    other = account("karim", "aidant", structure=library.structure)
    answers.see(orientation, by=aidant, at=AT)
    answers.accept(orientation, by=aidant, at=AT, was="sent")  # seeing it is no answer
    with pytest.raises(Refused, match="Leila a accepté"):
        answers.refuse(orientation, by=other, at=AT, reason="full", was="sent")
    assert answers.refuse(orientation, by=other, at=AT, reason="full", was="accepted").state == "refused"
    answers.refuse(orientation, by=other, at=AT, reason="full", was="accepted")  # a double click
    assert orientation.events.filter(verb="refuse").count() == 1


def test_a_page_that_shows_another_appointment_moves_nothing(orientation, aidant, library):
    other = account("karim", "aidant", structure=library.structure)
    was = answers.appoint(orientation, by=aidant, at=AT, when=AT + DAY).stamp
    answers.move(orientation, by=aidant, at=AT, when=AT + 2 * DAY)
    with pytest.raises(Refused, match=r"Leila a changé le rendez-vous .* : dimanche 22 novembre 2026 à 10"):
        answers.move(orientation, by=other, at=AT, when=AT + 3 * DAY, was=was)


@pytest.mark.both_databases
def test_the_same_date_sent_again_by_the_same_person_is_set_once(worker, ccas, library, person, aidant):
    """After going back, the page asks to move the date it had set: it is the same, notified once."""
    consents.agree(person=person, purpose="write", how="read", by=worker, at=AT)
    row = sent(worker, ccas, library, person)
    answers.appoint(row, by=aidant, at=AT, when=AT + 5 * DAY, was="sent")
    answers.move(row, by=aidant, at=AT, when=AT + 5 * DAY, was="sent")
    assert not row.events.filter(verb="move").exists()
    assert Message.objects.filter(channel="sms").count() == 2


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("first_verb", "verb"),
    [
        ("accept", "refuse"),
        ("accept", "redirect"),
        ("accept", "cancel"),
        ("appoint", "refuse"),
        ("appoint", "cancel"),
    ],
)
def test_a_person_expected_somewhere_is_notified_that_it_is_over(
    worker, ccas, library, person, aidant, first_verb, verb
):
    consents.agree(person=person, purpose="write", how="read", by=worker, at=AT)
    row = sent(worker, ccas, library, person)
    action(first_verb)(row, by=aidant, at=AT, **({"when": AT + 5 * DAY} if first_verb == "appoint" else {}))
    values_by_verb = {
        "refuse": {"reason": "full"},
        "redirect": {"lieu": place("autre", {"nom": "Autre lieu", **HELPS})},
    }
    action(verb)(row, by=worker if verb == "cancel" else aidant, at=AT, **values_by_verb.get(verb, {}))
    last = Message.objects.filter(channel="sms").latest("pk").text.replace("\u00a0", " ").replace("'", "’")
    over = {
        "accept": "N’y allez plus, c’est annulé : Bibliothèque Barnave.",
        "appoint": "Votre rendez-vous mercredi 25 novembre 2026 à 10 h n’a plus lieu : Bibliothèque Barnave.",
    }
    assert last == f"{over[first_verb]} Revenez voir la personne qui vous aide."


@pytest.mark.both_databases
def test_a_person_who_waits_learns_of_a_refusal_without_its_reason(worker, ccas, library, person, aidant):
    consents.agree(person=person, purpose="write", how="read", by=worker, at=AT)
    row = sent(worker, ccas, library, person)
    for _ in range(2):
        answers.refuse(row, by=aidant, at=AT, reason="language", words="Pas de roumain")
    texts = [
        each.text.replace("\u00a0", " ") for each in Message.objects.filter(channel="sms").order_by("pk")
    ]
    assert texts[1:] == [
        "Bibliothèque Barnave ne peut pas vous recevoir. Revenez voir la personne qui vous aide : elle cherche un"
        " autre lieu avec vous."
    ]


@pytest.mark.both_databases
def test_a_person_who_gave_it_up_or_whose_date_is_past_is_not_notified(worker, ccas, library, person, aidant):
    consents.agree(person=person, purpose="write", how="read", by=worker, at=AT)
    past = sent(worker, ccas, library, person, need="wifi")
    answers.appoint(past, by=aidant, at=AT, when=AT + DAY)
    answers.refuse(past, by=aidant, at=AT + 2 * DAY, reason="did_not_come")
    cancelled_by_person = sent(worker, ccas, library, person)
    answers.accept(cancelled_by_person, by=aidant, at=AT)
    sending.cancel(cancelled_by_person, by=None, person=person, at=AT)
    assert not [each for each in Message.objects.filter(channel="sms") if "Revenez" in each.text]


@pytest.mark.parametrize("verb", ["see", "accept", "came", "absent"])
def test_whoever_does_not_receive_may_not_answer(orientation, worker, verb):
    other = account("paul", "aidant", structure=place("autre", {"nom": "Autre lieu"}).structure)
    for user, key in ((worker, ""), (other, ""), (None, ""), (None, "0" * 32)):
        with pytest.raises(Refused):
            action(verb)(orientation, by=user, token=key, at=AT)
    assert orientation.events.count() == 2


@pytest.mark.both_databases
def test_what_a_place_says_by_telephone_is_noted_by_whoever_sends(worker, ccas, library, aidant):
    """The loop closes without account nor e-mail on the other side; whoever noted it is named, and the
    sheet is not touched.
    """
    row = sending.send(prepared(worker, ccas, library), by=worker, at=AT, channel="phone")
    assert row.held_by == "sender"
    row = answers.appoint(row, by=worker, at=AT, when=AT + DAY)
    assert (row.state, row.held_by) == ("appointed", "sender")
    late = lists.sent(worker, AT + 3 * DAY)
    assert [section.id for section in late.sections] == ["mine"]
    row = answers.serve(row, by=worker, at=AT + 3 * DAY, did=["assistance"], outcome="reached")
    last = row.events.last()
    assert (row.state, last.side, last.by) == ("served", "sender", worker)
    refused = sending.send(prepared(worker, ccas, library), by=worker, at=AT, channel="card")
    answers.refuse(refused, by=worker, at=AT, reason="full", full=True)
    library.refresh_from_db()
    assert library.full_since is None, "whoever sends says nothing on the sheet of another"
    with pytest.raises(Refused):
        answers.accept(sent(worker, ccas, library), by=worker, at=AT)


def test_whoever_does_not_send_may_not_decide(orientation, aidant):
    for gesture in (sending.cancel, sending.unsolved, sending.remind):
        with pytest.raises(Refused):
            gesture(orientation, by=aidant, at=AT)


BY_SENDER = ("close", "cancel", "unsolved", "remind")
BY_RECEIVER = ("accept", "refuse", "redirect", "appoint", "move", "came", "absent", "serve")


@pytest.mark.both_databases
@pytest.mark.parametrize("state", list(cycle.STATES))
def test_every_gesture_follows_the_table_in_every_state(orientation, aidant, worker, state, subtests):
    other = place("autre", {"nom": "Autre lieu", **HELPS})
    Orientation.objects.filter(pk=orientation.pk).update(state=state, appointment_at=AT - DAY)
    values_by_verb = {
        "refuse": {"reason": "full"},
        "redirect": {"lieu": other},
        "appoint": {"when": AT + DAY},
        "move": {"when": AT + DAY},
        "serve": {"did": ["assistance"], "outcome": "reached"},
    }
    events = orientation.events.count()
    for verb in (*BY_RECEIVER, *BY_SENDER):
        by, side = (worker, cycle.SENDER) if verb in BY_SENDER else (aidant, cycle.RECEIVER)
        with subtests.test(verb=verb), transaction.atomic():
            before = Orientation.objects.get(pk=orientation.pk)
            holder, gesture = before.held_by, action(verb)
            if cycle.allowed(verb, state, side):
                row = gesture(before, by=by, at=AT, **values_by_verb.get(verb, {}))
                assert (row.state, row.held_by) == cycle.after(verb, state, holder)
                assert orientation.events.count() == events + 1
            else:
                with pytest.raises(Refused):
                    gesture(before, by=by, at=AT, **values_by_verb.get(verb, {}))
                before.refresh_from_db()
                assert (before.state, orientation.events.count()) == (state, events)
            transaction.set_rollback(True)


# ------------------------------------------------------------------------------------------------------ links


def test_a_link_opens_its_referral_and_a_forged_one_nothing(orientation):
    assert access.referral_of_link(token(orientation)) == orientation
    assert access.is_link_open(orientation, AT)
    for forged in ("", "0" * 32, token(orientation)[:-1], token(orientation).upper() + "x", "../../etc"):
        assert access.referral_of_link(forged) is None


def test_an_expired_link_tells_the_state_and_answers_no_more(orientation):
    late = AT + 31 * DAY
    assert not access.is_link_open(access.referral_of_link(token(orientation)), late)
    with pytest.raises(Refused, match="plus ouvert"):
        answers.accept(orientation, by=None, token=token(orientation), at=late)


def test_a_link_stays_open_after_an_answer(orientation):
    key = token(orientation)
    answers.accept(orientation, by=None, token=key, at=AT + 29 * DAY)
    assert access.is_link_open(access.referral_of_link(key), AT + 60 * DAY)
    assert answers.came(orientation, by=None, token=key, at=AT + 60 * DAY).state == "came"


@pytest.mark.both_databases
def test_a_link_reused_after_the_end_shows_the_state(orientation, worker):
    key = token(orientation)
    sending.cancel(orientation, by=worker, at=AT)
    assert not access.is_link_open(access.referral_of_link(key), AT)
    with pytest.raises(Refused, match="Sofia a annulé"):
        answers.accept(orientation, by=None, token=key, at=AT)


def test_a_new_link_goes_to_the_place_alone_and_closes_the_former(orientation):
    former = token(orientation)
    row = answers.ask_again(orientation, at=AT + 2 * DAY)
    assert access.referral_of_link(former) is None
    assert access.referral_of_link(token(row)) == row
    last = mails("Une personne vous est envoyée")[-1]
    assert (last.to, former in last.text, token(row) in last.text) == (
        "accueil@bibliotheque.example",
        False,
        True,
    )
    pending = [message for message in mails("attend votre réponse") if message.state == "waiting"]
    assert len(pending) == 3
    assert all(token(row) in message.text for message in pending)


def test_another_key_of_the_installation_closes_no_link_and_the_next_message_has_its_own(
    orientation, settings
):
    former = token(orientation)
    settings.SECRET_KEY = "une-autre-cle-" * 5
    assert access.is_link_open(access.referral_of_link(former), AT)
    row = answers.appoint(orientation, by=None, token=former, at=AT, when=AT + 5 * DAY)
    assert access.referral_of_link(token(row)) == row
    assert token(row) in mails("est-elle venue")[0].text
    assert access.referral_of_link(former) is None


def test_a_link_of_another_referral_answers_nothing(orientation, worker, ccas, library):
    other = sent(worker, ccas, library)
    with pytest.raises(Refused):
        answers.accept(orientation, by=None, token=token(other), at=AT)


# --------------------------------------------------------------------------------------------- what comes due


def test_a_referral_without_answer_comes_back_with_neighbours(orientation, worker):
    place("voisine", {"nom": "La voisine", "longitude": 5.7300, **HELPS})
    assert deadlines.run_deadlines(at=AT + 30 * DAY)["sans_reponse"] == 0
    assert deadlines.run_deadlines(at=AT + 31 * DAY)["sans_reponse"] == 1
    assert deadlines.run_deadlines(at=AT + 31 * DAY)["sans_reponse"] == 0
    orientation.refresh_from_db()
    assert (orientation.state, orientation.held_by) == ("expired", "sender")
    assert "La voisine" in mails("nouvelles")[-1].text
    assert {message.state for message in mails("attend votre réponse")} == {"cancelled"}


def test_an_answered_referral_does_not_expire(orientation, aidant):
    answers.accept(orientation, by=aidant, at=AT)
    assert deadlines.run_deadlines(at=AT + 40 * DAY)["sans_reponse"] == 0


@pytest.mark.both_databases
def test_a_referral_follows_its_place_and_stops_with_it(orientation, library, worker):
    merged_place = place("reunie", {"nom": "Médiathèque", **MAIL, **HELPS})
    Lieu.objects.filter(pk=library.pk).update(state="merged", merged_into=merged_place)
    assert deadlines.run_deadlines(at=AT)["lieux_reunis_ou_fermes"] == 1
    orientation.refresh_from_db()
    assert (orientation.lieu, orientation.lieu_name, orientation.state) == (
        merged_place,
        "Médiathèque",
        "sent",
    )
    Lieu.objects.filter(pk=merged_place.pk).update(state="ended")
    assert deadlines.run_deadlines(at=AT)["lieux_reunis_ou_fermes"] == 1
    orientation.refresh_from_db()
    assert (orientation.state, orientation.held_by) == ("cancelled", "sender")
    assert "n’est plus ouvert" in mails("nouvelles")[-1].text
    assert deadlines.run_deadlines(at=AT)["lieux_reunis_ou_fermes"] == 0


@pytest.mark.both_databases
def test_another_structure_reads_a_referral_only_once_notified_and_without_what_was_shared(
    orientation, library, aidant
):
    """A sheet that changes hands, by mistake or not, hands over nobody."""
    shared = orientation.shared
    link, other = token(orientation), place("autre", {"nom": "Autre"}).structure
    stranger = account("paul", "aidant", structure=other)
    Lieu.objects.filter(pk=library.pk).update(structure=other)
    assert access.received_by(aidant).get() == orientation, "the structure it was sent to keeps it"
    assert not access.orientations_for(stranger).exists()
    assert deadlines.run_deadlines(at=AT)["lieux_reunis_ou_fermes"] == 1
    orientation.refresh_from_db()
    assert (orientation.to_structure, orientation.readable, timeline.shared(orientation)) == (other, [], [])
    assert (orientation.shared, orientation.note) == (shared, "Parle peu français"), "hidden, not erased"
    assert access.received_by(stranger).get() == orientation and not access.received_by(aidant).exists()
    assert access.referral_of_link(link) is None and access.is_link_open(
        access.referral_of_link(token(orientation)), AT
    )
    assert "ne lit rien de la personne" in mails("nouvelles")[-1].text
    assert deadlines.run_deadlines(at=AT)["lieux_reunis_ou_fermes"] == 0


@pytest.mark.both_databases
def test_a_place_merged_within_its_structure_keeps_its_link_and_what_was_shared(orientation, library):
    merged_place = place("reunie", {"nom": "Médiathèque", **MAIL, **HELPS})
    Lieu.objects.filter(pk=merged_place.pk).update(structure=library.structure)
    Lieu.objects.filter(pk=library.pk).update(state="merged", merged_into=merged_place)
    deadlines.run_deadlines(at=AT)
    link, shared = token(orientation), orientation.shared
    orientation.refresh_from_db()
    assert (orientation.lieu, orientation.shared) == (merged_place, shared)
    assert access.is_link_open(access.referral_of_link(link), AT)


@pytest.mark.both_databases
def test_the_person_is_written_to_in_their_language(worker, ccas, library, aidant):
    """The place and its address stay as the street says them."""
    andrei = people.welcome(
        by=worker, structure=ccas.structure, at=AT, language="ro", reach="phone", reach_value="06 39 98 12 34"
    )
    consents.agree(person=andrei, purpose="write", how="read", by=worker, at=AT)
    row = sent(worker, ccas, library, andrei)
    answers.appoint(row, by=aidant, at=AT, when=datetime(2026, 11, 24, 14, tzinfo=PARIS))
    first, confirmation = Message.objects.filter(channel="sms").order_by("pk")
    assert (first.language, first.subject, confirmation.subject) == (
        "ro",
        "Cererea dumneavoastră",
        "Programarea dumneavoastră",
    )
    assert first.text.startswith("Am cerut la")
    assert "marți 24 noiembrie 2026" in confirmation.text and "Bibliothèque Barnave" in confirmation.text


@pytest.mark.both_databases
def test_a_place_taken_out_of_the_directory_stops_its_referrals(orientation):
    Orientation.objects.filter(pk=orientation.pk).update(lieu=None)
    deadlines.run_deadlines(at=AT)
    orientation.refresh_from_db()
    assert (orientation.state, orientation.lieu_name) == ("cancelled", "Bibliothèque Barnave")


@pytest.mark.both_databases
def test_after_two_years_nothing_says_who_it_was(orientation, aidant):
    answers.refuse(orientation, by=aidant, at=AT, reason="other", words="Fâchée avec nous")
    assert deadlines.run_deadlines(at=AT + 730 * DAY)["oubliees"] == 0
    assert deadlines.run_deadlines(at=AT + 731 * DAY)["oubliees"] == 1
    orientation.refresh_from_db()
    assert (orientation.person, orientation.note, orientation.reason_words) == (None, "", "")
    assert not access.is_link_open(access.referral_of_link(token(orientation)), AT)
    assert (orientation.state, orientation.reason) == ("refused", "other")  # it stays counted
    assert "Fâchée" not in str(list(Event.objects.values()))
    assert deadlines.run_deadlines(at=AT + 732 * DAY)["oubliees"] == 0


@pytest.mark.both_databases
def test_a_person_erased_while_a_referral_runs(orientation, person, worker):
    deadlines.strip(person, at=AT)
    forgetting.forget(person, by=worker, at=AT)
    orientation.refresh_from_db()
    assert (orientation.person, orientation.state, orientation.note, orientation.shared) == (
        None,
        "cancelled",
        "",
        [],
    )
    assert not Path.objects.filter(person=person).exists()
    assert [message.to for message in mails("est annulée")] == ["accueil@bibliotheque.example"]
    assert "effacer" in mails("nouvelles")[-1].text
    assert not access.is_link_open(access.referral_of_link(token(orientation)), AT), (
        "the link says that it is over"
    )


# ---------------------------------------------------------------------------------------------------- reading


@pytest.mark.both_databases
def test_the_sender_and_the_receiver_see_it_and_nobody_else(orientation, worker, aidant, ccas, library):
    visibility_by_user = {worker: True, aidant: True}
    visibility_by_user[
        account("paul", "aidant", structure=place("autre", {"nom": "Autre lieu"}).structure)
    ] = False
    visibility_by_user[account("ines", "coordination", territory="38185")] = False
    visibility_by_user[account("ana", "analyste", territory="38185")] = False
    visibility_by_user[account("adm", "administration")] = False
    visibility_by_user[account("benoit", "benevole", structure=ccas.structure)] = False
    for user, may in visibility_by_user.items():
        assert access.orientations_for(user).filter(pk=orientation.pk).exists() is may, user
        assert bool(access.sides_of(user, orientation)) is may, user
    assert access.sides_of(worker, orientation) == ("sender",)
    assert access.sides_of(aidant, orientation) == ("receiver",)


def test_a_draft_is_invisible_to_the_place(worker, ccas, library, aidant):
    row = prepared(worker, ccas, library)
    assert not access.orientations_for(aidant).filter(pk=row.pk).exists()


def test_the_place_reads_what_was_shared_and_no_more(orientation, person):
    read = {each.label: each.words for each in timeline.shared(orientation)}
    assert read == {
        "le prénom ou le surnom": "Andrei",
        "la démarche": "argent, aides",
        "comment la joindre": "Par téléphone ou SMS : 06 39 98 12 34",
        "le mot pour le lieu": "Parle peu français",
    }


def test_what_is_shared_is_written_in_words(worker, ccas, library):
    row = prepared(
        worker,
        ccas,
        library,
        shared=["language", "result", "availability"],
        language="ro",
        result="accompagne",
        availability="le mardi",
        urgent_before=date(2026, 12, 1),
    )
    assert [each.words for each in timeline.shared(row)] == [
        "roumain",
        "le mardi ; avant le 1er décembre 2026",
        "Accès accompagné",
    ]


def test_a_note_is_for_the_side_that_wrote_it(orientation, aidant):
    answers.accept(orientation, by=aidant, at=AT, note="Prévoir un interprète")
    notes = {
        side: [line.note for line in timeline.timeline(orientation, side)][-1]
        for side in ("sender", "receiver", "person")
    }
    assert notes == {"sender": "", "receiver": "Prévoir un interprète", "person": ""}


def test_the_person_reads_where_it_stands_by_their_card(orientation, aidant, person):
    answers.refuse(orientation, by=aidant, at=AT, reason="not_reached", words="Trois appels, jamais là")
    (step,) = card.steps(person)
    assert step.words.startswith("Ce lieu ne peut pas.")
    assert step.next_actor == "CCAS"
    line_text = " ".join(f"{line.author} {line.words} {line.more} {line.note}" for line in step.lines)
    assert "Leila" not in line_text
    assert "jamais là" not in line_text
    assert "On n’a pas pu vous joindre" in line_text


def test_where_it_stands_asks_as_much_for_many_steps(
    worker, ccas, library, person, django_assert_max_num_queries
):
    for procedure in list(cycle.PROCEDURES)[:6]:
        sent(worker, ccas, library, person, procedure=procedure)
    with django_assert_max_num_queries(4):
        assert len(card.steps(person)) == 6


@pytest.mark.both_databases
def test_the_same_help_is_listed_only_with_agreement(orientation, person, worker):
    outsider = User.objects.create_user("dehors@exemple.fr", "x")
    assert people_read.same_help(person, "assistance", "argent", user=outsider) == []
    assert [
        each.orientation for each in people_read.same_help(person, "assistance", "argent", user=worker)
    ] == [orientation]
    consents.agree(person=person, purpose="show", how="read", by=worker, at=AT)
    assert [each.where for each in people_read.same_help(person, "assistance", "argent", user=outsider)] == [
        "Bibliothèque Barnave"
    ]
    assert people_read.same_help(person, "assistance", "sante", user=outsider) == []
    assert len(people_read.same_help(person, "assistance", "", user=outsider)) == 1, "perhaps the same"
    assert people_read.same_help(person, "formation", "", user=outsider) == []
    assert people_read.same_help(person, "assistance", "argent", user=outsider, but=orientation) == []
    assert people_read.same_help(None, "assistance", "argent", user=outsider) == []


@pytest.mark.both_databases
def test_what_is_received_is_sorted_by_what_needs_an_answer(worker, ccas, library, aidant):
    rows = {
        name: sent(worker, ccas, library, procedure=name)
        for name in ("argent", "travail", "sante", "logement", "ecole", "mail")
    }
    urgent = sent(worker, ccas, library, urgent_before=date(2026, 11, 25))
    answers.appoint(rows["travail"], by=aidant, at=AT, when=AT + timedelta(hours=3))
    answers.appoint(rows["sante"], by=aidant, at=AT - 9 * DAY, when=AT - 2 * DAY)
    answers.appoint(rows["logement"], by=aidant, at=AT, when=AT + 6 * DAY)
    answers.accept(rows["ecole"], by=aidant, at=AT - 20 * DAY)
    answers.refuse(rows["mail"], by=aidant, at=AT, reason="full")
    page = lists.received(aidant, AT)
    assert {section.id: [row.pk for row in section.rows] for section in page.sections} == {
        "answer": [urgent.pk, rows["argent"].pk],
        "today": [rows["travail"].pk],
        "unknown": [rows["sante"].pk, rows["ecole"].pk],
        "running": [rows["logement"].pk],
    }
    assert page.counts == {"answer": 2, "today": 1, "unknown": 2, "running": 1, "over": 1}
    assert [row.pk for row in lists.received(aidant, AT, section="over").sections[0].rows] == [
        rows["mail"].pk
    ]


def test_the_list_of_sent_referrals_starts_with_what_comes_back(orientation, worker, aidant, ccas, library):
    back = answers.refuse(sent(worker, ccas, library), by=aidant, at=AT, reason="full")
    helped = answers.serve(
        sent(worker, ccas, library), by=aidant, at=AT, did=["assistance"], outcome="reached"
    )
    accepted = answers.accept(sent(worker, ccas, library), by=aidant, at=AT)
    page = lists.sent(worker, AT)
    assert [(section.id, [row.pk for row in section.rows]) for section in page.sections] == [
        ("mine", [back.pk]),
        ("waiting", [orientation.pk]),
        ("helped", [helped.pk]),
        ("running", [accepted.pk]),
    ]


def test_states_are_exported_in_the_words_of_dora(orientation, aidant, worker, ccas, library):
    draft = prepared(worker, ccas, library)
    answers.refuse(orientation, by=aidant, at=AT, reason="full")
    orientation.refresh_from_db()
    (row,) = lists.dora([orientation, draft])
    assert (row["statut"], row["motifs_refus"], row["date_envoi"]) == (
        "REFUSÉE",
        "session-complète",
        "2026-11-20",
    )
    assert set(row) == set(lists.DORA_COLUMNS)


def test_each_side_takes_its_referrals_away_without_a_person(client, orientation, aidant, worker):
    elsewhere = account("autre", "aidant", structure=place("autre", {"nom": "Ailleurs"}).structure)

    def taken(user, address):
        client.force_login(user)
        return client.get(f"/espace/orientations/{address}.csv").content.decode().splitlines()

    header = ",".join(lists.DORA_COLUMNS)
    for user, address in ((worker, "envoyees"), (aidant, "recues")):
        first, line = taken(user, address)
        assert first == header and line.startswith(f"{orientation.pk},OUVERTE,2026-11-20,")
        assert not {orientation.person.code, orientation.note, "Aurélie"} & set(line.split(","))
    assert taken(aidant, "envoyees") == taken(elsewhere, "recues") == [header]


# --------------------------------------------------------------------------------------------------- measures


def many(worker, ccas, library, n, **fields) -> None:
    """Make referrals of a kind, as scenery: their rows alone."""
    base = {
        "need": "assistance",
        "lieu": library,
        "from_structure": ccas.structure,
        "commune": "38185",
        "origin": "professional",
    }
    base |= {
        "state": "sent",
        "sent_at": AT,
        "prepared_at": AT,
        "changed_at": AT,
        "example": fields.get("example", False),
    }
    for _ in range(n):
        path = Path.objects.create(made_at=AT, origin="professional")
        Orientation.objects.create(path=path, **{**base, **fields})


SINCE, UNTIL, LATER = date(2026, 11, 1), date(2026, 11, 30), date(2026, 12, 31)
ANSWERED = {"answered_at": AT + 2 * DAY}


def test_shares_have_their_interval(worker, ccas, library):
    many(
        worker,
        ccas,
        library,
        33,
        state="served",
        came=True,
        met_at=AT + 4 * DAY,
        served_at=AT + 4 * DAY,
        outcome="reached",
        **ANSWERED,
    )
    many(worker, ccas, library, 22)
    totals = measures.measures(["38185"], SINCE, UNTIL, on=LATER)
    assert (totals.n, totals.known.value, totals.known.n) == (55, 60.0, 55)
    assert totals.known.low < 60 < totals.known.high
    assert (totals.to_answer.median.value, totals.to_answer.n) == (2.0, 33)
    assert totals.to_meet.p90.value == 4.0


def test_a_referral_too_recent_to_have_an_outcome_is_in_no_share(worker, ccas, library):
    many(worker, ccas, library, 33, state="served", came=True, served_at=AT, **ANSWERED)
    many(worker, ccas, library, 22)
    many(worker, ccas, library, 22, sent_at=AT + 9 * DAY)  # sent yesterday: not a failure
    thirty_days_after = (AT + 30 * DAY).date()
    totals = measures.measures(["38185"], SINCE, UNTIL, on=thirty_days_after)
    assert (totals.n, totals.known.value, totals.known.n, totals.wait) == (77, 60.0, 55, 30)
    early = measures.measures(["38185"], SINCE, UNTIL, on=thirty_days_after - DAY)
    assert early.known.reason == "Aucune orientation envoyée il y a 30 jours ou plus."


def test_a_cancelled_referral_is_counted_apart(worker, ccas, library):
    many(worker, ccas, library, 33)
    many(worker, ccas, library, 23, state="cancelled")
    totals = measures.measures(["38185"], SINCE, UNTIL, on=LATER)
    assert (totals.n, totals.cancelled) == (33, 22)
    assert measures.measures([], SINCE, UNTIL).cancelled == 0


def test_small_counts_are_withheld_and_what_would_give_them_away(worker, ccas, library):
    for reason, n in (("full", 30), ("too_far", 21), ("language", 4)):
        many(worker, ccas, library, n, state="refused", reason=reason, **ANSWERED)
    totals = measures.measures(["38185"], SINCE, UNTIL, on=LATER)
    assert {cell.id: cell.n for cell in totals.reasons} == {"full": 30, "too_far": None, "language": None}
    assert totals.known.reason == withheld_words(11, "orientations")
    assert totals.relatives == 0
    many(worker, ccas, library, 4, origin="relative")
    assert measures.measures(["38185"], SINCE, UNTIL).relatives is None


def test_who_came_less_who_was_helped_is_no_few_people(worker, ccas, library):
    """33 venues, 30 aidées : trois personnes sont venues pour rien, et deux parts de la page le disaient."""
    helped = {"state": "served", "came": True, "met_at": AT + 4 * DAY, "served_at": AT + 4 * DAY}
    many(worker, ccas, library, 30, **helped, **ANSWERED)
    many(worker, ccas, library, 3, state="came", came=True, met_at=AT + 4 * DAY, **ANSWERED)
    many(worker, ccas, library, 22)
    totals = measures.measures(["38185"], SINCE, UNTIL, on=LATER)
    names = ("known", "served", "came", "answered", "viewed")
    figures = [getattr(totals, name) for name in names]
    parts = {round(each.value * each.n / 100) for each in figures if isinstance(each, Estimate)}
    assert parts == {33}
    assert totals.served.reason == withheld_words(11, "orientations")
    many(worker, ccas, library, 22, state="came", came=True, met_at=AT + 4 * DAY, **ANSWERED)
    totals = measures.measures(["38185"], SINCE, UNTIL, on=LATER)
    assert (totals.known.n, round(totals.known.value * 0.77), round(totals.served.value * 0.77)) == (
        77,
        55,
        30,
    )


def test_an_end_noted_late_is_not_revealed_by_the_day_page_of_a_territory(worker, ccas, library):
    """« 31 orientations ont abouti » hier, 32 aujourd’hui : on savait qu’une fin venait d’être notée."""
    lea = account("lea", "coordination", territory="38")
    ended = {"state": "served", "served_at": AT, "outcome": "reached"}
    after = AT + 90 * DAY
    for n, published in ((10, 0), (21, 22), (10, 33), (2, 33)):
        many(worker, ccas, library, n, **ended)
        assert pressing.helped_last_quarter(lea, after).n == published


def test_a_reason_that_a_few_alone_had_is_withheld(worker, ccas, library):
    many(worker, ccas, library, 3, state="refused", reason="full", sent_at=AT - DAY, **ANSWERED)
    many(worker, ccas, library, 30)
    totals = measures.measures(["38185"], SINCE, UNTIL, on=LATER)
    assert [(cell.id, cell.n) for cell in totals.reasons] == [("full", None)]


def test_relatives_are_counted_apart(worker, ccas, library):
    many(worker, ccas, library, 12, origin="relative")
    many(worker, ccas, library, 23)
    totals = measures.measures(["38185"], SINCE, UNTIL)
    assert (totals.n, totals.relatives) == (22, 11)
    assert sum(cell.n for cell in totals.origins) == 33


def test_one_more_referral_changes_nothing_until_its_batch_is_full(worker, ccas, library):
    many(worker, ccas, library, 22)
    before = measures.measures(["38185"], SINCE, UNTIL)
    many(worker, ccas, library, 10, state="refused", reason="full", sent_at=AT + DAY, **ANSWERED)
    lack = {"state": "unsolved", "lieu": None, "sent_at": None, "need": "pret"}
    assert measures.measures(["38185"], SINCE, UNTIL) == before
    many(worker, ccas, library, 1, state="refused", reason="full", sent_at=AT + DAY, **ANSWERED)
    assert measures.measures(["38185"], SINCE, UNTIL).n == 33
    for n, published in ((10, None), (1, 11), (10, 11), (1, 22)):
        many(worker, ccas, library, n, ended_at=AT, **lack)
        assert measures.measures(["38185"], SINCE, UNTIL).unsolved == published


def test_a_few_are_not_nobody(worker, ccas, library):
    many(worker, ccas, library, 10)
    totals = measures.measures(["38185"], SINCE, UNTIL, on=LATER)
    assert (totals.n, totals.unsolved) == (None, 0)
    assert totals.known.reason == "Moins de 11 orientations envoyées il y a 30 jours ou plus."


def test_needs_without_solution_are_counted_by_need_and_commune(worker, ccas, library):
    many(worker, ccas, library, 14, state="unsolved", lieu=None, sent_at=None, ended_at=AT, need="pret")
    many(
        worker,
        ccas,
        library,
        19,
        state="unsolved",
        lieu=None,
        sent_at=None,
        ended_at=AT,
        need="pret",
        commune="38151",
    )
    totals = measures.measures(["38185", "38151"], SINCE, UNTIL)
    assert totals.unsolved == 33
    assert [cell.label for cell in totals.unsolved_by_need.columns] == ["Échirolles", "Grenoble"]
    assert totals.unsolved_by_need.cells == [[19, 14]]


@pytest.mark.both_databases
def test_examples_are_apart_and_nothing_of_them_is_withheld(worker, ccas, library):
    many(worker, ccas, library, 3, example=True, state="refused", reason="full", **ANSWERED)
    totals = measures.measures(None, SINCE, UNTIL, on=LATER, examples=True)
    assert (totals.n, totals.known.value, totals.reasons[0].n) == (3, 100.0, 3)
    assert measures.measures(None, SINCE, UNTIL).n == 0


def test_another_territory_or_period_counts_nothing(worker, ccas, library):
    many(worker, ccas, library, 20)
    for totals in (
        measures.measures(["75056"], SINCE, UNTIL),
        measures.measures(None, date(2026, 12, 1), date(2026, 12, 31)),
    ):
        assert totals.n == 0
        assert totals.known.reason == "Aucune orientation envoyée il y a 30 jours ou plus."


# -------------------------------------------------------------------------------------------------- odd input


def test_texts_of_any_script_and_length_are_stored_within_bounds(worker, ccas):
    long = place("long", {"nom": "مركز " * 60, **MAIL, **HELPS})
    row = sent(worker, ccas, long, note="ن" * 5_000, availability="x" * 900, procedure_words="é" * 900)
    row.refresh_from_db()
    assert (len(row.note), len(row.availability), len(row.procedure_words)) == (1_000, 200, 120)
    assert row.lieu_name == long.name


def test_an_address_that_receives_nothing_stops_no_gesture(worker, ccas, library, person):
    people.correct(person, {"reach": "email", "reach_value": "pas une adresse"}, by=worker, at=AT)
    consents.agree(person=person, purpose="write", how="read", by=worker, at=AT)
    row = sent(worker, ccas, library, person)
    assert answers.appoint(row, by=None, token=token(row), at=AT, when=AT + DAY).state == "appointed"
