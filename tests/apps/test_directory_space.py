"""The directory as professionals keep it: what is due, sheets, duplicates, proposals, and what is refused."""

import json
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from maillage.apps.directory.intake.actions import duplicates, importing, proposals, quick_actions
from maillage.apps.directory.memberships.actions import invitations
from maillage.apps.directory.places import rules
from maillage.apps.directory.places.actions import links, sheets, signals
from maillage.apps.directory.places.models import Change, Import, Lieu, Pair, Proposal, Source, Structure
from maillage.apps.directory.places.queries import history, space
from maillage.apps.directory.places.queries.links import Closure
from maillage.apps.directory.places.rules import BY_HAND
from maillage.apps.platform.accounts.models import Entry, User
from maillage.kernel.codes import in_halves
from maillage.kernel.errors import Refused
from maillage.reference import offer
from maillage.sources.offer import files
from maillage.sources.offer.forms import read as forms
from tests.conftest import account
from tests.support.prose import plain_text

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
ROW = {
    "id": "a1",
    "nom": "Bibliothèque Barnave",
    "commune": "Grenoble",
    "code_postal": "38000",
    "adresse": "1 place Grenette",
    "latitude": 45.1916,
    "longitude": 5.7278,
    "telephone": "04 76 00 11 22",
    "courriels": "contact@exemple.fr",
    "horaires": "Mo-Fr 09:00-12:00,14:00-17:00; PH off",
    "services": "Accès internet et matériel informatique",
    "frais_a_charge": "Gratuit",
    "date_maj": "2026-01-10",
}
TWIN = {
    **ROW,
    "id": "b7",
    "nom": "BIBLIOTHEQUE BARNAVE",
    "frais_a_charge": "Payant",
    "site_web": "https://exemple.fr",
}


def take(*rows, source="Réseau", at=AT) -> Import:
    sheet = forms.parse(json.dumps(rows).encode(), "lieux.json")
    result = files.places(sheet, today=at.date(), source=source)
    return importing.take_in(result, source=source, digest="0" * 64, by=None, at=at)


@pytest.fixture
def lieu(db) -> Lieu:
    take(ROW)
    return Lieu.objects.get()


@pytest.fixture
def signed(client, coordinator):
    client.force_login(coordinator)
    return client


@pytest.fixture
def pair(db) -> Pair:
    take(ROW)
    take(TWIN, source="Autre réseau", at=AT + timedelta(days=1))
    return Pair.objects.select_related("first", "second").get()


def page(client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def form_of(client, lieu: Lieu, end: str = "") -> dict[str, object]:
    """Return the form of a page as a browser would send it back, nothing changed."""
    form = client.get(f"/espace/annuaire/lieux/{lieu.slug}/{end}").context["form"]
    visible_fields = [
        field
        for each in (form, getattr(form, "hours", ()))
        for field in each
        if field.value() not in (None, False)
    ]
    return {field.html_name: field.value() for field in visible_fields} | {
        field.html_initial_name: field.value() for field in visible_fields
    }


# ----------------------------------------------------------------------------------------------------- access


@pytest.mark.parametrize(
    "address", ["liste/autre/", "lieux/nulle-part/", "doublons/99999/", "lieux/a1/pratiques/cuisine/"]
)
def test_what_does_not_exist_is_a_404(signed, lieu, address):
    assert signed.get(f"/espace/annuaire/{address}").status_code == 404


# ------------------------------------------------------------------------------------------------ what is due


@pytest.mark.both_databases
def test_each_kind_of_thing_to_do_is_there_with_its_count(signed, pair):
    lieu = pair.first
    proposals.propose(lieu, field="telephone", value=["+33476001133"], by="la structure", at=AT)
    signals.signal(lieu, about="Les horaires", text="C’est fermé le lundi.", reach="", at=AT)
    lieu.to_check = [{"field": "telephone", "value": "12", "reason": "numéro trop court"}]
    lieu.missing_since = Import.objects.first()
    lieu.sheet["precision"] = 4000.0  # metres: its commune alone is known
    lieu.save()
    text = plain_text(page(signed, "/espace/annuaire/"))
    for words in (
        "Signalements",
        "1 message",
        "1 valeur proposée",
        "1 paire",
        "1 fiche",
        "1 lieu absent",
        "1 lieu à situer",
        "2 fiches",
    ):
        assert words in text, words
    assert "C’est fermé le lundi" in text
    assert "Téléphone : numéro trop court" in text
    assert "2 lieux publiés" in text
    for kind in space.SECTIONS:
        assert "Bibliothèque Barnave" in page(signed, f"/espace/annuaire/liste/{kind}/")


def test_empty_queues_are_summarized_in_one_line(signed, lieu):
    text = plain_text(page(signed, "/espace/annuaire/"))
    assert "Rien n’attend ici : aucun message, aucune valeur proposée, aucune paire, " in text


def test_an_empty_directory_says_how_to_begin(signed):
    text = page(signed, "/espace/annuaire/")
    assert "L’annuaire est vide" in text
    assert 'href="/espace/annuaire/importer/"' in text


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("confirmed", "rhythm", "needs_confirmation"),
    [(None, 6, True), (date(2026, 10, 1), 1, True), (date(2026, 6, 1), 6, False)],
)  # fmt: skip
def test_sheet_needs_confirmation_when_its_rhythm_has_passed(
    lieu, coordinator, confirmed, rhythm, needs_confirmation
):
    Lieu.objects.update(confirmed_on=confirmed, rhythm=rhythm)
    assert space.to_confirm(coordinator, AT.date()).exists() == needs_confirmation
    passed = rules.confirm_by(confirmed, rhythm)
    assert needs_confirmation == (passed is None or passed < AT.date()), "the same rule as everywhere"


@pytest.mark.both_databases
def test_the_oldest_comes_first(lieu, coordinator):
    take(
        ROW,
        {
            **ROW,
            "id": "a2",
            "nom": "Maison des habitants",
            "date_maj": "2019-01-01",
            "adresse": "3 rue Abbé Grégoire",
        },
    )
    assert [each.name for each in space.to_confirm(coordinator, AT.date())] == [
        "Maison des habitants",
        "Bibliothèque Barnave",
    ]


@pytest.mark.both_databases
def test_a_sheet_is_found_by_its_words_even_put_aside(signed, lieu):
    assert "Bibliothèque Barnave" in page(signed, "/espace/annuaire/?q=barn")
    sheets.set_state(lieu, rules.EXCLUDED, by="x", at=AT, reason="trop irrégulier")
    text = page(signed, "/espace/annuaire/?q=barn")
    assert "Bibliothèque Barnave" in text
    assert "hors du recensement" in text
    assert "Aucune fiche n’a ces mots" in page(signed, "/espace/annuaire/?q=zzzz")


def test_the_space_of_professionals_leads_to_the_directory(signed):
    assert 'href="/espace/annuaire/"' in page(signed, "/espace/")


# ------------------------------------------------------------------------------------------------------ sheet


def test_each_field_says_where_it_comes_from(signed, lieu):
    text = plain_text(page(signed, f"/espace/annuaire/lieux/{lieu.slug}/"))
    assert "Réseau, 10 janvier 2026" in text
    sheets.edit(lieu, {"quartier": "Centre"}, by="La structure", at=AT)
    assert "La structure, 20 novembre 2026" in plain_text(
        page(signed, f"/espace/annuaire/lieux/{lieu.slug}/")
    )


def test_a_doubt_that_quotes_the_value_says_it_once(signed, lieu):
    lieu.to_check = [
        {
            "field": "date_maj",
            "value": "07/00/0000",
            "reason": "« 07/00/0000 » n’existe dans aucun calendrier",
        },
        {"field": "telephone", "value": "12", "reason": "numéro trop court"},
    ]
    lieu.save()
    page_html = page(signed, f"/espace/annuaire/lieux/{lieu.slug}/")
    assert page_html.count("07/00/0000") == 1 and "« 12 »" in plain_text(page_html)


