"""Learning with a card, in a group, and for real: each fact once, nobody else's learning, unknown stays
unknown.
"""

import base64
import json
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from maillage.apps.agenda.models import Seat, Workshop
from maillage.apps.learning import access
from maillage.apps.learning.actions import groups, plans, progress
from maillage.apps.learning.models import Fact, Group, Member, Plan, Route
from maillage.apps.learning.queries import contents, measures
from maillage.apps.learning.queries import plans as plan_queries
from maillage.apps.learning.queries import progress as queries
from maillage.apps.learning.queries.conversion import conversion, plans_of
from maillage.apps.learning.queries.groups import MAX_LISTED_GROUPS, listed
from maillage.apps.learning.rules import Fact as Done
from maillage.apps.learning.rules import Standing
from maillage.apps.learning.worklist import lines
from maillage.apps.people.persons.access import people_for
from maillage.apps.people.persons.actions import consents, forgetting
from maillage.apps.people.persons.actions import register as people
from maillage.apps.people.persons.models import Following, Person
from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.accounts.rules.worklist import Line
from maillage.apps.platform.messages import actions as outbox
from maillage.apps.platform.messages.models import Message
from maillage.apps.referrals.orientations.actions import agreements
from maillage.kernel.errors import Refused
from maillage.kernel.estimate import Estimate, Withheld
from maillage.modules.outlines import outlines
from maillage.modules.packs import packs
from maillage.modules.paths import paths
from tests.conftest import with_role
from tests.support.cards import learn, try_card
from tests.support.languages import assert_whole, in_language
from tests.support.places import place

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
MOUSE, SERVICE = "tenir-la-souris", "ft-actualisation"


@pytest.fixture
def library():
    return place("bibliotheque").structure


@pytest.fixture
def other():
    return place("autre", {"nom": "Centre social", "pivot": "21380185500015"}).structure


def account(name: str, role: str, **over) -> User:
    user = User.objects.create_user(f"{name}@exemple.fr", "x", name=name, is_demonstration=True)
    return with_role(user, role, **over)


@pytest.fixture
def aidant(library) -> User:
    return account("leila", "aidant", structure=library)


@pytest.fixture
def learner() -> Person:
    return groups.alone(nickname="Samira", at=AT)


@pytest.fixture
def group(aidant, library) -> Group:
    return groups.open_group(
        by=aidant, structure=library, title="Mardi", modules=[MOUSE, "premieres-touches"], at=AT
    )


def fact(step: int = 1, state: str = "seen", **more) -> dict[str, object]:
    return {"uid": str(uuid4()), "module": MOUSE, "version": 1, "etape": step, "etat": state, **more}


def send(client, person_or_token, *facts, **headers):
    token = person_or_token if isinstance(person_or_token, str) else access.token(person_or_token)
    body = json.dumps({"carte": token, "faits": list(facts)})
    return client.post("/apprendre/synchroniser/", body, content_type="application/json", **headers)


# ---------------------------------------------------------------------------------------------------- sending


def test_fact_sent_twice_is_stored_once(client, learner):
    facts = [fact(1), fact(2, "done", genre="viser", essais=2, secondes=40, voie="touch")]
    first = send(client, learner, *facts).json()
    again = send(client, learner, *facts, fact(3)).json()
    assert (first["nouveaux"], again["nouveaux"]) == (2, 1)
    assert sorted(first["recus"]) == sorted(each["uid"] for each in facts)
    assert set(again["recus"]) > set(first["recus"])
    assert Fact.objects.count() == 3
    stored_fact = Fact.objects.get(step=2)
    assert (stored_fact.state, stored_fact.tries, stored_fact.seconds, stored_fact.way, stored_fact.kind) == (
        "done",
        2,
        40,
        "touch",
        "viser",
    )


def test_unreadable_fact_is_refused_alone_and_the_rest_is_stored(client, learner):
    good = fact(4)
    bad = [fact(99), fact(1, "won"), {"uid": "no"}, "x", fact(1, module="nulle-part"), fact(1, genre="video")]
    response_json = send(client, learner, good, *bad).json()
    assert response_json["recus"] == [good["uid"]]
    assert set(response_json["refuses"]) >= {each["uid"] for each in bad if isinstance(each, dict)}
    assert Fact.objects.count() == 1


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b"[" * 100_000])
def test_invalid_synchronisation_is_refused(client, body):
    response = client.post("/apprendre/synchroniser/", body, content_type="application/json")
    assert response.status_code == 400
    assert "n’est pas reconnu" in response.json()["erreur"]


def test_a_clock_that_is_wrong_dates_nothing(client, learner):
    Person.objects.update(made_at=timezone.now() - timedelta(days=500))
    send(client, learner, fact(1, il_y_a=-50_000), fact(2, il_y_a=10**12), fact(3, il_y_a=3600))
    now = timezone.now()
    ago = {row.step: (now - row.at).total_seconds() for row in Fact.objects.all()}
    assert abs(ago[1]) < 10
    assert abs(ago[2] - 400 * 86_400) < 10
    assert abs(ago[3] - 3600) < 10


def test_nothing_was_done_with_a_card_before_it_was_made(client, learner):
    send(client, learner, fact(1, il_y_a=10**12))
    assert Fact.objects.get().at == Person.objects.get().made_at


def test_counts_beyond_reason_are_brought_back(client, learner):
    send(
        client,
        learner,
        fact(2, "done", essais=10**9, secondes=10**9, indices=12, voie="télépathie", ecran="mural"),
    )
    row = Fact.objects.get()
    assert (row.tries, row.seconds, row.hints, row.way, row.screen) == (500, 4 * 3600, 3, "unknown", "large")


def test_two_devices_with_one_card_add_up(client, learner):
    send(client, learner, fact(1), fact(2, "done"))
    send(client, learner, fact(1), fact(2, "seen"), fact(3, "hinted"))
    standing = queries.standings(learner)[MOUSE]
    assert standing.steps == {1: "seen", 2: "done", 3: "hinted"}, "what was done once stays done"


@pytest.mark.parametrize("token", ["", "x", "x:y:z"])
def test_foreign_token_adds_nothing(client, learner, token):
    assert send(client, token, fact(1)).status_code == 410
    assert not Fact.objects.exists()


def test_a_card_replaced_or_erased_receives_nothing_more(client, learner, aidant):
    token = access.token(learner)
    people.renew_card(learner, by=aidant, at=AT)
    assert send(client, token, fact(1)).status_code == 410
    learner.refresh_from_db()
    token = access.token(learner)
    assert send(client, token, fact(1)).status_code == 200
    forgetting.forget(learner, by=None, at=AT)
    assert send(client, token, fact(2)).status_code == 410
    assert list(Fact.objects.values_list("person", "step")) == [(None, 1)], "counted, without anybody"


def test_a_token_reads_nothing(client, learner):
    send(client, learner, fact(1))
    assert MOUSE not in client.get("/ma-carte/apprendre/", follow=True).content.decode()
    assert set(send(client, learner, fact(2)).json()) == {"recus", "refuses", "nouveaux"}


# --------------------------------------------------------------------------------------------------- the card


def test_a_card_is_made_alone_opened_elsewhere_and_closed(client, learner):
    client.post("/ma-carte/nouvelle/", {"surnom": "  Ali  "})
    new_person = Person.objects.exclude(pk=learner.pk).get()
    assert (new_person.nickname, Following.objects.count()) == ("Ali", 0)
    send(client, new_person, fact(1), fact(2, "done"))
    client.post("/ma-carte/apprendre/fermer/")
    assert new_person.card not in client.get("/ma-carte/apprendre/", follow=True).content.decode()
    assert try_card(client, "AAAA-AAAA").status_code == 400
    page = try_card(client, new_person.card.lower(), suite="apprendre", follow=True).content.decode()
    assert "Reprendre à l’étape 2" in page


