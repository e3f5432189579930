"""Public pages in seven languages: chosen by who reads, said whole, French untouched."""

import re
from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from django.core.cache import caches
from django.template.loader import render_to_string
from django.urls import get_resolver, reverse
from django.utils import timezone, translation

from maillage.apps.directory.places import rules
from maillage.apps.directory.places.queries import places
from maillage.apps.learning.queries import contents
from maillage.apps.learning.rules import SCRIPT_SENTENCES
from maillage.apps.people.persons.models import Person
from maillage.apps.referrals.orientations.queries import people
from maillage.apps.referrals.orientations.rules import cycle
from maillage.apps.site.pages.templatetags.maillage import dated
from maillage.apps.volunteering.volunteers.actions import hours, meetings
from maillage.manage.requests.languages import TRANSLATED
from maillage.manage.requests.languages import _choose as chosen
from maillage.words import languages, opening, wording
from maillage.words.languages import LANGUAGES, say, speaking, to_say, typed
from tests.conftest import account
from tests.support.cards import SECRET, decide, try_card
from tests.support.languages import FRENCH_WORDS, Read, assert_whole, in_language, say_in
from tests.support.lieux import lieu, offering
from tests.support.personas import AURELIE
from tests.support.places import RICH
from tests.support.profile import some
from tests.support.prose import plain_text
from tests.support.routes import address_of, routes
from tests.support.volunteers import proposed, supervised
from tools import messages

pytestmark = pytest.mark.django_db

TRANSLATED_LANGUAGES = [code for code in LANGUAGES if code != languages.FRENCH]
PAGES = (
    "/",
    "/carte/",
    "/verifier/",
    "/verifier/?q=40+%25",
    "/verifier/?q=bonjour",
    "/verifier/?q=40+%25+%C3%A0+Xyzxyz",
    "/territoires/",
    "/territoires/?q=grenoble",
    "/territoires/?q=xyzxyz",
    "/carte/?ou=Grenoble",
    "/carte/?ou=Grenoble&besoin=libre_acces&gratuit=1&imprimer=1",
    "/carte/?ou=Grenoble&besoin=recharge",
    "/carte/?ou=Saint-Martin",
    "/carte/?besoin=wifi",
    "/carte/?ou=Vierzon&marche=0",
    "/carte/?mot=xyzxyz",
    "/lieux/riche/",
    "/lieux/riche/imprimer/",
    "/lieux/riche/signaler/",
    "/lieux/riche/signaler/?merci=1",
    "/lieux/ferme/",
    "/connexions/",
    "/bilan/",
    "/bilan/refaire/",
    "/bilan/arreter/",
    "/aider-un-proche/",
    "/aider-un-proche/questions/",
    "/rendez-vous/",
    "/boite-mail/",
    "/boite-mail/feuille/",
    "/boite-mail/messages-douteux/",
    "/coffres/",
    "/coffres/?fait=1&a=email",
    "/ma-carte/",
    "/benevoles/",
    "/benevoles/?ou=Grenoble",
    "/benevoles/proposer/",
    "/benevoles/mon-code/",
    "/attestation/",
    "/rejoindre/",
    "/rejoindre/38185/?nom=Arlequin",
    "/rejoindre/suivi/",
    "/nulle-part/",
)
PAGES_OF_A_CARD = (
    *(
        "suivi",
        "garde",
        "effacer",
        "imprimer",
        "secret",
        "bilan",
        "places",
        "mandats",
        "demarches",
        "vues",
        "corriger",
    ),
)
ONLY_IN_FRENCH = "Cette page existe seulement en français."
# Words that only French has among the seven languages, where Latin letters may stand.


@pytest.fixture(autouse=True)
def _nothing_counted(db):
    for each in caches.all(initialized_only=True):
        each.clear()


@pytest.fixture
def _places(db):
    lieu("riche", sheet=RICH, confirmed_on=date(2026, 11, 2), confirmed_by="la bibliothèque")
    lieu("vieux", east=300, sheet=offering(wifi={"barrieres": ["email", "sms"]}), updated_on=date(2024, 1, 1))
    lieu("ferme", east=500, state=rules.ENDED)