@pytest.mark.both_databases
def test_a_form_sent_back_as_it_was_changes_nothing(signed, lieu):
    before = Lieu.objects.values().get()
    signed.post(f"/espace/annuaire/lieux/{lieu.slug}/", form_of(signed, lieu))
    assert Lieu.objects.values().get() == before
    assert Change.objects.count() == 1


def test_only_what_was_changed_is_written_and_it_is_read_as_a_file_would_be(signed, lieu):
    data = {
        **form_of(signed, lieu),
        "telephone": "476001133\n04.76.00.11.44",
        "frais_a_charge": ["free", "paid"],
    }
    signed.post(f"/espace/annuaire/lieux/{lieu.slug}/", data)
    lieu.refresh_from_db()
    assert lieu.sheet["telephone"] == ["+33476001133", "+33476001144"]
    assert lieu.sheet["frais_a_charge"] == ["free", "paid"]
    assert lieu.origins["telephone"]["by"] == "Coordination"
    assert lieu.origins["nom"]["source"] == "Réseau", "the rest keeps its origin"
    change = lieu.changes.first()
    assert {line.label for line in history.differences(change.before, change.after)} == {"Téléphone", "Prix"}


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"telephone": "bonjour"}, "telephone", "ne peut pas être gardé"),
        ({"nom": ""}, "nom", "Il manque le nom"),
        (
            {"commune": "Trifouillis", "code_postal": "", "latitude": "", "longitude": "", "code_insee": ""},
            "commune",
            "",
        ),
        ({"capacite": "beaucoup"}, "capacite", "ne peut pas être gardé"),
    ],
)
def test_invalid_value_is_refused_at_its_field_and_stays_typed(signed, lieu, typed, field, words):
    before = Lieu.objects.values().get()
    response = signed.post(
        f"/espace/annuaire/lieux/{lieu.slug}/", {**form_of(signed, lieu), "quartier": "Centre", **typed}
    )
    text = response.content.decode()
    assert response.status_code == 400
    assert words in plain_text(text)
    assert f'id="id_{field}_error"' in text
    assert 'value="Centre"' in text, "what was typed elsewhere is still there"
    assert Lieu.objects.values().get() == before


def test_what_somebody_else_wrote_meanwhile_stays(signed, lieu):
    data = {**form_of(signed, lieu), "quartier": "Centre"}
    sheets.edit(lieu, {"telephone": ["+33476009999"], "frais_a_charge": ["paid"]}, by="La structure", at=AT)
    signed.post(f"/espace/annuaire/lieux/{lieu.slug}/", data)
    lieu.refresh_from_db()
    assert (lieu.sheet["quartier"], lieu.sheet["telephone"]) == ("Centre", ["+33476009999"])
    assert lieu.sheet["frais_a_charge"] == ["paid"]


def test_what_was_read_before_somebody_else_wrote_takes_nothing_back(lieu):
    """Deux personnes enregistrent au même instant : la seconde a lu la fiche avant que la première l’écrive."""
    late, later, last = (Lieu.objects.get(pk=lieu.pk) for _ in range(3))
    sheets.edit(lieu, {"telephone": ["+33476009999"]}, by="Ana", at=AT)
    sheets.edit(late, {"quartier": "Centre"}, by="Bo", at=AT)
    sheets.edit_practice(later, "wifi", {"state": "planned"}, denied=False, by="Bo", at=AT, confirms=False)
    sheets.confirm(last, by="Cy", at=AT)
    lieu.refresh_from_db()
    assert (lieu.sheet["telephone"], lieu.sheet["quartier"]) == (["+33476009999"], "Centre")
    assert lieu.sheet["practices"]["wifi"] == {"state": "planned"}


def test_a_pair_that_two_people_decide_at_once_is_decided_once(pair):
    """La seconde personne a lu la paire ouverte : réunie deux fois, elle ne se séparait plus."""
    stale, other = Pair.objects.get(pk=pair.pk), Pair.objects.get(pk=pair.pk)
    before = list(Lieu.objects.order_by("pk").values())
    duplicates.merge(pair, {}, by="Ana", at=AT)
    with pytest.raises(Refused, match="n’a pas été gardée"):
        duplicates.merge(stale, {}, by="Bo", at=AT + timedelta(days=1))
    with pytest.raises(Refused, match="n’a pas été gardée"):
        duplicates.decline(other, by="Bo", at=AT + timedelta(days=1))
    duplicates.unmerge(Pair.objects.get(pk=pair.pk), by="Ana", at=AT + timedelta(days=1))
    assert list(Lieu.objects.order_by("pk").values()) == before


def test_a_place_missing_from_its_file_is_decided_once(lieu):
    Lieu.objects.filter(pk=lieu.pk).update(missing_since=Import.objects.first())
    stale = Lieu.objects.get(pk=lieu.pk)
    quick_actions.end_missing(lieu, by="Ana", at=AT, reason="a fermé")
    with pytest.raises(Refused, match="n’a pas changé"):
        quick_actions.keep_missing(stale, by="Bo", at=AT)
    assert Lieu.objects.get(pk=lieu.pk).state == rules.ENDED


def test_a_day_and_a_box_left_alone_are_those_somebody_else_wrote_meanwhile(signed, lieu):
    data = {**form_of(signed, lieu), "Mo00": "10:00", "Mo01": "12:00"}
    data["frais_a_charge"] = [*data.get("frais_a_charge", []), "paid"]
    sheets.edit(
        lieu, {"horaires": {"osm": "Tu-Th 09:00-12:00; PH off"}, "frais_a_charge": ["free"]}, by="Ana", at=AT
    )
    signed.post(f"/espace/annuaire/lieux/{lieu.slug}/", data)
    lieu.refresh_from_db()
    assert lieu.sheet["horaires"]["osm"] == "Mo 10:00-12:00,14:00-17:00; Tu-Th 09:00-12:00; PH off"
    assert lieu.sheet["frais_a_charge"] == ["free", "paid"]


@pytest.mark.parametrize(
    ("meanwhile", "expected", "without"),
    [
        ({"state": "planned"}, {"state": "planned", "postes": 8}, []),
        (None, None, ["formation"]),
    ],
)
def test_a_practice_left_as_displayed_stays_as_somebody_else_wrote_it(
    signed, lieu, meanwhile, expected, without
):
    """Une page ouverte avant rendait « proposé » un cours dit arrêté depuis, pour un nombre de postes."""
    address = f"/espace/annuaire/lieux/{lieu.slug}/pratiques/formation/"
    sheets.edit(lieu, {"practices": {"formation": {"state": "offered"}}}, by="Ana", at=AT)
    initial_fields = re.findall(
        r'name="(initial-state)" value="([^"]*)"', signed.get(address).content.decode()
    )
    written = {"formation": meanwhile} if meanwhile else {}
    sheets.edit(lieu, {"practices": written, "sans": without}, by="Ana", at=AT)
    signed.post(address, {"state": "offered", "postes": "8", **dict(initial_fields)})
    lieu.refresh_from_db()
    assert lieu.sheet.get("practices", {}).get("formation") == expected
    assert list(lieu.sheet.get("sans", [])) == without


def test_an_address_typed_again_is_placed_again(signed, lieu):
    data = {
        **form_of(signed, lieu),
        "commune": "Échirolles",
        "code_postal": "38130",
        "latitude": "",
        "longitude": "",
    }
    signed.post(f"/espace/annuaire/lieux/{lieu.slug}/", data)
    lieu.refresh_from_db()
    assert (lieu.code_insee, lieu.sheet["code_postal"]) == ("38151", "38130")
    assert lieu.sheet["precision"] > 0, "the middle of the commune, and its doubt"
    assert lieu.sheet["telephone"] == ["+33476001122"]


