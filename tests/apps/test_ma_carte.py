"""The page of a person: opened by the code of the card and a secret of theirs, or with a helper; attacked."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.test import Client
from django.utils import timezone

from maillage.apps.agenda.actions import appointments, planning, seats
from maillage.apps.agenda.models import Appointment, Seat
from maillage.apps.agenda.rules.appointments import Draft
from maillage.apps.directory.places.models import Structure
from maillage.apps.people.persons import access, rules
from maillage.apps.people.persons.actions import card_secrets, consents, corrections, forgetting, register
from maillage.apps.people.persons.models import CardSecret, Consent, CorrectionRequest, Person
from maillage.apps.people.persons.rules import read_secret
from maillage.apps.platform.accounts import access as accounts
from maillage.apps.platform.accounts.models import Entry, User
from maillage.apps.platform.messages.models import Message
from maillage.apps.referrals.droits.actions import telling as droits
from maillage.apps.referrals.droits.actions.telling import Telling
from maillage.apps.referrals.droits.rules import facts
from maillage.apps.referrals.orientations.actions import cards
from maillage.apps.referrals.orientations.queries import card as queries
from maillage.kernel.errors import Refused
from tests.conftest import account, with_role
from tests.support.cards import SECRET, decide, give_secret, open_page, try_card
from tests.support.mandats import signed_mandat
from tests.support.places import place

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock_at")]
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
AT = NOW - timedelta(days=2)
SHUT = "Le code ou le secret n’est pas le bon"
PAGES = (
    "",
    "secret/",
    "bilan/",
    "places/",
    "suivi/",
    "mandats/",
    "demarches/",
    "vues/",
    "garde/",
    "corriger/",
    "effacer/",
)


@pytest.fixture
def leila(lieu) -> User:
    user = User.objects.create_user("leila@exemple.fr", "x", name="Leïla", is_demonstration=True)
    return with_role(user, "aidant", structure=lieu.structure)


@pytest.fixture
def fatou(leila, lieu) -> Person:
    return register.welcome(
        by=leila,
        structure=lieu.structure,
        nickname="Fatou",
        born=1988,
        reach="phone",
        reach_value="+33639981234",
        at=AT,
    )


@pytest.fixture
def alone() -> Person:
    """Somebody whom no structure ever followed."""
    return register.welcome(by=None, structure=None, nickname="Ali", at=AT)


def text(answer) -> str:
    return " ".join(answer.content.decode().replace("\u00a0", " ").replace("\u202f", " ").split())


# -------------------------------------------------------------------------------------------------- it opens


def test_code_and_secret_open_every_page_uncached(client, fatou):
    open_page(client, fatou)
    for page in PAGES:
        answer = client.get(f"/ma-carte/{page}")
        assert answer.status_code == 200, page
        assert "no-store" in answer["Cache-Control"], page
    assert SECRET not in str(dict(client.session)) + str(list(CardSecret.objects.values()))


@pytest.mark.both_databases
def test_a_secret_is_a_word_digits_or_drawings_however_they_are_typed(client, fatou):
    drawn = ["lune", "chat", "velo", "train"]
    for chosen, tried in (
        (read_secret("Éléphant"), {"secret": " elephant "}),
        (read_secret("20 48"), {"secret": "2048"}),
        (read_secret("", drawn), {"dessins": reversed(drawn)}),
        (read_secret("слово-й"), {"secret": "СЛОВОИ"}),
    ):
        card_secrets.choose_secret(fatou, chosen, by=None, at=AT, recognised=True)
        client.post("/ma-carte/fermer/")
        assert try_card(client, fatou.code, **tried).url == "/ma-carte/", chosen
        assert client.session[access.PAGE]["whole"]


@pytest.mark.parametrize("typed", ["", "fatou88", "1988", "1234"])
def test_a_secret_found_at_once_is_refused(fatou, typed):
    with pytest.raises(Refused, match="pas encore choisi"):
        card_secrets.choose_secret(fatou, read_secret(typed), by=None, at=AT, recognised=True)
    assert not CardSecret.objects.exists()


def test_three_drawings_are_too_few(fatou):
    with pytest.raises(Refused, match="4 dessins"):
        card_secrets.choose_secret(
            fatou, read_secret("", ["lune", "chat", "velo"]), by=None, at=AT, recognised=True
        )


def test_ten_minutes_without_a_gesture_close_it_on_the_server(client, fatou):
    open_page(client, fatou)
    session = client.session
    almost = timezone.now() - rules.OPEN_FOR + timedelta(seconds=30)
    session[access.PAGE] |= {"since": almost.isoformat()}
    session.save()
    assert client.get("/ma-carte/garde/").status_code == 200, "and a gesture gives ten more"
    assert datetime.fromisoformat(client.session[access.PAGE]["since"]) > almost
    session = client.session
    session[access.PAGE] |= {"since": (timezone.now() - rules.OPEN_FOR).isoformat()}
    session.save()
    assert "fermée seule, après 10 minutes" in text(client.get("/ma-carte/garde/", follow=True))
    assert access.PAGE not in client.session


def test_closing_clears_the_browser_storage(client, fatou):
    open_page(client, fatou)
    answer = client.post("/ma-carte/fermer/")
    assert answer["Clear-Site-Data"] == '"cache"'
    assert "Fatou" not in text(client.get("/ma-carte/"))


# ------------------------------------------------------------------------------------------ the code alone


def test_a_slower_answer_does_not_open_the_page_again(client, fatou):
    """A page asked before the closing writes its session after it."""
    open_page(client, fatou)
    late = client.session
    assert late[access.PAGE]["whole"]
    client.post("/ma-carte/fermer/")
    with pytest.raises(UpdateError):
        late.save()
    assert access.PAGE not in client.session
    assert "Fatou" not in text(client.get("/ma-carte/"))


def test_the_code_alone_never_says_who_helps(client, fatou, leila, lieu):
    signed_mandat(fatou, lieu.structure, leila, at=timezone.now())
    try_card(client, fatou.code)
    page = text(client.get("/ma-carte/"))
    assert "n’a pas encore de secret" in page
    for hidden in ("Leïla", "Fatou", lieu.structure.name, "mandat", "1988", fatou.card):
        assert hidden not in page, hidden
    for address in PAGES[2:]:
        assert client.get(f"/ma-carte/{address}").url == "/ma-carte/"
    assert client.get("/ma-carte/copie/").url == "/ma-carte/"
    assert decide(client, "/ma-carte/effacer/").url == "/ma-carte/"
    fatou.refresh_from_db()
    assert fatou.forgotten_at is None


def test_whoever_finds_a_card_that_somebody_follows_chooses_no_secret(client, fatou):
    try_card(client, fatou.code)
    answer = decide(client, "/ma-carte/secret/", {"secret": SECRET})
    assert answer.status_code == 400
    assert "avec la personne qui vous aide" in text(answer)
    assert not CardSecret.objects.exists()


@pytest.mark.both_databases
def test_a_card_that_nobody_follows_gets_its_secret_from_its_owner_alone(client, alone):
    try_card(client, alone.code)
    assert decide(client, "/ma-carte/secret/", {"secret": SECRET}).url == "/ma-carte/"
    assert "Où j’en suis" in text(client.get("/ma-carte/"))
    assert CardSecret.objects.get().by is None
    other = Client()
    try_card(other, alone.code)
    assert access.PAGE not in other.session, "the code alone opens nothing any more"


def test_learning_needs_the_secret_once_there_is_one(client, alone):
    try_card(client, alone.code, suite="apprendre")
    assert "J’ai fini sur cet appareil" in text(client.get("/ma-carte/apprendre/"))
    give_secret(alone)
    other = Client()
    assert try_card(other, alone.code, suite="apprendre").status_code == 400
    assert other.get("/ma-carte/apprendre/").url == "/ma-carte/?suite=apprendre"
    assert other.post("/apprendre/groupe/", {"code": "x", "carte": alone.code}).status_code == 400
    assert other.post("/bilan/refaire/", {"code": alone.code}).status_code == 400


# ---------------------------------------------------------------------------------------------- it is attacked


def test_nothing_says_whether_a_code_exists(client, fatou):
    give_secret(fatou)
    answers = [
        try_card(client, code, secret)
        for code, secret in (
            ("2222-2222", "orange"),
            ("2222-2222", ""),
            (fatou.code, "orange"),
            (fatou.code, ""),
        )
    ]
    assert {each.status_code for each in answers} == {400}
    alert_texts = {text(each).partition('role="alert"')[2].partition("</div>")[0] for each in answers}
    assert len(alert_texts) == 1
    assert SHUT in alert_texts.pop()


def test_five_wrong_tries_wait_an_hour_and_twenty_want_a_helper(fatou, leila):
    give_secret(fatou)

    def opens(typed: str, at: datetime) -> bool:
        return card_secrets.unlock(code=fatou.code, typed_secret=read_secret(typed), at=at) is not None

    at = timezone.now()
    for n in range(rules.TRIES):
        assert not opens(f"orange{n}", at)
    assert not opens(SECRET, at + timedelta(minutes=59)), "right, and too early"
    assert not opens(SECRET, at - timedelta(days=1)), "a clock set back waits longer"
    assert Entry.objects.filter(verb="person.card_locked").count() == 1
    assert opens(SECRET, at + timedelta(hours=1))
    for n in range(rules.MOST_TRIES):
        assert not opens("orange", at + timedelta(hours=2 + n))
    assert not opens(SECRET, at + timedelta(days=400))
    cards.choose_secret(fatou, read_secret("cerises"), by=leila, at=at)
    assert opens("cerises", at + timedelta(days=2))


def test_wrong_tries_are_reported_to_the_person(client, fatou):
    give_secret(fatou)
    for typed in ("orange", "citron"):
        try_card(client, fatou.code, typed)
    try_card(client, fatou.code, SECRET)
    assert "2 essais faux depuis la dernière fois" in text(client.get("/ma-carte/"))
    client.post("/ma-carte/fermer/")
    try_card(client, fatou.code, SECRET)
    assert "essais faux" not in text(client.get("/ma-carte/")), "a right one starts the count again"


def test_whoever_opens_their_page_is_not_forgotten(fatou):
    give_secret(fatou)
    Person.objects.update(active_at=AT - timedelta(days=700))
    card_secrets.unlock(code=fatou.code, typed_secret=read_secret(SECRET), at=AT)
    assert Person.objects.get().active_at == AT


def test_a_code_of_nobody_takes_as_long_as_a_wrong_secret(fatou, monkeypatch):
    give_secret(fatou)
    hashed = []
    monkeypatch.setattr(card_secrets, "make_password", hashed.append)
    monkeypatch.setattr(card_secrets, "check_password", lambda typed, _: hashed.append(typed))
    for code in (fatou.code, "inconnu"):
        assert card_secrets.unlock(code=code, typed_secret=read_secret("orange"), at=AT) is None
    assert hashed == ["word:orange", "word:orange"]


def test_a_helper_who_does_not_follow_them_chooses_no_secret(fatou):
    other = account("karim", "aidant", structure=Structure.objects.create(key="autre", name="Autre"))
    with pytest.raises(Refused, match="n’a pas été enregistrée"):
        card_secrets.choose_secret(fatou, read_secret("cerises"), by=other, at=AT)
    assert not CardSecret.objects.exists()


@pytest.mark.both_databases
def test_tries_sent_at_once_are_all_counted(fatou, monkeypatch):
    """Somebody else's try lands between the reading of the count and its writing."""
    give_secret(fatou)
    read = card_secrets.queries.secret_of

    def late(person):
        stored_secret = read(person)
        CardSecret.objects.update(misses=3)
        return stored_secret

    monkeypatch.setattr(card_secrets.queries, "secret_of", late)
    assert card_secrets.unlock(code=fatou.code, typed_secret=read_secret(SECRET), at=timezone.now()) is None
    assert CardSecret.objects.get().misses == 3


