"""The frame of every page: what it asks of an account is read once, and never kept for the next page."""

from functools import cache

import pytest
from django.template import engines
from django.test import RequestFactory
from django.urls import NoReverseMatch

from maillage.apps.site.pages.templatetags import maillage as site
from maillage.manage.requests import context_processors
from tests.conftest import account
from tests.support.places import place

pytestmark = pytest.mark.django_db
RIGHTS_TEMPLATE = (
    "{{ may.directory_edit }} {{ may.people_see }} {{ may.network }} {{ at_work }} {{ at_work }}"
)


def test_rights_are_read_once_for_a_page_and_are_those_of_its_reader(monkeypatch):
    read = []
    rights = context_processors._rights
    monkeypatch.setattr(context_processors, "_rights", lambda request: read.append(1) or rights(request))
    structure = place().structure
    template = engines["django"].from_string(RIGHTS_TEMPLATE)
    rendered = []
    for role in ("aidant", "gestionnaire"):
        request = RequestFactory().get("/espace/")
        request.user = account(role, role, structure=structure)
        rendered.append(template.render({}, request))
    assert rendered == ["False True True True True", "True True True True True"] and len(read) == 2


def test_address_of_a_static_page_is_resolved_once(monkeypatch, settings):
    resolved_pages = []
    real_page = site._page.__wrapped__
    monkeypatch.setattr(site, "_page", cache(lambda *page: resolved_pages.append(page) or real_page(*page)))
    template = engines["django"].from_string(
        "{% url 'glossary' %} {% url 'method' 'besoins' %} {% url 'nowhere' as absent %}[{{ absent }}]"
        "{% url 'sources' as page %}{{ page }}"
    )
    for _ in range(2):
        assert template.render({}) == "/glossaire/ /methodes/besoins/ []/sources/"
    assert [name for name, *_ in resolved_pages].count("glossary") == 1
    settings.ROOT_URLCONF = context_processors.OTHER_COUNTRY
    sources = engines["django"].from_string("{% url 'sources' %}")
    assert sources.render({}) == "/sources/" and len({where for name, where, _ in resolved_pages}) == 2
    with pytest.raises(NoReverseMatch):
        engines["django"].from_string("{% url 'nowhere' %}").render({})


def test_what_a_field_proposes_is_written_as_a_value_whatever_it_holds():
    template = engines["django"].from_string("{{ names|proposals }}{{ nobody|proposals }}")
    rendered = template.render({"names": ['L’« Escale » & "Co"', "<b>"], "nobody": []})
    assert rendered.split("\n") == [
        '<option value="L’« Escale » &amp; &quot;Co&quot;"></option>',
        '<option value="&lt;b&gt;"></option>',
        "",
    ]
