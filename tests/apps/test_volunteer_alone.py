"""A volunteer for whom nobody answers: papers, codes and mandates stay closed to somebody alone."""

import pytest

from maillage.apps.people.actes import rules
from maillage.apps.people.actes.actions import acts as actes_actions
from maillage.apps.people.actes.models import Act
from maillage.apps.people.documents import rules as documents_rules
from maillage.apps.people.documents.actions import scanning, sharing, storing
from maillage.apps.people.mandats.actions import signing
from maillage.apps.people.mandats.actions.preparing import Helper
from maillage.apps.people.persons.actions import card_secrets
from maillage.apps.people.persons.actions import register as people
from maillage.apps.people.persons.rules import read_secret
from maillage.kernel.errors import Refused
from tests.conftest import account
from tests.support.acts import AT, draft
from tests.support.mandats import by_touch, drafted
from tests.support.papers import pdf
from tests.support.places import place

pytestmark = pytest.mark.django_db


def test_each_door_that_wants_somebody_who_answers_is_closed_to_a_volunteer_alone(settings, home):
    settings.PAPERS = {"key": documents_rules.new_key(), "key_file": "", "scanner": scanning.OFF}
    structure = place("bibliotheque").structure
    leila = account("leila", "aidant", structure=structure)
    karim = account("karim", "benevole", structure=structure)
    person = people.welcome(by=leila, structure=structure, nickname="M. Andrei", at=AT)
    by_hand = {"person": person, "structure": structure, "at": AT}

    def store(by, token):
        values = {"kind": "identite", "purpose": "rsa", "days": 30, "how": "read", "token": token}
        return storing.store(storing.Upload(pdf(), documents_rules.PDF), by=by, **by_hand, **values)

    paper, mandat = store(leila, "t1"), drafted(person, structure, leila, at=AT)
    accompanied = actes_actions.note(draft(), by=leila, **by_hand)
    urgent = actes_actions.note(draft(kind=rules.PLACE, urgent=True), by=leila, **by_hand)
    Act.objects.filter(person=person).update(by=karim)
    people.meet(by=karim, **by_hand)
    for open_door in (
        lambda: card_secrets.choose_secret(
            person, read_secret("framboise"), by=karim, at=AT, acting=structure.pk
        ),
        lambda: drafted(person, structure, karim, at=AT, helper=Helper(supervisor=leila)),
        lambda: signing.sign(mandat, by_touch(mandat, AT), by=karim, at=AT),
        lambda: actes_actions.note(draft(kind=rules.PLACE), by=karim, **by_hand),
        lambda: actes_actions.correct(accompanied, {"kind": rules.PLACE}, by=karim, at=AT),
        lambda: actes_actions.regularise(urgent, by=karim, at=AT),
        lambda: store(karim, "t2"),
        lambda: sharing.share(paper, structure=structure, days=7, how="read", by=karim, at=AT),
        lambda: storing.read(paper, by=karim, at=AT),
    ):
        with pytest.raises(Refused, match="personne ne répond de vous"):
            open_door()
