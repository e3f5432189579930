"""The simplified pages, and Maillage in short in each language."""

import re

import pytest
from django.urls import reverse

from maillage.reference.easy_pages import easy_pages
from maillage.words.languages import LANGUAGES

MOST_WORDS = 15  # of a line
NEGATIVE = re.compile(r"\b(ne|n’|aucun|jamais)\b")


def test_simplified_pages_have_short_lines_of_one_idea_each():
    assert len(easy_pages()) == 6
    for page in easy_pages().values():
        for line in (*page.lines, *page.steps, *page.words.values()):
            assert len(line.split()) <= MOST_WORDS, line
            assert len(re.findall(r"[.!?]", line)) <= 1 and ";" not in line, line
            assert not NEGATIVE.search(line), line


@pytest.mark.django_db
def test_a_simplified_page_leads_to_the_page_that_it_explains(client):
    for id, page in easy_pages().items():
        text = client.get(f"/facile/{id}/").content.decode()
        assert f'href="{reverse(page.page)}"' in text and "doivent encore la relire" in " ".join(text.split())
    assert client.get("/facile/inconnue/").status_code == 404
    listed = client.get("/facile/", follow=True).content.decode().partition('id="pages-faciles"')[2]
    assert all(f'href="/facile/{id}/"' in listed for id in easy_pages())


@pytest.mark.django_db
def test_each_language_says_in_it_what_maillage_does(client):
    titles = set()
    for code in LANGUAGES:
        page = client.get("/en-bref/", headers={"Accept-Language": code}).content.decode()
        assert f'lang="{code}"' in page.split(">", 2)[1]
        titles.add(re.search(r"<h1[^>]*>([^<]+)", page)[1])
    assert len(titles) == len(LANGUAGES)