def test_a_form_that_opens_serves_once(client, fatou):
    give_secret(fatou)
    client.get("/ma-carte/")
    sent = {"code": fatou.code, "secret": SECRET, "envoi": client.session[access.FORM]}
    assert client.post("/ma-carte/", sent).status_code == 302
    client.post("/ma-carte/fermer/")
    again = client.post("/ma-carte/", sent)  # the button of the browser, after somebody left
    assert again.status_code == 400
    assert "restée d’une autre fois" in text(again)
    assert client.get("/ma-carte/garde/").url == "/ma-carte/"


def test_the_code_of_another_with_ones_own_secret_opens_nothing(client, fatou, alone):
    give_secret(fatou)
    give_secret(alone, "cerises")
    assert try_card(client, fatou.code, "cerises").status_code == 400
    assert access.PAGE not in client.session


@pytest.mark.both_databases
def test_the_form_of_one_card_does_nothing_to_another(client, fatou, alone):
    open_page(client, alone)
    stale = {"ouverture": client.session[access.PAGE]["token"]}
    open_page(client, fatou)
    for address in ("effacer/", "secret/", "corriger/", "accord/"):
        assert client.post(f"/ma-carte/{address}", stale | {"secret": "cerises"}).url == "/ma-carte/"
    assert "restée d’une autre fois" in text(client.get("/ma-carte/"))
    assert Person.objects.filter(forgotten_at=None).count() == 2


