"""Each form that edits a row of several people: who saves a page that somebody else saved since takes nothing of
it, and reads both texts.
"""

from collections.abc import Iterator
from html import unescape

import lxml.html
import pytest
from django.urls import reverse

from tests.house.test_rights import once, world

__all__ = ["once", "world"]  # the rows of everybody
pytestmark = pytest.mark.django_db
FIRST, SECOND = "Le premier texte, assez long", "Le second texte, assez long"
# The page of a row, who edits it, the field that two people write, what its form needs besides.
FORMS = {
    "person_correct": ("person", "aidant", "prenom", {}),
    "seat_run": ("seat", "aidant", "arret_mots", {}),
    "permanence_edit": ("permanence", "aidant", "titre", {}),
    "bilan_sheet": ("bilan", "aidant", "mots", {"resultat": "autonomie", "raison": "seen"}),
    "group": ("group", "aidant", "note", {}),
    "aidant": ("aidant", "gestionnaire", "nom", {}),
    "lieu_edit": ("lieu", "gestionnaire", "presentation_resume", {}),
    "lieu_practice": ("practice", "gestionnaire", "precisions", {"state": "offered"}),
    "outing": ("outing", "coordination", "place", {}),
    "census_body": ("body", "coordination", "note", {}),
    "comments": ("place", "coordination", "", {}),
    "study_mission": ("place", "coordination", "initiator", {}),
    "study_theme": ("place", "coordination", "name", {"colour": "#204060"}),
    "survey_edit": ("survey", "analyste", "but", {"territoire": "38185"}),
    "survey_question": ("question", "analyste", "libelle", {}),
    "codesign_profile": ("codesign_group", "coordination", "who", {}),
    "plan_axes": ("steered", "coordination", "title", {}),
    "plan_action_edit": ("plan_action", "coordination", "title", {}),
    "meeting_record": ("meeting", "aidant", "texte", {}),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_stale_page_replaces_nothing_that_somebody_else_wrote(client, world, name):
    sort, role, field, more = FORMS[name]
    client.force_login(world.users[role])
    address = reverse(name, kwargs=world.rows["own"][sort])
    to, page_values, field = form_of(client.get(address), field)
    answer = client.post(to, {**page_values, **more, field: FIRST})
    assert answer.status_code in (200, 302), errors_of(answer)
    assert form_of(client.get(address), field)[1][field] == FIRST, "saved"
    stale = client.post(to, {**page_values, **more, field: SECOND}, follow=True)
    assert form_of(client.get(address), field)[1][field] == FIRST
    page = unescape(stale.content.decode())
    assert (FIRST in page, SECOND in page) == (True, True), errors_of(stale)


def form_of(answer, field: str) -> tuple[str, dict[str, str], str]:
    """Return where the form of a page that has a field is sent to, what it says, and the field: its first text
    area when none is named.
    """
    for form in lxml.html.fromstring(answer.content).forms:
        named = field or next((each.name for each in form.iter("textarea")), "")
        if form.method == "POST" and named in form.fields:
            typed = dict(read(form))
            button = next((each for each in form.iter("button") if each.get("name")), None)
            typed |= {} if button is None else {button.get("name"): button.get("value")}
            return form.action or answer.request["PATH_INFO"], typed, named
    raise AssertionError(f"{answer.request['PATH_INFO']} has no form with {field}")


def read(form) -> Iterator[tuple[str, str]]:
    """Yield the fields of a form as a browser sends them."""
    for field in form.iter("input", "select", "textarea"):
        kind = field.get("type", "text") if field.tag == "input" else field.tag
        if (
            not field.name
            or kind in ("submit", "file")
            or (kind in ("radio", "checkbox") and not field.checked)
        ):
            continue
        if kind == "textarea":
            yield field.name, (field.text or "").strip()
        elif kind == "select":
            yield field.name, field.value or ""
        else:
            yield field.name, field.get("value", "on" if kind == "checkbox" else "")


def errors_of(answer) -> list[str]:
    """Return the faults that a page says."""
    page = lxml.html.fromstring(answer.content)
    return [
        " ".join(each.text_content().split())
        for each in page.find_class("erreur") + page.find_class("message")
    ]
