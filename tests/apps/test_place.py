"""A place: said in words, by whom, and what a stranger may do of it."""

import re
from datetime import UTC, date, datetime
from urllib.parse import unquote

import pytest
from django.core.cache import caches
from django.utils import timezone

from maillage.apps.directory.intake.actions import quick_actions
from maillage.apps.directory.places.actions import links, sheets
from maillage.apps.directory.places.models import Pair, Proposal
from maillage.apps.directory.places.queries import doubts, places, studied
from maillage.publishing.directory.formats import geojson
from maillage.reference import offer
from maillage.reference.connections import connections
from maillage.words import opening
from maillage.words.languages import speaking
from tests.support.lieux import GRENOBLE, lieu, offering
from tests.support.places import RICH
from tests.support.prose import text_of

pytestmark = pytest.mark.django_db

FRIDAY = datetime(2026, 11, 20, 15, 0)


@pytest.fixture(autouse=True)
def _nothing_counted(db):
    for each in caches.all(initialized_only=True):
        each.clear()


@pytest.fixture
def rich():
    return lieu("riche", sheet=RICH, confirmed_on=date(2026, 11, 2), confirmed_by="la bibliothèque")


def test_a_sheet_says_what_is_found_there_and_on_what_conditions(client, rich):
    """G-033 : la page d’un lieu porte le détail de ses services."""
    page_text = text_of(client.get("/lieux/riche/"))
    for words in (
        "Bibliothèque Teisseire-Malherbe",
        "1 rue Paul Cocat, 38000 Grenoble",
        "04 65 71 12 34",
        "3949",
        "6 ordinateurs Seul ou avec quelqu’un à côté.",
        "Il faut une carte. Sans numéro de téléphone et sans e-mail.",
        "Pour débuter. Gratuit. Pour s’inscrire : à l’accueil.",
        "Apportez une pièce d’identité.",
        "Tram A, arrêt Malherbe.",
        "Ville de Grenoble",
        "par un membre du réseau, le 2 novembre 2026",
        "Horaires à confirmer. Le texte d’origine : « vendredi et samedi, sauf réunion »",
    ):
        assert words in page_text, words


def test_a_sheet_printed_as_it_is_keeps_its_telephones(client, rich):
    """The telephone is a button on the screen, which paper hides."""
    page = client.get("/lieux/riche/").content.decode()
    on_paper = page.partition('<p class="papier-seul"')[2].partition("</p>")[0].replace("\xa0", " ")
    assert "04 65 71 12 34" in on_paper and "3949" in on_paper


def test_who_runs_a_place_is_named_when_known_and_never_as_other(client, rich):
    """FS-08 : « Qui porte ce lieu : Autre » ne disait rien."""
    assert re.search("Qui porte ce lieu Ville de Grenoble · (?!Autre)", text_of(client.get("/lieux/riche/")))
    lieu("nu", sheet={"nom": "Le Zéphyr"})
    page = text_of(client.get("/lieux/nu/"))
    assert "Le Zéphyr" in page
    assert "Qui porte ce lieu" not in page


def test_planned_practices_stand_apart_and_ended_ones_are_hidden(rich):
    """G-025 : ce qui est en projet n’est pas mêlé à ce qui tourne."""
    detail = places.detail(rich, FRIDAY)
    assert [each.id for each in detail.planned] == ["reparation"]
    assert [each.id for each in detail.offered] == ["wifi", "libre_acces", "formation"]


def test_notes_for_professionals_are_never_public(client, rich):
    for address in ("/lieux/riche/", "/lieux/riche/imprimer/", "/lieux/riche/carte-a-remettre/"):
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert "PRIVÉ" not in answer.content.decode(), address


def test_the_four_facts_are_those_known(rich):
    facts = [fact.words for fact in places.detail(rich, FRIDAY).facts]
    assert facts == [
        "Ouvert jusqu’à 18 h 30, à confirmer",
        "Gratuit",
        "Pour débuter",
        "On entre en fauteuil roulant",
    ]
    assert [fact.words for fact in places.detail(lieu("muet"), FRIDAY).facts] == ["Horaires inconnus"]


@pytest.mark.parametrize(
    ("barriers", "is_written"),
    [
        (["card"], True),
        (["identity", "card"], True),
        (["email"], False),
        (["sms", "card"], False),
        (["account"], False),
    ],
)
def test_without_telephone_nor_e_mail_is_written_only_when_known(barriers, is_written):
    practice = places.offered({"practices": {"wifi": {"state": "offered", "barrieres": barriers}}})[0]
    assert any("Sans numéro de téléphone" in line for line in practice.lines) == is_written


def test_many_topics_unfold_on_demand_and_none_is_lost():
    topics = [f"Sujet {n}" for n in range(9)]
    practice = places.offered(offering(formation={"themes": topics}))[0]
    assert practice.lines == ("Sujet 0 et sujet 1.",)
    assert practice.more == tuple(topics[2:])


