"""The network: a room offered, somebody looked for, a message answered, a partnership written down."""

from datetime import UTC, date, datetime, timedelta

import pytest

from maillage.apps.community.actions import listings as actions
from maillage.apps.community.models import Listing, Partnership, Reply
from maillage.apps.community.queries import listings as queries
from maillage.apps.community.queries.search_kinds import SEARCH_KINDS
from maillage.apps.community.rules import listings as rules
from maillage.apps.platform.accounts.models import Entry
from maillage.kernel.errors import Refused
from tests.conftest import account
from tests.support.places import place

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("clock_at")]
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
TODAY = date(2026, 11, 20)


def published(lieu, by, side="offers", kind="equipped_room", token="a", **more):
    listing_fields = {
        "half_days": ("1-am",),
        "starts_on": TODAY,
        "ends_on": TODAY + timedelta(days=90),
        **more,
    }
    return actions.publish(
        lieu.structure, side=side, kind=kind, lieu=lieu, token=token, by=by, at=AT, **listing_fields
    )


def typed(**more):
    defaults = {"cote": "seeks", "quoi": "room", "demi_journees": ["1-am"], "mots": "Pour douze personnes"}
    return {**defaults, "commence": "2026-11-20", "jusque": "2027-02-20", "jeton": "j", **more}


def test_the_search_finds_no_listing_that_is_over(library, karim, leila):
    """Its page is no longer read by the others: the search leads nowhere closed."""
    row = published(library, karim)
    kind = next(each for each in SEARCH_KINDS if each.model == "community.listing")
    assert list(kind.rows(leila)) == [row]
    over = TODAY - timedelta(days=1)
    Listing.objects.update(starts_on=over, ends_on=over)
    assert list(kind.rows(leila)) == []


def test_a_structure_publishes_and_sees_at_once_what_answers(client, library, hall, karim, leila):
    published(library, karim)
    client.force_login(leila)
    assert client.get("/espace/reseau/annonces/nouvelle/").status_code == 200
    page = client.post("/espace/reseau/annonces/nouvelle/", typed(), follow=True).content.decode()
    assert "Cherche une salle" in page
    assert "Bibliothèque propose une salle équipée d’ordinateurs" in page
    assert "Convient aux deux : mardi matin" in page
    client.post("/espace/reseau/annonces/nouvelle/", typed())
    assert Listing.objects.filter(structure=hall.structure).count() == 1


def test_a_listing_is_explained_to_an_account_without_structure(client):
    """The coordination read that the page did not exist."""
    client.force_login(account("nord", "coordination", territory="59"))
    page = client.get("/espace/reseau/annonces/nouvelle/", follow=True)
    assert page.status_code == 200 and "au nom d’une structure" in page.content.decode()


def test_unknown_commune_is_reported(client, leila):
    client.force_login(leila)
    answer = client.post("/espace/reseau/annonces/nouvelle/", typed(commune="Nulle-Part"))
    assert answer.status_code == 400
    assert "nous ne savons pas quelle commune c’est" in answer.content.decode()


@pytest.mark.parametrize("ends", [TODAY - timedelta(days=1), TODAY + timedelta(days=500)])
def test_a_last_day_over_or_too_far_is_refused(library, karim, ends):
    with pytest.raises(Refused):
        published(library, karim, ends_on=ends)


def test_nobody_writes_a_secret_to_the_network(library, karim):
    with pytest.raises(Refused):
        published(library, karim, words="le mot de passe du wifi est Grenoble38!")


@pytest.mark.parametrize("words", ["Appelez le 06 12 34 56 78", "Écrivez à a.martin@exemple.fr"])
def test_contact_details_are_not_published_to_the_network(library, karim, words):
    with pytest.raises(Refused, match="un numéro ou une adresse"):
        published(library, karim, words=words)


def test_a_partnership_says_who_says_so(client, library, hall, karim, leila):
    client.force_login(leila)
    page = "/espace/reseau/qui-avec-qui/"
    actions.work_together(library.structure, hall.structure, about="Écrans", by=karim, at=AT)
    assert "dit par Bibliothèque seulement" in client.get(page).content.decode()
    actions.work_together(hall.structure, library.structure, about="Écrans", by=leila, at=AT)
    assert "dit par les deux" in client.get(page).content.decode()
    assert Partnership.objects.count() == 1
    drawn = client.get(page).content.decode()
    assert drawn.count('<svg class="fig dessin-liens"') == 2
    assert "lien-un" not in drawn