def test_an_open_card_is_resumed_or_closed_before_another_is_made(client, learner):
    client.post("/ma-carte/nouvelle/")
    card_page = client.get("/ma-carte/").content.decode()
    assert 'href="/ma-carte/apprendre/"' in card_page
    assert 'action="/ma-carte/apprendre/fermer/"' in card_page
    assert 'action="/ma-carte/nouvelle/"' not in card_page
    assert client.post("/ma-carte/nouvelle/").url == "/ma-carte/"
    assert Person.objects.exclude(pk=learner.pk).count() == 1
    client.post("/ma-carte/apprendre/fermer/")
    assert 'action="/ma-carte/nouvelle/"' in client.get("/ma-carte/").content.decode()


def test_a_card_just_made_is_printed_as_the_card_to_cut(client, monkeypatch):
    """« Imprimer » tirait toute la page, le code en petit et en gris."""
    client.post("/ma-carte/nouvelle/")
    assert 'href="/ma-carte/imprimer/"' in client.get("/ma-carte/apprendre/").content.decode()
    page = client.get("/ma-carte/imprimer/").content.decode()
    assert 'class="carte-papier"' in page and Person.objects.get().card in page
    later = timezone.now() + timedelta(minutes=21)  # on a shared computer the code is no longer displayed
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert client.get("/ma-carte/imprimer/").url == "/ma-carte/"


def test_an_open_card_folds_the_code_of_another(client):
    assert "Une autre carte" not in client.get("/ma-carte/").content.decode()
    client.post("/ma-carte/nouvelle/")
    page = client.get("/ma-carte/").content.decode()
    assert '<details class="pli">' in page  # folded
    assert page.index("<summary>Une autre carte</summary>") < page.index('id="code"')


def test_a_finished_module_proposes_the_one_that_follows(learner):
    module = contents.modules()[MOUSE]
    at_the_end = {MOUSE: Standing(1, steps={len(module.steps): "done"})}
    suggestion = queries.following(learner, at_the_end)
    assert suggestion is not None
    assert suggestion.module.id == module.then[0]


def test_a_card_closes_by_itself_on_a_shared_computer(client, learner):
    learn(client, learner)
    session = client.session
    pk, _since, *rest = session[access.KEY]
    long_ago = (timezone.now() - timedelta(hours=4)).isoformat()
    session[access.KEY] = [pk, long_ago, *rest]
    session["carte"] = session["carte"] | {"since": long_ago}
    session.save()
    assert "Code de la carte" in client.get("/ma-carte/apprendre/", follow=True).content.decode()


def test_addresses_of_before_lead_to_the_one_card(client, learner):
    assert client.get("/apprendre/ma-carte/").url == "/ma-carte/apprendre/"
    for name in ("nouvelle/", "fermer/", "effacer/"):
        moved = client.post(f"/apprendre/ma-carte/{name}")
        assert moved.status_code == 308, "what an old page sends arrives"
        assert moved.url.startswith("/ma-carte/")


def test_learning_is_erased_at_will_and_the_card_stays(client, learner):
    learn(client, learner)
    send(client, learner, fact(1))
    progress.follow(learner, "tranquille", at=AT)
    client.post("/ma-carte/apprendre/effacer/")
    assert queries.standings(learner) == {}
    assert not Route.objects.exists()
    assert Fact.objects.get().person is None
    assert Person.objects.get(pk=learner.pk).code == learner.code


def test_what_was_erased_is_not_brought_back_by_another_device(client, learner):
    """It was done before: it counts, and is nobody's. What is done after is on the card."""
    learn(client, learner)
    send(client, learner, fact(1))
    client.post("/ma-carte/apprendre/effacer/")
    send(client, learner, fact(2, il_y_a=3600), fact(3))
    assert list(Fact.objects.order_by("step").values_list("step", "person")) == [
        (1, None),
        (2, None),
        (3, learner.pk),
    ]


def test_the_next_module_says_that_it_is_in_french_and_offers_the_nearest(client, group, learner):
    groups.join(group, learner, at=AT)
    learn(client, learner)
    page = client.get("/ma-carte/apprendre/", headers={"accept-language": "ro"}).content.decode()
    assert f"/apprendre/{MOUSE}/1/" in page
    assert "În limba dumneavoastră există:" in page and "/apprendre/toucher-l-ecran/" in page
    assert 'id="dans-ma-langue"' not in client.get("/ma-carte/apprendre/").content.decode()


def test_a_path_is_followed_with_a_card(client, learner):
    assert client.post("/apprendre/parcours/tranquille/").url == "/ma-carte/apprendre/"
    page = client.get("/ma-carte/apprendre/", follow=True).content.decode()
    assert "Pour suivre « Tranquille », ouvrez d’abord votre carte" in page.replace("\xa0", " ")
    assert not Route.objects.exists()
    learn(client, learner)
    client.post("/apprendre/parcours/tranquille/")
    suggestion = queries.following(learner, {})
    assert suggestion is not None
    assert (suggestion.module.id, suggestion.why) == ("mots-de-passe", "Parcours Tranquille")
    assert client.get("/apprendre/parcours/nulle-part/").status_code == 404


def test_the_copy_of_a_person_tells_what_they_learnt(client, learner, group):
    groups.join(group, learner, at=AT)
    send(client, learner, fact(2, "hinted"))
    plans.make(contents.modules()[SERVICE], on=date(2026, 12, 1), together="alone", person=learner, at=AT)
    person_copy = queries.copy(learner)
    assert person_copy["apprentissage"][0]["ce_qui_s_est_passe"] == "réussie avec un indice"
    assert person_copy["groupes"][0]["groupe"] == "Mardi"
    assert person_copy["projets"][0]["pour_le"] == "2026-12-01"


# ----------------------------------------------------------------------------------------------------- groups


def test_a_group_is_joined_with_its_code_and_its_structure_follows(client, group):
    response = client.post("/apprendre/groupe/", {"code": group.code})
    assert "verra où vous en êtes" in response.content.decode()
    client.post("/apprendre/groupe/", {"code": group.code, "surnom": "Fatou", "rejoindre": "1"})
    client.post("/apprendre/groupe/", {"code": group.code, "surnom": "Fatou", "rejoindre": "1"})
    assert [m.person.nickname for m in group.members.all()] == [
        "Fatou",
        "Fatou",
    ], "homonyms each have their card"
    assert Following.objects.filter(structure=group.structure).count() == 2
    assert client.post("/apprendre/groupe/", {"code": "AAAA-AAAA"}).status_code == 400


def test_group_and_card_are_whole_in_the_language_chosen(client, group):
    assert_whole(in_language(client, "ar", "/apprendre/groupe/"), "ar")
    assert_whole(client.post("/apprendre/groupe/", {"code": "AAAA-AAAA"}), "ar")
    assert_whole(client.post("/apprendre/groupe/", {"code": group.code}), "ar")
    form_data = {"code": group.code, "surnom": "Fatou", "rejoindre": "1"}
    assert_whole(client.post("/apprendre/groupe/", form_data, follow=True), "ar")
    progress.keep(group.members.get().person, [Done(str(uuid4()), MOUSE, 1, 2, "seen")], at=AT)
    assert_whole(client.get("/ma-carte/apprendre/"), "ar")
    assert_whole(client.get("/apprendre/groupe/"), "ar")
    assert_whole(client.post("/ma-carte/apprendre/effacer/", follow=True), "ar")


def test_a_closed_or_full_group_lets_nobody_in(aidant, group, learner, monkeypatch):
    groups.close(group, by=aidant, at=AT)
    with pytest.raises(Refused, match="fermé"):
        groups.join(group, learner, at=AT)
    groups.close(group, by=aidant, at=AT, opened=True)
    monkeypatch.setattr(groups.rules, "MOST", 1)
    groups.join(group, learner, at=AT)
    groups.join(group, learner, at=AT)
    with pytest.raises(Refused, match="plein"):
        groups.join(group, groups.alone(nickname="", at=AT), at=AT)
    assert group.members.count() == 1


