"""Importing a file from the pages: read as it comes, corrected, checked, written once, taken back."""

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from maillage.apps.directory.intake.actions import duplicates, importing
from maillage.apps.directory.intake.actions import pending as actions
from maillage.apps.directory.intake.forms import chosen, word_name
from maillage.apps.directory.intake.queries import pending as queries
from maillage.apps.directory.places import rules
from maillage.apps.directory.places.actions import sheets
from maillage.apps.directory.places.models import Import, Lieu, Pair, Source
from maillage.apps.directory.places.queries.search import Wanted, search
from maillage.kernel.errors import Refused
from maillage.manage.main import main
from tests.conftest import account
from tests.support.html_forms import forms

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
HEAD = "Nom;Voie;N°;Ville;CP;Tel;Public;Wifi;Divers\n"
LILAS = "Médiathèque des Lilas;rue des Lilas;3;Grenoble;38000;04 76 00 11 22;Séniors, bébés;Oui;clé\n"
MAISON = "Maison de quartier Teisseire;rue Léon Jouhaux;110;Grenoble;38100;476001133;Tout public;Non;\n"
NAMELESS = ";rue sans nom;2;Grenoble;38000;;;;\n"
NOWHERE = "Épicerie solidaire;rue Nulle;7;Trifouillis;;;;;\n"
MOST = HEAD + LILAS + MAISON + NAMELESS + NOWHERE


def file(text: str = MOST, name: str = "réseau local.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())


def dropped(client, text: str = MOST, **fields) -> str:
    """Drop a file as somebody does, and return the address of the page that reads it."""
    response = client.post(
        "/espace/annuaire/importer/",
        {"source": "", "nouvelle": "Réseau local", "licence": "", "fichier": file(text), **fields},
    )
    assert response.status_code == 302, response.content.decode()
    return response["Location"]


def pending_file(address: str) -> queries.PendingFile:
    pending = queries.find(address.rstrip("/").rsplit("/", 1)[1])
    assert pending is not None
    return pending


def key_of(address: str) -> str:
    return address.rstrip("/").rsplit("/", 1)[1]


def imported(client, text: str = MOST, **fields) -> Import:
    address = dropped(client, text, **fields)
    client.post(address, {"geste": "verifier"})
    response = client.post(f"{address}verifier/", {"tout": "1"})
    assert response.status_code == 302
    final = client.get(response["Location"])
    return Import.objects.get(pk=re.search(r"/imports/(\d+)/", final["Location"])[1])


@pytest.fixture
def signed(client, coordinator):
    client.force_login(coordinator)
    return client


def test_the_check_says_who_says_an_offer_and_asks_what_nothing_reads(signed):
    text = Path("tests/files/offre/classes/prestations_numerotees.csv").read_text("utf-8")
    address = dropped(signed, text + "La Grange,8 rue Haute,38170,Seyssinet-Pariset,,,,FOR\n")
    signed.post(address, {"geste": "verifier"})
    actions.work(key_of(address))
    page = " ".join(signed.get(f"{address}verifier/").content.decode().split())
    assert "3 lieux sur 4 ont au moins un service renseigné." in page
    assert "Colonne sans correspondance" in page and "Cette colonne n’est pas importée." in page
    assert "<strong>codes_prestations</strong> : « AUT-FOR-ACC » (1)" in page


def test_the_check_says_what_to_verify_and_which_words_have_no_effect(signed):
    head = "Nom;Commune;Code postal;Services proposés;Tarif\n"
    rows = ("Mairie;Grenoble;38000;Point numérique;Autre", "Café;Grenoble;38000;Médiation numérique;Gratuit")
    address = dropped(signed, head + "\n".join((*rows, "Salle;Grenoble;38000;Accès internet;Gratuit")))
    before = " ".join(signed.get(address).content.decode().split())
    words = next(each for each in queries.columns(pending_file(address), today=AT.date()) if each.words).words
    assert [(each.text, each.status, each.elsewhere) for each in words] == [
        ("Point numérique", "unknown", ()),
        ("Médiation numérique", "guessed", ("practice:assistance:offered",)),
        ("Accès internet", "known", ()),
    ]
    signed.post(address, {"geste": "verifier"})
    actions.work(key_of(address))
    for page in (before, " ".join(signed.get(f"{address}verifier/").content.decode().split())):
        assert "<strong>Services proposés</strong> : hors de la liste : Point numérique (1 lieu)" in page
        assert "compris comme « On vous aide à faire » : Médiation numérique (1 lieu)" in page
        assert "<strong>Tarif</strong> : « Autre » (1 fois)" in page


def test_practice_of_all_places_is_declared_once_and_withdrawn(signed):
    text = Path("tests/files/offre/classes/pays.csv").read_text("utf-8")
    address = dropped(signed, text)
    assert signed.post(address, {"geste": "tous", "tous": ["wifi", "pret"]}).status_code == 302
    pending = queries.find(key_of(address))
    rows = queries.result(pending, today=AT.date(), tell=lambda _: None).accepted
    assert [sorted(row.sheet["practices"]) for row in rows] == [["pret", "wifi"]] * 3
    page = signed.get(address).content.decode()
    assert re.search(r'id="tous-wifi"[^>]*checked', " ".join(page.split()))
    signed.post(address, {"geste": "tous"})
    pending = queries.find(key_of(address))
    again = queries.result(pending, today=AT.date(), tell=lambda _: None).accepted
    assert not any("practices" in row.sheet for row in again)


def test_rows_joined_into_one_place_are_counted_on_every_page(signed):
    text = Path("tests/files/offre/classes/services_d_un_lieu.csv").read_text("utf-8")
    row = imported(signed, text)
    kinds = ("crees", "modifies", "inchanges", "refuses", "reunis")
    assert [row.counts[kind] for kind in kinds] == [3, 0, 0, 0, 2]
    assert row.counts["lus"] == 5
    page = " ".join(signed.get(f"/espace/annuaire/imports/{row.pk}/").content.decode().split())
    assert "lignes réunies à d’autres du même lieu" in page


def test_the_report_of_an_import_is_one_line_a_row_and_opens_what_to_look_at(signed):
    """FP-09 : trente lignes à regarder tenaient sur vingt écrans ; chacune en est une, qui s’ouvre."""
    row = imported(signed, Path("tests/files/offre/classes/services_d_un_lieu.csv").read_text("utf-8"))
    page = signed.get(f"/espace/annuaire/imports/{row.pk}/")
    lines = list(page.context["lines"])
    read = page.content.decode().split('class="lignes-lues"')[1]
    folded = re.findall(r'<details class="pli">\s*<summary>\s*ligne (\d+)', read)
    assert lines and folded == [str(line["ligne"]) for line in lines]
    assert '<details class="pli" id="par-colonne" open' not in page.content.decode()


# ----------------------------------------------------------------------------------------------------- access


@pytest.mark.parametrize("key", ["x", "0" * 21, "%2e%2e"])
def test_a_file_that_never_existed_is_a_404(signed, key):
    for end in ("", "verifier/", "avancement/", "correspondance.yaml"):
        assert signed.get(f"/espace/annuaire/importer/{key}/{end}").status_code == 404


# ------------------------------------------------------------------------------------------------------ files


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"%PDF-1.7 ...", "un document PDF"),
        (b"", "le fichier est vide"),
        (b"nom;commune\n", "aucune ligne de donn"),
    ],
)
def test_a_file_that_holds_no_table_is_refused_and_what_was_typed_stays(signed, content, what):
    form_data = {"source": "", "nouvelle": "CCAS de Grenoble", "licence": "ODbL-1.0"}
    response = signed.post(
        "/espace/annuaire/importer/", {**form_data, "fichier": SimpleUploadedFile("lieux.csv", content)}
    )
    text = response.content.decode()
    assert response.status_code == 400
    assert what in text
    assert 'value="CCAS de Grenoble"' in text
    assert 'value="ODbL-1.0"' in text
    assert not list(queries.home().glob("*"))