# --------------------------------------------------------------------------------------------- the catalogues


def test_every_sentence_is_translated_with_its_values_and_its_marks():
    assert messages.problems() == []


def test_page_marked_as_translated_exists():
    names = {key for key in get_resolver().reverse_dict if isinstance(key, str)}
    assert names >= TRANSLATED


def test_a_lost_value_a_lost_mark_and_signs_of_another_language_are_found():
    faults = lambda code, id, translation: list(messages._faults(code, id, translation))  # noqa: E731
    assert faults("en", "Fermé le {day}.", "Closed.") == ["other values"]
    assert faults("en", "Voir <a>la fiche</a>", "See the page") == ["other marks"]
    assert faults("ro", "Chercher un lieu", "Căutaţi un loc") == ["signs of another language"]
    assert faults("uk", "Chercher un lieu", "Найти место, где помогут. Мы") == ["signs of another language"]
    assert faults("ar", "Où cherchez-vous ?", "Where?") == ["other letters"]
    assert faults("en", "Où cherchez-vous ?", "Where") == ["ends otherwise"]
    assert faults("ar", "Où cherchez-vous ?", "أين تبحث؟") == []


SIDES = re.compile(
    r"[{;\s](?:(?:margin|padding|border)-(?:left|right)|left|right)\s*:|(?:text-align|float)\s*:\s*(?:left|right)"
)
FOUR = re.compile(r"(?:padding|margin): *" + r" +".join([r"([^\s;()]+)"] * 4) + r"[ ;]")


def test_styles_know_no_left_nor_right():
    sided_rules = {}
    for path in sorted(messages.SOURCE.glob("apps/**/static/**/*.css")):
        style = path.read_text("utf-8")
        four_values = [match[0] for match in FOUR.finditer(style) if match[2] != match[4]]
        if rules_of_file := SIDES.findall(style) + four_values:
            sided_rules[str(path)] = rules_of_file
    assert sided_rules == {}


# -------------------------------------------------------------------------------------------------- the pages


# Each page in Arabic, whose letters betray every word left in French, and one page in each language: that no
# catalogue lacks a sentence is told by `make check`.


@pytest.mark.parametrize("code", TRANSLATED_LANGUAGES)
def test_every_act_that_a_card_lists_is_translated(code):
    moves, refusals = cycle.MOVES.values(), cycle.REASONS.values()
    acts = {*people.VERBS.values(), *(move.label for move in moves), *(each.plain for each in refusals)}
    with speaking(code):
        assert [act for act in acts if say(act) == act] == []


@pytest.mark.parametrize("code", TRANSLATED_LANGUAGES)
def test_the_home_page_is_whole_in_the_language_chosen(client, code):
    assert_whole(in_language(client, code, "/"), code)


@pytest.mark.complete
@pytest.mark.slow("each page that answers whoever looks for help")
@pytest.mark.usefixtures("_places")
def test_each_page_is_whole_in_a_language_whose_letters_betray_french(client):
    for address in PAGES:
        client.cookies.clear()
        response = in_language(client, "ar", address)
        assert response.status_code == (404 if "nulle-part" in address else 200), address
        assert_whole(response, "ar")


@pytest.mark.usefixtures("_places")
def test_a_diagnosis_is_whole_in_the_language_chosen(client):
    client.cookies["langue"] = "ar"
    response = client.post("/bilan/", {"mode": "self"})
    while (match := re.fullmatch(r"/bilan/question/(\w+)/", response.url)) is not None:
        page = client.get(response.url)
        assert_whole(page, "ar")
        form_data = {
            "reponse": AURELIE[match[1]],
            "vu": re.search(r'name="vu" value="([^"]+)"', page.content.decode())[1],
        }
        response = client.post(response.url, form_data)
    tasks = [
        f"/bilan/essayer/{slug}" for slug in ("", "toucher/", "descendre/?indice=1", "ecrire/", "message/")
    ]
    searches = [f"/bilan/essayer/trouver/?page={page}" for page in ("accueil", "horaires", "venir")]
    results = (
        "/bilan/resultat/",
        "/bilan/resultat/?ou=Grenoble",
        "/bilan/resultat/imprimer/",
        "/bilan/reponses/",
    )
    for address in (*tasks, *searches, *results):
        assert_whole(client.get(address), "ar")
    client.post("/bilan/resultat/garder/", {"choix": "garder"})
    for address in ("/bilan/carte/", "/bilan/resultat/", "/bilan/arreter/"):
        assert_whole(client.get(address), "ar")


