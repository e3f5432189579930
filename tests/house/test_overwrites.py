"""Each form that edits a row of several people: who saves a page that somebody else saved since takes nothing of
it, and reads both texts.
"""

from html import unescape
from html.parser import HTMLParser

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


class Form(dict[str, str]):
    """The fields of a form of a page, as a browser sends them. action: where to; areas: its text areas."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action, self.areas = action, list[str]()


class Forms(HTMLParser):
    """The forms of a page that are sent by POST, each with its first named button; and the faults it says."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms, self.faults = list[Form](), list[str]()
        self._form: Form | None = None
        self._area = self._select = ""
        self._is_fault = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        name, kind = known.get("name", ""), known.get("type", "text")
        self._is_fault = bool({"erreur", "message"} & set(known.get("class", "").split())) or self._is_fault
        if tag == "form":
            self._form = Form(known.get("action", "")) if known.get("method", "") == "post" else None
            self.forms += [self._form] if self._form is not None else []
        elif self._form is not None and tag == "option" and self._select:
            if "selected" in known or self._select not in self._form:
                self._form[self._select] = known.get("value", "")
        elif self._form is not None and name:
            self._read(self._form, tag, name, kind, known)

    def _read(self, form: Form, tag: str, name: str, kind: str, known: dict[str, str]) -> None:
        if tag == "select":
            self._select = name
        elif tag == "textarea":
            self._area, form[name] = name, ""
            form.areas.append(name)
        elif tag == "button":
            form.setdefault(name, known.get("value", ""))
        elif tag == "input" and kind in ("radio", "checkbox"):
            form |= {name: known.get("value", "on")} if "checked" in known else {}
        elif tag == "input" and kind != "file":
            form[name] = known.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._area and self._form is not None:
            self._form[self._area] += data
        if self._is_fault and data.strip():
            self.faults.append(" ".join(data.split()))

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._form is not None:
            self._form[self._area] = self._form[self._area].strip()
            self._area = ""
        elif tag in ("p", "div"):
            self._is_fault = False
        elif tag == "select":
            self._select = ""
        elif tag == "form":
            self._form = None


def form_of(answer, field: str) -> tuple[str, dict[str, str], str]:
    """Return where the form of a page that has a field is sent to, its values, and the field: its first text
    area when none is named.
    """
    for form in Forms(answer.content.decode()).forms:
        named = field or next(iter(form.areas), "")
        if named in form:
            return form.action or answer.request["PATH_INFO"], dict(form), named
    raise AssertionError(f"{answer.request['PATH_INFO']} has no form with {field}")


def errors_of(answer) -> list[str]:
    """Return the faults that a page says."""
    return Forms(answer.content.decode()).faults
