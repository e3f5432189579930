"""The page of the day: what needs each account, what goes when it is done, what never appears; news told once;
notifications that are chosen.
"""

import dataclasses
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from importlib import import_module
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from maillage.apps.agenda.models import Workshop
from maillage.apps.directory.memberships.actions import invitations
from maillage.apps.directory.places.actions import sheets
from maillage.apps.directory.places.models import Import, Lieu, Source, Structure
from maillage.apps.people.persons.actions import consents
from maillage.apps.people.persons.actions import register as people
from maillage.apps.platform.accounts.models import Entry, User
from maillage.apps.platform.accounts.rules import worklist as rules
from maillage.apps.platform.messages.models import Message
from maillage.apps.referrals.autonomy.models import Bilan
from maillage.apps.referrals.orientations.actions import answers, sending
from maillage.apps.referrals.orientations.models import Orientation
from maillage.apps.referrals.orientations.queries import pressing
from maillage.apps.site.pages.templatetags.maillage import with_phones
from maillage.apps.site.structures.actions import joining
from maillage.apps.site.worklist import actions, queries
from maillage.apps.site.worklist import rules as chosen
from maillage.apps.site.worklist.models import Dismissal, Preference
from maillage.apps.surveys.models import Survey
from maillage.apps.volunteering.volunteers.actions import hours, meetings
from maillage.apps.volunteering.volunteers.models import Engagement, Hours
from maillage.kernel.errors import Refused
from maillage.manage.deploy import checks
from maillage.manage.deploy.checks import Check
from maillage.web.presence import Reading, Readings
from tests.conftest import account, with_role
from tests.support.bilans import stored_diagnosis
from tests.support.personas import ANDREI
from tests.support.places import place
from tests.support.referrals import prepare
from tests.support.volunteers import proposed, supervised

pytestmark = pytest.mark.django_db
PARIS = ZoneInfo("Europe/Paris")
MONDAY = datetime(2026, 11, 23, 8, 10, tzinfo=PARIS)
DAY = timedelta(days=1)
HELPS = {"practices": {"assistance": {"state": "offered"}}}


@pytest.fixture
def clock(monkeypatch):
    """The hour as pages read it."""

    def at(moment: datetime) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)

    return at


@pytest.fixture
def ccas() -> Lieu:
    return place("ccas", {"nom": "CCAS", "pivot": "21380185500015", **HELPS})


@pytest.fixture
def library() -> Lieu:
    return place("bibliotheque", {"courriels": ["accueil@bibliotheque.example"], **HELPS})


@pytest.fixture
def aidant(library):
    return account("leila", "aidant", structure=library.structure)


def send(worker, ccas, library, at, name="Andrei", channel="space") -> Orientation:
    person = people.welcome(by=worker, structure=ccas.structure, at=at, nickname=name)
    consents.agree(person=person, purpose="share", structure=library.structure, how="read", by=worker, at=at)
    row = prepare(
        structure=ccas.structure,
        person=person,
        lieu=library,
        procedure="argent",
        shared=["nickname"],
        by=worker,
        at=at,
    )
    return sending.send(row, by=worker, channel=channel, at=at)


def kinds(user, at) -> list[str]:
    vars(user).pop("held_rights", None)
    return [line.kind for line in queries.lines(user, at)]


def page(client, user) -> str:
    client.force_login(user)
    return client.get("/espace/").content.decode()


# ----------------------------------------------------------------------------------------------- the registry


def test_each_declaring_function_is_registered_once():
    """A function that no hook registers would be read by nobody, and nobody would notice."""
    for name, hook in (
        ("lines", queries.LINES),
        ("hours", queries.HOURS),
        ("undo", queries.UNDO),
        ("news", queries.NEWS),
    ):
        modules = [
            f"{app.name}.worklist"
            for app in apps.get_app_configs()
            if Path(app.path, "worklist.py").is_file()
        ]
        declaring = {getattr(import_module(module), name, None) for module in modules} - {None}
        registered = list(hook)
        assert declaring == set(registered) and len(registered) == len(declaring), name


# ------------------------------------------------------------------------------------------- lines that go


def test_a_referral_is_a_line_on_both_sides_until_it_is_answered(client, worker, aidant, ccas, library):
    row = send(worker, ccas, library, MONDAY - 9 * DAY)
    (line,) = queries.lines(aidant, MONDAY)
    assert (line.kind, line.title, line.tag(MONDAY.date()), line.late) == (
        "received-answer",
        "Andrei",
        "9\u00a0jours",
        True,
    )
    assert line.url == f"/espace/orientations/{row.pk}/"
    assert kinds(worker, MONDAY) == ["sent-silent"]
    answers.accept(row, by=aidant, at=MONDAY)
    assert kinds(aidant, MONDAY) == [] == kinds(worker, MONDAY)


def test_a_place_whose_mail_did_not_leave_is_to_call_until_somebody_did(client, worker, ccas, library):
    now = timezone.now()
    row = send(worker, ccas, library, now, channel="email")
    (line,) = [each for each in queries.lines(worker, now) if each.kind == "sent-unreached"]
    assert f"Appelez {row.lieu_name} : l’e-mail n’est pas parti." in line.words.replace("\xa0", " ")
    client.force_login(worker)
    page_text = client.post(line.url, dict(line.sent), follow=True).content.decode()
    assert "Appel noté." in page_text and "appelez le lieu" not in page_text
    assert kinds(worker, now) == []


def test_a_place_that_an_email_reaches_is_not_to_call(leaves, worker, ccas, library):
    send(worker, ccas, library, timezone.now(), channel="email")
    assert kinds(worker, timezone.now()) == []