@pytest.mark.usefixtures("_places")
def test_helping_a_relative_and_following_a_card_are_whole_in_the_language_chosen(client):
    client.cookies["langue"] = "ar"
    for advice in ("procedure", "bilan", "places", "nothing"):
        assert_whole(client.get(f"/aider-un-proche/conseil/?conseil={advice}"), "ar")
    assert_whole(client.get("/aider-un-proche/trouver/?ou=Grenoble&besoin=libre_acces&marche=30"), "ar")
    assert_whole(client.get("/aider-un-proche/trouver/riche/?besoin=libre_acces"), "ar")
    client.post("/aider-un-proche/trouver/riche/", {"besoin": "libre_acces"})
    assert_whole(client.get("/aider-un-proche/carte/"), "ar")
    try_card(client, Person.objects.get().code)
    assert_whole(client.get("/ma-carte/"), "ar")
    decide(client, "/ma-carte/secret/", {"secret": SECRET})
    assert_whole(client.get("/ma-carte/"), "ar")
    for page in PAGES_OF_A_CARD:
        assert_whole(client.get(f"/ma-carte/{page}/"), "ar")


def test_the_page_of_a_volunteer_and_an_attestation_are_whole_in_the_language_chosen(client):
    structure = lieu("accueil").structure
    helper = account("karim", "formation", structure=structure)
    met = proposed(structure, at=timezone.now(), token="a")
    meetings.plan(met, meets_at=timezone.now() + timedelta(days=3), by=helper, at=timezone.now())
    assert_whole(in_language(client, "ar", f"/benevoles/missions/{met.mission_id}/"), "ar")
    volunteer_url = f"/benevoles/moi/{met.volunteer.code}/"
    assert_whole(client.get(volunteer_url), "ar")
    meetings.wish(met, wished_at=timezone.now() + timedelta(days=4), at=timezone.now())
    meetings.cancel(met, by=None, at=timezone.now())
    assert_whole(client.get(volunteer_url), "ar")
    runs = supervised(None, structure, by=helper, at=timezone.now(), token="b")
    hours.note(runs, on=runs.starts_on, minutes=90, token="h", by=helper, at=timezone.now())
    paper = hours.attest(runs, by=helper, at=timezone.now())
    assert_whole(client.get(f"/benevoles/moi/{runs.volunteer.code}/"), "ar")
    assert_whole(client.get(f"/attestation/{paper.code}/"), "ar")


def test_an_application_and_its_answer_are_whole_in_the_language_chosen(client):
    client.cookies["langue"] = "ar"
    form_data = {"nom": "Arlequin", "part": ["hosting"], "referent": "Zoé", "reponse": "visit", "jeton": "j"}
    sent = client.post("/rejoindre/38185/", form_data, follow=True)
    assert_whole(sent, "ar")
    paper = re.search(r'code-papier"[^>]*>([\w-]+)<', sent.content.decode())[1]
    assert_whole(client.post("/rejoindre/suivi/", {"code": paper}), "ar")


@pytest.mark.usefixtures("_places")
@pytest.mark.parametrize("address", ["/", "/carte/?ou=Grenoble", "/lieux/riche/"])
def test_a_page_chosen_in_french_stays_french_whatever_the_browser_prefers(client, address):
    client.cookies["langue"] = "fr"
    page = client.get(address, headers={"accept-language": "ar,en;q=0.9"}).content.decode()
    assert '<html lang="fr"' in page
    assert 'dir="rtl"' not in re.sub(r"<a [^>]*hreflang[^>]*>", "", page)
    assert "\u2066" not in page
    assert 'class="traduction"' not in page


