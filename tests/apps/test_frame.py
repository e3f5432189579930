"""The frame of every page: what it asks of an account is read once, and never kept for the next page."""

import pytest
from django.template import engines
from django.test import RequestFactory

from maillage.config import context_processors
from tests.conftest import account
from tests.support.places import place

pytestmark = pytest.mark.django_db
ASKED = "{{ may.directory_edit }} {{ may.people_see }} {{ may.network }} {{ at_work }} {{ at_work }}"


def test_rights_are_read_once_for_a_page_and_are_those_of_its_reader(monkeypatch):
    read = []
    held = context_processors._held
    monkeypatch.setattr(context_processors, "_held", lambda request: read.append(1) or held(request))
    here = place().structure
    template = engines["django"].from_string(ASKED)
    said = []
    for role in ("aidant", "gestionnaire"):
        request = RequestFactory().get("/espace/")
        request.user = account(role, role, structure=here)
        said.append(template.render({}, request))
    assert said == ["False True True True True", "True True True True True"] and len(read) == 2