def test_a_refusal_says_what_may_be_done_by_who_reads_it(aidant, group, learner, monkeypatch):
    """A learner asks; whoever runs the group opens it again, or another one."""

    def assert_refusal(by_themselves: str, by_the_team: str) -> None:
        with pytest.raises(Refused, match=by_themselves):
            groups.join(group, learner, at=AT)
        with pytest.raises(Refused, match=by_the_team):
            groups.welcome(group, ["Ali"], by=aidant, at=AT)

    ask = "Demandez à la personne qui vous aide"
    groups.close(group, by=aidant, at=AT)
    assert_refusal(ask, "Rouvrez-le plus bas")
    groups.close(group, by=aidant, at=AT, opened=True)
    monkeypatch.setattr(groups.rules, "MOST", 0)
    assert_refusal(ask, "Ouvrez un deuxième groupe")


def test_a_full_group_makes_no_card_that_nobody_sees(client, group, learner, monkeypatch):
    monkeypatch.setattr(groups.rules, "MOST", 1)
    groups.join(group, learner, at=AT)
    page = client.post(
        "/apprendre/groupe/", {"code": group.code, "surnom": "Ali", "rejoindre": "1"}, follow=True
    )
    assert "Ce groupe est plein" in page.content.decode()
    assert Person.objects.get() == learner


def test_a_room_enters_with_its_cards_and_nobody_guesses_one(client, group, monkeypatch):
    monkeypatch.setattr(access, "CARDS_AN_HOUR", 2)
    for n in range(4):
        card = groups.alone(nickname=f"P{n}", at=AT).card
        client.post("/apprendre/groupe/", {"code": group.code, "carte": card, "rejoindre": "1"})
    assert group.members.count() == 4
    form_data = {"code": group.code, "carte": "AAAA-AAAA", "rejoindre": "1"}
    assert [client.post("/apprendre/groupe/", form_data).status_code for _ in range(3)] == [400, 400, 429]
    response = client.post("/apprendre/groupe/", {**form_data, "carte": Person.objects.first().card})
    assert response.status_code == 429
    assert "Trop d’essais" in response.content.decode()


@pytest.mark.parametrize("most", ["CODES_AN_HOUR", "CARDS_AN_HOUR"])
def test_group_entry_beyond_the_limit_is_refused(client, group, monkeypatch, most):
    monkeypatch.setattr(access, most, 0)
    response = client.post("/apprendre/groupe/", {"code": group.code, "surnom": "Ali", "rejoindre": "1"})
    assert response.status_code == 429
    assert "Trop d’essais" in response.content.decode()
    assert not Person.objects.exists()


def test_the_board_shows_who_is_stuck_first(client, aidant, group):
    zoe, ali = (row.person for row in groups.welcome(group, ["Zoé", "Ali"], by=aidant, at=AT))
    send(client, zoe, fact(5, "stopped", genre="viser", essais=4))
    send(client, ali, fact(5, "done", genre="viser", essais=4))
    rows = queries.board(group, timezone.now(), Person.objects.all())
    assert [(str(row.member.person), row.stuck, row.step) for row in rows] == [
        ("Zoé", True, 5),
        ("Ali", False, 5),
    ]
    client.force_login(aidant)
    page = client.get(f"/espace/apprendre/{group.pk}/").content.decode()
    assert page.index("Zoé") < page.index("Ali")
    assert page.count("bloqué ici") == 1


def test_who_is_stuck_now_is_a_line_of_the_home_of_who_runs_the_group(client, aidant, group, other):
    """Their name and their group while they are there; nothing once they left, nor for another structure."""
    zoe, ali, lou = (row.person for row in groups.welcome(group, ["Zoé", "Ali", "Lou"], by=aidant, at=AT))
    now = timezone.now()

    def stuck_lines(user: User, at: datetime) -> list[Line]:
        return [line for line in lines(user, at) if line.kind == "learner-stuck"]

    send(client, ali, fact(5, "done", genre="viser", essais=4))
    assert stuck_lines(aidant, now) == []
    send(client, zoe, fact(5, "stopped", genre="viser", essais=4))
    (line,) = stuck_lines(aidant, now)
    assert (line.n, line.url) == (1, f"/espace/apprendre/{group.pk}/")
    assert "Zoé (Mardi)" in line.words and "Ali" not in line.words
    client.force_login(aidant)
    assert "Personne bloquée" in client.get("/espace/").content.decode()
    assert stuck_lines(aidant, now + timedelta(hours=1)) == [], "they left"
    assert stuck_lines(account("ana", "aidant", structure=other), now) == []
    with CaptureQueriesContext(connection) as one:
        stuck_lines(aidant, now)
    send(client, lou, fact(5, "stopped", genre="viser", essais=4))
    with CaptureQueriesContext(connection) as two:
        assert stuck_lines(aidant, now)[0].n == 2
    assert len(one) == len(two)
    groups.close(group, by=aidant, at=now)
    assert stuck_lines(aidant, now) == []


def test_who_comes_back_to_a_step_is_not_stuck_there_at_once(aidant, group):
    """A step left last week begins anew: only what is done since one came back is counted."""
    (row,) = groups.welcome(group, ["Zoé"], by=aidant, at=AT)

    def does(at: datetime, state: str = "seen", tries: int = 0, version: int = 1) -> None:
        done = Done(str(uuid4()), MOUSE, version, 5, state, kind="viser", tries=tries)
        progress.keep(row.person, [done], at=at)

    def is_stuck(at: datetime) -> bool:
        return queries.board(group, at, Person.objects.all())[0].stuck

    back = AT + timedelta(days=7)
    does(AT)
    does(AT + timedelta(minutes=1), "stopped", tries=4)
    assert is_stuck(AT + timedelta(minutes=2))
    does(back)
    assert not is_stuck(back + timedelta(minutes=1))
    assert is_stuck(back + timedelta(minutes=6)), "long minutes, this time"
    does(back + timedelta(minutes=7), "done")
    assert not is_stuck(back + timedelta(minutes=8))
    does(back + timedelta(minutes=9), "stopped", tries=3, version=2)
    assert is_stuck(back + timedelta(minutes=10)), "another version of the step is another step"


def test_learning_elsewhere_is_hidden_from_former_helpers(client, aidant, library, group):
    """Nobody's name was shown; that they are at it now, and where, was."""
    (row,) = groups.welcome(group, ["Zoé"], by=aidant, at=AT)
    send(client, row.person, fact(2, "done"))
    people.leave(person=row.person, structure=library, by=aidant, at=AT)
    send(client, row.person, fact(5, "stopped", genre="viser", essais=4))
    (board_row,) = queries.board(group, timezone.now(), people_for(aidant))
    assert (board_row.known, board_row.step, board_row.stuck) == (False, 2, False)


def test_a_lost_card_is_replaced_and_the_progress_stays(client, aidant, group):
    (row,) = groups.welcome(group, ["Fatou"], by=aidant, at=AT)
    send(client, row.person, fact(2, "done"))
    lost = row.person.code
    client.force_login(aidant)
    client.post(f"/espace/apprendre/{group.pk}/personnes/{row.pk}/", {"geste": "carte"})
    row.person.refresh_from_db()
    assert row.person.code != lost
    assert try_card(client, lost).status_code == 400
    assert queries.standings(row.person)[MOUSE].steps[2] == "done"


def test_a_note_and_a_proposal_change_what_comes_next(client, aidant, group):
    (row,) = groups.welcome(group, ["Fatou"], by=aidant, at=AT)
    client.force_login(aidant)
    address = f"/espace/apprendre/{group.pk}/personnes/{row.pk}/"
    client.post(address, {"geste": "noter", "note": "préfère le doigt", "module": "toucher-l-ecran"})
    suggestion = queries.following(row.person, {})
    assert suggestion is not None
    assert suggestion.module.id == "toucher-l-ecran"
    client.post(address, {"geste": "noter", "note": "", "module": "nulle-part"})
    row.refresh_from_db()
    assert (row.note, row.proposed) == ("", "")