def test_a_language_does_not_outlive_its_page(client):
    in_language(client, "ar", "/carte/")
    assert languages.spoken().is_french
    assert opening.clock(datetime(2026, 1, 1, 9, 0)) == "9 h"


MODULES = ("dire-qui-je-suis", "tenir-la-souris")  # translated, and not
NOT_PAGES = ("suggestions", "find_suggestions")  # lines that a page puts under its own field


def public_addresses():
    """Yield an address of each public route, modules translated and not, and an exercise of each kind."""
    for route, name in routes():
        if route.startswith(("espace/", "admin/")) or name in NOT_PAGES:
            continue
        if name in ("module", "module_step", "module_sheet", "module_real"):
            yield from (address_of(route, {"slug:id": id}) for id in MODULES)
        else:
            yield address_of(route, {"slug:id": "premiers-gestes"} if name == "learning_path" else {})
    steps = {
        exercise.kind: (module.id, number)
        for module in contents.modules().values()
        for number, exercise in module.exercises()
    }
    yield from (reverse("module_step", args=step) for step in steps.values())


@pytest.mark.parametrize(
    "code", some(TRANSLATED_LANGUAGES, "ar")
)  # its letters betray every word left in French
def test_a_public_page_is_in_the_language_chosen_or_says_that_it_is_in_french(client, code):
    unannounced, mixed_words, n_pages = [], [], Counter()
    for address in public_addresses():
        client.cookies.clear()  # what another page announces is not of this one
        response = in_language(client, code, address)
        if response.streaming or not response.content.lstrip().startswith(b"<!DOCTYPE html>"):
            continue
        page = Read(response.content.decode())
        n_pages[page.html["lang"]] += 1
        if page.html["lang"] == "fr":
            aside = re.search(r'<aside class="traduction"([^>]*)>(.*?)</aside>', page.source, re.S)
            is_announced = aside and f'lang="{code}"' in aside[1] and say_in(code, ONLY_IN_FRENCH) in aside[2]
            is_framed = '<header class="entete" >' not in page.source
            unannounced += [] if is_announced and is_framed else [address]
        else:
            mixed_words += [(address, words) for words in page.words if FRENCH_WORDS.search(words)]
    assert (unannounced, mixed_words) == ([], [])
    assert min(n_pages["fr"], n_pages[code]) > 30


def test_the_menu_of_a_page_in_french_is_in_the_language_chosen(client):
    page = in_language(client, "ar", "/methodes/").content.decode()
    frames = re.findall(r'<(header|footer|nav) class="[\w-]+" lang="ar" dir="rtl".*?</\1>', page, re.S)
    assert frames == ["header", "footer", "nav"]
    for door in ("Être aidé", "Apprendre", "Ma carte", "Chiffres"):
        assert page.count(say_in("ar", door)) >= 2 and f">{door}<" not in page


def test_a_verdict_is_in_the_language_chosen_and_quotes_its_french_apart(client):
    page = in_language(client, "ro", "/verifier/?q=40+%25").content.decode()
    answer = plain_text(page[page.index("<main") : page.index("<details", page.index("<main"))])
    for words in ("Altă definiție", "Cifra dumneavoastră:", "40 %", "15 ani și peste"):
        assert words in answer, answer
    examples = answer[answer.index("Încercați") : answer.index("Altă definiție")]
    assert not FRENCH_WORDS.search(answer.replace(examples, ""))
    assert re.search(r'<div lang="fr" dir="ltr">\s*<div class="deux-colonnes">', page)


@pytest.mark.parametrize(
    ("code", "q"),
    [
        ("en", "40% of French people do not use the Internet"),
        ("ar", "٤٠٪ من الفرنسيين لا يستخدمون الإنترنت"),
        ("uk", "40 % французів не користуються інтернетом"),
    ],
)
def test_a_number_is_checked_in_the_language_that_it_is_written_in(client, code, q):
    french = client.get("/verifier/", {"q": "40 % des Français n’utilisent pas Internet"})
    answer = client.get("/verifier/", {"q": q, "lang": code})
    assert answer.context["verdict"] == french.context["verdict"]
    assert q in answer.content.decode()


