"""Importing places: whole or not at all, repeatable, undone whole; what a structure confirmed is never
overwritten.
"""

import json
from datetime import UTC, datetime

import pytest

from maillage.apps.directory.intake.actions import duplicates, importing
from maillage.apps.directory.outreach.actions import devices
from maillage.apps.directory.outreach.models import Loan
from maillage.apps.directory.places import rules
from maillage.apps.directory.places.actions import sheets
from maillage.apps.directory.places.models import Change, Import, Lieu, Pair, Proposal, Structure
from maillage.apps.directory.places.queries.search import Wanted, search
from maillage.kernel.errors import Refused
from maillage.sources.offer import files
from maillage.sources.offer.forms import read as forms

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATER = datetime(2026, 12, 20, 12, tzinfo=UTC)
ROW = {
    "id": "a1",
    "pivot": "21380185500015",
    "nom": "Bibliothèque Barnave",
    "commune": "Grenoble",
    "code_postal": "38000",
    "adresse": "1 place Grenette",
    "latitude": 45.1916,
    "longitude": 5.7278,
    "telephone": "04 76 00 11 22",
    "services": "Accès internet et matériel informatique",
    "frais_a_charge": "Gratuit",
    "date_maj": "2026-01-10",
}
OTHER = {**ROW, "id": "a2", "nom": "Maison des habitants Chorier-Berriat", "adresse": "10 rue Henri Le Chatelier", "latitude": 45.187, "longitude": 5.706,
         "telephone": "04 76 21 29 09"}  # fmt: skip


def take(*rows, source="Réseau", at=AT, **more) -> Import:
    sheet = forms.parse(json.dumps(rows).encode(), "lieux.json")
    result = files.places(sheet, today=at.date(), source=source)
    return importing.take_in(result, source=source, digest="0" * 64, by=None, at=at, **more)


def test_the_same_file_twice_changes_nothing():
    first = take(ROW, OTHER)
    assert (first.counts["crees"], first.counts["refuses"]) == (2, 0)
    before = list(Lieu.objects.order_by("pk").values())
    again = take(ROW, OTHER, at=LATER)
    assert (again.counts["crees"], again.counts["modifies"], again.counts["inchanges"]) == (0, 0, 2)
    assert list(Lieu.objects.order_by("pk").values()) == before
    assert Change.objects.count() == 2


STRUCTURES = """id,source,nom,date_maj,adresse,code_postal,commune,code_insee,latitude,longitude,telephone,horaires_accueil,lien_source
r--s1,r,Emmaüs Connect Bordeaux,2024-05-01,12 rue de la Boétie,33300,Bordeaux,33063,44.861,-0.556,0556000000,Mo-Th 09:30-12:30,
r--s2,r,Cyber-base,2024-05-01,3 rue Neuve,33300,Bordeaux,33063,44.862,-0.557,,,
"""
SERVICES = """id,source,structure_id,nom,description,type,thematiques,frais,commune,code_postal,code_insee,adresse,latitude,longitude,telephone,horaires_accueil,date_maj,zone_eligibilite
r--v1,r,r--s1,Ateliers tablette,Six séances,atelier,"[""numerique--maitriser-les-fondamentaux-du-numerique""]",payant,Bordeaux,33300,33063,12 rue de la Boétie,44.861,-0.556,0556000001,We 14:00-17:00,2024-05-02,
"""


def take_file(text, name, *, at=AT) -> Import:
    result = files.places(forms.parse(text.encode(), name), today=at.date(), source="Réseau")
    return importing.take_in(result, source="Réseau", digest="0" * 64, by=None, at=at)


def test_separate_services_complete_their_structures_and_replace_nothing():
    take_file(STRUCTURES, "structures.csv")
    row = take_file(SERVICES, "services.csv", at=LATER)
    assert (row.counts["crees"], row.counts["modifies"], row.counts["absents"]) == (0, 1, 0)
    lieu = Lieu.objects.get(identifier="r--s1")
    assert (lieu.name, lieu.structure.name) == ("Emmaüs Connect Bordeaux", "Emmaüs Connect Bordeaux")
    assert (lieu.sheet["telephone"], lieu.sheet["horaires"]["osm"]) == (["+33556000000"], "Mo-Th 09:30-12:30")
    assert (lieu.sheet["services"], lieu.sheet["frais_a_charge"]) == (["everyday"], ["paid"])
    again = take_file(SERVICES, "services.csv", at=LATER)
    assert (again.counts["modifies"], again.counts["inchanges"]) == (0, 1)


