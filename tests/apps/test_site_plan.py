"""Ways to a public page: its guessed address, the plan of the site."""

import re

import pytest
from django.urls import get_resolver, reverse

from maillage.apps.site.pages import rules
from tests.support.languages import assert_whole, in_language

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("word", ["chiffres", "methode", "aide", "lieux", "cours"])
def test_a_guessed_address_leads_to_the_page_of_its_door(client, word):
    response = client.get(f"/{word}/?lang=ro")
    assert response.status_code == 302
    assert response["Location"].startswith(f"{reverse(rules.GUESSED[word])}?lang=ro")


def test_a_guessed_address_hides_no_page():
    names = [name for name in rules.GUESSED if get_resolver().resolve(f"/{name}/").url_name]
    assert names == []


def test_the_plan_holds_each_page_of_the_frame_and_each_answers(client):
    page = client.get(reverse("site_plan")).content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    frame = page.replace(main, "")
    linked = lambda html: {href.split("?")[0] for href in re.findall(r'<a\s[^>]*?href="(/[^"#]*)"', html)}  # noqa: E731
    planned = linked(main)
    assert linked(frame) - planned <= {"/", reverse("site_plan")}
    assert {address: client.get(address).status_code for address in planned} == dict.fromkeys(planned, 200)


def test_the_plan_is_whole_in_the_language_chosen(client):
    assert_whole(in_language(client, "ar", reverse("site_plan")), "ar")
