"""Helping somebody close, without account: the questions, a place, the card, and nothing kept but what is
agreed.
"""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from maillage.apps.directory.places.actions import sheets
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.messages.models import Message
from maillage.apps.referrals.autonomy.models import Tally
from maillage.apps.referrals.orientations.models import Orientation, Path
from maillage.apps.referrals.orientations.queries import measures
from maillage.apps.referrals.orientations.views import relative
from tests.support.places import place

pytestmark = pytest.mark.django_db
HELPS = {"practices": {"assistance": {"state": "offered"}}}


@pytest.fixture
def library():
    return place("bibliotheque", {"courriels": ["accueil@bibliotheque.example"], **HELPS})


def text(response) -> str:
    return " ".join(response.content.decode().replace("\u00a0", " ").split())


def assert_nothing_stored() -> bool:
    return not (Person.objects.exists() or Path.objects.exists() or Message.objects.exists())


def test_page_teaches_three_actions_and_what_is_never_stored(client):
    page = text(client.get("/aider-un-proche/"))
    for words in (
        "Faire avec",
        "Rendre la main",
        "Montrer une chose",
        "Son mot de passe",
        "La copie de ses papiers",
    ):
        assert words in page


@pytest.mark.parametrize("code", ["fr", "ar"])
def test_a_published_share_carries_its_n_in_each_language(client, code):
    """The study prints 192 answers, and not the base of this share: the page says both."""
    client.cookies["langue"] = code
    page = text(client.get("/aider-un-proche/"))
    assert "WeTechCare" in page
    assert "192" in page
    assert ("L’étude ne dit pas combien d’entre elles" in page) == (code == "fr")


def test_empty_sheet_is_refused_and_counts_nothing(client):
    assert client.post("/aider-un-proche/questions/").url == "/aider-un-proche/questions/"
    assert not Tally.objects.exists()


@pytest.mark.parametrize(
    ("answers", "advice"),
    [
        ({"R1": "alone", "R2": "home", "R3": "me", "R4": "week"}, "D’abord, le papier à faire."),
        ({"R1": "for-me", "R2": "home", "R3": "me", "R4": "no"}, "Quelqu’un peut l’aider"),
        ({"R1": "helped", "R2": "home", "R3": "me", "R4": "no"}, "Un lieu proche peut suffire."),
        ({"R1": "alone", "R2": "home", "R3": "me", "R4": "no"}, "Rien ne presse."),
        ({"R1": "?", "R2": "?"}, "Quelqu’un peut l’aider"),
    ],
)
def test_four_answers_lead_to_one_advice_and_only_it_is_counted(client, answers, advice):
    response = client.post("/aider-un-proche/questions/", answers)
    assert "R1" not in response.url
    assert advice in text(client.get(response.url))
    assert sum(Tally.objects.values_list("count", flat=True)) == 1
    assert assert_nothing_stored()


def test_an_advice_that_is_none_leads_back(client):
    assert client.get("/aider-un-proche/conseil/?conseil=x").url == "/aider-un-proche/"


def test_a_place_is_found_near_where_the_person_lives(client, library):
    page = text(client.get("/aider-un-proche/trouver/?ou=Grenoble&besoin=assistance&marche=0"))
    assert "Bibliothèque Barnave" in page
    assert "Appelez avant d’y aller" in page
    assert assert_nothing_stored()


@pytest.mark.parametrize(("query", "error_text"), [("ou=&besoin=assistance", "Il manque où votre proche habite"), ("ou=Zzzzq&besoin=assistance", "Nous ne connaissons pas cet endroit"), ("ou=Grenoble", "Il manque ce qui")])  # fmt: skip
def test_missing_answer_is_reported(client, query, error_text):
    response = client.get(f"/aider-un-proche/trouver/?{query}")
    assert response.status_code == 400
    assert error_text in text(response)


def test_place_card_is_printed_and_nothing_is_stored(client, library):
    page = text(client.get(f"/aider-un-proche/carte/?lieu={library.slug}"))
    assert "1 place Grenette" in page
    assert "Mon code" not in page
    assert assert_nothing_stored()


def followed(client, library):
    return client.post(f"/aider-un-proche/trouver/{library.slug}/", {"besoin": "assistance"}, follow=True)


def test_a_relative_who_agrees_leaves_with_a_code_and_is_counted_apart(client, library):
    page = text(followed(client, library))
    row, person = Orientation.objects.get(), Person.objects.get()
    assert person.card in page
    assert (row.origin, row.channel, row.state, row.shared) == ("relative", "card", "sent", [])
    assert (person.nickname, person.reach) == ("", "none")
    assert not Message.objects.exists()
    on = timezone.localdate()
    assert measures.measures(None, on, on).n == 0
    assert person.consents.get().purpose == "count"


def test_a_double_click_follows_once(client, library):
    for _ in range(2):
        followed(client, library)
    assert (Orientation.objects.count(), Person.objects.count()) == (1, 1)


def test_the_code_is_read_by_this_browser_alone(client, library, django_user_model):
    followed(client, library)
    code = Person.objects.get().card
    assert code in text(client.get("/aider-un-proche/carte/"))
    client.cookies.clear()
    assert client.get("/aider-un-proche/carte/").url == "/aider-un-proche/"


def test_the_card_of_a_relative_does_not_stay_on_a_shared_computer(client, library, monkeypatch):
    followed(client, library)
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(minutes=21))
    assert client.get("/aider-un-proche/carte/").url == "/aider-un-proche/"


def test_closing_a_card_closes_the_one_of_a_relative(client, library):
    assert "Fermer ma carte" in text(followed(client, library))
    client.post("/ma-carte/fermer/")
    assert client.get("/aider-un-proche/carte/").url == "/aider-un-proche/"


def test_full_place_is_reported_and_nothing_is_half_done(client, library):
    sheets.say_full(library, True, by="x", at=timezone.now())
    response = followed(client, library)
    assert response.status_code == 400
    assert "complet" in text(response).lower()
    assert assert_nothing_stored()


def test_a_machine_that_asks_for_many_is_stopped(client, library, monkeypatch):
    monkeypatch.setattr(relative, "FOLLOWED_AN_HOUR", 2)
    for _ in range(2):
        client.cookies.clear()
        followed(client, library)
    client.cookies.clear()
    response = followed(client, library)
    assert response.status_code == 400
    assert Person.objects.count() == 2


def test_a_place_or_a_need_that_is_none_does_not_exist(client, library):
    assert client.get("/aider-un-proche/trouver/nulle-part/?besoin=assistance").status_code == 404
    assert client.get(f"/aider-un-proche/trouver/{library.slug}/?besoin=magie").status_code == 404


def test_the_person_helped_is_neither_he_nor_she(client):
    """FS-08 : « votre proche », jamais « il » : on aide aussi sa mère ou sa voisine."""
    for query in ("", "questions/", "trouver/", "trouver/?ou=&besoin=assistance", "trouver/?ou=Grenoble"):
        words = text(client.get(f"/aider-un-proche/{query}"))
        assert not re.findall(r"\b[Ii]l(?! (?:y|n’y|manque|faut|le faut)\b)\b[^.]*", words), query