def test_source_and_file_are_required(signed):
    text = signed.post("/espace/annuaire/importer/", {"source": "", "nouvelle": " "}).content.decode()
    assert "Il manque le nom de la source" in text
    assert "Aucun fichier n’est choisi" in text


def test_file_without_source_name_is_not_required_again(signed):
    form_data = {"source": "", "nouvelle": "", "fichier": file()}
    text = signed.post("/espace/annuaire/importer/", form_data).content.decode()
    assert "Il manque le nom de la source" in text
    assert re.search(r"«\sréseau local.csv\s» est gardé", text)
    key = re.search(r'name="garde" value="([0-9a-f]{20})"', text)[1]
    again = signed.post(
        "/espace/annuaire/importer/", {"source": "", "nouvelle": " ", "garde": key}
    ).content.decode()
    assert f'value="{key}"' in again
    response = signed.post(
        "/espace/annuaire/importer/", {"source": "", "nouvelle": "Réseau local", "garde": key}
    )
    assert pending_file(response["Location"]).name == "réseau local.csv"
    assert queries.dropped_file(key) is None
    lost = signed.post("/espace/annuaire/importer/", {"nouvelle": "x", "garde": "0" * 20}).content.decode()
    assert "Aucun fichier n’est choisi" in lost


def test_a_file_that_is_too_large_is_refused_before_it_is_read(signed, monkeypatch):
    monkeypatch.setattr("maillage.apps.directory.intake.forms.MAX_BYTES", 10)
    text = signed.post("/espace/annuaire/importer/", {"nouvelle": "x", "fichier": file()}).content.decode()
    assert "au plus" in text
    assert not queries.home().exists()


def test_a_file_that_nobody_described_is_read_by_guesses_that_say_why(signed):
    text = signed.get(dropped(signed)).content.decode()
    assert "Format inconnu" in text
    assert "deviné par le nom de la colonne" in text
    assert "Médiathèque des Lilas" in text
    assert re.search(r"Sur les 4\s+lignes du fichier", text)
    assert "le lieu n’a pas de nom" in text
    assert 'class="non-lue"' in text


def test_a_known_format_is_recognised(signed):
    row = {
        "nom": "La Turbine",
        "commune": "Grenoble",
        "code_postal": "38000",
        "adresse": "5 esplanade Farcy",
        "frais_a_charge": "Gratuit",
    }
    text = signed.get(dropped(signed, json.dumps([row]))).content.decode()
    assert "Format reconnu" in text
    assert "Schéma national" in text


@pytest.mark.both_databases
def test_a_file_is_forgotten_after_a_day_or_by_its_button(signed, coordinator):
    address = dropped(signed)
    signed.post(f"{address}oublier/")
    assert signed.get(address).status_code == 404
    stored_file = actions.keep(MOST.encode(), "lieux.csv", source="S", licence="", by=coordinator, at=AT)
    actions.forget_later.call(stored_file.key)
    assert queries.find(stored_file.key) is None
    assert not queries.folder(stored_file.key).exists()
    from django_tasks_db.models import DBTaskResult

    later = DBTaskResult.objects.filter(
        task_path__endswith="forget_later", run_after=AT + timedelta(hours=24)
    )
    assert later.count() == 1


# ------------------------------------------------------------------------------------------------- correcting


def test_a_column_corrected_shows_its_effect_without_reloading(signed):
    address = dropped(signed)
    rank = list(pending_file(address).columns).index("N°")
    piece = signed.post(address, {f"colonne-{rank}": "adresse", "geste": "voir"}, headers={"X-Morceau": "1"})
    text = piece.content.decode()
    assert "3 rue des Lilas" in text
    assert "<html" not in text
    assert "join:" in pending_file(address).draft
    assert "3 rue des Lilas" in signed.get(address).content.decode(), "the correction is kept"