def test_a_long_presentation_is_folded_and_whole(client):
    text = "Nous accueillons tout le monde. " * 30
    lieu("x", sheet={"presentation_detail": text})
    lieu("y", sheet={"presentation_detail": "Court."})
    assert "Lire la présentation du lieu" in text_of(client.get("/lieux/x/"))
    assert text.strip() in text_of(client.get("/lieux/x/"))
    assert "Lire la présentation" not in text_of(client.get("/lieux/y/"))


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        (
            "Vente à petit prix. Conseils gratuits pour les personnes orientées par un acteur social",
            "Conseils gratuits pour les personnes orientées par un acteur social",
        ),
        ("Réservé aux adhérents\nOuvert en juin", "Réservé aux adhérents"),
        ("Réservé aux adhérents", "Réservé aux adhérents"),
        ("Accueil <b>uniquement sur rendez-vous</b>.", "Accueil uniquement sur rendez-vous."),
        (f"{'a ' * 200}sur orientation d’un partenaire {'b ' * 200}", "sur orientation d’un partenaire"),
    ],
)
def test_a_condition_in_the_presentation_is_quoted_before_coming(client, text, quoted):
    lieu("x", sheet={"presentation_detail": text})
    line = next(
        line for line in places.before_coming({"presentation_detail": text}) if "présentation" in line
    )
    quotation = line.replace("\u00a0", " ")
    assert quoted in quotation
    assert quotation.startswith("La présentation du lieu dit : « ")
    assert quotation.endswith(" » (à vérifier).")
    assert len(line) < 280
    page, _, folded = text_of(client.get("/lieux/x/")).partition("Lire la présentation")
    assert page.count(quoted) == 1 and quotation in page
    assert bool(folded) is (re.sub("<[^>]+>", "", text) != quoted)


@pytest.mark.parametrize(
    ("slugs", "words"),
    [
        (["free", "conditional"], "Gratuit, parfois sous condition"),
        (["paid", "conditional"], "Payant, gratuit pour certains"),
        (["free", "paid"], "Gratuit ou payant"),
        (["conditional"], "Gratuit pour certains"),
    ],
)
def test_prices_are_written_once_each(slugs, words):
    assert places.price({"frais_a_charge": slugs}).words == words
    assert places.offered(offering(formation={"frais": slugs}))[0].lines == (f"{words}.",)


@pytest.mark.parametrize(
    "text",
    ["Un médiateur vous oriente.", "Espace non réservé aux adhérents", "Le dossier est envoyé par courrier"],
)
def test_what_is_no_condition_is_not_quoted(text):
    assert places.before_coming({"presentation_detail": text}) == []


def test_how_to_come_says_where_from_the_town_hall_and_what_is_not_known(client):
    lieu("mairie", sheet={"nom": "Mairie de Grenoble"})
    lieu("x", east=600)
    lieu("y", east=-40, sheet={"venir": "Tram A", "prise_en_charge_specifique": ["motor"]})
    lieu("z", sheet={"precision": 5000})
    page_text = text_of(client.get("/lieux/x/"))
    assert "À environ 600 m à l’est de la mairie de Grenoble, à vol d’oiseau." in page_text
    assert "Nous ne connaissons pas les transports ni l’accès en fauteuil roulant." in page_text
    page_text = text_of(client.get("/lieux/y/"))
    assert "À côté de la mairie de Grenoble." in page_text
    assert "On peut y entrer en fauteuil roulant." in page_text
    assert "Nous ne connaissons pas les transports" not in page_text
    assert "la mairie de Grenoble, à vol" not in text_of(client.get("/lieux/z/"))  # nobody knows where it is
    assert "À côté" not in text_of(client.get("/lieux/mairie/"))
    assert "À environ 600 m à l’est" in text_of(client.get("/lieux/x/imprimer/"))


def test_the_fields_to_check_are_named(client):
    doubts = [
        {"field": name, "value": "?", "reason": "r"}
        for name in ("telephone", "wifi.frais", "notes", "telephone")
    ]
    lieu("x", to_check=doubts)
    assert "À vérifier sur cette fiche : Contact ; Wifi." in text_of(client.get("/lieux/x/"))


def test_a_day_that_a_comment_fills_is_that_comment():
    days = opening.week('Mo unknown "sur rendez-vous"; Tu 09:00-12:00', FRIDAY.date())
    assert [day.words for day in days[:3]] == ["Sur rendez-vous", "9 h – 12 h", "Fermé"]


def test_a_place_with_ten_telephones_folds_all_but_two(client):
    """Dix boutons se tenaient avant ce qu’on y trouve."""
    lieu("x", sheet={"telephone": [f"+3347600000{n}" for n in range(10)], **offering(wifi={})})
    page = client.get("/lieux/x/").content.decode()
    assert page.count('href="tel:') == 10
    fold = page[page.index("Autres numéros") :]
    assert fold[: fold.index("</details>")].count('href="tel:') == 8


def test_a_practice_read_in_the_text_of_a_place_calls_for_a_question():
    """« D’après sa présentation. » était tout ce que la fiche disait d’un service."""
    [practice] = places.offered(offering(impression={"precisions": "d’après sa présentation"}))
    assert practice.lines == ("Le lieu en parle dans sa présentation\xa0: demandez avant de venir.",)


def test_wifi_with_unknown_conditions_says_it():
    practice = places.offered(offering(wifi={}))[0]
    assert practice.lines == ("Nous ne savons pas ce qu’il faut donner pour se connecter.",)