@pytest.mark.both_databases
def test_another_structure_reads_none_of_it(client, worker, ccas, library):
    send(worker, ccas, library, timezone.now() - 9 * DAY)
    other = place("b", {"nom": "B", "pivot": "21380151700014"}).structure
    for n, role in enumerate(("aidant", "prescripteur", "formation", "benevole", "gestionnaire")):
        stranger = account(f"autre{n}", role, structure=other)
        assert not [each for each in queries.lines(stranger, timezone.localtime()) if each.group == "people"]
        assert "Andrei" not in page(client, stranger)
        assert not queries.news(stranger, timezone.localtime())


def test_beyond_four_of_a_kind_one_line_opens_the_list(worker, aidant, ccas, library):
    for n in range(6):
        send(worker, ccas, library, MONDAY - n * DAY, name=f"P{n}")
    lines = queries.lines(aidant, MONDAY)
    assert [line.kind for line in lines].count("received-answer") == rules.MOST
    (more,) = [line for line in lines if line.kind == "orientations-others-answer"]
    assert (more.n, more.title, more.url) == (
        2,
        "autres orientations reçues",
        "/espace/orientations/#s-answer",
    )
    titles = [line.title for line in lines if line.kind == "received-answer"]
    assert titles == ["P5", "P4", "P3", "P2"], "who waits most comes first"


@pytest.mark.both_databases
def test_a_long_list_hides_no_other_and_each_of_its_rows_counts(worker, aidant, ccas, library):
    """More than a page of them wait: those whose end nobody knows are said all the same, and all are counted."""
    forgotten = send(worker, ccas, library, MONDAY - 90 * DAY)
    answers.accept(forgotten, by=aidant, at=MONDAY - 90 * DAY)
    sent = send(worker, ccas, library, MONDAY - 30 * DAY)
    fields = {f.attname: getattr(sent, f.attname) for f in sent._meta.concrete_fields if f.name != "id"}
    copies = [Orientation(**fields | {"position": n, "token": None}) for n in range(2, 122)]
    Orientation.objects.bulk_create(copies)
    lines = queries.lines(aidant, MONDAY)
    assert [line.url for line in lines if line.kind == "received-unknown"] == [
        f"/espace/orientations/{forgotten.pk}/#dire-la-suite"
    ], "where its outcome is given"
    beyond = {line.kind: line.n for line in [*lines, *queries.lines(worker, MONDAY)] if line.n > 1}
    assert beyond == {
        "orientations-others-answer": 121 - rules.MOST,
        "orientations_given-others-waiting": 121 - rules.MOST,
    }


def test_the_other_roles_ask_as_many_queries_for_many_rows_as_for_one(client, library):
    """A trainer, a volunteer and an analyst: everything that waits for them, once, then seven times."""
    structure, at = library.structure, timezone.now()
    trainer = account("karim", "formation", structure=structure)
    volunteer = account("denise", "benevole", structure=structure)
    analyst = account("ana", "analyste", territory="france")
    counts: dict[str, list[int]] = {}
    joined: list[int] = []
    for more in (1, 6):
        for n in range(more):
            key = f"{more}{n}"
            proposed(structure, at=at - DAY, token=f"attend{key}")
            met = proposed(structure, at=at - 3 * DAY, token=f"rencontre{key}")
            meets_at = at - DAY - timedelta(hours=n + more)
            meetings.plan(met, meets_at=meets_at, by=trainer, at=at - 3 * DAY)
            coming = proposed(structure, at=at - DAY, token=f"vient{key}")
            meetings.plan(coming, meets_at=at + DAY + timedelta(hours=n + more), by=trainer, at=at - DAY)
            engagement = supervised(volunteer, structure, by=trainer, at=at, token=f"mission{key}")
            Engagement.objects.filter(pk=engagement.pk).update(starts_on=timezone.localdate(at) - 30 * DAY)
            hours.note(
                engagement, on=timezone.localdate(at) - 20 * DAY, minutes=60, token=key, at=at, volunteer=True
            )
            ended = Workshop.objects.create(
                structure=structure,
                title=f"Atelier {key}",
                starts_at=at - DAY,
                ends_at=at - DAY + timedelta(hours=1),
                capacity=9,
                made_at=at,
                changed_at=at,
                published_at=at,
            )
            ended.seats.create(name="Ali", learner=key, status="booked", booked_at=at, channel="counter")
            Survey.objects.create(
                title=f"Enquête {key}",
                slug=f"e{key}",
                kind="inhabitants",
                territory="38185",
                state="open",
                target=100,
                made_at=at,
                by=analyst,
            )
        for user in (trainer, volunteer, analyst):
            client.force_login(user)
            client.get("/espace/")  # the session is noted, once a minute
            with CaptureQueriesContext(connection) as read:
                page = client.get("/espace/").content.decode()
            assert "vous attend" in page or "Indiquer le résultat" in page, user  # a trainer has first steps
            counts.setdefault(user.name, []).append(len(read))
            # PostgreSQL plans apart each question of the statement that asks which readings say something.
            joined += [part.count(" JOIN ") for each in read for part in each["sql"].split(", exists(")]
    assert all(few == many for few, many in counts.values()), counts
    assert max(many for _, many in counts.values()) < 80
    assert max(joined) < 8, "beyond eight tables, PostgreSQL takes longer to plan than to read"