def test_a_session_copied_from_one_card_opens_no_other(client, fatou, alone):
    give_secret(alone)
    open_page(client, fatou)
    session = client.session
    session[access.PAGE] |= {"pk": alone.pk}
    session.save()
    assert client.get("/ma-carte/garde/").url == "/ma-carte/"


def test_a_clock_set_back_opens_it_no_longer(client, fatou):
    open_page(client, fatou)
    session = client.session
    session[access.PAGE] |= {"since": (timezone.now() + timedelta(hours=1)).isoformat()}
    session.save()
    assert client.get("/ma-carte/garde/").url == "/ma-carte/"


@pytest.mark.both_databases
def test_another_secret_closes_what_the_former_had_opened(client, fatou, leila):
    open_page(client, fatou)
    cards.choose_secret(fatou, read_secret("cerises"), by=leila, at=timezone.now())
    assert client.get("/ma-carte/garde/").url == "/ma-carte/"


def test_guesses_are_counted_by_connection_whoever_s_the_cards(client, fatou, monkeypatch):
    monkeypatch.setattr("maillage.apps.referrals.orientations.views.card.opening.CODES_AN_HOUR", 2)
    give_secret(fatou)
    for code in ("2222-2233", "2222-2234"):
        try_card(client, code, "orange")
    assert try_card(client, fatou.code, SECRET).status_code == 429
    next_hour = accounts.this_hour() + 1
    monkeypatch.setattr(accounts, "this_hour", lambda: next_hour)
    assert try_card(client, fatou.code, SECRET).status_code == 302, "the next hour counts anew"


