"""ODK Collect: the list of forms, the form, the answer, under a device's own link."""

import re
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from maillage.apps.surveys.actions import campaigns
from maillage.apps.surveys.forms import odk
from maillage.apps.surveys.models import Answer
from maillage.questionnaires.questionnaire import Choice, Group, Question, Questionnaire

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AT = datetime(2026, 11, 21, 9, tzinfo=UTC)
YES_NO = (Choice(name="oui", label={"fr": "Oui"}), Choice(name="non", label={"fr": "Non"}))
FORM = Questionnaire(
    id="f",
    title="Essai",
    lists={"on": YES_NO},
    items=(
        Question(name="net", kind="one", choices="on", label={"fr": "Internet ?"}),
        Group(
            name="appareils",
            repeat=True,
            label={"fr": "Appareils"},
            items=(Question(name="sorte", kind="text", label={"fr": "Lequel ?"}),),
        ),
    ),
)


@pytest.fixture
def collect_survey():
    survey = campaigns.prepare(by=None, title="Essai <b>", territory="38185", questionnaire=FORM, at=AT)
    campaigns.open_survey(survey, by=None, at=AT)
    surveyor, token = campaigns.give_link(survey, "Collect", by=None, at=AT)
    return survey, surveyor, f"/enquetes/odk/{token}/"


def xml(survey, *, instance: str = "", net: str = "oui", version: int = 1, form: str = "") -> str:
    instance = instance or f"uuid:{uuid.uuid4()}"
    return (
        f'<data xmlns:h="x" id="{form or f"enquete-{survey.pk}"}" version="{version}"><net>{net}</net>'
        "<appareils><sorte>téléphone</sorte></appareils><appareils><sorte>tablette</sorte></appareils>"
        "<orx:meta"
        f' xmlns:orx="http://openrosa.org/xforms"><orx:instanceID>{instance}</orx:instanceID></orx:meta></data>'
    )


def send(client, address: str, content: str):
    part = SimpleUploadedFile("submission.xml", content.encode(), content_type="text/xml")
    return client.post(address + "submission", {"xml_submission_file": part})


def test_collect_finds_the_form_fetches_it_and_sends(client, collect_survey):
    survey, surveyor, address = collect_survey
    listed = client.get(address + "formList")
    assert listed["X-OpenRosa-Version"] == "1.0" and "Essai &lt;b&gt;" in listed.content.decode()
    where = ElementTree.fromstring(listed.content).findtext(".//{*}downloadUrl")
    form = client.get(where.removeprefix("http://testserver"))
    assert f'id="enquete-{survey.pk}"' in form.content.decode() and re.search(
        r'version="1"', form.content.decode()
    )
    head = client.head(address + "submission")
    assert head.status_code == 204 and head["Location"].endswith("/submission")
    content = xml(survey)
    assert send(client, address, content).status_code == 201
    assert (
        send(client, address, content).status_code == 201
    )  # sent again by a cut network: known, not doubled
    stored_answer = Answer.objects.get()
    assert (
        stored_answer.values == {"net": "oui", "sorte": "téléphone", "sorte#2": "tablette"}
        and stored_answer.surveyor == surveyor
    )


def test_a_clock_that_says_the_year_one_loses_no_answer(client, collect_survey):
    survey, _, address = collect_survey
    content = xml(survey).replace("<net>", "<start>0001-01-01T00:00:00.000+01:00</start><net>")
    assert send(client, address, content).status_code == 201
    assert Answer.objects.get().begun_at is None


def test_the_same_number_with_other_words_stays_aside(client, collect_survey):
    survey, _, address = collect_survey
    number = f"uuid:{uuid.uuid4()}"
    assert send(client, address, xml(survey, instance=number)).status_code == 201
    assert send(client, address, xml(survey, instance=number, net="non")).status_code == 409
    assert Answer.objects.get().values["net"] == "oui"


def test_what_is_no_answer_is_refused_with_a_reason(client, collect_survey):
    survey, _, address = collect_survey
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><data>&b;</data>'
    outside = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><data>&a;</data>'
    for content in ("", "bonjour", bomb, outside):
        assert send(client, address, content).status_code == 400
    assert client.post(address + "submission").status_code == 400
    assert send(client, address, xml(survey, version=9)).status_code == 404
    assert send(client, address, xml(survey, form="enquete-999")).status_code == 404
    assert send(client, address, xml(survey, instance=" ")).status_code == 400
    assert send(client, address, xml(survey, net="x" * 1_000_001)).status_code == 413
    for length in ("²", "9" * 5000):
        assert client.post(address + "submission", headers={"content-length": length}).status_code == 413
    assert not Answer.objects.exists()


def test_an_unknown_or_closed_link_opens_nothing(client, collect_survey):
    survey, surveyor, address = collect_survey
    for what in ("formList", "formulaire-1.xml"):
        assert client.get("/enquetes/odk/invente/" + what).status_code == 404
    campaigns.close_link(surveyor, by=None, at=AT)
    assert client.get(address + "formList").status_code == 403
    assert send(client, address, xml(survey)).status_code == 403


def test_a_repeat_within_a_repeat_loses_no_answer():
    """Deux personnes du foyer, chacune ses appareils : ceux de la seconde ne remplacent pas ceux de la
    première.
    """
    inner = Group(name="appareils", repeat=True, label={"fr": "A"}, items=FORM.items[1].items)  # type: ignore[union-attr]
    name = Question(name="prenom", kind="text", label={"fr": "Qui ?"})
    form = replace(FORM, items=(Group(name="foyer", repeat=True, label={"fr": "F"}, items=(name, inner)),))
    repeats = "".join(
        f"<foyer><prenom>{first_name}</prenom>{''.join(f'<appareils><sorte>{x}</sorte></appareils>' for x in devices)}</foyer>"
        for first_name, devices in (("Ana", ("pc", "mobile")), ("Bob", ("tablette",)))
    )
    sent = odk.read(f'<data id="enquete-1" version="1">{repeats}<instanceID>x</instanceID></data>'.encode())
    assert sent.sent(form).values == {
        "prenom": "Ana",
        "prenom#2": "Bob",
        "sorte": "pc",
        "sorte#2": "mobile",
        "sorte#3": "tablette",
    }
    assert sent.sent(form).digest == sent.sent(form).digest, "sent again, it is the same answer"