def test_each_field_says_where_it_comes_from(client, rich):
    page = client.get("/lieux/riche/")
    assert "Source : Réseau d’essai, Un réseau. Licence : ODbL." in text_of(page)
    rows = {origin.label: origin for origin in page.context["shown"].origins}
    assert (rows["Horaires"].source, rows["Horaires"].on) == ("Réseau d’essai", "1er novembre 2026")
    assert not set(rows) & {"Notes", "Financeurs"}


def test_an_account_known_by_its_e_mail_is_not_named(client):
    lieu("x", confirmed_on=date(2026, 11, 10), confirmed_by="prenom.nom@exemple.fr")
    body = client.get("/lieux/x/").content.decode()
    assert "prenom.nom" not in body
    assert "un membre du réseau" in body


@pytest.mark.parametrize(
    "author", ["Paul Durand", "la structure, sur papier (Paul Durand)", "paul.durand@exemple.fr"]
)
def test_no_public_page_names_the_person_who_typed_or_confirmed_a_sheet(client, author):
    row = quick_actions.add({"nom": "Café", **GRENOBLE, "adresse": "1 rue"}, by=author, at=timezone.now())
    sheets.confirm(row, by=author, at=timezone.now())
    pages = [f"/lieux/{row.slug}/{page}" for page in ("", "imprimer/", "carte-a-remettre/", "signaler/")]
    for address in (*pages, "/carte/?ou=Grenoble", "/carte/?ou=Grenoble&imprimer=1"):
        body = client.get(address).content.decode()
        assert not re.search("Durand|durand|Saisie", body), address
    page = client.get(f"/lieux/{row.slug}/")
    whom = "la structure" if author.startswith("la structure") else "un membre du réseau"
    assert f"Fiche confirmée ce mois-ci par {whom}, le" in text_of(page)
    assert {each.source for each in page.context["shown"].origins} == {whom}


HALF_READ = {"osm": "Mo 09:00-12:00", "text": "lundi, samedi parfois", "left": "samedi parfois"}


def hours_of(osm: str, text: str, unread: str = "") -> dict[str, dict[str, str]]:
    return {"horaires": {"osm": osm, "text": text, "left": unread}}


ONE_SLOT = {  # a free text that names one slot, with a comment: the other days, and friday, as they are said
    "sur rendez-vous": (
        hours_of(
            'Fr 14:00-17:00 "sur rendez-vous, un volontaire vous aide"',
            "Vendredi 14h-17h (Sur rendez-vous) \n Un volontaire vous aide",
            "un volontaire vous aide",
        ),
        "14 h – 17 h (sur rendez-vous)",
        "vendredi à 14 h (sur rendez-vous)",
    ),
    "commentaire": (
        hours_of('Fr 14:00-17:00 "à la salle des fêtes"', "vendredi 14h-17h à la salle des fêtes"),
        "14 h – 17 h (à la salle des fêtes)",
        "vendredi à 14 h (à la salle des fêtes)",
    ),
}
WHOLE_WEEK = {  # whose other days are closed
    "osm": hours_of('Fr 14:00-17:00 "sur rendez-vous"', 'Fr 14:00-17:00 "sur rendez-vous"'),
    "sans commentaire": hours_of("Fr 14:00-17:00", "vendredi : 14 h à 17 h"),
    "deux jours": hours_of(
        'Tu,Fr 14:00-17:00 "Ordinateurs"', "mardi et vendredi 14h-17h Ordinateurs", "Ordinateurs"
    ),
    "fermé dit": hours_of('Fr 14:00-17:00 "x"; Mo-Th,Sa,Su off', "fermé, sauf vendredi 14h-17h x"),
}


def week_at(sheet, at=datetime(2026, 11, 16, 10)) -> tuple[list[str], places.Fact]:
    """Return the days of a place, Monday first, and its tag on a Monday morning."""
    row = lieu("x", sheet=sheet)
    detail = places.detail(row, at)
    return [day.words.replace("\u00a0", " ") for day in detail.week], detail.facts[0]


@pytest.mark.parametrize("kind", ONE_SLOT)
def test_a_text_of_one_slot_says_nothing_of_the_other_days(kind):
    sheet, friday, when = ONE_SLOT[kind]
    days, tag = week_at(sheet)
    assert days == [*["Non indiqué"] * 4, friday, *["Non indiqué"] * 2]
    assert (tag.brief, tag.tone, tag.rest.replace("\u00a0", " ")) == ("Horaires en partie connus", "", when)


@pytest.mark.parametrize("kind", WHOLE_WEEK)
def test_hours_of_a_week_close_the_days_they_do_not_write(kind):
    days, tag = week_at(WHOLE_WEEK[kind])
    assert days[0] == days[-1] == "Fermé" and days[4] != "Fermé"
    assert tag.tone == ("bientot" if kind == "deux jours" else "ferme")  # on a Monday, tuesday is tomorrow


DOUBTS = {  # what a file leaves in doubt, and how the page says it
    "horaires": ({"horaires": HALF_READ}, "Horaires"),
    "vente": ({}, "Vente à petit prix"),
    "wifi.frais": ({}, "Wifi"),
    "code_postal": ({}, "Adresse"),
    "telephone": ({"telephone": ["+33476001122"]}, "Contact"),
}


