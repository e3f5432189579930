"""The sheet of a person, for who helps them; and for themselves, with their card."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from maillage.apps.agenda.actions import appointments
from maillage.apps.agenda.models import Appointment
from maillage.apps.agenda.rules.appointments import Draft
from maillage.apps.people.mandats.models import Mandat
from maillage.apps.people.persons import queries, rules
from maillage.apps.people.persons.actions import consents, forgetting, register
from maillage.apps.people.persons.models import CardSecret, Consent, Person
from maillage.apps.platform.accounts.models import Entry, User
from maillage.apps.platform.messages.models import Message
from maillage.apps.referrals.autonomy import actions as autonomy
from maillage.apps.referrals.autonomy.models import Bilan
from maillage.apps.referrals.autonomy.rules import Carried
from maillage.apps.referrals.orientations.actions import agreements, answers, deadlines, drafts, sending
from maillage.apps.referrals.orientations.models import Orientation
from maillage.kernel.errors import Refused
from tests.conftest import account, with_role
from tests.support.cards import SECRET, decide, give_secret, open_page, try_card
from tests.support.mandats import signed_mandat as mandat_of
from tests.support.personas import AURELIE
from tests.support.places import place
from tests.support.referrals import prepare

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock_at")]
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
AT = NOW - timedelta(days=2)
NEW = "/espace/personnes/nouvelle/"


@pytest.fixture
def other():
    return place("autre", {"nom": "Centre social", "pivot": "21380185500015"})


@pytest.fixture
def aidant(lieu) -> User:
    user = User.objects.create_user("aidant@exemple.fr", "x", name="Leïla", is_demonstration=True)
    return with_role(user, "aidant", structure=lieu.structure)


@pytest.fixture
def stranger(other) -> User:
    user = User.objects.create_user("ailleurs@exemple.fr", "x", name="Omar", is_demonstration=True)
    return with_role(user, "gestionnaire", structure=other.structure)


@pytest.fixture
def person(aidant, lieu) -> Person:
    return register.welcome(
        by=aidant,
        structure=lieu.structure,
        nickname="Fatou",
        born=1988,
        reach="phone",
        reach_value="+33612345678",
        at=AT,
    )


@pytest.fixture
def sent(aidant, lieu, other, person) -> Orientation:
    consents.agree(person=person, purpose="share", structure=other.structure, how="read", by=aidant, at=AT)
    row = prepare(
        structure=lieu.structure,
        person=person,
        lieu=other,
        need="formation",
        shared=("nickname",),
        by=aidant,
        at=AT,
    )
    return sending.send(row, by=aidant, channel="space", at=AT)


def test_a_person_is_welcomed_with_nothing_but_a_card(client, aidant):
    client.force_login(aidant)
    answer = client.post("/espace/personnes/nouvelle/", {"langue": "fr", "joindre": "none"})
    assert answer.status_code == 302
    person = Person.objects.get()
    assert (person.nickname, person.born) == ("", None)
    assert person.card in client.get(answer.url).content.decode()


def test_the_card_gets_its_secret_in_the_gesture_that_makes_it(client, aidant):
    client.force_login(aidant)
    posted = {"langue": "fr", "joindre": "none", "prenom": "Ana"}
    weak = client.post(NEW, posted | {"envoi": "a", "secret": "ana"})
    assert weak.status_code == 400 and not Person.objects.exists(), (
        "refused whole: corrected, it is sent again"
    )
    answer = client.post(NEW, posted | {"envoi": "a", "secret": "marguerite"}, follow=True)
    person = Person.objects.get()
    assert queries.secret_of(person) is not None and "avec son secret" in answer.content.decode()
    client.post(NEW, {"langue": "fr", "joindre": "none", "envoi": "b", "secret": ""})
    assert queries.secret_of(Person.objects.exclude(pk=person.pk).get()) is None, "it is not asked for"


def test_a_double_click_welcomes_one_person_and_two_forms_two(client, aidant):
    client.force_login(aidant)
    for _ in range(2):
        page = client.get("/espace/personnes/nouvelle/").content.decode()
        form_data = {
            "langue": "fr",
            "joindre": "none",
            "envoi": re.search(r'name="envoi" value="([^"]+)"', page)[1],
        }
        wrong = client.post(
            "/espace/personnes/nouvelle/", form_data | {"naissance": "mille"}
        ).content.decode()
        assert f'value="{form_data["envoi"]}"' in wrong
        first, second = (client.post("/espace/personnes/nouvelle/", form_data) for _ in range(2))
        assert first.url == second.url
    assert Person.objects.count() == 2


def test_the_code_of_a_card_is_not_left_in_the_browser(client, aidant):
    client.force_login(aidant)
    answer = client.post("/espace/personnes/nouvelle/", {"langue": "fr", "joindre": "none"})
    person = Person.objects.get()
    assert not any(code in str(client.cookies) for code in (person.code, person.card))
    assert (
        f"La carte est prête : {person.get_picture_display()}, {person.card}."
        in client.get(answer.url).content.decode()
    )


@pytest.mark.parametrize(
    ("wrong_fields", "reason"),
    [
        ({"naissance": "mille"}, "Écrivez 4 chiffres"),
        ({"naissance": "2999"}, "n’est pas possible"),
        ({"joindre": "phone", "valeur": ""}, "Il manque le numéro"),
        ({"joindre": "email", "valeur": "aurelie"}, "Il faut un @"),
    ],
)
def test_a_wrong_field_is_refused_and_nothing_is_stored(client, aidant, wrong_fields, reason):
    client.force_login(aidant)
    answer = client.post(
        "/espace/personnes/nouvelle/", {"langue": "fr", "joindre": "none", "prenom": "Ana"} | wrong_fields
    )
    assert answer.status_code == 400
    assert reason in answer.content.decode()
    assert 'value="Ana"' in answer.content.decode()
    assert not Person.objects.exists()


def test_a_telephone_is_stored_as_it_is_dialled(client, aidant):
    client.force_login(aidant)
    client.post(
        "/espace/personnes/nouvelle/", {"langue": "ar", "joindre": "phone", "valeur": "06 12 34 56 78"}
    )
    assert Person.objects.get().reach_value == "+33612345678"


def test_names_from_right_to_left_and_very_long_stay_whole(client, aidant):
    client.force_login(aidant)
    name = "محمد عبد الرحمن"
    client.post("/espace/personnes/nouvelle/", {"langue": "ar", "joindre": "none", "prenom": name})
    assert 'dir="auto"' in client.get("/espace/personnes/").content.decode()
    assert Person.objects.get().nickname == name.strip()
    answer = client.post(
        "/espace/personnes/nouvelle/", {"langue": "fr", "joindre": "none", "prenom": "x" * 61}
    )
    assert answer.status_code == 400


def test_a_name_turns_no_line_around(client, aidant):
    client.force_login(aidant)
    name = "Ana\u202e\u2066 Maria"
    client.post("/espace/personnes/nouvelle/", {"langue": "fr", "joindre": "none", "prenom": name})
    assert Person.objects.get().nickname == "Ana Maria"


@pytest.mark.both_databases
@pytest.mark.parametrize(("role", "opens"), [("aidant", True), ("benevole", False)])
def test_a_volunteer_meets_somebody_whom_a_colleague_welcomed(client, lieu, role, opens):
    colleague, volunteer = (
        account("marie", role, structure=lieu.structure),
        account("paul", "benevole", structure=lieu.structure),
    )
    met = register.welcome(by=colleague, structure=lieu.structure, at=AT)
    client.force_login(volunteer)
    assert "celles que vous aidez vous-même" in client.get("/espace/personnes/").content.decode()
    answer = client.post("/espace/personnes/carte/", {"code": met.card, "accord": "on"}, follow=True)
    assert answer.status_code == (200 if opens else 400)
    if not opens:
        assert "Demandez à Marie" in answer.content.decode()
    assert client.get(f"/espace/personnes/{met.pk}/").status_code == (200 if opens else 404)
    client.force_login(colleague)
    assert client.get(f"/espace/personnes/{met.pk}/").status_code == 200


@pytest.mark.both_databases
def test_homonyms_are_distinguished_by_their_card(client, aidant, lieu, person):
    twin = register.welcome(by=aidant, structure=lieu.structure, nickname="Fatou", born=1988, at=AT)
    client.force_login(aidant)
    page = client.get("/espace/personnes/?q=fatou").content.decode()
    assert person.card in page
    assert twin.card in page
    page = client.get(f"/espace/personnes/?q={twin.code[:5]}").content.decode()
    assert twin.card in page
    assert person.card not in page


@pytest.mark.both_databases
def test_welcome_asks_whether_a_namesake_of_the_structure_is_meant(client, aidant, stranger, person):
    """A second card was made in silence for whoever came back without the first."""
    typed = {"langue": "fr", "joindre": "none", "prenom": "FATOU", "envoi": "un"}
    client.force_login(aidant)
    page = client.post(NEW, typed).content.decode().replace("\u00a0", " ")
    assert "Est-ce elle ?" in page and f'href="/espace/personnes/{person.pk}/"' in page
    assert person.card in page
    assert Person.objects.count() == 1
    answer = client.post(NEW, {**typed, "autre": "on"})
    other = Person.objects.exclude(pk=person.pk).get()
    assert answer.url == f"/espace/personnes/{other.pk}/"
    assert client.post(NEW, typed).url == answer.url, "the same click twice"
    client.force_login(stranger)
    client.post(NEW, {**typed, "envoi": "deux"})
    assert Person.objects.count() == 3, "another structure reads nothing of this one"


def test_welcome_asks_nothing_for_another_year_or_without_a_first_name(client, aidant, person):
    client.force_login(aidant)
    client.post(NEW, {"langue": "fr", "joindre": "none", "prenom": "Fatou", "naissance": "1950"})
    client.post(NEW, {"langue": "fr", "joindre": "none"})
    client.post(NEW, {"langue": "fr", "joindre": "none"})
    assert Person.objects.count() == 4


def test_namesakes_of_a_structure_have_different_pictures(aidant, lieu):
    cards = [
        register.welcome(by=aidant, structure=lieu.structure, nickname="Ana", at=AT)
        for _ in range(len(rules.PICTURES) + 1)
    ]
    assert len({card.picture for card in cards[:-1]}) == len(rules.PICTURES)


@pytest.mark.both_databases
def test_a_sheet_has_no_section_for_what_is_not_there(client, aidant, person):
    """Nine titles stood over nothing: 4,900 pixels of a telephone for a person just welcomed."""
    client.force_login(aidant)
    page = client.get(f"/espace/personnes/{person.pk}/").content.decode()
    for empty in ("Son parcours", "Ses rendez-vous", "Son mandat", "Ses bilans", "Ce qu’elle apprend"):
        assert f">{empty}" not in page, empty
    assert page.index("Noter un acte") < page.index("Préparer un mandat") < page.index("Qui a vu"), (
        "what one does most comes first"
    )


def test_opening_a_sheet_is_recorded_and_displayed(client, aidant, person):
    client.force_login(aidant)
    client.get(f"/espace/personnes/{person.pk}/")
    assert Entry.objects.filter(verb="person.seen", by=aidant.pk, row=person.pk).count() == 1
    assert "a ouvert la fiche" in client.get(f"/espace/personnes/{person.pk}/").content.decode()


def test_a_card_and_an_agreement_open_the_sheet_to_another_structure(client, stranger, person):
    client.force_login(stranger)
    assert client.post("/espace/personnes/carte/", {"code": person.card}).status_code == 400
    assert client.get(f"/espace/personnes/{person.pk}/").status_code == 404
    answer = client.post("/espace/personnes/carte/", {"code": person.card.lower(), "accord": "on"})
    assert answer.url == f"/espace/personnes/{person.pk}/"
    assert client.get(answer.url).status_code == 200


def test_cards_are_not_guessed(client, stranger, person, monkeypatch):
    monkeypatch.setattr("maillage.apps.referrals.orientations.views.people.WRONG_CARDS_AN_HOUR", 2)
    client.force_login(stranger)
    for _ in range(2):
        client.post("/espace/personnes/carte/", {"code": "AAAA-AAAA", "accord": "on"})
    answer = client.post("/espace/personnes/carte/", {"code": person.card, "accord": "on"})
    assert answer.status_code == 429
    assert "Trop de codes ont été essayés" in answer.content.decode()
    assert "Aucune carte" not in answer.content.decode()


def test_wrong_codes_of_a_stranger_close_no_door_to_professionals(client, stranger, person, monkeypatch):
    monkeypatch.setattr("maillage.apps.referrals.orientations.views.card.opening.CODES_AN_HOUR", 2)
    monkeypatch.setattr("maillage.apps.referrals.orientations.views.people.WRONG_CARDS_AN_HOUR", 2)
    for _ in range(2):
        try_card(client, "AAAA-AAAA")
    answer = try_card(client, person.card)
    assert answer.status_code == 429
    assert "Revenez dans une heure" in answer.content.decode()
    assert "Aucune carte" not in answer.content.decode()
    client.force_login(stranger)
    assert client.post("/espace/personnes/carte/", {"code": person.card, "accord": "on"}).status_code == 302


@pytest.mark.both_databases
def test_an_agreement_keeps_the_words_that_were_read(client, aidant, person):
    client.force_login(aidant)
    form_data = {"pour": "keep", "comment": "read", "reponse": "oui"}
    client.post(f"/espace/personnes/{person.pk}/accord/", form_data)
    consent = Consent.objects.get(purpose="keep")
    assert (consent.given, consent.how, consent.by) == (True, "read", aidant)
    assert "garde vos réponses" in consent.words
    client.post(f"/espace/personnes/{person.pk}/accord/", {"retirer": consent.pk})
    assert not queries.agreed(person, "keep")
    client.post(f"/espace/personnes/{person.pk}/accord/", {"pour": "keep", "reponse": "oui"})
    assert Consent.objects.filter(purpose="keep").count() == 1  # without saying how, nothing is proved


def test_a_copy_holds_all_that_is_stored(client, aidant, person, sent):
    client.force_login(aidant)
    copy = json.loads(client.get(f"/espace/personnes/{person.pk}/copie/?format=json").content)
    assert copy["prenom_ou_surnom"] == "Fatou"
    assert copy["numero_ou_adresse"] == "+33612345678"
    assert copy["orientations"][0]["ou"] == "Centre social"
    assert copy["accords"][0]["reponse"] == "oui"
    assert any("remis une copie" in line["quoi"] for line in copy["qui_a_vu"])


def test_looking_at_the_copy_is_not_giving_it(client, aidant, person):
    client.force_login(aidant)
    address = f"/espace/personnes/{person.pk}/"
    client.get(f"{address}copie/")
    page = client.get(address).content.decode()
    assert "a ouvert la copie de ce qui est gardé" in page
    assert "a remis une copie" not in page
    client.get(f"{address}copie/?format=json")
    assert "a remis une copie de ce qui est gardé" in client.get(address).content.decode()


@pytest.mark.both_databases
def test_erasing_asks_for_the_card_and_stops_what_runs(client, aidant, person, sent):
    client.force_login(aidant)
    assert client.post(f"/espace/personnes/{person.pk}/effacer/", {"code": "AAAA-AAAA"}).status_code == 400
    assert client.post(f"/espace/personnes/{person.pk}/effacer/", {"code": person.card}).status_code == 302
    sent.refresh_from_db()
    assert sent.state == "cancelled"
    assert sent.stripped_at is not None
    assert client.get(f"/espace/personnes/{person.pk}/").status_code == 404
    assert "Fatou" not in str(list(Person.objects.values())) + str(list(Orientation.objects.values()))


@pytest.fixture
def shared(person, other, stranger, aidant, lieu) -> Person:
    """A person whom two structures follow, each with something of its own."""
    register.follow(person=person, structure=other.structure, by=stranger, at=AT)
    for place_of, helper in ((lieu, aidant), (other, stranger)):
        diagnosis(person, place_of, f"d{place_of.pk}")
        mandat_of(person, place_of.structure, helper, at=AT)
        appointments.book(
            Draft(kind="other", starts_at=datetime(2027, 1, 4, 9 + place_of.pk % 3, tzinfo=UTC)),
            structure=place_of.structure,
            by=helper,
            person=person,
            lieu=place_of,
            at=AT,
        )
    return person


def owners(person: Person) -> dict[str, set[int]]:
    """Return the structures that hold something of a person, by what it is."""
    return {
        "bilans": {*Bilan.objects.filter(person=person).values_list("structure", flat=True)},
        "mandats": {
            *Mandat.objects.filter(person=person, stripped_at=None).values_list("structure", flat=True)
        },
        "appointments": {*Appointment.objects.filter(person=person).values_list("structure", flat=True)},
        "followings": {*person.followings.filter(ended_at=None).values_list("structure", flat=True)},
    }


def test_a_helper_erases_what_their_structure_holds_and_nothing_of_another(
    client, aidant, stranger, shared, lieu, other
):
    client.force_login(aidant)
    address = f"/espace/personnes/{shared.pk}/effacer/"
    page = client.get(address).content.decode()
    assert shared.card not in page, "its code is on the card of the person"
    assert client.post(address, {"code": shared.card, "geste": "ici"}).status_code == 302
    assert set(map(frozenset, owners(shared).values())) == {frozenset({other.structure_id})}
    assert client.get(f"/espace/personnes/{shared.pk}/").status_code == 404
    client.force_login(stranger)
    assert "Fatou" in client.get(f"/espace/personnes/{shared.pk}/").content.decode()
    opened(client, shared)  # their card still opens


def test_a_helper_erases_nobody_whom_another_structure_follows_without_a_secret(client, aidant, shared):
    client.force_login(aidant)
    address, typed = f"/espace/personnes/{shared.pk}/effacer/", {"code": shared.card, "geste": "partout"}
    assert client.post(address, typed).status_code == 400, "no secret"
    give_secret(shared)
    assert client.post(address, typed).status_code == 400
    assert client.post(address, typed | {"secret": "groseille"}).status_code == 400
    shared.refresh_from_db()
    assert (shared.forgotten_at, CardSecret.objects.get().misses) == (None, 1), "a wrong one is a try"
    assert client.post(address, typed | {"secret": SECRET}).status_code == 302
    shared.refresh_from_db()
    assert shared.forgotten_at is not None
    assert not any(owners(shared).values())


def test_a_secret_chosen_with_a_helper_today_erases_nobody(client, aidant, shared):
    client.force_login(aidant)
    client.post(f"/espace/personnes/{shared.pk}/secret/", {"secret": SECRET})
    typed = {"code": shared.card, "geste": "partout", "secret": SECRET}
    address = f"/espace/personnes/{shared.pk}/effacer/"
    assert client.post(address, typed).status_code == 400
    CardSecret.objects.update(at=NOW - timedelta(days=2))
    assert client.post(address, typed).status_code == 302


def test_a_card_opened_with_a_secret_that_a_helper_chose_today_erases_nobody(client, aidant, shared):
    client.force_login(aidant)
    client.post(f"/espace/personnes/{shared.pk}/secret/", {"secret": SECRET})
    client.logout()
    try_card(client, shared.code, SECRET)
    assert decide(client, "/ma-carte/effacer/").status_code == 200, "it says why"
    shared.refresh_from_db()
    assert shared.forgotten_at is None
    CardSecret.objects.update(at=NOW - timedelta(days=2))
    decide(client, "/ma-carte/effacer/")
    shared.refresh_from_db()
    assert shared.forgotten_at is not None


def test_a_page_opened_with_a_helper_asks_for_the_secret_too(client, aidant, shared):
    give_secret(shared)
    client.force_login(aidant)
    client.post(f"/espace/personnes/{shared.pk}/page/", {"secret": SECRET})
    assert "Mon secret" in client.get("/ma-carte/effacer/").content.decode()
    decide(client, "/ma-carte/effacer/")
    shared.refresh_from_db()
    assert shared.forgotten_at is None
    decide(client, "/ma-carte/effacer/", {"secret": SECRET})
    shared.refresh_from_db()
    assert shared.forgotten_at is not None


def test_who_was_not_helped_for_two_years_is_forgotten_by_itself(aidant, lieu, person):
    old = register.welcome(
        by=aidant, structure=lieu.structure, nickname="Ancienne", at=NOW - timedelta(days=800)
    )
    assert forgetting.forget_inactive(at=NOW) == 1
    old.refresh_from_db()
    assert (old.nickname, old.forgotten_at is None) == ("", False)
    person.refresh_from_db()
    assert person.nickname == "Fatou"


# --------------------------------------------------------------------------------------------------- the card


def test_who_is_helped_during_an_erasure_is_not_forgotten(aidant, lieu, person, monkeypatch):
    at = NOW
    Person.objects.update(active_at=at - timedelta(days=800))
    to_forget = queries.to_forget

    def meanwhile(at, limit=500):
        inactive_people = to_forget(at, limit)
        register.touch(person, at=at)
        return inactive_people

    monkeypatch.setattr(queries, "to_forget", meanwhile)
    assert forgetting.forget_inactive(at=at) == 0
    person.refresh_from_db()
    assert (person.nickname, person.forgotten_at) == ("Fatou", None)


def opened(client, person: Person):
    open_page(client, person)


def test_a_card_tells_where_the_help_stands(client, person, sent):
    opened(client, person)
    page = client.get("/ma-carte/suivi/").content.decode()
    assert "Centre social" in page
    assert "On attend sa réponse" in page
    assert person.code not in client.get("/ma-carte/suivi/").request["PATH_INFO"]


def test_a_wrong_card_opens_nothing_and_says_what_to_do(client, person):
    answer = try_card(client, "AAAA-AAAA")
    assert answer.status_code == 400
    assert "Relisez la carte" in answer.content.decode()
    assert client.get("/ma-carte/suivi/").url == "/ma-carte/"


def test_a_card_left_open_closes_by_itself(client, person):
    opened(client, person)
    session = client.session
    since = (NOW - timedelta(minutes=10, seconds=1)).isoformat()
    session["carte"] = session["carte"] | {"since": since}
    session.save()
    assert client.get("/ma-carte/garde/").url == "/ma-carte/"


def test_a_new_card_closes_what_the_lost_one_had_opened(client, person):
    opened(client, person)
    renewed = register.renew_card(person, by=None, at=AT)
    for page in ("suivi", "imprimer", "copie"):
        assert client.get(f"/ma-carte/{page}/").url == "/ma-carte/"
    assert renewed.code not in str(dict(client.session))
    opened(client, renewed)


@pytest.mark.parametrize("stored_card", [[1, "2026-11-20T09:00:00+00:00"], 1, None, "x"])
def test_a_session_of_before_opens_no_card(client, person, stored_card):
    session = client.session
    session["carte"] = stored_card
    session.save()
    assert client.get("/ma-carte/garde/").url == "/ma-carte/"


def test_the_person_reads_who_saw_and_takes_back_an_agreement(client, aidant, person, sent):
    register.record_view(person, by=aidant, structure=None, at=AT)
    opened(client, person)
    page = client.get("/ma-carte/vues/").content.decode()
    assert "Leïla" in page
    consent = Consent.objects.get(purpose="share")
    decide(client, "/ma-carte/accord/", {"accord": consent.pk})
    assert not queries.agreed(person, "share", consent.structure_id)


def test_who_saw_is_read_in_the_language_of_the_card(client, aidant, person, sent):
    register.record_view(person, by=aidant, structure=None, at=AT)
    opened(client, person)
    headers = {"accept-language": "en"}
    page = client.get("/ma-carte/vues/", headers=headers).content.decode()
    assert "opened the file" in page and "a ouvert la fiche" not in page
    assert "passing on to an organisation (<bdi" in page and "– yes" in page
    assert "a noté un accord" not in page and "a envoyé" not in page
    assert "a noté un accord" in client.get("/ma-carte/vues/").content.decode()


@pytest.mark.both_databases
def test_the_person_gives_up_a_step(client, person, sent):
    opened(client, person)
    decide(client, f"/ma-carte/etapes/{sent.pk}/annuler/")
    sent.refresh_from_db()
    assert sent.state == "cancelled"


def test_nobody_gives_up_the_step_of_another(client, aidant, lieu, sent):
    twin = register.welcome(by=aidant, structure=lieu.structure, at=AT)
    opened(client, twin)
    assert decide(client, f"/ma-carte/etapes/{sent.pk}/annuler/").status_code == 404


def test_the_person_has_everything_erased(client, person, sent):
    opened(client, person)
    assert client.post("/ma-carte/effacer/").url == "/ma-carte/"
    person.refresh_from_db()
    assert person.forgotten_at is None, "a form that is not of this opening"
    assert decide(client, "/ma-carte/effacer/").url == "/ma-carte/"
    person.refresh_from_db()
    assert person.forgotten_at is not None
    assert try_card(client, person.card).status_code == 400


@pytest.mark.both_databases
def test_an_agreement_taken_back_is_read_no_more(client, person, stranger, sent):
    client.force_login(stranger)
    assert "Fatou" in client.get(f"/espace/orientations/{sent.pk}/").content.decode()
    client.logout()
    opened(client, person)
    decide(client, "/ma-carte/accord/", {"accord": Consent.objects.get(purpose="share").pk})
    client.force_login(stranger)
    assert "Fatou" not in client.get(f"/espace/orientations/{sent.pk}/").content.decode()


def diagnosis(person: Person, lieu, token: str, **more) -> Bilan:
    it = Carried(mode="self", answers=AURELIE, token=token, ended=True, **more)
    return autonomy.keep(it, purpose="person", how="read", person=person, structure=lieu.structure, at=AT)


@pytest.mark.both_databases
def test_who_keeps_no_more_answers_is_read_no_more(client, aidant, person, lieu, other):
    withdrawn, elsewhere = diagnosis(person, lieu, "ici"), diagnosis(person, other, "ailleurs")
    opened(client, person)
    page = client.get("/ma-carte/garde/").content.decode()
    assert "Vos bilans (2)" in page
    assert withdrawn.get_result_display() not in page, "the words of professionals"
    consent = Consent.objects.get(purpose="keep", structure=lieu.structure)
    decide(client, "/ma-carte/accord/", {"accord": consent.pk})
    client.force_login(aidant)
    assert client.get(f"/espace/bilans/{withdrawn.pk}/").status_code == 404
    assert list(Bilan.objects.all()) == [elsewhere]


@pytest.mark.both_databases
def test_a_no_to_keeping_answers_erases_them_everywhere(client, aidant, person, lieu, other):
    diagnosis(person, lieu, "ici"), diagnosis(person, other, "ailleurs")
    client.force_login(aidant)
    client.post(
        f"/espace/personnes/{person.pk}/accord/", {"pour": "keep", "comment": "read", "reponse": "non"}
    )
    assert not Bilan.objects.exists()
    assert not Consent.objects.filter(purpose="keep", given=True, withdrawn_at=None).exists()


@pytest.mark.both_databases
def test_erased_answers_stay_counted_for_who_agrees_and_lead_to_nobody(person, lieu, other):
    consents.agree(person=person, purpose="count", how="read", at=AT)
    first = diagnosis(person, lieu, "ici")
    again = diagnosis(person, other, "ailleurs")
    Bilan.objects.filter(pk=again.pk).update(retest_of=first)
    agreements.withdraw(Consent.objects.get(purpose="keep", structure=lieu.structure), by=None, at=AT)
    first.refresh_from_db(), again.refresh_from_db()
    assert (first.person, first.kept, again.person, again.retest_of) == (None, "count", person, None)


@pytest.mark.both_databases
@pytest.mark.parametrize("how", ["no", "number"])
def test_what_was_to_be_written_does_not_leave(client, aidant, person, stranger, sent, how):
    consents.agree(person=person, purpose="write", how="read", by=aidant, at=AT)
    now = NOW
    answers.appoint(sent, by=stranger, at=now, when=now + timedelta(days=6))
    pending = Message.objects.filter(channel="sms", state="waiting")
    assert pending.exists()
    client.force_login(aidant)
    if how == "no":
        client.post(
            f"/espace/personnes/{person.pk}/accord/", {"pour": "write", "comment": "read", "reponse": "non"}
        )
    else:
        form_data = {"langue": "fr", "joindre": "phone", "valeur": "07 00 00 00 01"}
        client.post(f"/espace/personnes/{person.pk}/corriger/", form_data)
    assert not pending.exists()


def test_a_stale_sheet_takes_back_nothing_of_a_field_left_alone(client, aidant, person):
    client.force_login(aidant)
    address = f"/espace/personnes/{person.pk}/corriger/"
    sheet = {
        "prenom": "Fatou",
        "naissance": "1988",
        "langue": "fr",
        "joindre": "phone",
        "valeur": "+33612345678",
    }
    sheet |= {f"initial-{name}": value for name, value in sheet.items()}
    assert client.post(address, {**sheet, "prenom": "Awa", "naissance": "1978"}).status_code == 302
    assert client.post(address, {**sheet, "langue": "bm"}).status_code == 302
    person.refresh_from_db()
    assert (person.nickname, person.born, person.language) == ("Awa", 1978, "bm")
    assert Entry.objects.filter(verb="person.corrected").latest("pk").words == "language"


def test_a_place_merged_into_another_structure_reads_nothing_that_was_not_agreed(person, sent, lieu, other):
    third = place("tiers", {"nom": "Maison des associations"})
    other.state, other.merged_into = "merged", third
    other.save()
    deadlines.follow(sent, at=NOW)
    sent.refresh_from_db()
    assert (sent.lieu, sent.readable, sent.shared) == (third, [], ["nickname"])


def test_who_only_carries_a_card_is_not_announced(client, aidant, lieu, other, stranger, person):
    row = prepare(structure=lieu.structure, person=person, lieu=other, need="formation", by=aidant, at=AT)
    row = sending.send(row, by=aidant, channel="card", at=AT)
    assert row.held_by == "person"
    client.force_login(stranger)
    assert f"/espace/orientations/{row.pk}/" not in client.get("/espace/orientations/").content.decode()
    opened(client, person)
    assert "Allez-y avec votre carte" in client.get("/ma-carte/suivi/").content.decode()


def test_a_structure_that_left_reads_the_sheet_nowhere(client, aidant, person, sent):
    client.force_login(aidant)
    assert "Fatou" in client.get(f"/espace/orientations/{sent.pk}/?cote=envoi").content.decode()
    client.post(f"/espace/personnes/{person.pk}/quitter/")
    register.correct(person, {"nickname": "Zohra"}, by=None, at=AT)
    page = client.get(f"/espace/orientations/{sent.pk}/?cote=envoi").content.decode()
    assert "Zohra" not in page
    assert "Zohra" not in client.get("/espace/orientations/envoyees/").content.decode()


def test_the_steps_of_another_structure_are_read_by_the_agreement_alone(
    client, aidant, stranger, person, sent
):
    """Another structure that follows the person reads its own steps; others’, once they left, if helpers may
    know.
    """
    third = place("ailleurs", {"nom": "Mission locale"})
    omar = with_role(
        User.objects.create_user("omar@exemple.fr", "x", is_demonstration=True),
        "aidant",
        structure=third.structure,
    )
    register.follow(person=person, structure=third.structure, by=omar, at=AT)
    own = prepare(structure=third.structure, person=person, by=omar, at=AT)
    draft = prepare(structure=sent.from_structure, person=person, need="reparation", by=aidant, at=AT)
    client.force_login(omar)

    def read() -> set[int]:
        page = client.get(f"/espace/personnes/{person.pk}/").content.decode()
        opened = {int(pk) for pk in re.findall(r'href="/espace/orientations/(\d+)/"', page)}
        assert all(client.get(f"/espace/orientations/{pk}/").status_code == 200 for pk in opened)
        assert opened == {own.pk}
        return {pk for pk, row in steps.items() if row.need_text in page.partition("s-droits")[0]}

    steps = {row.pk: row for row in (sent, own, draft)}
    assert read() == {own.pk}
    consents.agree(person=person, purpose="show", how="read", by=omar, at=AT)
    assert read() == {own.pk, sent.pk}, "a draft is nobody else’s"
    client.force_login(aidant)
    page = client.get(f"/espace/personnes/{person.pk}/").content.decode()
    assert {f"/espace/orientations/{pk}/" in page for pk in (sent.pk, draft.pk)} == {True}
    assert f"/espace/orientations/{own.pk}/" not in page


@pytest.mark.both_databases
def test_a_structure_that_left_sends_the_person_nowhere_and_prints_no_code(
    client, aidant, lieu, other, person, sent
):
    draft = prepare(structure=lieu.structure, person=person, lieu=other, by=aidant, at=AT)
    client.force_login(aidant)
    assert "Fatou" in client.get(f"/espace/orientations/{draft.pk}/envoyer/").content.decode()
    assert person.card in client.get(f"/espace/orientations/{sent.pk}/carte/").content.decode()
    client.post(f"/espace/personnes/{person.pk}/quitter/", follow=True)
    for answer in (
        client.get(f"/espace/orientations/{draft.pk}/envoyer/", follow=True),
        client.post(
            "/espace/orientations/nouvelle/partage/",
            {
                **{
                    "demande": f"brouillon={draft.pk}&pour={person.pk}",
                    "lieu": other.slug,
                    "geste": "envoyer",
                },
                **{"partage": ["nickname", "reach"], "accord": "read", "canal": "card"},
            },
            follow=True,
        ),
    ):
        page = answer.content.decode()
        assert "Votre structure ne suit plus cette personne" in page
        assert not any(detail in page for detail in ("Fatou", "06 12 34 56 78", "+33612345678", person.card))
    assert person.card not in client.get(f"/espace/orientations/{sent.pk}/carte/").content.decode()
    for refused in (
        lambda: drafts.amend(draft, {"shared": ["nickname"]}, by=aidant, at=AT),
        lambda: sending.send(draft, by=aidant, at=AT, channel="card"),
    ):
        with pytest.raises(Refused, match="ne suit plus"):
            refused()
    draft.refresh_from_db()
    assert (draft.state, draft.shared) == ("draft", [])
    assert not Consent.objects.filter(purpose="share", at__gt=AT).exists()


FAR = ("9" * 5000, "9" * 30, "²", "-1", "x")


@pytest.mark.parametrize("typed", FAR)
def test_a_number_that_is_none_breaks_no_page(client, aidant, person, sent, typed):
    client.force_login(aidant)
    for name in ("pour", "personne", "brouillon", "suite", "bilan"):
        assert client.get("/espace/orientations/nouvelle/", {name: typed}).status_code in (200, 404)
    client.post(f"/espace/personnes/{person.pk}/accord/", {"retirer": typed})
    client.post("/espace/orientations/plusieurs/", {"cochee": [typed, str(sent.pk)], "geste": "accept"})
    client.post("/espace/personnes/nouvelle/", {"langue": "fr", "joindre": "none", "naissance": typed})
    opened(client, person)
    assert decide(client, "/ma-carte/accord/", {"accord": typed}).status_code == 404


def test_the_panel_says_the_agreement_that_the_bilan_wrote(client, aidant, person, lieu, other):
    """Nobody is asked twice; what another structure read stays its own."""
    values = {"purpose": "keep", "how": "read", "by": aidant, "words": "garder ?"}
    consents.agree(person=person, structure=other.structure, at=AT, **values)
    client.force_login(aidant)

    def keeping() -> Consent | None:
        purposes = client.get(f"/espace/personnes/{person.pk}/").context["asked"]
        return next(consent for id, _, consent in purposes if id == "keep")

    assert keeping() is None
    consents.agree(person=person, structure=lieu.structure, at=AT, **values)
    current_consent = keeping()
    assert current_consent is not None
    assert (current_consent.given, current_consent.structure) == (True, lieu.structure)


def test_a_pix_score_is_typed_corrected_and_erased_with_the_person(client, aidant):
    client.force_login(aidant)
    assert "Pix" not in client.get(NEW).content.decode(), "a first welcome asks for what it needs"
    typed = {"prenom": "Yvette", "langue": "fr", "joindre": rules.NONE, "envoi": "une-fois"}
    client.post(NEW, typed)
    person = Person.objects.get(nickname="Yvette")
    address = f"/espace/personnes/{person.pk}/corriger/"
    assert "de 0 à 1024" in client.post(address, typed | {"pix": "1025"}).content.decode()
    client.post(address, typed | {"pix": "312"})
    assert "312" in client.get(f"/espace/personnes/{person.pk}/").content.decode()
    with pytest.raises(Refused, match="Pix"):
        register.correct(person, {"pix": 5_000}, by=aidant, at=AT)
    forgetting.forget(person, by=aidant, at=AT + timedelta(days=1))
    person.refresh_from_db()
    assert person.pix is None
