"""The structure that carries a place: no file and no field takes it from its team; shared data is hidden,
never erased, and comes back.
"""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.core import serializers
from django.core.files.uploadedfile import SimpleUploadedFile

from maillage.apps.directory.intake.actions import custody as handovers
from maillage.apps.directory.intake.actions import duplicates, proposals, quick_actions
from maillage.apps.directory.memberships import access as memberships
from maillage.apps.directory.places import rules
from maillage.apps.directory.places.actions import links, sheets
from maillage.apps.directory.places.models import Change, Import, Lieu, Pair, Proposal, Source, Structure
from maillage.apps.people.persons.actions import consents
from maillage.apps.people.persons.actions import register as people
from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.messages.models import Message
from maillage.apps.referrals.orientations.actions import agreements, answers, deadlines, sending
from maillage.apps.referrals.orientations.models import Orientation
from maillage.kernel.errors import Refused
from tests.conftest import account
from tests.support.places import place
from tests.support.referrals import prepare

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]

PARIS = ZoneInfo("Europe/Paris")
AT = datetime(2026, 11, 20, 10, tzinfo=PARIS)
HELPS = {"practices": {"assistance": {"state": "offered"}}}
PIMMS = {
    "nom": "Pimms Médiation Grenoble",
    "adresse": "33 rue Ampère",
    "courriels": ["accueil@pimms.example"],
    **HELPS,
}
SIRET, OTHER = "21380185500015", "26380185400013"  # of the city, and of somebody else
NAMES = ("Aurélie", "Fatou", "Denis", "Youssef", "Joseph", "Salima")
SHARED = ["nickname", "language", "procedure", "availability", "note"]
SHEETS = "/espace/annuaire/lieux/"


@pytest.fixture
def ccas(db) -> Lieu:
    return place("ccas", {"nom": "CCAS", "pivot": OTHER, **HELPS})


@pytest.fixture
def pimms(db) -> Lieu:
    Source.objects.get_or_create(name="Hinaura")
    stored_lieu = place("pimms", PIMMS)
    stored_lieu.source = Source.objects.get(name="Hinaura")
    stored_lieu.origins = {name: {"source": "Hinaura", "on": "2026-01-10"} for name in stored_lieu.sheet}
    stored_lieu.save()
    return stored_lieu


@pytest.fixture
def manager(pimms):
    return account("nora", "gestionnaire", structure=pimms.structure)


@pytest.fixture
def aidant(pimms):
    return account("karim", "aidant", structure=pimms.structure)


@pytest.fixture
def sender(ccas):
    return account("sofia", "prescripteur", structure=ccas.structure)


@pytest.fixture
def six(ccas, pimms, aidant, manager, sender) -> list[Orientation]:
    """Six persons on their way to the place, each with what they agreed to share with its team."""
    return [_sent(ccas, pimms, sender, name) for name in NAMES]


def _sent(ccas: Lieu, lieu: Lieu, sender, name: str) -> Orientation:
    person = people.welcome(by=sender, structure=ccas.structure, at=AT, nickname=name, reach="none")
    consents.agree(person=person, purpose="share", structure=lieu.structure, how="read", by=sender, at=AT)
    referral_fields = {
        "need": "assistance",
        "procedure": "argent",
        "availability": "le mardi",
        "note": f"{name} lit peu",
    }
    row = prepare(
        structure=ccas.structure,
        person=person,
        lieu=lieu,
        shared=SHARED,
        language="ro",
        **referral_fields,
        by=sender,
        at=AT,
    )
    return sending.send(row, by=sender, at=AT)


def csv_of(*rows: tuple[Lieu, str]) -> str:
    """Return a file of the source that says of each place what its sheet says, and its SIRET."""
    head = "id,nom,adresse,code_postal,commune,code_insee,latitude,longitude,pivot\n"
    place_rows = [
        [lieu.identifier, *(str(lieu.sheet[name]) for name in head.strip().split(",")[1:-1]), pivot]
        for lieu, pivot in rows
    ]
    return head + "".join(",".join(row) + "\n" for row in place_rows)