def test_a_module_says_once_in_the_reader_s_language_that_it_is_in_french(client):
    notice = say_in("ro", "Ce module est en français : seuls les boutons et les menus sont traduits.")
    for address in ("/apprendre/tenir-la-souris/", "/apprendre/dire-qui-je-suis/?langue=fr"):
        page = in_language(client, "ro", address).content.decode()
        assert (page.count(notice), page.count('etroite" lang="fr" dir="ltr"')) == (1, 1)
    page = in_language(client, "ro", "/apprendre/dire-qui-je-suis/").content.decode()
    assert notice not in page and 'etroite">' in page


def test_a_try_without_script_is_answered_in_the_language_chosen(client):
    address = next(
        reverse("module_step", args=(module.id, number))
        for module in contents.modules().values()
        for number, exercise in module.exercises()
        if exercise.kind == "choisir" and not contents.translations_of(module.id)
    )
    client.cookies["langue"] = "ar"
    page = client.post(address, {}).content.decode()
    assert f'lang="ar" dir="rtl">{say_in("ar", "Il manque une réponse.")}' in page


def test_the_scripts_of_modules_say_only_sentences_that_catalogues_hold():
    texts = [
        path.read_text("utf-8") for path in (messages.SOURCE / "apps/learning/static/apprendre").iterdir()
    ]
    phrase_calls = [
        call for text in texts for call in re.findall(r'\bphrase\(\s*((?:[^"(){}]*"[^"]+")+)', text)
    ]
    sentences = {sentence for call in phrase_calls for sentence in re.findall('"([^"]+)"', call)}
    assert sentences == set(SCRIPT_SENTENCES)


@pytest.mark.parametrize("address", ["/hors-ligne.js", "/apprendre/hors-ligne.js"])
def test_offline_pages_are_stored_in_the_language_chosen(client, address):
    script = in_language(client, "uk", address).content.decode()
    assert '"langue": "uk"' in script
    assert say_in("uk", "La connexion s’est arrêtée") in script
    response = client.__class__().get("/apprendre/", headers={"accept-language": "uk"})
    assert response["Content-Language"] == "uk"


# --------------------------------------------------------------------------------------------------- choosing


def test_choosing_lasts_and_the_address_is_clean_again(client):
    first = client.get("/carte/?ou=Grenoble&lang=uk&besoin=wifi")
    assert '<html lang="uk"' in first.content.decode(), "at once: nobody knows yet whether the cookie is kept"
    assert client.cookies["langue"].value == "uk"
    assert client.cookies["langue"]["max-age"] == 31_536_000
    response = client.get("/carte/?ou=Grenoble&lang=uk&besoin=wifi")
    assert (response.status_code, response.url) == (302, "/carte/?ou=Grenoble&besoin=wifi")
    assert '<html lang="uk"' in client.get(response.url).content.decode()
    client.get("/?lang=fr")
    assert '<html lang="fr"' in client.get("/", headers={"accept-language": "uk"}).content.decode()


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("ro-RO,ro;q=0.9,fr;q=0.8", "ro"),
        ("de-DE,de;q=0.9,pt-BR;q=0.8", "pt"),  # the first of ours
        ("fr;q=0.3,uk", "uk"),
        ("de", "fr"),
        ("", "fr"),
        ("ar;;;q=x", "fr"),
    ],
)
def test_a_page_speaks_the_language_of_the_browser_until_another_is_chosen(client, header, code):
    headers = {"accept-language": header}
    response = client.get("/carte/?ou=Grenoble", headers=headers)
    assert f'<html lang="{code}"' in " ".join(response.content.decode().split())
    assert {"Cookie", "Accept-Language"} <= set(response["Vary"].split(", "))
    assert "langue" not in response.cookies, "nothing is kept that nobody chose"
    assert '<html lang="fr"' in client.get("/methodes/", headers=headers).content.decode()