@pytest.mark.parametrize("field", DOUBTS)
@pytest.mark.parametrize("confirm", [sheets.confirm, links.confirm])
def test_confirming_leaves_in_doubt_what_is_in_doubt(client, field, confirm):
    fields, words = DOUBTS[field]
    row = lieu(
        "x",
        sheet={**offering(wifi={}, vente={}), **fields},
        to_check=[{"field": field, "value": "v", "reason": "r"}],
    )
    confirm(row, by="Ana", at=timezone.now())
    row.refresh_from_db()
    assert [each["field"] for each in row.to_check] == [field]
    assert "confirmed_on" not in row.origins["practices" if field in ("vente", "wifi.frais") else field]
    assert row.origins["nom"]["confirmed_on"]
    text = text_of(client.get("/lieux/x/"))
    assert "Fiche confirmée en partie ce mois-ci" in text and f"À vérifier sur cette fiche : {words}." in text
    assert "confirmé en partie ce mois-ci" in text_of(client.get("/carte/?montrer=30"))


def test_hours_not_all_understood_are_not_confirmed_on_their_page(client):
    """« Fiche confirmée ce mois-ci », et « Horaires à confirmer », des mêmes horaires."""
    lieu("x", sheet={"horaires": HALF_READ}, confirmed_on=timezone.localdate(), confirmed_by="Ana")
    text = text_of(client.get("/lieux/x/"))
    assert "Horaires à confirmer." in text and "À vérifier sur cette fiche : Horaires." in text
    assert "Fiche confirmée en partie" in text and "Fiche confirmée ce mois-ci" not in text


def test_doubts_are_in_the_language_chosen():
    row = lieu("x", to_check=[{"field": field} for field in (*offer.fields(), *offer.practices())])
    with speaking("ar"):  # its letters betray every word left in French
        words = doubts.in_words(row)
    assert words.count("؛") > 15 and not re.search("[a-zà-ÿ]{3}", words.replace("Wi-Fi", ""))


def test_creating_a_sheet_confirms_nothing(client):
    row = quick_actions.add({"nom": "Café", **GRENOBLE}, by="Paul", at=timezone.now())
    assert "Fiche mise à jour ce mois-ci par un membre du réseau" in text_of(
        client.get(f"/lieux/{row.slug}/")
    )
    sheets.confirm(row, by="Paul", at=timezone.now())
    assert "Fiche confirmée ce mois-ci" in text_of(client.get(f"/lieux/{row.slug}/"))


def test_only_addresses_of_the_web_become_links(client):
    lieu("x", sheet={"site_web": ["javascript:alert(1)", "https://exemple.fr/"]})
    body = client.get("/lieux/x/").content.decode()
    assert "javascript:" not in body
    assert 'href="https://exemple.fr/"' in body


def test_a_place_nobody_can_locate_has_no_map_and_says_so(client):
    lieu("x", sheet={"precision": 4_000.0})
    page = client.get("/lieux/x/")
    assert "carte-lieu" not in page.content.decode()
    assert "Nous ne savons pas placer ce lieu sur la carte." in text_of(page)
    assert "1 rue Paul Cocat" in text_of(page), "its address is known: only its point is not"
    for address in ("/carte/?ou=Grenoble", "/carte/?ou=Grenoble&imprimer=1"):
        text = text_of(client.get(address))
        assert "Sans point sur la carte : distance inconnue" in text and "1 rue Paul Cocat" in text
        assert not re.search("adresse exacte|seule (?:sa|leur) commune|Connus? par", text)


def test_a_place_is_found_by_its_route_and_sent_to_somebody(client, rich):
    page = client.get(f"/lieux/{rich.slug}/").content.decode()
    assert f"directions?route=%3B{rich.latitude:.5f}%2C{rich.longitude:.5f}" in page
    sent = unquote(re.search(r'href="sms:\?&amp;body=([^"]+)"', page)[1])
    name, *_, phone, address = sent.split(" · ")
    assert (name, phone, address) == (rich.name, "04 65 71 12 34", f"http://testserver/lieux/{rich.slug}/")
    nowhere = lieu("x", sheet={"precision": 4_000.0})
    page = client.get(f"/lieux/{nowhere.slug}/").content.decode()
    assert "directions?route" not in page and "sms:?" in page


def test_a_full_place_says_it_first(client):
    lieu("x", full_since=date(2026, 11, 3))
    assert "Ce lieu est complet depuis le 3 novembre 2026." in text_of(client.get("/lieux/x/"))


def test_a_sheet_with_nothing_but_a_name_still_reads(client):
    lieu("x", sheet=dict.fromkeys(("adresse", "commune", "code_postal"), "") | {"date_maj": ""})
    page_text = text_of(client.get("/lieux/x/"))
    assert "Adresse inconnue" in page_text
    assert "Nous ne savons pas de quand date cette fiche" in page_text
    assert "Cette fiche ne le dit pas encore." in page_text


# ------------------------------------------------------------------------------------------------- its states


def test_a_place_outside_the_census_does_not_exist_for_a_stranger(client, coordinator):
    lieu("x", state="excluded", reason="Réservé aux adhérents")
    for rest in ("", "signaler/", "imprimer/", "carte-a-remettre/"):
        assert client.get(f"/lieux/x/{rest}").status_code == 404
    client.force_login(coordinator)
    assert "Réservé aux adhérents" in text_of(client.get("/lieux/x/"))