def test_two_who_note_take_nothing_of_each_other(client, aidant, group):
    (row,) = groups.welcome(group, ["Fatou"], by=aidant, at=AT)
    client.force_login(aidant)
    address, initial_fields = f"/espace/apprendre/{group.pk}/", {"note-avant": "", "module-avant": ""}
    member = f"{address}personnes/{row.pk}/"
    client.post(member, {"geste": "noter", "note": "", "module": "toucher-l-ecran", **initial_fields})
    client.post(member, {"geste": "noter", "note": "préfère le doigt", "module": "", **initial_fields})
    row.refresh_from_db()
    assert (row.note, row.proposed) == ("préfère le doigt", "toucher-l-ecran"), "each changed one of the two"
    other = {"geste": "noter", "note": "lit peu", "module": "toucher-l-ecran", **initial_fields}
    page = client.post(member, other, follow=True).content.decode()
    assert "Quelqu’un d’autre a écrit ici" in page and 'value="préfère le doigt"' in page
    for typed, initial_note in (("salle 2", ""), ("salle 3", ""), ("salle 2, étage 1", "salle 2")):
        client.post(f"{address}geste/", {"geste": "noter", "note": typed, "note-avant": initial_note})
    group.refresh_from_db()
    assert group.note == "salle 2, étage 1"
    row.delete()
    with pytest.raises(Refused, match="n’est plus dans ce groupe"):
        groups.note(row, words="x", proposed="", by=aidant, at=AT)


def test_another_structure_sees_no_group_until_it_runs_it_too(client, aidant, group, other):
    stranger = account("omar", "aidant", structure=other)
    client.force_login(stranger)
    assert client.get(f"/espace/apprendre/{group.pk}/").status_code == 404
    client.force_login(aidant)
    client.post(f"/espace/apprendre/{group.pk}/geste/", {"geste": "partager", "structure": str(other.pk)})
    client.force_login(stranger)
    assert client.get(f"/espace/apprendre/{group.pk}/").status_code == 200


def test_a_group_is_opened_from_an_outline_with_its_people(client, aidant, library):
    client.force_login(aidant)
    page = client.get("/espace/apprendre/nouveau/?trame=trame:sms-pieges")
    assert 'value="trame:sms-pieges" selected' in page.content.decode()
    form_data = {
        "structure": str(library.pk),
        "titre": "Jeudi",
        "trame": "trame:sms-pieges",
        "noms": "Ali\n\n Ali \nZoé",
    }
    client.post("/espace/apprendre/nouveau/", form_data)
    new_group = Group.objects.get(title="Jeudi")
    assert "messages-pieges" in new_group.modules
    assert sorted(str(m.person) for m in new_group.members.all()) == ["Ali", "Ali", "Zoé"]
    assert client.post("/espace/apprendre/nouveau/", {**form_data, "trame": ""}).status_code == 400


# --------------------------------------------------------------------------------------------------- for real


def test_a_plan_is_made_without_card_and_answered_by_its_link(client):
    page = client.post(f"/apprendre/{SERVICE}/pour-de-vrai/", {"le": timezone.localdate(), "avec": "alone"})
    plan = Plan.objects.get()
    assert plan.token in page.content.decode()
    assert (plan.person, plan.commune, plan.answer) == (None, "", "")
    response = client.post(f"/apprendre/suivi/{plan.token}/", {"reponse": "blocked", "ecran": "3"})
    plan.refresh_from_db()
    assert (plan.answer, plan.blocked, plan.asked_by) == ("blocked", 3, "person")
    assert f"/apprendre/{SERVICE}/3/" in response.content.decode()
    assert client.get("/apprendre/suivi/xyz/").status_code == 404
    assert client.post(f"/apprendre/suivi/{plan.token}/", {}).status_code == 400


@pytest.mark.parametrize("day", ["2020-01-01", "2090-01-01"])
def test_a_day_that_cannot_be_is_refused(client, day):
    page = client.post(f"/apprendre/{SERVICE}/pour-de-vrai/", {"le": day, "avec": "alone"})
    assert "Le projet n’a pas été gardé" in page.content.decode()
    assert not Plan.objects.exists()


def test_a_module_without_service_has_nothing_to_do_for_real(client):
    assert client.get(f"/apprendre/{MOUSE}/pour-de-vrai/").status_code == 404


def test_an_aidant_makes_a_plan_with_a_person_and_asks(client, aidant, library, other):
    person = people.welcome(by=aidant, structure=library, nickname="Fatou", at=AT)
    client.force_login(aidant)
    client.post(
        f"/espace/apprendre/projets/{person.pk}/{SERVICE}/", {"le": timezone.localdate(), "avec": "aidant"}
    )
    plan = Plan.objects.get()
    assert (plan.person, plan.structure, plan.commune) == (person, library, "38185")
    assert "Fatou" in client.get("/espace/apprendre/suivis/").content.decode()
    client.post(f"/espace/apprendre/suivis/{plan.pk}/", {"reponse": "beside"})
    plan.refresh_from_db()
    assert (plan.answer, plan.asked_by, plan.by) == ("beside", "aidant", aidant)
    client.force_login(account("omar", "aidant", structure=other))
    assert client.get(f"/espace/apprendre/suivis/{plan.pk}/").status_code == 404
    response = client.post(
        f"/espace/apprendre/projets/{person.pk}/{SERVICE}/", {"le": "2026-12-02", "avec": "alone"}
    )
    assert response.status_code == 404


QUESTION_AT = AT + timedelta(days=21)  # the question of a plan made for AT is due


def _to_write_to(by, structure, **over) -> Person:
    known = {"reach": "phone", "reach_value": "+33639980011", "nickname": "Fatou", **over}
    return people.welcome(by=by, structure=structure, at=AT, **known)


def _agree(person, by):
    return consents.agree(person=person, purpose="write", how="read", by=by, at=AT)


def _plan(person=None, **over) -> Plan:
    return plans.make(
        contents.modules()[SERVICE], on=AT.date(), together="alone", person=person, at=AT, **over
    )


def test_the_question_leaves_once_to_whoever_agreed_even_later(aidant, library):
    person = _to_write_to(aidant, library)
    plan = _plan(person)
    assert plans.ask_outcomes(at=AT) == 0, "not before its day"
    assert plans.ask_outcomes(at=QUESTION_AT) == 0, "never to whoever did not agree"
    plan.refresh_from_db()
    assert plan.told_at is None, "nothing was sent"
    _agree(person, aidant)
    assert plans.ask_outcomes(at=QUESTION_AT) == 1
    assert plans.ask_outcomes(at=QUESTION_AT) == 0
    message = Message.objects.get()
    assert plan.token in message.text
    assert "Fatou" not in message.text
    plan.refresh_from_db()
    assert plan.told_at == QUESTION_AT


def test_undeliverable_question_is_not_reported_as_sent(aidant, library):
    landline, stopped, unread, invented = (
        _to_write_to(aidant, library, **over)
        for over in (
            {"reach_value": "+33476000000"},
            {"reach_value": "+33639980012"},
            {"reach": "email", "reach_value": "fatou@"},
            {"example": True},
        )
    )
    outbox.stop(channel="sms", to="+33639980012", by=None, at=AT)
    for person in (landline, stopped, unread, invented, _to_write_to(aidant, library)):
        _agree(person, aidant)
        _plan(person)
    assert plans.ask_outcomes(at=QUESTION_AT, limit=1) == 1, "who cannot be asked stops nobody else"
    assert Message.objects.count() == 1
    assert Plan.objects.filter(told_at__isnull=False).count() == 1
    assert plans.ask_outcomes(at=AT + timedelta(days=100)) == 0


