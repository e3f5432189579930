"""The census of a territory: whom to ask, what they said, which places stay out, and the method that the
rows tell.
"""

import csv
from datetime import UTC, datetime, timedelta
from importlib import import_module
from io import BytesIO, StringIO
from uuid import UUID

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook
from pyxform.xls2xform import convert

from maillage.apps.directory.outreach.actions import census as actions
from maillage.apps.directory.outreach.models import Body, CensusRules
from maillage.apps.directory.outreach.queries import census, field_form, method
from maillage.apps.directory.outreach.queries.census import Filter
from maillage.apps.directory.places import rules
from maillage.apps.directory.places.models import Change, Lieu
from maillage.apps.directory.places.queries.search import Wanted, search
from maillage.kernel.errors import Refused, UnknownTerritory
from maillage.kernel.spreadsheet import Writer
from maillage.publishing.territory.reading import FinishedCensus
from maillage.reference.offer import diagnosis_lines
from maillage.sources.offer import files, mapping
from maillage.sources.offer.forms.read import parse
from maillage.sources.survey import xlsform
from tests.support.places import AT, LATER, place

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
METRO = "200040715"
SOON = "200018166"  # Le Grésivaudan


@pytest.fixture
def ground():
    return census.ground(METRO)


@pytest.fixture
def body(ground, coordinator) -> Body:
    return add(ground, coordinator)


def add(ground, by, name="CCAS", commune="38111", at=AT, **more) -> Body:
    fields = {
        "name": name,
        "commune": commune,
        "kind": "ccas",
        "found_by": "contact",
        "recommended_by": None,
        **more,
    }
    return actions.add(ground, fields, by=by, at=at)


# ------------------------------------------------------------------------------------------------------ where


@pytest.mark.parametrize(("place_", "towns"), [(METRO, 49), ("38185", 1), ("38", 512)])
def test_a_census_is_led_commune_by_commune(place_, towns):
    assert len(census.ground(place_).towns) == towns


def test_the_whole_country_is_refused_and_an_unknown_code_too():
    with pytest.raises(Refused, match="n’a pas été ouvert"):
        census.ground("france")
    with pytest.raises(UnknownTerritory):
        census.ground("99999")


@pytest.mark.parametrize("code", ["france", "99999"])
def test_where_no_census_is_led_the_page_says_why(client, coordinator, code):
    client.force_login(coordinator)
    for page in ("", "liste/", "communes/", "regles/", "methode/"):
        assert client.get(f"/espace/recensement/{code}/{page}").status_code == 404


# --------------------------------------------------------------------------------------------------- the list


def test_the_starting_list_has_a_mairie_for_each_commune_and_its_kinds_once(ground, coordinator):
    n = actions.begin(ground, census.START, known=False, by=coordinator, at=AT)
    assert n == 49 + 9
    assert Body.objects.filter(name="Mairie").values("commune").distinct().count() == 49
    assert set(Body.objects.filter(name="Mairie").values_list("kind", "found_by")) == {("mairie", "official")}
    kind_by_name = dict(Body.objects.filter(commune="").values_list("name", "kind"))
    assert kind_by_name["Mission locale"] == "mission-locale"
    assert kind_by_name["MJC"] == "mjc"
    assert kind_by_name["Point ou bureau information jeunesse"] == "jeunesse"
    assert Body.objects.get(name__startswith="Réseau des espaces").found_by == "network"


def test_the_starting_list_written_twice_adds_nothing_and_changes_nothing(ground, coordinator):
    actions.begin(ground, census.START, known=True, by=coordinator, at=AT)
    actions.say(Body.objects.get(name="MJC"), "answered", by=coordinator, at=LATER)
    before = list(Body.objects.order_by("pk").values())
    assert actions.begin(ground, census.START, known=True, by=coordinator, at=LATER) == 0
    assert list(Body.objects.order_by("pk").values()) == before


def test_known_places_are_contacted_through_their_sheet(ground, coordinator):
    lieu = place()
    place("ailleurs", {"code_insee": "59392", "commune": "Maubeuge"})
    assert actions.begin(ground, "", known=True, by=coordinator, at=AT) == 1
    stored_body = Body.objects.get()
    assert (stored_body.lieu, stored_body.commune, stored_body.kind, stored_body.telephone) == (
        lieu,
        "38185",
        "bibliotheque",
        "+33476001122",
    )
    assert census.not_listed(ground) == 0