def test_a_place_that_ended_says_why_and_where_to_go(client):
    lieu("x", state="ended", reason="L’association s’est arrêtée.")
    lieu("vague", sheet={"precision": 4_000.0})
    lieu("voisin", east=300)
    page = client.get("/lieux/x/")
    assert "Ce lieu a fermé pour de bon." in text_of(page)
    assert "s’est arrêtée" not in text_of(page), "why a place ended is for professionals"
    assert [(row.name, row.metres) for row in page.context["near"]] == [("Lieu voisin", "400 m")]
    assert client.get("/lieux/x/imprimer/").status_code == 404


def test_a_merged_place_redirects_to_the_survivor(client):
    survivor = lieu("garde")
    lieu("double", state="merged", merged_into=survivor)
    page = client.get("/lieux/double/")
    assert (page.status_code, page["Location"]) == (302, "/lieux/garde/")


def test_the_way_back_is_the_list_somebody_comes_from_and_no_other_site(client):
    lieu("x")
    assert (
        client.get("/lieux/x/", headers={"referer": "http://testserver/carte/?ou=Grenoble"}).context["back"]
        == "/carte/?ou=Grenoble"
    )
    assert (
        client.get("/lieux/x/", headers={"referer": "https://ailleurs.fr/carte/?ou=Grenoble"}).context["back"]
        == ""
    )


@pytest.mark.parametrize("before", ["http://[::1", "http://testserver:port/carte/?ou=x", "%%%"])
def test_whatever_a_stranger_says_to_come_from_the_sheet_answers(client, before):
    lieu("x")
    page = client.get("/lieux/x/", headers={"referer": before})
    assert page.status_code == 200
    assert "Retour à la liste" not in text_of(page)


# ---------------------------------------------------------------------------------------------- what is wrong


def test_anybody_reports_an_error_without_account(client):
    lieu("x")
    page = client.post(
        "/lieux/x/signaler/",
        {"sur": "horaires", "texte": "Fermé le mardi.", "joindre": "06 00 00 00 00"},
        follow=True,
    )
    assert "Votre message est arrivé." in text_of(page)
    proposal = Proposal.objects.get()
    assert (proposal.field, proposal.state, proposal.by) == ("", "open", "une personne sans compte")
    assert proposal.text == "Les horaires : Fermé le mardi.\nPour répondre : 06 00 00 00 00"


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({"sur": "horaires", "texte": " "}, "Il manque votre phrase."),
        ({"texte": "Fermé."}, "Il manque ce dont vous parlez."),
        ({"sur": "autre", "texte": "x" * 2_001}, "Ce texte est trop long."),
        ({"sur": "autre", "texte": "Bonjour", "site": "http://pub"}, "Cette case doit rester vide."),
        ({"sur": "autre", "texte": "Bonjour", "joindre": "06.12.34"}, "Ce contact n’est pas reconnu."),
        ({"sur": "autre", "texte": "Bonjour", "joindre": "paul@"}, "Ce contact n’est pas reconnu."),
        ({"sur": "inventé", "texte": "Bonjour"}, "Votre message n’est pas encore parti."),
    ],
)
def test_a_refused_report_says_why_and_keeps_what_was_typed(client, sent, reason):
    lieu("x")
    page = client.post("/lieux/x/signaler/", sent)
    assert reason in text_of(page)
    assert sent["texte"].strip() in page.content.decode()
    assert not Proposal.objects.exists()


def test_one_address_may_not_report_without_end(client, coordinator, monkeypatch):
    monkeypatch.setattr("maillage.apps.directory.places.access.SIGNALS_AN_HOUR", 2)
    lieu("x")
    for _ in range(2):
        assert client.post("/lieux/x/signaler/", {"sur": "autre", "texte": "Encore"}).status_code == 302
    page = client.post("/lieux/x/signaler/", {"sur": "autre", "texte": "Encore"})
    assert (page.status_code, Proposal.objects.count()) == (429, 2)
    assert "Attendez une heure" in text_of(page)
    client.force_login(coordinator)
    assert client.post("/lieux/x/signaler/", {"sur": "autre", "texte": "Encore"}).status_code == 302


# ----------------------------------------------------------------------------------------------------- papers


def test_a_card_and_a_page_to_print_hold_what_it_takes_to_come(client, rich):
    for address in ("/lieux/riche/imprimer/", "/lieux/riche/carte-a-remettre/"):
        page_text = text_of(client.get(address))
        for words in (
            "Bibliothèque Teisseire-Malherbe",
            "1 rue Paul Cocat",
            "04 65 71 12 34",
            "sauf réunion",
        ):
            assert words in page_text, (address, words)
    assert page_text.count("Demandez :") == 4


@pytest.mark.parametrize(
    ("osm", "words"),
    [
        ("Mo-Fr 14:00-18:00", "Du lundi au vendredi : 14 h – 18 h"),
        ("Tu,We 09:00-12:00; Sa 10:00-12:30", "Mardi et mercredi : 9 h – 12 h ; samedi : 10 h – 12 h 30"),
        ("24/7", "Tous les jours : toute la journée"),
        ("We[1],Sa[1] 09:00-12:00", "1er mercredi du mois : 9 h – 12 h ; 1er samedi du mois : 9 h – 12 h"),
        ("", ""),
        ("ceci n’est pas une heure", ""),
    ],
)
def test_the_hours_hold_in_a_line(osm, words):
    assert places.in_words({"osm": osm}, FRIDAY.date()).replace("\u00a0", " ") == words