def checked(client, text: str) -> str:
    """Drop a file as somebody does, have it checked, and return the address of what it would do."""
    file = SimpleUploadedFile("hinaura.csv", text.encode())
    dropped = client.post(
        "/espace/annuaire/importer/", {"source": "Hinaura", "nouvelle": "", "licence": "", "fichier": file}
    )
    client.post(dropped["Location"], {"geste": "verifier"})
    return f"{dropped['Location']}verifier/"


def imported(client, text: str) -> Import:
    address = checked(client, text)
    client.post(address, {"tout": "1"})
    return Import.objects.get(pk=re.search(r"/imports/(\d+)/", client.get(address)["Location"])[1])


def page_text(client, address: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client.get(address, follow=True).content.decode()))


def names_read(client, reader) -> list[str]:
    """Return the first names that a team reads in the list of those sent to it."""
    client.force_login(reader)
    page = page_text(client, "/espace/orientations/")
    return [name for name in NAMES if name in page]


def as_they_were(rows: list[Orientation]) -> bool:
    now = Orientation.objects.in_bulk([row.pk for row in rows])
    return all(
        (now[row.pk].lieu_id, now[row.pk].to_structure_id, now[row.pk].shared, now[row.pk].note)
        == (row.lieu_id, row.to_structure_id, SHARED, row.note)
        for row in rows
    )


# ------------------------------------------------------------------------------------------ one SIRET, a file


def test_a_file_that_brings_a_siret_leaves_the_place_to_its_team(
    client, coordinator, six, pimms, aidant, manager
):
    team, mails = pimms.structure, Message.objects.count()
    client.force_login(coordinator)
    row = imported(client, csv_of((pimms, SIRET)))
    deadlines.run_deadlines(at=AT)
    pimms.refresh_from_db()
    team.refresh_from_db()
    assert (pimms.structure, pimms.sheet["pivot"]) == (team, SIRET), (
        "the place learns its number and keeps its team"
    )
    assert (team.key, team.name) == (f"siren:{SIRET[:9]}", "Pimms Médiation Grenoble")
    assert as_they_were(six) and Message.objects.count() == mails, "nobody is written to"
    assert names_read(client, aidant) == list(NAMES)
    client.force_login(manager)
    assert client.get(f"{SHEETS}pimms/").status_code == 200
    client.force_login(coordinator)
    client.post(f"/espace/annuaire/imports/{row.pk}/defaire/")
    deadlines.run_deadlines(at=AT)
    pimms.refresh_from_db()
    assert (pimms.structure, pimms.sheet.get("pivot")) == (team, None)
    assert not Structure.objects.filter(key=f"siren:{SIRET[:9]}").exists(), (
        "nobody keeps a number that no sheet says"
    )
    assert as_they_were(six) and names_read(client, aidant) == list(NAMES)


@pytest.fixture
def annexe(db) -> Lieu:
    """A place of the same source whose team is another."""
    stored_lieu = place("annexe", {"nom": "Annexe Berriat", "adresse": "2 cours Berriat", **HELPS})
    stored_lieu.source, _ = Source.objects.get_or_create(name="Hinaura")
    stored_lieu.origins = {name: {"source": "Hinaura", "on": "2026-01-10"} for name in stored_lieu.sheet}
    stored_lieu.save()
    account("lea", "gestionnaire", structure=stored_lieu.structure)
    return stored_lieu


@pytest.mark.both_databases
def test_before_an_import_one_reads_how_many_places_would_change_hands(
    client, coordinator, six, pimms, annexe, ccas
):
    client.force_login(coordinator)
    page = page_text(client, checked(client, csv_of((pimms, OTHER), (annexe, OTHER))))
    assert "2 lieux changeraient de structure, 6 orientations en cours." in page
    assert "Ils restent à leur équipe" in page and "Annexe Berriat" in page
    row = imported(client, csv_of((pimms, OTHER), (annexe, OTHER)))
    assert [row.counts[name] for name in ("equipes", "orientations", "structures")] == [2, 6, 0]
    assert "2 lieux gardés par leur équipe" in page_text(client, f"/espace/annuaire/imports/{row.pk}/")
    assert {lieu.structure_id for lieu in (ccas, pimms, annexe)} == {
        lieu.structure_id for lieu in Lieu.objects.filter(pk__in=[ccas.pk, pimms.pk, annexe.pk])
    }
    assert as_they_were(six)