def test_a_session_keeps_the_language_of_the_browser(client, settings):
    """Une carte ouverte ou une place demandée ouvrait une session : les pages revenaient au français."""
    client.cookies[settings.SESSION_COOKIE_NAME] = "x"
    assert '<html lang="ro"' in client.get("/carte/", headers={"accept-language": "ro"}).content.decode()


def test_a_choice_goes_from_page_to_page_without_a_cookie(client):
    def without_cookie(address: str, **posted: str):
        response = client.post(address, posted) if posted else client.get(address)
        client.cookies.clear()
        return response

    page = without_cookie("/?lang=ro").content.decode()
    links = set(re.findall(r'<a[^>]*\shref="(/[^"#]*)"', page)) - {f"/?lang={code}" for code in LANGUAGES}
    assert len(links) > 10
    assert {link for link in links if "lang=ro" not in link} == set()
    assert 'href="/apprendre/?lang=ro"' in page
    assert '<input type="hidden" name="lang" value="ro">' in page, "a form that asks writes its own address"
    redirection = without_cookie("/bilan/?lang=ro", mode="self")
    assert redirection.status_code == 302
    assert redirection.url.endswith("?lang=ro")


def test_a_module_speaks_the_language_chosen_for_all_pages(client):
    page = in_language(client, "ro", "/apprendre/dire-qui-je-suis/").content.decode()
    assert 'lang="ro" dir="ltr"' in page
    assert say_in("ro", "Cette page existe seulement en français.") not in page
    french = in_language(client, "ro", "/apprendre/dire-qui-je-suis/?langue=fr").content.decode()
    assert "/apprendre/dire-qui-je-suis/1/?langue=fr" in french, "French was chosen for this module"


@pytest.mark.parametrize("language", ["xx", "", "../../etc", "ar\r\nX: y"])
def test_a_language_that_is_none_changes_nothing(client, language):
    response = client.get("/", {"lang": language})
    assert (response.status_code, response.url) == (302, "/")
    assert "langue" not in client.cookies
    client.cookies["langue"] = "xx"
    assert '<html lang="fr"' in client.get("/").content.decode()


def test_choosing_never_leads_elsewhere(rf):
    request = rf.get("/", {"lang": "ar"})
    request.path = "//ailleurs.exemple/"
    assert chosen(request).url == "/%2Failleurs.exemple/"


def test_the_choice_is_offered_on_public_pages_each_in_its_own_script(client):
    page = client.get("/carte/?ou=Grenoble").content.decode()
    for code, language in LANGUAGES.items():
        link = (
            f'<a href="?ou=Grenoble&amp;lang={code}" lang="{code}" hreflang="{code}"'
            f' dir="{language.direction}"'
        )
        assert link in page
        assert f">{language.name}</a>" in page


def test_a_cache_keeps_each_language_apart(client):
    assert {"Cookie", "Accept-Language"} <= set(client.get("/carte/")["Vary"].split(", "))


def test_address_to_report_bad_translations_is_displayed(client, settings):
    assert "mailto:" not in in_language(client, "en", "/").content.decode()
    settings.CONTACT = "aide@exemple.fr"
    assert 'href="mailto:aide@exemple.fr"' in in_language(client, "en", "/").content.decode()


# ------------------------------------------------------------------------------------------------------ words


@pytest.mark.parametrize(
    ("n", "expected_text"),
    [
        (1, "مكان واحد"),
        (2, "مكانان"),
        (3, "3 أماكن"),
        (11, "11 مكانًا"),
        (100, "100 مكان"),
        (103, "103 أماكن"),
    ],
)
def test_arabic_counts_with_its_six_plurals(n, expected_text):
    with speaking("ar"):
        assert languages.key(say("{n}\u00a0lieu", "{n}\u00a0lieux", n=n)) == expected_text