def test_counts_add_up():
    row = take(ROW, OTHER, {"nom": "", "commune": "Grenoble"}, {"nom": "Nulle part"})
    counts = row.counts
    assert (
        counts["lus"] == counts["crees"] + counts["modifies"] + counts["inchanges"] + counts["refuses"] == 4
    )
    assert counts["refuses"] == 2


def test_a_new_version_updates_and_marks_what_disappeared():
    take(ROW, OTHER)
    row = take({**ROW, "telephone": "04 76 00 11 33"}, at=LATER)
    assert (row.counts["modifies"], row.counts["absents"]) == (1, 1)
    lieu = Lieu.objects.get(identifier="a1")
    assert lieu.sheet["telephone"] == ["+33476001133"]
    missing_lieu = Lieu.objects.get(identifier="a2")
    assert missing_lieu.missing_since == row
    assert missing_lieu.state == rules.PUBLISHED, "only a person decides that a place closed"
    back = take(ROW, OTHER, at=LATER)
    assert back.counts["modifies"] == 1
    assert Lieu.objects.get(identifier="a2").missing_since is None


def test_confirmed_value_prevails_and_both_values_are_displayed():
    take(ROW)
    lieu = Lieu.objects.get()
    sheets.edit(lieu, {"telephone": ["+33476009999"]}, by="la structure", at=AT)
    row = take({**ROW, "telephone": "04 76 00 11 33"}, at=LATER)
    assert row.counts["contestes"] == 1
    lieu.refresh_from_db()
    assert lieu.sheet["telephone"] == ["+33476009999"]
    proposal = Proposal.objects.get()
    assert (proposal.field, proposal.value, proposal.by) == ("telephone", ["+33476001133"], "Réseau")
    take({**ROW, "telephone": "04 76 00 11 33"}, at=LATER)
    assert Proposal.objects.count() == 1, "the same value is proposed once"


def test_a_word_that_the_file_drops_leaves_unless_somebody_confirmed_it_and_an_empty_cell_erases_nothing():
    take({**ROW, "prise_en_charge_specifique": ["motor"]})
    lieu = Lieu.objects.get()
    without = {k: v for k, v in ROW.items() if k not in ("telephone", "frais_a_charge")}
    lieu.origins = {**lieu.origins, "frais_a_charge": {"source": "Réseau", "confirmed_on": "2026-02-01"}}
    lieu.save()
    take(without, at=LATER)
    lieu.refresh_from_db()
    assert lieu.sheet["telephone"] == ["+33476001122"], "an empty cell says nothing"
    assert "prise_en_charge_specifique" not in lieu.sheet, "a list is all in the file"
    assert lieu.sheet["frais_a_charge"] == ["free"]


def test_an_import_is_undone_whole():
    take(ROW)
    before = Lieu.objects.get().sheet
    row = take({**ROW, "nom": "Autre nom"}, OTHER, at=LATER)
    counts = importing.take_back(row, by="coordination", at=LATER)
    assert (counts["removed"], counts["restored"], counts["kept"]) == (1, 1, 0)
    assert Lieu.objects.get().sheet == before
    assert search(Wanted(text="autre nom")).total == 0
    assert search(Wanted(text="barnave")).total == 1
    with pytest.raises(Refused, match="n’a pas été défait"):
        importing.take_back(row, by="coordination", at=LATER)


def test_undoing_an_import_keeps_what_changed_since():
    row = take(ROW, OTHER)
    sheets.confirm(Lieu.objects.get(identifier="a1"), by="la structure", at=LATER)
    counts = importing.take_back(row, by="coordination", at=LATER)
    assert (counts["removed"], counts["kept"]) == (1, 1)
    assert Lieu.objects.get().identifier == "a1"