@pytest.mark.both_databases
@pytest.mark.parametrize("order", [1, -1])
def test_first_row_of_a_siret_learns_it_and_the_second_is_proposed(
    client, coordinator, pimms, manager, annexe, order
):
    client.force_login(coordinator)
    imported(client, csv_of(*[(pimms, SIRET), (annexe, SIRET)][::order]))
    teams = {lieu.pk: lieu.structure for lieu in (pimms, annexe)}
    assert {lieu.pk: lieu.structure for lieu in Lieu.objects.filter(pk__in=teams)} == teams
    (proposal,) = Proposal.objects.filter(field=rules.CUSTODY)
    first, second = (pimms, annexe)[::order]
    assert (proposal.lieu, proposal.value["structure"]) == (second, first.structure_id)
    assert Structure.objects.get(key=f"siren:{SIRET[:9]}") == first.structure


@pytest.mark.both_databases
def test_a_new_number_goes_first_to_the_place_that_has_a_team(client, coordinator, pimms, manager, annexe):
    """Whatever the order of the rows: the place that nobody tends joins it, as places of one number always
    did.
    """
    Lieu.objects.filter(pk=annexe.pk).update(
        structure=(alone := Structure.objects.create(key="nom:x:", name="X"))
    )
    client.force_login(coordinator)
    row = imported(client, csv_of((annexe, SIRET), (pimms, SIRET)))
    assert {lieu.structure for lieu in Lieu.objects.filter(pk__in=[pimms.pk, annexe.pk])} == {pimms.structure}
    assert row.counts["structures"] == 1 and not Proposal.objects.exists()
    client.post(f"/espace/annuaire/imports/{row.pk}/defaire/")
    annexe.refresh_from_db()
    assert annexe.structure == alone, "undone, it goes back where it was"


@pytest.mark.both_databases
def test_the_same_file_asks_once_and_never_again_after_a_no(client, coordinator, pimms, manager, ccas):
    client.force_login(coordinator)
    imported(client, csv_of((pimms, OTHER)))
    imported(client, csv_of((pimms, OTHER)))
    (proposal,) = Proposal.objects.filter(field=rules.CUSTODY)
    client.force_login(manager)
    client.post(f"/espace/annuaire/propositions/{proposal.pk}/structure/", {"geste": "garder"})
    client.force_login(coordinator)
    changed = csv_of((pimms, OTHER)).replace("33 rue Ampère", "35 rue Ampère")
    imported(client, changed)
    pimms.refresh_from_db()
    assert pimms.sheet["adresse"] == "35 rue Ampère" and pimms.sheet["pivot"] == OTHER
    assert [each.state for each in Proposal.objects.filter(field=rules.CUSTODY)] == [rules.DECLINED]


@pytest.mark.both_databases
def test_an_import_undone_asks_nothing_any_more(client, coordinator, six, pimms, ccas):
    client.force_login(coordinator)
    row = imported(client, csv_of((pimms, OTHER)))
    assert Proposal.objects.filter(field=rules.CUSTODY, lieu=pimms).exists()
    client.post(f"/espace/annuaire/imports/{row.pk}/defaire/")
    assert not Proposal.objects.exists() and as_they_were(six)
    imported(client, csv_of((pimms, OTHER)))
    assert Proposal.objects.filter(field=rules.CUSTODY, lieu=pimms).count() == 1, (
        "the same file may come again"
    )


def test_a_place_without_team_follows_its_file_as_before(client, coordinator, pimms, ccas):
    client.force_login(coordinator)
    row = imported(client, csv_of((pimms, OTHER)))
    pimms.refresh_from_db()
    assert pimms.structure == ccas.structure and row.counts["structures"] == 1
    client.post(f"/espace/annuaire/imports/{row.pk}/defaire/")
    pimms.refresh_from_db()
    assert pimms.structure.name == "Pimms Médiation Grenoble"


def test_undoing_an_import_says_that_a_place_would_leave_the_team_it_has_since(
    client, coordinator, sender, pimms, ccas
):
    client.force_login(coordinator)
    row = imported(client, csv_of((pimms, OTHER)))
    pimms.refresh_from_db()
    _sent(ccas, pimms, sender, "Fatou")
    page = page_text(client, f"/espace/annuaire/imports/{row.pk}/defaire/")
    assert "1 lieu change de structure, 1 orientation en cours." in page