# ---------------------------------------------------------------------------------------------- with a helper


def open_with_helper(client, person):
    return client.post(f"/espace/personnes/{person.pk}/page/", {"code": person.code})


def test_a_helper_opens_it_with_the_person_who_reads_it(client, fatou, leila):
    client.force_login(leila)
    assert open_with_helper(client, fatou).url == "/ma-carte/"
    assert "Page ouverte avec :" in text(client.get("/ma-carte/"))
    assert "a ouvert la page de la personne avec elle" in text(client.get("/ma-carte/vues/"))
    assert client.post("/ma-carte/fermer/").url == f"/espace/personnes/{fatou.pk}/"
    open_with_helper(client, fatou)
    client.logout()
    assert client.get("/ma-carte/garde/").url == "/ma-carte/"


@pytest.mark.parametrize("has_secret", [True, False])
def test_a_helper_alone_opens_nothing(client, fatou, leila, has_secret):
    if has_secret:
        give_secret(fatou)
    client.force_login(leila)
    address = f"/espace/personnes/{fatou.pk}/page/"
    for typed in (
        {},
        {"secret": "cerises"},
        {"code": "2222-2233"},
        {"code": fatou.code} if has_secret else {},
    ):
        assert client.post(address, typed).status_code == 400
        assert client.get("/ma-carte/garde/").url == "/ma-carte/"
    assert not Entry.objects.filter(verb="person.page_opened").exists()
    assert client.post(address, {"secret": SECRET} if has_secret else {"code": fatou.code}).status_code == 302
    page = client.get("/ma-carte/garde/")
    assert page.status_code == 200
    assert ("Si ce n’est pas vous, changez de secret" in text(page)) == has_secret