EVENING = datetime(2026, 11, 20, 18, 0)


@pytest.mark.parametrize(
    ("osm", "words"),
    [
        ("Fr 14:00-17:00", "Fermé, ouvre le 27 novembre à 14 h"),  # no closure: its next day
        ("Jan-Feb Sa 09:00-12:00", "Fermé, ouvre le 2 janvier 2027 à 9 h"),
        ("Fr 14:00-17:00; Nov off", "Fermé jusqu’au 3 décembre"),
        ("Mo 09:00-12:00; Tu-Su off", "Fermé, ouvre lundi à 9 h"),
        # midnight is not an hour that somebody gave
        ('We unknown "« 18h »"', "Fermé ; mercredi : horaires à confirmer"),
        ("Th unknown", "Fermé ; jeudi : horaires à confirmer"),
        ('Th 09:00-12:00 "sur rendez-vous"', "Fermé, ouvre jeudi à 9 h (sur rendez-vous)"),
        ("SH Mo-Fr 10:00-19:00", "Horaires des vacances scolaires seulement"),
        ("Mo-Fr 09:00-19:00; SH off", "Horaires de vacances : se renseigner"),
        ("Mo-Fr 09:00-12:00; SH off", "Fermé, ouvre lundi à 9 h hors vacances scolaires"),
        ("Tu 10:00-12:00; SH We 14:00-17:00", "Fermé, ouvre mardi à 10 h"),
    ],
)
def test_a_closed_place_says_when_it_opens_and_nothing_nobody_knows(osm, words):
    assert opening.now(osm, EVENING).words == words


def test_overseas_a_place_is_open_by_its_own_clock(client, monkeypatch):
    """À La Réunion, il est neuf heures quand il en est six à Paris : la page disait le lieu fermé toute la matinée."""
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 11, 20, 5, 0, tzinfo=UTC))
    reunion = {"commune": "Saint-Denis", "code_insee": "97411", "code_postal": "97400"}
    hours = {"horaires": {"osm": "Fr 08:00-12:00", "text": "vendredi 8h-12h"}}
    lieu("case", near=(-20.88, 55.45), sheet={**reunion, **hours})
    lieu("ici", sheet=hours)
    assert "Ouvert jusqu’à 12 h" in text_of(client.get("/lieux/case/"))
    assert "Ouvre à 8 h" in text_of(client.get("/lieux/ici/"))
    map_page = client.get("/carte/?territoire=97411&ouvert=1&marche=0")
    assert [
        row.slug for row in (*map_page.context["results"].rows, *map_page.context["results"].unlocated)
    ] == ["case"]


@pytest.mark.parametrize(
    ("osm", "unread_text", "brief", "rest"),
    [
        ("Mo 09:00-12:00; Tu-Su off", "", "Fermé", "ouvre lundi à 9 h"),
        ("Mo 09:00-12:00; Tu-Su off", "9h", "Fermé", "ouvre lundi à 9 h, à confirmer"),
        ("Fr 14:00-19:00", "", "", ""),
        ("Fr 14:00-19:00", "19h", "Ouvert jusqu’à 19 h", "à confirmer"),
        ('We unknown "« 18h »"', "", "Fermé", "mercredi : horaires à confirmer"),
        ('Sa 09:00-12:00 "sur rendez-vous"', "", "Ouvre demain à 9 h", "sur rendez-vous"),
        ('unknown "sur rendez-vous"', "", "", ""),
        (
            'unknown "en appelant la mairie le matin même"',
            "",
            "Se renseigner",
            "En appelant la mairie le matin même",
        ),
        ('unknown "« vendredi, sauf réunion »"', "", "", ""),
        ("SH Mo-Fr 10:00-19:00", "", "Se renseigner", "Horaires des vacances scolaires seulement"),
        ("Mo-Fr 09:00-12:00; SH off", "", "Fermé", "ouvre lundi à 9 h hors vacances scolaires"),
    ],
)
def test_a_tag_of_hours_is_short_and_the_sentence_stands_beside(osm, unread_text, brief, rest):
    place = lieu("x", sheet={"horaires": {"osm": osm, "left": unread_text}})
    fact = places.opened(place, EVENING)
    assert (fact.brief, fact.rest) == (brief, rest)
    assert len(fact.brief or fact.words) <= opening.BRIEF


def test_hours_that_a_file_gave_as_a_presentation_appear_once(client):
    text = "Mardi : 14h-19h Mercredi : 10h-13h"
    hours = {"osm": "Tu 14:00-19:00; We 10:00-13:00", "text": text}
    place = lieu(
        "x", sheet={"horaires": hours, "presentation_resume": f"{text} ", "presentation_detail": "Au fond."}
    )
    detail = places.detail(place, EVENING)
    assert (detail.intro, detail.detail) == ("", "Au fond.")
    assert text not in text_of(client.get("/lieux/x/"))


def test_a_day_without_hours_is_to_confirm_once():
    place = lieu(
        "x", sheet={"horaires": {"osm": 'We unknown "« 18h »"', "text": "mercredi : 18h", "left": "18h"}}
    )
    assert places.opened(place, EVENING).words == "Fermé ; mercredi : horaires à confirmer"