def test_undoing_an_import_takes_nothing_that_was_built_on_its_places(client, coordinator):
    """Un import défait effaçait les appareils, les prêts et les collectes de ses lieux ; un lieu auquel un autre a été réuni
    arrêtait tout.
    """
    row = take(ROW, OTHER, {**OTHER, "id": "a3", "nom": "Mairie annexe Sud", "adresse": "2 rue Ampère"})
    first, lends, unused = Lieu.objects.order_by("identifier")
    take({**ROW, "id": "b1"}, source="Autre")
    duplicates.merge(Pair.objects.get(first=first), {}, by="coordination", at=AT)
    device = devices.enter(lends, label="Portable 1", by=coordinator, at=AT)
    devices.lend(device, to="Ana", until=AT.date(), by=coordinator, at=AT)
    client.force_login(coordinator)
    address = f"/espace/annuaire/imports/{row.pk}/defaire/"
    page_text = " ".join(client.get(address).content.decode().split())
    assert "<strong>1</strong> fiche créée par lui sera retirée" in page_text
    assert "<strong>2</strong> fiches seront gardées" in page_text
    assert client.post(address).status_code == 302
    assert Loan.objects.get().device.lieu == lends
    assert set(Lieu.objects.filter(source=row.source)) == {first, lends}
    assert not Lieu.objects.filter(pk=unused.pk).exists()


def test_one_structure_may_carry_several_places():
    take(ROW, OTHER)
    assert Structure.objects.count() == 1
    assert Structure.objects.get().lieux.count() == 2


def test_an_unknown_pivot_is_never_a_key():
    take({**ROW, "pivot": "00000000000000"}, {**OTHER, "pivot": "00000000000000"})
    assert Structure.objects.count() == 2
    assert Pair.objects.count() == 0