@pytest.mark.parametrize(
    ("n", "expected_text"), [(1, "1 loc"), (2, "2 locuri"), (19, "19 locuri"), (20, "20 de locuri")]
)
def test_romanian_counts_with_de_from_twenty(n, expected_text):
    with speaking("ro"):
        assert languages.key(say("{n}\u00a0lieu", "{n}\u00a0lieux", n=n)) == expected_text


@pytest.mark.parametrize(
    ("n", "expected_text"), [(1, "1 місце"), (3, "3 місця"), (5, "5 місць"), (21, "21 місце")]
)
def test_ukrainian_counts_by_its_last_digit(n, expected_text):
    with speaking("uk"):
        assert languages.key(say("{n}\u00a0lieu", "{n}\u00a0lieux", n=n)) == expected_text


def test_untranslated_sentence_falls_back_to_french():
    with speaking("tr"):
        assert say("Une phrase que personne n’a marquée.") == "Une phrase que personne n’a marquée."
        assert say("") == ""


def test_typed_text_is_isolated_outside_french():
    assert typed("sauf réunion") == "sauf réunion"
    with speaking("ar"):
        assert typed("sauf réunion") == "\u2066sauf réunion\u2069"
    assert to_say("Gratuit") == "Gratuit"


@pytest.mark.usefixtures("_places")
def test_names_addresses_and_telephones_keep_their_direction(client):
    page = in_language(client, "ar", "/lieux/riche/").content.decode()
    for words in ("Bibliothèque Teisseire-Malherbe", "1 rue Paul Cocat, 38000 Grenoble", "04 65 71 12 34"):
        assert f'<bdi lang="fr" dir="ltr">{words}</bdi>' in page
    assert '<bdi lang="fr" dir="ltr">Demandez l’accueil numérique.</bdi>' in page


@pytest.mark.parametrize("code", TRANSLATED_LANGUAGES)
def test_no_sentence_of_a_service_mixes_two_languages(code):
    sheet = {
        "practices": {
            "formation": {
                "state": "offered",
                "themes": ["Écrire un document", "Gérer ses documents"],
                "inscription": "sur rendez-vous, sans rendez-vous",
                "materiel": "tablettes du lieu et ordinateurs",
            }
        }
    }
    with speaking(code):
        (service,) = places.offered(sheet)
    sentences = " ".join(service.lines)
    assert re.findall(f"{languages.TYPED}(.*?){languages.POP}", sentences) == [
        "tablettes du lieu et ordinateurs"
    ]
    assert not re.search("document et|rendez-vous|Gérer", sentences), sentences
    assert say_in(code, "Écrire un document") in sentences


def test_words_in_french_stay_in_the_sentence_of_a_fact():
    """FS-10 : à côté d’un dessin, une phrase en deux langues est un seul texte, non trois colonnes étroites."""
    with speaking("ar"):
        fact = places.Fact("clock", f"يفتح غدًا ({typed('sur rendez-vous')})")
        rendered = render_to_string("directory/public/_fact.html", {"fact": fact})
    assert re.search(
        r"</svg>\s*<span\s*>يفتح غدًا \(<bdi[^>]*>sur rendez-vous</bdi>\)</span></span>", rendered
    )


# ------------------------------------------------------------------------------------------------------ hours

FRIDAY = datetime(2026, 11, 20, 15, 0)
WEEKLY = "Mo-Fr 09:00-12:00,14:00-18:30; Sa 10:00-13:00"