@pytest.mark.parametrize("address", ["/lieux/bus/", "/lieux/bus/imprimer/", "/lieux/bus/carte-a-remettre/"])
def test_hours_of_some_days_of_the_month_are_in_words_not_as_a_week(client, address):
    lieu("bus", sheet={"horaires": {"osm": "We[1],Sa[1] 09:00-12:00", "text": "1er mercredi et 1er samedi"}})
    page_text = text_of(client.get(address))
    assert "1er mercredi du mois : 9 h – 12 h" in page_text
    assert "Lundi" not in page_text


@pytest.mark.parametrize("paper", ["imprimer", "carte-a-remettre"])
def test_a_paper_tells_the_hours_understood_then_the_text_without_its_marks(client, paper):
    lieu(
        "x",
        sheet={
            "horaires": {
                "osm": "We[1] 14:00-18:00",
                "text": "<strong>Permanence</strong> le mercredi",
                "left": "x",
            }
        },
    )
    page_text = text_of(client.get(f"/lieux/x/{paper}/"))
    assert "1er mercredi du mois : 14 h – 18 h." in page_text
    assert "« Permanence le mercredi »" in page_text


def test_the_marks_of_a_web_page_are_never_read_and_nothing_else_is_lost(client):
    text = (
        "&lt;strong&gt;Disponible&lt;/strong&gt;\n<ul>\n\t<li>le mardi (<12 ans)</li></ul> <a"
        " href='https://fab.exa"
    )
    sheet = {
        "presentation_resume": text,
        "presentation_detail": text,
        "horaires": {"text": text, "left": "x"},
    }
    lieu("x", sheet=sheet | offering(formation={"horaires": {"text": text}}))
    for address in ("", "imprimer/", "carte-a-remettre/"):
        page = client.get(f"/lieux/x/{address}").content.decode()
        assert "le mardi (&lt;12 ans)" in page, address
        assert not re.search(r"&lt;[a-z/]|\\<", page), address


def test_the_page_to_print_says_how_to_come_the_site_and_where_to_check(client):
    lieu("x", sheet={"site_web": ["https://exemple.fr/biblio/"], "venir": "Tram A, arrêt Malherbe"})
    page = client.get("/lieux/x/imprimer/")
    page_text = text_of(page)
    for words in (
        "Venir. ",
        "Tram A, arrêt Malherbe.",
        "l’accès en fauteuil roulant",
        "Site Internet. exemple.fr/biblio",
    ):
        assert words in page_text, words
    assert "http://testserver/lieux/x/" in page_text
    assert 'src="data:image/svg+xml' in page.content.decode()
    local = client.get("/lieux/x/imprimer/", headers={"host": "127.0.0.1"})
    assert "127.0.0.1" not in text_of(local)
    assert 'src="data:image/svg+xml' not in local.content.decode()


@pytest.mark.parametrize("osm", ["SH Tu,Fr 15:00-18:30", 'Tu,Fr 15:00-18:30 "Vacances Scolaires"'])
def test_hours_of_the_school_holidays_stand_under_their_own_heading(client, osm):
    lieu("x", sheet={"horaires": {"osm": osm, "text": "Vacances scolaires"}})
    page = client.get("/lieux/x/")
    assert page.context["shown"].week == []
    page_text = text_of(page)
    assert "Hors vacances scolaires, nous ne connaissons pas les horaires." in page_text
    assert "Pendant les vacances scolaires Mardi et vendredi : 15 h – 18 h 30" in page_text
    assert "Vacances scolaires, mardi et vendredi" in text_of(client.get("/lieux/x/imprimer/"))


def test_a_week_stays_beside_the_hours_of_the_school_holidays(client):
    lieu("x", sheet={"horaires": {"osm": "Mo 09:00-12:00; SH off"}})
    page_text = text_of(client.get("/lieux/x/")).replace(" (aujourd’hui)", "")  # on a Monday
    assert "Lundi 9 h – 12 h" in page_text
    assert "Pendant les vacances scolaires Fermé" in page_text


def test_a_sign_says_how_to_connect_and_for_whom(client, rich):
    page = client.get("/panneaux/riche/wifi/")
    page_text = text_of(page)
    assert "Sans numéro de téléphone et sans e-mail." in page_text
    assert 'src="data:image/svg+xml' in page.content.decode()
    assert "http://testserver/lieux/riche/" in page_text


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000"])
def test_a_sign_never_bears_an_address_that_nobody_else_can_open(client, rich, host):
    for address in ("/panneaux/riche/wifi/", "/annuaire/38185/"):
        page_text = text_of(client.get(address, headers={"host": host}))
        assert "Sans adresse ni code à photographier." in page_text
        assert host.rsplit(":", 1)[0] not in page_text
        assert "Sans adresse" not in text_of(client.get(address))
    assert "data:image" not in client.get("/panneaux/riche/wifi/", headers={"host": host}).content.decode()


@pytest.mark.parametrize("practice", ["recharge", "reparation", "formation", "rien"])
def test_no_sign_for_what_is_not_offered_or_has_none(client, rich, practice):
    assert client.get(f"/panneaux/riche/{practice}/").status_code == 404


