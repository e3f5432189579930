"""Signing, stopping, renewing: each refusal says what to do, and nothing happens twice."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdfium2 import PdfDocument

from maillage.apps.directory.memberships.models import Membership
from maillage.apps.directory.places.models import Structure
from maillage.apps.people.mandats import access
from maillage.apps.people.mandats.actions import deadlines, local_procedures, preparing, stopping
from maillage.apps.people.mandats.actions import signing as mandat_signing
from maillage.apps.people.mandats.actions.preparing import Helper
from maillage.apps.people.mandats.actions.signing import Signing
from maillage.apps.people.mandats.models import LocalProcedure, Mandat, Signature
from maillage.apps.people.mandats.queries import catalogue, lists, papers, permissions, proofs
from maillage.apps.people.mandats.rules import frame, proof
from maillage.apps.people.persons.actions import consents, forgetting
from maillage.apps.people.persons.actions import register as people
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts import queries as journal
from maillage.apps.platform.accounts.models import Entry, User
from maillage.apps.platform.messages.models import Message
from maillage.apps.referrals.orientations.queries import copies
from maillage.apps.volunteering.volunteers.actions import missions
from maillage.kernel.errors import Refused
from maillage.manage.backups import backup
from maillage.publishing import assistance
from tests.conftest import account, with_role
from tests.support.mandats import AT, STROKES, by_touch, drafted, signed_mandat, terms_digest
from tests.support.volunteers import supervised

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
DAY = timedelta(days=1)


@pytest.fixture
def leila(structure) -> User:
    return account("aidant", "aidant", shown="Leïla", structure=structure)


@pytest.fixture
def andrei(leila, structure) -> Person:
    return people.welcome(
        by=leila, structure=structure, nickname="M. Andrei", born=1958, language="ro", at=AT
    )


def verbs(mandat: Mandat) -> list[str]:
    return [entry.verb for entry in journal.entries_about(mandat)]


# -------------------------------------------------------------------------------------------------- preparing


def test_a_draft_allows_nothing_until_it_is_signed(andrei, leila, structure):
    mandat = drafted(andrei, structure, leila)
    assert (mandat.starts_on, mandat.ends_on) == (date(2026, 11, 9), date(2027, 5, 8))
    assert not permissions.allows(andrei, structure, "prime-activite", AT).allowed
    signed = mandat_signing.sign(mandat, by_touch(mandat), by=leila, at=AT)
    assert signed.regularise_before is None, "an emergency alone is to be regularised"
    assert permissions.allows(andrei, structure, "prime-activite", AT).allowed
    assert verbs(mandat) == ["mandat.prepared", "mandat.signed"]


def test_a_form_sent_twice_makes_one_draft(andrei, leila, structure):
    first = drafted(andrei, structure, leila, token="meme")
    assert drafted(andrei, structure, leila, token="meme") == first
    assert Mandat.objects.count() == 1


@pytest.mark.parametrize(
    ("more", "why"),
    [({"keys": []}, "Aucune démarche"), ({"keys": ["inconnue"]}, "pas connue"), ({"keys": ["papiers", "famille", "social", "travail", "logement", "transports", "argent", "justice", "etranger", "loisirs"]}, "pas tout"), ({"duration": "eternity"}, "durée n’existe pas"), ({"starts_on": date(2026, 11, 8)}, "déjà passé"), ({"starts_on": date(2026, 12, 11)}, "plus d’un mois")],
)  # fmt: skip
def test_a_mandate_that_says_too_much_or_too_little_is_refused(andrei, leila, structure, more, why):
    preparation_fields = {"keys": ["rsa"], "duration": "month", "token": "t"} | more
    with pytest.raises(Refused, match=why) as refusal:
        preparing.prepare(person=andrei, structure=structure, by=leila, at=AT, **preparation_fields)
    assert refusal.value.do.endswith(".")
    assert not Mandat.objects.exists()


def test_complete_family_includes_its_procedures(andrei, leila, structure):
    mandat = drafted(andrei, structure, leila, "social", "rsa", "impots", "social")
    assert [each.key for each in mandat.authorisations.all()] == ["social", "impots"]


def test_a_stranger_and_an_erased_person_are_refused(andrei, leila, structure, other):
    stranger = account("autre", "aidant", structure=other)
    for by, acting_structure in ((stranger, other), (stranger, structure), (leila, other)):
        with pytest.raises(Refused, match="n’aidez pas"):
            drafted(andrei, acting_structure, by)
    forgetting.forget(andrei, by=None, at=AT)
    with pytest.raises(Refused, match="effacée"):
        drafted(andrei, structure, leila)
    assert not Mandat.objects.exists()


def test_another_structure_joins_no_photograph_to_a_paper(andrei, leila, structure, other):
    mandat = mandat_signing.sign(drafted(andrei, structure, leila), Signing(how=frame.PAPER), by=leila, at=AT)
    stranger = account("autre", "aidant", structure=other)
    with pytest.raises(Refused, match="devant votre structure"):
        mandat_signing.join_photograph(mandat, b"image", by=stranger, at=AT)
    assert not Signature.objects.exists()


def test_who_leads_a_territory_and_helps_in_a_structure_adds_procedures_for_both_alone(structure):
    nora = with_role(account("nora", "coordination", territory="38"), "aidant", structure=structure)
    assert [key for key, _, _ in access.owners_for(nora)] == [f"s{structure.pk}", "t38"]


def test_a_volunteer_acts_under_somebody_who_answers_for_them(andrei, leila, structure):
    karim = account("benevole", "benevole", shown="Karim", structure=structure)
    people.leave(person=andrei, structure=structure, by=leila, at=AT)
    people.meet(person=andrei, structure=structure, by=karim, at=AT)
    with pytest.raises(Refused, match="Un bénévole n’est jamais seul"):
        drafted(andrei, structure, karim, helper=Helper(supervisor=leila))
    engaged = supervised(karim, structure, by=leila, at=AT - timedelta(days=1))
    for supervisor in (None, karim):
        with pytest.raises(Refused, match="Choisissez qui en répond"):
            drafted(andrei, structure, karim, helper=Helper(supervisor=supervisor))
    mandat = drafted(andrei, structure, karim, helper=Helper(supervisor=leila))
    assert (mandat.helper, mandat.supervisor) == (frame.VOLUNTEER, leila)
    missions.end(engaged, by=leila, at=AT)
    with pytest.raises(Refused, match="Le mandat n’a pas été signé"):
        mandat_signing.sign(mandat, by_touch(mandat), by=karim, at=AT)
    missions.resume(engaged, by=leila, at=AT)
    mandat = mandat_signing.sign(mandat, by_touch(mandat), by=karim, at=AT)
    assert "Karim, bénévole, m’aide, sous la responsabilité de Leïla." in mandat.words


def test_a_relative_is_named_and_somebody_answers_for_them(andrei, leila, structure):
    with pytest.raises(Refused, match="nom du proche"):
        drafted(andrei, structure, leila, helper=Helper(kind=frame.RELATIVE, supervisor=leila))
    with pytest.raises(Refused, match="répond"):
        drafted(andrei, structure, leila, helper=Helper(kind=frame.RELATIVE, relative="Ana"))
    with pytest.raises(Refused, match="mot de passe"):
        drafted(
            *(andrei, structure, leila),
            helper=Helper(kind=frame.RELATIVE, relative="mot de passe : Soleil38", supervisor=leila),
        )
    mandat = drafted(
        andrei, structure, leila, helper=Helper(kind=frame.RELATIVE, relative="Ana", supervisor=leila)
    )
    assert mandat_signing.sign(mandat, by_touch(mandat), by=leila, at=AT).relative == "Ana"


# ---------------------------------------------------------------------------------------------------- signing


def test_signed_words_are_stored_in_both_languages_with_a_full_proof(andrei, leila, structure):
    mandat = signed_mandat(andrei, structure, leila)
    assert "Prime d’activité (Caf, MSA)" in mandat.words
    assert "articles 1984 et suivants du Code civil" in mandat.words
    assert "8 mai 2027" in mandat.words
    assert andrei.card not in mandat.words and andrei.code not in mandat.words
    signed_fields = {"words": mandat.words, "how": mandat.how, "witness": "", "image": STROKES.encode()}
    assert proof.digest(mandat.secret, **signed_fields) == mandat.digest
    for changed in ({"words": "x"}, {"how": "paper"}, {"witness": "y"}, {"image": b""}):
        assert proof.digest(mandat.secret, **(signed_fields | changed)) != mandat.digest
    (line,) = journal.entries_about(mandat).filter(verb="mandat.signed")
    assert mandat.digest in line.words
    assert "Andrei" not in line.words
    assert journal.broken()[1] is None


@pytest.mark.parametrize(
    "helper",
    [Helper(), Helper(is_whole_structure=True), Helper(kind=frame.RELATIVE, relative="Ana")],
    ids=["named", "whole structure", "relative"],
)
def test_the_paper_of_a_signed_mandate_names_those_of_the_signature(andrei, leila, structure, helper):
    mandat = signed_mandat(andrei, structure, leila, helper=replace(helper, supervisor=leila))
    signed = papers.paper(mandat)
    people.correct(andrei, {"nickname": "Andrei Zidane", "born": 1949}, by=leila, at=AT)
    Structure.objects.filter(pk=structure.pk).update(name="Un autre nom")
    User.objects.filter(pk=leila.pk).update(name="Leïla Zidane")
    printed = papers.paper(Mandat.objects.get(pk=mandat.pk))
    assert (printed.person, printed.structure) == ("M. Andrei", "Pimms Mediation Grenoble")
    assert printed == signed


def test_a_paper_to_sign_has_a_line_for_the_civil_name(andrei, leila, structure):
    printed = assistance.mandate(
        papers.paper(drafted(andrei, structure, leila)), check=("x", ""), on=AT.date()
    )
    text = " ".join(page.get_textpage().get_text_range() for page in PdfDocument(printed))
    assert assistance.CIVIL_NAME in " ".join(text.split()).replace("\u00a0", " ")


def test_the_civil_name_is_bound_to_the_proof_and_stored_nowhere(andrei, leila, structure):
    mandat = drafted(andrei, structure, leila)
    named_signing = replace(by_touch(mandat), civil_name="Andreï Zidane")
    mandat = mandat_signing.sign(mandat, named_signing, by=leila, at=AT)
    assert proofs.agrees_with_proof(mandat)
    assert proofs.is_civil_name(mandat, "ZIDANE Andrei") and not proofs.is_civil_name(mandat, "Andrei Z")
    stored = [str(value) for value in Mandat.objects.filter(pk=mandat.pk).values_list()[0]]
    assert not any("idane" in value for value in (*stored, *Entry.objects.values_list("words", flat=True)))
    Mandat.objects.filter(pk=mandat.pk).update(civil_digest=proof.name_digest(mandat.secret, "Andrei Z"))
    assert not proofs.agrees_with_proof(Mandat.objects.get(pk=mandat.pk)), "another name is another proof"


def test_a_signed_mandate_is_printed_again_to_the_byte(andrei, leila, structure, monkeypatch):
    mandat = signed_mandat(andrei, structure, leila)
    people.correct(andrei, {"nickname": "Andrei Zidane"}, by=leila, at=AT)
    address, printed_papers = f"/espace/mandats/{mandat.pk}/imprimer/", set()
    for days in (0, 1, 40):
        monkeypatch.setattr(timezone, "now", lambda days=days: AT + timedelta(days=days))
        browser = Client()  # a visit lasts less than a day
        browser.force_login(leila)
        answer = browser.get(address)
        assert answer.status_code == 200
        printed_papers.add(answer.content)
    assert len(printed_papers) == 1


@pytest.mark.parametrize("lines", [1, 7, 13])
def test_the_signature_boxes_share_a_page_with_the_proof(andrei, leila, structure, lines):
    paper = papers.paper(signed_mandat(andrei, structure, leila))
    more_parts = assistance.Part("Autres démarches", ("Une démarche de plus.",) * lines, listed=True)
    mandate = assistance.mandate(
        replace(paper, parts=(*paper.parts, more_parts)), check=("x", ""), on=AT.date()
    )
    printed = PdfDocument(mandate)
    assert "Empreinte" in printed[len(printed) - 1].get_textpage().get_text_range()


def test_a_signature_sent_twice_is_one_and_another_way_is_refused(andrei, leila, structure):
    mandat = signed_mandat(andrei, structure, leila)
    again = mandat_signing.sign(mandat, by_touch(mandat), by=leila, at=AT + DAY)
    assert (again.signed_at, again.digest) == (mandat.signed_at, mandat.digest)
    assert verbs(mandat).count("mandat.signed") == Signature.objects.count() == 1
    with pytest.raises(Refused, match="déjà en cours"):
        mandat_signing.sign(mandat, Signing(how=frame.PAPER), by=leila, at=AT)
    stopping.withdraw(mandat, by=leila, at=AT)
    with pytest.raises(Refused, match="déjà arrêté"):
        mandat_signing.sign(mandat, by_touch(mandat), by=leila, at=AT)


def test_signed_words_are_the_displayed_ones(andrei, leila, structure):
    mandat = drafted(andrei, structure, leila)
    opened = by_touch(mandat)
    people.correct(andrei, {"nickname": "M. Ionescu"}, by=leila, at=AT)
    with pytest.raises(Refused, match="texte a changé"):
        mandat_signing.sign(mandat, opened, by=leila, at=AT)
    fresh = Mandat.objects.get(pk=mandat.pk)
    with pytest.raises(Refused, match="texte a changé"):  # left open until the next day: other dates
        mandat_signing.sign(fresh, by_touch(fresh, AT), by=leila, at=AT + DAY)
    late = mandat_signing.sign(fresh, by_touch(fresh, AT + DAY), by=leila, at=AT + DAY)
    assert (late.starts_on, late.ends_on) == (date(2026, 11, 10), date(2027, 5, 9))


@pytest.mark.parametrize(
    "strokes", ["", "M1 1", "M1 1L1 1", "M1 1L2 2'><script>", "M1 1" + "L2 3" * 9000, "M700 1L710 2L720 3"]
)
def test_an_empty_or_foreign_drawing_is_not_a_signature(andrei, leila, structure, strokes):
    mandat = drafted(andrei, structure, leila)
    with pytest.raises(Refused, match="croix"):
        mandat_signing.sign(
            mandat,
            Signing(how=frame.TOUCH, strokes=strokes, read_digest=terms_digest(mandat)),
            by=leila,
            at=AT,
        )
    assert Mandat.objects.get().signed_at is None


def test_a_spoken_yes_has_a_witness_who_is_not_the_helper(andrei, leila, structure):
    mandat = drafted(andrei, structure, leila)

    def say_yes(witness: str) -> Mandat:
        signing = Signing(how=frame.SPOKEN, witness=witness, read_digest=terms_digest(mandat))
        return mandat_signing.sign(mandat, signing, by=leila, at=AT)

    for witness, why in (
        (" ", "demande un témoin"),
        ("leïla", "l’aidant lui-même"),
        (leila.email, "l’aidant"),
    ):
        with pytest.raises(Refused, match=why):
            say_yes(witness)
    assert say_yes("Mme Roche, voisine").witness == "Mme Roche, voisine"


def test_a_paper_keeps_its_own_dates_and_comes_back_within_a_month(andrei, leila, structure):
    mandat = drafted(andrei, structure, leila)
    signed_mandat = mandat_signing.sign(
        mandat, Signing(how=frame.PAPER, photograph=b"jpeg"), by=leila, at=AT + 3 * DAY
    )
    assert signed_mandat.starts_on == date(2026, 11, 9)
    assert bytes(Signature.objects.get().photograph) == b"jpeg"
    old = drafted(andrei, structure, leila, duration="year")
    with pytest.raises(Refused, match="trop longtemps"):
        mandat_signing.sign(old, Signing(how=frame.PAPER), by=leila, at=AT + 32 * DAY)
    short = drafted(andrei, structure, leila, duration="day")
    with pytest.raises(Refused, match="trop longtemps"):
        mandat_signing.sign(short, Signing(how=frame.PAPER), by=leila, at=AT + DAY)


def test_another_structure_does_not_sign_it(andrei, leila, structure, other):
    karim = account("karim", "formation", structure=other)
    people.follow(person=andrei, structure=other, by=karim, at=AT)
    mandat = drafted(andrei, structure, leila)
    with pytest.raises(Refused, match="autre structure"):
        mandat_signing.sign(mandat, by_touch(mandat), by=karim, at=AT)


def test_another_structure_does_not_drop_it(client, andrei, leila, structure, other):
    karim = account("karim", "formation", structure=other)
    people.follow(person=andrei, structure=other, by=karim, at=AT)
    mandat = drafted(andrei, structure, leila, at=timezone.now())
    client.force_login(karim)
    chosen = {"geste": "refuser", "cochee": [mandat.pk]}
    answer = client.post(reverse("mandats_several"), chosen, follow=True).content.decode()
    assert "Sans changement" in answer and "une autre structure que la vôtre" in answer
    client.post(reverse("mandat_gesture", args=[mandat.pk]), {"geste": "refuser"})
    assert Mandat.objects.get() == mandat


def test_refusal_leaves_only_its_request(andrei, leila, structure):
    mandat = drafted(andrei, structure, leila)
    opened = by_touch(mandat)
    mandat_signing.decline(mandat, by=leila, at=AT)
    assert not Mandat.objects.exists()
    assert Entry.objects.filter(verb="mandat.declined").count() == 1
    with pytest.raises(Refused, match="n’existe plus"):
        mandat_signing.sign(mandat, opened, by=leila, at=AT)
    declined_mandat = signed_mandat(andrei, structure, leila)
    with pytest.raises(Refused, match="signé"):
        mandat_signing.decline(declined_mandat, by=leila, at=AT)


# --------------------------------------------------------------------------------------------------- stopping


@pytest.mark.parametrize("with_card", [True, False])
def test_it_stops_at_once_and_once(andrei, leila, structure, with_card):
    mandat = signed_mandat(andrei, structure, leila)
    by = None if with_card else leila
    stopped = stopping.withdraw(mandat, by=by, at=AT + DAY)
    assert stopped.withdrawn_how == (frame.CARD if with_card else frame.NOTED)
    assert "arrêté" in permissions.allows(andrei, structure, "prime-activite", AT + DAY).why
    with pytest.raises(Refused, match="déjà arrêté"):
        stopping.withdraw(mandat, by=by, at=AT + 2 * DAY)
    assert verbs(mandat)[-1] == "mandat.withdrawn"


def test_neither_a_draft_nor_what_is_over_can_be_stopped(andrei, leila, structure):
    with pytest.raises(Refused, match="pas signé"):
        stopping.withdraw(drafted(andrei, structure, leila), by=leila, at=AT)
    ended = signed_mandat(andrei, structure, leila, duration="day")
    with pytest.raises(Refused, match="déjà fini"):
        stopping.withdraw(ended, by=leila, at=AT + DAY)


def test_one_procedure_is_taken_back_and_the_last_one_stops_it(andrei, leila, structure):
    mandat = signed_mandat(andrei, structure, leila, "prime-activite", "impots")
    first, last = mandat.authorisations.all()
    stopping.revoke(first, by=None, at=AT)
    assert "retiré" in permissions.allows(andrei, structure, "prime-activite", AT).why
    assert permissions.allows(andrei, structure, "impots", AT).allowed
    with pytest.raises(Refused, match="plus permise"):
        stopping.revoke(first, by=None, at=AT)
    assert stopping.revoke(last, by=None, at=AT).withdrawn_at == AT


def test_a_mandate_is_never_lengthened(andrei, leila, structure):
    mandat = signed_mandat(andrei, structure, leila, "prime-activite", "impots", duration="month")
    stopping.revoke(mandat.authorisations.first(), by=None, at=AT)
    later = AT + 20 * DAY
    another = preparing.renew(mandat, by=leila, at=later, token="suite", duration="year")
    assert [each.key for each in another.authorisations.all()] == ["impots"], "what was taken back stays so"
    assert (another.renews, another.starts_on) == (mandat, date(2026, 11, 29))
    assert Mandat.objects.get(pk=mandat.pk).ends_on == date(2026, 12, 8)
    with pytest.raises(Refused, match="pas encore signé"):
        preparing.renew(another, by=leila, at=later, token="encore")


# ------------------------------------------------------------------------------------------------ emergencies


def test_an_emergency_lasts_the_day_and_is_regularised_by_a_real_mandate(andrei, leila, structure):
    urgent = drafted(andrei, structure, leila, "titre-sejour", emergency=True, duration="year")
    assert (urgent.duration, urgent.ends_on) == ("day", date(2026, 11, 9))
    signing = Signing(how=frame.SPOKEN, read_digest=terms_digest(urgent))
    urgent = mandat_signing.sign(urgent, signing, by=leila, at=AT)
    assert urgent.regularise_before == AT + timedelta(hours=48)
    assert permissions.allows(andrei, structure, "titre-sejour", AT).allowed
    assert not permissions.allows(andrei, structure, "titre-sejour", AT + DAY).allowed
    assert list(lists.to_regularise(Mandat.objects.all())) == [urgent]
    real = preparing.renew(urgent, by=leila, at=AT + 3 * DAY, token="apres")
    assert real.duration == "month"
    assert list(lists.to_regularise(Mandat.objects.all())) == [urgent], "until it is signed"
    mandat_signing.sign(real, by_touch(real, AT + 3 * DAY), by=leila, at=AT + 3 * DAY)
    assert not lists.to_regularise(Mandat.objects.all())
    assert verbs(urgent)[-1] == "mandat.regularised"
    with pytest.raises(Refused, match="déjà régularisée"):
        preparing.renew(urgent, by=leila, at=AT, token="deux-fois")


def test_an_emergency_whose_real_mandate_is_refused_waits_no_more(client, andrei, leila, structure):
    urgent = signed_mandat(
        andrei, structure, leila, "titre-sejour", emergency=True, duration="year", at=timezone.now()
    )
    client.force_login(leila)
    client.post(reverse("mandat_gesture", args=[urgent.pk]), {"geste": "renouveler"})
    real = Mandat.objects.get(renews=urgent)
    client.post(reverse("mandat_gesture", args=[real.pk]), {"geste": "refuser"})
    assert not lists.to_regularise(Mandat.objects.all())
    assert "Urgences à régulariser" not in client.get(reverse("mandats")).content.decode()
    page = client.get(reverse("mandat", args=[urgent.pk])).content.decode()
    assert "La personne l’a refusé" in page and "Vrai mandat refusé" in page
    again = preparing.renew(urgent, by=leila, at=timezone.now(), token="une-autre-fois")
    mandat_signing.sign(again, by_touch(again, timezone.now()), by=leila, at=timezone.now())
    urgent.refresh_from_db()
    assert urgent.regularised_at is not None, "they may still say yes another day"


# ------------------------------------------------------------------------------------------- added procedures


def test_an_added_procedure_is_offered_where_it_was_added(andrei, leila, structure, other):
    procedure_fields = {"operator": "M réso", "family": "transports", "by": leila, "at": AT}
    own_procedure = local_procedures.add_procedure(
        label="Tarif solidaire", structure=structure, **procedure_fields
    )
    assert (
        local_procedures.add_procedure(label=" Tarif  solidaire", structure=structure, **procedure_fields)
        == own_procedure
    )
    nearby_procedure = local_procedures.add_procedure(label="Navette", territory="38", **procedure_fields)
    far = local_procedures.add_procedure(label="Bac", territory="59", **procedure_fields)
    keys = {each.key for each in catalogue.choices(structure)}
    assert {own_procedure.key, nearby_procedure.key} <= keys and far.key not in keys
    assert own_procedure.key not in {each.key for each in catalogue.choices(other)}
    mandat = signed_mandat(andrei, structure, leila, own_procedure.key)
    local_procedures.retire_procedure(own_procedure, by=leila, at=AT)
    assert own_procedure.key not in {each.key for each in catalogue.choices(structure)}
    assert permissions.allows(andrei, structure, own_procedure.key, AT).mandat == mandat, (
        "what was signed stays"
    )
    with pytest.raises(Refused, match="famille"):
        local_procedures.add_procedure(
            label="Sans famille", structure=structure, **(procedure_fields | {"family": ""})
        )
    assert LocalProcedure.objects.count() == 3


# ------------------------------------------------------------------------------------------------------ dates


def reachable(person, leila) -> None:
    people.correct(person, {"reach": "email", "reach_value": "andrei@exemple.fr"}, by=leila, at=AT)
    consents.agree(person=person, purpose="write", how="read", by=leila, at=AT)


def reminders() -> list[str]:
    return sorted(Message.objects.values_list("key", flat=True))


def reminder_keys(mandat, *days: int) -> list[str]:
    """Return the keys of what leaves those days before its end: to the helper, then to the person."""
    over = datetime(2027, 5, 8, 22, tzinfo=UTC).timestamp()
    return sorted(
        key
        for n in days
        for key in (f"mandat-{mandat.pk}-rappel-{n}-aidant", f"rappel-mandat-{mandat.pk}-{n}-{over:.0f}-0")
    )


@pytest.mark.usefixtures("leaves")
def test_both_are_reminded_once_of_each_date_and_never_after_the_end(andrei, leila, structure):
    reachable(andrei, leila)
    mandat = signed_mandat(andrei, structure, leila)
    end = datetime(2027, 5, 8, 9, tzinfo=UTC)
    deadlines.run_deadlines(at=end - 31 * DAY)
    assert reminders() == []
    for days in (30, 29, 7, 6, 0, -1):
        deadlines.run_deadlines(at=end - days * DAY)
    assert reminders() == reminder_keys(mandat, 30, 7)
    to_him = Message.objects.get(key=reminder_keys(mandat, 30)[1])
    assert (to_him.to, to_him.language, to_him.purpose) == ("andrei@exemple.fr", "ro", "reminder")
    assert "Andrei" not in Message.objects.get(key=reminder_keys(mandat, 30)[0]).text
    assert all(each.never_after == datetime(2027, 5, 8, 22, tzinfo=UTC) for each in Message.objects.all())


@pytest.mark.usefixtures("leaves")
def test_late_deadlines_say_the_nearer_date_alone(andrei, leila, structure):
    reachable(andrei, leila)
    mandat = signed_mandat(andrei, structure, leila)
    deadlines.run_deadlines(at=datetime(2027, 5, 7, 9, tzinfo=UTC))
    deadlines.run_deadlines(at=datetime(2027, 5, 8, 9, tzinfo=UTC))
    assert reminders() == reminder_keys(mandat, 7)


def test_nobody_is_reminded_of_what_is_short_stopped_renewed_or_invented(andrei, leila, structure):
    reachable(andrei, leila)
    near = AT + 160 * DAY
    signed_mandat(andrei, structure, leila, duration="month", token="court")
    stopped = signed_mandat(andrei, structure, leila, "impots", token="arrete")
    stopping.withdraw(stopped, by=leila, at=AT)
    signed_mandat(andrei, structure, leila, "rsa", token="remplace")
    renewed = signed_mandat(andrei, structure, leila, "rsa", at=near - DAY, token="suivant")
    people.correct(andrei, {"reach": "none"}, by=leila, at=AT)
    deadlines.run_deadlines(at=near)
    assert reminders() == []
    Mandat.objects.filter(pk=renewed.pk).update(withdrawn_at=near)
    Mandat.objects.update(reminded=[], example=True)
    deadlines.run_deadlines(at=near)
    assert reminders() == []


def test_somebody_who_did_not_agree_is_not_written_to(andrei, leila, structure):
    people.correct(andrei, {"reach": "email", "reach_value": "andrei@exemple.fr"}, by=leila, at=AT)
    mandat = signed_mandat(andrei, structure, leila)
    deadlines.run_deadlines(at=datetime(2027, 4, 20, 9, tzinfo=UTC))
    assert reminders() == [f"mandat-{mandat.pk}-rappel-30-aidant"]


def test_who_helps_there_no_more_is_not_reminded(andrei, leila, structure):
    signed_mandat(andrei, structure, leila)
    Membership.objects.filter(user=leila).delete()
    deadlines.run_deadlines(at=datetime(2027, 4, 20, 9, tzinfo=UTC))
    assert reminders() == []


def test_stopping_takes_back_the_reminders_that_wait(andrei, leila, structure):
    reachable(andrei, leila)
    mandat = signed_mandat(andrei, structure, leila)
    deadlines.run_deadlines(at=datetime(2027, 4, 20, 9, tzinfo=UTC))
    stopping.withdraw(mandat, by=None, at=datetime(2027, 4, 20, 10, tzinfo=UTC))
    assert set(Message.objects.values_list("state", flat=True)) == {"cancelled"}


def test_nobody_is_reminded_of_a_mandate_of_a_month(andrei, leila, structure):
    reachable(andrei, leila)
    signed_mandat(andrei, structure, leila, duration="month")
    assert deadlines.run_deadlines(at=AT + 25 * DAY)["mandats_rappeles"] == 0


# ----------------------------------------------------------------------------------------- erased, given back


def test_erasing_a_person_strips_their_mandates_and_the_journal_still_verifies(andrei, leila, structure):
    reachable(andrei, leila)
    mandat = signed_mandat(andrei, structure, leila)
    Mandat.objects.update(witness="Mme Roche, voisine", relative="Son fils")
    drafted(andrei, structure, leila, "impots")
    forgetting.forget(andrei, by=leila, at=AT + DAY)
    (row,) = Mandat.objects.all()
    assert (row.pk, row.words, row.secret, row.witness, row.relative) == (mandat.pk, "", "", "", "")
    assert row.language == "fr"
    assert (row.withdrawn_at, row.stripped_at) == (AT + DAY, AT + DAY)
    assert not Signature.objects.exists()
    assert row.authorisations.count() == 2, "what was permitted still counts, without anybody"
    assert journal.broken()[1] is None


def test_a_copy_holds_every_field_of_their_mandates(andrei, leila, structure):
    mandat = signed_mandat(andrei, structure, leila)
    stopping.revoke(mandat.authorisations.first(), by=None, at=AT)
    (mandat_copy,) = copies.of_person(andrei)["mandats"]
    assert mandat_copy["mots_lus"] == mandat.words
    assert mandat_copy["signature"] == STROKES
    assert mandat_copy["demarches"] == [
        "Prime d’activité (retirée le 2026-11-09)",
        "Actualisation de chaque mois",
    ]
    assert (mandat_copy["du"], mandat_copy["au"], mandat_copy["donne_a"]) == (
        "2026-11-09",
        "2027-05-08",
        structure.name,
    )
    trace_texts = [trace["quoi"] for trace in copies.of_person(andrei)["qui_a_vu"]]
    assert "a fait signer un mandat" in trace_texts


def test_whoever_helps_as_a_volunteer_does_not_answer_for_themselves(andrei, leila, structure):
    with pytest.raises(Refused, match="répond"):
        drafted(andrei, structure, leila, helper=Helper(kind=frame.VOLUNTEER, supervisor=leila))


COPIED = {
    "structure": "donne_a",
    "by": "prepare_par",
    "helper": "aidant",
    "relative": "proche",
    "supervisor": "sous_la_responsabilite_de",
    "code": "code",
    "duration": "au",
    "starts_on": "du",
    "ends_on": "au",
    "emergency": "urgence",
    "regularise_before": "a_regulariser_avant_le",
    "regularised_at": "regularise_le",
    "renews": "suit_le_mandat",
    "whole_structure": "tous_les_aidants_de_la_structure",
    "photograph_before": "photographie_avant_le",
    "language": "langue",
    "made_at": "prepare_le",
    "how": "comment",
    "witness": "temoin",
    "words": "mots_lus",
    "digest": "empreinte",
    "signed_at": "signe_le",
    "signed_with": "signe_avec",
    "withdrawn_at": "arrete_le",
    "withdrawn_with": "arret_note_par",
    "withdrawn_how": "arrete_comment",
    "reminded": "rappels",
    "example": "personne_inventee",
}
LEFT_OUT = {
    "id": "a number of ours",
    "person": "the person themselves, whose copy it is",
    "token": "what makes a double click one",
    "secret": "the key of our proof: with it, anybody would make another",
    "civil_digest": "part of our proof, of a name that is on their paper",
    "stripped_at": "it has nobody any more",
}


def test_each_field_of_a_mandate_is_copied_or_left_out_for_a_reason(andrei, leila, structure):
    fields = {field.name for field in Mandat._meta.get_fields() if field.concrete}
    assert fields == {*COPIED, *LEFT_OUT}
    first = signed_mandat(andrei, structure, leila, token="un")
    helper = Helper(kind=frame.RELATIVE, relative="Ana", supervisor=leila)
    mandat = drafted(andrei, structure, leila, token="deux", helper=helper, renews=first)
    signing = Signing(how=frame.SPOKEN, witness="Mme Roche", read_digest=terms_digest(mandat))
    mandat_signing.sign(mandat, signing, by=leila, at=AT)
    stopping.withdraw(mandat, by=leila, at=AT)
    Mandat.objects.filter(pk=mandat.pk).update(
        regularise_before=AT, regularised_at=AT, photograph_before=AT, reminded=[30]
    )
    mandat_copy = next(each for each in copies.of_person(andrei)["mandats"] if each["proche"])
    assert [name for name in COPIED.values() if mandat_copy[name] in ("", None, [])] == []


def test_a_backup_brings_back_a_mandate_with_its_paper_and_its_proof(
    andrei, leila, structure, home, tmp_path
):
    mandat = drafted(andrei, structure, leila)
    mandat_signing.sign(mandat, Signing(how=frame.PAPER, photograph=bytes(range(256))), by=leila, at=AT)
    backup_path = tmp_path / "sauvegarde.zip"
    backup.save(backup_path)
    forgetting.forget(andrei, by=leila, at=AT)
    backup.restore(backup_path)
    restored_mandat = Mandat.objects.get(pk=mandat.pk)
    assert bytes(Signature.objects.get().photograph) == bytes(range(256))
    assert proofs.agrees_with_proof(restored_mandat)
    assert permissions.allows(andrei, structure, "prime-activite", AT).allowed