def test_starting_list_is_edited_and_saved_for_the_territory(client, coordinator, ground):
    client.force_login(coordinator)
    client.post(
        f"/espace/recensement/{METRO}/liste/",
        {"lignes": "Repair Café : une fois\nCyber-base : Chaque commune"},
    )
    assert Body.objects.count() == 50
    assert "Repair Café : une fois" in client.get(f"/espace/recensement/{METRO}/liste/").content.decode()
    assert "Repair Café" not in census.start_of(census.ground(SOON))


def test_a_line_that_does_not_read_refuses_the_whole_list(client, coordinator, ground):
    client.force_login(coordinator)
    text = "Mairie : chaque commune\n\nMission locale : partout"
    page = client.post(f"/espace/recensement/{METRO}/liste/", {"lignes": text, "connus": "on"})
    assert page.status_code == 400
    assert "la ligne 3 n’est pas reconnue" in page.content.decode()
    assert "Mission locale : partout" in page.content.decode(), "what was typed is kept"
    assert (Body.objects.count(), CensusRules.objects.count()) == (0, 0)


# ----------------------------------------------------------------------------------------------------- bodies


def test_somebody_is_added_in_one_line_of_the_keyboard(client, coordinator, ground, body):
    client.force_login(coordinator)
    typed = {"nom": "Repair Café", "commune": "echirolles", "type": "association", "trouve_par": "contact"}
    typed |= {
        "recommande_par": "ccas, claix",
        "telephone": "04 76 00 11 22",
        "courriel": "cafe@exemple.fr",
        "note": "",
    }
    answer = client.post(f"/espace/recensement/{METRO}/", typed)
    assert answer["Location"].endswith("?ajout=1"), "the next one may be typed at once"
    added_body = Body.objects.get(name="Repair Café")
    assert (added_body.commune, added_body.recommended_by, added_body.found_by) == (
        "38151",
        body,
        "recommended",
    )
    assert (added_body.telephone, added_body.courriel, added_body.state) == (
        "+33476001122",
        "cafe@exemple.fr",
        "to-contact",
    )
    assert added_body.changed_by == coordinator


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"nom": ""}, "Il manque le nom."),
        ({"commune": "Lyon"}, "n’est pas une commune de ce territoire."),
        ({"recommande_par": "Personne"}, "n’est pas dans ce recensement."),
        ({"recommande_par": "Jumeau"}, "2 organismes s’appellent « Jumeau »."),
        ({"telephone": "04 76"}, "Ce numéro n’est pas reconnu"),
        ({"courriel": "accueil"}, "Cette adresse n’est pas reconnue"),
        ({"nom": "ccas", "commune": "Claix"}, "Ce recensement l’a déjà"),
        ({"trouve_par": "hasard"}, "hasard"),
    ],
)
def test_invalid_body_is_refused_and_input_is_preserved(client, coordinator, ground, body, typed, words):
    client.force_login(coordinator)
    add(ground, coordinator, "Jumeau", "38111")
    add(ground, coordinator, "Jumeau", "38151")
    page = client.post(f"/espace/recensement/{METRO}/", {"nom": "Nouveau", "trouve_par": "contact", **typed})
    assert page.status_code == 400
    assert words in page.content.decode().replace("\xa0", " ")
    assert Body.objects.count() == 3


def test_nobody_recommends_itself_nor_from_elsewhere(ground, coordinator, body):
    other = add(census.ground(SOON), coordinator, "Mairie", "")
    for by in (body, other):
        with pytest.raises(Refused, match="n’a pas été enregistré"):
            actions.amend(ground, body, {"recommended_by": by}, by=coordinator, at=LATER)


def test_a_commune_of_elsewhere_is_refused(ground, coordinator):
    with pytest.raises(Refused, match="Sa commune n’est pas dans le territoire"):
        add(ground, coordinator, commune="59392")


