"""Text about a person holds no secret, whoever writes it; their own e-mail is their own."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from maillage.apps.agenda.actions import planning, seats
from maillage.apps.learning.actions import groups
from maillage.apps.learning.queries import contents
from maillage.apps.people.persons.actions import register
from maillage.apps.people.persons.models import Person
from maillage.apps.referrals.autonomy import actions as bilans
from maillage.apps.referrals.autonomy.rules import AIDANT, Carried
from maillage.apps.referrals.orientations.actions import answers, drafts, sending
from maillage.apps.referrals.orientations.models import Event, Orientation
from maillage.kernel.errors import Refused
from maillage.modules import outlines
from tests.conftest import account
from tests.support.places import place

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
SECRET = "mot de passe : Soleil38"
APPS = Path(__file__).parents[2] / "src" / "maillage" / "apps"


@pytest.fixture
def library():
    return place("bibliotheque", {"courriels": ["accueil@exemple.fr"]})


@pytest.fixture
def aidant(library):
    return account("aidant", "aidant", structure=library.structure)


@pytest.fixture
def person(aidant, library):
    return register.welcome(by=aidant, structure=library.structure, at=AT)


def refused():
    return pytest.raises(Refused, match="aucun mot de passe ni numéro")


@pytest.mark.parametrize("field", ["nickname", "reach_value"])
def test_a_sheet_holds_no_secret(aidant, library, person, field):
    with refused():
        register.correct(person, {"reach": "via", "reach_value": "son fils", field: SECRET}, by=aidant, at=AT)
    assert Person.objects.get(pk=person.pk).reach == "none"


@pytest.mark.parametrize("field", ["note", "availability", "procedure_words"])
def test_a_referral_is_not_prepared_with_a_secret(aidant, library, field):
    with refused():
        drafts.prepare(
            drafts.Draft(structure=library.structure, need="formation", **{field: SECRET}), by=aidant, at=AT
        )
    assert not Orientation.objects.exists()


@pytest.mark.parametrize("words", [{"words": SECRET}, {"next_step": SECRET}])
def test_what_was_done_is_noted_without_a_secret(aidant, library, person, words):
    third = place("tiers", {"nom": "Tiers"})
    sender = account("sender", "aidant", structure=third.structure)
    row = drafts.prepare(
        drafts.Draft(structure=third.structure, lieu=library, need="formation"), by=sender, at=AT
    )
    row = sending.send(row, by=sender, channel="space", at=AT)
    before = Event.objects.count()
    with refused():
        answers.serve(row, by=aidant, at=AT, did=["formation"], outcome="reached", **words)
    assert Event.objects.count() == before
    assert Orientation.objects.get(pk=row.pk).outcome == ""


def test_a_diagnosis_changes_without_a_secret(aidant, library, person):
    carried = Carried(mode=AIDANT, token="t", person=person.pk)
    for id, answer in (
        ("X1", "no"),
        ("A1", ["nothing"]),
        ("A3", "nowhere"),
        ("U1", "never"),
        ("M1", ["none"]),
    ):
        carried = carried.answered(id, answer)
    for id, answer in (("M2", "with"), ("O1", "easy"), ("O2", ["none"]), ("O3", "none"), ("O4", "nobody")):
        carried = carried.answered(id, answer)
    diagnosis = bilans.keep(
        carried, purpose="person", how="read", by=aidant, structure=library.structure, person=person, at=AT
    )
    with refused():
        bilans.change(diagnosis, result="autonomie", reason="other", words=SECRET, by=aidant, at=AT)


def test_workshops_and_groups_hold_no_secret(aidant, library):
    values = {"title": "Mail", "subject": "mail", "level": "debutant", "lieu": library, "capacity": 4}
    values |= {"starts_at": AT.replace(day=25), "ends_at": AT.replace(day=25, hour=11)}
    workshop = planning.plan(by=aidant, structure=library.structure, values=values, at=AT)
    with refused():
        seats.book(workshop=workshop, name="mdp=Chat1958", by=aidant, channel="counter", at=AT)
    seat = seats.book(workshop=workshop, name="Fatou", by=aidant, channel="counter", at=AT)
    with refused():
        seats.note(seat, by=aidant, at=AT, because="other", words=SECRET)
    with refused():
        seats.note(seat, by=aidant, at=AT, then="again", then_words=SECRET)
    with refused():
        planning.report(workshop, words=SECRET, by=aidant, at=AT.replace(day=26))
    group = groups.open_group(by=aidant, structure=library.structure, title="G", modules=[], at=AT)
    (member,) = groups.welcome(group, ["Fatou"], by=aidant, at=AT)
    with refused():
        groups.note(member, words=SECRET, proposed="", by=aidant, at=AT)
    with refused():
        groups.change(group, {"note": SECRET}, by=aidant, at=AT)


@pytest.mark.parametrize("address", ["aidant@exemple.fr", " COLLEGUE@exemple.fr", "accueil@exemple.fr"])
def test_the_e_mail_of_a_person_is_not_that_of_who_helps_them(aidant, library, person, address):
    account("collegue", "aidant", structure=place("autre", {"nom": "Autre"}).structure)
    with pytest.raises(Refused, match="professionnel ou d’une structure") as caught:
        register.correct(person, {"reach": "email", "reach_value": address}, by=aidant, at=AT)
    assert f"« {contents.modules()['creer-ma-boite'].title} »" in caught.value.do
    assert f"« {outlines.outlines()['rendez-vous-boite-mail'].title} »" in caught.value.do
    assert address.strip().casefold() not in " ".join(caught.value.sentences).casefold()


def test_their_own_e_mail_is_taken_and_nobody_alone_learns_who_has_an_account(aidant, person):
    register.correct(person, {"reach": "email", "reach_value": "fatou@exemple.fr"}, by=aidant, at=AT)
    register.correct(person, {"reach": "email", "reach_value": aidant.email}, by=None, at=AT)
    assert Person.objects.get(pk=person.pk).reach_value == aidant.email


def test_the_page_of_a_person_leads_to_a_mailbox_of_their_own(client, aidant, library):
    client.force_login(aidant)
    page = client.get("/espace/personnes/nouvelle/").content.decode()
    assert "/apprendre/creer-ma-boite/" in page
    assert "/espace/ateliers/trames/rendez-vous-boite-mail/" in page
    response = client.post(
        "/espace/personnes/nouvelle/",
        {"prenom": SECRET, "langue": "fr", "joindre": "none", "valeur": "", "envoi": "x"},
    )
    assert response.status_code == 400
    assert "Soleil38" not in response.content.decode().split('role="alert"')[1].split("</div>")[0]


def test_whatever_keeps_words_reads_them_first():
    """How many times each room reads what is typed: a reading that is taken away is taken away here too."""
    n_readings = {}
    for path in sorted(APPS.rglob("*.py")):
        if n := len(re.findall(r"^ +refuse_secrets\(", path.read_text("utf-8"), re.M)):
            n_readings[path.relative_to(APPS).with_suffix("").as_posix()] = n
    assert n_readings == {
        "people/actes/actions/acts": 1,
        "surveys/actions/verbatims": 1,
        "agenda/actions/appointments": 2,
        "agenda/actions/mailbox": 1,
        "agenda/actions/outlines": 1,
        "agenda/actions/planning": 1,
        "agenda/actions/seats": 2,
        "agenda/rules/rdv": 1,
        "referrals/autonomy/actions": 1,
        "steering/codesign/actions": 1,
        "community/actions/bulletins": 2,
        "community/actions/discussions": 1,
        "community/actions/listings": 3,
        "community/actions/meetings": 4,
        "community/actions/resources": 2,
        "dossiers/actions": 2,
        "referrals/droits/actions/letters": 1,
        "referrals/droits/actions/paper_lists": 1,
        "referrals/droits/actions/telling": 1,
        "volunteering/grants/actions": 2,
        "learning/actions/groups": 2,
        "people/mandats/actions/local_procedures": 1,
        "people/mandats/actions/preparing": 1,
        "people/mandats/actions/signing": 1,
        "site/structures/actions/groups": 2,
        "site/structures/actions/profiles": 3,
        "referrals/orientations/actions/drafts": 1,
        "referrals/orientations/actions/transitions": 1,
        "people/persons/actions/corrections": 2,
        "people/persons/actions/register": 1,
        "steering/plans/actions": 10,
        "steering/plans/forms": 1,
        "volunteering/volunteers/actions/missions": 2,
        "volunteering/volunteers/actions/sessions": 2,
        "volunteering/volunteers/actions/team": 2,
    }