def test_not_yet_triggers_a_single_second_question(client, aidant, library):
    person = _to_write_to(aidant, library)
    _agree(person, aidant)
    plan = _plan(person, structure=library)
    plans.ask_outcomes(at=QUESTION_AT)
    later = AT + timedelta(days=30)
    plan = plans.answer(plan, "not_yet", at=later)
    assert plan.ask_on == date(2027, 1, 4)
    assert plans.answer(plan, "not_yet", at=later).ask_on == date(2027, 1, 4), "two clicks say it once"
    assert [each.plan for each in plan_queries.coming(aidant, date(2027, 1, 3))] == [plan]
    assert [each.plan for each in plan_queries.to_ask(aidant, date(2027, 1, 4))[0]] == [plan]
    again = later + timedelta(days=20)
    assert plans.ask_outcomes(at=again) == 1
    assert plans.ask_outcomes(at=again) == 0
    assert Message.objects.count() == 2
    assert plans.answer(plan, "not_yet", at=again).ask_on == date(2027, 1, 4)
    assert plan_queries.to_ask(aidant, date(2027, 3, 1)) == ([], 0)
    assert plan_queries.coming(aidant, date(2026, 12, 1)) == []
    assert plans.ask_outcomes(at=again + timedelta(days=1)) == 0
    assert plans.answer(plan, "alone", at=again).answer == "alone"


def test_the_home_names_nobody_who_is_no_longer_followed(aidant, library):
    person = _to_write_to(aidant, library)
    plan = _plan(person, structure=library)
    line_texts = [line.words for line in lines(aidant, QUESTION_AT) if line.kind == "follow-up"]
    assert str(person) in line_texts[0]
    Following.objects.filter(person=person).delete()
    (line_text,) = [line.words for line in lines(aidant, QUESTION_AT) if line.kind == "follow-up"]
    assert str(person) not in line_text and "None" not in line_text and "quelqu’un" in line_text
    Plan.objects.filter(pk=plan.pk).update(person=None)
    assert [line for line in lines(aidant, QUESTION_AT) if line.kind == "follow-up"] == [], (
        "nobody can be asked"
    )
    assert plan_queries.coming(aidant, plan.on) == []


def test_more_questions_than_a_page_shows_are_all_counted(client, aidant, library):
    person = people.welcome(by=aidant, structure=library, nickname="Ali", at=AT)
    first = _plan(person, structure=library)
    plan_fields = {"person": person, "structure": library, "module": SERVICE, "together": "alone", "at": AT}
    Plan.objects.bulk_create(
        Plan(token=str(n), on=first.on, ask_on=first.ask_on, **plan_fields)
        for n in range(plan_queries.LISTED + 1)
    )
    (line,) = [each for each in lines(aidant, QUESTION_AT) if each.kind == "follow-up"]
    assert line.n == 102 and "et 99 de plus" in line.words
    Plan.objects.update(ask_on=date(2026, 1, 1))
    client.force_login(aidant)
    assert "Suivis (102)" in client.get("/espace/apprendre/").content.decode()
    assert "2 de plus attendent" in " ".join(client.get("/espace/apprendre/suivis/").content.decode().split())


def test_a_plan_replaced_is_answered_no_more_and_nobody_erased_has_one(client, learner):
    first = _plan(learner)
    address = f"/apprendre/suivi/{first.token}/"
    replaced_plan = Plan.objects.get(pk=first.pk)
    _plan(learner)
    with pytest.raises(Refused, match="Un autre projet a remplacé celui-ci"):
        plans.answer(replaced_plan, "alone", at=AT)
    assert client.get(address).status_code == 404
    Person.objects.filter(pk=learner.pk).update(forgotten_at=AT)
    with pytest.raises(Refused, match="vient d’être effacée"):
        _plan(learner)


def test_early_not_yet_never_brings_the_question_nearer():
    plan = plans.make(contents.modules()[SERVICE], on=date(2027, 3, 1), together="alone", at=AT)
    assert plans.answer(plan, "not_yet", at=AT).ask_on == plan.ask_on


def test_a_plan_replaced_takes_its_question_back(aidant, library):
    person = _to_write_to(aidant, library)
    _agree(person, aidant)
    first = _plan(person)
    assert plans.ask_outcomes(at=QUESTION_AT) == 1
    plans.make(
        contents.modules()[SERVICE], on=QUESTION_AT.date(), together="alone", person=person, at=QUESTION_AT
    )
    assert not Plan.objects.filter(pk=first.pk).exists()
    assert Message.objects.get().state == "cancelled", "its link would open nothing"


# --------------------------------------------------------------------------------------------------- measures


def _plans(answers, structure, module=SERVICE, **more):
    module = contents.modules()[module]
    for answer in answers:
        plan = plans.make(module, on=date(2026, 11, 20), together="alone", structure=structure, at=AT, **more)
        if answer:
            plans.answer(plan, answer, at=AT)
    Plan.objects.update(ask_on=date(2026, 11, 25))


def _conversion(communes=None, *, protected=False):
    days = date(2026, 1, 1), date(2026, 12, 1)
    return conversion(plans_of(None, communes, *days), measures.facts_of(None, *days), protected=protected)


def test_an_unknown_stays_in_the_denominator(library):
    _plans(["alone"] * 13 + ["counter"] * 11 + [""] * 20, library)
    _plans(["alone"] * 30, None)
    conversion = _conversion()
    assert conversion.n_plans == 44
    assert isinstance(conversion.converted, Estimate)
    assert round(conversion.converted.value, 1) == 29.5
    assert conversion.converted.low < 29.5 < conversion.converted.high
    assert dict(conversion.parts)["Pas de réponse, ou pas demandé"] == 20


def test_small_counts_of_a_territory_are_suppressed(library):
    _plans(["alone"] * 3 + [""] * 9, library, commune="38185")
    commune_codes = frozenset({"38185"})
    conversion = _conversion(commune_codes, protected=True)
    assert conversion.n_plans == 11, "by whole batches"
    assert isinstance(conversion.converted, Withheld)
    assert all(n is None for _, n in conversion.parts)
    assert _conversion(frozenset({"69123"}), protected=True).n_plans == 0
    Plan.objects.all()[:2][0].delete()
    Plan.objects.first().delete()
    assert _conversion(commune_codes, protected=True).n_plans is None


@pytest.mark.parametrize(
    ("answers", "steps"),
    [
        ({"alone": 20, "blocked": 2}, [22, None, None]),  # two who were blocked
        ({"alone": 20, "counter": 2, "": 22}, [44, 22, None]),  # two at the counter
        ({"alone": 31, "": 2}, [33, None, None]),  # two who said nothing
        ({"alone": 20, "": 24}, [44, 20, 20]),
    ],
)
def test_a_few_are_found_by_no_subtraction(library, answers, steps):
    _plans([answer for answer, n in answers.items() for _ in range(n)], library)
    conversion = _conversion(protected=True)
    assert [n for _, n in conversion.steps[2:]] == steps
    assert isinstance(conversion.converted, Withheld) == (steps[2] is None)
    assert isinstance(conversion.known, Withheld) == (steps[1] is None)


def test_an_answer_of_a_few_is_not_what_a_sum_leaves(library):
    _plans(["alone"] * 20 + ["beside"] * 2 + ["counter"] * 11 + [""] * 22, library)
    conversion = _conversion(protected=True)
    assert isinstance(conversion.converted, Estimate)
    assert [n for _, n in conversion.parts] == [
        None,
        None,
        11,
        22,
    ], "22 done online less 20 done alone would tell the two"


def test_procedure_of_few_people_is_not_deducible_from_the_rest(library):
    _plans(["alone"] * 12 + [""] * 17, library)
    _plans(["alone"] * 11 + [""] * 4, library, module="ameli-compte")
    Plan.objects.filter(module=SERVICE, answer="").first().delete()
    assert [(n, done) for _, n, done in _conversion(protected=False).by_module] == [(28, 12), (15, 11)]
    conversion = _conversion(protected=True)
    assert conversion.n_plans == 33
    module_counts = [(n, done) for _, n, done in conversion.by_module]
    assert module_counts == [(None, None), (None, None)], "28 of 33 would tell the five others"