def test_a_person_who_forgot_everything_chooses_another_secret_first(client, fatou, leila):
    give_secret(fatou)
    client.force_login(leila)
    assert (
        f"/espace/personnes/{fatou.pk}/secret/"
        in client.get(f"/espace/personnes/{fatou.pk}/page/").content.decode()
    )
    client.post(f"/espace/personnes/{fatou.pk}/secret/", {"secret": "cerises"})
    assert client.post(f"/espace/personnes/{fatou.pk}/page/", {"secret": "cerises"}).url == "/ma-carte/"
    verbs = ["person.secret_chosen", "person.page_opened"]
    assert (
        list(
            Entry.objects.filter(row=fatou.pk, by=leila.pk, verb__in=verbs)
            .order_by("pk")
            .values_list("verb", flat=True)
        )
        == verbs
    )


def test_a_helper_who_no_longer_follows_reads_it_no_more(client, fatou, leila, lieu):
    client.force_login(leila)
    open_with_helper(client, fatou)
    register.leave(person=fatou, structure=lieu.structure, by=leila, at=timezone.now())
    assert client.get("/ma-carte/garde/").url == "/ma-carte/"


def test_what_is_decided_with_a_helper_says_so(client, fatou, leila, lieu):
    mandat = signed_mandat(fatou, lieu.structure, leila, at=timezone.now())
    client.force_login(leila)
    open_with_helper(client, fatou)
    decide(client, f"/ma-carte/mandats/{mandat.pk}/arreter/")
    mandat.refresh_from_db()
    assert mandat.withdrawn_with == leila


@pytest.mark.parametrize(
    ("address", "verb", "words"),
    [
        ("/ma-carte/copie/", "person.copy_opened", "a ouvert la copie de ce qui est gardé"),
        ("/ma-carte/copie/?format=json", "person.exported", "a remis une copie de ce qui est gardé"),
    ],
)
def test_copy_taken_from_the_card_is_recorded_with_its_opener(
    client, fatou, leila, lieu, address, verb, words
):
    give_secret(fatou)
    client.force_login(leila)
    client.post(f"/espace/personnes/{fatou.pk}/page/", {"secret": SECRET})
    assert client.get(address).status_code == 200
    assert Entry.objects.get(verb=verb, row=fatou.pk, by=leila.pk).structure == lieu.structure.pk
    assert f"Leïla ({lieu.structure.name}) {words}" in text(client.get("/ma-carte/vues/"))
    alone = Client()
    assert try_card(alone, fatou.code, SECRET).status_code == 302
    assert alone.get(address).status_code == 200
    assert Entry.objects.filter(verb=verb, row=fatou.pk, by=None, structure=None).exists()


