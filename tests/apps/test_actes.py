"""Acts of help: noted once, in the frame of a mandate or said to be outside it; every change leaves its trace."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from maillage.apps.people.actes import access, rules, worklist
from maillage.apps.people.actes.actions import acts as actes_actions
from maillage.apps.people.actes.actions import reading
from maillage.apps.people.actes.models import Act, Revision
from maillage.apps.people.actes.queries import catalogue, lists
from maillage.apps.people.mandats.models import Autorisation, LocalProcedure, Mandat
from maillage.apps.people.persons.actions import forgetting
from maillage.apps.people.persons.actions import register as people
from maillage.apps.platform.accounts.models import Entry
from maillage.apps.referrals.orientations.queries import copies
from maillage.apps.referrals.orientations.queries import people as sheets
from maillage.kernel.errors import Refused
from maillage.reference import procedures
from tests.conftest import account
from tests.support.acts import AT, draft, signed, stored
from tests.support.mandats import signed_mandat
from tests.support.places import place

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def library():
    return place("bibliotheque").structure


@pytest.fixture
def andrei(aidant, library):
    return people.welcome(by=aidant, structure=library, nickname="M. Andrei", at=AT - timedelta(days=30))


def test_an_act_is_noted_with_what_it_was(aidant, library, andrei):
    act = actes_actions.note(draft(end=rules.PENDING), by=aidant, structure=library, person=andrei, at=AT)
    (line,) = lists.today(aidant, AT).lines
    assert line.sentence == "Ensemble, prime d’activité, 15 min, ici, en attente"
    assert (act.operator, act.on_day, act.mandat) == ("Caf, MSA", date(2026, 11, 23), None)
    assert (act.outside, act.regularise_before) == ("", None)
    assert [each.verb for each in act.revisions.all()] == ["noted"]


def test_a_mandate_stopped_while_an_act_is_being_noted_allows_it_no_more(
    aidant, library, andrei, monkeypatch
):
    """Le temps que l’acte arrive, la personne a dit non : c’est sa réponse qui compte."""
    mandat = signed(andrei, library, "prime-activite")
    lock = actes_actions.people.lock

    def meanwhile(person):
        Mandat.objects.filter(pk=mandat.pk).update(withdrawn_at=AT - timedelta(days=1))
        return lock(person)

    monkeypatch.setattr(actes_actions.people, "lock", meanwhile)
    with pytest.raises(actes_actions.OutsideMandate):
        actes_actions.note(draft(kind=rules.PLACE), by=aidant, structure=library, person=andrei, at=AT)
    assert not Act.objects.exists()
    assert Entry.objects.filter(verb="act.refused", row=andrei.pk).count() == 1


def test_an_act_sent_twice_counts_once(aidant, library):
    one = draft()
    for _ in range(3):
        actes_actions.note(one, by=aidant, structure=library, at=AT)
    assert Act.objects.count() == Revision.objects.count() == 1
    assert Entry.objects.filter(verb="act.noted").count() == 1


def test_the_number_of_somebody_else_s_act_is_taken(aidant, library):
    one = draft()
    actes_actions.note(one, by=aidant, structure=library, at=AT)
    with pytest.raises(Refused, match="déjà ce numéro"):
        actes_actions.note(one, by=account("collegue", "aidant", structure=library), structure=library, at=AT)


def test_nobody_notes_for_a_structure_they_do_not_help_for(aidant, other):
    with pytest.raises(Refused, match="au nom de cette structure"):
        actes_actions.note(draft(), by=aidant, structure=other, at=AT)


def test_a_person_that_the_structure_does_not_follow_is_not_named(library, other, andrei):
    stranger = account("ailleurs", "aidant", structure=other)
    with pytest.raises(Refused, match="ne suit pas cette personne"):
        actes_actions.note(draft(), by=stranger, structure=other, person=andrei, at=AT)


@pytest.mark.parametrize(
    "wrong",
    [
        {"minutes": 0},
        {"minutes": 721},
        {"kind": "autre"},
        {"where": "ailleurs"},
        {"end": "fini"},
        {"procedure": "inconnue"},
        {"more": "|inconnue|"},
        {"more": "|prime-activite|"},
        {"more": "|" + "|".join(list(procedures.themes())[: rules.MAX_SUBJECTS]) + "|"},
        {"done_at": AT + timedelta(minutes=20)},
        {"done_at": AT - timedelta(days=400)},
        {"precision": "x" * 121},
        {"precision": "mot de passe : Soleil38"},
    ],
)
def test_impossible_act_is_refused_and_not_stored(aidant, library, wrong):
    with pytest.raises(Refused):
        actes_actions.note(draft(**wrong), by=aidant, structure=library, at=AT)
    assert not Act.objects.exists()


@pytest.mark.parametrize("minutes", [1, 720])
def test_an_act_lasts_from_a_minute_to_twelve_hours(aidant, library, minutes):
    assert actes_actions.note(draft(minutes=minutes), by=aidant, structure=library, at=AT).minutes == minutes


def test_in_the_place_of_somebody_within_their_mandate(aidant, library, andrei):
    mandat = signed(andrei, library, "prime-activite")
    act = actes_actions.note(draft(kind=rules.PLACE), by=aidant, structure=library, person=andrei, at=AT)
    assert (act.mandat, act.outside, act.lacks_mandate) == (mandat, "", False)


@pytest.mark.parametrize("keys", [(), ("impots",)])
def test_outside_their_mandate_it_is_refused_with_what_to_do_and_they_see_it(aidant, library, andrei, keys):
    if keys:
        signed(andrei, library, *keys)
    with pytest.raises(actes_actions.OutsideMandate) as caught:
        actes_actions.note(draft(kind=rules.PLACE), by=aidant, structure=library, person=andrei, at=AT)
    assert caught.value.why
    for way in ("« ensemble »", "mandat", "urgent"):
        assert way in caught.value.do
    assert not Act.objects.exists()
    traces = sheets.traces(andrei)
    assert "n’a pas pu faire à sa place : Prime d’activité" in [trace.words for trace in traces]


@pytest.mark.parametrize(
    ("procedure", "more", "is_allowed"),
    [
        ("maintenance_de_materiel", "", True),
        ("email", "", False),
        ("prime-activite", "|bureautique|", True),
        ("prime-activite", "|banque_et_achats_en_ligne|", False),
        ("prime-activite", "|impots|", False),
    ],
)
def test_in_their_place_each_procedure_needs_the_mandate_and_a_theme_only_where_no_account_is_used(
    aidant, library, andrei, procedure, more, is_allowed
):
    signed(andrei, library, "prime-activite")
    act_draft = draft(kind=rules.PLACE, procedure=procedure, more=more)
    if is_allowed:
        actes_actions.note(act_draft, by=aidant, structure=library, person=andrei, at=AT)
    else:
        with pytest.raises(actes_actions.OutsideMandate):
            actes_actions.note(act_draft, by=aidant, structure=library, person=andrei, at=AT)
    assert Act.objects.exists() is is_allowed


def test_nobody_named_has_nothing_done_in_their_place(aidant, library):
    with pytest.raises(actes_actions.OutsideMandate, match="personne n’est nommé"):
        actes_actions.note(draft(kind=rules.PLACE), by=aidant, structure=library, at=AT)
    assert Entry.objects.filter(verb="act.refused").count() == 1


def test_emergency_act_is_listed_until_somebody_signs(aidant, library, andrei):
    act = actes_actions.note(
        draft(kind=rules.PLACE, urgent=True), by=aidant, structure=library, person=andrei, at=AT
    )
    assert act.regularise_before == AT + timedelta(hours=48)
    assert list(lists.to_regularise(aidant)) == [act]
    with pytest.raises(actes_actions.OutsideMandate):
        actes_actions.regularise(act, by=aidant, at=AT)
    mandat = signed(andrei, library, "social")
    act = actes_actions.regularise(act, by=aidant, at=AT + timedelta(hours=3))
    assert (act.mandat, act.lacks_mandate) == (mandat, False)
    assert not lists.to_regularise(aidant).exists()
    with pytest.raises(Refused, match="déjà en règle"):
        actes_actions.regularise(act, by=aidant, at=AT + timedelta(hours=4))


def test_an_emergency_for_nobody_named_is_regularised_with_their_card(aidant, library, andrei):
    act = actes_actions.note(draft(kind=rules.PLACE, urgent=True), by=aidant, structure=library, at=AT)
    with pytest.raises(Refused, match="Personne n’est nommé"):
        actes_actions.regularise(act, by=aidant, at=AT)
    signed(andrei, library, "social")
    assert actes_actions.regularise(act, by=aidant, at=AT, person=andrei).person == andrei


def test_a_correction_leaves_what_it_was(aidant, library):
    act = actes_actions.note(draft(precision="Sa demande est partie"), by=aidant, structure=library, at=AT)
    act = actes_actions.correct(act, {"minutes": 20, "precision": ""}, by=aidant, at=AT)
    (_, changes) = lists.revisions(act)[-1]
    assert changes == [("les minutes", "15", "20"), ("la précision", "écrite", "aucune")]
    assert "demande est partie" not in str(list(Revision.objects.values_list("before", "after")))
    with pytest.raises(Refused, match="n’a pas été"):
        actes_actions.correct(act, {"minutes": 20}, by=aidant, at=AT)


def test_a_correction_goes_round_no_mandate(aidant, library, andrei):
    act = actes_actions.note(draft(), by=aidant, structure=library, person=andrei, at=AT)
    with pytest.raises(actes_actions.OutsideMandate):
        actes_actions.correct(act, {"kind": rules.PLACE}, by=aidant, at=AT)
    signed(andrei, library, "prime-activite")
    act = actes_actions.correct(act, {"kind": rules.PLACE}, by=aidant, at=AT)
    with pytest.raises(actes_actions.OutsideMandate):
        actes_actions.correct(act, {"procedure": "impots"}, by=aidant, at=AT)
    assert actes_actions.correct(act, {"kind": rules.DEMONSTRATED}, by=aidant, at=AT).mandat is None


def test_a_struck_act_counts_no_more_and_comes_back(aidant, library):
    act = actes_actions.note(draft(), by=aidant, structure=library, at=AT)
    rows = access.acts_for(aidant)
    actes_actions.strike(act, by=aidant, at=AT)
    assert (lists.sums(rows).n, lists.sums(rows).struck, lists.sums(rows).total) == (0, 1, 0)
    with pytest.raises(Refused, match="déjà annulé"):
        actes_actions.strike(act, by=aidant, at=AT)
    actes_actions.restore(act, by=aidant, at=AT)
    assert (lists.sums(rows).n, lists.sums(rows).struck, lists.sums(rows).total) == (1, 0, 15)
    with pytest.raises(Refused, match="n’est pas annulé"):
        actes_actions.restore(act, by=aidant, at=AT)
    assert [each.verb for each in act.revisions.all()] == ["noted", "struck", "restored"]


def test_who_noted_it_and_who_answers_for_the_team_change_an_act(aidant, library, other):
    act = actes_actions.note(draft(), by=aidant, structure=library, at=AT)
    colleague = account("collegue", "aidant", structure=library)
    with pytest.raises(Refused, match="l’auteur de l’acte"):
        actes_actions.strike(act, by=colleague, at=AT)
    manager = account("responsable", "gestionnaire", structure=library)
    assert actes_actions.strike(act, by=manager, at=AT).struck_by == manager


def test_a_structure_sees_its_acts_and_a_volunteer_their_own(aidant, library, other):
    act = actes_actions.note(draft(), by=aidant, structure=library, at=AT)
    volunteer = account("benevole", "benevole", structure=library)
    volunteer_act = actes_actions.note(draft(), by=volunteer, structure=library, at=AT)
    assert set(access.acts_for(aidant)) == {act, volunteer_act}
    assert list(access.acts_for(volunteer)) == [volunteer_act]
    assert not access.acts_for(account("ailleurs", "aidant", structure=other)).exists()
    assert not access.acts_for(account("coordination", "coordination", territory="38")).exists()


# ------------------------------------------------------------------------------------------------- from a device


def test_a_device_loses_and_doubles_nothing(aidant, library):
    sent = [(draft(), library, None) for _ in range(10)]
    first = actes_actions.receive(sent[:6], by=aidant, at=AT)
    again = actes_actions.receive(sent, by=aidant, at=AT)
    assert len(first.known) == 6
    assert set(again.known) == {sent_draft.uid for sent_draft, _, _ in sent}
    assert Act.objects.count() == 10


def test_a_mandate_that_ended_meanwhile_keeps_the_act_and_says_so(aidant, library, andrei):
    signed(andrei, library, "prime-activite", until=date(2026, 11, 20))
    one = draft(kind=rules.PLACE)
    got = actes_actions.receive([(one, library, andrei)], by=aidant, at=AT)
    assert (got.known, got.outside, got.refused) == ((one.uid,), (one.uid,), {})
    act = Act.objects.get()
    assert (act.outside, act.regularise_before) == (rules.UNPLUGGED, AT + timedelta(hours=48))
    assert "a fait à sa place hors du mandat : Prime d’activité" in [t.words for t in sheets.traces(andrei)]


def test_device_act_is_allowed_by_the_mandate_valid_when_done(aidant, library, andrei):
    signed(andrei, library, "prime-activite", until=date(2026, 11, 23))
    one = draft(kind=rules.PLACE)
    got = actes_actions.receive([(one, library, andrei)], by=aidant, at=AT + timedelta(days=4))
    assert (got.known, got.outside) == ((one.uid,), ())


def test_what_a_device_may_not_note_stays_on_it_with_its_reason(aidant, library):
    nobody, without_structure = draft(kind=rules.PLACE), draft()
    got = actes_actions.receive([(nobody, library, None), (without_structure, None, None)], by=aidant, at=AT)
    assert got.known == ()
    assert "personne n’est nommé" in got.refused[nobody.uid]
    assert "plus au nom de cette structure" in got.refused[without_structure.uid]


# ---------------------------------------------------------------------------------------------- what is read back


def test_the_most_noted_procedures_come_first_then_the_usual_ones(aidant, library):
    for key in ("handicap", "handicap", "retraite"):
        actes_actions.note(draft(procedure=key), by=aidant, structure=library, at=AT)
    among = catalogue.options(library)
    first = [each.key for each in catalogue.first(library, among, AT)]
    assert first == ["handicap", "retraite", "prime-activite", "actualisation", "compte-ameli"]


def test_what_a_person_permits_today_comes_first_for_them_alone(aidant, library, andrei):
    row = signed_mandat(andrei, library, aidant, "logement-social", at=AT)
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
    act = actes_actions.note(draft(procedure=added.key), by=aidant, structure=library, at=AT)
    assert lists.lines([act], aidant)[0].procedure == "Aide du quartier"


def test_the_list_is_by_day_with_its_filters_and_its_sums(aidant, library):
    colleague = account("collegue", "aidant", structure=library)
    actes_actions.note(draft(minutes=20), by=aidant, structure=library, at=AT)
    actes_actions.note(
        draft(kind=rules.DEMONSTRATED, procedure="impots", minutes=10), by=colleague, structure=library, at=AT
    )
    actes_actions.note(draft(done_at=AT - timedelta(days=2)), by=aidant, structure=library, at=AT)
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


def test_acts_are_found_by_the_name_of_their_person(client, aidant, library):
    person = people.welcome(by=aidant, structure=library, nickname="Zoé", at=AT)
    actes_actions.note(draft(), by=aidant, structure=library, person=person, at=AT)
    actes_actions.note(draft(), by=aidant, structure=library, at=AT)
    everything = lists.acts(aidant, lists.Criteria(date(2026, 11, 17), date(2026, 11, 23)))
    assert [lists.of_persons(everything, text).count() for text in ("", "zoe", "yann")] == [2, 1, 0]
    client.force_login(aidant)
    page = client.get("/espace/actes/?du=2026-11-17&au=2026-11-23&personne=zoe").content.decode()
    assert page.count("Ouvrir") == 1


# --------------------------------------------------------------------------------------------------- the person


def test_the_same_procedure_three_times_in_their_place_leads_to_learning(aidant, library, andrei):
    signed(andrei, library, "social", "travail")
    for days in (0, 100, 300):
        act_draft = draft(kind=rules.PLACE, done_at=AT - timedelta(days=days))
        stored(act_draft, structure=library, person=andrei)
    assert lists.proposals(andrei, AT) == [("Prime d’activité", "caf-prime-activite")]
    last = Act.objects.filter(person=andrei).first()
    actes_actions.strike(
        stored(draft(kind=rules.PLACE, procedure="impots"), by=aidant, structure=library, person=andrei),
        by=aidant,
        at=AT,
    )
    Act.objects.filter(pk=last.pk).update(struck_at=AT)
    assert lists.proposals(andrei, AT) == []


def test_their_copy_says_their_acts_and_erasure_clears_what_was_written(aidant, library, andrei):
    actes_actions.note(draft(precision="Avec son fils"), by=aidant, structure=library, person=andrei, at=AT)
    (act_copy,) = copies.of_person(andrei)["actes"]
    assert (
        act_copy["demarche"],
        act_copy["ce_qui_a_ete_fait"],
        act_copy["minutes"],
        act_copy["precision"],
    ) == (
        "Prime d’activité",
        "Ensemble",
        15,
        "Avec son fils",
    )
    forgetting.forget(andrei, by=aidant, at=AT)
    act = Act.objects.get()
    assert (act.precision, act.minutes) == ("", 15)


def test_act_number_belongs_to_one_device_and_is_unchanged(aidant, library):
    uid = UUID("0f6d8a8e-3a0f-4ef0-9f25-5f0e0a6c1b11")
    assert actes_actions.note(draft(uid=uid), by=aidant, structure=library, at=AT).uid == uid


def test_imported_act_needs_no_mandate(aidant, library):
    row = reading.Read(draft(), library, regularise_before=AT + timedelta(hours=48))
    assert reading.take_in([row], source="csv", at=AT) == 1
    act = Act.objects.get()
    assert not act.lacks_mandate and not lists.to_regularise(aidant).exists()
    assert list(worklist.lines(aidant, AT)) == [], "nobody could sign for it"
    assert (AT + timedelta(hours=48)).isoformat() in lists.table([act]), "it is written as it was read"


def test_a_correction_read_before_another_undoes_none(aidant, library):
    act = actes_actions.note(draft(), by=aidant, structure=library, at=AT)
    chief = account("chef", "gestionnaire", structure=library)
    actes_actions.correct(act, {"minutes": 30}, by=chief, at=AT, was=1)
    with pytest.raises(Refused, match="depuis que cette page est ouverte"):
        actes_actions.correct(act, {"minutes": 15, "end": rules.PARTLY}, by=aidant, at=AT, was=1)
    act.refresh_from_db()
    assert (act.minutes, act.end) == (30, rules.DONE)
    actes_actions.correct(act, {"minutes": 30, "end": rules.PARTLY}, by=aidant, at=AT, was=2)
    assert act.revisions.count() == 3


def test_nothing_is_written_again_of_somebody_erased(aidant, library, andrei):
    act = actes_actions.note(
        draft(precision="Avec son fils"), by=aidant, structure=library, person=andrei, at=AT
    )
    forgetting.forget(andrei, by=None, at=AT)
    for written in ({"precision": "Avec sa fille"}, {"operator": "Maître Andrei, notaire"}):
        with pytest.raises(Refused, match="rien ne s’écrit plus d’elle"):
            actes_actions.correct(act, {"minutes": 30, **written}, by=aidant, at=AT)
    assert actes_actions.correct(act, {"minutes": 30, "precision": ""}, by=aidant, at=AT).minutes == 30


def test_a_volunteer_alone_puts_nothing_in_the_place_of_somebody_by_a_correction(library):
    denise = account("denise", "benevole", structure=library)
    person = people.welcome(by=denise, structure=library, at=AT)
    signed(person, library, "prime-activite")
    act = actes_actions.note(draft(), by=denise, structure=library, person=person, at=AT)
    with pytest.raises(Refused, match="personne ne répond de vous"):
        actes_actions.correct(act, {"kind": rules.PLACE}, by=denise, at=AT)


def test_an_hour_typed_overseas_is_that_of_the_clock_there(aidant, library):
    """In Nouméa, ten hours ahead of Paris in winter, an act of a moment ago is typed ten hours later."""
    late = draft(done_at=AT + timedelta(hours=10))
    with pytest.raises(Refused, match="à venir"):
        actes_actions.note(late, by=aidant, structure=library, at=AT)
    library.code_insee = "98818"
    library.save()
    assert actes_actions.note(late, by=aidant, structure=library, at=AT).done_at == late.done_at