def test_what_an_undone_import_left_empty_has_no_number(client, coordinator, pimms, manager):
    """A structure that carries nothing and has nobody does not stand between a team and its number."""
    shell = Structure.objects.create(key=f"siren:{SIRET[:9]}", name="Coquille")
    client.force_login(coordinator)
    imported(client, csv_of((pimms, SIRET)))
    team = Structure.objects.get(pk=pimms.structure_id)
    shell.refresh_from_db()
    assert (team.key, shell.key) == (f"siren:{SIRET[:9]}", f"structure:{shell.pk}")
    assert not Proposal.objects.exists()


@pytest.mark.both_databases
def test_an_import_of_a_former_version_is_still_undone(client, coordinator, six, pimms):
    """Its changes do not say who carried the place."""
    client.force_login(coordinator)
    row = imported(client, csv_of((pimms, SIRET)))
    for change in Change.objects.filter(within=row):
        for snapshot in (change.before, change.after):
            snapshot.pop("structure")
        change.save()
    page = page_text(client, f"/espace/annuaire/imports/{row.pk}/defaire/")
    assert "1 fiche sera remise comme avant" in page
    client.post(f"/espace/annuaire/imports/{row.pk}/defaire/")
    pimms.refresh_from_db()
    assert "pivot" not in pimms.sheet and as_they_were(six)


# ----------------------------------------------------------------------------------------- one SIRET, a field


def typed(client, lieu: Lieu, **fields: str):
    """Save a sheet as its form does: all it shows, and what somebody typed."""
    page = client.get(f"{SHEETS}{lieu.slug}/")
    form = page.context["form"]
    data = {name: form[name].initial for name in form.fields if form[name].initial not in (None, False)}
    data |= {f"initial-{name}": value for name, value in data.items()}
    return client.post(f"{SHEETS}{lieu.slug}/", {**data, **fields}, follow=True)


def test_the_siret_of_somebody_else_typed_on_a_sheet_loses_nothing(client, six, pimms, ccas, aidant, manager):
    team = pimms.structure
    client.force_login(manager)
    response = typed(client, pimms, pivot=OTHER)
    assert response.status_code == 200
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))
    assert "Ce lieu reste à votre équipe" in page and "CCAS" in page
    deadlines.run_deadlines(at=AT)
    pimms.refresh_from_db()
    assert pimms.structure == team and as_they_were(six)
    assert names_read(client, aidant) == list(NAMES)


@pytest.mark.both_databases
def test_another_name_of_the_carrier_renames_no_team(client, pimms, aidant, manager):
    client.force_login(manager)
    response = typed(client, pimms, structure_parente="Pimms Médiation Isère")
    pimms.refresh_from_db()
    assert pimms.sheet["structure_parente"] == "Pimms Médiation Isère"
    assert pimms.structure.name == "Pimms Médiation Grenoble"
    assert memberships.roles_of(aidant) == [("Aidant numérique", "Pimms Médiation Grenoble")]
    assert "Le nom de votre équipe ne change pas" in response.content.decode()


def test_a_typo_in_the_number_of_a_team_is_mended_by_its_team(client, pimms, manager):
    client.force_login(manager)
    for number in (SIRET, "38492710900015", ""):
        typed(client, pimms, pivot=number)
        pimms.refresh_from_db()
        key = rules.structure_key(pimms.sheet)[0]
        assert (pimms.structure.key, pimms.structure.name) == (key, "Pimms Médiation Grenoble")
        assert not Proposal.objects.exists()


def test_another_carrier_name_creates_a_proposal(client, pimms, manager, annexe):
    client.force_login(manager)
    other = place("maison", {"nom": "Maison", "structure_parente": "Maison des habitants"})
    typed(client, pimms, structure_parente="Maison des habitants")
    pimms.refresh_from_db()
    (proposal,) = Proposal.objects.all()
    assert proposal.value["structure"] == other.structure_id and pimms.structure != other.structure
    typed(client, pimms, structure_parente="")
    assert not Proposal.objects.exists(), "what was asked leaves with the words that asked it"