def test_learning_is_counted_by_complete_batches(library):
    _plans([""], library)
    module = contents.modules()[SERVICE]
    for n in range(24):
        person = people.welcome(by=None, structure=library, at=AT)
        steps = [1, len(module.steps)] if n < 20 else [1]
        progress.keep(person, [Done(str(uuid4()), SERVICE, 1, step, "seen") for step in steps], at=AT)
    assert [n for _, n in _conversion().steps[:2]] == [24, 20]
    assert [n for _, n in _conversion(protected=True).steps[:2]] == [
        22,
        None,
    ], "two of the batch have not finished"


def test_begun_finished_succeeded_and_where_people_stop(aidant, group):
    module = contents.modules()[MOUSE]
    last, counting = len(module.steps), next(n for n, step in enumerate(module.steps, 1) if step.counts)
    for n, row in enumerate(groups.welcome(group, [f"P{n}" for n in range(4)], by=aidant, at=AT)):
        steps = (
            [(1, "seen"), (5, "stopped")]
            if n == 0
            else [(counting, "done" if n > 1 else "passed"), (last, "seen")]
        )
        done_steps = [Done(str(uuid4()), MOUSE, 1, step, state, seconds=60) for step, state in steps]
        progress.keep(row.person, done_steps, at=AT)
    rows, examples = measures.modules(
        measures.facts_of([group.structure_id], date(2026, 1, 1), date(2026, 12, 1)), protected=False
    )
    (row,) = rows
    assert not examples
    assert (row.begun, row.minutes) == (4, 2)
    assert row.stops == (5, module.steps[4].title, 1)
    assert isinstance(row.finished, Estimate)
    assert isinstance(row.succeeded, Estimate)
    assert (row.finished.value, row.succeeded.value) == (75, 50)


def test_a_step_taken_out_since_is_named_as_such_and_breaks_no_page(client, aidant, group):
    """Somebody stopped at what was then the last step: it is no longer in the module."""
    module = contents.modules()[MOUSE]
    removed_step, now = len(module.steps) + 3, timezone.now()
    rows = groups.welcome(group, [f"P{n}" for n in range(3)], by=aidant, at=AT)
    for n, row in enumerate(rows):
        progress.keep(row.person, [Done(str(uuid4()), MOUSE, 1, 5 if n == 0 else 4, "seen")], at=now)
    Fact.objects.filter(step=4).update(step=removed_step)
    (row,), _ = measures.modules(
        measures.facts_of(None, now.date() - timedelta(days=2), now.date() + timedelta(days=2)),
        protected=False,
    )
    assert (row.begun, row.stops) == (3, (removed_step, "retirée depuis", 2))
    client.force_login(aidant)
    page = client.get("/espace/apprendre/mesures/")
    assert page.status_code == 200
    assert f"étape {removed_step}, « retirée depuis » (2)" in page.content.decode().replace("\xa0", " ")
    after = queries.following(rows[1].person, queries.standings(rows[1].person))
    assert (after.module.id, after.step) == (
        MOUSE,
        len(module.steps),
    ), "one goes on from a step that is there"


@pytest.mark.parametrize(("elsewhere", "is_published"), [(0, True), (2, False)])
def test_where_most_people_stop_tells_no_few_who_stop_elsewhere(library, elsewhere, is_published):
    module = contents.modules()[MOUSE]
    for n in range(33):
        step = 1 if n < elsewhere else 5 if n < 15 else len(module.steps)
        progress.keep(groups.alone(nickname="", at=AT), [Done(str(uuid4()), MOUSE, 1, step, "seen")], at=AT)
    (row,), _ = measures.modules(measures.facts_of(None, date(2026, 1, 1), date(2026, 12, 1)), protected=True)
    assert isinstance(row.finished, Estimate)
    assert (row.stops is not None) == is_published


def _module_of(*tried):
    """Return the public measures of a module. tried: how many people, and the steps of each, with their states."""
    for n, steps in tried:
        for _ in range(n):
            done_steps = [Done(str(uuid4()), MOUSE, 1, step, state) for step, state in steps]
            progress.keep(groups.alone(nickname="", at=AT), done_steps, at=AT)
    (row,), _ = measures.modules(measures.facts_of(None, date(2026, 1, 1), date(2026, 12, 1)), protected=True)
    return row


def test_where_people_stop_tells_not_the_few_who_finished(library):
    """33 l’ont ouvert, 28 s’arrêtent au même endroit : cinq l’ont fini, ce que la page masque au-dessus."""
    last = len(contents.modules()[MOUSE].steps)
    row = _module_of((28, [(5, "seen")]), (5, [(last, "seen")]))
    assert (row.begun, isinstance(row.finished, Estimate), row.stops) == (33, False, None)


def test_who_finished_less_who_succeeded_is_no_few_people(library):
    """20 l’ont fini, 17 l’ont réussi, parmi 33 : trois l’ont fini sans y arriver."""
    module = contents.modules()[MOUSE]
    last, counting = len(module.steps), next(n for n, step in enumerate(module.steps, 1) if step.counts)
    able, viewed_only = [(counting, "done"), (last, "seen")], [(last, "seen")]
    row = _module_of((17, able), (3, viewed_only), (13, [(5, "seen")]))
    assert isinstance(row.succeeded, Estimate) and not isinstance(row.finished, Estimate)
    assert row.stops is None, "33 less the 13 who stopped there, less 17"


def test_one_more_who_tries_an_exercise_changes_nothing_until_a_batch_is_full(db):
    """D’un jour à l’autre, un essai de plus disait ce qu’une personne avait réussi."""

    def tries(n, state):
        for _ in range(n):
            done_steps = [Done(str(uuid4()), MOUSE, 1, 5, state, kind="viser")]
            progress.keep(groups.alone(nickname="", at=AT), done_steps, at=AT)

    def exercise_counts():
        exercise_tries, _ = measures.tries(on=AT.date())
        ((_, counts),) = exercise_tries
        return counts["n"], counts["failed"]

    tries(22, "done")
    tries(11, "stopped")
    before = exercise_counts()
    assert before[0] == 33 and round(before[1].value) == 33
    tries(10, "stopped")
    assert exercise_counts() == before
    tries(1, "stopped")
    assert exercise_counts()[0] == 44


def test_authors_read_which_exercise_fails(client, aidant, learner):
    def tries(person, n, state="stopped"):
        progress.keep(person, [Done(str(uuid4()), MOUSE, 1, 5, state, kind="viser") for _ in range(n)], at=AT)

    tries(learner, 20)
    (row,), *_ = measures.exercises()
    assert (row.n, row.hinted, row.easier, row.seconds) == (None,) * 4, (
        "twenty tries of one person are one person"
    )
    for n in range(11):
        tries(groups.alone(nickname=f"P{n}", at=AT), 1, "stopped" if n else "done")
    (row,), *_ = measures.exercises()
    assert (row.step, row.n) == (5, 11), "by whole batches"
    assert isinstance(row.failed, Withheld), "one success alone would be told"
    client.force_login(aidant)
    assert "Le jardin" in client.get("/espace/apprendre/auteurs/").content.decode()


def test_the_measures_of_a_territory_tell_nobody(client, coordinator, group, aidant):
    groups.welcome(group, ["Fatou"], by=aidant, at=AT)
    client.force_login(coordinator)
    page = client.get("/espace/apprendre/mesures/")
    assert page.status_code == 200
    assert "Fatou" not in page.content.decode()
    assert client.get(f"/espace/apprendre/{group.pk}/").status_code == 404


def test_a_member_leaves_with_the_person(aidant, group, learner):
    groups.join(group, learner, at=AT)
    plans.make(contents.modules()[SERVICE], on=date(2026, 12, 1), together="alone", person=learner, at=AT)
    forgetting.forget(learner, by=None, at=AT)
    assert not Member.objects.exists()
    assert Plan.objects.get().person is None