def test_only_guessed_or_unread_columns_come_first(signed):
    """Those that a known format places wait in a fold: a long file is not a long page."""
    head = "id;pivot;nom;commune;code_postal;adresse;telephone;courriels;horaires;services;date_maj;Rampe\n"
    row = "a1;00000000000000;Le Lieu;Grenoble;38000;3 rue des Lilas;+33476001122;;Mo-Fr 09:00-12:00;;2026-01-05;oui\n"
    address = dropped(signed, head + row)
    columns = {each.name: each for each in queries.columns(pending_file(address), today=AT.date())}
    assert columns["Rampe"].is_doubtful and not columns["nom"].is_doubtful
    first, _, placed = signed.get(address).content.decode().partition('id="colonnes-placees"')
    for each in columns.values():
        assert (f'id="colonne-{each.rank}"' in first) == each.is_doubtful, each.name
        assert (f'id="colonne-{each.rank}"' in placed) != each.is_doubtful, each.name


def test_a_file_of_many_words_asks_little_at_first_sight(signed):
    """Cinquante-neuf listes se voyaient d’abord, toutes à choisir ; les plus rares sont pliées, aucune perdue."""
    extra = [f"Colonne {n}" for n in range(10)]
    head = ";".join(["nom", "commune", "Services proposés", *extra])
    rows = [
        f"Lieu {n};Grenoble;accès internet, mot bizarre {n % 25};{';'.join(f'x{n}' for _ in extra)}"
        for n in range(60)
    ]
    page = signed.get(dropped(signed, "\n".join([head, *rows]))).content.decode()
    form = page[page.index('id="t-colonnes"') : page.index('id="effet"')]
    unfolded = re.sub(r"<details.*?</details>", "", form, flags=re.DOTALL)
    assert 8 < len(re.findall("<select", unfolded)) <= 12
    assert len(re.findall("<select", form)) >= 13 + 25


def test_without_script_a_button_shows_the_effect(signed):
    address = dropped(signed)
    response = signed.post(address, {"colonne-0": "", "geste": "voir"})
    assert response["Location"] == f"{address}#effet"
    text = signed.get(address).content.decode()
    assert re.search(r"0\s+gardée,", text)


def test_unknown_word_is_answered_once_for_all(signed):
    address = dropped(signed)
    name = word_name("Public", "publics_specifiquement_adresses", "bébés")
    assert f'name="{name}"' in signed.get(address).content.decode()
    signed.post(address, {name: "families", "geste": "voir"})
    column = next(c for c in queries.columns(pending_file(address), today=AT.date()) if c.name == "Public")
    assert all(word.known for word in column.words)
    imported_now = imported(signed)
    assert Lieu.objects.get(name__startswith="Médiathèque").sheet["publics_specifiquement_adresses"] == [
        "seniors"
    ]
    importing.take_back(imported_now, by="x", at=AT)
    client_row = signed.post(address, {"geste": "verifier"})
    signed.post(client_row["Location"], {"tout": "1"})
    assert Lieu.objects.get(name__startswith="Médiathèque").sheet["publics_specifiquement_adresses"] == [
        "seniors",
        "families",
    ]


def test_a_word_not_read_has_its_nearest_service_beside_it_and_one_gesture_takes_it(signed):
    """Les listes montraient choisis des sens que « Vérifier, puis importer » ne lisait pas : 27 lieux, non 33."""
    cells = ("aide aux démarches, Caf", "wifi, Repair", "cours d’informatique, yoga", "ordis, robotique")
    rows = "".join(f"Lieu {n};Grenoble;38000;{text}\n" for n, text in enumerate(cells))
    address = dropped(signed, "Nom;Commune;Code postal;Ce qu’on y trouve\n" + rows)
    names = {
        word: word_name("Ce qu’on y trouve", "services", word)
        for word in ("Caf", "Repair", "yoga", "robotique")
    }
    page = signed.get(address).content.decode()
    assert "Retenir les sens proposés" in page

    def choice(word: str) -> str:
        select = page.split(f'<select id="{names[word]}"')[1].split("</select>")[0]
        return re.search(r'value="([^"]*)" selected', select)[1]

    selected_senses = {word: choice(word) for word in names}
    assert selected_senses == {"Caf": "", "Repair": "", "yoga": "-", "robotique": ""}, (
        "a list shows what is read"
    )
    assert page.replace("\xa0", " ").count("sens proposé «") == 3
    posted = {names[word]: slug for word, slug in selected_senses.items()}
    signed.post(address, {**posted, "geste": "voir"})
    words = {w.text: w for c in queries.columns(pending_file(address), today=AT.date()) for w in c.words}
    assert words["Caf"].status == "dropped", "what is proposed is not read before somebody accepts it"
    signed.post(address, {**posted, names["robotique"]: "-", "geste": "proches"})
    words = {w.text: w for c in queries.columns(pending_file(address), today=AT.date()) for w in c.words}
    assert words["Caf"].meanings == ("procedures",)
    assert words["Repair"].elsewhere == ("practice:reparation:offered",)
    assert words["robotique"].status == "dropped"
    page = signed.get(address).content.decode()
    assert choice("robotique") == "-", "somebody said that it adds nothing"


def test_a_word_far_from_any_choice_is_hinted_and_waits_for_a_person(signed):
    """« sur rendez-vous » devenait « On vous oriente », et l’agence France Travail « La Poste », d’un seul geste."""
    head = "Nom;Commune;Code postal;Services;Type\n"
    rows = "Lieu A;Grenoble;38000;wifi, sur rendez-vous;Agence\nLieu B;Grenoble;38000;Caf;Mairie annexe\n"
    address = dropped(signed, head + rows)
    page = signed.get(address).text.replace("\xa0", " ")
    assert "peut-être « On vous oriente »" in page and "peut-être « La Poste" in page
    sent = max((form.values() for form in forms(page)), key=len)
    signed.post(address, {**dict(sent), "geste": "proches"})
    words = {w.text: w for c in queries.columns(pending_file(address), today=AT.date()) for w in c.words}
    assert words["Caf"].meanings == ("procedures",)
    assert not words["sur rendez-vous"].elsewhere and not words["Agence"].meanings