def test_a_point_says_how_it_was_found_and_is_found_again_by_the_address(signed, lieu):
    address = f"/espace/annuaire/lieux/{lieu.slug}/"
    point_text = "45,19160 ; 5,72780, donné par Réseau, 10 janvier 2026"
    assert point_text in plain_text(page(signed, address)).replace("\xa0", " ")
    signed.post(address, {**form_of(signed, lieu), "geste": "point"})
    lieu.refresh_from_db()
    assert lieu.sheet["precision"] > 0, "no address is loaded: the middle of the commune"
    assert "m près, Coordination, " in plain_text(page(signed, address)).replace("\xa0", " ")
    take({name: value for name, value in ROW.items() if "itude" not in name} | {"id": "c3"})
    unplaced = Lieu.objects.get(identifier="c3")
    assert "centre de la commune" in plain_text(page(signed, f"/espace/annuaire/lieux/{unplaced.slug}/"))


def test_a_type_without_code_keeps_its_words(signed, lieu):
    signed.post(
        f"/espace/annuaire/lieux/{lieu.slug}/", {**form_of(signed, lieu), "typologie": "bibliotheque"}
    )
    lieu.refresh_from_db()
    assert lieu.sheet["typologie"] == ["BIB"]
    signed.post(f"/espace/annuaire/lieux/{lieu.slug}/", {**form_of(signed, lieu), "typologie": "bailleur"})
    lieu.refresh_from_db()
    assert (lieu.sheet["typologie"], lieu.sheet["type_origine"]) == (["Autre"], "Bailleur social")


def test_hours_are_a_table_of_days(signed, lieu):
    data = form_of(signed, lieu)
    assert (data["Mo00"], data["Mo11"], data["feries"]) == ("09:00", "17:00", True)
    without_monday = {**data, "Mo00": "", "Mo01": "", "Mo10": "", "Mo11": "", "Sa00": "10h", "Sa01": "12h30"}
    signed.post(f"/espace/annuaire/lieux/{lieu.slug}/", without_monday)
    lieu.refresh_from_db()
    assert lieu.sheet["horaires"]["osm"] == "Tu-Fr 09:00-12:00,14:00-17:00; Sa 10:00-12:30; PH off"


def test_hours_in_words_replace_the_table(signed, lieu):
    data = {**form_of(signed, lieu), "autrement": "mardi 14h-17h, 1er samedi du mois 10h-12h"}
    signed.post(f"/espace/annuaire/lieux/{lieu.slug}/", data)
    lieu.refresh_from_db()
    assert "Sa[1] 10:00-12:00" in lieu.sheet["horaires"]["osm"]
    text = page(signed, f"/espace/annuaire/lieux/{lieu.slug}/")
    assert "Ils disent plus qu’un tableau" in text
    before = Lieu.objects.values().get()
    signed.post(f"/espace/annuaire/lieux/{lieu.slug}/", form_of(signed, lieu))
    assert Lieu.objects.values().get() == before, "a table that cannot show them does not erase them"


def test_an_emptied_table_withdraws_the_hours(signed, lieu):
    data = {
        name: value
        for name, value in form_of(signed, lieu).items()
        if not re.fullmatch(r"[A-Z][a-z]\d\d|feries", name)
    }
    signed.post(f"/espace/annuaire/lieux/{lieu.slug}/", data)
    lieu.refresh_from_db()
    assert "horaires" not in lieu.sheet


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"Mo00": "25:00"}, "n’est pas une heure"),
        ({"Sa00": "10:00"}, "Il manque l’heure de fermeture du samedi"),
        ({"Sa01": "12:00"}, "Il manque l’heure d’ouverture du samedi"),
        ({"Mo00": "12:00", "Mo01": "09:00"}, "Les heures du lundi se suivent mal"),
    ],
)
def test_hours_that_make_no_sense_are_refused(signed, lieu, typed, words):
    response = signed.post(f"/espace/annuaire/lieux/{lieu.slug}/", {**form_of(signed, lieu), **typed})
    assert response.status_code == 400
    assert words in plain_text(response.content.decode())
    assert Change.objects.count() == 1


def test_a_sheet_begins_with_its_hours_and_leads_to_each_part(signed, lieu):
    text = page(signed, f"/espace/annuaire/lieux/{lieu.slug}/")
    assert text.index('id="g-horaires"') < text.index('id="groupe-1"')
    nav = text[text.index("Sur cette fiche") :].split("</nav>")[0]
    targets = re.findall(r'href="#([^"]+)"', nav)
    assert targets[:2] == ["t-pratiques", "g-horaires"]
    assert all(f'id="{each}"' in text for each in targets)


def test_a_practice_has_a_state_and_conditions(signed, lieu):
    address = f"/espace/annuaire/lieux/{lieu.slug}/pratiques/formation/"
    data = {
        "state": "planned",
        "niveau": ["beginner"],
        "themes": "Ordinateur\nTéléphone",
        "postes": "8",
        "prescription": "oui",
    }
    signed.post(address, data)
    lieu.refresh_from_db()
    assert lieu.sheet["practices"]["formation"] == {
        "state": "planned",
        "niveau": ["beginner"],
        "themes": ["Ordinateur", "Téléphone"],
        "postes": 8,
        "prescription": True,
    }
    text = plain_text(page(signed, f"/espace/annuaire/lieux/{lieu.slug}/"))
    assert "Cours et ateliers en projet" in text
    lines = {line.label: line.after for line in history.of(lieu)[0].lines}
    assert (lines["Cours et ateliers"], lines["Cours et ateliers, niveau demandé"]) == (
        "en projet",
        "Débutant",
    )
    assert signed.post(address, {**data, "postes": "huit"}).status_code == 400
    signed.post(address, {"state": ""})
    lieu.refresh_from_db()
    assert "formation" not in lieu.sheet.get("practices", {})


def test_practice_questions_are_relevant_and_not_repeated(signed, lieu):
    assert rules.condition_questions().keys() == offer.practices().keys()
    assert {
        name for question_names in rules.condition_questions().values() for name in question_names
    } <= offer.conditions().keys()
    address = f"/espace/annuaire/lieux/{lieu.slug}/pratiques/wifi/"
    text = plain_text(page(signed, address))
    assert "Ce que le réseau demande pour se connecter" in text
    assert "En plein air" in text
    assert "Nom du réseau" in text
    assert "Combien de personnes s’y connectent, une semaine ordinaire" in text
    for senseless in ("Niveau demandé", "Sujets", "Nombre de postes"):
        assert senseless not in text
    sheets.edit(lieu, {"practices": {"wifi": {"state": "offered", "postes": 3}}}, by="x", at=AT)
    assert "Nombre de postes" in plain_text(page(signed, address))


@pytest.mark.parametrize("implied", [False, True])
def test_unknown_planned_offered_and_absent_are_four_answers(signed, lieu, implied):
    if not implied:
        sheets.edit(lieu, {"services": []}, by="x", at=AT)
    address = f"/espace/annuaire/lieux/{lieu.slug}/pratiques/libre_acces/"
    start = form_of(signed, lieu, "pratiques/libre_acces/")
    assert start["state"] == ("offered" if implied else ""), (
        "a place that says nothing is not said to lack it"
    )
    for state, practice_after, without in (
        ("without", None, ["libre_acces"]),
        ("planned", {"state": "planned"}, None),
        ("without", None, ["libre_acces"]),
        ("", None, None),
    ):
        signed.post(
            address, {**form_of(signed, lieu, "pratiques/libre_acces/"), "state": state, "accompagnement": []}
        )
        lieu.refresh_from_db()
        practice = lieu.sheet.get("practices", {}).get("libre_acces")
        assert (practice and {"state": practice["state"]}, lieu.sheet.get("sans")) == (
            practice_after,
            without,
        )
        assert form_of(signed, lieu, "pratiques/libre_acces/")["state"] == (
            state or ("offered" if implied else "")
        )
        text = plain_text(page(signed, f"/espace/annuaire/lieux/{lieu.slug}/"))
        assert ("Dit ne pas proposer : Ordinateurs en libre accès" in text) == (state == "without")
        assert ("Ordinateurs en libre accès proposé" in text) == (state == "" and implied)