def test_offline_pages_are_complete(client):
    script = client.get("/apprendre/hors-ligne.js")
    offline_contents = json.loads(
        script.content.decode().split("\n", 1)[0].removeprefix("const CONTENUS = ").removesuffix(";")
    )
    assert set(offline_contents["modules"]) == set(contents.modules())
    for address in offline_contents["modules"][MOUSE] + offline_contents["parcours"]:
        assert client.get(address).status_code == 200, address
    assert client.get("/apprendre/hors-ligne.js").content == script.content, (
        "the same version as long as nothing changed"
    )


# ------------------------------------------------------------------------------------------ what is not shown


def test_the_token_of_a_device_does_not_tell_the_card(learner):
    payload = access.token(learner).split(":")[0]
    decoded_token = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    assert learner.code.encode() not in decoded_token


def test_a_card_replaced_closes_where_the_lost_one_was_open(client, learner, aidant):
    learn(client, learner)
    people.renew_card(learner, by=aidant, at=AT)
    learner.refresh_from_db()
    page = client.get("/ma-carte/apprendre/", follow=True).content.decode()
    assert "Code de la carte" in page
    assert learner.card not in page


def test_card_code_is_displayed_only_at_creation(client, learner):
    page = client.post("/ma-carte/nouvelle/", {}, follow=True).content.decode()
    assert Person.objects.latest("pk").card in page
    page = try_card(client, learner.card, suite="apprendre", follow=True).content.decode()
    assert "Samira" in page
    assert learner.card not in page


def test_a_group_tells_nobody_that_whoever_runs_it_may_not_see(client, aidant, group, other):
    (before,) = groups.welcome(group, ["Fatou"], by=aidant, at=AT)
    groups.change(group, {"partner": other}, by=aidant, at=AT)
    group.refresh_from_db()
    (after,) = groups.welcome(group, ["Moussa"], by=aidant, at=AT + timedelta(days=1))
    stranger = account("omar", "aidant", structure=other)
    client.force_login(stranger)
    page = client.get(f"/espace/apprendre/{group.pk}/").content.decode()
    assert "Fatou" not in page
    assert "Moussa" in page
    cards = client.get(f"/espace/apprendre/{group.pk}/cartes/").content.decode()
    assert before.person.card not in cards
    assert after.person.card in cards
    address = f"/espace/apprendre/{group.pk}/personnes/{before.pk}/"
    assert client.post(address, {"geste": "carte"}).status_code == 404
    client.post(f"/espace/apprendre/{group.pk}/geste/", {"geste": "partager", "structure": ""})
    group.refresh_from_db()
    assert group.partner == other, "only whoever opened it shares it"
    groups.change(group, {"partner": None}, by=aidant, at=AT)
    assert not Following.objects.filter(structure=other, ended_at=None).exists()


@pytest.mark.parametrize("end", ["forget", "answer", "silence"])
def test_a_question_written_is_taken_back(aidant, library, end):
    person = _to_write_to(aidant, library)
    _agree(person, aidant)
    plan = _plan(person)
    assert plans.ask_outcomes(at=QUESTION_AT) == 1
    assert Message.objects.get().state == "waiting"
    if end == "answer":
        plans.answer(plan, "alone", at=AT)
    elif end == "silence":
        agreements.silence(person, at=QUESTION_AT)
    else:
        progress.erase(person, at=AT)
    assert Message.objects.get().state == "cancelled"
    plan.refresh_from_db()
    assert plan.told_at is None, "it has not left"
    assert plans.ask_outcomes(at=QUESTION_AT + timedelta(days=1)) == (end == "silence"), (
        "who agrees again is asked again"
    )


def test_somebody_erased_comes_back_neither_in_a_group_nor_by_a_late_sending(group, learner):
    forgetting.forget(learner, by=None, at=AT)
    with pytest.raises(Refused, match="n’existe plus"):
        groups.join(group, learner, at=AT)
    assert progress.keep(learner, [Done(str(uuid4()), MOUSE, 1, 1, "seen")], at=AT).new == 0
    assert not Fact.objects.exists()


def test_one_card_does_not_fill_the_database(client, learner, monkeypatch):
    monkeypatch.setattr(progress.rules, "MOST_A_DAY", 2)
    assert send(client, learner, fact(1), fact(2), fact(3)).status_code == 200
    assert send(client, learner, fact(4)).status_code == 429
    assert Fact.objects.count() == 3


def test_numbers_without_end_are_refused_alone(client, learner):
    good, odd = fact(1), fact(2)
    body = json.dumps({"carte": access.token(learner), "faits": [good, {**odd, "secondes": float("inf")}]})
    response_json = client.post("/apprendre/synchroniser/", body, content_type="application/json").json()
    assert (response_json["recus"], list(response_json["refuses"])) == ([good["uid"]], [odd["uid"]])
    assert client.post(f"/apprendre/{MOUSE}/6/", {"choix": "9" * 5000}).status_code == 200


def test_a_plan_is_made_for_the_structure_that_follows_the_person(client, aidant, library, other):
    with_role(aidant, "aidant", structure=other)
    person = people.welcome(by=aidant, structure=other, nickname="Fatou", at=AT)
    client.force_login(User.objects.get(pk=aidant.pk))
    client.post(
        f"/espace/apprendre/projets/{person.pk}/{SERVICE}/", {"le": timezone.localdate(), "avec": "alone"}
    )
    plan = Plan.objects.get()
    assert plan.structure == other
    people.leave(person=person, structure=other, by=aidant, at=timezone.now())
    page = client.get("/espace/apprendre/suivis/").content.decode()
    assert "Fatou" not in page


def test_two_clicks_open_one_group(client, aidant, library):
    client.force_login(aidant)
    form_data = {
        "structure": str(library.pk),
        "titre": "Jeudi",
        "trame": "parcours:tranquille",
        "noms": "Ali",
    }
    for _ in range(2):
        client.post("/espace/apprendre/nouveau/", form_data)
    assert Member.objects.filter(group__title="Jeudi").count() == 1


def test_a_group_is_opened_whole_or_not_at_all(aidant, library, learner):
    people.follow(person=learner, structure=library, by=aidant, at=AT)
    group_fields = {"by": aidant, "structure": library, "title": "Jeudi", "modules": [MOUSE], "at": AT}
    with pytest.raises(Refused, match="plein"):
        groups.open_with(**group_fields, names=["Ali"] * 40, seated=[learner])
    assert not Group.objects.exists()
    assert Person.objects.get() == learner


def test_single_card_and_plan_are_singular(client, aidant, library, group):
    client.force_login(aidant)
    address = f"/espace/apprendre/{group.pk}/geste/"
    for names, sentence in (
        ("Ali", "1 carte prête : imprimez-la."),
        ("Lou\nNour", "2 cartes prêtes : imprimez-les."),
    ):
        page = client.post(address, {"geste": "ajouter", "noms": names}, follow=True).content.decode()
        assert sentence in page.replace("\xa0", " ")
    _plans(["alone"], library)
    Plan.objects.update(ask_on=timezone.localdate())
    page = " ".join(client.get("/espace/apprendre/mesures/").content.decode().replace("\xa0", " ").split())
    assert "1 projet de démarche</strong>" in page and "compté et non estimé." in page


def test_too_many_names_are_refused_aloud(client, aidant, library, group):
    client.force_login(aidant)
    form_data = {
        "structure": str(library.pk),
        "titre": "Jeudi",
        "trame": "parcours:tranquille",
        "noms": "Ali\n" * 41,
    }
    page = client.post("/espace/apprendre/nouveau/", form_data)
    assert page.status_code == 400
    assert "Il y a 41 prénoms" in page.content.decode()
    address = f"/espace/apprendre/{group.pk}/geste/"
    page = client.post(address, {"geste": "ajouter", "noms": form_data["noms"]}, follow=True)
    assert "Il y a 41 prénoms" in page.content.decode()
    assert not Member.objects.exists()