def test_a_message_gets_a_yes_and_two_structures_work_together(client, library, hall, karim, leila):
    row = published(library, karim)
    client.force_login(leila)
    client.post(f"/espace/reseau/annonces/{row.pk}/", {"mots": "Nous viendrions le mardi."})
    again = client.post(f"/espace/reseau/annonces/{row.pk}/", {"mots": "Encore nous."})
    assert "attend une réponse" in again.content.decode()
    client.force_login(karim)
    assert "On vous a écrit" in client.get("/espace/reseau/").content.decode()
    assert "Message du réseau sans réponse" in client.get("/espace/").content.decode()
    (message,) = Reply.objects.all()
    client.post(f"/espace/reseau/messages/{message.pk}/", {"reponse": "oui", "mots": "Avec plaisir."})
    with pytest.raises(Refused):
        actions.answer(message, yes=False, by=karim, at=AT)
    client.force_login(leila)
    assert "Avec plaisir." in client.get(f"/espace/reseau/annonces/{row.pk}/").content.decode()
    page = client.get("/espace/reseau/qui-avec-qui/").content.decode()
    assert "Bibliothèque et Maison des habitants" in page or "Maison des habitants et Bibliothèque" in page
    assert [node.ties for node in queries.network()] == [1, 1]
    verbs = list(Entry.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs[-3:] == ["listing.written_to", "partnership.noted", "listing.answered"]


def test_a_third_structure_does_not_read_what_two_write(client, library, hall, karim, leila):
    row = published(library, karim)
    actions.reply(row, hall.structure, words="Rien que pour vous.", by=leila, at=AT)
    other = place("poste", {"nom": "La Poste"})
    client.force_login(account("zoe", "gestionnaire", structure=other.structure))
    assert "Rien que pour vous." not in client.get(f"/espace/reseau/annonces/{row.pk}/").content.decode()
    assert client.post(f"/espace/reseau/annonces/{row.pk}/geste/", {"geste": "found"}).status_code == 404


def test_one_does_not_write_to_oneself_nor_to_what_is_closed(library, hall, karim, leila):
    row = published(library, karim)
    with pytest.raises(Refused):
        actions.reply(row, library.structure, words="Bonjour", by=karim, at=AT)
    waits = actions.reply(row, hall.structure, words="Bonjour", by=leila, at=AT)
    actions.close(row, because=rules.FULFILLED, by=karim, at=AT)
    waits.refresh_from_db()
    assert (waits.state, waits.answer) == (rules.NO, "L’annonce est close.")
    with pytest.raises(Refused):
        actions.reply(row, hall.structure, words="Encore", by=leila, at=AT)


def test_a_listing_closed_by_mistake_comes_back_until_its_last_day(client, library, karim):
    row = published(library, karim)
    client.force_login(karim)
    client.post(f"/espace/reseau/annonces/{row.pk}/geste/", {"geste": "withdrawn"})
    assert list(queries.opened(TODAY)) == []
    client.post(f"/espace/reseau/annonces/{row.pk}/geste/", {"geste": "remettre"})
    assert list(queries.opened(TODAY)) == [row]
    with pytest.raises(Refused):
        actions.reopen(row, by=karim, at=AT + timedelta(days=200))


def test_listings_are_found_by_what_they_say_accents_forgiven(client, library, karim):
    published(library, karim, words="Écran et vidéoprojecteur")
    published(library, karim, kind="speaker", token="b", words="Autour des écrans des enfants")
    client.force_login(karim)
    page = client.get("/espace/reseau/?mots=ecran videoprojecteur").content.decode()
    assert "1 annonce." in page
    assert "Aucune annonce" in client.get("/espace/reseau/?quoi=trainer").content.decode()


def test_a_partnership_is_noted_by_name_and_ends(client, library, hall, karim):
    client.force_login(karim)
    form_data = {"avec": "maison des habitants", "propos": "Accès aux droits"}
    for _ in range(2):
        client.post("/espace/reseau/qui-avec-qui/", form_data)
    (row,) = Partnership.objects.all()
    nobody = client.post("/espace/reseau/qui-avec-qui/", {**form_data, "avec": "Personne"})
    assert "aucune structure ne porte ce nom" in nobody.content.decode()
    itself = client.post("/espace/reseau/qui-avec-qui/", {**form_data, "avec": "Bibliothèque"})
    assert "deux fois la même structure" in itself.content.decode()
    client.post(f"/espace/reseau/qui-avec-qui/{row.pk}/")
    assert "Aucun partenariat noté" in client.get("/espace/reseau/qui-avec-qui/").content.decode()