def test_states_follow_the_calls_and_record_their_author(client, coordinator, ground, body):
    client.force_login(coordinator)
    address = f"/espace/recensement/{METRO}/organismes/{body.pk}/etat/"
    back = f"/espace/recensement/{METRO}/?etat=to-contact"
    answer = client.post(address, {"etat": "contacted", "retour": back})
    assert answer["Location"] == f"{back}#organisme-{body.pk}"
    assert client.post(address, {"etat": "answered", "retour": "https://ailleurs.example/"})[
        "Location"
    ].startswith("/")
    body.refresh_from_db()
    assert (body.state, body.changed_by) == ("answered", coordinator)
    assert body.changed_at > AT - timedelta(days=1)


def test_out_of_scope_asks_why(client, coordinator, ground, body):
    with pytest.raises(Refused, match="n’est pas encore hors champ"):
        actions.say(body, "out", by=coordinator, at=LATER)
    actions.say(body, "out", note="réservé aux salariés", by=coordinator, at=LATER)
    assert (body.state, body.note) == ("out", "réservé aux salariés")
    with pytest.raises(Refused, match="Cet état n’existe pas"):
        actions.say(body, "peut-être", by=coordinator, at=LATER)
    client.force_login(coordinator)
    other = add(ground, coordinator, "MJC")
    page = client.post(
        f"/espace/recensement/{METRO}/organismes/{other.pk}/etat/", {"etat": "out"}, follow=True
    )
    assert "Écrivez la raison, en une phrase." in page.content.decode()


def test_a_body_is_linked_to_its_sheet_and_unlinked(client, coordinator, ground):
    lieu = place()
    added_body = add(ground, coordinator, "Bibliothèque Barnave", "38185")
    client.force_login(coordinator)
    address = f"/espace/recensement/{METRO}/organismes/{added_body.pk}/"
    assert 'value="barnave"' in client.get(address).content.decode()
    client.post(address, {"geste": "relier", "lieu": "barnave"})
    added_body.refresh_from_db()
    assert added_body.lieu == lieu
    client.post(address, {"geste": "relier", "lieu": ""})
    added_body.refresh_from_db()
    assert added_body.lieu is None
    away = place("ailleurs", {"code_insee": "59392", "commune": "Maubeuge"})
    with pytest.raises(Refused, match="n’a pas été relié"):
        actions.link(ground, added_body, away, by=coordinator, at=LATER)


def test_a_body_is_corrected(client, coordinator, ground, body):
    client.force_login(coordinator)
    address = f"/espace/recensement/{METRO}/organismes/{body.pk}/"
    typed = {
        "geste": "garder",
        "nom": "CCAS de Claix",
        "commune": "Claix",
        "trouve_par": "official",
        "note": "n",
    }
    assert client.post(address, typed).status_code == 302
    body.refresh_from_db()
    assert (body.name, body.found_by, body.kind, body.note) == ("CCAS de Claix", "official", "autre", "n")
    assert client.post(address, {**typed, "nom": ""}).status_code == 400


def test_only_what_nobody_called_is_taken_off(client, coordinator, ground, body):
    contacted_body = add(ground, coordinator, "Recommandé", recommended_by=body)
    with pytest.raises(Refused, match="il en a recommandé d’autres"):
        actions.drop(body, by=coordinator, at=LATER)
    actions.say(contacted_body, "contacted", by=coordinator, at=LATER)
    client.force_login(coordinator)
    page = client.post(f"/espace/recensement/{METRO}/organismes/{contacted_body.pk}/", {"geste": "retirer"})
    assert (page.status_code, "n’a pas été retiré" in page.content.decode()) == (400, True)
    alone = add(ground, coordinator, "Erreur")
    client.post(f"/espace/recensement/{METRO}/organismes/{alone.pk}/", {"geste": "retirer"})
    assert not Body.objects.filter(pk=alone.pk).exists()