def test_declared_absence_is_displayed_until_the_place_offers_it(signed, lieu):
    sheets.edit(lieu, {"sans": ["wifi", "pret"]}, by="La structure", at=AT)
    address = f"/espace/annuaire/lieux/{lieu.slug}/"
    assert "Dit ne pas proposer : Wifi, Prêt de matériel" in plain_text(page(signed, address))
    signed.post(f"{address}pratiques/wifi/", {**form_of(signed, lieu, "pratiques/wifi/"), "state": "offered"})
    lieu.refresh_from_db()
    assert lieu.sheet["sans"] == ["pret"]
    assert lieu.sheet["practices"]["wifi"] == {"state": "offered"}


def test_history_is_listed_and_the_last_change_is_undone(signed, lieu):
    before = dict(lieu.sheet)
    sheets.edit(lieu, {"quartier": "Centre", "telephone": ["+33476009999"]}, by="La structure", at=AT)
    text = plain_text(page(signed, f"/espace/annuaire/lieux/{lieu.slug}/"))
    assert "04 76 00 11 22 → 04 76 00 99 99" in text
    change = lieu.changes.first()
    signed.post(f"/espace/annuaire/changements/{change.pk}/defaire/")
    lieu.refresh_from_db()
    assert lieu.sheet == before
    response = signed.post(f"/espace/annuaire/changements/{change.pk}/defaire/", follow=True)
    assert "n’a pas été remis comme avant" in response.content.decode()


def test_only_the_last_change_offers_to_be_undone(lieu):
    sheets.edit(lieu, {"quartier": "Centre"}, by="x", at=AT)
    sheets.edit(lieu, {"quartier": "Nord"}, by="x", at=AT + timedelta(hours=1))
    assert [event.undoable for event in history.of(lieu)] == [True, False, False]


# --------------------------------------------------------------------------------------------------- gestures


def gesture(client, lieu: Lieu, name: str, **data) -> str:
    response = client.post(f"/espace/annuaire/lieux/{lieu.slug}/geste/", {"geste": name, **data}, follow=True)
    lieu.refresh_from_db()
    return plain_text(response.content.decode())


def test_nothing_changed_is_one_click(signed, lieu):
    lieu.to_check = [{"field": "telephone", "value": "12", "reason": "r"}]
    lieu.save()
    text = gesture(signed, lieu, "confirmer")
    assert "sauf ce qui reste à vérifier : Contact." in text and "Restera à vérifier : Contact." in text
    assert (lieu.confirmed_by, len(lieu.to_check)) == ("Coordination", 1)
    assert lieu.changes.first().verb == "confirm"
    assert "Toute la fiche" not in gesture(signed, lieu, "justes")
    assert lieu.to_check == []
    assert "Toute la fiche est confirmée aujourd’hui" in gesture(signed, lieu, "confirmer")


def test_no_page_of_a_sheet_shows_the_marks_of_a_web_page(signed, lieu):
    marked = "<strong>Propose</strong>\n<ul>\n<li>Conseils &agrave; l&#39;achat</li>\n</ul>"
    texts = [name for name, of in offer.fields().items() if of.kind == "text"]
    lieu.sheet = {**lieu.sheet, **dict.fromkeys(texts, marked)}
    lieu.to_check = [{"field": field, "value": marked, "reason": "r"} for field in (*texts, "formation")]
    lieu.save()
    sheets.edit(lieu, {"presentation_detail": f"{marked}<li>De plus</li>"}, by="Ana", at=AT)
    html = signed.get(f"/espace/annuaire/lieux/{lieu.slug}/").content.decode()
    assert "Conseils à l" in html
    assert not re.search("&lt;/?(?:li|ul|strong)|&amp;(?:agrave|#39|#x27);", html)


def test_full_then_room_again(signed, lieu):
    gesture(signed, lieu, "complet")
    assert lieu.full_since is not None
    assert "La fiche n’a pas été modifiée" in gesture(signed, lieu, "complet")
    gesture(signed, lieu, "de-la-place")
    assert lieu.full_since is None
    soon = timezone.localdate() + timedelta(days=9)
    gesture(signed, lieu, "complet", de_la_place=soon.isoformat())
    assert lieu.room_on == soon
    signed.post(f"/espace/annuaire/changements/{lieu.changes.first().pk}/defaire/")
    lieu.refresh_from_db()
    assert (lieu.full_since, lieu.room_on) == (None, None), "undone as a whole"
    assert [change.verb for change in lieu.changes.all()[:2]] == ["undo", "full"]


def test_stale_page_overrides_no_day_set_by_somebody_else(signed, lieu, client):
    """Saying full again without a day erased the one that somebody had just said; a day said full again."""
    stale = " ".join(signed.get(f"/espace/annuaire/lieux/{lieu.slug}/").content.decode().split())
    assert re.search(r'name="etait" value="".{0,300}?name="de_la_place"', stale)
    soon = timezone.localdate() + timedelta(days=9)
    gesture(signed, lieu, "complet", etait="", de_la_place=soon.isoformat())
    assert "La fiche le disait déjà" in gesture(signed, lieu, "complet", etait="", de_la_place="")
    assert lieu.room_on == soon
    code = in_halves(links.make(lieu, by="Coordination", at=timezone.now()))
    page = " ".join(client.get(f"/fiche/{code}/").content.decode().split())
    assert re.search(r'name="etait" value="1".{0,300}?name="de_la_place"', page)
    gesture(signed, lieu, "de-la-place")
    sent = {"dire": "complet", "etait": "1", "de_la_place": soon.isoformat()}
    answer = client.post(f"/fiche/{code}/", sent)
    lieu.refresh_from_db()
    assert (answer.status_code, lieu.full_since) == (400, None)


def test_past_day_is_not_upcoming_room(signed, lieu):
    today = timezone.localdate()
    lieu.full_since = today - timedelta(days=20)
    for room_on, is_displayed in ((today - timedelta(days=2), False), (today + timedelta(days=2), True)):
        lieu.room_on = room_on
        lieu.save()
        page = " ".join(signed.get(f"/espace/annuaire/lieux/{lieu.slug}/").content.decode().split())
        assert "Complet depuis le" in page
        assert (", de la place vers le" in page) is is_displayed


def test_a_closure_has_two_dates_and_is_withdrawn(signed, lieu):
    gesture(signed, lieu, "fermer", du="2027-12-21", au="2028-01-02", motif="congés")
    assert lieu.sheet["fermetures"] == [{"du": "2027-12-21", "au": "2028-01-02", "motif": "congés"}]
    assert "La réouverture vient avant la fermeture" in gesture(
        signed, lieu, "fermer", du="2027-05-02", au="2027-05-01"
    )
    assert "La fermeture n’a pas été notée" in gesture(signed, lieu, "fermer", du="", au="demain")
    gesture(signed, lieu, "rouvrir", du="2027-12-21", au="2028-01-02")
    assert "fermetures" not in lieu.sheet
    assert [change.verb for change in lieu.changes.all()[:2]] == ["close", "close"]


def test_a_place_is_put_aside_with_a_reason_and_published_again(signed, lieu):
    assert "Le lieu n’a pas été retiré" in gesture(signed, lieu, "etat", etat="excluded", raison=" ")
    assert lieu.state == rules.PUBLISHED
    gesture(signed, lieu, "etat", etat="excluded", raison="activité trop irrégulière")
    assert (lieu.state, lieu.reason) == (rules.EXCLUDED, "activité trop irrégulière")
    gesture(signed, lieu, "etat", etat="published")
    assert lieu.state == rules.PUBLISHED
    assert "L’état du lieu n’a pas changé" in gesture(signed, lieu, "etat", etat="merged", raison="x")


def test_whoever_may_edit_a_place_finds_it_from_its_public_page(signed, client, lieu):
    address, link = f"/lieux/{lieu.slug}/", f'href="/espace/annuaire/lieux/{lieu.slug}/"'
    page = signed.get(address).content.decode()
    assert link in page
    assert "Modifier cette fiche" in page
    signed.logout()
    assert "Modifier cette fiche" not in signed.get(address).content.decode()


def test_a_rhythm_is_one_of_those_offered(signed, lieu):
    gesture(signed, lieu, "rythme", mois="3")
    assert lieu.rhythm == 3
    assert "Ce rythme n’existe pas" in gesture(signed, lieu, "rythme", mois="5")
    assert "Ce rythme n’existe pas" in gesture(signed, lieu, "rythme", mois="trois")
    assert lieu.rhythm == 3


