"""Acts of help: noted once, in the frame of a mandate or said to be outside it; every change leaves its trace."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from maillage.apps.accounts.models import Entry
from maillage.apps.actes import access, rules, worklist
from maillage.apps.actes.actions import corrections, noting, receiving
from maillage.apps.actes.models import Act, Revision
from maillage.apps.actes.queries import catalogue, lists
from maillage.apps.mandats.models import Autorisation, LocalProcedure, Mandat
from maillage.apps.orientations.actions import forgetting
from maillage.apps.orientations.queries import copies
from maillage.apps.orientations.queries import people as sheets
from maillage.apps.people.actions import register as people
from maillage.kernel.errors import Refused
from tests.conftest import account
from tests.support.acts import AT, draft, stored
from tests.support.mandats import given
from tests.support.places import place

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def library():
    return place("bibliotheque").structure


@pytest.fixture
def other():
    return place("autre", {"nom": "Autre lieu", "pivot": "21380185500015"}).structure


@pytest.fixture
def aidant(library):
    return account("aidant", "aidant", shown="Leïla", structure=library)


@pytest.fixture
def andrei(aidant, library):
    return people.welcome(by=aidant, structure=library, nickname="M. Andrei", at=AT - timedelta(days=30))


def signed(person, structure, *keys, until=date(2027, 5, 8)) -> Mandat:
    """Return a mandate as somebody signed it two weeks before."""
    row = Mandat.objects.create(
        whole_structure=True,
        person=person,
        structure=structure,
        code=f"{person.pk:04}{Mandat.objects.count():04}",
        token=str(uuid4()),
        duration="semester",
        starts_on=date(2026, 11, 9),
        ends_on=until,
        made_at=AT - timedelta(days=14),
        signed_at=AT - timedelta(days=14),
        how="touch",
    )
    for key in keys:
        Autorisation.objects.create(mandat=row, key=key, label=key)
    return row


def test_an_act_is_noted_with_what_it_was(aidant, library, andrei):
    act = noting.note(draft(end=rules.WAITING), by=aidant, structure=library, person=andrei, at=AT)
    (line,) = lists.today(aidant, AT).lines
    assert line.sentence == "Avec elle, prime d’activité, 15 min, ici, en attente"
    assert (act.operator, act.on_day, act.mandat) == ("Caf, MSA", date(2026, 11, 23), None)
    assert (act.outside, act.regularise_before) == ("", None)
    assert [each.verb for each in act.revisions.all()] == ["noted"]


def test_a_mandate_stopped_while_an_act_is_being_noted_allows_it_no_more(
    aidant, library, andrei, monkeypatch
):
    """Le temps que l’acte arrive, la personne a dit non : c’est sa réponse qui compte."""
    mandat = signed(andrei, library, "prime-activite")
    lock = noting.people.lock

    def meanwhile(person):
        Mandat.objects.filter(pk=mandat.pk).update(withdrawn_at=AT - timedelta(days=1))
        return lock(person)

    monkeypatch.setattr(noting.people, "lock", meanwhile)
    with pytest.raises(noting.OutsideMandate):
        noting.note(draft(kind=rules.PLACE), by=aidant, structure=library, person=andrei, at=AT)
    assert not Act.objects.exists()
    assert Entry.objects.filter(verb="act.refused", row=andrei.pk).count() == 1


def test_an_act_sent_twice_counts_once(aidant, library):
    one = draft()
    for _ in range(3):
        noting.note(one, by=aidant, structure=library, at=AT)
    assert Act.objects.count() == Revision.objects.count() == 1
    assert Entry.objects.filter(verb="act.noted").count() == 1


def test_the_number_of_somebody_else_s_act_is_taken(aidant, library):
    one = draft()
    noting.note(one, by=aidant, structure=library, at=AT)
    with pytest.raises(Refused, match="déjà ce numéro"):
        noting.note(one, by=account("collegue", "aidant", structure=library), structure=library, at=AT)


def test_nobody_notes_for_a_structure_they_do_not_help_for(aidant, other):
    with pytest.raises(Refused, match="au nom de cette structure"):
        noting.note(draft(), by=aidant, structure=other, at=AT)


def test_a_person_that_the_structure_does_not_follow_is_not_named(library, other, andrei):
    stranger = account("ailleurs", "aidant", structure=other)
    with pytest.raises(Refused, match="ne suit pas cette personne"):
        noting.note(draft(), by=stranger, structure=other, person=andrei, at=AT)


@pytest.mark.parametrize(
    "wrong",
    [
        {"minutes": 0},
        {"minutes": 721},
        {"kind": "autre"},
        {"where": "ailleurs"},
        {"end": "fini"},
        {"procedure": "inconnue"},
        {"done_at": AT + timedelta(minutes=20)},
        {"done_at": AT - timedelta(days=400)},
        {"precision": "x" * 121},
        {"precision": "mot de passe : Soleil38"},
        {"operator": "code PIN 4821"},
    ],
)
def test_impossible_act_is_refused_and_not_stored(aidant, library, wrong):
    with pytest.raises(Refused):
        noting.note(draft(**wrong), by=aidant, structure=library, at=AT)
    assert not Act.objects.exists()


@pytest.mark.parametrize("minutes", [1, 720])
def test_an_act_lasts_from_a_minute_to_twelve_hours(aidant, library, minutes):
    assert noting.note(draft(minutes=minutes), by=aidant, structure=library, at=AT).minutes == minutes


def test_in_the_place_of_somebody_within_their_mandate(aidant, library, andrei):
    mandat = signed(andrei, library, "prime-activite")
    act = noting.note(draft(kind=rules.PLACE), by=aidant, structure=library, person=andrei, at=AT)
    assert (act.mandat, act.outside, act.lacks_mandate) == (mandat, "", False)


@pytest.mark.parametrize("keys", [(), ("impots",)])
def test_outside_their_mandate_it_is_refused_with_what_to_do_and_they_see_it(aidant, library, andrei, keys):
    if keys:
        signed(andrei, library, *keys)
    with pytest.raises(noting.OutsideMandate) as caught:
        noting.note(draft(kind=rules.PLACE), by=aidant, structure=library, person=andrei, at=AT)
    assert caught.value.why
    for way in ("« avec elle »", "mandat", "urgent"):
        assert way in caught.value.do
    assert not Act.objects.exists()
    traces = sheets.traces(andrei)
    assert "n’a pas pu faire à sa place : Prime d’activité" in [trace.words for trace in traces]


def test_nobody_named_has_nothing_done_in_their_place(aidant, library):
    with pytest.raises(noting.OutsideMandate, match="personne n’est nommé"):
        noting.note(draft(kind=rules.PLACE), by=aidant, structure=library, at=AT)
    assert Entry.objects.filter(verb="act.refused").count() == 1


def test_emergency_act_is_listed_until_somebody_signs(aidant, library, andrei):
    act = noting.note(
        draft(kind=rules.PLACE, urgent=True), by=aidant, structure=library, person=andrei, at=AT
    )
    assert act.regularise_before == AT + timedelta(hours=48)
    assert list(lists.to_regularise(aidant)) == [act]
    with pytest.raises(noting.OutsideMandate):
        corrections.regularise(act, by=aidant, at=AT)
    mandat = signed(andrei, library, "social")
    act = corrections.regularise(act, by=aidant, at=AT + timedelta(hours=3))
    assert (act.mandat, act.lacks_mandate) == (mandat, False)
    assert not lists.to_regularise(aidant).exists()
    with pytest.raises(Refused, match="déjà en règle"):
        corrections.regularise(act, by=aidant, at=AT + timedelta(hours=4))


def test_an_emergency_for_nobody_named_is_regularised_with_their_card(aidant, library, andrei):
    act = noting.note(draft(kind=rules.PLACE, urgent=True), by=aidant, structure=library, at=AT)
    with pytest.raises(Refused, match="Personne n’est nommé"):
        corrections.regularise(act, by=aidant, at=AT)
    signed(andrei, library, "social")
    assert corrections.regularise(act, by=aidant, at=AT, person=andrei).person == andrei


def test_a_correction_leaves_what_it_was(aidant, library):
    act = noting.note(draft(precision="Sa demande est partie"), by=aidant, structure=library, at=AT)
    act = corrections.correct(act, {"minutes": 20, "precision": ""}, by=aidant, at=AT)
    (_, changes) = lists.revisions(act)[-1]
    assert changes == [("les minutes", "15", "20"), ("la précision", "écrite", "aucune")]
    assert "demande est partie" not in str(list(Revision.objects.values_list("before", "after")))
    with pytest.raises(Refused, match="n’a pas été"):
        corrections.correct(act, {"minutes": 20}, by=aidant, at=AT)


def test_a_correction_goes_round_no_mandate(aidant, library, andrei):
    act = noting.note(draft(), by=aidant, structure=library, person=andrei, at=AT)
    with pytest.raises(noting.OutsideMandate):
        corrections.correct(act, {"kind": rules.PLACE}, by=aidant, at=AT)
    signed(andrei, library, "prime-activite")
    act = corrections.correct(act, {"kind": rules.PLACE}, by=aidant, at=AT)
    with pytest.raises(noting.OutsideMandate):
        corrections.correct(act, {"procedure": "impots"}, by=aidant, at=AT)
    assert corrections.correct(act, {"kind": rules.SHOWN}, by=aidant, at=AT).mandat is None


def test_a_struck_act_counts_no_more_and_comes_back(aidant, library):
    act = noting.note(draft(), by=aidant, structure=library, at=AT)
    rows = access.acts_for(aidant)
    corrections.strike(act, by=aidant, at=AT)
    assert (lists.sums(rows).n, lists.sums(rows).struck, lists.sums(rows).total) == (0, 1, 0)
    with pytest.raises(Refused, match="déjà annulé"):
        corrections.strike(act, by=aidant, at=AT)
    corrections.restore(act, by=aidant, at=AT)
    assert (lists.sums(rows).n, lists.sums(rows).struck, lists.sums(rows).total) == (1, 0, 15)
    with pytest.raises(Refused, match="n’est pas annulé"):
        corrections.restore(act, by=aidant, at=AT)
    assert [each.verb for each in act.revisions.all()] == ["noted", "struck", "restored"]


def test_who_noted_it_and_who_answers_for_the_team_change_an_act(aidant, library, other):
    act = noting.note(draft(), by=aidant, structure=library, at=AT)
    colleague = account("collegue", "aidant", structure=library)
    with pytest.raises(Refused, match="l’auteur de l’acte"):
        corrections.strike(act, by=colleague, at=AT)
    manager = account("responsable", "gestionnaire", structure=library)
    assert corrections.strike(act, by=manager, at=AT).struck_by == manager


def test_a_structure_sees_its_acts_and_a_volunteer_their_own(aidant, library, other):
    act = noting.note(draft(), by=aidant, structure=library, at=AT)
    volunteer = account("benevole", "benevole", structure=library)
    volunteer_act = noting.note(draft(), by=volunteer, structure=library, at=AT)
    assert set(access.acts_for(aidant)) == {act, volunteer_act}
    assert list(access.acts_for(volunteer)) == [volunteer_act]
    assert not access.acts_for(account("ailleurs", "aidant", structure=other)).exists()
    assert not access.acts_for(account("coordination", "coordination", territory="38")).exists()


# ------------------------------------------------------------------------------------------------- from a device


def test_a_device_loses_and_doubles_nothing(aidant, library):
    sent = [(draft(), library, None) for _ in range(10)]
    first = receiving.receive(sent[:6], by=aidant, at=AT)
    again = receiving.receive(sent, by=aidant, at=AT)
    assert len(first.known) == 6
    assert set(again.known) == {sent_draft.uid for sent_draft, _, _ in sent}
    assert Act.objects.count() == 10


def test_a_mandate_that_ended_meanwhile_keeps_the_act_and_says_so(aidant, library, andrei):
    signed(andrei, library, "prime-activite", until=date(2026, 11, 20))
    one = draft(kind=rules.PLACE)
    got = receiving.receive([(one, library, andrei)], by=aidant, at=AT)
    assert (got.known, got.outside, got.refused) == ((one.uid,), (one.uid,), {})
    act = Act.objects.get()
    assert (act.outside, act.regularise_before) == (rules.UNPLUGGED, AT + timedelta(hours=48))
    assert "a fait à sa place hors du mandat : Prime d’activité" in [t.words for t in sheets.traces(andrei)]


def test_device_act_is_allowed_by_the_mandate_valid_when_done(aidant, library, andrei):
    signed(andrei, library, "prime-activite", until=date(2026, 11, 23))
    one = draft(kind=rules.PLACE)
    got = receiving.receive([(one, library, andrei)], by=aidant, at=AT + timedelta(days=4))
    assert (got.known, got.outside) == ((one.uid,), ())


def test_what_a_device_may_not_note_stays_on_it_with_its_reason(aidant, library):
    nobody, without_structure = draft(kind=rules.PLACE), draft()
    got = receiving.receive([(nobody, library, None), (without_structure, None, None)], by=aidant, at=AT)
    assert got.known == ()
    assert "personne n’est nommé" in got.refused[nobody.uid]
    assert "plus au nom de cette structure" in got.refused[without_structure.uid]


# ---------------------------------------------------------------------------------------------- what is read back


def test_the_most_noted_procedures_come_first_then_the_usual_ones(aidant, library):
    for key in ("handicap", "handicap", "retraite"):
        noting.note(draft(procedure=key), by=aidant, structure=library, at=AT)
    among = catalogue.options(library)
    first = [each.key for each in catalogue.first(library, among, AT)]
    assert first == ["handicap", "retraite", "prime-activite", "actualisation", "compte-ameli"]


def test_what_a_person_permits_today_comes_first_for_them_alone(aidant, library, andrei):
    row = given(andrei, library, aidant, "logement-social", at=AT)
    among = catalogue.options(library)
    assert catalogue.first(library, among, AT, andrei)[0].key == "logement-social"
    assert "logement-social" not in [each.key for each in catalogue.first(library, among, AT)]
    after = AT.replace(year=AT.year + 1)
    assert catalogue.first(library, among, after, andrei)[0].key != "logement-social", "the mandate is over"
    Autorisation.objects.filter(mandat=row).update(revoked_at=AT)
    assert catalogue.first(library, among, AT, andrei)[0].key != "logement-social"


def test_a_procedure_added_nearby_may_be_noted(aidant, library):
    added = LocalProcedure.objects.create(structure=library, family="social", label="Aide du quartier", at=AT)
    assert added.key in [each.key for each in catalogue.options(library)]
    act = noting.note(draft(procedure=added.key), by=aidant, structure=library, at=AT)
    assert lists.lines([act], aidant)[0].procedure == "Aide du quartier"


def test_the_list_is_by_day_with_its_filters_and_its_sums(aidant, library):
    colleague = account("collegue", "aidant", structure=library)
    noting.note(draft(minutes=20), by=aidant, structure=library, at=AT)
    noting.note(
        draft(kind=rules.SHOWN, procedure="impots", minutes=10), by=colleague, structure=library, at=AT
    )
    noting.note(draft(done_at=AT - timedelta(days=2)), by=aidant, structure=library, at=AT)
    week = {"since": date(2026, 11, 17), "until": date(2026, 11, 23)}
    rows = lists.acts(aidant, lists.Criteria(**week))
    assert [(day.on.day, day.sums.n, day.sums.total) for day in lists.days(rows, aidant)] == [
        (23, 2, 30),
        (21, 1, 15),
    ]
    assert lists.sums(rows).minutes == {"place": 0, "together": 35, "shown": 10}
    for filters, n in (
        ({"helper": colleague.pk}, 1),
        ({"kind": "shown"}, 1),
        ({"procedure": "prime-activite"}, 2),
        ({"since": date(2026, 11, 22)}, 2),
        ({"until": date(2026, 11, 22)}, 1),
    ):
        assert lists.acts(aidant, lists.Criteria(**{**week, **filters})).count() == n


# --------------------------------------------------------------------------------------------------- the person


def test_the_same_procedure_three_times_in_their_place_leads_to_learning(aidant, library, andrei):
    signed(andrei, library, "social", "travail")
    for days in (0, 100, 300):
        act_draft = draft(kind=rules.PLACE, done_at=AT - timedelta(days=days))
        stored(act_draft, structure=library, person=andrei)
    assert lists.proposals(andrei, AT) == [("Prime d’activité", "caf-prime-activite")]
    last = Act.objects.filter(person=andrei).first()
    corrections.strike(
        stored(draft(kind=rules.PLACE, procedure="impots"), by=aidant, structure=library, person=andrei),
        by=aidant,
        at=AT,
    )
    Act.objects.filter(pk=last.pk).update(struck_at=AT)
    assert lists.proposals(andrei, AT) == []


def test_their_copy_says_their_acts_and_erasure_clears_what_was_written(aidant, library, andrei):
    noting.note(draft(precision="Avec son fils"), by=aidant, structure=library, person=andrei, at=AT)
    (act_copy,) = copies.of_person(andrei)["actes"]
    assert (
        act_copy["demarche"],
        act_copy["ce_qui_a_ete_fait"],
        act_copy["minutes"],
        act_copy["precision"],
    ) == (
        "Prime d’activité",
        "Avec elle",
        15,
        "Avec son fils",
    )
    forgetting.forget(andrei, by=aidant, at=AT)
    act = Act.objects.get()
    assert (act.precision, act.minutes) == ("", 15)


def test_act_number_belongs_to_one_device_and_is_unchanged(aidant, library):
    uid = UUID("0f6d8a8e-3a0f-4ef0-9f25-5f0e0a6c1b11")
    assert noting.note(draft(uid=uid), by=aidant, structure=library, at=AT).uid == uid


def test_imported_act_needs_no_mandate(aidant, library):
    row = receiving.Read(draft(), library, regularise_before=AT + timedelta(hours=48))
    assert receiving.take_in([row], source="csv", at=AT) == 1
    act = Act.objects.get()
    assert not act.lacks_mandate and not lists.to_regularise(aidant).exists()
    assert list(worklist.lines(aidant, AT)) == [], "nobody could sign for it"
    assert (AT + timedelta(hours=48)).isoformat() in lists.table([act]), "it is written as it was read"


def test_a_correction_read_before_another_undoes_none(aidant, library):
    act = noting.note(draft(), by=aidant, structure=library, at=AT)
    chief = account("chef", "gestionnaire", structure=library)
    corrections.correct(act, {"minutes": 30}, by=chief, at=AT, was=1)
    with pytest.raises(Refused, match="depuis que cette page est ouverte"):
        corrections.correct(act, {"minutes": 15, "end": rules.PARTLY}, by=aidant, at=AT, was=1)
    act.refresh_from_db()
    assert (act.minutes, act.end) == (30, rules.DONE)
    corrections.correct(act, {"minutes": 30, "end": rules.PARTLY}, by=aidant, at=AT, was=2)
    assert act.revisions.count() == 3


def test_nothing_is_written_again_of_somebody_erased(aidant, library, andrei):
    act = noting.note(draft(precision="Avec son fils"), by=aidant, structure=library, person=andrei, at=AT)
    forgetting.forget(andrei, by=None, at=AT)
    for written in ({"precision": "Avec sa fille"}, {"operator": "Maître Andrei, notaire"}):
        with pytest.raises(Refused, match="rien ne s’écrit plus d’elle"):
            corrections.correct(act, {"minutes": 30, **written}, by=aidant, at=AT)
    assert corrections.correct(act, {"minutes": 30, "precision": ""}, by=aidant, at=AT).minutes == 30


def test_a_volunteer_alone_puts_nothing_in_the_place_of_somebody_by_a_correction(library):
    denise = account("denise", "benevole", structure=library)
    person = people.welcome(by=denise, structure=library, at=AT)
    signed(person, library, "prime-activite")
    act = noting.note(draft(), by=denise, structure=library, person=person, at=AT)
    with pytest.raises(Refused, match="personne ne répond de vous"):
        corrections.correct(act, {"kind": rules.PLACE}, by=denise, at=AT)


def test_an_hour_typed_overseas_is_that_of_the_clock_there(aidant, library):
    """In Nouméa, ten hours ahead of Paris in winter, an act of a moment ago is typed ten hours later."""
    late = draft(done_at=AT + timedelta(hours=10))
    with pytest.raises(Refused, match="à venir"):
        noting.note(late, by=aidant, structure=library, at=AT)
    library.code_insee = "98818"
    library.save()
    assert noting.note(late, by=aidant, structure=library, at=AT).done_at == late.done_at