def test_the_list_is_filtered_by_state_commune_and_word(ground, coordinator, body):
    add(ground, coordinator, "Mairie", "38151")
    actions.say(body, "answered", by=coordinator, at=LATER)
    add(ground, coordinator, "Mission locale", "")

    def names(**criteria):
        return [
            line.body.name
            for _, lines in census.listed(ground, Filter(**criteria)).sections
            for line in lines
        ]

    assert names() == ["Mission locale", "CCAS", "Mairie"]
    assert names(state="answered") == ["CCAS"]
    assert names(commune="38151") == ["Mairie"]
    assert names(commune="-") == ["Mission locale"]
    assert names(text="MAIRIE") == ["Mairie"]
    assert names(start=2) == ["Mairie"]
    assert census.listed(ground, Filter(state="answered")).counts["to-contact"] == 2


# --------------------------------------------------------------------------------------------------- complete


def test_a_commune_is_finished_when_everybody_there_answered_refused_or_is_out(ground, coordinator):
    first, second = add(ground, coordinator, "A"), add(ground, coordinator, "B")
    add(ground, coordinator, "Mission locale", "")

    def state():
        return next(done.state for done in census.completeness(ground).towns if done.town.code == "38111")

    assert state() == "to-start"
    actions.say(first, "answered", by=coordinator, at=AT)
    assert state() == "started"
    actions.say(second, "contacted", by=coordinator, at=AT)
    assert state() == "started"
    actions.say(second, "refused", by=coordinator, at=AT)
    assert state() == "done"
    completeness = census.completeness(ground)
    assert completeness.counts == {"done": 1, "started": 0, "to-start": 0, "none": 48}
    assert completeness.share == pytest.approx(1 / 49)
    assert (len(completeness.stitches), sum(completeness.stitches)) == (30, 1)


def test_a_census_is_finished_for_a_territory_once_everybody_in_all_of_it_is_over(
    client, ground, coordinator
):
    """Un recensement presque fini laisse des lieux inconnus : rien ne peut être dit absent de tout le territoire."""
    town = next(iter(ground.by_code))
    first = add(ground, coordinator, "A", town)
    everywhere = add(ground, coordinator, "Mission locale", "")

    def answer(body, at=AT):
        actions.say(body, "answered", by=coordinator, at=at)

    answer(first)
    assert census.finished(town) is None, "the mission locale may know another place there"
    answer(everywhere, at=LATER)
    assert census.finished(town) == FinishedCensus(ground.name, LATER.date())
    assert census.finished(METRO) is None, "nobody was asked in the other communes"
    for code in ground.by_code:
        if code != town:
            answer(add(ground, coordinator, "Mairie", code))
    assert census.finished(METRO) == FinishedCensus(ground.name, LATER.date())
    assert census.finished("38") is None and census.finished("france") is None
    assert census.finished("gone") is None, "a deleted perimeter"
    client.force_login(coordinator)
    address = f"/espace/recensement/{METRO}/regles/"
    assert client.post(address, {"services": "1"}).status_code == 400, "a census looks for something"
    client.post(address, {"services": "1", "service": ["formation", "wifi"]})
    assert census.finished(METRO).lines == ("wifi", "formation")
    assert client.get(address).content.decode().count('name="service"') == len(diagnosis_lines())
    assert "que pour wifi ouvert à tous et formation." in method_text(ground)
    client.post(address, {"services": "1", "service": list(diagnosis_lines())})
    assert census.finished(METRO).lines == (), "all of them"
    add(ground, coordinator, "Un oublié", town, LATER)
    assert census.finished(METRO) is None


def test_a_stitch_counts_one_up_to_thirty_and_never_hides_what_is_done_or_left():
    assert rules.stitches(0, 5) == [False] * 5
    assert rules.stitches(2, 3) == [True, True, False]
    assert [sum(rules.stitches(done, 500)) for done in (0, 1, 250, 499, 500)] == [0, 1, 15, 29, 30]
    assert rules.stitches(0, 0) == []


def test_directory_place_is_labelled_as_such(ground, coordinator):
    lieu = place()
    actions.begin(ground, "Mairie : une fois", known=True, by=coordinator, at=AT)
    assert dict(Body.objects.values_list("name", "found_by")) == {
        "Mairie": "official",
        lieu.name: "directory",
    }
    text = method_text(ground)
    assert "1 par une liste officielle et 1 par l’annuaire, où leur fiche était déjà" in text


