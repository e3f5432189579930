"""The persons helped: the least is kept, the journal tells who saw it, and it is erased on time."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from maillage.apps.people.persons import access, queries
from maillage.apps.people.persons.actions import consents, forgetting, register
from maillage.apps.people.persons.models import Consent, Following, Person
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts import queries as entries
from maillage.apps.platform.accounts.models import Entry, Seal
from maillage.kernel.errors import Refused
from maillage.manage.backups import journal_proof
from tests.conftest import account
from tests.support.places import place

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture
def library():
    return place("bibliotheque").structure


def test_a_person_is_a_card_and_nothing_more_is_required(aidant, library):
    person = register.welcome(by=aidant, structure=library, at=AT)
    assert (person.nickname, person.born, person.reach, person.reach_value) == ("", None, "none", "")
    assert queries.by_code(person.card.lower()) == person
    assert str(person) == f"Carte {person.card}"


def test_two_people_may_share_everything_but_their_card(aidant, library):
    twins = [
        register.welcome(by=aidant, structure=library, nickname="Fatou", born=1988, at=AT) for _ in range(2)
    ]
    assert twins[0].code != twins[1].code
    assert list(access.people_for(aidant)) == twins


@pytest.mark.parametrize("born", [1800, 2027])
def test_a_year_that_nobody_was_born_in_is_refused(aidant, library, born):
    with pytest.raises(Refused, match=str(born)):
        register.welcome(by=aidant, structure=library, born=born, at=AT)
    assert not Person.objects.exists()


def test_a_year_become_impossible_is_refused_in_words_whatever_is_corrected(aidant, library):
    """Stored as it is, and not of what is typed: a name alone is corrected, and the year is told of."""
    person = register.welcome(by=aidant, structure=library, nickname="Fatou", at=AT)
    Person.objects.filter(pk=person.pk).update(born=1800)
    with pytest.raises(Refused, match="1800"):
        register.correct(person, {"nickname": "Fanta"}, by=aidant, at=AT)


def test_a_way_to_reach_somebody_needs_its_number(aidant, library):
    with pytest.raises(Refused, match="numéro"):
        register.welcome(by=aidant, structure=library, reach="phone", at=AT)


def test_only_the_structures_that_follow_a_person_see_them(aidant, library, other):
    person = register.welcome(by=aidant, structure=library, at=AT)
    stranger = account("ailleurs", "aidant", structure=other)
    assert person not in access.people_for(stranger)
    register.follow(person=person, structure=other, by=stranger, at=AT)
    assert person in access.people_for(stranger)
    register.leave(person=person, structure=other, by=stranger, at=AT)
    assert person not in access.people_for(stranger)
    assert person in access.people_for(aidant)


def test_a_volunteer_sees_the_people_they_help_and_no_other(aidant, library):
    volunteer = account("benevole", "benevole", structure=library)
    helped = register.welcome(by=volunteer, structure=library, at=AT)
    register.welcome(by=aidant, structure=library, at=AT)
    assert list(access.people_for(volunteer)) == [helped]


@pytest.mark.parametrize("role", [("coordination", "38"), ("analyste", "38"), ("administration", "")])
def test_who_steers_or_runs_sees_nobody(aidant, library, role):
    register.welcome(by=aidant, structure=library, at=AT)
    assert not access.people_for(account("pilote", role[0], territory=role[1])).exists()


def test_keeping_a_person_for_another_structure_is_refused(aidant, other):
    with pytest.raises(Refused):
        register.welcome(by=aidant, structure=other, at=AT)


def test_the_last_answer_decides_and_a_withdrawal_is_a_refusal(aidant, library):
    person = register.welcome(by=aidant, structure=library, at=AT)
    assert not queries.agreed(person, "keep")
    yes = consents.agree(person=person, purpose="keep", how="read", by=aidant, at=AT)
    assert "garde vos réponses" in yes.words
    assert queries.agreed(person, "keep")
    consents.agree(
        person=person, purpose="keep", how="read", is_accepted=False, by=aidant, at=AT + timedelta(minutes=1)
    )
    assert not queries.agreed(person, "keep")
    again = consents.agree(
        person=person, purpose="keep", how="paper", by=aidant, at=AT + timedelta(minutes=2)
    )
    consents.withdraw(again, by=None, at=AT + timedelta(minutes=3))
    assert not queries.agreed(person, "keep")
    assert Consent.objects.count() == 3  # nothing said is lost


def test_what_was_agreed_for_one_structure_holds_for_no_other(aidant, library, other):
    person = register.welcome(by=aidant, structure=library, at=AT)
    consents.agree(person=person, purpose="share", structure=other, how="click", at=AT)
    assert queries.agreed(person, "share", other.pk)
    assert not queries.agreed(person, "share", library.pk)


def test_whoever_was_writing_while_a_person_is_erased_brings_nothing_back(aidant, library, other):
    person = register.welcome(by=aidant, structure=library, nickname="Fatou", at=AT)
    forgetting.forget(Person.objects.get(pk=person.pk), by=aidant, at=AT)
    erased = Person.objects.values().get(pk=person.pk)
    for write in (  # each with the person as their page had read them
        lambda: register.correct(person, {"nickname": "Fatou"}, by=aidant, at=AT),
        lambda: register.follow(person=person, structure=other, by=aidant, at=AT),
        lambda: consents.agree(person=person, purpose="write", how="read", by=aidant, at=AT),
        lambda: register.renew_card(person, by=aidant, at=AT),
    ):
        with pytest.raises(Refused, match="vient d’être effacée"):
            write()
    assert Person.objects.values().get(pk=person.pk) == erased
    assert not Following.objects.filter(ended_at=None).exists()
    assert not Consent.objects.exists()


def test_forgetting_leaves_nothing_that_tells_who(aidant, library):
    person = register.welcome(
        by=aidant,
        structure=library,
        nickname="Andrei",
        born=1956,
        reach="phone",
        reach_value="0476001122",
        at=AT,
    )
    card = person.card
    forgetting.forget(person, by=aidant, at=AT)
    forgotten = Person.objects.get(pk=person.pk)
    assert "Andrei" not in str(Person.objects.values()) + str(Entry.objects.values())
    assert "0476" not in str(Person.objects.values())
    assert (forgotten.born, forgotten.reach_value, forgotten.forgotten_at) == (None, "", AT)
    assert queries.by_code(card) is None
    assert not access.people_for(aidant).exists()
    assert not Following.objects.filter(ended_at=None).exists()


def test_a_person_without_activity_for_two_years_is_to_be_forgotten(aidant, library):
    person = register.welcome(by=aidant, structure=library, at=datetime(2024, 11, 20, 8, tzinfo=UTC))
    assert queries.to_forget(datetime(2026, 11, 20, 7, tzinfo=UTC)) == []
    assert queries.to_forget(AT) == [person]
    register.touch(person, at=AT)
    assert queries.to_forget(AT) == []


# ---------------------------------------------------------------------------------------------------- journal


def test_the_journal_tells_who_saw_and_did_what(aidant, library):
    person = register.welcome(by=aidant, structure=library, at=AT)
    register.record_view(person, by=aidant, structure=library.pk, at=AT)
    journal_entries = entries.entries_about(person)
    assert [entry.verb for entry in journal_entries] == ["person.welcomed", "person.followed", "person.seen"]
    assert entries.names(journal_entries) == {aidant.pk: "Leïla"}


def test_an_act_that_fails_leaves_no_line(aidant, library):
    with pytest.raises(Refused):
        register.welcome(by=aidant, structure=library, born=1500, at=AT)
    assert not Entry.objects.filter(verb__startswith="person.").exists()


def test_what_the_journal_holds_of_a_text_can_be_tested_until_the_person_is_erased(aidant, library):
    person, twin = (register.welcome(by=aidant, structure=library, at=AT) for _ in range(2))
    digest = journal.seal(person, "1950")
    assert digest == journal.seal(person, "1950")
    assert (
        len({digest, journal.seal(person, "1951"), journal.seal(twin, "1950"), journal.seal(library, "1950")})
        == 4
    )
    journal.record(by=aidant, verb="x", row=person, at=AT, words=digest)
    assert entries.matches_seal(person, "1950", digest) is True
    assert entries.matches_seal(person, "1951", digest) is False
    forgetting.forget(person, by=aidant, at=AT)
    assert entries.matches_seal(person, "1950", digest) is None
    assert entries.matches_seal(twin, "1950", journal.seal(twin, "1950")) is True
    assert entries.broken()[1] is None
    assert Seal.objects.get(kind="people.person", row=person.pk).key == ""


@pytest.mark.parametrize(
    "changed", [{"given": True}, {"words": "autre chose"}, {"how": "paper"}, {"at": AT + timedelta(days=1)}]
)
def test_an_answer_that_was_changed_behind_its_back_is_found(aidant, library, changed):
    person = register.welcome(by=aidant, structure=library, at=AT)
    consents.agree(person=person, purpose="share", how="read", by=aidant, at=AT)
    answer = consents.agree(person=person, purpose="keep", how="read", is_accepted=False, by=aidant, at=AT)
    consents.withdraw(answer, by=aidant, at=AT)
    assert queries.altered_agreements() == []
    Consent.objects.filter(pk=answer.pk).update(**changed)
    assert [altered for _, altered in queries.altered_agreements()] == [answer]
    assert journal_proof.of_database(None).broken.kind == "agreement"
    forgetting.forget(person, by=aidant, at=AT)
    assert queries.altered_agreements() == []


@pytest.mark.parametrize("spoken_of", [True, False])
def test_nothing_is_sealed_for_a_person_who_was_erased(aidant, library, spoken_of):
    person = register.welcome(by=aidant, structure=library, at=AT)
    if spoken_of:
        journal.seal(person, "1950")
    forgetting.forget(person, by=aidant, at=AT)
    with pytest.raises(Refused):
        journal.seal(person, "1950")


@pytest.mark.parametrize("statement", ["update accounts_entry set verb = 'x'", "delete from accounts_entry"])
def test_the_journal_refuses_to_be_changed(aidant, library, statement):
    register.welcome(by=aidant, structure=library, at=AT)
    with (
        pytest.raises(DatabaseError, match="never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("statement", "line"),
    [
        ("update accounts_entry set by = 99 where id = (select min(id) + 1 from accounts_entry)", 1),
        ("delete from accounts_entry where id = (select min(id) + 1 from accounts_entry)", 2),
    ],
)
def test_a_line_changed_behind_its_back_is_found(aidant, library, statement, line):
    person = register.welcome(by=aidant, structure=library, at=AT)
    for _ in range(3):
        register.record_view(person, by=aidant, structure=library.pk, at=AT)
    first = Entry.objects.first().pk
    assert entries.broken() == (5, None)
    with journal.unlocked(), connection.cursor() as cursor:
        cursor.execute(statement)
    broken = entries.broken()[1]
    assert broken is not None
    assert broken.line == first + line