def test_a_row_refused_for_a_slip_in_its_commune_is_taken_by_one_gesture(signed):
    head = "Nom;Ville;Services\n"
    rows = "Mairie A;Routot;wifi\nMairie B;Rougemontiers;wifi\nMairie C;Trifouillis;wifi\n"
    address = dropped(signed, head + rows)
    page = " ".join(signed.get(address).content.decode().split())
    assert "Lire « Rougemontiers » comme Rougemontier" in page
    assert page.count("Lire « ") == 1, "no commune is near the other name"
    signed.post(address, {"geste": "commune Trifouillis"})
    signed.post(address, {"geste": "commune Rougemontiers"})
    page = " ".join(signed.get(address).content.decode().split())
    assert "1 ligne ne serait pas importée" in page
    signed.post(address, {"geste": "verifier"})
    signed.post(f"{address}verifier/", {"tout": "1"})
    assert Lieu.objects.get(name="Mairie B").sheet["commune"] == "Rougemontier"


def test_a_wrong_column_loses_its_wrong_reading(signed):
    text = "Nom;CP;Commune;Vente d’ordinateurs\nUn;64000;Pau;x\nDeux;64000;Pau;\n"
    for target, practices in (("practice:vente", ["vente"]), ("", [])):
        address = dropped(signed, text)
        signed.post(address, {"texte": TWO_READINGS, "geste": "texte"})
        page = signed.get(address).content.decode()
        assert "Services + Ordinateurs en libre accès" in page, "the choice says every reading"
        signed.post(address, {"colonne-3": target, "geste": "voir"})
        correspondence = queries.correct.parsed(pending_file(address).draft, "x")
        assert [rule["practice"] for rule in correspondence["practices"]] == practices
        assert "services" not in correspondence["fields"]
        assert signed.get(address).content.decode().count("deviné par") == 3, (
            "what a person chose is no longer guessed"
        )
        unchanged = pending_file(address).draft
        signed.post(address, {"colonne-3": target, "geste": "voir"})
        assert pending_file(address).draft == unchanged


TWO_READINGS = """
fields: {nom: Nom, code_postal: CP, commune: Commune, services: {from: Vente d’ordinateurs, gives: {x: access}}}
practices: [{practice: libre_acces, from: Vente d’ordinateurs, when: [x]}]
"""


def test_a_word_guessed_or_lost_never_stands_under_all_is_known(signed):
    text = "Nom;CP;Commune;Formation\nUn;64000;Pau;oui\nDeux;64000;Pau;le mardi\nTrois;64000;Pau;non\n"
    address = dropped(signed, text)
    signed.post(address, {"texte": "fields: {nom: Nom, code_postal: CP, commune: Commune}", "geste": "texte"})
    signed.post(address, {"colonne-3": "practice:formation", "geste": "voir"})
    page = signed.get(address).content.decode()
    assert "1\xa0mot deviné" in page
    assert "tout est connu" not in page
    name = word_name("Formation", "practice:formation", "le mardi")
    signed.post(address, {name: "-", "geste": "voir"})
    page = signed.get(address).content.decode()
    assert "1\xa0mot sans effet" in page
    signed.post(address, {name: "planned", "geste": "voir"})
    assert "tout est connu" in signed.get(address).content.decode()


def test_a_word_that_only_a_practice_reads_says_which_and_how(signed):
    address = dropped(
        signed, "Nom;CP;Commune;Formation\nUn;64000;Pau;oui\nDeux;64000;Pau;en projet\nTrois;64000;Pau;NSP\n"
    )
    text = (
        "fields: {nom: Nom, code_postal: CP, commune: Commune, services: {from: Formation, gives: {oui:"
        " everyday, '~': null}}}\npractices: [{practice: formation, from: Formation}]"
    )
    signed.post(address, {"texte": text, "geste": "texte"})
    page = signed.get(address).content.decode()
    assert "Cours et ateliers (en projet)" in page
    assert "1\xa0mot sans effet" in page, "nothing reads « NSP »"
    signed.post(address, {"colonne-3": "practice:formation", "geste": "voir"})
    column = queries.columns(pending_file(address), today=AT.date())[3]
    states = {word.text: chosen(column.target, word) for word in column.words}
    assert states == {"oui": "offered", "en projet": "planned", "NSP": "-"}


def test_correcting_a_column_preserves_the_other_correspondences(signed):
    address = dropped(signed)
    text = (
        "fields: {nom: Nom, commune: Ville, frais_precisions: Divers}\n"
        "practices: [{practice: wifi, from: Wifi, when: ['~oui'], with: {frais: {always: free}}}]\n"
    )
    signed.post(address, {"texte": text, "geste": "texte"})
    rank = list(pending_file(address).columns).index("Tel")
    signed.post(address, {f"colonne-{rank}": "telephone", "geste": "voir"})
    correspondence = queries.correct.parsed(pending_file(address).draft, "x")
    assert correspondence["fields"]["telephone"] == "Tel"
    assert correspondence["practices"] == [
        {"practice": "wifi", "from": "Wifi", "when": ["~oui"], "with": {"frais": {"always": "free"}}}
    ]


def test_practice_of_every_place_of_a_file_is_declared_once_and_withdrawn(signed):
    """Aucune colonne ne dit le wifi : qui connaît ces lieux le dit de tous, et revient dessus."""
    address = dropped(signed, "Nom;CP;Commune\nUn;64000;Pau\nDeux;64000;Pau\nTrois;64000;Pau\n")

    def practised():
        cards = queries.preview(pending_file(address), today=AT.date()).cards
        return [sorted(tag.words for tag in card.tags) for card in cards]

    signed.post(address, {"tous": ["wifi", "pret"], "geste": "tous"})
    assert practised() == [["Prêt de matériel", "Wifi"]] * 3
    assert 'value="wifi" checked' in " ".join(signed.get(address).content.decode().split())
    signed.post(address, {"tous": ["pret"], "geste": "tous"})
    assert practised() == [["Prêt de matériel"]] * 3


