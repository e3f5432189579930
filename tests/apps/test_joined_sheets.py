"""Two sheets of one person: proposed to who sees both, joined with all that hangs on them, separated again."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from maillage.apps.agenda.actions import appointments
from maillage.apps.agenda.models import Appointment
from maillage.apps.agenda.rules.appointments import Draft
from maillage.apps.learning.models import Route
from maillage.apps.people.actes.models import Act
from maillage.apps.people.mandats.models import Mandat
from maillage.apps.people.persons import queries, rules
from maillage.apps.people.persons.actions import card_secrets, consents, forgetting, merging, register
from maillage.apps.people.persons.models import CardSecret, Consent, Following, PairDecision, Person
from maillage.apps.platform.accounts.models import Entry, Seal
from maillage.apps.referrals.orientations.models import Orientation
from maillage.apps.referrals.orientations.queries.register import REGISTER
from maillage.kernel.errors import Refused
from tests.conftest import account, with_role
from tests.support import acts
from tests.support.places import place
from tests.support.referrals import prepare

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AT = datetime(2026, 11, 23, 9, 41, tzinfo=UTC)
LATER = AT + timedelta(days=3)
PAIRS = "/espace/personnes/doublons/"


@pytest.fixture
def library(lieu):
    return lieu.structure


@pytest.fixture
def elsewhere():
    return place("ailleurs", {"nom": "Ailleurs", "pivot": "21380185500015"}).structure


@pytest.fixture
def stranger(elsewhere):
    return account("autre", "gestionnaire", structure=elsewhere)


def welcome(aidant, library, nickname="Louise P.", **more) -> Person:
    return register.welcome(by=aidant, structure=library, nickname=nickname, at=AT, **more)


@pytest.fixture
def target(aidant, library):
    return welcome(aidant, library)


@pytest.fixture
def other(aidant, library):
    return welcome(
        aidant, library, "Louise", born=1948, language="ar", reach=rules.PHONE, reach_value="+33612345678"
    )


@pytest.fixture
def rows(other, aidant, library, lieu):
    """Rows of several features about the sheet to be joined, and their agreement."""
    consents.agree(person=other, purpose=rules.TRACK, how="read", by=aidant, at=AT)
    acts.stored(acts.draft(), person=other, structure=library, by=aidant)
    acts.signed(other, library, "impots")
    prepare(structure=library, person=other, need="formation", by=aidant, at=AT)
    appointments.book(
        Draft(kind="other", starts_at=datetime(2027, 1, 4, 9, tzinfo=UTC)),
        structure=library,
        at=AT,
        by=aidant,
        person=other,
    )
    return Act, Mandat, Orientation, Appointment


def count(person, models) -> list[int]:
    return [model.objects.filter(person=person).count() for model in models]


# ------------------------------------------------------------------------------------------------ proposals


@pytest.mark.parametrize(
    ("first", "second", "reasons"),
    [
        (("Louise P.", 1948), ("louise p", 1948), ("le même prénom", "la même année de naissance")),
        (("Louise P.", 1948), ("Louise", None), ("un prénom écrit de deux façons",)),
        (("Louise P.", None), ("Petit Louise", None), ("un prénom écrit de deux façons",)),
        (("Louise P.", 1948), ("Louise D.", 1948), None),
        (("Louise P.", 1948), ("Louise P.", 1950), None),
        (("", 1948), ("", 1948), None),
        (("L.", 1948), ("Louise", 1948), None),
        (("Zoé", None), ("Louise", None), None),
    ],
)
def test_two_sheets_are_alike_by_their_names_unless_the_years_differ(first, second, reasons):
    likeness = rules.likeness(rules.traits(*first, rules.NONE, ""), rules.traits(*second, rules.NONE, ""))
    assert (likeness.reasons if likeness else None) == reasons


def test_two_sheets_of_one_number_are_alike_unless_their_names_differ():
    number = (rules.PHONE, "+33612345678")
    nameless, louise, marc = (rules.traits(name, None, *number) for name in ("", "Louise", "Marc"))
    assert rules.likeness(nameless, louise).reasons == ("le même numéro",)
    assert rules.likeness(marc, louise) is None, "a couple shares one"
    via = (rules.VIA, "sa fille")
    assert rules.likeness(rules.traits("", None, *via), rules.traits("Louise", None, *via)) is None


def test_only_sheets_that_one_sees_for_one_structure_are_proposed(
    target, other, aidant, library, elsewhere, stranger
):
    register.welcome(by=stranger, structure=elsewhere, nickname="Louise P.", born=1948, at=AT)
    pairs = queries.pairs(queries.alike_numbers(aidant))
    assert [{each.first, each.second} for each in pairs] == [{target, other}]
    assert queries.alike_numbers(aidant, target) == queries.alike_numbers(aidant)
    assert queries.alike_numbers(stranger) == []
    both = account("double", "aidant", structure=library)
    with_role(both, "aidant", structure=elsewhere)
    assert len(queries.alike_numbers(both)) == 1, "two structures, each its person: nobody compares them"


def test_two_different_persons_are_no_longer_proposed(target, other, aidant):
    merging.tell_apart(other, target, by=aidant, at=AT)
    merging.tell_apart(target, other, by=aidant, at=AT)
    assert PairDecision.objects.count() == 1
    assert queries.alike_numbers(aidant) == []


# -------------------------------------------------------------------------------------------------- joining


def test_all_that_hangs_on_a_sheet_follows_it_and_comes_back(target, other, rows, aidant, library):
    before, before_target = count(other, rows), count(target, rows)
    assert all(before), "each kind has a row"
    decision = merging.merge(target, other, by=aidant, at=AT)
    target.refresh_from_db()
    assert count(target, rows) == before
    assert count(other, rows) == before_target
    assert queries.agreed(target, rules.TRACK) and not queries.agreed(other, rules.TRACK)
    assert (target.nickname, target.born, target.language, target.reach_value) == (
        *("Louise P.", 1948, "ar", "+33612345678"),
    )
    assert list(Following.objects.filter(ended_at=None).values_list("person", flat=True)) == [target.pk]
    merging.undo(decision, by=aidant, at=LATER)
    target.refresh_from_db()
    assert count(other, rows) == before
    assert count(target, rows) == before_target
    assert queries.agreed(other, rules.TRACK) and not queries.agreed(target, rules.TRACK)
    assert (target.born, target.language, target.reach, target.reach_value) == (None, "fr", rules.NONE, "")
    assert Following.objects.filter(ended_at=None).count() == 2


def test_the_answers_that_change_hands_remain_proven(target, other, rows, aidant):
    decision = merging.merge(target, other, by=aidant, at=AT)
    assert queries.altered_agreements() == []
    answer = Consent.objects.get(person=target, purpose=rules.TRACK)
    Consent.objects.filter(pk=answer.pk).update(given=False)
    assert [consent for _, consent in queries.altered_agreements()] == [answer]
    merging.undo(decision, by=aidant, at=LATER)
    assert [consent.pk for _, consent in queries.altered_agreements()] == [answer.pk]


def test_the_last_answer_to_a_question_is_that_of_both(target, other, aidant):
    consents.agree(person=target, purpose=rules.WRITE, how="read", by=aidant, at=AT)
    consents.agree(
        person=other,
        purpose=rules.WRITE,
        how="read",
        is_accepted=False,
        by=aidant,
        at=AT + timedelta(hours=1),
    )
    decision = merging.merge(target, other, by=aidant, at=LATER)
    assert not queries.agreed(target, rules.WRITE)
    assert Consent.objects.filter(purpose=rules.WRITE, withdrawn_at=None).count() == 1
    merging.undo(decision, by=aidant, at=LATER + timedelta(hours=1))
    assert queries.agreed(target, rules.WRITE)
    assert not queries.agreed(other, rules.WRITE)


def test_both_cards_open_one_sheet_then_each_its_own(target, other, aidant):
    secret = rules.read_secret("marguerite")
    card_secrets.choose_secret(other, secret, by=aidant, at=AT)
    decision = merging.merge(target, other, by=aidant, at=AT)
    for code in (target.code, other.code):
        assert queries.by_code(code) == target
        unlocked = card_secrets.unlock(code=code, typed_secret=secret, at=LATER)
        assert unlocked.has_full_access and unlocked.person == target
        assert card_secrets.unlock(code=code, typed_secret=None, at=LATER) is None
    merging.undo(decision, by=aidant, at=LATER)
    assert queries.by_code(other.code) == other
    assert card_secrets.unlock(code=other.code, typed_secret=secret, at=LATER).has_full_access
    assert not card_secrets.unlock(code=target.code, typed_secret=None, at=LATER).has_full_access


def test_two_secrets_are_one_then_each_sheet_has_its_own_again(target, other, aidant):
    for person, typed in ((target, "marguerite"), (other, "capucine")):
        card_secrets.choose_secret(person, rules.read_secret(typed), by=aidant, at=AT)
    decision = merging.merge(target, other, by=aidant, at=AT)
    assert card_secrets.unlock(
        code=other.code, typed_secret=rules.read_secret("marguerite"), at=AT
    ).has_full_access
    assert card_secrets.unlock(code=other.code, typed_secret=rules.read_secret("capucine"), at=AT) is None
    merging.undo(decision, by=aidant, at=LATER)
    assert card_secrets.unlock(
        code=other.code, typed_secret=rules.read_secret("capucine"), at=LATER
    ).has_full_access


def test_a_card_that_is_lost_closes_the_other_too(target, other, aidant):
    merging.merge(target, other, by=aidant, at=AT)
    register.renew_card(target, by=aidant, at=LATER)
    assert queries.by_code(target.code) is None
    assert queries.by_code(other.code) is None


def test_what_a_sheet_has_once_remains_with_each(target, other, aidant):
    for person, path in ((target, "a"), (other, "b")):
        Route.objects.create(person=person, path=path, at=AT)
    decision = merging.merge(target, other, by=aidant, at=AT)
    assert {each.person_id: each.path for each in Route.objects.all()} == {target.pk: "a", other.pk: "b"}
    merging.undo(decision, by=aidant, at=LATER)
    assert {each.person_id: each.path for each in Route.objects.all()} == {target.pk: "a", other.pk: "b"}


def test_the_history_of_both_remains_and_names_nobody(target, other, aidant, library):
    decision = merging.merge(target, other, by=aidant, at=AT, acting=library.pk)
    merging.undo(decision, by=aidant, at=LATER, acting=library.pk)
    lines = Entry.objects.filter(verb__in=("person.merged", "person.unmerged")).order_by("pk")
    assert [(line.row, line.words) for line in lines] == [
        *((target.pk, f"fiche {other.pk}"), (other.pk, f"fiche {target.pk}")),
    ] * 2
    merge, distinction = PairDecision.objects.order_by("pk")
    assert merge.undone_at == LATER and not distinction.same, "they are no longer proposed together"


# --------------------------------------------------------------------------------------------------- faults


def test_two_years_of_birth_are_not_joined(aidant, library):
    first, second = (welcome(aidant, library, born=year) for year in (1948, 1950))
    with pytest.raises(Refused, match="née en 1948, l’autre en 1950"):
        merging.merge(first, second, by=aidant, at=AT)
    assert Person.objects.filter(merged_into=None).count() == 2


def test_a_person_erased_or_already_joined_is_not_joined(target, other, aidant, library):
    third = welcome(aidant, library)
    merging.merge(target, other, by=aidant, at=AT)
    with pytest.raises(Refused, match="réunie à une autre"):
        merging.merge(third, other, by=aidant, at=AT)
    forgetting.forget(third, by=aidant, at=AT)
    for pair in ((target, third), (third, target), (target, target)):
        with pytest.raises(Refused):
            merging.merge(*pair, by=aidant, at=AT)
    assert PairDecision.objects.count() == 1


def test_nothing_is_written_on_a_sheet_that_was_joined(target, other, aidant):
    merging.merge(target, other, by=aidant, at=AT)
    with pytest.raises(Refused, match="réunie à une autre"):
        register.correct(other, {"nickname": "Zoé"}, by=aidant, at=LATER)


def test_joined_in_chain_sheets_are_separated_from_the_last(target, other, rows, aidant, library):
    third = welcome(aidant, library)
    before = count(other, rows)
    first = merging.merge(target, other, by=aidant, at=AT)
    second = merging.merge(third, target, by=aidant, at=LATER)
    assert queries.by_code(other.code) == third
    assert count(third, rows) == before
    with pytest.raises(Refused, match="réunie à une autre"):
        merging.undo(first, by=aidant, at=LATER)
    merging.undo(second, by=aidant, at=LATER)
    assert count(target, rows) == before
    merging.undo(first, by=aidant, at=LATER)
    assert count(other, rows) == before
    assert [queries.by_code(each.code) for each in (target, other, third)] == [target, other, third]


def test_what_is_noted_after_remains_with_the_target(target, other, rows, aidant, library):
    decision = merging.merge(target, other, by=aidant, at=AT)
    acts.stored(acts.draft(), person=target, structure=library, by=aidant)
    erased = Act.objects.filter(person=target).order_by("pk").first()
    register.correct(target, {"born": 1949}, by=aidant, at=AT)
    merging.undo(decision, by=aidant, at=LATER)
    assert Act.objects.filter(person=other).get() == erased
    assert Act.objects.filter(person=target).count() == 1
    target.refresh_from_db()
    assert target.born == 1949, "what was corrected since is not taken back"


def test_it_is_undone_once_and_for_a_month(target, other, aidant):
    decision = merging.merge(target, other, by=aidant, at=AT)
    with pytest.raises(Refused, match="jusqu’au 23 décembre 2026"):
        merging.undo(decision, by=aidant, at=AT + timedelta(days=30))
    merging.undo(decision, by=aidant, at=AT + timedelta(days=29))
    with pytest.raises(Refused, match="l’est déjà"):
        merging.undo(decision, by=aidant, at=AT + timedelta(days=29))


def test_a_structure_that_left_the_person_meanwhile_does_not_come_back(target, other, aidant, library):
    decision = merging.merge(target, other, by=aidant, at=AT)
    colleague = account("collegue", "aidant", structure=library)
    register.leave(person=target, structure=library, by=colleague, at=LATER)
    with pytest.raises(Refused, match="ne voyez plus"):
        merging.undo(decision, by=aidant, at=LATER)
    assert not Following.objects.filter(ended_at=None).exists()


def test_after_a_month_a_joined_sheet_is_no_more_than_a_card(target, other, aidant):
    merging.merge(target, other, by=aidant, at=AT)
    assert merging.settle(AT + timedelta(days=29)) == 0
    assert merging.settle(AT + timedelta(days=30)) == 1
    assert merging.settle(AT + timedelta(days=31)) == 0
    other.refresh_from_db()
    assert (other.nickname, other.born, other.reach_value) == ("", None, "")
    assert queries.by_code(other.code) == target


# ------------------------------------------------------------------------------------------------- erasure


@pytest.mark.parametrize("separated", [False, True])
def test_a_person_is_erased_on_all_their_sheets_or_on_the_one_once_separated(
    target, other, rows, aidant, separated
):
    CardSecret.objects.create(person=other, kind=rules.WORD, hash="x", by=aidant, at=AT)
    decision = merging.merge(target, other, by=aidant, at=AT)
    if separated:
        merging.undo(decision, by=aidant, at=LATER)
    assert forgetting.forget(target, by=aidant, at=LATER)
    other.refresh_from_db()
    assert (other.forgotten_at is None) is separated
    assert (queries.by_code(other.code) is None) is not separated
    assert (other.nickname == "Louise") is separated
    assert Seal.objects.filter(row=other.pk, destroyed_at=None).exists() is separated
    assert all(count(other, (Act, Mandat))) is separated
    if not separated:
        assert not any(
            kind.rows(person)
            for kind in REGISTER
            if kind.fate == rules.DELETED
            for person in (target, other)
            if kind.id not in ("fiche",)
        ), "nothing that is deleted"
        assert not PairDecision.objects.exists()


def test_a_joined_sheet_is_not_erased_alone_for_want_of_use(target, other, aidant):
    merging.merge(target, other, by=aidant, at=AT)
    Person.objects.filter(pk=other.pk).update(active_at=AT - timedelta(days=900))
    assert forgetting.forget_inactive(AT) == 0
    assert queries.by_code(other.code) == target


def test_the_copy_of_a_person_has_all_their_sheets(target, other, aidant):
    merging.merge(target, other, by=aidant, at=AT)
    sheets = next(kind for kind in queries.PERSONAL_DATA if kind.id == "fiche").rows(target)
    assert [each["carte"] for each in sheets] == [target.card, other.card]
    compared = next(kind for kind in queries.PERSONAL_DATA if kind.id == "fiches_comparees").rows(target)
    assert compared[0]["decision"] == "une seule personne"


# ------------------------------------------------------------------------------------------ other structures


def test_across_structures_the_person_agrees_first(target, other, aidant, elsewhere, stranger):
    register.follow(person=other, structure=elsewhere, by=stranger, at=AT)
    with pytest.raises(Refused, match="il faut son accord"):
        merging.merge(target, other, by=aidant, at=AT)
    with pytest.raises(Refused, match="ne voyez plus"):
        merging.merge(other, target, by=stranger, at=AT, how="read")
    merging.merge(target, other, by=aidant, at=AT, how="read")
    answer = Consent.objects.get(purpose=rules.JOIN)
    assert (answer.person, answer.given, answer.words) == (target, True, rules.PURPOSES[rules.JOIN].words)
    assert queries.following_structures(target) == {elsewhere.pk, *queries.own_structures(aidant)}


def test_a_volunteer_for_whom_nobody_answers_joins_nothing(target, other, library):
    volunteer = account("benevole", "benevole", structure=library)
    Following.objects.update(by=volunteer)
    with pytest.raises(Refused, match="jamais seul"):
        merging.merge(target, other, by=volunteer, at=AT, acting=library.pk)


# ---------------------------------------------------------------------------------------------------- pages


def test_from_the_list_to_one_sheet_and_back(client, target, other, rows, aidant):
    client.force_login(aidant)
    address = f"/espace/personnes/{other.pk}/avec/{target.pk}/"
    listed = client.get(PAIRS).content.decode()
    assert f"/avec/{min(target.pk, other.pk)}/" in listed or f"/avec/{max(target.pk, other.pk)}/" in listed
    page = client.get(address).content.decode().replace("\xa0", " ")
    assert "un prénom écrit de deux façons" in page
    assert "Pendant 30 jours" in " ".join(page.split())
    answer = client.post(address, {"garde": target.pk})
    assert answer.url == f"/espace/personnes/{target.pk}/"
    sheet = client.get(answer.url).content.decode()
    assert "Deux cartes ouvrent cette fiche" in sheet
    assert other.card in sheet
    assert client.get(f"/espace/personnes/{other.pk}/").url == answer.url, "the former address leads there"
    assert client.get(address).status_code == 404
    decision = PairDecision.objects.get()
    client.post(f"/espace/personnes/fiches/{decision.pk}/defaire/")
    assert client.get(f"/espace/personnes/{other.pk}/").status_code == 200
    assert Act.objects.get().person == other


def test_comparison_fills_the_button_of_the_fuller_sheet(client, target, other, aidant):
    client.force_login(aidant)
    page = " ".join(client.get(f"/espace/personnes/{target.pk}/avec/{other.pk}/").content.decode().split())
    assert f'class="bouton plein" name="garde" value="{other.pk}"' in page
    assert f'class="bouton bord" name="garde" value="{target.pk}"' in page
    assert page.count("Pas depuis que sa fiche est faite") == 2
    listed = client.get("/espace/personnes/").content.decode()
    assert "fiche faite le" in listed and "vue le" not in listed


def test_two_years_of_birth_are_refused_on_the_page(client, aidant, library):
    first, second = (welcome(aidant, library, born=year) for year in (1948, 1950))
    client.force_login(aidant)
    address = f"/espace/personnes/{first.pk}/avec/{second.pk}/"
    compared = client.get(address).content.decode()
    assert "née en 1948, l’autre en 1950" in compared and 'value="deux"' in compared
    assert 'name="garde"' not in compared, "what would be refused is not offered"
    page = client.post(address, {"garde": first.pk})
    assert page.status_code == 400
    assert "née en 1948" in page.content.decode().replace("\xa0", " ")


def test_two_different_persons_are_noted_on_the_page(client, target, other, aidant):
    client.force_login(aidant)
    client.post(f"/espace/personnes/{target.pk}/avec/{other.pk}/", {"geste": "deux"})
    assert "Aucune fiche ne se ressemble" in client.get(PAIRS).content.decode()


def test_two_cards_are_compared_by_their_codes(client, target, other, aidant, stranger):
    client.force_login(aidant)
    answer = client.get(PAIRS, {"premiere": target.card, "seconde": other.code.lower()})
    assert answer.url == f"/espace/personnes/{target.pk}/avec/{other.pk}/"
    for second in (target.card, "ZZZZ-ZZZZ"):
        assert client.get(PAIRS, {"premiere": target.card, "seconde": second}).status_code == 400
    client.force_login(stranger)
    assert client.get(PAIRS, {"premiere": target.card, "seconde": other.card}).status_code == 400


def test_the_rows_of_another_structure_do_not_exist(client, target, other, aidant, stranger, elsewhere):
    foreign_person = register.welcome(by=stranger, structure=elsewhere, nickname="Louise", at=timezone.now())
    client.force_login(aidant)
    for pair in ((target, foreign_person), (foreign_person, target), (target, target)):
        address = f"/espace/personnes/{pair[0].pk}/avec/{pair[1].pk}/"
        assert (
            client.get(address).status_code == client.post(address, {"garde": target.pk}).status_code == 404
        )
    decision = merging.merge(target, other, by=aidant, at=timezone.now())
    client.force_login(stranger)
    assert client.post(f"/espace/personnes/fiches/{decision.pk}/defaire/").status_code == 404
    assert client.get(f"/espace/personnes/{other.pk}/").status_code == 404
    assert PairDecision.objects.get().undone_at is None