@pytest.mark.both_databases
def test_forgotten_secret_is_renewed_with_a_helper_and_recorded(client, fatou, leila, lieu):
    give_secret(fatou)
    consents.agree(person=fatou, purpose="write", how="read", by=leila, at=AT)
    stranger = account("omar", "aidant", structure=place("autre", {"pivot": "21380185500015"}).structure)
    client.force_login(stranger)
    assert client.post(f"/espace/personnes/{fatou.pk}/secret/", {"secret": "cerises"}).status_code == 404
    client.force_login(leila)
    assert client.post(f"/espace/personnes/{fatou.pk}/secret/", {"secret": "1988"}).status_code == 400
    assert client.post(f"/espace/personnes/{fatou.pk}/secret/", {"secret": "cerises"}).status_code == 302
    assert Entry.objects.get(verb="person.secret_chosen", by=leila.pk).structure == lieu.structure.pk
    assert "Le secret de votre carte a changé, avec Leïla" in Message.objects.get().text
    other = Client()
    assert try_card(other, fatou.code, SECRET).status_code == 400
    try_card(other, fatou.code, "cerises")
    assert "Leïla a choisi le secret de la carte" in text(other.get("/ma-carte/"))


# ------------------------------------------------------------------------------------------------ what it shows


def test_an_empty_card_says_what_to_do(client, alone):
    open_page(client, alone)
    page = text(client.get("/ma-carte/"))
    for words in (
        "Rien n’est prévu.",
        "Pas commencé",
        "Personne pour l’instant.",
        "Personne ne l’a ouverte.",
    ):
        assert words in page, words
    assert "Arrêter le mandat" not in page


@pytest.mark.both_databases
def test_mandate_state_follows_running_stopped_and_over(fatou, leila, lieu):
    at = timezone.now()
    mandat = signed_mandat(fatou, lieu.structure, leila, at=at)

    def state_at(at: datetime) -> str:
        return next(each.words for each in queries.card(fatou, at).lines if each.name == "card_mandates")

    assert state_at(at).startswith("Leïla, jusqu’au")
    assert state_at(at + timedelta(days=300)).startswith("Fini le")
    assert queries.card(fatou, at).helpers[0].name == "Leïla"
    mandat.withdrawn_at = at
    mandat.save()
    assert state_at(at).startswith("Arrêté le")
    assert not queries.card(fatou, at).mandate


@pytest.fixture
def meeting(fatou, leila, lieu) -> Appointment:
    draft = Draft(kind="mailbox", starts_at=timezone.now() + timedelta(days=3), helper_name="Karim")
    return appointments.book(
        draft, structure=lieu.structure, person=fatou, lieu=lieu, by=leila, at=timezone.now()
    )


@pytest.mark.both_databases
def test_next_appointment_is_displayed_and_cancelled_by_its_owner_alone(client, fatou, alone, meeting):
    open_page(client, alone)
    address = f"/ma-carte/absence/rendez-vous/{meeting.pk}/"
    assert client.get(address).status_code == 404
    open_page(client, fatou)
    page = text(client.get("/ma-carte/"))
    for words in ("Ce qui vient", "Karim", "Boîte aux lettres", "Comment y aller", address):
        assert words in page, words
    assert "Le lieu verra que vous ne venez pas" in text(client.get(address))
    meeting.refresh_from_db()
    assert meeting.state == "booked", "asked, not done"
    assert "vous ne venez pas" in text(decide(client, address, follow=True))
    meeting.refresh_from_db()
    assert (meeting.state, meeting.cancelled_by) == ("cancelled", "person")
    assert decide(client, address).status_code == 404


@pytest.mark.both_databases
def test_appointment_cancelled_by_the_place_is_displayed(client, fatou, leila, meeting):
    appointments.cancel(meeting, at=timezone.now(), by=leila, reason="Travaux")
    open_page(client, fatou)
    page = text(client.get("/ma-carte/"))
    assert "Annulé par le lieu" in page
    assert "Travaux" in page
    assert "Rien n’est prévu." in page
    assert "Prendre rendez-vous" in page
    assert "Chercher un autre atelier" not in page, "it was no workshop"


def test_two_cancelled_appointments_bear_two_names_for_who_listens(client, fatou, leila, meeting):
    draft = Draft(kind="mailbox", starts_at=meeting.starts_at + timedelta(days=7), helper_name="Karim")
    another = appointments.book(
        draft, structure=meeting.structure, person=fatou, lieu=meeting.lieu, by=leila, at=timezone.now()
    )
    for row in (meeting, another):
        appointments.cancel(row, at=timezone.now(), by=leila)
    open_page(client, fatou)
    names = re.findall(r'aria-labelledby="(t-annule-[^"]+)"', client.get("/ma-carte/").content.decode())
    assert names == ["t-annule-1 t-annule-quand-1", "t-annule-2 t-annule-quand-2"]


