"""A co-design workshop: four groups from profiles to draft actions, boards by code, votes, causes in the grid."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pypdfium2
import pytest
from django.urls import reverse

from maillage.apps.dossiers import queries as dossiers
from maillage.apps.dossiers.models import Finding
from maillage.apps.steering.codesign import actions
from maillage.apps.steering.codesign.models import Card, DraftAction, Group, Participant, Session, Vote
from maillage.apps.steering.codesign.queries import boards as queries
from maillage.apps.steering.plans import actions as plans
from maillage.apps.steering.plans.queries import proposals
from maillage.kernel.errors import Refused
from maillage.kernel.typed import line
from maillage.publishing import journey as maps
from maillage.publishing.plan.reading import PlanReading, plan_json
from maillage.reference.codesign import CHANNELS, KINDS, journeys, questions, stages
from tests.conftest import PLACE, account

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture
def session(lea):
    return actions.prepare(
        "38185",
        title="La Caf",
        objective="Aller au bout",
        day=date(2026, 11, 20),
        token="x",
        by=lea,
        at=AT,
    )


@pytest.fixture
def group(session):
    return session.groups.get(number=2)


def put(group, words="Pas d’adresse mail", kind="obstacle", stage="claim", token=None):
    return actions.put(group, stage=stage, kind=kind, words=words, token=token or words, at=AT)


def test_a_workshop_serves_again_for_another_operator_with_its_invented_profiles(client, lea, session, group):
    actions.describe(group, name="Aurélie", who="Elle élève seule ses enfants", equipment="Un téléphone")
    client.force_login(lea)
    page = client.get(f"/espace/co-construction/nouveau/?comme={session.pk}").content.decode()
    assert "resservent" in page and "Aller au bout" in page
    form_data = {
        "territoire": "38185", "titre": "L’Assurance maladie", "objectif": "Aller au bout", "operateur": "Cpam",
        "jour": "2026-12-01", "groupes": 4, "voix": 4, "jeton": "y", "comme": session.pk,
    }  # fmt: skip
    client.post("/espace/co-construction/nouveau/", form_data)
    new_session = Session.objects.latest("pk")
    assert (new_session.operator, new_session.groups.count()) == ("Cpam", 4)
    assert new_session.groups.get(number=2).who == "Elle élève seule ses enfants"
    assert new_session.groups.get(number=2).code != group.code
    elsewhere = account("nordiste", "analyste", territory="59")
    client.force_login(elsewhere)
    assert client.get(f"/espace/co-construction/nouveau/?comme={session.pk}").status_code == 404


def test_the_leader_of_a_workshop_reads_the_cards_of_its_boards(client, lea, session, group):
    card, removed = put(group), put(group, "Un mot de passe perdu")
    actions.withdraw(removed, at=AT)
    client.force_login(lea)
    page = client.get(f"/espace/co-construction/{session.pk}/").content.decode()
    assert card.words in page and removed.words not in page


def test_a_proposed_action_brings_its_cost_and_its_day_to_the_plan(client, lea, session, group):
    lever = put(group, "Une permanence le soir", kind="lever")
    address = f"/groupe/{group.code}/geste/"
    typed = {"geste": "action", "lever": lever.pk, "title": "Ouvrir le soir", "obstacle": ""}
    client.post(address, typed | {"budget": "beaucoup", "ends_on": ""})
    assert not session.drafts.exists()
    client.post(address, typed | {"budget": "12 000", "ends_on": "2027-06-30"})
    draft = session.drafts.get()
    assert (draft.budget, draft.ends_on) == (12_000, date(2027, 6, 30))
    client.force_login(lea)
    page = client.get(f"/espace/co-construction/{session.pk}/").content.decode()
    assert "pour le 30 juin 2027" in page
    plan = plans.open_plan(session.place, title="Le plan", frame=None, by=lea, at=AT)
    proposed = proposals.proposal(plan, f"draft:{draft.pk}", AT.date())
    row = plans.keep(plan, proposed, axis=plan.axes.get(), by=lea, at=AT)
    assert (row.budget, row.ends_on) == (12_000, date(2027, 6, 30))


def test_a_proposed_action_brings_its_place_to_the_plan(client, lea, session, group, study):
    """« Lieu à préciser » restait dans cinq documents : l’atelier ne le demandait pas, et son titre le disait."""
    Session.objects.update(place=study.place)
    zone, address = dossiers.reading(study).zones[0], f"/groupe/{group.code}/geste/"
    plan = plans.open_plan(study.place, title="Le plan", frame=None, by=lea, at=AT)
    assert "tout le territoire" in client.get(f"/groupe/{group.code}/").text
    places = {}
    for title, area in {"Ouvrir le soir": zone.full_name, f"Un bus à {zone.full_name}": "", "Un annuaire":
                        "Tout le territoire", "Une fiche": ""}.items():  # fmt: skip
        lever = put(group, title, kind="lever")
        client.post(address, {"geste": "action", "lever": lever.pk, "title": title, "area": area})
        proposed = proposals.proposal(plan, f"draft:{lever.draft.pk}", AT.date())
        row = plans.keep(plan, proposed, axis=plan.axes.get(), by=lea, at=AT)
        places[title] = (row.zones, row.lacks_place)
    placed = ([zone.code], False)
    assert list(places.values()) == [placed, placed, ([], False), ([], True)]


def test_a_proposed_action_names_the_finding_that_somebody_chose(client, lea, session, group, study):
    """Trois décisions disaient seulement « proposée par un groupe » : le constat se choisit quand on la garde."""
    Session.objects.update(place=study.place)
    plan = plans.open_plan(study.place, title="Le plan", frame=None, by=lea, at=AT)
    client.force_login(lea)
    objectives = []
    for title, chosen in (("Ouvrir le soir", 0), ("Aider en face à face", -1), ("Un bus", None)):
        lever = put(group, title, kind="lever")
        client.post(f"/groupe/{group.code}/geste/", {"geste": "action", "lever": lever.pk, "title": title})
        key = f"draft:{lever.draft.pk}"
        proposed = proposals.proposal(plan, key, AT.date())
        finding = "Inventé ailleurs." if chosen is None else proposed.findings[chosen]
        assert chosen is None or finding in unescape(client.get(f"/territoires/{plan.place}/plan/").text)
        typed = {"geste": "garder", "proposition": key, "dynamique": plan.axes.get().pk, "constat": finding}
        client.post(reverse("plan_gesture", args=[plan.place]), typed)
        row = plan.actions.get(proposal=key)
        assert row.proposed == row.objective, "another territory takes up neither"
        objectives.append(row.objective.endswith(line(f"Le constat : {finding}")))
    assert objectives == [True, True, False]


def test_a_closed_workshop_says_what_won_and_leads_each_action_to_the_plan(client, lea, session, group):
    """La page d’un atelier clos ne disait ni le résultat des votes, ni comment une action entre au plan."""
    obstacle, lever = put(group), put(group, "Une permanence le soir", kind="lever")
    put(group, "Personne ne la choisit")
    actions.go_to(session, "vote", by=lea, at=AT)
    for chosen in ([lever.pk], [lever.pk, obstacle.pk]):
        client.post(f"/voix/{actions.seat(session, group, trade='mediator').code}/", {"carte": chosen})
    actions.propose(lever, title="Ouvrir le soir", obstacle=obstacle, at=AT)
    actions.close(session, by=lea, at=AT)
    client.force_login(lea)
    address = f"/espace/co-construction/{session.pk}/"
    page = " ".join(client.get(address).content.decode().replace("\xa0", " ").split())
    votes = page[page.index("Le résultat des votes") : page.index("Les actions proposées")]
    assert "2 bulletins" in votes and votes.index("2 voix") < votes.index("1 voix")
    assert votes.index(lever.words) < votes.index(obstacle.words) and "Personne ne la choisit" not in votes
    assert page.index("Le résultat des votes") < page.index("Les groupes")
    (to_plan,) = re.findall(r'href="([^"]+\?de=draft:[^"]+)"', page)
    assert client.get(to_plan).templates[0].name == "plans/open.html", "no plan yet: it is opened first"
    plan = plans.open_plan(session.place, title="Le plan", frame=None, by=lea, at=AT)
    form = client.get(to_plan, follow=True)
    assert form.templates[0].name == "plans/form.html" and "Ouvrir le soir" in form.content.decode()
    proposed = proposals.proposal(plan, f"draft:{session.drafts.get().pk}", AT.date())
    action = plans.keep(plan, proposed, axis=plan.axes.get(), by=lea, at=AT)
    page = " ".join(client.get(address).content.decode().split())
    assert "· au plan" in page and "?de=draft:" not in page and "· 2 voix pour son levier" in page
    sheet = client.get(f"/territoires/{session.place}/plan/actions/{action.pk}/").content.decode()
    sheet = " ".join(sheet.replace("\xa0", " ").split())
    assert (
        "2 voix pour ce levier, sur 2 bulletins." in sheet
        and f"L’obstacle : {obstacle.words} (1 voix)." in sheet
    )
    assert "Le vote de l’atelier, tel que noté le" in sheet[: sheet.index("Effet attendu")], "no effect"
    assert "n’a pas chiffré" not in sheet
    assert "tout le territoire" not in sheet.lower()
    listed = client.get(f"/territoires/{session.place}/plan/").content.decode().lower()
    assert "lieu à préciser" in listed and "tout le territoire" not in listed
    plans.change(action, version=1, by=lea, at=AT, objective="Ouvrir un soir.")
    action.refresh_from_db()
    assert not action.lacks_place, "somebody read it, its places included"


def test_the_same_card_of_two_groups_has_the_ballots_of_both(client, lea, session, group):
    """« Ne sait pas où aller » avait 3 voix, puis 3 voix, et passait après une carte qui en avait 4 ; puis
    10 voix pour 7 bulletins, comptés dans chaque groupe.
    """
    other = session.groups.get(number=1)
    first, second = put(group, "Ne sait pas où aller"), put(other, "ne sait pas où aller !", token="autre")
    lever = put(group, "Un affichage", kind="lever")
    actions.go_to(session, "vote", by=lea, at=AT)
    for chosen in ([first.pk, second.pk, lever.pk], [second.pk], [second.pk, first.pk, lever.pk]):
        client.post(f"/voix/{actions.seat(session, group, trade='mediator').code}/", {"carte": chosen})
    draft = actions.propose(lever, title="Afficher", obstacle=first, at=AT)
    cards = [(each.words, each.n_votes, each.groups) for each in queries.chosen_cards(session)]
    assert cards == [("ne sait pas où aller !", 3, (1, 2)), ("Un affichage", 2, (2,))]
    plan = plans.open_plan(session.place, title="Le plan", frame=None, by=lea, at=AT)
    assert "Ne sait pas où aller (3 voix)" in proposals.proposal(plan, f"draft:{draft.pk}", AT.date()).why
    actions.close(session, by=lea, at=AT)
    ((card, _),) = maps.workshop_cards(queries.journeys_of(session.place), maps.FACED)
    assert card.votes == 3, "slides count ballots too"
    written = PlanReading(
        title="Le plan",
        state="",
        frame="",
        is_published=True,
        is_example=False,
        axes=(),
        journeys=tuple(queries.journeys_of(session.place)),
    )
    assert "voters" not in json.dumps(plan_json(written)), "an edition never says who voted"


def test_an_empty_ballot_is_refused_and_counted_as_no_vote(client, lea, session, group):
    put(group, "Une permanence le soir", kind="lever")
    actions.go_to(session, "vote", by=lea, at=AT)
    seat = actions.seat(session, group, trade="mediator")
    page = client.post(f"/voix/{seat.code}/", {"carte": []}, follow=True).content.decode()
    seat.refresh_from_db()
    assert seat.voted_at is None and "Aucune carte n’est cochée." in page


def test_the_plan_and_the_page_of_who_steers_lead_to_the_workshops(client, lea, session, study):
    plans.open_plan(session.place, title="Le plan", frame=None, by=lea, at=AT)
    client.force_login(lea)
    for address in (f"/territoires/{session.place}/plan/", "/espace/pilotage/"):
        assert 'href="/espace/co-construction/"' in client.get(address).content.decode().partition("<main")[2]


def test_a_workshop_is_prepared_on_one_s_territory_alone(client, lea):
    client.force_login(lea)
    form_data = {
        "titre": "La Caf",
        "objectif": "Aller au bout",
        "jour": "2026-11-20",
        "groupes": 4,
        "voix": 4,
    }
    answer = client.post(
        "/espace/co-construction/nouveau/", {**form_data, "territoire": "38185", "jeton": "a"}
    )
    row = Session.objects.get()
    assert answer.url == f"/espace/co-construction/{row.pk}/"
    assert [each.number for each in row.groups.all()] == [1, 2, 3, 4]
    client.post("/espace/co-construction/nouveau/", {**form_data, "territoire": "38185", "jeton": "a"})
    assert Session.objects.count() == 1
    far = client.post("/espace/co-construction/nouveau/", {**form_data, "territoire": "59392", "jeton": "b"})
    assert far.status_code == 400
    assert "n’est pas le vôtre" in far.content.decode()
    lost = client.post(
        "/espace/co-construction/nouveau/", {**form_data, "territoire": "Nulle-Part", "jeton": "c"}
    )
    assert lost.status_code == 400


@pytest.mark.parametrize("id", ["S-005", "S-012"])
def test_a_workshop_asks_one_of_the_questions_of_a_network(client, lea, id):
    client.force_login(lea)
    question_text = questions()[id].says
    form_data = {
        "territoire": "38185", "titre": "Nous", "objectif": "Répondre", "question": id, "jour": "2026-12-01",
        "groupes": 2, "voix": 4, "jeton": id,
    }  # fmt: skip
    assert question_text in client.get("/espace/co-construction/nouveau/").content.decode()
    page = client.post("/espace/co-construction/nouveau/", form_data, follow=True).content.decode()
    assert question_text in page and "Répondre" in page
    client.logout()
    assert question_text in client.get("/parcours/").content.decode(), "anybody reads them"


def test_a_workshop_gets_its_hour_and_its_place_from_a_meeting_of_the_network(client, session, lea):
    """S-004: two mornings of January, a theme each; whoever convenes no meeting is offered none."""
    address = f"/espace/co-construction/{session.pk}/"
    day = date.today() + timedelta(days=40)
    Session.objects.update(held_on=day, title="Aller vers & visibilité")
    client.force_login(lea)
    assert "Donner l’heure et le lieu" not in client.get(address).content.decode()
    client.force_login(account("nora", "coordination", territory="38"))
    page = client.get(address).content.decode()
    (link,) = re.findall(r'href="(/espace/reseau/reunions/nouvelle/[^"]*)"', page)
    form = client.get(unescape(link)).context["form"]
    assert [form[name].value() for name in ("sorte", "titre", "jour_1")] == [
        "group", "Aller vers & visibilité", day,
    ]  # fmt: skip
    Session.objects.update(held_on=date.today() - timedelta(days=1))
    assert "Donner l’heure et le lieu" not in client.get(address).content.decode()


def test_a_group_opens_its_board_by_its_code_without_account(client, group):
    page = client.post("/groupe/", {"code": group.halves.lower()}, follow=True).content.decode()
    assert group.title in page
    put(group)
    assert "1\u00a0obstacle<" in client.get(f"/groupe/{group.code}/").content.decode()
    assert "n’a pas encore d’étude" in page
    assert client.get("/groupe/AAAAAAAA/").status_code == 404
    assert client.get("/groupe/x/").status_code == 404


def test_codes_are_not_guessed_for_long(client, group, monkeypatch):
    monkeypatch.setattr("maillage.apps.steering.codesign.rules.LINKS_AN_HOUR", 2)
    for _ in range(2):
        client.get("/groupe/AAAAAAAA/")
    assert client.get(f"/groupe/{group.code}/").status_code == 429


def test_a_card_is_put_once_changed_withdrawn_and_put_back(client, group):
    address = f"/groupe/{group.code}/geste/"
    typed = {"geste": "poser", "stage": "claim", "kind": "lever", "words": "<b>Un mail</b>", "token": "t"}
    client.post(address, typed)
    client.post(address, typed)
    card = Card.objects.get()
    page = client.get(f"/groupe/{group.code}/").content.decode()
    assert "&lt;b&gt;Un mail" in page
    change = {
        "geste": "changer",
        "carte": card.pk,
        "version": 1,
        "words": "Un mail",
        "stage": "file",
        "kind": "solution",
    }
    client.post(address, change)
    card.refresh_from_db()
    assert (card.words, card.stage, card.kind, card.version) == ("Un mail", "file", "solution", 2)
    for _ in range(2):  # two of a table who take it off put nothing back
        client.post(address, {"geste": "retirer", "carte": card.pk})
    assert "Cartes retirées (1)" in client.get(f"/groupe/{group.code}/").content.decode()
    client.post(address, {"geste": "remettre", "carte": card.pk})
    card.refresh_from_db()
    assert card.withdrawn_at is None
    assert client.post(address, {**typed, "words": "", "token": "u"}).status_code == 400


def test_the_card_of_another_group_is_not_touched(client, session, group):
    card = put(session.groups.get(number=1))
    assert (
        client.post(f"/groupe/{group.code}/geste/", {"geste": "retirer", "carte": card.pk}).status_code == 404
    )


def test_action_removed_by_a_colleague_is_reported(client, session, group, lea):
    lever = put(group, kind="lever")
    actions.withdraw(lever, at=AT)
    address = f"/groupe/{group.code}/geste/"
    response = client.post(
        address, {"geste": "action", "lever": lever.pk, "title": "Un atelier"}, follow=True
    )
    assert "quelqu’un l’a retirée" in response.content.decode()
    client.force_login(lea)
    seated = actions.seat(session, group, trade="mediator")
    address = f"/espace/co-construction/{session.pk}/geste/"
    for words in (f"Le n°\xa0{seated.number} est retiré", "Personne n’a été retiré"):
        answer = client.post(address, {"geste": "lever", "numero": seated.number}, follow=True)
        assert words in answer.content.decode().replace("n° ", "n°\xa0"), words


def test_two_people_change_one_card_and_both_stay(group):
    card = put(group)
    card_fields = {"stage": "claim", "kind": "obstacle", "at": AT}
    actions.change(card, words="Pas de mail à elle", version=1, **card_fields)
    other = actions.change(card, words="Mail de son fils", version=1, **card_fields)
    assert other.beside_id == card.pk
    assert {each.words for each in queries.cards_of(group)} == {"Pas de mail à elle", "Mail de son fils"}
    assert actions.change(card, words="Pas de mail à elle", version=1, **card_fields).pk == card.pk


@pytest.mark.parametrize("words", ["", "Appeler Mme Roche au 06 12 34 56 78", "Son mot de passe : Soleil38"])
def test_a_card_without_words_or_with_somebody_real_is_refused(group, words):
    with pytest.raises(Refused):
        put(group, words=words, token="t")
    assert not Card.objects.exists()


def test_a_printed_board_is_typed_back_once(client, group):
    put(group, words="Pas de mail")
    page = f"/groupe/{group.code}/retaper/"
    typed = {"token": "abc", "claim-obstacle": "Pas de mail\nLe code expire", "follow-lever": "- Un SMS"}
    for _ in range(2):
        client.post(page, typed)
    assert sorted(Card.objects.values_list("words", flat=True)) == ["Le code expire", "Pas de mail", "Un SMS"]
    bad = client.post(page, {"token": "d", "claim-obstacle": "Bien\nAppelez le 06 12 34 56 78"})
    assert bad.status_code == 400
    assert "Bien" in bad.content.decode()
    assert Card.objects.count() == 3


def test_votes_are_cast_once_each_in_their_time(client, session, group, lea):
    cards = [put(group, words=f"Carte {n}") for n in range(6)]
    fact = put(group, words="Son fils l’aide", kind="workaround")
    voter = actions.seat(session, group, trade="mediator")
    page = f"/voix/{voter.code}/"
    assert client.post(page, {"carte": [cards[0].pk]}).status_code == 400
    actions.go_to(session, "vote", by=lea, at=AT)
    assert client.post(page, {"carte": [card.pk for card in cards[:5]]}).status_code == 400
    assert client.post(page, {"carte": [fact.pk]}).status_code == 400
    assert not Vote.objects.exists()
    client.post(page, {"carte": [card.pk for card in cards[:4]]})
    client.post(page, {"carte": [cards[4].pk, cards[4].pk]})
    assert list(Vote.objects.values_list("card", flat=True)) == [cards[4].pk]
    with pytest.raises(Refused):
        actions.change(cards[4], words="Autre chose", stage="claim", kind="obstacle", version=1, at=AT)
    assert next(iter(queries.cards_of(group))).pk == cards[4].pk
    actions.unseat(session, voter.number)
    assert not Vote.objects.exists()
    assert client.get(page).status_code == 404


def test_each_kind_of_card_heads_its_row(client, group):
    put(group)
    page = client.get(f"/groupe/{group.code}/").content.decode()
    heads = page.partition('class="rangs-atelier"')[2].partition("<section")[0]
    assert "sorte obstacle" in heads
    assert "sorte lever" in heads, "a row without any card is there to be filled"


def test_a_board_becomes_a_journey_and_draft_actions(client, group):
    obstacle, lever = put(group), put(group, words="Créer un mail avec quelqu’un", kind="lever")
    address = f"/groupe/{group.code}/geste/"
    client.post(address, {"geste": "niveaux", "today-claim": "blocked", "then-claim": "together"})
    client.post(
        address, {"geste": "action", "lever": lever.pk, "title": "Un atelier mail", "obstacle": obstacle.pk}
    )
    client.post(
        address,
        {"geste": "action", "lever": lever.pk, "title": "Deux ateliers mail", "obstacle": obstacle.pk},
    )
    draft = DraftAction.objects.get()
    assert (draft.title, draft.obstacle, draft.place) == ("Deux ateliers mail", obstacle, "38185")
    actions.drop(draft)
    assert DraftAction.objects.get().state == "dropped"
    text = client.get(f"/groupe/{group.code}/carte.txt").content.decode().replace("\u00a0", " ")
    assert "aujourd’hui : bloquée ; avec les leviers : avec quelqu’un" in text
    assert text.index("Pas d’adresse mail") < text.index("Créer un mail avec quelqu’un")
    assert client.get(f"/groupe/{group.code}/carte.pdf").content.startswith(b"%PDF")
    assert client.get(f"/groupe/{group.code}/carte.png").content.startswith(b"\x89PNG")
    assert b"parcours-triangle" in client.get(f"/groupe/{group.code}/carte.svg").content
    assert client.get(f"/groupe/{group.code}/carte.exe").status_code == 404
    assert client.get(f"/groupe/{group.code}/planche.pdf").content.startswith(b"%PDF")


def test_an_empty_board_shows_its_grid_and_prints_it(client, group):
    """Un tableau sans carte ne montrait rien : ses rangs et ses cases sont là, et le PDF est la planche à remplir."""
    page = client.get(f"/groupe/{group.code}/").content.decode()
    assert page.count('class="case-vide"') == page.count('class="sans-carte"') == len(stages()) * len(KINDS)
    put(group)
    assert client.get(f"/groupe/{group.code}/").content.decode().count('class="sans-carte"') == 15
    Card.objects.all().delete()
    with pypdfium2.PdfDocument(client.get(f"/groupe/{group.code}/carte.pdf").content) as printed:
        assert len(printed) == 1 and "☐ bloquée" in printed[0].get_textpage().get_text_bounded()


def test_two_of_a_table_lose_nothing_of_each_other(client, group):
    """Each has the board open on a telephone: what one sends says nothing of what the other did since."""
    address = f"/groupe/{group.code}/geste/"
    board = client.get(f"/groupe/{group.code}/").content.decode()
    assert 'name="initial-today-claim" value=""' in board and 'name="etait" value=""' in board
    initial_levels = {f"initial-{key}-{stage}": "" for key in ("today", "then") for stage in stages()}
    client.post(address, {"geste": "niveaux", **initial_levels, "today-claim": "blocked"})
    client.post(address, {"geste": "niveaux", **initial_levels, "then-claim": "together"})
    level = group.levels.get(stage="claim")
    assert (level.today, level.then, group.levels.count()) == ("blocked", "together", 1)
    client.post(
        address, {"geste": "niveaux", **initial_levels, "initial-today-claim": "blocked", "today-claim": ""}
    )
    level.refresh_from_db()
    assert (level.today, level.then) == ("", "together")
    client.post(address, {"geste": "causes", "etait": [""], "cause": ["apart"]})
    client.post(address, {"geste": "causes", "etait": [""], "cause": ["capacity"]})
    assert {each.cause for each in group.causes.all()} == {"apart", "capacity"}
    client.post(address, {"geste": "causes", "etait": ["", "apart", "capacity"], "cause": ["apart"]})
    assert {each.cause for each in group.causes.all()} == {"apart"}


def test_what_is_typed_on_a_board_comes_back_when_it_is_refused(client, group, lea):
    """A board asks for no account: what is typed there is kept in the tab as in the space."""
    assert f'data-saisie="{group.code}"' in client.get(f"/groupe/{group.code}/").content.decode()


def test_causes_enter_the_grid_when_it_ends_and_leave_it_when_it_opens_again(session, lea):
    for number, chosen in ((1, ["apart", "capacity"]), (2, ["apart"])):
        actions.tick(session.groups.get(number=number), chosen)
    actions.close(session, by=lea, at=AT)
    words_by_kind = {row.kind: row.words for row in Finding.objects.filter(place="38185", withdrawn_at=None)}
    assert words_by_kind["no_network"] == "Les structures ne sont pas réunies : 2 groupes sur 4."
    assert words_by_kind["low_capacity"].endswith("1 groupe sur 4.")
    with pytest.raises(Refused):
        put(session.groups.get(number=1))
    (networks,) = queries.ticked(session)
    assert networks[0] == "Les réseaux du territoire sont trop faibles pour accompagner"
    assert [(each.id, each.groups) for each in networks[1]] == [("apart", 2), ("capacity", 1)]
    actions.reopen(Session.objects.get(), by=lea, at=AT)
    assert not Finding.objects.filter(withdrawn_at=None).exists()


def test_another_territory_s_workshop_does_not_exist(client, session, home):
    client.force_login(account("jo", "analyste", territory="59"))
    assert client.get(f"/espace/co-construction/{session.pk}/").status_code == 404
    assert "La Caf" not in client.get("/espace/co-construction/").content.decode()


def test_seats_steps_and_ballots(client, session, lea):
    client.force_login(lea)
    address = f"/espace/co-construction/{session.pk}/geste/"
    client.post(address, {"geste": "asseoir", "trade": "mediator", "structure": "PIMMS", "groupe": "2"})
    client.post(address, {"geste": "vote"})
    voter = Participant.objects.get()
    assert (voter.group.number, voter.number) == (2, 1)
    page = client.get(f"/espace/co-construction/{session.pk}/").content.decode()
    assert "Il manque une personne de l’action sociale" in page
    assert "n° 1, médiation numérique, PIMMS" in " ".join(page.split()), "who came, by trade and structure"
    assert (
        f"/voix/{voter.code}/"
        in client.get(f"/espace/co-construction/{session.pk}/bulletins/").content.decode()
    )
    assert client.post(address, {"geste": "asseoir", "trade": "roi"}).status_code == 400
    client.post(address, {"geste": "lever", "numero": 1})
    assert not Participant.objects.exists()


def test_a_profile_is_invented_and_names_nobody(client, group, lea):
    client.force_login(lea)
    page = f"/espace/co-construction/groupes/{group.pk}/profil/"
    client.post(page, {"name": "Farida", "who": "58 ans, fait des ménages."})
    assert Group.objects.get(pk=group.pk).title == "Le parcours de Farida"
    response = client.post(page, {"name": "Farida", "who": "Joignable au 06 12 34 56 78"}, follow=True)
    assert "Ces mots donnent un numéro ou une adresse." in response.content.decode()
    assert Group.objects.get(pk=group.pk).who == "58 ans, fait des ménages."


@pytest.mark.parametrize("id", ["andrei", "aurelie", "sandrine"])
def test_the_journeys_of_the_plan_are_read_by_anybody(client, id):
    page = client.get(f"/parcours/{id}/").content.decode()
    assert "redit avec nos mots" in page
    assert client.get(f"/parcours/{id}/carte.pdf").content.startswith(b"%PDF")


def test_a_journey_that_nobody_wrote_is_not_there(client, db):
    assert client.get("/parcours/").status_code == 200
    assert client.get("/parcours/quatrieme/").status_code == 404
    assert client.get("/parcours/andrei/carte.exe").status_code == 404


@pytest.mark.parametrize("zoned", [True, False])
def test_the_figures_of_a_profile_have_their_bars_on_one_scale(client, study, zoned):
    """The need fills the scale to its high bound; those who are poor too are a part of it, and shorter."""
    study_json = json.loads((dossiers.folder(study) / "etude.json").read_bytes())
    of = study_json["zones"][0] if zoned else study_json["besoins"]
    workshop_fields = {"title": "Caf", "objective": "Aller au bout", "day": AT.date(), "token": "z"}
    group = actions.prepare(
        PLACE, at=AT, by=account("lea", "analyste", territory="38"), **workshop_fields
    ).groups.get(number=1)
    Group.objects.filter(pk=group.pk).update(zone=study_json["zones"][0]["code"] if zoned else "")
    page = client.get(f"/groupe/{group.code}/").content.decode()
    bars = re.findall(r'<rect class="plein" x="1" y="6" width="([\d.]+)"', page)
    need, poor = of["precarite_numerique"], of["cumul"]
    assert bars[:2] == [f"{116 * each['bas'] / need['haut']:.1f}" for each in (need, poor)]
    assert "ont aussi peu de revenus" in page


def test_the_zone_of_a_profile_is_chosen_with_its_town(study, monkeypatch):
    """« Nord-Est », « Centre Ville » : de quelle ville ?"""
    reading = dossiers.reading(study)
    towns = ("Saint-Omer", "Arques", "Saint-Omer")
    rows = tuple(replace(row, place=town) for row, town in zip(reading.zones, towns, strict=False))
    monkeypatch.setattr(dossiers, "reading", lambda study: replace(reading, zones=rows))
    places = [name.rpartition(" (")[2] for _, name in queries.zones(PLACE)]
    assert places == ["Arques)", "Saint-Omer)", "Saint-Omer)"]


def test_each_vote_is_a_stitch_and_its_number(client, group, lea):
    card = put(group)
    group.session.refresh_from_db()
    actions.go_to(group.session, "vote", by=lea, at=AT)
    for _ in range(3):
        voter = actions.seat(group.session, group, trade="mediator")
        client.post(f"/voix/{voter.code}/", {"carte": [card.pk]})
    page = client.get(f"/groupe/{group.code}/").content.decode()
    (drawn,) = re.findall(r'<p class="voix-comptees">(.*?)</p>', page, re.DOTALL)
    assert drawn.count("M") == 3 and drawn.rstrip().endswith("3 voix")


def test_a_card_says_by_which_channel_and_the_map_tells_each_one(client, group):
    """Guichet, courrier, téléphone, borne, en ligne, tiers de confiance : ce qui bloque à chacun."""
    page = client.get(f"/groupe/{group.code}/").content.decode().replace("\xa0", " ")
    assert "Aucune carte ne dit encore par où la personne passe" in page
    address = f"/groupe/{group.code}/geste/"
    typed = {"geste": "poser", "stage": "claim", "kind": "obstacle", "words": "Rien à lire", "token": "t"}
    client.post(address, {**typed, "channel": "terminal"})
    card = Card.objects.get()
    assert card.channel == "terminal"
    words_by_channel = {
        each.label: [card.words for card in each.cards] for each in maps.passages(queries.journey(group))
    }
    assert words_by_channel == {label: [] for label in CHANNELS.values()} | {"borne": ["Rien à lire"]}
    page = client.get(f"/groupe/{group.code}/").content.decode().replace("\xa0", " ")
    assert "Obstacle : Rien à lire" in page
    assert page.count("Ce parcours n’en dit rien.") == 5
    assert "- Rien à lire (borne)" in maps.text(queries.journey(group)).replace("\xa0", " ")
    change = {"geste": "changer", "carte": card.pk, "version": 1, "words": "Rien à lire", "stage": "claim"}
    client.post(address, {**change, "kind": "obstacle", "channel": "trusted"})
    card.refresh_from_db()
    assert (card.channel, card.version) == ("trusted", 1)
    assert client.post(address, {**typed, "token": "u", "channel": "pigeon"}).status_code == 400


def test_each_published_journey_names_its_channels(client):
    pages = [
        client.get(f"/parcours/{id}/").content.decode().replace("\xa0", " ")
        for id in ("andrei", "aurelie", "sandrine")
    ]
    assert "Obstacle : Au guichet, on le renvoie vers une borne" in pages[0]
    assert "On fait sans : Elle appelle la plateforme en plus" in pages[2]
    named = {card.channel for row in journeys().values() for each in row.stages for card in each.cards}
    assert named - {""} == {"terminal", "trusted", "letter", "phone", "online"}


def test_a_draft_put_aside_by_two_stays_aside(client, lea, session, group):
    draft = actions.propose(put(group, kind="lever"), title="Un atelier mail", obstacle=None, at=AT)
    client.force_login(lea)
    for _ in range(2):
        sent = {"geste": "ecarter", "action": draft.pk, "etait": ""}
        client.post(f"/espace/co-construction/{session.pk}/geste/", sent)
    draft.refresh_from_db()
    assert draft.state == "dropped"
    page = client.get(f"/espace/co-construction/{session.pk}/").content.decode()
    assert 'name="etait" value="1"' in page


def test_new_words_move_no_card_back_where_somebody_took_it_from(client, group):
    card, address = put(group), f"/groupe/{group.code}/"
    page = client.get(address).content.decode()
    sent = dict(re.findall(r'name="(initial-\w+)" value="([^"]*)"', page))
    initial_fields = {"initial-words": card.words, "initial-stage": "claim"}
    assert sent == {**initial_fields, "initial-kind": "obstacle", "initial-channel": ""}
    card_fields = {"geste": "changer", "carte": card.pk, "version": 1, "channel": ""}
    moved = {**card_fields, "words": card.words, "stage": "file", "kind": "obstacle"}
    client.post(f"{address}geste/", {**moved, **sent})
    client.post(
        f"{address}geste/",
        {**card_fields, **sent, "words": "Pas de mail", "stage": "claim", "kind": "obstacle"},
    )
    card.refresh_from_db()
    assert (card.words, card.stage) == ("Pas de mail", "file")


def test_a_card_moved_from_an_older_page_brings_no_former_words_back(client, group):
    """Déplacer une carte dont un collègue a changé les mots la déplace : ses mots d’avant ne reviennent pas."""
    card, address = put(group), f"/groupe/{group.code}/"
    page = client.get(address).content.decode()
    sent = dict(re.findall(r'name="(initial-\w+)" value="([^"]*)"', page))
    card_fields = {
        "geste": "changer",
        "carte": card.pk,
        "version": 1,
        "channel": "",
        "kind": "obstacle",
        **sent,
    }
    client.post(f"{address}geste/", {**card_fields, "words": "Pas de mail", "stage": "claim"})
    response = client.post(
        f"{address}geste/", {**card_fields, "words": "Pas d’adresse mail", "stage": "file"}, follow=True
    )
    card.refresh_from_db()
    assert (card.words, card.stage, Card.objects.count()) == ("Pas de mail", "file", 1)
    assert "en même temps" not in response.content.decode()