@pytest.mark.both_databases
def test_each_role_finds_what_is_its_own_to_finish(client, library):
    """A register for who teaches, an old sheet for who keeps it, a survey without answers for who studies."""
    structure, at = library.structure, timezone.now()
    ended = Workshop.objects.create(
        structure=structure,
        title="Ma boîte",
        starts_at=at - DAY,
        ends_at=at - DAY + timedelta(hours=1),
        capacity=9,
        made_at=at,
        changed_at=at,
        published_at=at,
    )
    ended.seats.create(name="Ali", learner="a", status="booked", booked_at=at, channel="counter")
    analyst = account("ana", "analyste", territory="38185")
    Survey.objects.create(
        title="Habitants",
        slug="h",
        kind="inhabitants",
        territory="38185",
        state="open",
        target=100,
        made_at=at,
        by=analyst,
    )
    Lieu.objects.filter(pk=library.pk).update(confirmed_on=timezone.localdate(at) - 900 * DAY)
    line_by_user = {
        user.name: {line.kind: line for line in queries.lines(user, timezone.localtime())}
        for user in (
            account("karim", "formation", structure=structure),
            account("nora", "gestionnaire", structure=structure),
            analyst,
        )
    }
    assert "Ma boîte (1\u00a0personne)" in line_by_user["Karim"]["register"].words
    assert (
        "directory-a-confirmer" in line_by_user["Nora"]
        and "directory-a-confirmer" not in line_by_user["Karim"]
    )
    assert line_by_user["Ana"]["survey-quota"].n == 100
    assert "register" not in line_by_user["Ana"] and "survey-quota" not in line_by_user["Nora"]


# ----------------------------------------------------------------------------------------------- a territory


@pytest.mark.both_databases
def test_a_coordinator_reminds_a_silent_place_once_a_week_and_reads_no_name(
    client, worker, aidant, ccas, library, coordinator
):
    now = timezone.now()
    send(worker, ccas, library, now - 9 * DAY)
    send(worker, ccas, library, now - 3 * DAY, name="Fatou")
    worklist_page = page(client, coordinator)
    assert (
        "Relancer ce lieu" in worklist_page and "Andrei" not in worklist_page and "Fatou" not in worklist_page
    )
    (line,) = [
        each for each in queries.lines(coordinator, timezone.localtime()) if each.kind == "silent-place"
    ]
    assert (line.n, line.posts, line.since) == (1, True, timezone.localdate(now - 9 * DAY))
    assert client.get(line.url).status_code == 405
    before = Message.objects.count()
    page_text = client.post(line.url, follow=True).content.decode()
    assert "est relancé" in page_text and "Relancer ce lieu" not in page_text
    (message,) = Message.objects.filter(key__startswith="relance-")
    assert Message.objects.count() == before + 1 and message.to == "accueil@bibliotheque.example"
    assert "Andrei" not in message.text + message.subject
    assert Entry.objects.filter(verb="orientation.place_nudged", row=library.structure_id).count() == 1
    assert "déjà relancé" in client.post(line.url, follow=True).content.decode()
    assert Message.objects.count() == before + 1
    assert "silent-place" in kinds(coordinator, timezone.localtime() + 8 * DAY), "people still wait"


def test_a_place_within_the_days_of_its_territory_is_not_silent(worker, ccas, library, coordinator):
    now = timezone.now()
    row = send(worker, ccas, library, now - 9 * DAY)
    assert "silent-place" in kinds(coordinator, timezone.localtime())
    Orientation.objects.filter(pk=row.pk).update(answer_by=timezone.localdate(now) + DAY)
    assert "silent-place" not in kinds(coordinator, timezone.localtime())


@pytest.mark.both_databases
def test_no_real_place_is_reminded_of_invented_people(client, worker, ccas, library, coordinator):
    now = timezone.now()
    send(worker, ccas, library, now - 9 * DAY)
    Orientation.objects.update(example=True)
    assert "aucun message ne part" in page(client, coordinator)
    (line,) = [
        each for each in queries.lines(coordinator, timezone.localtime()) if each.kind == "silent-place"
    ]
    before = Message.objects.count()
    assert "est relancé" in client.post(line.url, follow=True).content.decode()
    assert Message.objects.count() == before
    back = client.post(line.url, {"geste": "annuler"}, follow=True).content.decode()
    assert "est annulée : rien ne part" in back
    User.objects.filter(pk=coordinator.pk).update(is_demonstration=False)
    outside = User.objects.get(pk=coordinator.pk)
    assert pressing.silent_places(outside, now, most=8) == [], "only the demonstration counts them"
    send(worker, ccas, library, now - 10 * DAY, name="Fatou")
    (place_,) = pressing.silent_places(outside, now, most=8)
    assert (place_.n, place_.invented) == (1, False)


@pytest.mark.both_databases
def test_a_place_reads_the_day_of_a_person_when_it_is_shared(client, worker, aidant, ccas, library):
    """The day not to miss, hidden from the place, was revealed by its page of the day."""
    now = timezone.now()
    day = timezone.localdate(now) + 2 * DAY
    for shared, is_visible in (([], False), (["availability"], True)):
        Orientation.objects.all().delete()
        send(worker, ccas, library, now)
        Orientation.objects.update(urgent_before=day, shared=shared)
        assert ("dans 2 jours" in page(client, aidant).replace("\u00a0", " ")) is is_visible


