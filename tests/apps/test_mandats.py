"""Mandates: what the person reads is what is kept; nothing is allowed but what they signed, while they want it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from maillage.apps.people.mandats.models import Autorisation, LocalProcedure, Mandat
from maillage.apps.people.mandats.queries import permissions
from maillage.apps.people.persons.actions import forgetting
from maillage.apps.people.persons.actions import register as people
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.models import User
from tests.conftest import account

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("leaves")]
AT = datetime(2026, 11, 9, 9, 22, tzinfo=UTC)


@pytest.fixture
def leila(structure) -> User:
    return account("aidant", "aidant", shown="Leïla", structure=structure)


@pytest.fixture
def andrei(leila, structure) -> Person:
    return people.welcome(
        by=leila, structure=structure, nickname="M. Andrei", born=1958, language="ro", at=AT
    )


def signed(
    person, structure, *keys: str, starts_on=date(2026, 11, 9), ends_on=date(2027, 5, 8), **more
) -> Mandat:
    """Return a mandate as scenery."""
    code = f"CODE{Mandat.objects.count():04}"
    defaults = {
        "how": "paper",
        "signed_at": AT,
        "duration": "semester",
        "made_at": AT,
        "code": code,
        "token": code,
    }
    mandat = Mandat.objects.create(
        person=person, structure=structure, starts_on=starts_on, ends_on=ends_on, **(defaults | more)
    )
    for key in keys:
        Autorisation.objects.create(mandat=mandat, key=key, label=key)
    return mandat


# -------------------------------------------------------------------------------------------- what is allowed


def test_a_mandate_allows_its_procedures_to_its_structure(andrei, structure, other):
    mandat = signed(andrei, structure, "prime-activite", "argent")
    for key in ("prime-activite", "argent", "impots"):
        verdict = permissions.allows(andrei, structure, key, AT)
        assert (verdict.allowed, verdict.mandat) == (True, mandat), key
        assert "8 mai 2027" in verdict.why
    refused = permissions.allows(andrei, structure, "logement-social", AT)
    assert (refused.allowed, refused.mandat) == (False, mandat)
    elsewhere = permissions.allows(andrei, other, "impots", AT)
    assert (elsewhere.allowed, elsewhere.mandat) == (False, None), "somebody else's mandate is not shown"
    assert "autre structure" in elsewhere.why
    assert all(each.what_to_do.endswith(".") for each in (refused, elsewhere))


@pytest.mark.parametrize(
    ("at", "allowed"),
    [
        (datetime(2026, 11, 8, 22, 59, tzinfo=UTC), False),  # still the 8th in Paris
        (datetime(2026, 11, 8, 23, 1, tzinfo=UTC), True),
        (datetime(2027, 5, 8, 21, 59, tzinfo=UTC), True),  # summer time: the 8th until 22:00 UTC
        (datetime(2027, 5, 8, 22, 1, tzinfo=UTC), False),
    ],
)
def test_its_days_are_those_of_the_local_calendar(andrei, structure, at, allowed):
    signed(andrei, structure, "impots")
    assert permissions.allows(andrei, structure, "impots", at).allowed is allowed


def test_of_two_mandates_the_one_that_lasts_answers(andrei, structure):
    signed(andrei, structure, "impots", ends_on=date(2026, 11, 30))
    longer = signed(andrei, structure, "impots", ends_on=date(2027, 11, 8))
    signed(andrei, structure, "impots", ends_on=date(2028, 1, 1), withdrawn_at=AT)
    assert permissions.allows(andrei, structure, "impots", AT + timedelta(days=1)).mandat == longer


def test_an_erased_person_allows_nothing(andrei, structure):
    signed(andrei, structure, "impots")
    forgetting.forget(andrei, by=None, at=AT)
    assert "effacée" in permissions.allows(andrei, structure, "impots", AT).why


def test_an_added_procedure_is_known_by_its_family(andrei, structure):
    added = LocalProcedure.objects.create(structure=structure, family="transports", label="Tarif", at=AT)
    signed(andrei, structure, "transports")
    assert permissions.allows(andrei, structure, added.key, AT).allowed
    for unknown in ("ajoutee-999999", "ajoutee-x", "ajoutee-", "inconnue", ""):
        assert "pas connue" in permissions.allows(andrei, structure, unknown, AT).why, unknown
