"""Each form that edits a row of several people: who saves a page that somebody else saved since takes nothing of
it, and reads both texts.
"""

from html import unescape

import pytest
from django.urls import reverse

from tests.support.html_forms import forms

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
    assert answer.status_code in (200, 302), answer.content.decode()
    assert form_of(client.get(address), field)[1][field] == FIRST, "saved"
    stale = client.post(to, {**page_values, **more, field: SECOND}, follow=True)
    assert form_of(client.get(address), field)[1][field] == FIRST
    page = unescape(stale.content.decode())
    assert (FIRST in page, SECOND in page) == (True, True), page


def form_of(answer, field: str) -> tuple[str, dict[str, str], str]:
    """Return where the form of a page that has a field is sent to, its values with its first named button, and
    the field: its first text area when none is named.
    """
    address = answer.request["PATH_INFO"]
    for form in forms(answer.content.decode(), address):
        named = field or next((each.name for each in form.fields if each.kind == "textarea"), "")
        if named in {each.name for each in form.fields}:
            button = next(([(each.name, each.value)] for each in form.fields if each.kind == "button"), [])
            return form.action, dict([*button, *form.values()]), named
    raise AssertionError(f"{address} has no form with {field}")