@pytest.mark.both_databases
def test_silent_places_are_counted_the_oldest_first_and_reached_by_any_of_their_places(
    worker, ccas, library, coordinator
):
    now = timezone.now()
    library.structure.lieux.update(sheet={"nom": "Bibliothèque"})
    annexe = place(
        "annexe",
        {"nom": "Annexe", "courriels": ["annexe@bibliotheque.example"], "telephone": ["+33476000000"]},
    )
    library.structure.lieux.add(annexe)
    annexe.refresh_from_db()
    for days, lieu in ((9, library), (20, annexe), (12, annexe), (3, library)):
        send(worker, ccas, lieu, now - days * DAY, name=f"Personne {days}")
    second = place("ccas-silencieux", {"nom": "Permanence", "telephone": None})
    send(worker, ccas, second, now - 15 * DAY, name="Noé")
    first, other = pressing.silent_places(coordinator, now, most=8)
    assert (first.structure, first.n, first.first) == (library.structure_id, 3, now - 20 * DAY)
    assert (first.mail, first.phone) == ("annexe@bibliotheque.example", "04 76 00 00 00")
    assert (other.n, other.mail, other.phone) == (1, "", "")
    by_phone = dataclasses.replace(first, mail="").reached_words
    assert by_phone == "Pas d’adresse e-mail sur sa fiche : appelez le 04 76 00 00 00."
    assert '<a href="tel:+33476000000">04 76 00 00 00</a>' in with_phones(by_phone)
    assert with_phones("<b> 38000 04 76") == "&lt;b&gt; 38000 04 76", "no number, and nothing of its own"
    assert pressing.silent_places(coordinator, now, most=1) == [first]
    assert pressing.silent_place(coordinator, second.structure_id, now) == other
    for k in range(4):
        send(worker, ccas, library, now - (21 + k) * DAY, name=f"Autre {k}")
    with CaptureQueriesContext(connection) as read:
        assert pressing.silent_places(coordinator, now, most=8)[0].n == 7
    assert len(read) == 3, "counted by the database, however many wait"


@pytest.mark.both_databases
def test_a_reminder_stays_struck_ten_minutes_and_is_taken_back(
    client, worker, ccas, library, coordinator, clock
):
    send(worker, ccas, library, MONDAY - 9 * DAY)
    clock(MONDAY)
    address = f"/espace/orientations/relancer/{library.structure_id}/"
    worklist_page = page(client, coordinator)
    assert "Relancer ce lieu" in worklist_page and "Réglé à l’instant" not in worklist_page
    struck = client.post(address, follow=True).content.decode()
    assert "<s><bdi>" in struck and "Relancer ce lieu" not in struck
    (message,) = Message.objects.filter(key__startswith="relance-")
    assert message.due_at == MONDAY + rules.UNDO, "nothing leaves while it may be taken back"
    other = account("autre", "coordination", territory="france")
    assert "Réglé à l’instant" not in page(client, other)
    assert "n’est pas annulée" in client.post(address, {"geste": "annuler"}, follow=True).content.decode()
    client.force_login(coordinator)
    back = client.post(address, {"geste": "annuler"}, follow=True).content.decode()
    assert "est annulée : rien ne part" in back and "Relancer ce lieu" in back
    message.refresh_from_db()
    assert message.state == "cancelled"
    clock(MONDAY + timedelta(minutes=1))
    client.post(address)  # and for good this time: another message
    assert Message.objects.filter(key__startswith="relance-", state="waiting").count() == 1
    clock(MONDAY + timedelta(minutes=12))
    assert "Réglé à l’instant" not in page(client, coordinator)
    assert "n’est pas annulée" in client.post(address, {"geste": "annuler"}, follow=True).content.decode()


@pytest.mark.both_databases
def test_a_place_of_another_territory_is_not_reminded(client, worker, ccas, library):
    send(worker, ccas, library, timezone.now() - 9 * DAY)
    address = f"/espace/orientations/relancer/{library.structure_id}/"
    away = account("nord", "coordination", territory="59")
    client.force_login(away)
    assert "silent-place" not in kinds(away, timezone.localtime())
    assert client.post(address).status_code == 404
    assert not Message.objects.filter(key__startswith="relance-").exists()
    for role in ("aidant", "gestionnaire"):
        client.force_login(account(role, role, structure=library.structure))
        assert client.post(address).status_code == 404


# ----------------------------------------------------------------------------------------------- good news


@pytest.mark.both_databases
def test_good_news_is_listed_once_for_whoever_sent(client, worker, aidant, ccas, library):
    now = timezone.now()
    row = send(worker, ccas, library, now - 3 * DAY)
    row = answers.accept(row, by=aidant, at=now - 2 * DAY)
    Orientation.objects.filter(pk=row.pk).update(
        state="served", served_at=now - DAY, outcome="reached", held_by="sender"
    )
    (news,) = queries.news(worker, timezone.localtime())
    assert news.title == "Andrei" and "But atteint" in news.words
    assert not queries.news(aidant, timezone.localtime()), "she did not send"
    client.force_login(aidant)
    client.post("/espace/nouvelles/lue/", {"nouvelle": news.key})
    assert not Dismissal.objects.exists(), "one reads one's own news only"
    client.force_login(worker)
    client.post("/espace/nouvelles/lue/", {"nouvelle": news.key})
    client.post("/espace/nouvelles/lue/", {"nouvelle": news.key})
    assert not queries.news(worker, timezone.localtime()) and Dismissal.objects.count() == 1
    Dismissal.objects.all().delete()
    assert not queries.news(worker, timezone.localtime() + 40 * DAY), "old news is no news"


@pytest.mark.both_databases
@pytest.mark.parametrize(("n", "example", "n_news"), [(11, False, 1), (10, False, 0), (11, True, 0)])
def test_a_territory_reads_how_many_referrals_helped_in_a_whole_quarter(
    worker, ccas, library, n, example, n_news
):
    """Never a name, never a count under which somebody is recognised, never what the demonstration invented.
    Referrals are told, as they are counted: the same person may have several.
    """
    lead, away = (account(code, "coordination", territory=code) for code in ("38185", "01004"))
    User.objects.update(is_demonstration=False)
    lead.refresh_from_db()
    for number in range(n):
        row = send(worker, ccas, library, MONDAY - 90 * DAY, name=f"P{number}")
        Orientation.objects.filter(pk=row.pk).update(
            served_at=datetime(2026, 9, 30, 12, tzinfo=UTC), outcome="reached", example=example
        )
    news_items = queries.news(lead, MONDAY)
    assert [news.title for news in news_items] == [f"{n}\u00a0orientations"] * n_news
    assert all("de juillet à septembre" in news.words for news in news_items)
    assert not queries.news(away, MONDAY)