def test_a_text_that_cannot_be_followed_is_refused_and_stays_to_be_corrected(signed):
    address = dropped(signed)
    before = pending_file(address).draft
    wrong = "fields: {nom: Nom, couleur: Divers}"
    response = signed.post(address, {"texte": wrong, "geste": "texte"})
    text = response.content.decode()
    assert response.status_code == 400
    assert "champ inconnu : couleur" in text.replace("\xa0", " ")
    assert wrong in text
    assert pending_file(address).draft == before


def test_a_choice_that_no_list_offers_changes_nothing(signed):
    address = dropped(signed)
    before = pending_file(address).draft
    signed.post(address, {"colonne-0": "mot_de_passe", "geste": "voir"})
    assert pending_file(address).draft == before


def test_the_correspondence_is_downloaded_and_serves_again(signed):
    address = dropped(signed)
    response = signed.get(f"{address}correspondance.yaml")
    assert response["Content-Disposition"].endswith('"correspondance.yaml"')
    assert response.content.decode() == pending_file(address).draft


def test_the_next_file_of_a_source_is_read_as_the_last_one(signed):
    address = dropped(signed)
    rank = list(pending_file(address).columns).index("N°")
    signed.post(address, {f"colonne-{rank}": "adresse", "geste": "verifier"})
    signed.post(f"{address}verifier/", {"tout": "1"})
    assert "join:" in Source.objects.get(name="Réseau local").correspondence
    again = dropped(signed, source="Réseau local")
    assert pending_file(again).how == "source"
    assert "Lu comme la dernière fois" in signed.get(again).content.decode()
    other = dropped(signed, "titre;ville;cp\nA;Grenoble;38000\n", source="Réseau local")
    assert pending_file(other).how == "propose", "a file of other columns is guessed afresh"


def test_columns_added_since_the_last_file_of_a_source_are_read(signed):
    """La position et une pratique ajoutées au fichier restaient « non lues », comme la première fois."""
    imported(signed)
    head = HEAD.replace("\n", ";Latitude;Longitude;On vous aide à faire\n")
    lilas, maison = (
        row.replace("\n", f";{more}\n")
        for row, more in ((LILAS, "45,1809;5,7245;oui"), (MAISON, "12,5;70,3;non"))
    )
    address = dropped(signed, head + lilas + maison, source="Réseau local")
    assert pending_file(address).how == "source"
    signed.post(address, {"geste": "verifier"})
    signed.post(f"{address}verifier/", {"tout": "1"})
    sheets = dict(Lieu.objects.values_list("name", "sheet"))
    first, second = sheets["Médiathèque des Lilas"], sheets["Maison de quartier Teisseire"]
    assert (first["latitude"], first["longitude"], first.get("precision")) == (45.1809, 5.7245, None)
    assert first["practices"]["assistance"] == {"state": "offered"}
    assert second["precision"], "a point out of France is refused, on its own line"


# -------------------------------------------------------------------------------------------------- importing


def test_preview_of_an_import_counts_the_possible_duplicates(signed):
    """« 3 lieux nouveaux », and the double of a published place was public at once."""
    imported(signed)
    address = dropped(signed, HEAD + LILAS.replace("Médiathèque", "Mediathèque"), nouvelle="Un autre réseau")
    checked = signed.post(address, {"geste": "verifier"})["Location"]
    assert "1 doublon possible" in " ".join(
        re.sub(r"<[^>]+>", " ", signed.get(checked).content.decode()).split()
    )
    assert not Pair.objects.exists(), "nothing is written yet"
    signed.post(checked, {"tout": "1"})
    assert Import.objects.latest("pk").counts["doublons_proposes"] == Pair.objects.count() == 1


@pytest.mark.both_databases
def test_preview_of_an_import_matches_its_effect(signed):
    imported(signed)
    edited_lieu = Lieu.objects.get(name__startswith="Médiathèque")
    sheets.edit(edited_lieu, {"telephone": ["+33476009999"]}, by="la structure", at=AT)
    changed = (
        HEAD
        + LILAS.replace("11 22", "11 33").replace("clé", "")
        + "Café des Halles;place aux Herbes;;Grenoble;38000;;;;\n"
    )
    address = dropped(signed, changed + NAMELESS, source="Réseau local")
    response = signed.post(address, {"geste": "verifier"})
    text = signed.get(response["Location"]).content.decode()
    expected_counts = queries.progress(key_of(address)).expected
    assert (
        expected_counts["nouveaux"],
        expected_counts["refuses"],
        expected_counts["absents"],
        expected_counts["contestes"],
    ) == (1, 1, 1, 1)
    assert "Maison de quartier Teisseire" in text
    assert "le lieu n’a pas de nom" in text
    assert Import.objects.count() == 1, "nothing is written yet"
    signed.post(response["Location"], {"tout": "1"})
    counts = Import.objects.latest("pk").counts
    assert [counts[n] for n in ("crees", "modifies", "inchanges", "refuses", "absents", "contestes")] == [
        expected_counts[n] for n in ("nouveaux", "modifies", "inchanges", "refuses", "absents", "contestes")
    ]


@pytest.mark.both_databases
def test_preview_of_a_merged_place_matches_its_effect(signed):
    imported(signed, HEAD + LILAS)
    imported(signed, HEAD + LILAS, nouvelle="Autre source")
    pair = Pair.objects.get()
    duplicates.merge(pair, {}, by="x", at=AT)
    address = dropped(signed, HEAD + LILAS.replace("11 22", "11 33"), source="Autre source")
    response = signed.post(address, {"geste": "verifier"})
    expected_counts = queries.progress(key_of(address)).expected
    signed.post(response["Location"], {"tout": "1"})
    counts = Import.objects.latest("pk").counts
    names = ("modifies", "inchanges", "contestes", "absents")
    assert [expected_counts[name] for name in names] == [counts[name] for name in names] == [0, 1, 1, 0]