def test_an_import_that_fails_leaves_nothing(monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("le courant est coupé")

    monkeypatch.setattr(duplicates, "propose", broken)
    with pytest.raises(RuntimeError):
        take(ROW, OTHER)
    assert not Lieu.objects.exists()
    assert not Import.objects.exists()
    assert search(Wanted(text="barnave")).total == 0


TWIN = {
    **ROW,
    "id": "b7",
    "nom": "BIBLIOTHEQUE BARNAVE",
    "frais_a_charge": "Payant",
    "site_web": "https://exemple.fr",
}


def test_two_sources_of_one_place_are_proposed_merged_and_taken_apart_exactly():
    take(ROW)
    row = take(TWIN, source="Autre réseau")
    assert row.counts["doublons_proposes"] == 1
    pair = Pair.objects.get()
    assert any("nom" in reason for reason in pair.reasons)
    rows_before = list(Lieu.objects.order_by("pk").values())
    surviving_lieu = duplicates.merge(pair, {"frais_a_charge": "second"}, by="coordination", at=LATER)
    assert surviving_lieu.sheet["frais_a_charge"] == ["paid"]
    assert surviving_lieu.sheet["site_web"] == ["https://exemple.fr"]
    assert search(Wanted(text="barnave")).total == 1
    merged_lieu = Lieu.objects.get(identifier="b7")
    assert (merged_lieu.state, merged_lieu.merged_into) == (rules.MERGED, surviving_lieu)
    duplicates.unmerge(pair, by="coordination", at=LATER)
    assert list(Lieu.objects.order_by("pk").values()) == rows_before
    assert search(Wanted(text="barnave")).total == 2
    assert Pair.objects.get().state == rules.OPEN


def test_a_pair_that_somebody_declined_is_not_proposed_again():
    take(ROW)
    take(TWIN, source="Autre réseau")
    duplicates.answer(Pair.objects.get(), rules.DECLINED, by="coordination", at=AT)
    row = take({**TWIN, "adresse": "1 place Grenette, rez-de-chaussée"}, source="Autre réseau", at=LATER)
    assert row.counts["doublons_proposes"] == 0
    assert Pair.objects.get().state == rules.DECLINED


def merged(choices: dict[str, str]) -> Pair:
    take(ROW)
    take(TWIN, source="Autre réseau")
    pair = Pair.objects.get()
    duplicates.merge(pair, choices, by="coordination", at=LATER)
    return pair


def test_a_merge_that_changed_since_is_taken_apart_and_what_people_wrote_stays():
    pair = merged({"frais_a_charge": "second"})
    surviving_lieu = Lieu.objects.get(identifier="a1")
    sheets.edit(surviving_lieu, {"telephone": ["+33476009999"]}, by="la structure", at=LATER)
    take({**ROW, "telephone": "04 76 00 11 22", "code_postal": "38100"}, at=LATER)  # its own source
    take({**TWIN, "site_web": "https://neuf.exemple.fr"}, source="Autre réseau", at=LATER)
    effect = duplicates.split_preview(pair)
    assert not effect.survivor.exact
    assert Lieu.objects.get(identifier="b7").state == rules.MERGED, "telling changes nothing"
    duplicates.unmerge(pair, by="coordination", at=LATER)
    sheet_after, separated_lieu = Lieu.objects.get(identifier="a1").sheet, Lieu.objects.get(identifier="b7")
    assert sheet_after["telephone"] == ["+33476009999"], "a person wrote it"
    assert sheet_after["code_postal"] == "38100", "its own source gave it"
    assert sheet_after["frais_a_charge"] == ["free"]
    assert "site_web" not in sheet_after, "it came from the other"
    assert separated_lieu.state == rules.PUBLISHED
    assert separated_lieu.sheet["site_web"] == ["https://neuf.exemple.fr"]
    assert not Proposal.objects.filter(field="site_web").exists(), "the sheet it is for holds it"
    assert Pair.objects.get().state == rules.OPEN


def test_source_value_of_a_merged_place_is_proposed_on_the_survivor():
    merged({})
    row = take({**TWIN, "site_web": "https://neuf.exemple.fr"}, source="Autre réseau", at=LATER)
    assert (row.counts["modifies"], row.counts["inchanges"], row.counts["contestes"]) == (0, 1, 1)
    proposal = Proposal.objects.get()
    assert (proposal.lieu.identifier, proposal.field) == ("a1", "site_web")
    assert proposal.value == ["https://neuf.exemple.fr"]
    again = take({**TWIN, "site_web": "https://neuf.exemple.fr"}, source="Autre réseau", at=LATER)
    assert (again.counts["contestes"], Proposal.objects.count()) == (0, 1)


def test_value_of_a_merged_place_moves_to_the_survivor_and_is_undone_with_its_import():
    merged({})
    sheet_before = Lieu.objects.get(identifier="a1").sheet
    row = take({**TWIN, "courriels": "contact@exemple.fr"}, source="Autre réseau", at=LATER)
    assert row.counts["modifies"] == 1
    assert Lieu.objects.get(identifier="a1").sheet["courriels"] == ["contact@exemple.fr"]
    importing.take_back(row, by="coordination", at=LATER)
    assert Lieu.objects.get(identifier="a1").sheet == sheet_before


def test_a_value_that_its_own_source_renewed_is_taken_back_renewed():
    pair = merged({"frais_a_charge": "second"})
    row = take({**ROW, "frais_a_charge": "Gratuit sous condition"}, at=LATER)
    assert row.counts["contestes"] == 1
    duplicates.unmerge(pair, by="coordination", at=LATER)
    assert Lieu.objects.get(identifier="a1").sheet["frais_a_charge"] == ["conditional"]
    assert not Proposal.objects.exists()


def test_a_merge_within_a_merge_is_taken_apart_first():
    pair = merged({})
    take({**ROW, "id": "c3"}, source="Troisième")
    other = Pair.objects.filter(first__identifier="a1", state=rules.OPEN).get()
    Pair.objects.filter(pk=other.pk).update(first=other.second, second=other.first)
    duplicates.merge(Pair.objects.get(pk=other.pk), {}, by="coordination", at=LATER)
    with pytest.raises(Refused, match="réunie à une autre"):
        duplicates.unmerge(pair, by="coordination", at=LATER)
    take({**TWIN, "courriels": "contact@exemple.fr"}, source="Autre réseau", at=LATER)
    assert Lieu.objects.get(identifier="c3").sheet["courriels"] == ["contact@exemple.fr"], (
        "through both merges"
    )


def unnamed(row: dict) -> dict:
    return {name: value for name, value in row.items() if name not in ("id", "pivot", "date_maj")}


def test_place_corrected_by_its_source_is_proposed_once():
    take(unnamed(ROW), unnamed(OTHER))
    moved = {
        **unnamed(ROW),
        "adresse": "12 rue Ampère",
        "latitude": 45.18,
        "longitude": 5.70,
        "telephone": "04 76 99 88 77",
    }
    row = take(moved, unnamed(OTHER), at=LATER)
    assert (row.counts["crees"], row.counts["absents"]) == (1, 1)
    assert (row.counts["doublons_proposes"], row.counts["a_confirmer"]) == (1, 1)
    pair = Pair.objects.get()
    assert pair.first.missing_since == row, "the place already known is the one that is kept"
    assert not pair.sure
    assert any("n’est plus dans le fichier" in reason for reason in pair.reasons)
    assert duplicates.suggested(pair.first, pair.second)["adresse"] == "second", "what the source gives now"
    rows_before = list(Lieu.objects.order_by("pk").values())
    surviving_lieu = duplicates.merge(pair, {}, by="coordination", at=LATER)
    assert (surviving_lieu.sheet["adresse"], surviving_lieu.missing_since) == ("12 rue Ampère", None)
    again = take({**moved, "telephone": "04 76 99 88 66"}, unnamed(OTHER), at=LATER)
    assert (again.counts["crees"], again.counts["absents"], again.counts["modifies"]) == (0, 0, 1)
    assert Lieu.objects.get(pk=surviving_lieu.pk).sheet["telephone"] == ["+33476998866"], (
        "it follows its source"
    )
    importing.take_back(again, by="coordination", at=LATER)
    duplicates.unmerge(pair, by="coordination", at=LATER)
    assert list(Lieu.objects.order_by("pk").values()) == rows_before


def test_a_new_place_of_another_name_or_commune_is_no_correction():
    take(unnamed(ROW))
    new = {**unnamed(OTHER), "nom": "Café des Halles"}
    elsewhere = {
        **unnamed(ROW),
        "commune": "Échirolles",
        "code_postal": "38130",
        "adresse": "5 rue Neuve",
        "telephone": "",
    }
    far = {name: value for name, value in elsewhere.items() if name not in ("latitude", "longitude")}
    row = take(new, far, at=LATER)
    assert (row.counts["absents"], row.counts["a_confirmer"]) == (1, 0)


def test_a_place_put_aside_says_why_and_leaves_the_search():
    take(ROW)
    lieu = Lieu.objects.get()
    with pytest.raises(Refused, match="n’a pas été retiré"):
        sheets.set_state(lieu, rules.EXCLUDED, by="coordination", at=AT, reason=" ")
    sheets.set_state(lieu, rules.EXCLUDED, by="coordination", at=AT, reason="activité trop irrégulière")
    assert search(Wanted(text="barnave")).total == 0
    sheets.undo(lieu.changes.first(), by="coordination", at=LATER)
    assert search(Wanted(text="barnave")).total == 1


def test_what_a_person_chose_in_a_merge_stays_when_the_file_comes_back():
    take(ROW)
    take(TWIN, source="Autre réseau")
    pair = Pair.objects.get()
    surviving_lieu = duplicates.merge(pair, {"frais_a_charge": "second"}, by="coordination", at=LATER)
    rows_before = list(Lieu.objects.order_by("pk").values())
    again = take(ROW, at=LATER)
    assert (again.counts["modifies"], again.counts["inchanges"], again.counts["contestes"]) == (0, 1, 0)
    assert list(Lieu.objects.order_by("pk").values()) == rows_before
    assert Lieu.objects.get(pk=surviving_lieu.pk).sheet["frais_a_charge"] == ["paid"]
    duplicates.unmerge(pair, by="coordination", at=LATER)
    assert Lieu.objects.get(pk=surviving_lieu.pk).sheet["frais_a_charge"] == ["free"]


def test_undoing_an_import_marks_again_what_it_had_found():
    take(ROW, OTHER)
    partial = take(ROW, at=LATER)
    back = take(ROW, OTHER, at=LATER)
    assert Lieu.objects.get(identifier="a2").missing_since is None
    importing.take_back(back, by="coordination", at=LATER)
    assert Lieu.objects.get(identifier="a2").missing_since == partial


def test_an_import_without_a_source_is_refused():
    with pytest.raises(Refused, match="la source n’a pas de nom"):
        take(ROW, source=" ")
    assert not Lieu.objects.exists()


def test_no_is_not_unknown():
    columns = {"wifi": "non", "imprimante": "non"}
    take(
        {"nom": "Mairie", "commune": "Grenoble", **columns},
        {"nom": "École", "commune": "Grenoble", "wifi": "oui"},
    )
    sheet_by_name = {lieu.name: lieu.sheet for lieu in Lieu.objects.all()}
    assert "wifi" in sheet_by_name["Mairie"]["sans"]
    assert "practices" not in sheet_by_name["Mairie"]
    assert sheet_by_name["École"]["practices"]["wifi"]["state"] == "offered"


def test_correcting_a_field_leaves_the_rest_unconfirmed():
    take(ROW)
    lieu = Lieu.objects.get()
    sheets.edit(lieu, {"notes": "rappeler en mars"}, by="coordination", at=LATER)
    lieu.refresh_from_db()
    assert lieu.confirmed_on is None
    assert "confirmed_on" not in lieu.origins["telephone"]