def test_a_sign_leaves_unknown_conditions_to_fill_in(client):
    sheet = offering(
        wifi={"publics": ["youth"], "frais": ["paid"], "frais_precisions": "1 € par heure", "barrieres": []}
    )
    sign = places.sign(sheet, "wifi")
    assert (sign.welcome, sign.price) == ("Pour : jeunes.", "Payant. 1 € par heure.")
    lieu("x", sheet={**offering(wifi={}), "frais_a_charge": ["paid"]})
    lieu("y", sheet=sheet)
    page_text = text_of(client.get("/panneaux/x/wifi/"))
    assert "Pour qui ? Ouvert à tous Réservé à :" in page_text
    assert "Le prix ? Gratuit Payant :" in page_text
    assert "À remplir par le lieu : notre fiche ne le dit pas." in page_text
    assert "À remplir" not in text_of(client.get("/panneaux/y/wifi/"))


@pytest.mark.parametrize(
    ("answer", "printed"), [("open", ["Mairie"]), ("declined", ["Bureau de la mairie", "Mairie"])]
)
def test_a_place_that_is_surely_another_is_printed_once(client, answer, printed):
    one = lieu("a", sheet={"nom": "Mairie", "telephone": ["+33476000001"], **offering(assistance={})})
    other = lieu("b", sheet={"nom": "Bureau de la mairie"})
    Pair.objects.create(first=one, second=other, score=0.99, reasons=["même SIRET"], sure=True, state=answer)
    page = client.get("/annuaire/38185/")
    assert [place.entry.name for place in page.context["directory"].places] == printed
    assert ("1 fiche décrit sans doute un lieu déjà ici" in text_of(page)) == (answer == "open")
    counted, left_out = studied.rows({"38185"}, on=timezone.localdate())
    assert sorted(row.name for row in counted) == sorted(printed), "the census and the booklet are one count"
    assert left_out == (answer == "open")
    read = studied.census(["38"]).places
    assert len({place.same or place.id for place in read}) == len(printed), "and so do gaps"


# ------------------------------------------------------------------------------------------------ connections


def test_the_guide_names_a_source_for_each_fact_and_no_price(client):
    guide = connections()
    facts = [*(f for o in guide.offers for f in o.watch), *(f for s in guide.situations for f in s.facts)]
    assert {fact.source for fact in facts} == set(guide.sources)
    assert not [fact.text for fact in facts if re.search(r"[0-9]|€|euro", fact.text)]
    page = client.get("/connexions/")
    assert len(re.findall(r'class="renvoi"', page.content.decode())) == len(facts)
    assert all(situation.title in text_of(page) for situation in guide.situations)


def test_practices_that_a_place_lacks_are_listed(client):
    lieu("x", sheet={"sans": ["wifi", "pret"]})
    page = text_of(client.get("/lieux/x/"))
    assert "On n’y trouve pas : wifi et prêt de matériel." in page


def test_a_day_with_hours_to_confirm_tells_those_that_are_known():
    osm = 'Mo,Tu unknown "horaires à confirmer", Mo 09:00-12:00; We 14:00-16:00'
    monday, tuesday, wednesday, thursday, *_ = opening.week(osm, date(2026, 11, 16))
    assert monday.words == "9 h – 12 h, horaires à confirmer"
    assert (tuesday.words, wednesday.words) == ("Horaires à confirmer", "14 h – 16 h")
    assert thursday.words == "Fermé"
    sentences = [
        opening.now(osm, datetime(2026, 11, 16 + day, hour)).words for day, hour in ((0, 10), (0, 15), (3, 9))
    ]
    assert sentences[:2] == ["Ouvert jusqu’à 12 h", "Horaires à confirmer"]
    assert sentences[2].startswith("Fermé ; lundi")


@pytest.mark.parametrize(
    ("phones", "words"), [(["0476000000"], "Appelez avant de venir."), ([], "Renseignez-vous")]
)
def test_an_old_sheet_says_to_call_before_anything_else(client, phones, words):
    row = lieu(
        "vieille",
        updated_on=date(2021, 1, 1),
        sheet={"telephone": phones, "presentation_resume": "Un lieu."},
    )
    page = " ".join(client.get(f"/lieux/{row.slug}/").content.decode().split())
    warning = page.index("Ces informations ont pu changer.")
    assert page.index("<h1>") < warning < page.index(words) < page.index('class="gestes"')
    assert page.count("il y a 5 ans") == 1


def test_a_place_closed_on_public_holidays_closes_on_those_of_its_commune():
    hours = {"osm": "Mo-Su 09:00-17:00; PH off"}
    overseas, mainland = (
        lieu(code, sheet={"code_insee": code, "code_postal": code, "horaires": hours}, code_insee=code)
        for code in ("97411", "38185")
    )
    noon = datetime(2026, 12, 20, 10, tzinfo=UTC)  # a Sunday; 14 h in Réunion
    assert [geojson.state(each.sheet, noon) for each in (overseas, mainland)] == ["ferme", "ouvert"]
    noon = noon.replace(tzinfo=None)
    assert [places.opened(each, noon).tone for each in (overseas, mainland)] == ["bientot", "ouvert"]
    weeks = [places.detail(each, noon).week for each in (overseas, mainland)]
    assert [week[-1].words for week in weeks] == ["Fermé", "9 h – 17 h"]