def test_copied_places_are_labelled_as_directory_places(ground, coordinator):
    lieu = place()
    copied = add(ground, coordinator, lieu.name, found_by="official", lieu=lieu)
    named = add(ground, coordinator, "Mairie", found_by="official")
    actions.link(ground, named, lieu, by=coordinator, at=AT)
    Body.objects.filter(pk=copied.pk).update(lieu=lieu)
    import_module("maillage.apps.directory.places.migrations.0005_found_in_directory").write(apps, None)
    assert dict(Body.objects.values_list("name", "found_by")) == {
        lieu.name: "directory",
        "Mairie": "official",
    }


# ------------------------------------------------------------------------------------------------------ rules


def test_rules_are_all_applied_until_somebody_switches_one_off(client, coordinator, ground):
    assert census.rules_of(ground) == {"solidarity": True, "regular": True, "basic": True}
    client.force_login(coordinator)
    client.post(f"/espace/recensement/{METRO}/regles/", {"regles": "1", "solidarity": "on"})
    assert census.rules_of(ground) == {"solidarity": True, "regular": False, "basic": False}
    assert census.rules_of(census.ground(SOON)) == {"solidarity": True, "regular": True, "basic": True}


def test_a_place_left_out_keeps_its_reason_and_comes_back(client, coordinator, ground):
    lieu = place()
    client.force_login(coordinator)
    address = f"/espace/recensement/{METRO}/regles/"
    typed = {
        "lieu": "bibliotheque barnave, Grenoble",
        "regle": "regular",
        "pourquoi": "ouvre quand elle peut",
    }
    assert client.post(address, typed).status_code == 302
    lieu.refresh_from_db()
    assert (lieu.state, lieu.reason) == (rules.EXCLUDED, "Activité régulière : ouvre quand elle peut")
    assert search(Wanted(text="barnave")).total == 0
    assert "ouvre quand elle peut" in client.get(address).content.decode()
    assert census.excluded(ground)[0].by == "Coordination"
    client.post(address, {"revenir": "barnave"})
    lieu.refresh_from_db()
    assert (lieu.state, search(Wanted(text="barnave")).total) == (rules.PUBLISHED, 1)
    assert list(Change.objects.values_list("verb", flat=True)) == ["publish", "exclude"]
    again = client.post(address, {"revenir": "barnave"})
    assert (again.status_code, "n’est pas écarté de ce recensement" in again.content.decode()) == (400, True)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"lieu": ""}, "Aucun lieu n’est écarté."),
        ({"lieu": "Inconnu"}, "Aucun lieu publié ici ne porte ce nom."),
        ({"lieu": "Jumeau"}, "2 lieux publiés portent ce nom."),
        ({"pourquoi": " "}, "Écrivez ce que vous avez constaté"),
        ({"regle": "basic"}, "Cette règle n’est pas appliquée"),
        ({"regle": "inventée"}, "Cette règle n’est pas appliquée"),
    ],
)
def test_leaving_a_place_out_is_refused_without_a_place_a_rule_or_a_reason(
    client, coordinator, ground, typed, words
):
    place()
    place("j1", {"nom": "Jumeau"})
    place("j2", {"nom": "Jumeau"})
    actions.set_rules(ground, {"regular": True}, by=coordinator, at=AT)
    client.force_login(coordinator)
    form_data = {"lieu": "Bibliothèque Barnave", "regle": "regular", "pourquoi": "fermé souvent", **typed}
    page = client.post(f"/espace/recensement/{METRO}/regles/", form_data)
    assert page.status_code == 400
    assert words in page.content.decode()
    assert not Lieu.objects.filter(state=rules.EXCLUDED).exists()


def test_a_place_of_elsewhere_is_not_left_out_here(ground):
    away = place("ailleurs", {"code_insee": "59392", "commune": "Maubeuge"})
    with pytest.raises(Refused, match="Ce lieu n’est pas dans le territoire"):
        actions.exclude(ground, away, "regular", why="loin", by="Coordination", at=AT)


# ----------------------------------------------------------------------------------------------------- method


def method_text(ground) -> str:
    text = " ".join(t for part in method.method(ground) for t in part.paragraphs)
    return text.replace("\u00a0", " ")