def test_the_places_that_a_file_brought_are_good_news_for_who_imports():
    source = Source.objects.create(name="Hinaura")
    for counts in ({"crees": 61}, {"crees": 0}):
        Import.objects.create(
            source=source, file_name="a.csv", started_at=MONDAY - DAY, state="done", counts=counts
        )
    (news,) = queries.news(account("admin", "coordination", territory="france"), MONDAY)
    assert (news.title, news.words) == ("61\u00a0lieux", "Entrés dans l’annuaire\u00a0: Hinaura.")
    assert not queries.news(account("aid", "aidant", structure=place().structure), MONDAY)


@pytest.mark.both_databases
def test_a_volunteer_reads_their_mission_and_its_hours(client, library):
    """The day of who helps is written as large as that of who leads: no class of a small help text on it."""
    hers = account("denise", "benevole", structure=library.structure)
    assert "Votre mission" not in page(client, hers)
    trainer = account("karim", "formation", structure=library.structure)
    engagement = supervised(hers, library.structure, by=trainer, at=MONDAY)
    one = {"engagement": engagement, "on": MONDAY.date(), "noted_at": MONDAY}
    Hours.objects.create(**one, minutes=90, confirmed_at=MONDAY, token="a")
    Hours.objects.create(**one, minutes=120, token="b")
    page_text = unescape(page(client, hers))
    assert "1\u00a0h\u00a030 confirmées" in page_text and "2\u00a0h à confirmer" in page_text
    assert 'class="page large journee guichet"' in page_text
    assert "Votre mission" not in page(client, account("autre", "benevole", structure=library.structure))


# ------------------------------------------------------------------------------------------- notifications


def choose(user, **changed) -> Preference:
    defaults = {
        "rhythm": chosen.DAILY,
        "way": chosen.EMAIL,
        "hour": 8,
        "weekend": False,
        "groups": ["people"],
        "at": MONDAY,
    }
    return actions.choose(by=user, **defaults | changed)


def written() -> int:
    return Message.objects.filter(key__startswith="journee-").count()


def test_nothing_leaves_without_a_choice(worker, aidant, ccas, library):
    send(worker, ccas, library, MONDAY - 9 * DAY)
    assert actions.run_deadlines(at=MONDAY)["resumes_du_jour"] == 0
    choose(aidant, rhythm=chosen.NEVER, groups=[])
    actions.run_deadlines(at=MONDAY)
    assert written() == 0


def test_a_summary_leaves_once_a_day_names_nobody_and_says_nothing_twice(worker, aidant, ccas, library):
    send(worker, ccas, library, MONDAY - 9 * DAY)
    choose(aidant)
    actions.run_deadlines(at=MONDAY - timedelta(hours=1))
    assert written() == 0, "not before the hour"
    assert actions.run_deadlines(at=MONDAY)["resumes_du_jour"] == 1
    (message,) = Message.objects.filter(key__startswith="journee-")
    assert "Une chose vous attend" in message.text and "Andrei" not in message.text + message.subject
    bullets = [line for line in message.text.splitlines() if line.startswith("- ")]
    assert bullets == ["- Des personnes attendent : 1\u00a0chose, la plus ancienne depuis 9\u00a0jours"]
    actions.run_deadlines(at=MONDAY + timedelta(minutes=5))
    actions.run_deadlines(at=MONDAY + DAY)
    assert written() == 1, "the same list is not sent twice"
    send(worker, ccas, library, MONDAY + DAY, name="Fatou")
    actions.run_deadlines(at=MONDAY + 2 * DAY)
    assert written() == 2
    send(worker, ccas, library, MONDAY + 2 * DAY, name="Denis")
    actions.run_deadlines(at=MONDAY + 5 * DAY)
    assert written() == 2, "not on a Saturday"


@pytest.mark.both_databases
def test_what_is_not_chosen_is_not_sent_and_a_choice_that_reaches_nobody_is_refused(
    client, worker, aidant, ccas, library
):
    send(worker, ccas, library, MONDAY - 9 * DAY)
    choose(aidant, groups=["network"])
    actions.run_deadlines(at=MONDAY)
    assert written() == 0
    with pytest.raises(Refused):
        choose(aidant, groups=[])
    with pytest.raises(Refused):
        choose(aidant, way=chosen.SMS, phone="01 02 03 04 05")
    client.force_login(aidant)
    answer = {"rythme": "daily", "moyen": "sms", "numero": "06 39 98 12 34", "heure": 9, "sortes": ["people"]}
    assert client.post("/compte/notifications/", answer).status_code == 302
    row = Preference.objects.get(user=aidant)
    assert (row.way, row.phone, row.hour, row.groups) == ("sms", "+33639981234", 9, ["people"])
    assert client.post("/compte/notifications/", answer | {"numero": "12"}).status_code == 400
    assert client.post("/compte/notifications/", answer | {"heure": 3}).status_code == 400
    actions.run_deadlines(at=MONDAY + DAY + timedelta(hours=1))
    (message,) = Message.objects.filter(key__startswith="journee-")
    assert message.channel == "sms" and "Andrei" not in message.text


