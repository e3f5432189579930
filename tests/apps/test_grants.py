"""A call for projects, from its rules to its decisions: two structures, a jury that declares its ties."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from maillage.apps.platform.accounts.models import Entry
from maillage.apps.volunteering.grants import actions, queries, rules, worklist
from maillage.apps.volunteering.grants.models import (
    Conflict,
    FollowUp,
    GrantApplication,
    GrantCall,
    GrantDecision,
    Score,
)
from maillage.kernel.errors import Refused
from tests.conftest import account
from tests.support.places import place

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
DAY, LAST = date(2026, 11, 20), date(2026, 12, 20)
LATER = AT + timedelta(days=40)
PROJECT = {
    "title": "Le bus des démarches",
    "what": "Un bus, deux aidants.",
    "public": "Tous",
    "amount": 4_000,
}
MARKS = dict.fromkeys(rules.CRITERIA, 3)


@pytest.fixture
def clock(monkeypatch):
    now = [AT]
    monkeypatch.setattr("django.utils.timezone.now", lambda: now[0])
    return now


@pytest.fixture
def ccas(home, clock):
    return place("ccas", {"nom": "CCAS"}).structure


@pytest.fixture
def cyber(home):
    return place("cyber", {"nom": "Cybercentre"}).structure


@pytest.fixture
def fatou(ccas):
    return account("fatou", "formation", structure=ccas)


@pytest.fixture
def karim(cyber):
    return account("karim", "formation", structure=cyber)


def opened(lea, **more):
    call_fields = {"title": "Social et numérique", "about": "Faire ensemble", "budget": 10_000, "most": 5_000}
    days = {"opens_on": DAY, "closes_on": LAST, "token": "c"}
    call = actions.prepare("38", **{**call_fields, **days, **more}, by=lea, at=AT)
    actions.publish(call, by=lea, at=AT)
    return GrantCall.objects.get(pk=call.pk)


def written(call, ccas, cyber, by, *, token="p", **more):
    return actions.write(
        call, social=ccas, digital=cyber, by_social=True, token=token, by=by, at=AT, **{**PROJECT, **more}
    )


def submitted(call, ccas, cyber, fatou, karim, **more):
    row = written(call, ccas, cyber, fatou, **more)
    actions.agree(row, by=karim, at=AT)
    actions.submit(row, by=fatou, at=AT)
    return GrantApplication.objects.get(pk=row.pk)


def jury(call, lea, n=2):
    people = [account(f"jure{k}", "analyste", territory="38") for k in range(n)]
    return [actions.seat(call, each, by=lea, at=AT) for each in people]


def test_a_call_goes_from_its_rules_to_its_decisions(client, clock, lea, fatou, karim, ccas, cyber):
    client.force_login(lea)
    typed = {
        **{"territoire": "38", "title": "Social et numérique", "about": "Faire ensemble", "budget": 10_000},
        **{"most": 5_000, "opens_on": "2026-11-20", "closes_on": "2026-12-20", "token": "c"},
    }
    for _ in range(2):
        client.post("/espace/appels/nouveau/", typed)
    call = GrantCall.objects.get()
    assert client.get(f"/appels/{call.pk}/").status_code == 404
    client.post(f"/espace/appels/{call.pk}/geste/", {"geste": "publier"})
    assert "Candidater à deux" in client.get(f"/appels/{call.pk}/").content.decode()

    client.force_login(fatou)
    pair = {"side": "social", "ours": ccas.pk, "other": "cybercentre", "token": "p"}
    address = client.post(f"/espace/appels/{call.pk}/candidater/", {**PROJECT, **pair}).url
    assert "n’a pas encore dit oui" in client.get(address).content.decode()
    client.post(f"{address}geste/", {"geste": "deposer"})
    client.post(f"{address}geste/", {"geste": "accord"})
    row = GrantApplication.objects.get()
    assert (row.agreed_at, row.state) == (None, "written")
    client.force_login(karim)
    client.post(f"{address}geste/", {"geste": "accord"})
    client.post(f"{address}geste/", {"geste": "deposer"})
    row.refresh_from_db()
    assert row.state == "submitted"

    client.force_login(lea)
    for n in range(2):
        account(f"jure{n}", "analyste", territory="38")
        client.post(f"/espace/appels/{call.pk}/geste/", {"geste": "jure", "adresse": f"JURE{n}@exemple.fr"})
    clock[0] = LATER
    for juror in call.jurors.all():
        client.force_login(juror.account)
        assert client.post(f"{address}geste/", {"geste": "avis", "need": "4"}).status_code == 400
        client.post(
            f"{address}geste/", {"geste": "avis", **dict.fromkeys(rules.CRITERIA, "3"), "words": "Bien."}
        )
    client.force_login(lea)
    assert "3,0" in client.get(f"/espace/appels/{call.pk}/").content.decode()
    decision = {"geste": "decider", "granted": "oui", "amount": 3_500, "why": "Un besoin montré."}
    assert client.post(f"{address}geste/", {**decision, "why": ""}).status_code == 400
    client.post(f"{address}geste/", decision)
    client.logout()
    assert "Un besoin montré" not in client.get(f"/appels/{call.pk}/").content.decode()
    client.force_login(karim)
    assert "Un besoin montré" not in client.get(address).content.decode()
    client.force_login(lea)
    client.post(f"/espace/appels/{call.pk}/geste/", {"geste": "annoncer"})
    client.force_login(karim)
    assert "Un besoin montré" in client.get(address).content.decode()
    client.post(
        f"{address}geste/", {"geste": "suivre", "on": "2027-06-01", "words": "40 trajets.", "people": 120}
    )
    client.logout()
    page = client.get(f"/appels/{call.pk}/").content.decode()
    assert "Un besoin montré" in page
    assert "120 personnes aidées" in page
    assert Entry.objects.filter(verb="grant.announced").count() == 1


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"amount": 9_000}, "dépasse"),
        ({"agreed": False}, "dit oui"),
        ({"same": True}, "deux structures"),
        ({"away": True}, "territoire"),
    ],
)
def test_an_application_is_submitted_when_it_is_eligible_alone(lea, fatou, karim, ccas, cyber, change, why):
    call = opened(lea)
    if change.get("away"):
        GrantCall.objects.filter(pk=call.pk).update(place="59")
        call.refresh_from_db()
    other = ccas if change.get("same") else cyber
    row = written(call, ccas, other, fatou, **({"amount": change["amount"]} if "amount" in change else {}))
    if change.get("agreed", True):
        actions.agree(row, by=karim, at=AT)
    with pytest.raises(Refused, match=why):
        actions.submit(row, by=fatou, at=AT)


def test_two_who_change_a_project_lose_nothing(lea, fatou, ccas, cyber, clock):
    row = written(opened(lea), ccas, cyber, fatou)
    actions.agree(row, by=fatou, at=AT)
    actions.change(row, version=1, at=AT, title="Le bus")
    with pytest.raises(Refused, match="pendant que vous écriviez"):
        actions.change(row, version=1, at=AT, title="La barque")
    row.refresh_from_db()
    assert (row.title, row.agreed_at) == ("Le bus", None)


def test_a_juror_with_a_tie_does_not_judge(client, lea, fatou, karim, ccas, cyber, clock):
    call = opened(lea)
    row = submitted(call, ccas, cyber, fatou, karim)
    one, two, three = jury(call, lea, 3)
    with pytest.raises(Refused, match="pas encore fermé"):
        actions.score(one, row, marks=MARKS, at=AT)
    actions.score(one, row, marks=MARKS, at=LATER)
    actions.declare(one, row, why="J’y suis bénévole", at=LATER)
    assert not Score.objects.exists()
    with pytest.raises(Refused, match="lien"):
        actions.score(one, row, marks=MARKS, at=LATER)
    decision_fields = {"granted": True, "amount": 4_000, "why": "Utile", "by": lea, "at": LATER}
    actions.score(two, row, marks=MARKS, at=LATER)
    with pytest.raises(Refused, match="manque un avis"):
        actions.decide(row, **decision_fields)
    actions.score(three, row, marks=MARKS, at=LATER)
    assert actions.decide(row, **decision_fields).amount == 4_000
    actions.declare(two, row, why="Ma sœur", at=LATER)
    with pytest.raises(Refused, match="2 avis au moins"):
        actions.decide(row, **decision_fields)


def test_the_budget_is_never_passed_and_each_decision_has_its_reason(lea, fatou, karim, ccas, cyber, clock):
    call = opened(lea, budget=6_000)
    first, second = (submitted(call, ccas, cyber, fatou, karim, token=str(n)) for n in range(2))
    for juror in jury(call, lea):
        for row in (first, second):
            actions.score(juror, row, marks=MARKS, at=LATER)
    decision_fields = {"granted": True, "by": lea, "at": LATER}
    actions.decide(first, amount=4_000, why="Utile", **decision_fields)
    for amount, why in ((2_001, "Utile"), (2_000, " "), (0, "Utile")):
        with pytest.raises(Refused):
            actions.decide(second, amount=amount, why=why, **decision_fields)
    with pytest.raises(Refused, match="1 candidature"):
        actions.announce(call, by=lea, at=LATER)
    actions.decide(second, amount=0, why="Le budget ne suffit pas", granted=False, by=lea, at=LATER)
    actions.announce(call, by=lea, at=LATER)
    with pytest.raises(Refused, match="publiées"):
        actions.decide(second, amount=1, why="Finalement", **decision_fields)
    assert [each.application for each in queries.granted(call)] == [first]
    with pytest.raises(Refused):
        actions.follow(second, on=DAY, words="Rien", people=None, goes_on=True, by=lea, at=LATER)
    with pytest.raises(Refused, match="aucun mot de passe"):
        actions.follow(first, on=DAY, words="mdp : Soleil38", people=1, goes_on=True, by=lea, at=LATER)
    assert not FollowUp.objects.exists()


def test_a_jury_whose_decisions_are_published_changes_no_more(lea, fatou, karim, ccas, cyber, clock):
    call = opened(lea)
    row = submitted(call, ccas, cyber, fatou, karim)
    jurors = jury(call, lea)
    for juror in jurors:
        actions.score(juror, row, marks=MARKS, at=LATER)
    actions.decide(row, granted=True, amount=4_000, why="Utile", by=lea, at=LATER)
    actions.announce(call, by=lea, at=LATER)
    for change in (
        lambda: actions.seat(call, fatou, by=lea, at=LATER),
        lambda: actions.unseat(jurors[0], by=lea, at=LATER),
        lambda: actions.declare(jurors[0], row, why="Ma sœur", at=LATER),
        lambda: actions.score(jurors[0], row, marks=MARKS, at=LATER),
        lambda: actions.withdraw(row, by=fatou, at=LATER),
    ):
        with pytest.raises(Refused, match="sont publiées"):
            change()


def test_a_jury_reads_the_projects_once_the_call_is_closed(client, lea, fatou, karim, ccas, cyber, clock):
    """“Le jury le lira après le dernier jour”: until then it may be taken back, or written again."""
    call = opened(lea)
    row = submitted(call, ccas, cyber, fatou, karim)
    zoe = account("zoe", "formation", structure=place("autre", {"nom": "Autre"}).structure)
    actions.seat(call, zoe, by=lea, at=AT)
    address = f"/espace/appels/candidatures/{row.pk}/"
    client.force_login(zoe)
    assert client.get(address).status_code == 404
    assert client.post(f"{address}geste/", {"geste": "lien", "pourquoi": "Ma sœur"}).status_code == 404
    index = client.get("/espace/appels/").content.decode()
    assert call.title in index and row.title not in index
    clock[0] = LATER
    client.force_login(zoe)
    assert client.get(address).status_code == 200
    assert row.title in client.get("/espace/appels/").content.decode()


def test_a_project_withdrawn_by_mistake_is_written_again_until_the_last_day(
    client, lea, fatou, karim, ccas, cyber, clock
):
    row = submitted(opened(lea), ccas, cyber, fatou, karim)
    address = f"/espace/appels/candidatures/{row.pk}/"
    client.force_login(fatou)
    client.post(f"{address}geste/", {"geste": "retirer"})
    assert "Le remettre en écriture" in client.get(address).content.decode()
    client.post(f"{address}geste/", {"geste": "remettre"})
    client.post(f"{address}geste/", {"geste": "deposer"})
    row.refresh_from_db()
    assert (row.state, row.submitted_at) == (rules.SUBMITTED, AT)
    client.post(f"{address}geste/", {"geste": "retirer"})
    clock[0] = LATER
    client.post(f"{address}geste/", {"geste": "remettre"})
    row.refresh_from_db()
    assert row.state == rules.WITHDRAWN, "the call is closed"


def test_a_project_still_written_is_read_by_its_pair_alone(client, lea, fatou, ccas, cyber, clock):
    row = written(opened(lea), ccas, cyber, fatou)
    client.force_login(lea)
    assert client.get(f"/espace/appels/candidatures/{row.pk}/").status_code == 404
    client.force_login(fatou)
    assert client.get(f"/espace/appels/candidatures/{row.pk}/").status_code == 200


def test_who_carries_a_project_never_judges_it(client, lea, fatou, karim, ccas, cyber, clock):
    call = opened(lea)
    row = submitted(call, ccas, cyber, fatou, karim)
    actions.seat(call, fatou, by=lea, at=AT)
    clock[0] = LATER
    client.force_login(fatou)
    marks = dict.fromkeys(rules.CRITERIA, "4")
    client.post(f"/espace/appels/candidatures/{row.pk}/geste/", {"geste": "avis", **marks})
    assert not Score.objects.exists()
    assert not Conflict.objects.exists()
    assert not GrantDecision.objects.exists()


def test_days_and_amounts_that_contradict_each_other_are_refused(client, lea, clock):
    with pytest.raises(Refused):
        opened(lea, closes_on=DAY - timedelta(days=1))
    with pytest.raises(Refused):
        opened(lea, most=20_000)
    client.force_login(lea)
    assert client.post("/espace/appels/nouveau/", {"territoire": "59", "token": "z"}).status_code == 400
    assert not GrantCall.objects.exists()


def test_applications_wait_for_the_first_day_and_stop_after_the_last(lea, fatou, ccas, cyber, clock):
    call = opened(lea)
    for at in (AT - timedelta(days=1), LATER):
        with pytest.raises(Refused, match="ouvert du 20 novembre 2026"):
            actions.write(
                call, social=ccas, digital=cyber, by_social=True, token="x", by=fatou, at=at, **PROJECT
            )


def judged(call, lea, *rows):
    jurors = jury(call, lea)
    for juror in jurors:
        for row in rows:
            actions.score(juror, row, marks=MARKS, at=LATER)
    return jurors


def test_a_project_taken_back_after_its_decision_is_not_published_as_funded(
    client, lea, fatou, karim, ccas, cyber, clock
):
    call = opened(lea, budget=6_000)
    first, second = (
        submitted(call, ccas, cyber, fatou, karim, token=str(n), title=f"Projet {n}") for n in range(2)
    )
    judged(call, lea, first, second)
    actions.decide(first, granted=True, amount=4_000, why="Utile", by=lea, at=LATER)
    clock[0] = LATER
    client.force_login(fatou)
    client.post(f"/espace/appels/candidatures/{first.pk}/geste/", {"geste": "retirer"})
    with pytest.raises(Refused, match="n’est plus déposé"):  # from a page read before
        actions.decide(first, granted=True, amount=4_000, why="Utile", by=lea, at=LATER)
    actions.decide(second, granted=True, amount=4_000, why="Utile aussi", by=lea, at=LATER)
    actions.announce(call, by=lea, at=LATER)
    page = client.get(f"/appels/{call.pk}/").content.decode()
    assert "Projet 1" in page and "Projet 0" not in page
    with pytest.raises(Refused):
        actions.follow(first, on=DAY, words="Rien", people=None, goes_on=True, by=fatou, at=LATER)


def test_who_changes_a_project_does_not_agree_to_it_for_the_other(
    client, lea, fatou, karim, ccas, cyber, clock
):
    row = written(opened(lea), ccas, cyber, fatou)
    address = f"/espace/appels/candidatures/{row.pk}/"
    client.force_login(karim)
    client.post(address, {**PROJECT, "amount": 5_000, "version": 1})
    client.post(f"{address}geste/", {"geste": "accord"})
    row.refresh_from_db()
    assert (row.amount, row.agreed_at) == (5_000, None), "the one that wrote it first has not read it"
    client.force_login(fatou)
    assert "Oui, nous portons ce projet" in client.get(address).content.decode()
    client.post(f"{address}geste/", {"geste": "accord"})
    row.refresh_from_db()
    assert row.agreed_at == AT


def test_an_agreement_is_to_what_was_read(client, lea, fatou, karim, ccas, cyber, clock):
    row = written(opened(lea), ccas, cyber, fatou)
    address = f"/espace/appels/candidatures/{row.pk}/"
    client.force_login(karim)
    assert 'name="version" value="1"' in client.get(address).content.decode()
    actions.change(row, version=1, by_social=True, at=AT, amount=5_000)
    page = client.post(f"{address}geste/", {"geste": "accord", "version": "1"}, follow=True)
    assert "a changé le projet depuis que vous l’avez lu" in page.content.decode()
    row.refresh_from_db()
    assert row.agreed_at is None
    client.post(f"{address}geste/", {"geste": "accord", "version": "2"})
    row.refresh_from_db()
    assert row.agreed_at == AT


def test_no_news_tells_a_decision_before_it_is_published_nor_is_written_twice(
    client, lea, fatou, karim, ccas, cyber, clock
):
    call = opened(lea)
    row = submitted(call, ccas, cyber, fatou, karim)
    judged(call, lea, row)
    actions.decide(row, granted=True, amount=4_000, why="Utile", by=lea, at=LATER)
    clock[0] = LATER
    client.force_login(fatou)
    sent = {"geste": "suivre", "on": "2026-12-30", "words": "Le bus roule.", "people": 40}
    address = f"/espace/appels/candidatures/{row.pk}/geste/"
    page = client.post(address, sent)
    assert page.status_code == 400
    assert "Le bus roule." in page.content.decode(), "what was typed stays"
    assert not FollowUp.objects.exists()
    actions.announce(call, by=lea, at=LATER)
    for _ in range(2):
        client.post(address, sent)
    assert FollowUp.objects.count() == 1


def test_small_counts_are_visible_to_the_pair_alone(client, lea, fatou, karim, ccas, cyber, clock):
    call = opened(lea)
    row = submitted(call, ccas, cyber, fatou, karim)
    judged(call, lea, row)
    actions.decide(row, granted=True, amount=4_000, why="Utile", by=lea, at=LATER)
    actions.announce(call, by=lea, at=LATER)
    for n, people in enumerate((1, 40, 43)):
        day = DAY + timedelta(days=41 + n)
        actions.follow(row, on=day, words=f"Point {n}", people=people, goes_on=True, by=fatou, at=LATER)
    clock[0] = LATER
    page_text = re.sub(r"\s+", " ", client.get(f"/appels/{call.pk}/").content.decode())
    assert "40 personnes aidées, comptées par le projet." in page_text
    assert "43" not in page_text.partition("Ce qu’ils sont devenus")[2].partition("</section>")[0]
    assert page_text.count("Trop peu de personnes") == 2
    client.force_login(fatou)
    page = " ".join(client.get(f"/espace/appels/candidatures/{row.pk}/").content.decode().split())
    assert "1 personne aidée." in page and "43 personnes aidées." in page


def test_tie_declared_after_a_decision_voids_the_opinion_once_published(
    lea, fatou, karim, ccas, cyber, clock
):
    call = opened(lea)
    row = submitted(call, ccas, cyber, fatou, karim)
    one, _ = judged(call, lea, row)
    actions.decide(row, granted=True, amount=4_000, why="Utile", by=lea, at=LATER)
    actions.declare(one, row, why="Ma sœur y travaille", at=LATER)
    with pytest.raises(Refused, match="sans les avis qu’il faut : 1 candidature"):
        actions.announce(call, by=lea, at=LATER)


def test_a_decision_refused_stays_typed_and_replaces_none_that_was_not_read(
    client, lea, fatou, karim, ccas, cyber, clock
):
    call = opened(lea, budget=5_000)
    row = submitted(call, ccas, cyber, fatou, karim)
    judged(call, lea, row)
    clock[0] = LATER
    client.force_login(account("noe", "analyste", territory="38"))
    address = f"/espace/appels/candidatures/{row.pk}/"
    form_data = {"geste": "decider", "granted": "non", "amount": "", "why": "Trop cher pour nous.", "lue": ""}
    assert 'name="lue" value=""' in client.get(address).content.decode()
    actions.decide(row, granted=True, amount=4_000, why="Utile", by=lea, at=LATER)
    page = client.post(f"{address}geste/", form_data)
    page_text = page.content.decode().replace("\xa0", " ").replace("\u202f", " ")
    assert page.status_code == 400
    assert "Quelqu’un vient d’en écrire une : retenu, 4 000 €. Utile" in page_text
    assert "Trop cher pour nous." in page_text
    assert GrantDecision.objects.get().granted
    (mark,) = re.findall(r'name="lue" value="([^"]+)"', page_text)
    client.post(f"{address}geste/", form_data | {"lue": mark})
    assert not GrantDecision.objects.get().granted
    beyond = {
        "geste": "decider",
        "granted": "oui",
        "amount": "4500",
        "why": "Un vrai besoin, longuement dit.",
    }
    page = client.post(f"{address}geste/", beyond)
    assert page.status_code == 400
    assert "Un vrai besoin, longuement dit." in page.content.decode()


def test_two_who_take_the_same_juror_off_both_have_it(client, lea, clock):
    call = opened(lea)
    (juror,) = jury(call, lea, 1)
    client.force_login(lea)
    for _ in range(2):
        sent = {"geste": "oter", "jure": juror.pk}
        assert client.post(f"/espace/appels/{call.pk}/geste/", sent).status_code == 302
    assert not call.jurors.exists()


def test_a_project_sent_after_the_last_day_is_refused_and_not_lost(client, lea, fatou, ccas, cyber, clock):
    call = opened(lea)
    clock[0] = LATER
    client.force_login(fatou)
    pair = {"side": "social", "ours": ccas.pk, "other": "cybercentre", "token": "p"}
    page = client.post(f"/espace/appels/{call.pk}/candidater/", {**PROJECT, **pair})
    assert page.status_code == 400
    assert "Un bus, deux aidants." in page.content.decode()
    assert not GrantApplication.objects.exists()
    assert client.get(f"/espace/appels/{call.pk}/candidater/").status_code == 404


def test_juror_worklist_lists_the_jury_once_the_call_is_closed(lea, fatou, karim, ccas, cyber, clock):
    call = opened(lea)
    submitted(call, ccas, cyber, fatou, karim)
    (juror,) = jury(call, lea, 1)
    actions.seat(call, fatou, by=lea, at=AT)

    def jury_lines(user, at) -> list[str]:
        return [each.kind for each in worklist.lines(user, at) if each.kind == "grant-jury"]

    assert jury_lines(juror.account, AT) == [], "the call is still open"
    assert jury_lines(juror.account, LATER) == ["grant-jury"]
    assert jury_lines(fatou, LATER) == [], "who carries a project never judges it"