def test_an_import_names_the_places_edited_by_hand_that_it_changes(signed):
    imported(signed)
    lilas, maison = (Lieu.objects.get(name__startswith=name) for name in ("Médiathèque", "Maison"))
    for lieu in (lilas, maison):
        sheets.edit(lieu, {"telephone": ["+33476009999"]}, by="la structure", at=AT)
    notice = "1\n          lieu corrigé à la main est modifié par ce fichier"
    changed = HEAD + LILAS.replace("Oui", "Non") + MAISON
    address = dropped(signed, changed, source="Réseau local")
    response = signed.post(address, {"geste": "verifier"})
    text = " ".join(signed.get(response["Location"]).content.decode().split())
    assert " ".join(notice.split()) in text
    listed_names = text.split("modifié par ce fichier")[1].split("</ul>")[0]
    assert lilas.name in listed_names and maison.name not in listed_names, "the other one is not changed"
    signed.post(response["Location"], {"tout": "1"})
    row = Import.objects.latest("pk")
    assert (row.counts["retouches"], row.report["retouches"]) == (1, [lilas.name])
    assert lilas.name in signed.get(f"/espace/annuaire/imports/{row.pk}/").content.decode()
    lilas.refresh_from_db()
    assert lilas.sheet["telephone"] == ["+33476009999"], "what was typed stays"


def test_place_corrected_by_its_source_is_proposed_in_the_report(signed):
    imported(signed, HEAD + LILAS + MAISON)
    row = imported(
        signed, HEAD + LILAS.replace("rue des Lilas;3", "quai Perrière;9") + MAISON, source="Réseau local"
    )
    assert row.counts["a_confirmer"] == 1
    text = signed.get(f"/espace/annuaire/imports/{row.pk}/").content.decode()
    assert "lieu créé à confirmer" in text
    assert f'href="/espace/annuaire/doublons/{Pair.objects.get().pk}/"' in text


@pytest.mark.both_databases
def test_a_place_surely_written_anew_by_its_source_is_found_once_until_somebody_decides(signed):
    def matching_identifiers() -> list[str]:
        wanted = (Wanted(text="lilas"), Wanted(communes=("38185",)))
        return [Lieu.objects.get(pk=pk).identifier for each in wanted for pk, _ in search(each).places]

    imported(signed, HEAD.replace("\n", ";Id\n") + LILAS.replace("\n", ";A1\n"))
    row = imported(signed, HEAD.replace("\n", ";Id\n") + LILAS.replace("\n", ";B2\n"), source="Réseau local")
    pair = Pair.objects.get()
    assert pair.sure
    assert matching_identifiers() == ["B2", "B2"]
    duplicates.answer(pair, rules.DECLINED, by="x", at=AT)
    assert matching_identifiers() == ["A1", "B2"] * 2
    duplicates.answer(pair, rules.OPEN, by="", at=None)
    assert matching_identifiers() == ["B2", "B2"]
    importing.take_back(row, by="x", at=AT)
    assert matching_identifiers() == ["A1", "A1"]


def test_the_command_says_what_waits_for_an_answer(signed, tmp_path, capsys):
    imported(signed)
    sheets.edit(
        Lieu.objects.get(name__startswith="Médiathèque"),
        {"telephone": ["+33476009999"]},
        by="la structure",
        at=AT,
    )
    path = tmp_path / "réseau.csv"
    path.write_text(HEAD + LILAS.replace("11 22", "11 33") + MAISON, "utf-8")
    main(["offre", "importer", str(path), "--source", "Réseau local"])
    output = capsys.readouterr().out
    assert "1 valeur attend une réponse" in output
    assert "à confirmer" not in output


@pytest.mark.both_databases
def test_a_partial_file_marks_nobody_missing(signed):
    imported(signed)
    address = dropped(signed, HEAD + LILAS, source="Réseau local")
    signed.post(address, {"geste": "verifier"})
    signed.post(f"{address}verifier/", {})
    assert not Lieu.objects.filter(missing_since__isnull=False).exists()


def test_nothing_is_imported_that_was_not_checked(signed):
    address = dropped(signed)
    assert signed.get(f"{address}verifier/")["Location"] == address
    response = signed.post(f"{address}verifier/", {"tout": "1"}, follow=True)
    assert "L’import n’a pas commencé" in response.content.decode()
    signed.post(address, {"geste": "verifier"})
    signed.post(address, {"colonne-5": "", "geste": "voir"})
    assert signed.get(f"{address}verifier/")["Location"] == address, "what was checked is another draft"
    with pytest.raises(Refused, match="n’a pas commencé"):
        actions.ask_import(pending_file(address), is_complete=True, at=AT)
    assert not Import.objects.exists()


def test_a_file_without_any_place_is_not_imported(signed):
    address = dropped(signed, HEAD + NAMELESS)
    response = signed.post(address, {"geste": "verifier"})
    assert "Aucune ligne ne peut être importée" in signed.get(response["Location"]).content.decode()


def test_an_import_leaves_no_file_behind_and_leads_to_its_report(signed):
    address = dropped(signed)
    row = imported(signed)
    remaining_files = {path.name for path in queries.home().glob("*/fichier")}
    assert len(remaining_files) == 1, "only the file that was not imported is still there"
    assert row.by.name == "Coordination"
    assert pending_file(address).key


# -------------------------------------------------------------------------------------------- from the worker


@pytest.fixture
def long(monkeypatch):
    """Files of more than one row go through the worker."""
    monkeypatch.setattr(queries, "LONG", 1)