def test_the_week_of_the_network_is_offered_to_who_may_read_it(client, aidant):
    for user, n in ((account("ines", "pedagogie", territory="38"), 0), (aidant, 1)):
        client.force_login(user)
        page_text = client.get("/compte/notifications/").content.decode()
        assert page_text.count('href="/espace/reseau/semaine/"') == n
        assert client.get("/espace/reseau/semaine/").status_code == (200 if n else 404)


@pytest.mark.both_databases
@pytest.mark.parametrize("seat", ["of the structure", "of its place"])
def test_the_hour_is_that_of_where_one_works(worker, aidant, ccas, library, seat):
    """À Fort-de-France, il est trois heures du matin quand il en est huit à Paris."""
    send(worker, ccas, library, MONDAY - 9 * DAY)
    choose(aidant)
    if seat == "of the structure":
        Structure.objects.filter(pk=library.structure.pk).update(code_insee="97209")
    else:
        Structure.objects.filter(pk=library.structure.pk).update(code_insee="")
        Lieu.objects.filter(pk=library.pk).update(code_insee="97209")
    actions.run_deadlines(at=MONDAY)
    assert written() == 0
    actions.run_deadlines(at=MONDAY + timedelta(hours=5))
    assert written() == 1
    row = Preference.objects.get(user=aidant)
    assert row.looked_on == MONDAY.date()
    choose(account("omar", "aidant", structure=ccas.structure))
    assert sum(actions.run_deadlines(at=MONDAY + DAY).values()) == 1, "the others keep the hour of Paris"


@pytest.mark.both_databases
def test_an_account_that_nothing_reaches_keeps_no_other_from_its_summary(worker, aidant, ccas, library):
    other = account("omar", "aidant", structure=library.structure)
    send(worker, ccas, library, MONDAY - 9 * DAY)
    choose(other), choose(aidant)
    unreachable, reachable = Preference.objects.select_related("user").order_by("pk")
    User.objects.filter(pk=unreachable.user_id).update(email="omar@localhost")
    with pytest.raises(Refused):
        actions.run_deadlines(at=MONDAY)
    actions.run_deadlines(at=MONDAY + timedelta(minutes=1))
    assert [each.to for each in Message.objects.filter(key__startswith="journee-")] == [reachable.user.email]
    with pytest.raises(Refused):
        choose(User.objects.get(pk=unreachable.user_id))


def test_signing_out_comes_after_all_that_one_came_for(client, aidant):
    main_part = page(client, aidant).split("<main")[1]
    assert (
        main_part.index("Vos premiers pas")
        < main_part.index("Tous les outils")
        < main_part.index("Se déconnecter")
    )


def test_who_only_runs_the_platform_reads_how_it_is_before_the_network(client, home, settings, library):
    """The administration's page was that of the coordination, word for word."""
    settings.LAST_BACKUP, settings.LAST_RESTORATION = home / "sauvegarde.vue", home / "restauration.vue"
    settings.LAST_BACKUP.touch()
    claire = account("claire", "administration")
    client.force_login(claire)
    client.post("/espace/nouvelles/lue/", {"nouvelle": "premiers-pas"})
    text = page(client, claire)
    order = [text.index(f">{each}</a>") for each in ("Installation", "Sauvegarde", "Restauration", "Comptes")]
    assert order == sorted(order) and "exercice-restauration" in text
    nord = page(client, account("nord", "coordination", territory="59"))
    assert "Restauration" not in nord, "somebody else runs it"


def test_who_joined_a_team_begins_by_a_person(client, worker, ccas, library):
    """An invited helper read « Rien ne vous attend »."""
    assert steps_to_take(worker) == [
        "Accueillir une personne",
        "Noter un acte d’aide",
        "Orienter une première personne",
    ]
    for step in queries.first_steps(worker, timezone.localtime()).steps:
        client.force_login(worker)
        assert client.get(step.url).status_code == 200, step.url
    send(worker, ccas, library, timezone.now())
    assert not steps_to_take(worker), "the way is known"


def test_an_empty_day_says_what_to_do(client, aidant):
    Dismissal.objects.create(user=aidant, key=chosen.FIRST_STEPS, at=timezone.now())
    assert "Rien ne vous attend" in page(client, aidant)
    assert "préparer un rendez-vous" in page(client, aidant)
    day = page(client, account("nord", "analyste", territory="59"))
    assert "Tout est réglé" in day and "Ouvrir un territoire" in day and "Les enquêtes" in day


def steps_to_take(user) -> list[str]:
    vars(user).pop("held_rights", None)
    steps = queries.first_steps(user, timezone.localtime())
    return [step.title for step in steps.steps if step.is_to_take] if steps else []