def test_unknown_action_reports_that_nothing_was_done(client, aidant, group):
    (row,) = groups.welcome(group, ["Fatou"], by=aidant, at=AT)
    client.force_login(aidant)
    for address in ("geste/", f"personnes/{row.pk}/"):
        page = client.post(f"/espace/apprendre/{group.pk}/{address}", {"geste": "autre"}, follow=True)
        assert "Le suivi n’a pas été modifié" in page.content.decode()


def test_the_second_structure_of_a_group_adds_people_to_it(client, aidant, group, other):
    groups.change(group, {"partner": other}, by=aidant, at=AT)
    client.force_login(account("omar", "aidant", structure=other))
    client.post(f"/espace/apprendre/{group.pk}/geste/", {"geste": "ajouter", "noms": "Moussa"})
    new_person = group.members.get().person
    assert new_person.nickname == "Moussa"
    assert set(new_person.followings.values_list("structure", flat=True)) == {group.structure_id, other.pk}


@pytest.mark.parametrize("typed", ["999999999", "x", "9" * 30, "own"])
def test_a_structure_that_does_not_exist_ends_no_sharing(client, aidant, library, group, other, typed):
    groups.change(group, {"partner": other}, by=aidant, at=AT)
    client.force_login(aidant)
    form_data = {"geste": "partager", "structure": str(library.pk) if typed == "own" else typed}
    assert client.post(f"/espace/apprendre/{group.pk}/geste/", form_data).status_code == 404
    group.refresh_from_db()
    assert group.partner == other


def test_only_who_runs_a_group_changes_it(aidant, group, other):
    stranger = account("omar", "aidant", structure=other)
    (row,) = groups.welcome(group, ["Fatou"], by=aidant, at=AT)
    for gesture in (
        lambda by: groups.note(row, words="x", proposed="", by=by, at=AT),
        lambda by: groups.change(group, {"note": "x"}, by=by, at=AT),
        lambda by: groups.renew(row, by=by, at=AT),
        lambda by: groups.printed(group, [row.person], by=by, at=AT),
        lambda by: groups.welcome(group, ["Ali"], by=by, at=AT),
        lambda by: groups.close(group, by=by, at=AT),
        lambda by: groups.remove(row, by=by, at=AT),
    ):
        with pytest.raises(Refused, match="n’anime pas ce groupe"):
            gesture(stranger)
        gesture(aidant)


def test_a_group_closed_is_not_closed_again(aidant, group):
    groups.close(group, by=aidant, at=AT)
    with pytest.raises(Refused, match="déjà fermé"):
        groups.close(group, by=aidant, at=AT + timedelta(hours=1))
    groups.close(group, by=aidant, at=AT, opened=True)
    with pytest.raises(Refused, match="déjà ouvert"):
        groups.close(group, by=aidant, at=AT, opened=True)


def test_an_open_group_stays_in_the_list_however_many_were_closed_since(aidant, library, group):
    Group.objects.bulk_create(
        Group(
            structure=library,
            title="Fini",
            code=str(n),
            by=aidant,
            at=timezone.now(),
            closed_at=timezone.now(),
        )
        for n in range(MAX_LISTED_GROUPS)
    )
    later = groups.open_group(by=aidant, structure=library, title="Jeudi", modules=[], at=timezone.now())
    group_list = listed(aidant)
    assert (group_list[:2], len(group_list)) == ([later, group], MAX_LISTED_GROUPS), "the last first"


def test_a_fact_sent_twice_at_once_is_counted_once(client, learner):
    twice = fact(1)
    response_json = send(client, learner, twice, {**twice, "etat": "done"}).json()
    assert (response_json["nouveaux"], response_json["recus"]) == (1, [twice["uid"]])
    assert Fact.objects.get().state == "seen"


def test_a_pack_tells_the_places_of_where_one_is(client, aidant):
    client.force_login(aidant)
    page = client.get("/espace/apprendre/packs/acces-aux-droits/").content.decode()
    assert "les lieux les plus proches viendront ici" in page
    page = client.get("/espace/apprendre/packs/acces-aux-droits/?ou=Grenoble").content.decode()
    assert "Pack accès aux droits" in page
    assert "Le déroulé" in page
    assert "Mes papiers" in page
    assert client.get("/espace/apprendre/packs/nulle-part/").status_code == 404
    assert (
        "ne connaissons pas"
        in client.get("/espace/apprendre/packs/acces-aux-droits/?ou=zzzz").content.decode()
    )


def test_packs_name_what_exists():
    for pack in packs().values():
        assert set(pack.outlines) <= set(outlines())
        assert all(contents.modules()[id].service for id in pack.services)
        assert set(pack.sheets) <= set(contents.modules())


def test_paths_and_outlines_name_what_exists():
    for path in paths().values():
        assert set(path.modules) <= set(contents.modules()), path.id
    for each in outlines().values():
        named = {m.module for m in each.moments if m.module} | {id for s in each.meetings for id in s.modules}
        assert named <= set(contents.modules()), each.id


def test_group_is_named_by_the_local_day_of_its_workshop(client, aidant, library):
    """In Guadeloupe, the evening of the 1st is already the 2nd in Paris."""
    start = datetime(2026, 12, 1, 23, 30, tzinfo=UTC)
    row = Workshop.objects.create(
        structure=library, title="Les pièges", subject="securite", format="ponctuel", level="debutant",
        starts_at=start, ends_at=start + timedelta(hours=2), capacity=6, made_at=AT, changed_at=AT, commune="97105",
    )  # fmt: skip
    client.force_login(aidant)
    page = client.get(f"/espace/apprendre/nouveau/?atelier={row.pk}").content.decode()
    assert "Les pièges, 1er décembre" in page.replace("\xa0", " ")


def test_a_workshop_becomes_a_group_with_those_who_are_seated(client, aidant, library):
    person = people.welcome(by=aidant, structure=library, nickname="Fatou", at=AT)
    start = timezone.now() + timedelta(days=2)
    row = Workshop.objects.create(
        structure=library, title="Les pièges", subject="securite", format="ponctuel", level="debutant", outline="sms-pieges",
        starts_at=start, ends_at=start + timedelta(hours=2), capacity=6, made_at=AT, changed_at=AT,
    )  # fmt: skip
    for n, (name, seated_person) in enumerate((("Ali", None), ("Fatou", person))):
        Seat.objects.create(
            workshop=row,
            learner=str(n),
            name=name,
            person=seated_person,
            channel="counter",
            status="booked",
            booked_at=AT,
            token=str(n),
        )
    client.force_login(aidant)
    address = f"/espace/apprendre/nouveau/?atelier={row.pk}"
    page = client.get(address).content.decode()
    assert "Les pièges, " in page
    assert ">Ali</textarea>" in page.replace("\n", "")
    client.post(
        address,
        {"structure": str(library.pk), "titre": "Les pièges", "trame": "trame:sms-pieges", "noms": "Ali"},
    )
    new_group = Group.objects.get(title="Les pièges")
    assert sorted(str(m.person) for m in new_group.members.all()) == ["Ali", "Fatou"]
    assert new_group.members.filter(person=person).exists()


def test_what_is_learnt_at_home_is_counted_where_one_is_followed(client, aidant, library):
    person = people.welcome(by=aidant, structure=library, nickname="Fatou", at=AT)
    send(client, person, fact(1))
    assert Fact.objects.get().structure == library


def test_former_structure_receives_nothing_more(client, aidant, library, group):
    """Neither what is learnt with the card nor what is planned; its group stays, with what it knew."""
    (row,) = groups.welcome(group, ["Fatou"], by=aidant, at=AT)
    send(client, row.person, fact(1))
    assert plan_queries.in_whose_name(aidant, row.person, helped=False) == library
    people.leave(person=row.person, structure=library, by=aidant, at=AT)
    send(client, row.person, fact(2))
    assert [(stored_fact.structure, stored_fact.group) for stored_fact in Fact.objects.order_by("step")] == [
        (library, group),
        (None, None),
    ]
    assert plan_queries.in_whose_name(aidant, row.person, helped=False) is None
    assert access.home_of_person(row.person) is None