def queued() -> list[str]:
    from django_tasks_db.models import DBTaskResult

    return list(
        DBTaskResult.objects.filter(task_path__endswith="work_later", status="READY").values_list(
            "pk", flat=True
        )
    )


@pytest.mark.both_databases
@pytest.mark.usefixtures("long")
def test_a_long_file_is_checked_and_imported_by_the_worker(signed):
    address = dropped(signed)
    page = signed.post(address, {"geste": "verifier"})["Location"]
    assert len(queued()) == 1
    text = signed.get(page).content.decode()
    assert f'data-avancement="{address}avancement/"' in text
    assert "http-equiv" in text, "without script the page comes back by itself"
    fragment = signed.get(f"{address}avancement/")
    assert fragment["X-Etude"] == "running"
    assert signed.get(address)["Location"] == page, "nobody corrects what is being read"
    actions.work_later.call(key_of(address))
    assert signed.get(f"{address}avancement/")["X-Etude"] == "checked"
    signed.post(page, {"tout": "1"})
    assert not Import.objects.exists()
    actions.work_later.call(key_of(address))
    assert signed.get(f"{address}avancement/")["X-Etude"] == "done"
    assert signed.get(page)["Location"] == f"/espace/annuaire/imports/{Import.objects.get().pk}/"


@pytest.mark.usefixtures("long")
def test_what_was_checked_is_what_is_imported_without_reading_twice(signed, monkeypatch):
    address = dropped(signed)
    page = signed.post(address, {"geste": "verifier"})["Location"]
    actions.work(key_of(address))
    pending = pending_file(address)
    again = queries.result(pending, today=AT.date(), tell=lambda _: None)
    stored_result = queries.checked_result(pending, queries.progress(pending.key))
    assert [(row.sheet, row.refused, row.doubtful) for row in stored_result.rows] == [
        (row.sheet, row.refused, row.doubtful) for row in again.rows
    ]
    assert queries.report.of(stored_result) == queries.report.of(again)
    signed.post(page, {"tout": "1"})
    monkeypatch.setattr(queries, "result", None)  # reading it again would fail
    actions.work(key_of(address))
    assert Import.objects.get().counts["crees"] == 2


@pytest.mark.both_databases
@pytest.mark.usefixtures("long")
def test_every_attempt_first_asks_for_the_next_one(signed):
    address = dropped(signed)
    signed.post(address, {"geste": "verifier"})
    before = len(queued())
    actions.work_later.call(key_of(address))
    assert len(queued()) == before + 1
    actions.work_later.call(key_of(address))
    assert len(queued()) == before + 1, "once the work is done nobody asks any more"


@pytest.mark.both_databases
@pytest.mark.usefixtures("long")
def test_a_worker_that_is_killed_leaves_nothing_half_done_and_the_next_one_takes_over(signed, monkeypatch):
    address = dropped(signed)
    page = signed.post(address, {"geste": "verifier"})["Location"]
    actions.work(key_of(address))
    signed.post(page, {"tout": "1"})

    def killed(*_, **__):
        raise SystemExit(1)

    with monkeypatch.context() as broken:
        broken.setattr(importing, "_save", killed)
        with pytest.raises(SystemExit):
            actions.work(key_of(address))
    assert not Lieu.objects.exists()
    assert not Import.objects.exists()
    assert not Source.objects.exists()
    assert queries.progress(key_of(address)).status == queries.IMPORTING
    actions.work(key_of(address))
    assert Import.objects.get().counts["crees"] == 2


@pytest.mark.usefixtures("long")
def test_a_worker_killed_just_after_writing_does_not_write_twice(signed):
    address = dropped(signed)
    page = signed.post(address, {"geste": "verifier"})["Location"]
    actions.work(key_of(address))
    signed.post(page, {"tout": "1"})
    progress = queries.progress(key_of(address))
    pending = pending_file(address)
    at = datetime.fromisoformat(progress.requested_at)
    row = actions._take_in(
        pending, queries.result(pending, today=at.date(), tell=lambda _: None), is_complete=True, at=at
    )
    actions.work(key_of(address))
    assert Import.objects.get() == row
    assert queries.progress(key_of(address)).row == row.pk


@pytest.mark.usefixtures("long")
def test_two_workers_never_do_the_same_work(signed):
    address = dropped(signed)
    signed.post(address, {"geste": "verifier"})
    with actions._alone(key_of(address)) as is_acquired:
        assert is_acquired
        actions.work(key_of(address))
        assert queries.progress(key_of(address)).status == queries.CHECKING


@pytest.mark.usefixtures("long")
def test_a_work_that_waits_is_stopped_at_once(signed):
    address = dropped(signed)
    page = signed.post(address, {"geste": "verifier"})["Location"]
    assert 'value="arreter"' in signed.get(page).content.decode()
    signed.post(page, {"geste": "arreter"})
    assert queries.progress(key_of(address)).status == queries.DRAFT
    actions.work_later.call(key_of(address))  # the worker finds nothing to do
    assert queries.progress(key_of(address)).status == queries.DRAFT
    assert signed.post(address, {"geste": "verifier"})["Location"] == page
    actions.work(key_of(address))
    assert queries.progress(key_of(address)).status == queries.CHECKED


@pytest.mark.both_databases
@pytest.mark.usefixtures("long")
@pytest.mark.parametrize("step", ["Recherche des doublons", "Écriture des fiches", "Rangement"])
def test_an_import_stopped_at_any_step_writes_nothing_and_may_start_again(signed, monkeypatch, step):
    address = dropped(signed)
    page = signed.post(address, {"geste": "verifier"})["Location"]
    actions.work(key_of(address))
    signed.post(page, {"tout": "1"})
    usual = actions._Steps.tell

    def tell(self, step_text: str, share: float) -> None:
        if step_text == step:
            actions.ask_stop(self.file)  # from its page, while the worker is at it
        usual(self, step_text, share)

    with monkeypatch.context() as patch:
        patch.setattr(actions._Steps, "tell", tell)
        actions.work(key_of(address))
    assert (Lieu.objects.count(), Import.objects.count(), Source.objects.count()) == (0, 0, 0)
    assert queries.progress(key_of(address)).status == queries.CHECKED
    signed.post(page, {"tout": "1"})
    actions.work(key_of(address))
    assert Import.objects.get().counts["crees"] == 2