def test_first_steps_of_a_network_are_done_by_what_is_there(client, home):
    """An empty platform told its administrator that everything was settled."""
    at = timezone.now()
    claire = account("claire", "administration")
    assert "Vos premiers pas" in page(client, claire) and "Rien ne vous attend" not in page(client, claire)
    titles = [
        "Donner son territoire au réseau",
        "Ajouter la première structure",
        "Décrire son lieu",
        "Inviter les collègues",
        "Orienter une première personne",
    ]
    assert steps_to_take(claire) == titles
    nord = account("nord", "coordination", territory="38")
    assert steps_to_take(claire) == steps_to_take(nord) == titles[1:]
    invitation, token = invitations.invite(
        by=nord, role="gestionnaire", for_whom="Nora", new="Les Liens", at=at
    )
    assert steps_to_take(nord) == titles[2:]
    (invited_step,) = [step for step in queries.first_steps(nord, at).steps if step.is_under_way]
    assert (invited_step.title, invited_step.done) == (titles[1], False), "nobody came yet"
    assert page(client, nord).count("invitation envoyée") == 1
    nora = invitations.accept(
        token=token, user=User.objects.create_user("nora@exemple.fr"), at=at, on=at.date()
    )
    assert steps_to_take(nord) == titles[2:]
    assert "invitation envoyée" not in page(client, nord)
    assert steps_to_take(nora) == ["Décrire votre lieu", "Inviter vos collègues", titles[4]]
    lieu = place("liens", {"courriels": ["accueil@liens.example"], **HELPS})
    Lieu.objects.filter(pk=lieu.pk).update(structure=invitation.structure)
    invitations.invite(by=nora, role="aidant", for_whom="Paul", structure=invitation.structure, at=at)
    assert steps_to_take(claire) == steps_to_take(nord) == steps_to_take(nora) == titles[4:]
    lieu.refresh_from_db()
    send(nora, lieu, place("autre", HELPS), at)
    assert not queries.first_steps(nora, at)
    assert steps_to_take(claire)[:2] == [
        "Charger les adresses du département",
        "Importer l’annuaire des lieux",
    ]


def test_the_place_that_the_administration_described_is_the_one_that_its_step_asks_for(client):
    """L’étape restait à faire, et invitait à ajouter un double, tant que la responsable n’était pas venue."""
    at, claire = timezone.now(), account("claire", "administration")
    row, _ = invitations.invite(by=claire, role="gestionnaire", for_whom="Nora", new="Les Liens", at=at)

    def step():
        vars(claire).pop("held_rights", None)
        return next(
            each for each in queries.first_steps(claire, at).steps if each.title == "Décrire son lieu"
        )

    assert step().url == "/espace/annuaire/lieux/nouveau/"
    lieu = place("liens", {"practices": {}})
    Lieu.objects.filter(pk=lieu.pk).update(structure=row.structure)
    assert (step().url, step().gesture) == (f"/espace/annuaire/lieux/{lieu.slug}/", "Compléter sa fiche")
    Lieu.objects.filter(pk=lieu.pk).update(sheet=place("autre", HELPS).sheet)
    assert step().done


def test_first_steps_end_with_the_first_referral(client, worker, ccas, library):
    """« 5 étapes faites sur 6. Encore 2 minutes avant la première orientation », qui était déjà partie."""
    claire = account("claire", "administration")
    assert "Donner son territoire au réseau" in steps_to_take(claire)
    send(worker, ccas, library, timezone.now())
    assert "Donner son territoire au réseau" not in steps_to_take(claire)


def test_what_is_left_to_install_stays_until_it_is_done(
    client, leaves, worker, ccas, library, settings, home, monkeypatch
):
    """Two of the four done, and the rest went away, undone."""
    at, claire = timezone.now(), account("claire", "administration")
    send(worker, ccas, library, at)
    monkeypatch.setattr("maillage.apps.directory.intake.queries.addresses.bases", lambda: ["38"])
    settings.LAST_BACKUP = home / "sauvegarde.vue"
    settings.LAST_BACKUP.touch()
    source = Source.objects.create(name="Recensement")
    Import.objects.create(source=source, state="done", started_at=at)
    left_steps = ["Lancer le diagnostic du territoire", "Mener la mission jusqu’à la restitution"]
    assert steps_to_take(claire) == left_steps
    nord = account("nord", "coordination", territory="38")
    assert steps_to_take(nord) == left_steps, "who joins later reads them too"
    nord_page = page(client, nord)
    assert left_steps[0] in nord_page and "<h1>Vos premiers pas" not in nord_page
    client.force_login(nord)
    client.post("/espace/nouvelles/lue/", {"nouvelle": "premiers-pas"})
    assert not steps_to_take(nord)


def test_what_keeps_from_serving_is_a_line_for_who_runs_the_platform(monkeypatch):
    bad = [Check(name, checks.BAD, f"{name} ne va pas.", "Voyez.") for name in ("dossier", "sauvegarde")]
    well = Check("restauration", checks.GOOD, "Faite.", "")
    monkeypatch.setattr(checks, "checks", lambda *_, **__: iter([*bad, well]))
    claire = account("claire", "administration")
    titles = [each.title for each in queries.platform(claire, timezone.localtime(), alone=False)]
    assert titles == ["Installation", "Dossier", "Sauvegarde"]


def test_first_steps_are_absent_without_a_team_or_once_put_away(client):
    nord = account("nord", "coordination", territory="59")
    assert steps_to_take(nord) and not steps_to_take(account("est", "analyste", territory="59"))
    client.force_login(nord)
    client.post("/espace/nouvelles/lue/", {"nouvelle": "premiers-pas"})
    assert not steps_to_take(nord)


def test_first_steps_all_lead_to_a_page(client):
    for user in (account("claire", "administration"), account("nord", "coordination", territory="59")):
        client.force_login(user)
        steps = queries.first_steps(user, timezone.localtime())
        for step in (*steps.steps, *steps.later):
            assert client.get(step.url).status_code == 200, step.url
    assert "/espace/territoires/59/mission/" in [step.url for step in steps.later], "towards a restitution"
    text = client.get("/espace/equipe/?role=gestionnaire&nouvelle=on").content.decode()
    assert re.search(r'type="hidden"[^>]* value="gestionnaire"', text) and re.search(
        r'name="nouvelle"[^>]* checked', text
    )