def test_non_numeric_values_are_reported(signed, lieu):
    before = lieu.rhythm
    for typed in ("²", "9" * 5000, "٣"):
        assert "Ce rythme n’existe pas" in gesture(signed, lieu, "rythme", mois=typed)
        address = f"/espace/annuaire/lieux/{lieu.slug}/pratiques/formation/"
        data = {**form_of(signed, lieu, "pratiques/formation/"), "state": "offered", "capacite": typed}
        assert signed.post(address, data).status_code == 400
    response_text = signed.post(address, {**data, "capacite": "²"}).content.decode()
    assert (
        "« ² » n’est pas reconnu. Écrivez un nombre entier, de 0 à 100 000, par exemple 8."
        in response_text.replace("\xa0", " ")
    )
    lieu.refresh_from_db()
    assert lieu.rhythm == before


def test_an_unknown_gesture_is_a_404(signed, lieu):
    assert signed.post(f"/espace/annuaire/lieux/{lieu.slug}/geste/", {"geste": "vendre"}).status_code == 404


@pytest.mark.both_databases
def test_what_a_sheet_shows_of_its_state(signed, lieu):
    links.close(lieu, Closure(date(2027, 12, 21), date(2028, 1, 2), "congés"), by="x", at=AT)
    lieu.refresh_from_db()
    sheets.say_full(lieu, True, by="x", at=AT)
    text = plain_text(page(signed, f"/espace/annuaire/lieux/{lieu.slug}/"))
    assert "Fermé du 21 décembre 2027 au 2 janvier 2028 (congés)" in text
    assert "Complet depuis le 20 novembre" in text


# ------------------------------------------------------------------------------------------------- duplicates


def test_two_sheets_stand_side_by_side_with_a_suggestion(signed, pair):
    text = page(signed, f"/espace/annuaire/doublons/{pair.pk}/")
    assert "Gratuit" in text
    assert "Payant" in text
    sides = {
        side.id: side for side in space.side_by_side(pair, duplicates.suggested(pair.first, pair.second))
    }
    assert (sides["site_web"].suggested, sides["site_web"].first) == ("second", "")
    assert sides["frais_a_charge"].both
    assert not sides["nom"].both
    assert "telephone" not in sides, "what both say alike is told apart"


def test_same_practice_under_other_conditions_is_distinct(pair):
    for lieu, more in (
        (pair.first, {"niveau": ["debutant"], "postes": 4}),
        (pair.second, {"postes": 4, "complet": True}),
    ):
        lieu.sheet = {
            **lieu.sheet,
            "practices": {"formation": {"state": "offered", **more}, "wifi": {"state": "planned"}},
        }
    sides = {side.id: side for side in space.side_by_side(pair, {"practices": "first"})}
    first, second = sides["practices"].first, sides["practices"].second
    assert ("debutant" in first, "debutant" in second) == (True, False)
    assert first != second
    assert "4" not in first + second, "what both say alike is not repeated"


def test_fields_that_make_sense_together_are_chosen_together(signed, pair):
    moved = dict(pair.second.sheet, latitude=45.18, longitude=5.71, commune="Échirolles", code_insee="38151")
    Lieu.objects.filter(pk=pair.second_id).update(sheet=moved)
    pair = Pair.objects.select_related("first", "second").get()
    data = {"geste": "reunir", "cote-latitude": "second", "cote-commune": "first"}
    signed.post(f"/espace/annuaire/doublons/{pair.pk}/", data)
    merged_sheet = Lieu.objects.get(pk=pair.first_id).sheet
    assert (
        merged_sheet["latitude"],
        merged_sheet["longitude"],
        merged_sheet["code_insee"],
        merged_sheet["commune"],
    ) == (
        45.18,
        5.71,
        "38185",
        "Grenoble",
    )


def test_a_merge_is_chosen_field_by_field_and_undone_exactly(signed, pair):
    before = list(Lieu.objects.order_by("pk").values())
    signed.post(
        f"/espace/annuaire/doublons/{pair.pk}/",
        {"geste": "reunir", "cote-nom": "first", "cote-frais_a_charge": "both"},
    )
    surviving_lieu = Lieu.objects.get(pk=pair.first_id)
    assert surviving_lieu.sheet["nom"] == "Bibliothèque Barnave"
    assert surviving_lieu.sheet["frais_a_charge"] == ["free", "paid"]
    assert surviving_lieu.sheet["site_web"] == ["https://exemple.fr"], "the suggestion, where nobody chose"
    assert "Séparer" in page(signed, "/espace/annuaire/doublons/")
    assert "réunie à" in plain_text(page(signed, f"/espace/annuaire/lieux/{pair.second.slug}/"))
    signed.post(f"/espace/annuaire/doublons/{pair.pk}/revoir/")
    assert list(Lieu.objects.order_by("pk").values()) == before


def test_distinct_places_are_marked_as_two_and_reviewed_again(signed, pair):
    signed.post(f"/espace/annuaire/doublons/{pair.pk}/", {"geste": "deux"})
    assert Pair.objects.get().state == rules.DECLINED
    assert Pair.objects.get().answered_by == "Coordination"
    assert "Dites différentes" in page(signed, "/espace/annuaire/doublons/")
    signed.post(f"/espace/annuaire/doublons/{pair.pk}/revoir/")
    assert Pair.objects.get().state == rules.OPEN


@pytest.mark.both_databases
def test_a_pair_already_decided_is_not_decided_again(signed, pair):
    signed.post(f"/espace/annuaire/doublons/{pair.pk}/", {"geste": "reunir"})
    response = signed.post(f"/espace/annuaire/doublons/{pair.pk}/", {"geste": "reunir"})
    assert response.status_code == 400
    assert "Quelqu’un a déjà décidé" in plain_text(response.content.decode())
    assert Change.objects.filter(verb="merge").count() == 2


def test_a_pair_whose_place_left_is_no_longer_proposed(signed, pair):
    sheets.set_state(pair.second, rules.ENDED, by="x", at=AT, reason="fermé")
    assert "Aucune paire à décider" in page(signed, "/espace/annuaire/doublons/")


def test_a_merge_that_changed_since_is_taken_apart_once_its_effect_was_read(signed, pair):
    address = f"/espace/annuaire/doublons/{pair.pk}/"
    signed.post(address, {"geste": "reunir", "cote-frais_a_charge": "second"})
    text = plain_text(page(signed, address))
    assert text.count("redevient exactement comme avant") == 2
    sheets.edit(
        Lieu.objects.get(pk=pair.first_id), {"quartier": "Centre"}, by="x", at=AT + timedelta(days=900)
    )
    text = plain_text(page(signed, address))
    assert text.count("redevient exactement comme avant") == 1
    assert "pas tout à fait comme avant" in text
    assert "Centre" in text
    assert Pair.objects.get().state == rules.ACCEPTED, "nothing is written by reading"
    response = signed.post(f"{address}revoir/", follow=True)
    assert "séparées, avec ce qui a changé depuis" in plain_text(response.content.decode())
    sheet_after = Lieu.objects.get(pk=pair.first_id).sheet
    assert (sheet_after["quartier"], sheet_after["frais_a_charge"]) == ("Centre", ["free"])
    assert Lieu.objects.get(pk=pair.second_id).state == rules.PUBLISHED
    assert Pair.objects.get().state == rules.OPEN


@pytest.mark.both_databases
def test_a_merge_within_a_merge_says_what_to_take_apart_first(signed, pair):
    address = f"/espace/annuaire/doublons/{pair.pk}/"
    signed.post(address, {"geste": "reunir"})
    take({**ROW, "id": "c3"}, source="Troisième", at=AT)
    other = Pair.objects.get(first=pair.first, state=rules.OPEN)
    Pair.objects.filter(pk=other.pk).update(first=other.second, second=other.first)
    signed.post(f"/espace/annuaire/doublons/{other.pk}/", {"geste": "reunir"})
    text = plain_text(page(signed, address))
    assert "Séparez d’abord ces deux-là" in text
    assert "Séparer ces deux fiches" not in text