@pytest.mark.usefixtures("long")
def test_unexpected_error_is_reported_and_nothing_is_half_written(signed, monkeypatch):
    address = dropped(signed)
    page = signed.post(address, {"geste": "verifier"})["Location"]

    def broken(*_, **__):
        raise RuntimeError("le disque est parti")

    monkeypatch.setattr(queries, "expected", broken)
    with pytest.raises(RuntimeError):
        actions.work(key_of(address))
    text = signed.get(page).content.decode()
    assert "erreur imprévue" in text
    assert "le disque est parti" not in text
    assert signed.get(address).status_code == 200, "the file may be read again"


# ---------------------------------------------------------------------------------------------------- reports


def test_the_report_says_what_became_of_columns_and_rows(signed):
    row = imported(signed)
    text = signed.get(f"/espace/annuaire/imports/{row.pk}/").content.decode()
    for words in (
        "2</strong> lieux créés",
        "2</strong> lignes refusées",
        "Trifouillis",
        "hors de la liste : bébés",
        "Divers",
    ):
        assert words in text, words
    assert re.search(r"réparé.*le zéro de tête manquait", text, re.S)


def test_the_report_comes_as_a_table(signed):
    row = imported(signed, MOST.replace("Tout public", "bébés"))
    response = signed.get(f"/espace/annuaire/imports/{row.pk}/rapport.csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(response.content.decode())))
    assert list(rows[0]) == ["ligne", "colonne", "valeur", "devenu", "mot", "raison"]
    mended = next(each for each in rows if each["colonne"] == "Tel")
    assert (mended["valeur"], mended["devenu"], mended["mot"]) == ("476001133", "+33476001133", "réparé")
    refused = next(each for each in rows if each["valeur"] == "Épicerie solidaire")
    assert (refused["ligne"], refused["mot"]) == ("5", "refusé")


@pytest.mark.both_databases
def test_place_dropped_by_its_source_is_preserved_or_ended_by_a_person(signed):
    imported(signed)
    row = imported(signed, HEAD + LILAS, source="Réseau local")
    lieu = Lieu.objects.get(missing_since=row)
    page = f"/espace/annuaire/imports/{row.pk}/"
    assert lieu.name in signed.get(page).content.decode()
    signed.post(f"/espace/annuaire/lieux/{lieu.slug}/absent/", {"geste": "finir", "raison": " "})
    lieu.refresh_from_db()
    assert (lieu.state, lieu.missing_since) == (rules.PUBLISHED, row), "not without a reason"
    signed.post(
        f"/espace/annuaire/lieux/{lieu.slug}/absent/", {"geste": "finir", "raison": "la mairie a confirmé"}
    )
    lieu.refresh_from_db()
    assert (lieu.state, lieu.missing_since, lieu.reason) == (rules.ENDED, None, "la mairie a confirmé")
    assert lieu.changes.first().verb == "end"
    assert signed.post(f"/espace/annuaire/lieux/{lieu.slug}/absent/", {"geste": "garder"}).status_code == 404


def test_place_preserved_after_its_source_dropped_it_leaves_a_trace(signed):
    imported(signed)
    row = imported(signed, HEAD + LILAS, source="Réseau local")
    lieu = Lieu.objects.get(missing_since=row)
    signed.post(f"/espace/annuaire/lieux/{lieu.slug}/absent/", {"geste": "garder"})
    lieu.refresh_from_db()
    assert (lieu.state, lieu.missing_since) == (rules.PUBLISHED, None)
    change = lieu.changes.first()
    assert change.by == "Coordination"
    assert "gardé" in change.reason


@pytest.mark.both_databases
def test_undoing_says_first_what_it_would_do_and_does_that(signed):
    imported(signed)
    row = imported(
        signed, HEAD + LILAS.replace("11 22", "11 33") + "Café;;;Grenoble;38000;;;;\n", source="Réseau local"
    )
    new_lieu = Lieu.objects.get(name="Café")
    sheets.edit(new_lieu, {"capacite": 4}, by="la structure", at=AT + timedelta(days=400))
    page = f"/espace/annuaire/imports/{row.pk}/defaire/"
    undoing = signed.get(page).context["undoing"]
    assert (undoing.removed, undoing.restored, [lieu.name for lieu in undoing.retained]) == (0, 1, ["Café"])
    signed.post(page)
    row.refresh_from_db()
    assert row.state == rules.UNDONE
    assert Lieu.objects.get(name__startswith="Médiathèque").sheet["telephone"] == ["+33476001122"]
    assert Lieu.objects.filter(name="Café").exists()
    again = signed.post(page)
    assert again.status_code == 400
    assert "n’a pas été défait" in again.content.decode()


@pytest.mark.both_databases
def test_a_coordinator_imports_the_places_of_the_territory_and_no_other(client):
    client.force_login(account("isere", "coordination", territory="38"))
    stored_import = imported(client, "nom;commune;code postal\nMaison;Grenoble;38000\nAilleurs;Lille;59000\n")
    assert list(Lieu.objects.values_list("name", flat=True)) == ["Maison"]
    page = client.get(f"/espace/annuaire/imports/{stored_import.pk}/").content.decode()
    assert "n’est pas dans le territoire" in page
    address = dropped(client, "nom;commune;code postal\nMaison;Grenoble;38000\n")
    client.force_login(account("nord", "coordination", territory="59"))
    assert client.get(address).status_code == 404
    assert client.get(f"/espace/annuaire/imports/{stored_import.pk}/").status_code == 404