def test_the_method_says_nothing_while_nobody_is_on_the_list(client, coordinator, ground):
    assert method.method(ground) == []
    client.force_login(coordinator)
    assert "Rien à raconter" in client.get(f"/espace/recensement/{METRO}/methode/").content.decode()


def test_the_method_tells_what_the_rows_hold(ground, coordinator):
    """G-047: its two aims come first, then what the list says of itself."""
    lieu = place()
    first = add(ground, coordinator, "A", found_by="official", at=datetime(2026, 9, 1, 8, tzinfo=UTC))
    second = add(ground, coordinator, "B", recommended_by=first)
    add(ground, coordinator, "C", recommended_by=first)
    actions.say(second, "answered", by=coordinator, at=LATER)
    actions.link(ground, second, lieu, by=coordinator, at=LATER)
    text = method_text(ground)
    for words in (
        "Rendre l’offre lisible, pour mieux orienter",
        "Mailler le territoire, par une dynamique de réseau",
        "49 communes",
        "La plus ancienne est le 1er septembre 2026, la plus récente le 20 décembre 2026.",
        "3 organismes sont sur la liste : 1 par une liste officielle et 2 sur la recommandation d’un autre.",
        "Les 2 recommandations viennent d’un seul organisme.",
        "Un organisme sur 3 a été contacté ou écarté, soit 33 % de la liste.",
        "Parmi eux, 1 a répondu.",
        "Territoire du recensement : Grenoble-Alpes-Métropole, 49 communes",
        "2 restent à contacter.",
        "Un lieu est retenu s’il est public ou associatif",
        "Aucun lieu n’est écarté.",
        "L’annuaire publie ici 1 lieu, porté par 1 structure.",
        "Aucun n’a encore été confirmé par quelqu’un",
        "Un organisme de la liste est relié à une fiche de lieu.",
        "Aucune des 49 communes n’est terminée.",
        "48 communes n’ont aucun lieu publié.",
    ):
        assert words in text, words


def test_the_method_tells_the_rules_of_here_and_each_place_left_out(ground, coordinator):
    add(ground, coordinator)
    lieu = place()
    actions.exclude(ground, lieu, "regular", why="selon les dons", by="Coordination", at=AT)
    actions.set_rules(ground, {"regular": True}, by=coordinator, at=AT)
    text = method_text(ground)
    assert "Ces règles ne sont pas appliquées ici : but solidaire et compétences de base." in text
    assert "Un lieu est écarté, avec sa raison." in text
    part = next(p for p in method.method(ground) if p.title == "Qui est retenu")
    assert list(part.rows) == [("Bibliothèque Barnave", "Activité régulière : selon les dons")]
    actions.set_rules(ground, {}, by=coordinator, at=AT)
    assert "Aucune règle n’est appliquée : tout lieu trouvé est retenu." in method_text(ground)


# ----------------------------------------------------------------------------------------------------- access


def test_a_body_of_another_territory_is_not_found(client, coordinator, body):
    client.force_login(coordinator)
    assert client.get(f"/espace/recensement/{SOON}/organismes/{body.pk}/").status_code == 404


def test_the_first_page_finds_a_territory_and_shows_what_is_under_way(client, coordinator, body):
    client.force_login(coordinator)
    page = client.get("/espace/recensement/?q=grésivaudan").content.decode()
    assert f"/espace/recensement/{SOON}/" in page
    assert "aucune réponse sur 1 organisme" in page.replace("\u00a0", " ")


# --------------------------------------------------------------------------------------------- on the ground

ODK = (
    "SubmissionDate,organisme,nom,adresse,point-Latitude,point-Longitude,KEY,SubmitterName,AttachmentsPresent,"
    "ReviewState,DeviceID\n"
)


def give_back(client, text: str):
    sent = SimpleUploadedFile("envois.csv", text.encode())
    return client.post(f"/espace/recensement/{METRO}/terrain/", {"fichier": sent}, follow=True)


