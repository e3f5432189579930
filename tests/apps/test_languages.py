"""Public pages in seven languages: chosen by who reads, said whole, French untouched."""

import re
from collections import Counter
from datetime import date, datetime, timedelta
from functools import cache, cached_property
from html.parser import HTMLParser
from itertools import product
from types import SimpleNamespace

import pytest
from django.core.cache import caches
from django.template.loader import render_to_string
from django.urls import get_resolver, reverse
from django.utils import timezone

from maillage.apps.directory import rules
from maillage.apps.directory.queries import places
from maillage.apps.dossiers import queries as dossiers
from maillage.apps.learning.queries import contents
from maillage.apps.learning.rules.script_sentences import SCRIPT_SENTENCES
from maillage.apps.people.models import Person
from maillage.apps.volunteers.actions import hours, meetings
from maillage.config.languages import TRANSLATED
from maillage.config.languages import _choose as chosen
from maillage.words import languages, opening, wording
from maillage.words.languages import LANGUAGES, say, speaking, to_say, typed
from tests.apps.test_place import RICH
from tests.conftest import account
from tests.spec.test_bilan import AURELIE
from tests.support.cards import SECRET, decide, try_card
from tests.support.lieux import lieu, offering
from tests.support.profile import some
from tests.support.routes import address_of, routes
from tests.support.volunteers import proposed, supervised
from tools import messages

pytestmark = pytest.mark.django_db

