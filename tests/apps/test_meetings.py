"""A meeting of the network: dates voted, one chosen, its minutes, the tasks it leaves, the shared agenda."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from icalendar import Calendar

from maillage.apps.community import worklist
from maillage.apps.community.actions import meetings as actions
from maillage.apps.community.models import Ballot, Decision, Meeting, MeetingDate, Vote
from maillage.apps.community.queries import agenda
from maillage.apps.community.queries import meetings as queries
from maillage.apps.community.queries.search_kinds import SEARCH_KINDS
from maillage.apps.directory.memberships.models import Membership
from maillage.apps.directory.places.forms.places import read_commune
from maillage.apps.platform.accounts.models import Entry
from maillage.kernel.errors import Refused
from tests.conftest import account
from tests.support.places import place

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("clock_at")]
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
SOON, LATER = AT + timedelta(days=5), AT + timedelta(days=12)
AFTER = LATER + timedelta(days=1)


@pytest.fixture
def hall(home):
    return place("maison", {"nom": "Maison des habitants"})


def proposed(structure, by, dates=(SOON, LATER), token="a", **more):
    draft_fields = {"title": "Se connaître", "kind": "meeting", "commune": "38185", "minutes": 90, **more}
    return actions.propose(structure, actions.Draft(dates=dates, token=token, **draft_fields), by=by, at=AT)


def past_meeting(lead, token="t"):
    """Return a meeting that took place yesterday, for who writes tomorrow."""
    return proposed(None, lead, dates=(SOON,), token=token)


def test_search_gives_the_local_day_of_a_meeting(library, lead):
    """In Guadeloupe, an evening is the next day of the clock of servers; in New Caledonia, a morning the day
    before.
    """
    kind = next(each for each in SEARCH_KINDS if each.id == "reunions")
    for commune, moment, day_text in (
        ("97105", datetime(2026, 12, 2, 0, 30, tzinfo=UTC), "1er décembre 2026"),
        ("98818", datetime(2026, 12, 1, 23, 0, tzinfo=UTC), "2 décembre 2026"),
    ):
        row = proposed(None, lead, dates=(moment,), token=commune, commune=commune)
        assert day_text in kind.hit(row, lead).about


def test_a_meeting_goes_from_a_vote_to_its_minutes_and_to_tasks(client, library, karim, lead):
    client.force_login(lead)
    typed = {
        "titre": "Se connaître", "sorte": "meeting", "duree": "120", "commune": "Grenoble", "jeton": "j",
        "jour_1": "2026-11-25", "heure_1": "10:00", "jour_2": "2026-11-26", "heure_2": "14:00",
    }  # fmt: skip
    for _ in range(2):
        client.post("/espace/reseau/reunions/nouvelle/", typed)
    (row,) = Meeting.objects.all()
    assert (row.starts_at, row.structure, row.dates.count()) == (None, None, 2)
    first, second = row.dates.all()
    page = f"/espace/reseau/reunions/{row.pk}/"
    client.force_login(karim)
    for answer in ("no", "yes"):  # answered again: the last one counts
        client.post(page, {f"date_{first.pk}": "no", f"date_{second.pk}": answer})
    assert Vote.objects.count() == 2
    assert "convient au plus de monde" in client.get(page).content.decode()
    assert client.post(f"{page}geste/", {"geste": "choisir", "date": second.pk}).status_code == 404
    client.force_login(lead)
    client.post(f"{page}geste/", {"geste": "choisir", "date": second.pk})
    row.refresh_from_db()
    assert row.starts_at == second.starts_at
    Meeting.objects.update(starts_at=AT - timedelta(hours=2))  # the day has come
    client.post(f"{page}compte-rendu/", {"texte": "Neuf structures.", "presentes": "9", "etat": ""})
    task = {
        "decision": "Relire les fiches",
        "qui": "structure",
        "pilote": "bibliothèque",
        "pour": "2026-12-10",
    }
    for _ in range(2):
        client.post(f"{page}decider/", {**task, "jeton": "d"})
    client.post(f"{page}decider/", {"decision": "Deux heures, pas plus", "qui": "", "jeton": "e"})
    assert Decision.objects.count() == 2
    client.force_login(karim)
    today = client.get("/espace/").content.decode()
    assert "Relire les fiches" in today and "Deux heures" not in today
    (decision,) = Decision.objects.filter(leads="structure")
    task_done = f"/espace/reseau/taches/{decision.pk}/", {"retour": "aujourd-hui"}
    assert "<s><bdi>Relire les fiches" in client.post(*task_done, follow=True).content.decode()
    again = client.post(*task_done, follow=True).content.decode()  # « Annuler », from the line that is struck
    assert "Relire les fiches" in again and "<s>" not in again
    client.post(*task_done)
    verbs = [verb for verb in Entry.objects.order_by("pk").values_list("verb", flat=True) if "." in verb]
    assert verbs[-6:-3] == ["meeting.recorded", "decision.noted", "decision.noted"]
    assert verbs[-3:] == ["decision.done", "decision.reopened", "decision.done"]


def test_a_date_waits_for_who_keeps_the_network_and_a_study_for_who_reads_its_figures(
    karim, library, lead, home
):
    analyst = account("paul", "analyste", territory="38")
    volunteer = account("denise", "benevole", structure=library.structure)

    def vote_titles(user):
        return [each.title for each in worklist.lines(user, AT) if each.kind == "meeting-vote"]

    proposed(library.structure, karim, kind="group", title="Un atelier commun")
    assert (vote_titles(lead), vote_titles(analyst), vote_titles(volunteer)) == (
        ["Un atelier commun"],
        [],
        [],
    )
    proposed(None, lead, kind="kickoff", title="Lancer le diagnostic", token="k")
    assert (vote_titles(analyst), vote_titles(volunteer)) == (["Lancer le diagnostic"], [])


def test_a_decision_is_voted_until_its_last_day_each_account_once(client, karim, leila, lead):
    row = past_meeting(lead)
    Meeting.objects.update(starts_at=AT - timedelta(hours=2))
    last = (AT + timedelta(days=7)).date()
    page = f"/espace/reseau/reunions/{row.pk}/"
    client.force_login(lead)
    typed = {"decision": "Ouvrir le samedi", "qui": "", "vote": last.isoformat(), "jeton": "v"}
    client.post(f"{page}decider/", typed)
    decision = Decision.objects.get()
    for user, answers in ((karim, ("no", "yes")), (leila, ("maybe",))):
        client.force_login(user)
        assert "Décision à voter" in client.get("/espace/").content.decode()
        for answer in answers:
            client.post(f"/espace/reseau/decisions/{decision.pk}/vote/", {"vote": answer})
        assert "Décision à voter" not in client.get("/espace/").content.decode()
    assert "1 pour, 1 sans avis" in client.get(page).content.decode()
    assert Ballot.objects.count() == 2
    Decision.objects.update(vote_until=AT.date() - timedelta(days=1))
    text = client.get(page).content.decode()
    assert "Vote clos le" in text and f"decisions/{decision.pk}/vote" not in text
    with pytest.raises(Refused):
        actions.cast(decision, "no", by=karim, at=AT)


def test_one_account_has_one_voice_for_a_date(library, karim, lead):
    row = proposed(None, lead)
    first = row.dates.first()
    actions.vote(row, {first.pk: "yes"}, by=karim, at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        Vote.objects.create(date=first, by=karim, answer="no", at=AT)
    assert [each.tally.yes for each in queries.options(row, karim)] == [1, 0]


def test_nobody_votes_for_the_date_of_another_meeting_nor_once_it_is_chosen(karim, lead):
    row, other = proposed(None, lead), proposed(None, lead, token="b")
    with pytest.raises(Refused, match="pas été notée"):
        actions.vote(row, {other.dates.first().pk: "yes"}, by=karim, at=AT)
    actions.choose(row, row.dates.first(), by=lead, at=AT)
    with pytest.raises(Refused) as refused:
        actions.vote(row, {row.dates.first().pk: "yes"}, by=karim, at=AT)
    assert "déjà choisie" in refused.value.why


@pytest.mark.parametrize(
    ("dates", "minutes"),
    [((), 60), ((AT - timedelta(days=1),), 60), (tuple(AT + timedelta(days=n) for n in range(1, 12)), 60)],
)
def test_dates_that_nobody_could_keep_are_refused(lead, dates, minutes):
    with pytest.raises(Refused):
        proposed(None, lead, dates=dates, minutes=minutes)
    assert not Meeting.objects.exists()


def test_the_same_date_twice_is_one_date(lead):
    assert proposed(None, lead, dates=(SOON, SOON, LATER)).dates.count() == 2


def test_minutes_wait_for_the_meeting_and_two_writers_lose_nothing(client, lead):
    row = past_meeting(lead)
    with pytest.raises(Refused):
        actions.write_minutes(row, text="Trop tôt", present=None, version="", by=lead, at=AT)
    Meeting.objects.update(starts_at=AT - timedelta(hours=2))
    actions.write_minutes(row, text="Le mien.", present=2, version="", by=lead, at=AT)
    client.force_login(lead)
    page = f"/espace/reseau/reunions/{row.pk}/compte-rendu/"
    answer = client.post(page, {"texte": "Le sien.", "etat": ""})
    page_text = answer.content.decode()
    assert answer.status_code == 400 and "Le mien." in page_text
    assert answer.context["form"]["texte"].value() == "Le sien.", "as it was typed, to be saved again"
    row.refresh_from_db()
    assert row.record == "Le mien."
    client.post(page, {"texte": "Les deux.", "etat": actions.stamp(row)})
    row.refresh_from_db()
    assert row.record == "Les deux."
    with pytest.raises(Refused):
        actions.cancel(row, by=lead, at=AFTER)
    assert "Annuler la réunion" not in client.get(f"/espace/reseau/reunions/{row.pk}/").content.decode()


def test_a_secret_enters_neither_minutes_nor_decisions(lead):
    row = past_meeting(lead)
    with pytest.raises(Refused):
        actions.write_minutes(
            row, text="mot de passe : Grenoble38!", present=None, version="", by=lead, at=AFTER
        )
    with pytest.raises(Refused):
        actions.decide(row, words="le code de sa carte est 4321", token="s", by=lead, at=AFTER)


@pytest.mark.parametrize(
    "more",
    [
        {"leads": "structure", "until_on": date(2027, 1, 5)},
        {"leads": "coordination"},
        {"leads": "coordination", "until_on": date(2026, 11, 1)},
        {"leads": "coordination", "until_on": date(2040, 1, 1)},
        {"words": "  "},
    ],
)
def test_a_task_has_a_pilot_and_a_day_to_come(lead, more):
    with pytest.raises(Refused):
        actions.decide(
            past_meeting(lead), **{"words": "Relire", "token": "x", "by": lead, "at": AFTER, **more}
        )


def test_a_late_task_says_so_and_a_done_one_is_not_erased(client, lead):
    row = past_meeting(lead)
    decision = actions.decide(
        row, words="Relire", leads="coordination", until_on=AFTER.date(), token="x", by=lead, at=AFTER
    )
    (task,) = queries.my_tasks(lead, AFTER.date() + timedelta(days=3))
    assert task.late and task.when == "en retard de 3\u00a0jours"
    actions.finish(decision, by=lead, at=AFTER)
    with pytest.raises(Refused):
        actions.erase(decision, by=lead, at=AFTER)
    actions.finish(decision, by=lead, at=AFTER)
    actions.erase(decision, by=lead, at=AFTER)
    assert not Decision.objects.exists()


def test_two_who_say_a_task_done_do_not_undo_it(client, lead):
    """From the home as from the page of the meeting, each button says what it read."""
    decision = actions.decide(
        past_meeting(lead),
        words="Relire",
        leads="coordination",
        until_on=AFTER.date(),
        token="x",
        by=lead,
        at=AFTER,
    )
    client.force_login(lead)
    task = f"/espace/reseau/taches/{decision.pk}/"
    (line,) = [each for each in worklist.lines(lead, AFTER) if each.kind == "meeting-task"]
    page = client.get(f"/espace/reseau/reunions/{decision.meeting_id}/").content.decode()
    assert '<input type="hidden" name="etait" value="">' in page
    for _ in range(2):
        client.post(task, {**dict(line.sent), "geste": "fait"})
        decision.refresh_from_db()
        assert decision.done_at is not None
    (undone,) = worklist.undo(lead, decision.done_at)
    for _ in range(2):
        client.post(task, dict(undone.sent))
        decision.refresh_from_db()
        assert decision.done_at is None


def test_somebody_taken_off_the_network_while_writing_changes_nothing(client, library, karim, lead):
    row = proposed(None, lead)
    client.force_login(karim)
    page = f"/espace/reseau/reunions/{row.pk}/"
    assert client.get(page).status_code == 200
    Membership.objects.filter(user=karim).update(until=date(2026, 11, 1))
    assert client.post(page, {f"date_{row.dates.first().pk}": "yes"}).status_code == 404
    assert not Vote.objects.exists()


def test_another_structure_reads_a_meeting_and_leads_it_not(client, library, hall, karim, leila):
    row = proposed(library.structure, karim)
    client.force_login(leila)
    page = f"/espace/reseau/reunions/{row.pk}/"
    assert client.get(page).status_code == 200
    assert client.post(f"{page}geste/", {"geste": "annuler"}).status_code == 404
    assert client.get(f"{page}compte-rendu/").status_code == 404
    assert client.post(f"{page}decider/", {"decision": "x"}).status_code == 404


def test_meeting_cancelled_by_mistake_takes_place_after_all(client, library, karim):
    row = proposed(library.structure, karim)
    client.force_login(karim)
    for n in (1, 0):
        client.post(f"/espace/reseau/reunions/{row.pk}/geste/", {"geste": "annuler", "raison": "Grève"})
        row.refresh_from_db()
        assert bool(row.cancelled_at) == bool(n)
    assert row.sequence == 2


def test_two_who_cancel_a_meeting_do_not_hold_it_after_all(client, library, karim):
    row = proposed(library.structure, karim)
    client.force_login(karim)
    for was, n in (("", 1), ("", 1), ("1", 0), ("1", 0)):
        sent = {"geste": "annuler", "raison": "Grève", "etait": was}
        client.post(f"/espace/reseau/reunions/{row.pk}/geste/", sent)
        row.refresh_from_db()
        assert bool(row.cancelled_at) == bool(n)
    assert row.sequence == 2


def test_the_hour_of_a_meeting_is_that_of_its_place(lead):
    row = proposed(None, lead, dates=(datetime(2026, 12, 1, 6, tzinfo=UTC),), commune="97411")
    assert "10\u00a0h" in queries.when(row)


def test_the_shared_agenda_holds_meetings_and_workshops_and_filters(
    client, library, karim, lead, monkeypatch
):
    from maillage.apps.agenda.actions import permanences, planning

    proposed(None, lead, dates=(SOON,), title="Se connaître")
    workshop = planning.plan(
        by=None,
        structure=library.structure,
        values={
            "title": "Boîte mail", "subject": "mail", "level": "debutant", "lieu": library, "capacity": 4,
            "starts_at": SOON + timedelta(hours=4), "ends_at": SOON + timedelta(hours=6),
        },
        at=AT,
    )  # fmt: skip
    planning.publish(workshop, by=karim, at=AT)
    door = permanences.open_door(
        by=None,
        structure=library.structure,
        values={
            "title": "Permanence du mardi", "lieu": library, "hours": [[1, "09:00", "12:00"]], "minutes": 30,
            "first_on": AT.date(),
        },
        at=AT,
    )  # fmt: skip
    permanences.publish(door, by=karim, at=AT)
    client.force_login(karim)
    page = client.get("/espace/agenda/").content.decode()
    assert "Se connaître" in page and "Boîte mail" in page and "Permanence du mardi" in page
    alone = client.get("/espace/agenda/?sorte=meeting").content.decode()
    assert "Se connaître" in alone and "Boîte mail" not in alone
    assert "Rien à ces dates" in client.get("/espace/agenda/?ou=Lille").content.decode()
    feed = client.get("/espace/agenda/agenda.ics").content.decode()
    assert feed.count("BEGIN:VEVENT") == 2 + 4 and "karim" not in feed.lower()
    assert client.get("/espace/agenda/?ou=Nulle-Part&jours=x").status_code == 200
    occurrences = agenda.occurrences(AT, AT + timedelta(days=30))
    assert len(occurrences) == 6
    for most in range(1, 6):
        monkeypatch.setattr(agenda, "MOST", most)
        assert agenda.occurrences(AT, AT + timedelta(days=30)) == occurrences[:most], (
            "the first, of all the sorts"
        )


def test_the_agenda_is_read_page_by_page_and_leaves_whole(client, library, lead, karim, monkeypatch):
    for n in range(5):
        proposed(None, lead, dates=(SOON + timedelta(days=n),), title=f"Réunion {n}", token=f"r{n}")
    monkeypatch.setattr("maillage.apps.community.views.meetings.DATES_A_PAGE", 3)
    client.force_login(karim)
    first = client.get("/espace/agenda/?sorte=meeting").content.decode()
    assert "5 dates." in first.replace("\u00a0", " ") and "Page 1 sur 2" in first
    assert "Réunion 2" in first and "Réunion 3" not in first
    assert "?sorte=meeting&amp;page=2" in first, "the choice goes on"
    last = client.get("/espace/agenda/?sorte=meeting&page=2").content.decode()
    assert "Réunion 4" in last and "Réunion 2" not in last
    assert client.get("/espace/agenda/agenda.ics?sorte=meeting").content.decode().count("BEGIN:VEVENT") == 5


def test_one_meeting_goes_into_a_calendar_with_its_version(client, lead):
    row = proposed(None, lead, dates=(SOON,))
    client.force_login(lead)
    feed = client.get(f"/espace/reseau/reunions/{row.pk}/reunion.ics").content.decode()
    assert f"UID:reunion-{row.pk}@agenda.maillage" in feed and "SEQUENCE:0" in feed
    proposed_meeting = proposed(None, lead, token="b")
    assert client.get(f"/espace/reseau/reunions/{proposed_meeting.pk}/reunion.ics").status_code == 404
    assert MeetingDate.objects.count() == 3


def test_a_restitution_is_proposed_with_its_agenda_and_who_must_come(client, lead):
    """S-003, S-016: the meetings of a diagnosis, with the authorities that framed it."""
    client.force_login(lead)
    form = client.get("/espace/reseau/reunions/nouvelle/?sorte=feedback").content.decode()
    assert "Ce que disent les habitants" in form and "Comité de pilotage" in form
    form_data = {
        "titre": "Cadrage", "sorte": "framing", "avec": "La Région, la Ville", "ordre": "", "duree": "120",
        "jour_1": "2026-12-01", "heure_1": "10:00", "commune": "Grenoble", "jeton": "z", "qui": "",
    }  # fmt: skip
    client.post("/espace/reseau/reunions/nouvelle/", form_data)
    row = Meeting.objects.latest("pk")
    assert row.about.splitlines()[0] == "Ce que chaque collectivité attend"
    page = client.get(f"/espace/reseau/reunions/{row.pk}/").content.decode()
    assert "La Région, la Ville" in page and "Réunion de cadrage" in page


def test_the_next_meeting_keeps_the_rhythm_of_the_network(client, library, hall, karim, leila, lead):
    """S-009: every two months, quarter or half year, from a meeting; what it was is kept, its day moves."""
    row = proposed(None, lead, dates=(SOON,), partners="La Ville", address="Salle du conseil")
    address = f"/espace/reseau/reunions/nouvelle/?suite={row.pk}&amp;mois="
    client.force_login(lead)
    page = client.get(f"/espace/reseau/reunions/{row.pk}/").content.decode()
    assert all(f"{address}{months}" in page for months in (2, 3, 6))
    form = client.get(f"/espace/reseau/reunions/nouvelle/?suite={row.pk}&mois=3").context["form"]
    initial_values = {
        name: form[name].value() for name in ("titre", "sorte", "avec", "adresse", "commune", "duree")
    }
    assert initial_values == {
        "titre": "Se connaître", "sorte": "meeting", "avec": "La Ville", "adresse": "Salle du conseil",
        "commune": "Grenoble", "duree": "90",
    }  # fmt: skip
    day = form["jour_1"].value()
    assert 80 < (day - SOON.date()).days < 100 and day.weekday() == SOON.date().weekday()
    assert form["heure_1"].value() == f"{SOON.astimezone(ZoneInfo('Europe/Paris')):%H:%M}"
    client.force_login(karim)
    assert "La suivante" not in client.get(f"/espace/reseau/reunions/{row.pk}/").content.decode()
    other = client.get(f"/espace/reseau/reunions/nouvelle/?suite={row.pk}&mois=3").context["form"]
    assert other["titre"].value() == "", "only who leads it takes it up"
    odd = client.get("/espace/reseau/reunions/nouvelle/?suite=x&mois=999&jour=hier&titre=" + "é" * 400)
    assert odd.status_code == 200 and len(odd.context["form"]["titre"].value()) == 160


def test_the_map_is_shared_before_a_meeting_and_not_after(client, library, karim, lead, monkeypatch):
    """S-025: its address needs no account, stands on the page and in the calendar, and says what it shows."""
    row = proposed(library.structure, karim, dates=(SOON,))
    client.force_login(karim)
    page = client.get(f"/espace/reseau/reunions/{row.pk}/").content.decode().replace("\u00a0", " ")
    assert "À lire avant de venir" in page and "1 lieu publié dans la commune" in page
    address = re.search(r"<code>https?://[^/]+(/carte/[^<]+)</code>", page)[1]
    event = Calendar.from_ical(client.get(f"/espace/reseau/reunions/{row.pk}/reunion.ics").content)
    assert any(address in str(each.get("description")) for each in event.walk("VEVENT"))
    client.logout()
    response = client.get(address)
    assert response.status_code == 200 and "Bibliothèque" in response.content.decode()
    client.force_login(karim)
    monkeypatch.setattr("django.utils.timezone.now", lambda: SOON + timedelta(hours=1))
    assert "À lire avant de venir" not in client.get(f"/espace/reseau/reunions/{row.pk}/").content.decode()


@pytest.mark.parametrize(
    ("typed", "commune"),
    [
        ("Nulle-part-les-Oies", ""),
        ("St Martin d'Heres", "38421"),
        ("38130", "38151"),
        ("Grenoble, Isère", "38185"),
    ],
)
def test_a_commune_is_never_guessed_from_afar(typed, commune):
    """The only name a little alike is not the one that was typed: it is asked again."""
    if commune:
        assert read_commune(typed) == commune
    else:
        with pytest.raises(ValidationError, match="nous ne savons pas quelle commune"):
            read_commune(typed)