@pytest.mark.both_databases
def test_a_structure_is_renamed_by_an_act_of_its_own(client, pimms, aidant, manager, ccas):
    client.force_login(manager)
    address = f"/espace/annuaire/structures/{pimms.structure_id}/renommer/"
    assert "le rôle de 2 personnes" in page_text(client, address)
    assert client.post(address, {"nom": "ccas"}).status_code == 400, "another structure has that name"
    give = f"/espace/annuaire/lieux/{pimms.slug}/confier/"
    assert client.post(give, {"nom": "CCAS", "structure": "²"}).status_code == 200
    before = client.get("/donnees/tableau.csv")
    assert "Pimms Médiation Grenoble" in b"".join(before.streaming_content).decode()
    client.post(address, {"nom": " Pimms Médiation  Isère "})
    after = client.get("/donnees/tableau.csv", headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200, "what is published says the name"
    assert "Pimms Médiation Isère" in b"".join(after.streaming_content).decode()
    assert memberships.roles_of(aidant) == [("Aidant numérique", "Pimms Médiation Isère")]
    client.force_login(aidant)
    assert client.post(address, {"nom": "Autre"}).status_code == 404, "who tends no sheet renames nothing"
    assert client.get(f"/espace/annuaire/structures/{ccas.structure_id}/renommer/").status_code == 404


def test_a_territory_renames_no_structure_that_stands_elsewhere_too(client, pimms):
    client.force_login(account("lea", "coordination", territory="38185"))
    address = f"/espace/annuaire/structures/{pimms.structure_id}/renommer/"
    assert client.get(address).status_code == 200
    away = place("loin", {"nom": "Médiathèque", "code_insee": "59350"})
    Lieu.objects.filter(pk=away.pk).update(structure=pimms.structure)
    assert client.get(address).status_code == 404


# --------------------------------------------------------------------------------------- when somebody agrees


@pytest.fixture
def custody_proposal(client, six, pimms, manager) -> Proposal:
    client.force_login(manager)
    typed(client, pimms, pivot=OTHER)
    return Proposal.objects.get(field=rules.CUSTODY)


def agreed(client, proposal: Proposal, approver) -> None:
    client.force_login(approver)
    client.post(f"/espace/annuaire/propositions/{proposal.pk}/structure/", {"geste": "accepter"})
    deadlines.run_deadlines(at=AT)


@pytest.fixture
def receiving_helper(ccas):
    return account("paul", "aidant", structure=ccas.structure)


@pytest.mark.both_databases
def test_nothing_moves_before_what_changes_is_read(client, custody_proposal, six, pimms, manager):
    client.force_login(manager)
    answered = client.post(f"/espace/annuaire/propositions/{custody_proposal.pk}/", {"geste": "accepter"})
    assert answered["Location"] == f"/espace/annuaire/propositions/{custody_proposal.pk}/structure/"
    page = page_text(client, answered["Location"])
    for words in (
        "passe de Pimms Médiation Grenoble à CCAS",
        "6 orientations en cours",
        "2 personnes de",
        "Rien n’est effacé",
    ):
        assert words in page
    with pytest.raises(Refused):
        proposals.accept(custody_proposal, by="x", at=AT)
    pimms.refresh_from_db()
    assert pimms.structure.name == "Pimms Médiation Grenoble" and as_they_were(six)


@pytest.mark.both_databases
def test_once_agreed_the_other_team_reads_no_name_until_the_person_says_yes(
    client, custody_proposal, six, aidant, receiving_helper, sender, manager
):
    agreed(client, custody_proposal, manager)
    assert Lieu.objects.get(slug="pimms").structure.name == "CCAS"
    assert names_read(client, aidant) == []
    assert names_read(client, receiving_helper) == []
    one = six[0]
    page = page_text(client, f"/espace/orientations/{one.pk}/")
    assert "vous est caché" in page and "Aurélie" not in page and "lit peu" not in page
    client.force_login(sender)
    address = f"/espace/orientations/{one.pk}/"
    assert "Ce qu’elle partage est caché à « CCAS »" in page_text(client, f"{address}?cote=envoi")
    assert "Il manque sa réponse" in client.post(f"{address}partage/", {}, follow=True).content.decode()
    client.post(f"{address}partage/", {"accord": "non"})
    assert names_read(client, receiving_helper) == []
    client.force_login(sender)
    client.post(f"{address}partage/", {"accord": "read"})
    assert names_read(client, receiving_helper) == ["Aurélie"]
    with pytest.raises(Refused):
        agreements.share_again(one, how="read", agrees=True, by=sender, at=AT)


def test_the_personal_link_of_a_team_opens_no_place_that_it_gave_away(
    client, custody_proposal, six, pimms, manager
):
    code = links.make(pimms, by="Nora", at=AT)
    assert client.get(f"/fiche/{code}/").status_code == 200
    client.force_login(manager)
    assert "ne s’ouvre plus" in page_text(
        client, f"/espace/annuaire/propositions/{custody_proposal.pk}/structure/"
    )
    agreed(client, custody_proposal, manager)
    assert client.get(f"/fiche/{code}/").status_code == 404
    pimms.refresh_from_db()
    link_code = links.make(pimms, by="CCAS", at=AT)
    sheets.undo(Change.objects.get(lieu=pimms, verb="custody"), by="Nora", at=AT)
    assert client.get(f"/fiche/{link_code}/").status_code == 404, "nor once it is put back"


@pytest.mark.both_databases
@pytest.mark.parametrize("by", ["manager", "coordinator"])
def test_put_back_everything_comes_back(
    client, custody_proposal, six, aidant, receiving_helper, coordinator, by
):
    agreed(client, custody_proposal, coordinator if by == "coordinator" else User.objects.get(name="Nora"))
    pimms = custody_proposal.lieu
    (change,) = Change.objects.filter(lieu=pimms, verb="custody")
    address = f"/espace/annuaire/changements/{change.pk}/defaire/"
    client.force_login(coordinator)
    read = client.post(address)
    assert "6 orientations en cours" in re.sub(r"<[^>]+>", "", read.content.decode())
    pimms.refresh_from_db()
    assert pimms.structure.name == "CCAS", "nothing moves before it is read"
    client.post(address, {"oui": "1"})
    deadlines.run_deadlines(at=AT)
    assert (
        as_they_were(six)
        and names_read(client, aidant) == list(NAMES)
        and names_read(client, receiving_helper) == []
    )


@pytest.mark.both_databases
def test_what_is_taken_back_while_hidden_stays_erased(
    client, custody_proposal, six, pimms, manager, coordinator, sender, aidant
):
    agreed(client, custody_proposal, manager)
    person = six[0].person
    team = six[0].to_structure
    how = {"purpose": "share", "how": "read", "by": sender, "at": AT, "structure": team}
    agreements.answer(person, agrees=False, **how)
    client.force_login(coordinator)
    (change,) = Change.objects.filter(lieu=pimms, verb="custody")
    client.post(f"/espace/annuaire/changements/{change.pk}/defaire/", {"oui": "1"})
    deadlines.run_deadlines(at=AT)
    assert names_read(client, aidant) == list(NAMES[1:])


@pytest.mark.both_databases
def test_what_a_team_noted_for_itself_is_not_read_by_the_next_one(
    client, custody_proposal, six, aidant, receiving_helper, manager
):
    answers.accept(six[0], by=aidant, at=AT, note="Vient avec sa sœur")
    client.force_login(aidant)
    assert "Vient avec sa sœur" in page_text(client, f"/espace/orientations/{six[0].pk}/")
    agreed(client, custody_proposal, manager)
    client.force_login(receiving_helper)
    assert "Vient avec sa sœur" not in page_text(client, f"/espace/orientations/{six[0].pk}/")


@pytest.mark.both_databases
def test_place_is_transferred_by_hand_only_after_review(client, six, pimms, ccas, coordinator):
    client.force_login(coordinator)
    address = f"{SHEETS}pimms/confier/"
    assert "Aucune structure ne porte ce nom" in page_text(client, f"{address}?nom=Introuvable")
    assert "CCAS" in page_text(client, f"{address}?nom=cca")
    sent = client.post(address, {"nom": "cca", "structure": str(ccas.structure_id)})
    (proposal,) = Proposal.objects.all()
    assert sent["Location"] == f"/espace/annuaire/propositions/{proposal.pk}/structure/"
    assert Lieu.objects.get(pk=pimms.pk).structure == pimms.structure and as_they_were(six)
    with pytest.raises(Refused):
        handovers.propose(pimms, pimms.structure, by="x", at=AT)


def test_a_referral_of_a_former_backup_is_read_as_before(six):
    """It does not say whether it is hidden, nor where it first left."""
    serialized_rows = serializers.serialize("python", [six[0]])
    for name in ("agreed_with", "sent_to"):
        del serialized_rows[0]["fields"][name]
    (row,) = serializers.deserialize("python", serialized_rows)
    row.save()
    assert Orientation.objects.get(pk=six[0].pk).readable == SHARED


# ---------------------------------------------------------------------------------------------- merged places


@pytest.fixture
def twin(db) -> Lieu:
    """The same place, from another source, that nobody tends."""
    source, _ = Source.objects.get_or_create(name="Autre source")
    stored_lieu = place("jumelle", {**PIMMS, "nom": "Pimms Grenoble"})
    stored_lieu.source = source
    stored_lieu.save()
    return stored_lieu


def pair_of(first: Lieu, second: Lieu, **more) -> Pair:
    return Pair.objects.create(first=first, second=second, score=0.9, reasons=[], **more)


@pytest.mark.parametrize("survivor_name", ["pimms", "jumelle"])
def test_places_made_one_stay_with_the_one_team_there_is(client, six, pimms, twin, aidant, survivor_name):
    pair = pair_of(pimms, twin) if survivor_name == "pimms" else pair_of(twin, pimms)
    merged = duplicates.merge(pair, {}, by="x", at=AT)
    deadlines.run_deadlines(at=AT)
    assert merged.structure == pimms.structure
    assert names_read(client, aidant) == list(NAMES)
    duplicates.unmerge(Pair.objects.get(), by="x", at=AT)
    deadlines.run_deadlines(at=AT)
    assert as_they_were(six) and names_read(client, aidant) == list(NAMES)
    twin.refresh_from_db()
    assert twin.structure.name == "Pimms Grenoble"


@pytest.mark.both_databases
def test_a_team_loses_a_place_by_a_merge_only_once_it_was_read(client, six, pimms, twin, aidant, coordinator):
    account("lea", "gestionnaire", structure=twin.structure)
    reader = account("ana", "aidant", structure=twin.structure)
    code = links.make(pimms, by="Nora", at=AT)
    pair = pair_of(twin, pimms, sure=True)
    assert quick_actions.merge_sure([pair], by="x", at=AT) == 0, "it waits for a person"
    client.force_login(coordinator)
    address = f"/espace/annuaire/doublons/{pair.pk}/"
    page = page_text(client, address)
    assert "Chacune a son équipe." in page and "6 orientations en cours" in page
    assert client.post(address, {"geste": "reunir"}).status_code == 400 and as_they_were(six)
    client.post(address, {"geste": "reunir", "equipes": "1"})
    deadlines.run_deadlines(at=AT)
    assert client.get(f"/fiche/{code}/").status_code == 404, "the link of who lost it"
    assert names_read(client, reader) == [] and names_read(client, aidant) == []
    client.force_login(coordinator)
    client.post(f"/espace/annuaire/doublons/{pair.pk}/revoir/")
    deadlines.run_deadlines(at=AT)
    assert as_they_were(six) and names_read(client, aidant) == list(NAMES)
    assert not Orientation.objects.exclude(sent_to=None).exists()


def test_a_former_team_keeps_its_place_when_a_sheet_is_put_back(client, six, pimms, manager, ccas):
    """“Remettre comme avant” on a number: the place and the number of the team come back together."""
    sheets.edit(pimms, {"pivot": SIRET}, by="Nora", at=AT)
    assert Structure.objects.get(pk=pimms.structure_id).key == f"siren:{SIRET[:9]}"
    sheets.undo(Change.objects.filter(lieu=pimms).first(), by="Nora", at=AT)
    pimms.refresh_from_db()
    assert pimms.structure.key == rules.structure_key(pimms.sheet)[0]
    assert as_they_were(six) and not Proposal.objects.exists()