TRANSLATED_LANGUAGES = [code for code in LANGUAGES if code != languages.FRENCH]
PAGES = (
    "/",
    "/carte/",
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
FRENCH_WORDS = re.compile(
    r"\b(?:vous|avec|les|une|est|dans|sur|chez|près|où|nous|votre|ce qui|aujourd’hui)\b", re.I
)


@pytest.fixture(autouse=True)
def _nothing_counted(db):
    for each in caches.all(initialized_only=True):
        each.clear()


@pytest.fixture
def _places(db):
    lieu("riche", sheet=RICH, confirmed_on=date(2026, 11, 2), confirmed_by="la bibliothèque")
    lieu("vieux", east=300, sheet=offering(wifi={"barrieres": ["email", "sms"]}), updated_on=date(2024, 1, 1))
    lieu("ferme", east=500, state=rules.ENDED)


class Read(HTMLParser):
    """The text of a page, except passages marked as French."""

    VOID = ("br", "img", "input", "link", "meta", "hr", "path", "rect", "circle", "line", "use", "stop")
    READ_ATTRIBUTES = (
        "alt",
        "aria-label",
        "title",
        "placeholder",
        "data-nuit",
        "data-jour",
        "data-arreter",
        "data-depuis",
    )

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[bool] = []
        self.words: list[str] = []
        self.html: dict[str, str | None] = {}
        self.silent = 0
        self.source = text
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "html":
            self.html = attributes
        french = attributes.get("lang") == "fr" or bool(self.open and self.open[-1])
        if not french:
            self.words += [attributes[name] or "" for name in self.READ_ATTRIBUTES if name in attributes]
            if tag == "meta" and attributes.get("name") == "description":
                self.words.append(attributes["content"] or "")
        if tag not in self.VOID:
            self.open.append(french)
            self.silent += tag in ("script", "style")

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            self.open.pop()
            self.silent -= tag in ("script", "style")

    def handle_data(self, data):
        if not self.silent and not (self.open and self.open[-1]):
            self.words.append(data)

    @cached_property
    def text(self) -> str:
        return languages.key(" | ".join(self.words))


def in_language(client, code, address):
    client.cookies["langue"] = code
    return client.get(address)


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
STYLES = (
    *(
        "site/static/site/maillage.css",
        "site/static/site/accueil.css",
        "orientations/static/orientations/personnes.css",
    ),
    *(f"directory/static/annuaire/{name}.css" for name in ("annuaire", "chercher", "fiche")),
    *(f"autonomy/static/autonomie/{name}.css" for name in ("bilan", "epreuves", "resultat")),
    *(f"orientations/static/orientations/{name}.css" for name in ("orientations", "papier", "proche")),
    "agenda/static/ateliers/ateliers.css",
)


@pytest.mark.parametrize("name", STYLES)
def test_the_styles_of_public_pages_know_no_left_nor_right(name):
    style = (messages.SOURCE / "apps" / name).read_text("utf-8")
    assert SIDES.findall(style) == []
    assert [match[0] for match in FOUR.finditer(style) if match[2] != match[4]] == []


# -------------------------------------------------------------------------------------------------- the pages


# Each page in Arabic, whose letters betray every word left in French, and one page in each language: that no
# catalogue lacks a sentence is told by `make check`.
CASES = [*product(["ar"], PAGES), *((code, "/") for code in TRANSLATED_LANGUAGES if code != "ar")]


@pytest.mark.parametrize(("code", "address"), CASES)
@pytest.mark.usefixtures("_places")
def test_a_page_is_whole_in_the_language_chosen(client, code, address):
    response = in_language(client, code, address)
    assert response.status_code == (404 if "nulle-part" in address else 200)
    assert_whole(response, code)


def assert_whole(response, code):
    page = Read(response.content.decode())
    assert page.html["lang"] == code
    assert page.html.get("dir") == ("rtl" if code == "ar" else None)
    assert response["Content-Language"] == code
    assert (
        say_in(code, "Cette traduction attend une relecture humaine. Dites-nous ce qui ne va pas.")
        in page.text
    )
    text = f"| {page.text} |"
    untranslated = [id for id in french_sentences(code) if f"| {id} |" in text]
    assert untranslated == []
    if code in ("ar", "uk"):
        assert FRENCH_WORDS.findall(page.text) == []


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


def say_in(code, text):
    with speaking(code):
        return languages.key(say(text))


@cache
def french_sentences(code):
    """Return the marked sentences whose translation is not the French itself."""
    with speaking(code):
        return [id for id in marked() if languages.key(say(id)) != id]


@cache
def marked():
    """Return the sentences without a plural: they are looked for in every file, once."""
    return [id for id in messages.sentences() if isinstance(id, str) and len(id) > 3]


@pytest.mark.usefixtures("_places")
@pytest.mark.parametrize("address", PAGES)
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


def test_the_home_page_shows_its_french_example_to_those_who_read_french(client, monkeypatch):
    bar = SimpleNamespace(wide="", narrow="")
    head = SimpleNamespace(value="39 000", low="", sentence="personnes", between="", bar=bar)
    read = SimpleNamespace(
        territory=SimpleNamespace(name="Agglomération grenobloise"),
        headline=head,
        zones=[],
        source=SimpleNamespace(among=""),
    )
    monkeypatch.setattr(dossiers, "latest", lambda place: SimpleNamespace(place="38185"))
    monkeypatch.setattr(dossiers, "is_lost", lambda study: False)
    monkeypatch.setattr(dossiers, "reading", lambda study: read)
    monkeypatch.setattr(dossiers, "knitted", lambda study: '<svg aria-label="Maille par maille"></svg>')
    french, arabic = (in_language(client, code, "/").content.decode() for code in ("fr", "ar"))
    assert "exemple-titre" in french and "Précarité élevée" in french
    assert "exemple-titre" not in arabic and "Précarité élevée" not in arabic
    assert "Maille par maille" in arabic and "Maille par maille" not in Read(arabic).text


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
            unannounced += [] if is_announced else [address]
        else:
            mixed_words += [(address, words) for words in page.words if FRENCH_WORDS.search(words)]
    assert (unannounced, mixed_words) == ([], [])
    assert min(n_pages["fr"], n_pages[code]) > 30


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


def test_offline_pages_are_stored_in_the_language_chosen(client):
    script = in_language(client, "uk", "/apprendre/hors-ligne.js").content.decode()
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


def test_who_has_a_session_works_in_french(client, settings):
    client.cookies[settings.SESSION_COOKIE_NAME] = "x"
    assert '<html lang="fr"' in client.get("/carte/", headers={"accept-language": "ro"}).content.decode()


def test_a_choice_goes_from_page_to_page_without_a_cookie(client):
    def without_cookie(address: str, **posted: str):
        response = client.post(address, posted) if posted else client.get(address)
        client.cookies.clear()
        return response

    page = without_cookie("/?lang=ro").content.decode()
    links = set(re.findall(r'<a[^>]*\shref="(/[^"#]*)"', page)) - {f"/?lang={code}" for code in LANGUAGES}
    assert len(links) > 10
    assert {link for link in links if "lang=ro" not in link} == set()
    assert 'href="/carte/?besoin=assistance&amp;lang=ro"' in page
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
            texts_by_language[code] = (opening.date_text(day), wording.number(1234.5, 1))
    assert texts_by_language == {
        "fr": ("1er septembre 2026", "1\u00a0234,5"),
        "en": ("1 September 2026", "1\u00a0234.5"),
        "ar": ("1 سبتمبر 2026", "1\u00a0234.5"),
        "ro": ("1 septembrie 2026", "1\u00a0234,5"),
        "tr": ("1 Eylül 2026", "1\u00a0234,5"),
        "uk": ("1 вересня 2026\u00a0р.", "1\u00a0234,5"),
        "pt": ("1 de setembro de 2026", "1\u00a0234,5"),
    }


def test_turkish_letters_keep_their_dots():
    with speaking("tr"):
        assert wording.lower_first("İnternet") == "internet"
        assert wording.lower_first("Isparta") == "ısparta"
