"""The network: sheets and who reads them, letters, groups, the charter, possible permanences."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import numpy as np
import pytest

from maillage.apps.agenda.models import Permanence
from maillage.apps.community.actions import listings
from maillage.apps.community.models import Reply
from maillage.apps.community.queries.listings import commune_name
from maillage.apps.directory.memberships.models import Membership
from maillage.apps.platform.accounts.models import Entry, User
from maillage.apps.site.structures.actions import charter as charters
from maillage.apps.site.structures.actions import groups, profiles
from maillage.apps.site.structures.models import (
    Declaration,
    Group,
    Letter,
    Member,
    Post,
    Professional,
    Profile,
    Revision,
)
from maillage.apps.site.structures.queries import charter as charter_queries
from maillage.apps.site.structures.queries import groups as group_queries
from maillage.apps.site.structures.queries import permanences
from maillage.apps.site.structures.rules import charter as charter_rules
from maillage.apps.site.structures.rules import groups as group_rules
from maillage.apps.site.structures.rules import profiles as rules
from maillage.kernel.errors import Refused
from maillage.publishing.territory.offer import ChangeReading
from maillage.reference.charter import charter
from tests.conftest import account
from tests.support.places import place
from tests.support.street import at
from tests.support.street import ground as street

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("clock_at")]
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
TODAY = date(2026, 11, 20)
SHEET = {"parts": ["initiation"], "skills": ["repair"], "visibility": "network"}


@pytest.fixture(autouse=True, scope="module")
def _towns() -> None:
    """The names of communes, read once: nobody pays for all in the seconds of their own test."""
    commune_name("38185")


@pytest.fixture
def leader(db):
    return account("meneuse", "coordination", territory="38")


def stored(lieu, by, base=0, **more):
    return profiles.write(lieu.structure, {**SHEET, **more}, base=base, by=by, at=AT)


# ---------------------------------------------------------------------------------------------- who reads what


@pytest.mark.parametrize(
    ("visibility", "stranger", "network", "own"),
    [("public", True, True, True), ("network", False, True, True), ("nobody", False, False, True)],
)
def test_each_structure_chooses_who_reads_its_sheet(
    client, library, karim, leila, visibility, stranger, network, own
):
    stored(library, karim, visibility=visibility, about="Nous réparons.")
    page = f"/espace/reseau/annuaire/structures/{library.structure.pk}/"
    assert ("Bibliothèque" in client.get("/reseau/").content.decode()) is stranger
    client.force_login(leila)
    assert (client.get(page).status_code == 200) is network
    assert (
        f'annuaire/structures/{library.structure.pk}/"'
        in client.get("/espace/reseau/annuaire/").content.decode()
    ) is network
    assert ("Bibliothèque" in client.get("/reseau/").content.decode()) is stranger, (
        "the public page is everybody’s"
    )
    client.force_login(karim)
    assert (client.get(page).status_code == 200) is own
    assert rules.is_readable(visibility, of_network=False, own=False) is stranger


def test_the_directory_is_searched_by_what_one_does(client, library, hall, karim, leila):
    stored(library, karim, publics=["seniors"])
    stored(hall, leila, skills=["procedures"], parts=["assistance"])
    client.force_login(leila)
    for query, expected_places in (
        ("savoir=repair", [library]),
        ("public=seniors", [library]),
        ("part=assistance", [hall]),
        ("mots=echirolles", [hall]),
        ("mots=reparation", [library]),
        ("savoir=mail", []),
    ):
        answer = client.get(f"/espace/reseau/annuaire/?{query}")
        got = [row.profile.structure_id for row in answer.context["page"]]
        assert got == [lieu.structure_id for lieu in expected_places], query


def test_a_professional_writes_their_sheet_and_erases_it(client, library, karim, leila):
    client.force_login(karim)
    form_data = {
        "metier": "trainer",
        "structure": library.structure.pk,
        "savoir": ["french"],
        "lue_par": "public",
    }
    client.post("/espace/reseau/annuaire/ma-fiche/", {**form_data, "mots": "J’anime le mardi."})
    assert "Karim" in client.get("/reseau/").content.decode()
    called = {**form_data, "mots": "Appelez le 06 12 34 56 78"}
    assert client.post("/espace/reseau/annuaire/ma-fiche/", called).status_code == 400
    client.post("/espace/reseau/annuaire/ma-fiche/", {"geste": "effacer"})
    assert not Professional.objects.exists()
    profiles.write_professional(
        karim, trade="trainer", structure=None, skills=[], publics=[], about="", visibility="public", at=AT
    )
    karim.delete()
    assert not Professional.objects.exists(), "an account takes its sheet along"


# ------------------------------------------------------------------------------------ two people writing at once


def test_who_left_is_no_longer_listed_in_a_structure_nor_in_the_network(client, library, hall, karim, leila):
    sheet_fields = {"trade": "mediator", "skills": [], "publics": [], "about": "", "visibility": "public"}
    profiles.write_professional(karim, structure=library.structure, at=AT, **sheet_fields)
    client.force_login(leila)
    sheet, everybody = f"/espace/reseau/annuaire/professionnels/{karim.pk}/", "/reseau/"
    assert all("Bibliothèque" in client.get(page).content.decode() for page in (sheet, everybody))
    Membership.objects.filter(user=karim).update(structure=hall.structure)
    for page in (sheet, everybody):
        page_text = client.get(page).content.decode()
        assert "karim" in page_text.casefold() and "Bibliothèque" not in page_text, page
    Membership.objects.filter(user=karim).update(until=TODAY - timedelta(days=1))
    assert client.get(sheet).status_code == 404
    client.logout()
    assert "karim" not in client.get(everybody).content.decode().casefold()


def test_the_first_hundred_professionals_are_listed_and_the_rest_is_searched(client, library, karim):
    users = User.objects.bulk_create(
        User(email=f"pro{n:03}@exemple.fr", name=f"Pro {n:03}") for n in range(102)
    )
    Membership.objects.bulk_create(
        Membership(user=each, role="aidant", structure=library.structure, since=TODAY) for each in users
    )
    Professional.objects.bulk_create(
        Professional(user=each, trade="mediator", changed_at=AT) for each in users
    )
    client.force_login(karim)
    page = client.get("/espace/reseau/annuaire/").content.decode()
    assert "Pro 099" in page and "Pro 100" not in page and "Et 2 autres" in page
    search_page = client.get("/espace/reseau/annuaire/?mots=101").content.decode()
    assert "Pro 101" in search_page and "autres" not in search_page.partition("s-professionnels")[2]


def test_two_people_writing_at_once_are_both_stored_and_displayed(client, library, karim):
    other = account("zoe", "gestionnaire", structure=library.structure)
    stored(library, karim, about="Le mardi.")
    page = f"/espace/reseau/annuaire/structures/{library.structure.pk}/changer/"
    typed = {"part": ["hosting"], "lue_par": "network", "version": 1}
    for user, words in ((karim, "Le mercredi."), (other, "Le jeudi.")):
        client.force_login(user)
        answer = client.post(page, {**typed, "mots": words}, follow=True)
    page_text = answer.content.decode()
    assert "Deux personnes ont écrit en même temps" in page_text
    assert "Le mercredi." in page_text
    assert "Le jeudi." in page_text
    (revision,) = Revision.objects.all()
    client.post(f"/espace/reseau/annuaire/versions/{revision.pk}/", {"garder": "autre"})
    assert Profile.objects.get().about == "Le jeudi."
    with pytest.raises(Refused):
        profiles.choose(revision, take=False, by=karim, at=AT)


def test_the_same_words_written_twice_are_no_quarrel(library, karim):
    stored(library, karim, about="Le mardi.")
    _, revision = stored(library, karim, base=0, about="Le mardi.")
    assert revision is None


def test_nobody_writes_the_sheet_of_another_structure(library, leila, leader):
    for user in (leila, leader):
        with pytest.raises(Refused):
            stored(library, user)


# ------------------------------------------------------------------------------------------------------- letters


def test_a_letter_goes_through_the_platform_and_is_answered(client, library, hall, karim, leila):
    stored(hall, leila)
    client.force_login(karim)
    page = f"/espace/reseau/annuaire/structures/{hall.structure.pk}/"
    client.post(page, {"mots": "Pourriez-vous nous prêter la salle ?"})
    assert client.post(page, {"mots": "Encore nous."}).status_code == 400, "one letter until its answer"
    (letter,) = Letter.objects.all()
    client.force_login(leila)
    assert "1 à lire" in client.get("/espace/reseau/annuaire/").content.decode().replace("\u00a0", " ")
    client.post(f"/espace/reseau/lettres/{letter.pk}/", {"mots": "Oui, le mardi."})
    client.force_login(karim)
    assert "Oui, le mardi." in client.get("/espace/reseau/lettres/").content.decode()
    third = account("tierce", "gestionnaire", structure=place("poste", {"nom": "La Poste"}).structure)
    client.force_login(third)
    assert "prêter la salle" not in client.get("/espace/reseau/lettres/").content.decode()
    assert client.post(f"/espace/reseau/lettres/{letter.pk}/", {"mots": "x"}).status_code == 404


def test_a_letter_sent_twice_is_one(client, library, hall, karim, leila):
    stored(hall, leila)
    client.force_login(karim)
    address = f"/espace/reseau/annuaire/structures/{hall.structure.pk}/"
    for _ in range(2):
        sent = client.post(address, {"structure": library.structure.pk, "mots": "Venez nous voir."})
        assert sent.status_code == 302
    assert Letter.objects.count() == Entry.objects.filter(verb="letter.sent").count() == 1
    other = client.post(address, {"structure": library.structure.pk, "mots": "Et jeudi ?"})
    assert "attend une réponse" in other.content.decode()


def test_a_letter_that_waits_is_never_out_of_sight(client, library, hall, karim, leila):
    old = profiles.send(
        hall.structure, words="La toute première", to_structure=library.structure, by=leila, at=AT
    )
    later = AT + timedelta(days=1)
    Letter.objects.bulk_create(
        Letter(
            sender=library.structure,
            to_structure=hall.structure,
            words=f"N {n}",
            at=later,
            answered_at=later,
            answer="Oui",
        )
        for n in range(101)
    )
    client.force_login(karim)
    page = client.get("/espace/reseau/lettres/").content.decode()
    assert page.index("La toute première") < page.index("N 100")
    assert f"/espace/reseau/lettres/{old.pk}/" in page


def test_letters_to_everybody_are_stopped(library, karim, monkeypatch):
    monkeypatch.setattr(rules, "LETTERS_AN_HOUR", 2)
    for n in range(2):
        other = place(f"p{n}", {"nom": f"P{n}"})
        profiles.send(library.structure, words="Bonjour", to_structure=other.structure, by=karim, at=AT)
    last = place("pz", {"nom": "Pz"})
    with pytest.raises(Refused, match="en une heure"):
        profiles.send(library.structure, words="Bonjour", to_structure=last.structure, by=karim, at=AT)


# -------------------------------------------------------------------------------------------------------- groups


def test_a_group_is_joined_written_in_and_left(client, karim, leila, leader):
    client.force_login(karim)
    form_data = {"nom": "Les médiathèques", "metier": "library", "territoire": "38", "jeton": "g"}
    for _ in range(2):
        client.post("/espace/reseau/groupes/nouveau/", form_data)
    (group,) = Group.objects.all()
    page = f"/espace/reseau/groupes/{group.pk}/"
    client.post(page, {"mots": "Qui prête des souris adaptées ?", "jeton": "m"})
    client.force_login(leila)
    assert "souris" not in client.get(page).content.decode(), "its members alone read it"
    assert client.post(page, {"mots": "Nous", "jeton": "n"}).status_code == 400
    client.post(f"{page}geste/", {"geste": "rejoindre"})
    assert "souris" in client.get(page).content.decode()
    client.force_login(karim)
    client.post(f"{page}geste/", {"geste": "quitter"})
    assert Member.objects.get(group=group).leads, "who stays leads"
    assert Post.objects.count() == 1
    outside = account("lille", "coordination", territory="59")
    (post,) = Post.objects.all()
    client.force_login(outside)
    assert client.post(f"/espace/reseau/groupes/messages/{post.pk}/", {"raison": "hurts"}).status_code == 404
    client.force_login(leader)
    client.post(f"/espace/reseau/groupes/messages/{post.pk}/", {"raison": "hurts"})
    client.force_login(leila)
    group_page = client.get(page).content.decode()
    assert "souris" not in group_page
    assert "Message retiré par Meneuse" in group_page
    assert Entry.objects.filter(verb="group.message_removed").exists()


def test_a_group_closed_by_mistake_is_opened_again_by_who_led_it(client, karim, leila):
    client.force_login(karim)
    client.post("/espace/reseau/groupes/nouveau/", {"nom": "Les accueils", "jeton": "g"})
    group = Group.objects.get()
    page, geste = f"/espace/reseau/groupes/{group.pk}/", f"/espace/reseau/groupes/{group.pk}/geste/"
    client.post(page, {"mots": "Qui ouvre le samedi ?", "jeton": "m"})
    client.post(geste, {"geste": "fermer"})
    assert client.get(page).status_code == 404
    client.force_login(leila)
    assert "Les accueils" not in client.get("/espace/reseau/groupes/").content.decode()
    assert client.post(geste, {"geste": "rouvrir"}).status_code == 404
    client.force_login(karim)
    assert "Rouvrir" in client.get("/espace/reseau/groupes/").content.decode()
    client.post(geste, {"geste": "rouvrir"})
    assert "samedi" in client.get(page).content.decode()


def test_closing_a_group_twice_succeeds_and_who_comes_late_reads_that_it_is_closed(client, karim, leila):
    row = groups.open_group(name="G", about="", trade="", territory="", token="g", by=karim, at=AT)
    client.force_login(karim)
    address = f"/espace/reseau/groupes/{row.pk}/geste/"
    for gesture, confirmation in (("fermer", "Le groupe est fermé"),) * 2 + (
        ("rouvrir", "Le groupe est rouvert"),
    ) * 2:
        page = client.post(address, {"geste": gesture}, follow=True)
        assert (page.status_code, confirmation in page.content.decode()) == (200, True)
    groups.close(row, was=False, by=karim, at=AT)
    client.force_login(leila)
    page = client.post(address, {"geste": "rejoindre"}, follow=True)
    assert page.status_code == 200 and "Il est fermé." in page.content.decode()
    assert client.post(address, {"geste": "fermer"}).status_code == 404


def test_a_closed_account_leads_no_group(karim, leila, leader):
    row = groups.open_group(name="G", about="", trade="", territory="", token="g", by=karim, at=AT)
    groups.join(row, by=leila, at=AT)
    groups.join(row, by=leader, at=AT)
    leila.is_active = False
    leila.save()
    groups.leave(row, by=karim, at=AT)
    assert list(row.members.filter(leads=True).values_list("user", flat=True)) == [leader.pk]
    assert [each.user for each in group_queries.members(row)] == [leader]


def test_what_the_animator_takes_down_its_author_does_not_put_back(client, karim, leila):
    group = groups.open_group(name="G", about="", trade="", territory="", token="g", by=karim, at=AT)
    groups.join(group, by=leila, at=AT)
    post = groups.write(group, words="Achetez mes stylos", token="m", by=leila, at=AT)
    page, address = f"/espace/reseau/groupes/{group.pk}/", f"/espace/reseau/groupes/messages/{post.pk}/"
    reason, other = list(group_rules.REMOVED)[:2]
    groups.remove(post, because=reason, by=karim, at=AT)
    client.force_login(leila)
    assert "Remettre" not in client.get(page).content.decode()
    for sent in ("", other):
        page_text = client.post(address, {"raison": sent}, follow=True).content.decode()
        assert "l’animation du groupe qui l’a retiré" in page_text
        post.refresh_from_db()
        assert (post.removed, post.removed_by) == (reason, karim)
    client.force_login(karim)
    assert "Remettre" in client.get(page).content.decode()
    client.post(address, {"raison": ""})
    client.force_login(leila)
    for sent in (reason, ""):
        client.post(address, {"raison": sent})
        post.refresh_from_db()
        assert post.removed == sent, "one takes down and puts back one's own"


def test_a_member_removed_while_writing_is_refused(karim, leila):
    group = groups.open_group(name="G", about="", trade="", territory="", token="g", by=karim, at=AT)
    with pytest.raises(Refused, match="plus de ce groupe"):
        groups.write(group, words="Bonjour", token="m", by=leila, at=AT)
    groups.close(group, by=karim, at=AT)
    with pytest.raises(Refused, match="fermé"):
        groups.join(group, by=leila, at=AT)
    assert groups.close(group, was=False, by=karim, at=AT).closed_at is not None, (
        "who closes second opens none"
    )
    assert groups.close(group, was=True, by=karim, at=AT).closed_at is None


# ----------------------------------------------------------------------------------------------------- the charter


def declared(lieu, by, **more):
    answers = {each.id: "yes" for each in charter().criteria} | more
    return charters.declare(lieu.structure, answers, by=by, at=AT)


def test_the_charter_is_declared_granted_and_withdrawn_in_public(client, library, karim, leader):
    client.force_login(karim)
    answers = {each.id: "yes" for each in charter().criteria}
    client.post("/espace/reseau/charte/", answers)
    (row,) = Declaration.objects.all()
    assert "Bibliothèque" not in client.get("/reseau/charte/").content.decode()
    page = f"/espace/reseau/charte/{row.pk}/"
    client.post(page, {"geste": "accorder", "jusquau": "2027-11-20", "nom": "Moi-même"})
    row.refresh_from_db()
    assert row.state == charter_rules.DECLARED, "nobody grants their own"
    client.force_login(leader)
    client.post(page, {"geste": "accorder", "jusquau": "2027-11-20", "nom": "Le réseau d’Isère"})
    register = client.get("/reseau/charte/").content.decode()
    assert "Le réseau d’Isère" in register
    assert "20 novembre 2027" in register
    client.post(page, {"geste": "retirer", "raison": "Le lieu a fermé."})
    register = client.get("/reseau/charte/").content.decode()
    assert "Retirée le 20 novembre 2026" in register
    assert "Le lieu a fermé." in register


def test_a_declaration_made_again_is_read_again_before_it_is_granted(client, library, karim, leader):
    answers = {each.id: "yes" for each in charter().criteria}
    row = charters.declare(library.structure, answers, by=karim, at=AT)
    client.force_login(leader)
    address = f"/espace/reseau/charte/{row.pk}/"
    vu = re.search(r'name="vu" value="([^"]+)"', client.get(address).content.decode())[1]
    charters.declare(library.structure, answers, words="Autre chose", by=karim, at=AT + timedelta(hours=1))
    form_data = {"geste": "accorder", "jusquau": "2027-11-20", "nom": "La Métropole", "vu": vu}
    assert "a déclaré de nouveau" in client.post(address, form_data, follow=True).content.decode()
    refused = {"geste": "refuser", "raison": "Non", "vu": vu}
    assert "a déclaré de nouveau" in client.post(address, refused, follow=True).content.decode()
    row.refresh_from_db()
    assert row.state == charter_rules.DECLARED
    again = re.search(r'name="vu" value="([^"]+)"', client.get(address).content.decode())[1]
    client.post(address, form_data | {"vu": again})
    row.refresh_from_db()
    assert row.state == charter_rules.GRANTED


def test_the_page_of_the_charter_says_what_a_network_is_for(client, db):
    """I-059: its vision, its mission, its objective and the figure that follows, with the document and a way to
    each territory's share.
    """
    page = client.get("/reseau/charte/").content.decode().replace("\xa0", " ").replace("\u202f", " ")
    purpose = charter().purpose
    statements = (each.replace("\xa0", " ") for each in (purpose.vision, purpose.mission, purpose.objective))
    where = [page.index(words) for words in statements]
    assert where == sorted(where) and where[-1] < page.index("Ce qu’elle demande")
    assert "1 000 000 personnes autonomes en 5 ans" in " ".join(page.split())
    assert "/indicateurs/objectif-part/" in page and purpose.document.title in page


def test_the_day_a_charter_is_granted_again_the_register_tells_the_new_end(library, karim, leader):
    for until in (date(2027, 1, 1), date(2028, 1, 1)):
        row = declared(library, karim)
        charters.grant(row, until=until, granted_by="R", by=leader, at=AT)
    (entry,) = charter_queries.register(AT.date())
    assert (entry.declaration.until, entry.is_in_force) == (date(2028, 1, 1), True)


def test_a_charter_lacking_what_is_needed_is_not_granted(library, karim, leader):
    row = declared(library, karim, discretion="later")
    with pytest.raises(Refused, match="Il manque"):
        charters.grant(row, until=date(2027, 1, 1), granted_by="R", by=leader, at=AT)
    again = declared(library, karim)
    assert again.pk == row.pk, "declared again before an answer, the last one stands"
    for until in (TODAY, date(2029, 1, 1)):
        with pytest.raises(Refused):
            charters.grant(again, until=until, granted_by="R", by=leader, at=AT)
    granted = charters.grant(again, until=date(2027, 1, 1), granted_by="R", by=leader, at=AT)
    assert charter_rules.in_force(granted.state, granted.until, date(2027, 1, 1))
    assert not charter_rules.in_force(granted.state, granted.until, date(2027, 1, 2))


# -------------------------------------------------------------------------------------------- possible permanences


def published(lieu, by, side, kind, token, **more):
    values = {"half_days": ("1-am",), "starts_on": TODAY, "ends_on": TODAY + timedelta(days=90), **more}
    return listings.publish(
        lieu.structure, side=side, kind=kind, lieu=lieu, token=token, by=by, at=AT, **values
    )


def test_a_place_without_staff_and_a_mediator_without_room_make_a_draft(client, library, hall, karim, leila):
    room = published(hall, leila, "seeks", "mediator", "a")
    come = published(library, karim, "seeks", "room", "b", half_days=("1-am", "2-pm"))
    client.force_login(karim)
    assert "Bibliothèque chez" in client.get("/espace/reseau/permanences/").content.decode()
    page = f"/espace/reseau/permanences/{room.pk}/{come.pk}/"
    assert client.get(f"/espace/reseau/permanences/{come.pk}/{room.pk}/").status_code == 404
    client.post(page)
    client.post(page)  # a double click
    (draft,) = Permanence.objects.all()
    assert draft.published_at is None
    assert (draft.structure, draft.lieu) == (library.structure, hall)
    assert draft.hours == [[1, "09:00", "12:00"]]
    (reply,) = Reply.objects.all()
    assert (reply.listing, reply.structure) == (room, library.structure)
    third = account("tierce", "gestionnaire", structure=place("poste", {"nom": "La Poste"}).structure)
    client.force_login(third)
    assert client.get(page).status_code == 404
    assert client.post(page).status_code == 404


def test_the_coordination_sees_what_is_possible_and_drafts_nothing(
    client, library, hall, karim, leila, leader
):
    room = published(hall, leila, "seeks", "mediator", "a")
    come = published(library, karim, "offers", "adviser", "b")
    client.force_login(leader)
    page = f"/espace/reseau/permanences/{room.pk}/{come.pk}/"
    assert "montrez-leur cette page" in client.get(page).content.decode()
    assert client.post(page).status_code == 403
    assert not Permanence.objects.exists()


def test_people_reached_by_a_permanence_have_their_interval(client, library, hall, karim, leila, monkeypatch):
    room = published(hall, leila, "seeks", "mediator", "a")
    come = published(library, karim, "seeks", "room", "b")
    change = ChangeReading(
        offer="Aide aux démarches", people="environ 120 personnes", between="entre 80 et 170", is_nil=False,
        before="entre 900 et 1 300 personnes", after="entre 800 et 1 200 personnes", doubt="", zones=(),
    )  # fmt: skip
    study = type("Study", (), {"place": "38", "name": "Isère"})()
    reached_people = permanences.Reached(
        study=study, change=change, limit="", universe="habitants", source="Insee, 2023", already=False
    )
    monkeypatch.setattr(
        permanences, "reached", lambda lieu, line, *, compute: reached_people if compute else None
    )
    monkeypatch.setattr(permanences, "may_be_computed", lambda lieu: True)
    client.force_login(karim)
    page = f"/espace/reseau/permanences/{room.pk}/{come.pk}/"
    assert "Pas encore compté" in client.get(page).content.decode()
    counted_page = client.get(f"{page}?offre=assistance").content.decode()
    assert "Environ 120 personnes de plus" in counted_page
    assert "entre 80 et 170" in counted_page
    assert "Insee, 2023" in counted_page


def test_places_equipped_without_help_are_listed(client, library, karim):
    alone = place("seul", {"nom": "Salle libre", "practices": {"libre_acces": {"state": "offered"}}})
    account("x", "gestionnaire", structure=alone.structure)
    leader = account("meneuse", "coordination", territory="38")
    client.force_login(leader)
    page = client.get("/espace/reseau/permanences/").content.decode()
    assert "Salle libre" in page
    assert "Bibliothèque" not in page


def test_one_permanence_is_listed_once_for_two_listings_of_a_place(client, library, hall, karim, leila):
    published(hall, leila, "seeks", "mediator", "a")
    published(hall, leila, "offers", "room", "c")
    published(library, karim, "seeks", "room", "b")
    client.force_login(karim)
    assert client.get("/espace/reseau/permanences/").content.decode().count("Bibliothèque chez") == 1


@pytest.mark.parametrize(("other_metres", "is_nil"), [((), False), ((100,), True)])
def test_a_place_that_looks_for_somebody_counts_as_offering_nothing(
    library, monkeypatch, other_metres, is_nil
):
    """Sa fiche dit l’aide, son annonce dit qu’il n’y a personne : seul un autre lieu à portée de marche retire du monde."""
    library.latitude, library.longitude = 45.0, 5.0
    library.sheet = {**library.sheet, "practices": {"assistance": {"state": "offered"}}}
    table = {
        "zone": np.array(["a", "b"]),
        "metre": np.array([0.0, 500.0]),
        "besoin": np.array([900.0, 800.0]),
    }
    own_place = replace(at("a", 0, "assistance"), id=library.slug)
    ground = street(table, own_place, *(at("a", metre, "assistance") for metre in other_metres))
    card = SimpleNamespace(among="habitants", producer="Insee", year=2023, title="")
    study = SimpleNamespace(key=f"k{len(other_metres)}", offer="o", place="38", name="Isère", pk=1)
    monkeypatch.setattr(permanences, "study_of", lambda commune: study)
    monkeypatch.setattr(permanences.dossiers, "ground", lambda study: ground)
    monkeypatch.setattr(
        permanences.dossiers, "reading", lambda study: SimpleNamespace(source=card, offer=None)
    )
    assert permanences.reached(library, "assistance", compute=False) is None
    reached_people = permanences.reached(library, "assistance", compute=True)
    assert reached_people.already
    assert reached_people.change.is_nil is is_nil
    again = permanences.reached(library, "assistance", compute=False)
    assert again.change == reached_people.change, "counted once a day"
    if not is_nil:
        assert reached_people.change.between.startswith("entre ")


def test_the_coordination_counts_who_takes_which_part(client, library, hall, karim, leila, leader):
    stored(library, karim, parts=["initiation", "hosting"])
    stored(hall, leila, parts=[])
    place("lille", {"nom": "Lille", "code_insee": "59350", "commune": "Lille"})
    client.force_login(leader)
    engagement = client.get("/espace/reseau/entrees/").context["engagement"]
    assert dict(engagement.parts) == {"assistance": 0, "initiation": 1, "facilitation": 0, "accueil": 1}
    assert (engagement.none, engagement.total, engagement.of) == (1, 2, 2)


def test_a_professional_takes_along_what_the_network_stores(client, library, hall, karim, leila):
    group = groups.open_group(name="G", about="", trade="", territory="", token="g", by=karim, at=AT)
    groups.write(group, words="Bonjour à tous", token="m", by=karim, at=AT)
    profiles.send(library.structure, words="Une salle ?", to_structure=hall.structure, by=karim, at=AT)
    client.force_login(karim)
    copied = client.get("/espace/reseau/annuaire/ma-fiche/copie/").json()
    assert copied["messages"][0]["mots"] == "Bonjour à tous"
    assert copied["lettres"][0]["mots"] == "Une salle ?"
    client.force_login(leila)
    assert client.get("/espace/reseau/annuaire/ma-fiche/copie/").json()["messages"] == []