def test_the_entity_list_holds_who_is_still_to_see_and_no_way_to_reach_them(client, coordinator, ground):
    add(ground, coordinator, telephone="0476000000", courriel="ccas@exemple.fr", note="Mme Untel")
    actions.say(add(ground, coordinator, name="Mairie"), "answered", by=coordinator, at=AT)
    client.force_login(coordinator)
    text = client.get(f"/espace/recensement/{METRO}/terrain/entites.csv").content.decode()
    header, row = csv.reader(text.splitlines())
    values = dict(zip(header, row, strict=True))
    assert header[:2] == ["name", "label"]
    assert (values["label"], values["code_insee"]) == ("CCAS, Claix", "38111")
    assert values["name"] == values["organisme"] == str(UUID(values["name"]))
    assert not [word for word in ("0476", "exemple", "Untel", "Mairie") if word in text]


def test_submissions_say_who_answered_once(client, coordinator, ground):
    answering, rejected, other = (add(ground, coordinator, name=name) for name in ("CCAS", "Mairie", "Poste"))
    text = ODK + "".join(
        f"2026-11-20T10:00:00.000Z,{census.entity(body)},x,y,45.1,5.6,uuid:{body.pk},Leila,0,{state},c\n"
        for body, state in ((answering, "approved"), (rejected, "rejected"))
    )
    client.force_login(coordinator)
    assert "1 organisme noté" in give_back(client, text).content.decode().replace("\xa0", " ")
    assert "Personne de plus" in give_back(client, text).content.decode().replace("\xa0", " ")
    states = dict(Body.objects.values_list("name", "state"))
    assert states == {"CCAS": "answered", "Mairie": "to-contact", "Poste": "to-contact"}
    assert other.pk


def test_a_file_that_is_no_table_is_refused(client, coordinator, ground):
    client.force_login(coordinator)
    assert give_back(client, "%PDF").status_code == 400


def test_submissions_are_read_as_places_by_their_number_and_name_no_surveyor():
    rows = "".join(
        f'2026-11-20T10:00:00.000Z,x,{name},"{n} rue de la Paix, 38640 Claix",45.119823,5.672134,uuid:{n},Leila,0,{state},c\n'
        for n, (name, state) in enumerate((("CCAS", ""), ("Mairie", "approved"), ("Poste", "rejected")), 1)
    )
    sheet = parse((ODK + rows).encode(), "envois.csv")
    text, name, _ = files.draft(sheet)
    result = files.places(sheet, today=AT.date(), correspondence=mapping.load(text, name))
    assert [each.sheet["id"] for each in result.accepted] == ["uuid:1", "uuid:2"]
    assert "Leila" not in str([each.sheet for each in result.accepted])


def test_the_form_for_collect_is_one_and_its_answers_are_read_whole(client, coordinator, ground):
    tables = field_form.tables(ground)
    converted = convert(BytesIO(xlsform.write_tables(tables)), file_type=".xlsx", validate=False)
    assert "organismes.csv" in converted.xform
    client.force_login(coordinator)
    content = client.get(f"/espace/recensement/{METRO}/terrain/formulaire.xlsx").content
    assert {"survey", "choices", "settings"} == set(load_workbook(BytesIO(content)).sheetnames)
    names: dict[str, list[str]] = {}
    for row in tables["choices"]:
        assert " " not in row["name"]
        names.setdefault(row["list_name"], []).append(row["name"])
    columns = {name: " ".join(choices) for name, choices in names.items()}
    columns |= {"nom": "MJC du Puits", "commune": "Claix", "code_postal": "38640", "adresse": "1 rue Haute"}
    columns |= {"SubmissionDate": "2026-11-20T10:00:00.000Z", "KEY": "uuid:1", "AttachmentsPresent": "0"}
    columns |= {"DeviceID": "c", "point-Latitude": "45.12", "point-Longitude": "5.67"}
    out = StringIO()
    Writer(out).writerows([columns, columns.values()])
    sheet = parse(out.getvalue().encode(), "envois.csv")
    text, name, _ = files.draft(sheet)
    (place_read,) = files.places(sheet, today=AT.date(), correspondence=mapping.load(text, name)).accepted
    assert place_read.sheet["id"] == "uuid:1", "the tool wins over the standard that it wraps"
    for field, choices in names.items():
        assert len(place_read.sheet[field]) == len(choices), field