@pytest.mark.parametrize(
    ("code", "now", "lines"),
    [
        (
            "en",
            "Open until 18:30",
            ["Monday to Friday: 9:00 – 12:00, 14:00 – 18:30", "Saturday: 10:00 – 13:00"],
        ),
        (
            "ro",
            "Deschis până la 18:30",
            ["De luni până vineri: 9:00 – 12:00, 14:00 – 18:30", "Sâmbătă: 10:00 – 13:00"],
        ),
        (
            "tr",
            "Açık, kapanış 18:30",
            ["Pazartesi – Cuma: 9:00 – 12:00, 14:00 – 18:30", "Cumartesi: 10:00 – 13:00"],
        ),
        (
            "uk",
            "Відчинено до 18:30",
            ["Понеділок – пʼятниця: 9:00 – 12:00, 14:00 – 18:30", "Субота: 10:00 – 13:00"],
        ),
        (
            "pt",
            "Aberto até às 18:30",
            ["De segunda-feira a sexta-feira: 9:00 – 12:00, 14:00 – 18:30", "Sábado: 10:00 – 13:00"],
        ),
        (
            "ar",
            "مفتوح حتى 18:30",
            ["من الاثنين إلى الجمعة: من 9:00 إلى 12:00، من 14:00 إلى 18:30", "السبت: من 10:00 إلى 13:00"],
        ),
        (
            "fr",
            "Ouvert jusqu’à 18 h 30",
            ["Du lundi au vendredi : 9 h – 12 h, 14 h – 18 h 30", "Samedi : 10 h – 13 h"],
        ),
    ],
)
def test_hours_are_written_in_each_language(code, now, lines):
    with speaking(code):
        assert bare(opening.now(WEEKLY, FRIDAY).words) == now
        assert [bare(line) for line in opening.hours(WEEKLY, FRIDAY.date())] == lines


def bare(text):
    return languages.key(re.sub("[\u2066\u2068\u2069]", "", text))


@pytest.mark.parametrize("code", TRANSLATED_LANGUAGES)
def test_hours_keep_their_days_and_times_in_each_language(code):
    """The same times, on the same days, as in French: nothing is lost or moved."""
    times = re.compile(r"\d{1,2}(?::| h ?)(?:\d\d)?")
    french = [times.findall(day.words) for day in opening.week(WEEKLY, FRIDAY.date())]
    with speaking(code):
        week = opening.week(WEEKLY, FRIDAY.date())
        closed = say("Fermé")
    assert [len(times.findall(day.words)) for day in week] == [len(each) for each in french]
    assert [day.words == closed for day in week] == [False] * 6 + [True]
    assert [day.today for day in week] == [False] * 4 + [True] + [False] * 2


@pytest.mark.parametrize("code", TRANSLATED_LANGUAGES)
def test_untranslatable_hours_stay_in_french(code):
    with speaking(code):
        assert opening.hours("Tu[1] 14:00-17:00", FRIDAY.date()) == [
            "\u20661er mardi du mois : 14\u00a0h\u00a0–\u00a017\u00a0h\u2069"
        ]
        hours_text = opening.week('Mo 09:00-12:00 "sauf réunion"', FRIDAY.date())[0].words
        assert "\u2066sauf réunion\u2069" in hours_text
        assert (
            "sur rendez-vous" not in opening.week('Mo 09:00-12:00 "sur rendez-vous"', FRIDAY.date())[0].words
        )


def test_dates_and_numbers_are_those_of_the_language():
    day = date(2026, 9, 1)
    texts_by_language = {}
    for code in LANGUAGES:
        with speaking(code):
            number = wording.number(1234.5, 1)
            texts_by_language[code] = (opening.date_text(day), number)
            counted = say("{n} habitant", "{n} habitants", n=1234)
            assert counted.startswith(number[:5]), counted
    assert texts_by_language == {
        "fr": ("1er septembre 2026", "1\u00a0234,5"),
        "en": ("1 September 2026", "1,234.5"),
        "ar": ("1 سبتمبر 2026", "1,234.5"),
        "ro": ("1 septembrie 2026", "1.234,5"),
        "tr": ("1 Eylül 2026", "1.234,5"),
        "uk": ("1 вересня 2026\u00a0р.", "1\u00a0234,5"),
        "pt": ("1 de setembro de 2026", "1\u00a0234,5"),
    }


def test_a_romanian_month_has_no_capital():
    with speaking("ro"), translation.override("ro"):
        assert dated(date(2026, 11, 27), "j F Y") == "27 noiembrie 2026"


def test_turkish_letters_keep_their_dots():
    with speaking("tr"):
        assert wording.lower_first("İnternet") == "internet"
        assert wording.lower_first("Isparta") == "ısparta"