@pytest.mark.both_databases
def test_sure_pairs_are_merged_at_once_only_those_ticked_and_undone_one_by_one(signed):
    take(ROW)
    for n, source in enumerate(("Deux", "Trois"), 2):
        take({**TWIN, "id": f"t{n}"}, source=source, at=AT + timedelta(days=n))
    Pair.objects.update(sure=True)
    pairs = list(Pair.objects.order_by("pk"))
    assert len(pairs) == 3
    text = page(signed, "/espace/annuaire/doublons/surs/")
    assert "presque sûre" in text and "seuil" not in text, "in words of everybody"
    assert text.count('name="paire"') == 3
    before = list(Lieu.objects.order_by("pk").values())
    response = signed.post(
        "/espace/annuaire/doublons/surs/", {"paire": [str(pair.pk) for pair in pairs]}, follow=True
    )
    assert "2 paires réunies. 1 autre attend votre avis" in plain_text(response.content.decode())
    merged = Pair.objects.filter(state=rules.ACCEPTED).order_by("-answered_at")
    for pair in merged:
        duplicates.unmerge(pair, by="x", at=AT + timedelta(days=900))
    assert list(Lieu.objects.order_by("pk").values()) == before


@pytest.mark.both_databases
def test_no_pair_below_the_threshold_is_merged_without_a_person(pair):
    Pair.objects.update(sure=False)
    assert quick_actions.merge_sure(Pair.objects.all(), by="x", at=AT) == 0


# -------------------------------------------------------------------------------------------------- proposals


@pytest.mark.both_databases
def test_proposed_value_is_displayed_next_to_the_current_one_and_accepted(signed, lieu):
    proposals.propose(lieu, field="telephone", value=["+33476001133"], by="la structure", at=AT)
    text = plain_text(page(signed, "/espace/annuaire/propositions/"))
    assert "04 76 00 11 22" in text
    assert "04 76 00 11 33" in text
    proposal = Proposal.objects.get()
    signed.post(f"/espace/annuaire/propositions/{proposal.pk}/", {"geste": "accepter"})
    lieu.refresh_from_db()
    assert lieu.sheet["telephone"] == ["+33476001133"]
    assert (lieu.origins["telephone"]["source"], lieu.origins["telephone"]["by"]) == (
        "la structure",
        "Coordination",
    )
    assert (lieu.changes.first().verb, Proposal.objects.get().state) == ("accept", rules.ACCEPTED)


@pytest.mark.both_databases
def test_a_declined_value_leaves_the_sheet_as_it_is(signed, lieu):
    proposal = proposals.propose(lieu, field="telephone", value=None, by="la structure", at=AT)
    signed.post(f"/espace/annuaire/propositions/{proposal.pk}/", {"geste": "ecarter", "suite": "fiche"})
    assert Lieu.objects.get().sheet == lieu.sheet
    assert Proposal.objects.get().state == rules.DECLINED
    response = signed.post(
        f"/espace/annuaire/propositions/{proposal.pk}/", {"geste": "accepter"}, follow=True
    )
    assert "Coordination y a déjà répondu" in plain_text(response.content.decode())
    assert Lieu.objects.get().sheet == lieu.sheet


def test_a_value_may_be_proposed_to_be_withdrawn(lieu):
    proposal = proposals.propose(lieu, field="telephone", value=None, by="la structure", at=AT)
    proposals.accept(proposal, by="x", at=AT)
    assert "telephone" not in Lieu.objects.get().sheet


def test_the_same_value_waits_once_and_a_field_that_does_not_exist_never(lieu):
    one = proposals.propose(lieu, field="quartier", value="Centre", by="x", at=AT)
    assert proposals.propose(lieu, field="quartier", value="Centre", by="y", at=AT) == one
    with pytest.raises(ValueError, match="no field"):
        proposals.propose(lieu, field="couleur", value="bleu", by="x", at=AT)


def test_a_message_of_a_visitor_writes_no_line(client, lieu):
    """docs/menaces.md says so: a gesture that would write one makes it wrong."""
    client.post(f"/lieux/{lieu.slug}/signaler/", {"sur": "horaires", "texte": "C’est fermé le lundi."})
    assert (Proposal.objects.count(), Entry.objects.count()) == (1, 0)


def test_a_message_is_closed_with_a_note(signed, lieu):
    signal = signals.signal(lieu, about="Les horaires", text="C’est fermé le lundi.", reach="", at=AT)
    address = f"/espace/annuaire/propositions/{signal.pk}/"
    assert "n’a pas été gardée" in signed.post(address, {"note": " "}, follow=True).content.decode()
    assert "n’a pas été accepté" in signed.post(address, {"geste": "accepter"}, follow=True).content.decode()
    signed.post(address, {"note": "Appelé : horaires corrigés."})
    assert Proposal.objects.get().state == rules.ACCEPTED
    assert "Appelé : horaires corrigés." in page(signed, "/espace/annuaire/propositions/")
    with pytest.raises(Refused, match="n’a pas été gardée"):
        proposals.answer(signal, "encore", by="x", at=AT)


def test_value_proposed_for_a_merged_place_is_not_reported_as_written(signed, pair):
    """« Valeur écrite dans la fiche » : dans la fiche réunie, que personne ne lit."""
    proposal = proposals.propose(pair.second, field="quartier", value="Centre", by="la structure", at=AT)
    duplicates.merge(pair, {}, by="Ana", at=AT)
    address = f"/espace/annuaire/propositions/{proposal.pk}/"
    response_text = plain_text(signed.post(address, {"geste": "accepter"}, follow=True).content.decode())
    assert "Personne ne la lirait" in response_text
    proposal.refresh_from_db()
    assert proposal.state == rules.OPEN
    assert "quartier" not in Lieu.objects.get(pk=pair.second_id).sheet


def test_visitor_message_is_stored_until_checked(signed, lieu):
    """« Nous gardons votre message et votre contact le temps de vérifier » : ils restaient, fermés, pour toujours."""
    signal_fields = {
        "about": "Les horaires",
        "text": "Ma mère, 06 : elle a trouvé fermé.",
        "reach": "06 00 00 00 00",
    }
    closed, declined, former, pending_signal = (
        signals.signal(lieu, **signal_fields, at=AT) for _ in range(4)
    )
    signed.post(f"/espace/annuaire/propositions/{closed.pk}/", {"note": "Corrigé."})
    signed.post(f"/espace/annuaire/propositions/{declined.pk}/", {"geste": "ecarter"})
    Proposal.objects.filter(pk=former.pk).update(state=rules.ACCEPTED)  # before it was erased at once
    assert signals.run_deadlines(at=AT) == {"signalements_effaces": 1}
    assert "Bibliothèque Barnave : Les horaires Corrigé." in plain_text(
        page(signed, "/espace/annuaire/propositions/")
    )
    texts = dict(Proposal.objects.values_list("pk", "text"))
    assert {texts.pop(pk) for pk in (closed.pk, declined.pk, former.pk)} == {"Les horaires"}
    assert "06 00 00 00 00" in texts[pending_signal.pk]


# ------------------------------------------------------------------------------------------------- new places


def new(client, **data):
    return client.post(
        "/espace/annuaire/lieux/nouveau/",
        {"nom": "La Grange", "typologie": "association", "pratiques": ["wifi"], **data},
    )


@pytest.mark.both_databases
def test_a_place_added_by_hand_has_a_source_an_address_and_a_trace(signed):
    response = new(
        signed,
        commune="Saint-Martin-d'Hères",
        adresse="3 rue Marcel Cachin",
        telephone="476001122",
        pratiques=["assistance", "wifi"],
    )
    lieu = Lieu.objects.get()
    assert response["Location"] == f"/espace/annuaire/lieux/{lieu.slug}/"
    assert lieu.slug == "la-grange-saint-martin-d-heres"
    assert (lieu.source.name, lieu.code_insee, lieu.sheet["telephone"]) == (
        BY_HAND,
        "38421",
        ["+33476001122"],
    )
    assert lieu.sheet["code_postal"] == "38400"
    assert set(lieu.sheet["practices"]) == {"assistance", "wifi"}, "somebody can be sent there at once"
    assert (lieu.confirmed_on, lieu.changes.get().by) == (None, "Coordination")
    assert Lieu.objects.get().structure.name == "La Grange"
    again = new(signed, commune="38400", adresse="99 avenue Gabriel Péri", **{"quand-meme": "on"})
    assert again["Location"].endswith("la-grange-saint-martin-d-heres-2/")