@pytest.mark.both_databases
def test_seat_is_released_and_taken_back(client, fatou, leila, lieu):
    gerante = account("gerante", "gestionnaire", structure=lieu.structure)
    begin = timezone.now() + timedelta(days=2)
    values = {"title": "Premiers mails", "subject": "mail", "level": "debutant", "capacity": 4, "lieu": lieu}
    times = {"starts_at": begin, "ends_at": begin + timedelta(hours=2), "format": "collectif"}
    row = planning.plan(by=gerante, structure=lieu.structure, values=values | times, at=AT)
    planning.publish(row, by=gerante, at=AT)
    seat = seats.book(workshop=row, name="Fatou", person=fatou, by=gerante, channel="counter", at=AT)
    open_page(client, fatou)
    assert "Premiers mails" in text(client.get("/ma-carte/"))
    decide(client, f"/ma-carte/absence/place/{seat.pk}/")
    assert Seat.objects.get().status == "cancelled"
    assert "Finalement, je viens" in text(client.get("/ma-carte/places/"))
    decide(client, "/ma-carte/places/", {"place": seat.pk})
    assert Seat.objects.get().status == "booked"


def test_procedures_are_listed_with_the_nearest_date(client, fatou, leila, lieu):
    consents.agree(person=fatou, purpose="track", how="read", by=leila, at=AT)
    on = timezone.localdate()
    ends = on + timedelta(days=70)  # asked again until two months before its end
    right = Telling(
        procedure="complementaire-sante", kind=facts.OBTAINED, on=on - timedelta(days=290), until=ends
    )
    droits.tell(fatou, right, by=leila, at=timezone.now())
    (line,) = [each for each in queries.card(fatou, timezone.now()).lines if each.name == "card_rights"]
    assert line.words.startswith("1 à refaire avant le")
    assert line.tag.endswith("jours")
    open_page(client, fatou)
    assert "À faire avant le" in text(client.get("/ma-carte/"))
    assert "Complémentaire santé solidaire" in text(client.get("/ma-carte/demarches/"))
    consents.withdraw(Consent.objects.get(purpose="track"), by=None, at=timezone.now())
    assert "Rien n’est noté" in text(client.get("/ma-carte/demarches/"))


# ----------------------------------------------------------------------------------------------- they decide


def test_person_corrects_their_own_data(client, fatou):
    open_page(client, fatou)
    typed = {"prenom": "Fatoumata", "langue": "ar", "joindre": "none", "naissance": ""}
    assert decide(client, "/ma-carte/corriger/", typed).url == "/ma-carte/"
    fatou.refresh_from_db()
    assert (fatou.nickname, fatou.language, fatou.reach, fatou.born) == ("Fatoumata", "ar", "none", None)
    assert decide(client, "/ma-carte/corriger/", typed | {"joindre": "phone"}).status_code == 400


@pytest.mark.both_databases
def test_correction_of_structure_data_is_requested_and_answered(client, fatou, leila, lieu):
    open_page(client, fatou)
    form_data = {"a_qui": lieu.structure.pk, "quoi": "Mon année est fausse"}
    decide(client, "/ma-carte/corriger/", form_data)
    assert "On attend la réponse" in text(client.get("/ma-carte/corriger/"))
    autre = place("autre", {"pivot": "21380185500015"}).structure
    assert decide(client, "/ma-carte/corriger/", form_data | {"a_qui": autre.pk}).status_code == 400
    row = CorrectionRequest.objects.get()
    client.force_login(account("omar", "aidant", structure=autre))
    address = f"/espace/personnes/corrections/{row.pk}/"
    assert client.post(address, {"reponse": "Non"}).status_code == 404
    client.force_login(leila)
    assert "Demande de corriger ce qui est écrit d’elle" in text(client.get("/espace/"))
    assert "Mon année est fausse" in text(client.get(f"/espace/personnes/{fatou.pk}/"))
    assert client.post(address, {"reponse": "C’est fait"}).url == f"/espace/personnes/{fatou.pk}/"
    assert client.post(address, {"reponse": "Encore"}).status_code == 404
    assert "Demande de corriger" not in text(client.get("/espace/"))
    client.logout()
    open_page(client, fatou)
    assert "C’est fait" in text(client.get("/ma-carte/corriger/"))