@pytest.mark.both_databases
def test_diagnoses_to_repeat_are_listed_once_and_taken_back(client, aidant, library, coordinator):
    person = people.welcome(by=aidant, structure=library.structure, at=timezone.now(), nickname="Andrei")
    bilan = stored_diagnosis(ANDREI, person=person, by=aidant, structure=library.structure)
    Bilan.objects.filter(pk=bilan.pk).update(retest_on=timezone.localdate() - DAY)
    assert "Prévenir ce lieu" in page(client, coordinator)
    struck = client.post("/espace/bilans/prevenir/", follow=True).content.decode()
    assert "1 lieu est prévenu" in struck.replace("\u00a0", " ") and "<s><bdi>Point à refaire" in struck
    (message,) = Message.objects.filter(key__startswith="points-")
    assert message.to == aidant.email and "Andrei" not in message.text
    back = client.post("/espace/bilans/prevenir/", {"geste": "annuler"}, follow=True).content.decode()
    assert "rien ne part" in back and "Prévenir ce lieu" in back
    message.refresh_from_db()
    assert message.state == "cancelled"
    assert (
        "Rien n’est annulé"
        in client.post("/espace/bilans/prevenir/", {"geste": "annuler"}, follow=True).content.decode()
    )


def test_a_full_day_shows_what_comes_next_and_folds_the_rest(monkeypatch, aidant):
    """Sixty hours of one day, those of a fair: eight are read, none is lost."""
    begins = MONDAY.replace(hour=8, minute=0)
    many = [
        rules.Moment(at=begins + n * timedelta(minutes=10), title=f"Visite {n:02}", url="/", ends_at=None)
        for n in range(60)
    ]
    monkeypatch.setattr(queries, "HOURS", (Readings(Reading(lambda user, at: many)),))
    day = queries.day(aidant, begins + timedelta(hours=2))
    assert [len(part) for part in (day.over, day.next, day.rest)] == [7, queries.NEXT_HOURS, 45]
    assert day.next[0].moment.title == "Visite 07", "it began an hour ago less ten minutes"
    assert not queries.day(aidant, begins - DAY).over


def test_who_was_helped_last_is_one_touch_away(client, worker, library):
    helper = account("lectrice", "aidant", structure=library.structure)
    for n in range(5):
        people.welcome(
            by=helper, structure=library.structure, at=MONDAY + n * timedelta(minutes=1), nickname=f"Zoé {n}"
        )
    page_text = page(client, helper)
    assert [name in page_text for name in ("Zoé 4", "Zoé 3", "Zoé 2", "Zoé 1")] == [True, True, True, False]
    assert page_text.count('role="search"') == 1, "one search finds persons, cards and places"
    assert "Zoé" not in page(client, worker), "another structure"


@pytest.mark.both_databases
def test_a_structure_that_joins_completes_its_sheet(client):
    """Each thing missing is named; the button opens its form; the line goes with the last of them."""
    lead = account("meneuse", "coordination", territory="38")
    row, _ = joining.apply(
        name="Café des Voisins",
        commune="38185",
        parts=["hosting"],
        referent="Nadia",
        way="visit",
        contact="",
        token="t",
        at=MONDAY,
    )
    structure = joining.welcome(row, check="met", by=lead, at=MONDAY).structure
    (lieu,) = Lieu.objects.filter(structure=structure)
    referent = account("nadia", "gestionnaire", structure=structure)
    old = account("ancien", "gestionnaire", structure=place("mjc", {"nom": "MJC"}).structure)

    def sheet_lines(user) -> list[rules.Line]:
        return [each for each in queries.lines(user, MONDAY) if each.kind == "sheet-incomplete"]

    (line,) = sheet_lines(referent)
    page_text = page(client, referent)
    assert (line.title, line.gesture) == ("Complétez votre fiche", "Compléter")
    assert "Il manque ce qu’on y trouve, les horaires et une phrase qui vous présente." in page_text
    for written, where in (
        ({"practices": {"wifi": {"state": "offered"}}}, "t-pratiques"),
        ({"horaires": {"text": "le mardi matin"}}, "g-horaires"),
        ({"presentation_resume": "Un café où l’on s’entraide."}, "id_presentation_resume"),
    ):
        (line,) = sheet_lines(referent)
        address, anchor = line.url.split("#")
        assert (anchor, f'id="{where}"' in client.get(address).content.decode()) == (where, True)
        sheets.edit(lieu, written, by=str(referent), at=MONDAY, confirms=True)
    assert not sheet_lines(referent)
    assert "Complétez votre fiche" not in page(client, referent)
    assert not sheet_lines(old) and not sheet_lines(lead), "a new sheet is completed by its own structure"


def test_a_network_just_begun_keeps_what_is_left_of_its_week_and_its_doubts(client, worker, ccas, library):
    """« Tout est réglé » was read by the one who runs and coordinates: no backup, no address, no diagnosis."""
    claire = account("claire", "administration")
    with_role(claire, "coordination", territory="38")
    send(worker, ccas, library, timezone.now())
    day = page(client, claire)
    assert "Charger les adresses du département" in day and "pour que le réseau soit prêt" in day
    client.post("/espace/nouvelles/lue/", {"nouvelle": "premiers-pas"})
    day = page(client, claire)
    assert "La plateforme" in day and "Tout est réglé" not in day and "Rien ne vous attend" not in day


def test_a_helper_opens_on_the_person_who_waits_most(client, worker, ccas, library):
    """« D’abord les personnes », and the first of them stood two screens below on a telephone."""
    send(worker, ccas, library, timezone.now() - 3 * DAY)
    helper = account("karima", "aidant", structure=library.structure)
    Dismissal.objects.create(user=helper, key=chosen.FIRST_STEPS, at=timezone.now())
    day = page(client, helper).split("<main")[1]
    assert day.index("Le plus pressé") < day.index("Noter un acte")