@pytest.fixture
def isere(db) -> User:
    return account("isere", "coordination", territory="38")


@pytest.fixture
def manager(isere) -> User:
    """The manager of a structure that an invitation added."""
    user = User.objects.create_user("nora@exemple.fr", is_demonstration=True)  # asked for no second factor
    _, token = invitations.invite(by=isere, role="gestionnaire", for_whom="Nora", new="Les Liens", at=AT)
    return invitations.accept(token=token, user=user, at=AT, on=AT.date())


@pytest.mark.both_databases
def test_new_place_belongs_to_the_invited_structure_of_its_manager(client, manager):
    client.force_login(manager)
    assert 'href="/espace/annuaire/lieux/nouveau/"' in page(client, "/espace/annuaire/")
    response = new(client, commune="38563", structure="")
    assert response.status_code == 400, "a structure that has none is never made by a manager"
    team = Structure.objects.get(name="Les Liens")
    response = new(client, commune="Voiron", structure=team.pk)
    lieu = Lieu.objects.get()
    assert response["Location"] == f"/espace/annuaire/lieux/{lieu.slug}/"
    assert page(client, response["Location"])
    assert (lieu.structure, lieu.code_insee, lieu.sheet["structure_parente"]) == (team, "38563", "Les Liens")
    team.refresh_from_db()
    assert (team.code_insee, team.kind) == ("38563", "association"), (
        "no more the seat that the invitation guessed"
    )
    assert "La Grange" in page(client, "/carte/?ou=Voiron")
    assert "La Grange" in page(client, "/espace/ateliers/nouveau/")
    manager.refresh_from_db()
    vars(manager).pop("held_rights", None)
    row, _ = invitations.invite(by=manager, role="aidant", for_whom="Paul", structure=team, at=AT)
    assert row.structure == team


def test_place_that_bears_the_name_of_an_invited_structure_is_its_place(client):
    """Une deuxième structure du même nom naissait, et aucun collègue ne pouvait plus être invité."""
    claire = account("claire", "administration")
    invitations.invite(by=claire, role="gestionnaire", for_whom="Nora", new="Les Liens", at=AT)
    team = Structure.objects.get()
    client.force_login(claire)
    assert '<option value="Les Liens">' in page(client, "/espace/annuaire/lieux/nouveau/")
    new(client, nom="LES LIENS", commune="Voiron", structure="")
    assert (Structure.objects.get(), Lieu.objects.get().structure) == (team, team)
    fields = {"role": "aidant", "pour_qui": "Paul", "structure": "Les Liens"}
    assert client.post("/espace/equipe/", fields).status_code == 200


def test_new_place_outside_the_territory_is_of_ones_own_structure_only(client, manager, isere):
    client.force_login(manager)
    new(client, commune="Lille", structure=Structure.objects.get().pk)
    assert Lieu.objects.get().code_insee == "59350"
    client.force_login(isere)
    assert "n’est pas de votre territoire" in new(client, commune="Lille", nom="Autre").content.decode()


def test_new_place_is_compared_with_every_published_place(client, lieu, manager):
    client.force_login(manager)
    typed = {"nom": ROW["nom"], "commune": "Grenoble", "adresse": ROW["adresse"]}
    response = new(client, **typed, structure=Structure.objects.get(name="Les Liens").pk)
    text = " ".join(response.content.decode().split())
    assert "Ce lieu est peut-être déjà dans l’annuaire" in text
    assert f'<a href="/lieux/{lieu.slug}/">' in text, "its public page: the sheet is not theirs"


def test_new_place_of_an_invited_structure_is_added_by_the_coordination_too(client, manager, isere):
    client.force_login(isere)
    team = Structure.objects.get()
    assert '<option value="Les Liens">' in page(client, "/espace/annuaire/lieux/nouveau/")
    new(client, commune="Voiron", structure="les liens")
    assert Lieu.objects.get().structure == team
    new(client, nom="La Ruche", commune="Voiron", structure="Les Liens")
    assert set(Lieu.objects.values_list("structure", flat=True)) == {team.pk}, "no namesake is made beside it"


def test_place_added_by_the_coordination_names_a_structure_that_is_new(client, isere):
    client.force_login(isere)
    new(client, commune="Voiron", structure=" Maison  du numérique ")
    lieu = Lieu.objects.get()
    assert (lieu.structure.name, lieu.sheet["structure_parente"]) == (("Maison du numérique",) * 2)


@pytest.mark.both_databases
def test_a_name_that_several_communes_have_is_chosen(signed):
    response = new(signed, commune="Saint-Denis")
    text = response.content.decode()
    assert "Laquelle de ces communes" in text
    assert not Lieu.objects.exists()
    code = re.search(r'name="choisie" value="(9\w+)"', text)[1]
    new(signed, commune="Saint-Denis", choisie=code)
    assert Lieu.objects.get().code_insee == code


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"nom": "", "commune": "Grenoble"}, "Il manque le nom"),
        ({"commune": ""}, "Il manque la commune"),
        ({"commune": "Trifouillis-les-Oies"}, "n’est pas reconnue"),
        ({"commune": "Grenoble", "telephone": "bonjour"}, "ne peut pas être gardé"),
    ],
)
def test_a_place_that_nobody_could_find_is_refused_and_stays_typed(signed, typed, words):
    response = new(signed, **{"adresse": "3 rue Thiers", **typed})
    assert response.status_code == 400
    assert words in plain_text(response.content.decode())
    assert 'value="3 rue Thiers"' in response.content.decode()
    assert not Lieu.objects.exists()


def test_a_place_of_which_nothing_is_known_says_that_nobody_will_be_sent_there(signed):
    """It was “described” by a name and a town, and the first referral found no place."""
    refused = new(signed, commune="Grenoble", pratiques=[])
    assert refused.status_code == 400 and "Il manque ce qu’on y trouve" in refused.content.decode()
    address = new(signed, commune="Grenoble", pratiques=["inconnu"])["Location"]
    assert "practices" not in Lieu.objects.get().sheet
    assert "aucune orientation" in page(signed, address)


def test_a_sheet_asks_for_no_code_that_its_address_gives(signed, lieu):
    text = page(signed, f"/espace/annuaire/lieux/{lieu.slug}/")
    few, rest = text.split('id="groupe-2"')[1].split("Autres renseignements", 1)
    assert 'name="commune"' in few and 'name="code_insee"' not in few and 'name="latitude"' not in few
    assert 'name="code_insee"' in rest, "it unfolds"


def test_possible_duplicate_is_displayed_before_a_place_is_added(signed, lieu):
    typed = {
        "nom": "Bibliothèque Barnave",
        "commune": "Grenoble",
        "adresse": "1 place Grenette",
        "telephone": "04 76 00 11 22",
    }
    response = new(signed, **typed)
    assert "peut-être déjà dans l’annuaire" in response.content.decode()
    assert f'href="/espace/annuaire/lieux/{lieu.slug}/"' in response.content.decode()
    assert Lieu.objects.count() == 1
    new(signed, **typed, **{"quand-meme": "on"})
    assert Lieu.objects.count() == 2
    assert Pair.objects.count() == 1, "the doubt is kept for later"


def test_a_place_without_name_or_commune_is_never_added():
    for sheet in ({"nom": "Sans commune"}, {"code_insee": "38185"}):
        with pytest.raises(Refused, match="n’a pas été ajouté"):
            quick_actions.add(sheet, by="x", at=AT)
    assert not Lieu.objects.exists()