def test_structure_answers_corrections_before_leaving(client, fatou, leila, lieu):
    correction = corrections.ask_correction(fatou, lieu.structure, "Mon année", by=None, at=AT)
    client.force_login(leila)
    leave_url = f"/espace/personnes/{fatou.pk}/quitter/"
    page_text = text(client.post(leave_url, follow=True))
    assert "attend que" in page_text and "Répondez-lui d’abord" in page_text and "Mon année" in page_text
    corrections.answer_correction(correction, by=leila, at=AT, answer="C’est fait")
    assert "ne suit plus" in text(client.post(leave_url, follow=True))


def test_correction_requested_twice_at_once_is_one(fatou, leila, lieu):
    correction_rows = [
        corrections.ask_correction(fatou, lieu.structure, words, by=None, at=AT)
        for words in ("Mon année", " Mon  année ", "Mon prénom")
    ]
    assert correction_rows[0] == correction_rows[1] != correction_rows[2]
    corrections.answer_correction(correction_rows[0], by=leila, at=AT, answer="C’est fait")
    again = corrections.ask_correction(fatou, lieu.structure, "Mon année", by=None, at=AT)
    assert again != correction_rows[0], "answered, it may be asked again"


def test_a_secret_typed_in_a_request_is_refused(fatou, lieu):
    with pytest.raises(Refused):
        corrections.ask_correction(fatou, lieu.structure, "mon mot de passe : Soleil38!", by=None, at=AT)


def test_erasing_says_what_goes_what_stays_and_takes_the_secret_too(client, fatou, lieu):
    corrections.ask_correction(fatou, lieu.structure, "Mon année", by=None, at=AT)
    open_page(client, fatou)
    page = text(client.get("/ma-carte/effacer/"))
    assert "Ce qui s’efface" in page
    assert "Vos demandes de correction (1)" in page
    assert "Ce qui reste comme preuve, sans votre nom" in page
    assert "C’est effacé" in text(decide(client, "/ma-carte/effacer/", follow=True))
    assert not CardSecret.objects.exists()
    assert not CorrectionRequest.objects.exists()
    assert try_card(client, fatou.code, SECRET).status_code == 400


def test_a_person_erased_elsewhere_is_read_no_more(client, fatou):
    open_page(client, fatou)
    forgetting.forget(fatou, by=None, at=timezone.now())
    assert client.get("/ma-carte/garde/").url == "/ma-carte/"


def test_the_page_asks_as_much_of_the_database_for_many_steps(
    client, fatou, leila, lieu, django_assert_max_num_queries
):
    open_page(client, fatou)
    for n in range(12):
        register.record_view(fatou, by=leila, structure=lieu.structure.pk, at=AT + timedelta(minutes=n))
    with django_assert_max_num_queries(45):
        client.get("/ma-carte/")


def test_correction_of_another_structure_does_not_block_leaving(fatou, lieu, leila):
    other = Structure.objects.create(key="autre", name="Autre")
    register.follow(person=fatou, structure=other, by=None, at=AT)
    corrections.ask_correction(fatou, other, "Mon année de naissance", by=None, at=AT)
    assert not access.corrections_for(leila).exists()
    register.leave(person=fatou, structure=lieu.structure, by=None, at=AT)
    with pytest.raises(Refused, match="attend que Autre réponde"):
        register.leave(person=fatou, structure=other, by=None, at=AT)