# ------------------------------------------------------------------------------------------ who keeps a sheet


@pytest.fixture
def keeper(client, lieu):
    """Sign in who keeps the sheets of the structure that carries the place."""
    client.force_login(account("responsable", "gestionnaire", structure=lieu.structure))
    return client


def doubt(lieu: Lieu, *fields: str) -> None:
    lieu.to_check = [{"field": field, "value": "x", "reason": "pas compris"} for field in fields]
    lieu.updated_on = date(2021, 11, 4)
    lieu.save()


def saturday(client, lieu: Lieu) -> str:
    data = {**form_of(client, lieu), "Sa00": "14:00", "Sa01": "17:00"}
    return page_after(client, f"/espace/annuaire/lieux/{lieu.slug}/", data)


def page_after(client, address: str, data) -> str:
    response = client.post(address, data, follow=True)
    assert response.status_code == 200
    return plain_text(response.content.decode())


def test_who_runs_the_place_confirms_by_saving_and_what_was_written_is_doubtful_no_more(keeper, lieu):
    doubt(lieu, "horaires", "telephone")
    saved_page = saturday(keeper, lieu)
    lieu.refresh_from_db()
    assert "confirmée aujourd’hui par votre équipe" in saved_page
    assert (lieu.confirmed_on is not None, lieu.confirmed_by) == (True, "Responsable")
    assert [each["field"] for each in lieu.to_check] == ["telephone"]
    assert "ont pu changer" not in plain_text(keeper.get(f"/lieux/{lieu.slug}/").content.decode())


def test_hours_that_the_network_writes_are_no_old_hours(signed, lieu):
    """The rest of the sheet stays to be confirmed: the network did not ask for it."""
    doubt(lieu, "horaires")
    assert "Ces informations ont pu changer." in plain_text(
        signed.get(f"/lieux/{lieu.slug}/").content.decode()
    )
    saturday(signed, lieu)
    lieu.refresh_from_db()
    assert (lieu.confirmed_on, lieu.to_check) == (None, [])
    assert "Ces informations ont pu changer." not in plain_text(
        signed.get(f"/lieux/{lieu.slug}/").content.decode()
    )


def test_saving_an_address_of_mail_says_nothing_of_coordinates(signed, lieu):
    data = {**form_of(signed, lieu), "courriels": "accueil@exemple.fr"}
    saved_page = page_after(signed, f"/espace/annuaire/lieux/{lieu.slug}/", data)
    assert "Fiche enregistrée" in saved_page
    assert "Latitude" not in saved_page.split("Fiche enregistrée")[1][:300]
    lieu.refresh_from_db()
    assert (lieu.sheet["latitude"], lieu.sheet["courriels"]) == (45.1916, ["accueil@exemple.fr"])


@pytest.mark.both_databases
def test_each_link_of_the_directory_opens_for_who_keeps_a_sheet(keeper, lieu):
    """No tool of another role: each address of the pages that lead to the sheet answers."""
    for start in ("/espace/annuaire/", "/espace/annuaire/?q=zzz", f"/espace/annuaire/lieux/{lieu.slug}/"):
        page_html = keeper.get(start).content.decode()
        links = set(re.findall(r'href="(/espace/[^"#]*)', page_html))
        assert "/espace/" in links
        shut = [link for link in links if keeper.get(link).status_code not in (200, 302)]
        assert not shut, start


@pytest.mark.both_databases
def test_a_team_types_back_its_own_paper_and_no_other(keeper, lieu):
    take({**ROW, "id": "z9", "nom": "Autre lieu", "commune": "Échirolles", "code_postal": "38130"})
    other = Lieu.objects.exclude(pk=lieu.pk).get()
    own, foreign = (links.make(each, by="x", at=AT) for each in (lieu, other))
    assert keeper.get(f"/espace/annuaire/papier/?code={own}&cases=").status_code == 200
    assert keeper.get(f"/espace/annuaire/papier/?code={foreign}&cases=").status_code == 404
    assert keeper.post(f"/espace/annuaire/papier/?code={foreign}&cases=", {"reste": "on"}).status_code == 404
    other.refresh_from_db()
    assert other.confirmed_on is None


# ---------------------------------------------------------------------------------------- many rows at once

LIST = "/espace/annuaire/liste/a-verifier/"


@pytest.fixture
def doubted(db) -> list[Lieu]:
    """Three doubtful sheets: two communes, two sources, two doubts."""
    take(ROW)
    take({**ROW, "id": "z2", "nom": "Maison des habitants", "adresse": "9 rue Verte", "telephone": ""})
    elsewhere = {
        "nom": "Médiathèque",
        "commune": "Échirolles",
        "code_postal": "38130",
        "adresse": "2 cours Nord",
    }
    take({**ROW, **elsewhere, "id": "z3", "telephone": ""}, source="Autre réseau")
    rows = list(Lieu.objects.order_by("pk"))
    for lieu, field in zip(rows, ("horaires", "date_maj", "date_maj"), strict=True):
        doubt(lieu, field)
    return rows


def test_a_working_list_is_narrowed_by_word_commune_source_and_reason(signed, doubted):
    for query, expected_ranks in (
        ("commune=38185", {0, 1}),
        ("source=Autre réseau", {2}),
        ("raison=date_maj&commune=38185", {1}),
        ("mot=HABITANTS", {1}),
        ("commune=38151&raison=horaires", set()),
    ):
        response = signed.get(f"{LIST}?{query}")
        row_numbers = {row.number for row in response.context["section"].rows}
        assert row_numbers == {doubted[n].pk for n in expected_ranks}, query
    assert "Rien ne répond à ce choix" in response.content.decode()


@pytest.mark.both_databases
def test_each_list_of_the_directory_may_be_narrowed(signed, pair):
    for kind in space.SECTIONS:
        assert signed.get(f"/espace/annuaire/liste/{kind}/?commune=38185&source=Réseau").status_code == 200
    doubles = signed.get("/espace/annuaire/liste/doublons/?commune=38151")
    assert not doubles.context["section"].rows
    assert signed.get("/espace/annuaire/liste/doublons/?commune=38185").context["section"].rows


@pytest.mark.both_databases
def test_places_of_one_source_are_listed_from_the_sources(signed, pair):
    source = Source.objects.create(name="Réseau d’ailleurs & autres")
    Lieu.objects.filter(pk=pair.second_id).update(source=source)
    (href,) = re.findall(
        r'href="(/espace/annuaire/liste/toutes/[^"]*ailleurs[^"]*)"',
        page(signed, "/espace/annuaire/sources/"),
    )
    assert [row.of for row in signed.get(href).context["section"].rows] == [pair.second.slug]


@pytest.mark.both_databases
def test_several_doubts_are_settled_at_once_and_taken_back(signed, doubted):
    one, two, _ = doubted
    signed.post("/espace/annuaire/relues/", {"fiche": [one.pk, two.pk], "suite": "raison=date_maj"})
    assert [Lieu.objects.get(pk=each.pk).to_check == [] for each in doubted] == [True, True, False]
    assert Lieu.objects.get(pk=one.pk).confirmed_on is None, "a doubt less is no confirmation"
    sheets.edit(Lieu.objects.get(pk=two.pk), {"quartier": "Nord"}, by="x", at=AT + timedelta(days=30))
    saved_page = page_after(signed, "/espace/annuaire/relues/", {"defaire": "1"})
    assert "1 fiche de nouveau à vérifier" in saved_page
    assert "1 fiche changée depuis" in saved_page
    assert [bool(Lieu.objects.get(pk=each.pk).to_check) for each in doubted] == [True, False, True]


@pytest.mark.both_databases
def test_empty_or_foreign_selection_settles_nothing(client, signed, doubted):
    assert "Aucune fiche n’était cochée" in page_after(signed, "/espace/annuaire/relues/", {})
    other = Lieu.objects.exclude(code_insee="38185").get()
    client.force_login(account("voisine", "coordination", territory="38185"))
    client.post("/espace/annuaire/relues/", {"fiche": [other.pk, "x"]})
    other.refresh_from_db()
    assert other.to_check
