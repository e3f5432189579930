"""Public pages: they answer, they ask nothing outside, they forbid what they do not need."""

import errno
import json
import logging
import os
import re
import time
from datetime import datetime, timedelta
from html import unescape
from itertools import pairwise
from logging.config import DictConfigurator

import pytest
from django.db import connection
from django.template import Context, Origin, Template
from django.template.loader import get_template, render_to_string
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.safestring import mark_safe
from django_tasks_db.models import DBTaskResult

from maillage.apps.platform.accounts.models import User
from maillage.apps.site.pages import views as pages_views
from maillage.apps.territories.models import Correction
from maillage.kernel.names import plain
from maillage.manage.deploy import health, scheduler
from maillage.manage.requests import static
from maillage.manage.requests.templates import Loader, typeset
from maillage.reference import voices
from maillage.reference.discrepancies import KINDS as DISCREPANCY_KINDS
from maillage.reference.discrepancies import discrepancies
from maillage.reference.files import METHODS
from maillage.words.wording import cohesive
from tests.support.shared import ROOT

pytestmark = pytest.mark.django_db
PUBLIC = (
    "/",
    "/territoires/",
    "/glossaire/",
    "/methodes/",
    "/sources/",
    "/style/",
    "/accessibilite/",
    "/confidentialite/",
    "/dematerialisation/",
    "/galerie/",
    "/galerie/habitants/",
    "/connexion/",
)


@pytest.mark.parametrize("address", PUBLIC)
def test_each_public_page_answers_and_asks_nothing_outside(client, address):
    response = client.get(address)
    page = response.content.decode()
    assert response.status_code == 200
    assert not re.findall(r'(?:src|srcset|action)="(?:https?:)?//', page)
    assert not re.findall(r'<link[^>]+href="(?:https?:)?//', page)
    assert not re.findall(r"<style|<script(?![^>]+src=)| style=| on[a-z]+=", page)
    assert "sessionid" not in response.cookies, "reading leaves no session"
    head = page.split("</head>")[0]  # whoever shares it says whose it is
    assert '<meta property="og:site_name" content="Maillage">' in head
    assert '<meta property="og:type" content="website">' in head
    assert re.search(r"<title>\s*[^<]{8,}</title>", head)
    assert re.search(r'name="description"\s+content="[^"]{20,}"', head)


def test_headers_forbid_what_pages_do_not_need(client):
    response = client.get("/")
    policy = response["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]


def test_an_unknown_host_is_refused(client):
    assert client.get("/", HTTP_HOST="ailleurs.example").status_code == 400


def test_health_says_it_is_well(client, home):
    response = client.get("/sante/")
    health = response.json()
    assert (response.status_code, health["etat"]) == (200, "ok")
    assert (health["base"], health["ecriture"], health["taches"], health["messages"]) == (
        "ok",
        "ok",
        None,
        None,
    )
    assert "no-store" in response["Cache-Control"]
    assert [path for path in home.iterdir() if path.name.startswith(".sante")] == []


def test_health_is_broken_when_a_write_would_fail(client, home, monkeypatch):
    def full(self, *_, **__):
        raise OSError(errno.ENOSPC, "plein")

    monkeypatch.setattr("pathlib.Path.open", full)
    response = client.get("/sante/")
    assert (response.status_code, response.json()["etat"]) == (503, "en panne")
    assert response.json()["ecriture"] == "en panne"


def test_health_does_not_write_at_each_call(client, home, monkeypatch):
    """Anybody may ask, a thousand times a second."""
    tried = []
    monkeypatch.setattr(health.os, "fsync", lambda _: tried.append(1))
    for _ in range(5):
        assert client.get("/sante/").status_code == 200
    assert len(tried) == 1
    moved(home / health.WRITE_STAMP, -health.AGAIN)
    client.get("/sante/")
    assert len(tried) == 2
    moved(home / health.WRITE_STAMP, 3_600)  # a clock that was fast
    client.get("/sante/")
    assert len(tried) == 3


def test_health_tells_a_failure_at_once_however_lately_a_write_went_well(client, home, monkeypatch):
    assert client.get("/sante/").status_code == 200
    with monkeypatch.context() as full:
        full.setattr(health, "free", lambda: 0)
        assert client.get("/sante/").status_code == 503
    with monkeypatch.context() as closed:
        closed.setattr(health.os, "access", lambda *_: False)
        assert client.get("/sante/").status_code == 503


def test_a_write_that_failed_is_tried_again_by_every_process(client, home, monkeypatch):
    def full(_):
        raise OSError(errno.EDQUOT, "plein")

    client.get("/sante/")
    moved(home / health.WRITE_STAMP, -health.AGAIN)
    with monkeypatch.context() as broken:
        broken.setattr(health.os, "fsync", full)
        assert [client.get("/sante/").status_code for _ in range(2)] == [503, 503]
    assert client.get("/sante/").status_code == 200, "said to be mended as soon as it is"


def test_health_answers_when_its_folder_is_missing_or_read_only(client, home, settings, monkeypatch):
    def only_reads(self, *_, **__):
        raise OSError(errno.EROFS, "lecture seule")

    with monkeypatch.context() as closed:
        closed.setattr("pathlib.Path.unlink", only_reads)
        closed.setattr("pathlib.Path.open", only_reads)
        assert client.get("/sante/").status_code == 503
    settings.HOME = home / "partie"
    assert client.get("/sante/").json()["disque_libre_mo"] == 0


def moved(path, seconds):
    os.utime(path, (time.time() + seconds,) * 2)


def test_health_says_what_waits_too_long(client, home, settings, monkeypatch):
    settings.HEARTBEAT = home / "echeances.vu"
    settings.HEARTBEAT.touch()
    assert client.get("/sante/").json()["echeances"] < 60
    os.utime(settings.HEARTBEAT, (0, 0))
    late = client.get("/sante/")
    assert (late.status_code, late.json()["etat"]) == (200, "ralenti")


def test_finished_tasks_are_erased_after_two_weeks(db):
    at = timezone.now()
    for status, days in (("SUCCESSFUL", 15), ("FAILED", 15), ("SUCCESSFUL", 13), ("READY", 15)):
        row = DBTaskResult.objects.create(
            status=status,
            args_kwargs={},
            priority=0,
            task_path="une.tache",
            queue_name="default",
            backend_name="default",
            run_after=at,
            exception_class_path="",
            traceback="",
            finished_at=None if status == "READY" else at - timedelta(days=days),
        )
        DBTaskResult.objects.filter(pk=row.pk).update(enqueued_at=at - timedelta(days=days))
    assert scheduler.forget_tasks(at) == 2
    assert sorted(DBTaskResult.objects.values_list("status", flat=True)) == ["READY", "SUCCESSFUL"]


def test_home_leads_to_the_search_before_any_study_exists(client, home):
    page = client.get("/").content.decode()
    assert 'href="/territoires/"' in page


@pytest.mark.parametrize("code", ["fr", "en"])
def test_the_home_page_leads_to_joining_and_to_giving_time(client, home, code):
    client.cookies["langue"] = code
    page = client.get("/").content.decode()
    content = page[page.index("<main") : page.index("</main>")]
    for address in ("/rejoindre/", "/benevoles/"):
        assert f'href="{address}"' in content
        assert client.get(address).status_code == 200
    assert ("Join the network" in content) == (code == "en")


@pytest.mark.parametrize(
    ("address", "door"),
    [
        ("/", None),
        ("/carte/", "/carte/"),
        ("/aider-un-proche/", "/carte/"),
        ("/apprendre/", "/apprendre/"),
        ("/ma-carte/", "/ma-carte/"),
        ("/verifier/", "/territoires/"),
    ],
)
def test_four_doors_are_the_same_on_a_phone_and_on_a_screen(client, home, address, door):
    page = client.get(address).content.decode()
    for menu in ('<nav class="nav"', '<nav class="barre-bas"'):
        entries = page[page.index(menu) :].split("</nav>")[0]
        doors = re.findall(r'<a\s+href="([^"]+)"\s*(aria-current="page")?\s*>', entries)
        assert [href for href, _ in doors] == ["/carte/", "/apprendre/", "/ma-carte/", "/territoires/"]
        assert [href for href, is_open in doors if is_open] == ([door] if door else [])


def test_a_page_that_does_not_exist_offers_ways_on(client):
    response = client.get("/nulle-part/")
    assert response.status_code == 404
    body = response.content.decode().split("<main")[1]
    assert body.index('href="/carte/"') < body.index('href="/territoires/"')  # a resident first
    assert "votre rôle" not in body


def test_who_lost_a_role_while_writing_reads_that_it_may_be_why(client, django_user_model):
    """The same page for a row of somebody else and for one that never was: it says what to do in both cases."""
    client.force_login(django_user_model.objects.create_user("ami@exemple.fr", "x"))
    for address in ("/nulle-part/", "/espace/reseau/discussions/resource/1/"):
        body = client.get(address).content.decode().split("<main")[1]
        assert "votre rôle ne l’ouvre pas, ou plus" in body and 'href="/espace/"' in body


def test_a_fault_is_reported_from_the_foot_of_every_page(client, settings):
    foot = client.get("/glossaire/").content.decode().split('class="pied"')[1]
    assert 'href="/signaler/?page=/glossaire/"' in foot
    assert "Internet" not in foot
    personal = client.get("/acces/Secret-1/").content.decode().split('class="pied"')[1]
    assert "Secret" not in personal.split("/signaler/")[1][:80]
    form = client.get("/signaler/?page=/glossaire/").content.decode()
    assert 'name="page" value="/glossaire/"' in form and "mailto:" not in form
    settings.CONTACT = "aide@exemple.fr"
    assert 'href="mailto:aide@exemple.fr"' in client.get("/signaler/").content.decode()


def test_search_forgives_and_a_single_answer_opens_it(client):
    assert "Saint-Martin-d’Hères" in unescape(client.get("/territoires/?q=st martin dheres").content.decode())
    assert client.get("/territoires/?q=38151&aller=1")["Location"] == "/territoires/38151/"


def test_search_without_answer_says_what_to_try(client):
    page = client.get("/territoires/?q=zzzzqqqq").content.decode()
    assert "Essayez une partie du nom" in page


def test_suggestions_are_a_short_list_of_links(client):
    page = client.get("/territoires/suggestions/?q=greno").content.decode()
    assert 1 <= page.count('class="suggestion"') <= 8
    assert client.get("/territoires/suggestions/?q=g").content.decode().strip() == ""


def test_what_a_visitor_types_is_never_markup(client):
    page = client.get("/territoires/?q=<script>x</script>").content.decode()
    assert "&lt;script&gt;x" in page
    assert "<script>x" not in page
    assert "<script>x" not in client.get("/territoires/<script>x</").content.decode()


def test_each_method_page_shows_and_an_unknown_one_does_not(client):
    from maillage.reference.files import METHODS

    for path in METHODS.glob("*.md"):
        assert client.get(f"/methodes/{path.stem}/").status_code == 200
    assert client.get("/methodes/inconnue/").status_code == 404


def test_a_table_of_a_method_is_named_by_its_title_and_its_heads_by_their_columns(client):
    page = client.get("/methodes/besoins/").content.decode()
    assert '<table aria-label="Tableau : Ce qui est compté">' in page
    assert page.count("<th ") == page.count('scope="col"') > 20 and "<th>" not in page


def test_methods_come_in_groups_each_once_and_without_marks(client):
    slugs = [slug for group in pages_views.READING.values() for slug in group]
    assert sorted(slugs) == sorted(path.stem for path in METHODS.glob("*.md"))
    page = client.get("/methodes/").content.decode()
    assert not re.search(r"\*\*|`|>#", page)
    assert page.index("/methodes/besoins/") < page.index("/methodes/manques/") < page.index("/methodes/api/")
    leads = re.findall(r'/methodes/[\w-]+/">[^<]+</a> <span>(.*?)</span>', page, re.DOTALL)
    assert len(leads) == len(slugs) and all(leads)  # a page without a sentence is not told


def test_a_corrected_value_is_written_as_numbers_are_in_french(client, django_user_model):
    by = django_user_model.objects.create_user(email="analyste@exemple.fr", password=None)
    Correction.objects.create(
        table="filosofi",
        key="38185",
        column="median",
        former=29_300.0,
        value=26_000.5,
        reason="Relu.",
        made_by=by,
    )
    page = client.get("/sources/").content.decode().split('id="corrections"')[1]
    rows = re.sub(r"[\s\u00a0\u202f]", "", page.split("</table>")[0])
    assert ">29300<" in rows
    assert ">26000,50<" in rows


def test_icons_have_a_size_of_their_own_for_browsers_without_our_styles(client):
    drawn = re.findall(
        r'<svg class="(?:icone|logo)[^>]*>|<svg width="32"[^>]*>', client.get("/").content.decode()
    )
    assert len(drawn) > 10
    assert all("width=" in each and "height=" in each for each in drawn)


def test_the_learning_path_asks_for_one_font_alone(client):
    """Trente-deux kilo-octets de moins pour qui a le moins de réseau : ses titres n’emploient pas la seconde police."""
    apps = ROOT / "src/maillage/apps"
    sheet = (apps / "learning/static/apprendre/apprendre.css").read_text("utf-8")
    own = re.search(r"\n  (h1, h2[^{]*) \{ font-family: inherit; \}", sheet)
    common = (apps / "site/pages/static/site/maillage.css").read_text("utf-8")
    base = re.search(r"\n  (h1, h2[^{]*) \{ font-family: \"Bricolage", common)
    assert own and base
    assert set(base[1].split(", ")) <= set(own[1].split(", "))


def test_the_calendar_says_its_dates_as_french_does(client):
    """FS-08 : « janvier 2016 », jamais « 2016-01 »."""
    page = client.get("/dematerialisation/").content.decode()
    assert "janvier 2016" in page
    assert not re.search(r">\s*20\d\d-\d\d\b", page)


def test_what_studies_say_differently_is_one_line_a_subject(client):
    """FS-07 : trente-quatre écrans de téléphone ; chaque sujet tient une ligne qui s’ouvre, à sa propre adresse."""
    page = " ".join(client.get("/sources/ecarts/").content.decode().split())
    folds = re.findall(r'<details class="source" id="([^"]+)">\s*<summary>.*?</summary>(.*?)</details>', page)
    assert [id for id, _ in folds] == [
        row.id for kind in DISCREPANCY_KINDS for row in discrepancies() if row.kind == kind
    ]
    for _, folded in folds:
        for word in ("Ce qui est imprimé", "Pourquoi", "Ce que Maillage en fait"):
            assert word in folded


def test_glossary_terms_have_an_address_of_their_own(client):
    from maillage.reference.glossary import terms

    page = client.get("/glossaire/").content.decode()
    assert all(f'id="{key}"' in page for key in terms())


def test_sources_show_every_file_rate_and_assumption(client):
    from maillage.reference.cards import cards
    from maillage.reference.parameters import parameters

    page = client.get("/sources/").content.decode()
    page = unescape(page)
    assert all(card.title in page for card in cards().values())
    assert all(cohesive(p.label) in page for p in parameters().values())


def test_night_is_remembered_by_a_cookie(client):
    client.cookies["theme"] = "nuit"
    assert '<html lang="fr" data-theme="nuit">' in client.get("/").content.decode()
    client.cookies["theme"] = '"><script>'
    assert "data-theme" not in client.get("/").content.decode().split(">", 2)[1]


def test_a_nul_character_is_no_address_nor_answer(client):
    assert client.get("/lieux/a%00b/").status_code == 404
    assert client.get("/carte/?ou=%00").status_code == 404
    assert client.post("/fiche/", {"code": "AB\x00"}).status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cut", "read"),
    [
        ("Pas encore « conforme\n      ».\n", "Pas encore «\u00a0conforme\u00a0».\n"),
        ("\n      : ", "\u00a0: "),
        ("Lu «\n  ", "Lu «\u00a0"),
        ("Où\n    ?", "Où\u00a0?"),
        ("un mot,\n\n        un autre", "un mot,\nun autre"),
    ],
)
def test_a_template_may_break_a_line_where_a_sentence_may_not(cut, read):
    assert typeset(cut) == read


def test_words_passed_to_a_page_keep_their_quotes_and_units_together(tmp_path):
    """Un guillemet, une unité ne restent pas seuls au bout d’une ligne, quel que soit qui les a tapés."""
    (tmp_path / "page.html").write_text(
        "<p title='{{ said }}'>{{ said }} {{ code }}</p><textarea>{{ said }}</textarea>"
        "<script>{{ said }}</script>{{ n }}{{ words|default:said }}",
        "utf-8",
    )
    engine = get_template("site/base.html").template.engine
    loader = Loader(engine, [tmp_path])
    page = engine.from_string(loader.get_contents(Origin(str(tmp_path / "page.html"))))
    typed_text, printed = "« 9 h » & 5 %", "«\xa09\xa0h\xa0» &amp; 5\xa0%"
    plain_ = "« 9 h » &amp; 5 %"
    read = page.render(Context({"said": typed_text, "code": mark_safe("<b a='« x »'>« x »</b>"), "n": 3}))
    assert read == (
        f"<p title='{plain_}'>{printed} <b a='« x »'>« x »</b></p><textarea>{plain_}</textarea>"
        f"<script>{plain_}</script>3{printed}"
    )


def test_a_button_ends_with_its_words():
    """Un mot caché en fin de bouton ne l’élargit pas, où que le gabarit coupe sa ligne."""
    template = get_template("orientations/lists/_answers.html").template.source
    assert not re.search(r"\s</button>", template)


def test_reading_writes_nothing(client):
    """Une page publique n’attend jamais qui écrit : elle ne compte rien dans la base."""
    with CaptureQueriesContext(connection) as context:
        for address in ("/api/v1/sources", "/donnees/", "/flux/lieux.atom"):
            assert client.get(address).status_code == 200
    written = [
        each["sql"]
        for each in context
        if each["sql"].split()[0].upper() in ("INSERT", "UPDATE", "DELETE", "BEGIN")
    ]
    assert written == []


def test_the_space_forbids_caches(client):
    assert "no-store" in client.get("/espace/annuaire/")["Cache-Control"]


@pytest.mark.parametrize(
    ("n", "expected_text"), [(0, "0 lieu"), (1, "1 lieu"), (1.5, "1,5 lieu"), (2, "2 lieux"), ([], "[] lieu")]
)
def test_nothing_is_singular(n, expected_text):
    assert Template("{{ n }} lieu{{ n|pluralize:'x' }}").render(Context({"n": n})) == expected_text


@pytest.mark.parametrize(
    ("title", "expected_text"),
    [("Accueil", "Accueil."), ("Elle est où ?", "Elle est où ?"), ("Stop !", "Stop !")],
)
def test_a_title_that_opens_a_sentence_ends_by_one_mark(title, expected_text):
    assert Template("{{ title|full_stop }}").render(Context({"title": title})) == expected_text


@pytest.mark.parametrize(
    ("form", "expected_text"),
    [
        ("j F Y", "1er novembre 2026"),
        ("l j F", "dimanche 1er novembre"),
        (r"j F Y, G \h i", "1er novembre 2026, 18 h"),
        ("Y-m-d", "2026-11-01"),
    ],
)
def test_the_first_of_a_month_is_written_premier(form, expected_text):
    day = datetime(2026, 11, 1, 18, 0)
    assert Template("{{ day|date:form }}").render(Context({"day": day, "form": form})) == expected_text
    assert "1er" not in Template("{{ day|date:form }}").render(
        Context({"day": day.replace(day=11), "form": form})
    )
    one = Template("{{ day|date:form }}").render(
        Context({"day": day.replace(day=2, hour=1), "form": r"j F, G \h i"})
    )
    assert one.startswith("2 novembre, 1 h")


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    "link",
    ["/acces/{}/", "/fiche/{}/corriger/"],
)
def test_a_link_that_opens_something_is_never_written_in_the_logs(client, caplog, settings, link, method):
    with caplog.at_level(logging.WARNING):
        getattr(client, method)(link.format("Secret-1"))
    used = settings.LOGGING["handlers"]["console"]["formatter"]
    written = DictConfigurator({}).configure_formatter({**settings.LOGGING["formatters"][used]})
    lines = [written.format(record) for record in caplog.records]
    assert lines
    assert not any("Secret" in line for line in lines)
    assert any(link.format("…") in line for line in lines)


def test_the_stitches_of_an_empty_page_do_not_overlap():
    drawn = render_to_string("site/_empty.html", {"title": "Rien", "text": "Encore."})
    at = [int(x) for x in re.findall(r"translate\((\d+) 30\)", drawn)]
    assert len(at) == 6
    assert all(after - before >= 14 for before, after in pairwise(at))
    assert (at[0] + at[-1]) / 2 == 60  # in the middle of their frame


def test_static_files_are_collected_again_only_when_one_changed(settings, tmp_path):
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / "a.css").write_text("a { color: red }")
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATICFILES_DIRS = [sources]
    settings.STATIC_ROOT = tmp_path / "statique"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "maillage.manage.requests.static.Statics"},
    }
    manifest = tmp_path / "statique" / "staticfiles.json"

    def named() -> str:
        return json.loads(manifest.read_text("utf-8"))["paths"]["a.css"]

    static.collect()
    first = named()
    file_names = {path.name for path in (tmp_path / "statique").iterdir()}
    assert first in file_names
    assert "a.css" not in file_names, "no page names it: nothing is compressed twice"
    manifest.write_text(manifest.read_text("utf-8") + "\n")
    static.collect()
    assert manifest.read_text("utf-8").endswith("\n"), "nothing changed: nothing is collected"

    (sources / "a.css").write_text("a { color: green }")
    static.collect()
    assert named() != first
    manifest.unlink()
    static.collect()
    assert (tmp_path / "statique" / named()).exists(), "what was lost is made again"


def test_sources_are_searched_by_their_words(client):
    """« recensement insee », sans accent ni ordre : ce qui les tient toutes les deux reste, le reste non."""
    page = client.get("/sources/", {"q": "insee recensement"})
    matching_rows = [row for name in ("files", "assumptions") for row in page.context[name]]
    assert 0 < page.context["found"] < 40
    assert all(
        {"insee", "recensement"} <= set(plain(" ".join(map(str, row.values()))).split())
        for row in matching_rows
    )
    assert client.get("/sources/", {"q": "zzzz"}).context["found"] == 0


def test_statements_come_by_pages_and_each_keeps_its_address(client):
    """A link to a number on another page finds it there, without a script; what is chosen follows from page to page."""
    first = client.get("/sources/paroles/").content.decode()
    assert first.count('<li class="carton"') == 12
    for number in voices.voices():
        assert first.count(f'id="{number}"') == 1
    narrowed = client.get("/sources/paroles/", {"qui": "network", "page": 2}).content.decode()
    n = len(voices.chosen(speaker_id="network"))
    assert n > 24 and narrowed.count('<li class="carton"') == 12
    assert "?qui=network&amp;page=3" in narrowed
    one = client.get("/sources/paroles/X-050/").content.decode()
    assert voices.voices()["X-050"].says.split("?")[0].strip() in one
    assert "4 autres" in one and "?sujet=orientation" in one
    assert client.get("/sources/paroles/X-999/").status_code == 404


def test_drawings_keep_their_size_where_no_style_sheet_is_understood(client):
    """FS-02 : sans feuille de style, une icône ou un carré de légende ne prend jamais tout l’écran."""
    for address in ("/", "/carte/"):
        drawn = re.findall(r"<svg[^>]*>", client.get(address).content.decode())
        small = [each for each in drawn if re.search(r'class="[^"]*\b(icone|logo|carre)\b', each)]
        assert small
        for each in small:
            assert re.search(r' width="(16|20|32)" height="(16|20|32)"', each), each
            assert "icone" not in each or 'fill="none"' in each, each


HIDDEN_ON_A_PHONE = re.compile(
    r'<nav class="nav".*?</nav>|<ul class="menu-liste">.*?</ul>|<a class="bouton bord" href="/compte.*?</a>',
    re.S,
)
STOP = re.compile(r'<(?:a|button|summary)\b(?![^>]*tabindex="-1")(?![^>]*\bhidden\b)[^>]*>')
FIELD = re.compile(r'<input(?=[^>]*type="(?:search|text)")')


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/apprendre/", "/ateliers/", "/ma-carte/"])
def test_the_first_field_is_within_six_stops_on_a_phone(client, address):
    page = HIDDEN_ON_A_PHONE.sub("", client.get(address).content.decode())
    stops = STOP.findall(FIELD.split(page)[0])
    assert len(stops) <= 6, stops


def test_the_page_of_sources_lists_the_national_figures(client):
    page = client.get("/sources/", {"q": "13 millions"}).content.decode()
    assert "ne savent pas utiliser une interface numérique" in page


def test_a_platform_without_an_account_says_how_the_first_one_is_made(client):
    """L’accueil d’une installation neuve ne menait nulle part."""
    for address in ("/", "/connexion/"):
        assert "maillage administrateur" in client.get(address).content.decode()
    User.objects.create_user("ana@ville.example", "x")
    for address in ("/", "/connexion/"):
        assert "maillage administrateur" not in client.get(address).content.decode()


def test_a_page_of_the_space_that_is_not_there_offers_to_sign_in_to_a_stranger_alone(client):
    """La session finie, une fiche « n’existait pas », sans moyen d’y revenir."""
    page = client.get("/espace/personnes/987654/")
    assert page.status_code == 404
    assert 'href="/connexion/?next=%2Fespace%2Fpersonnes%2F987654%2F"' in page.content.decode()
    assert "Se connecter</a>" not in client.get("/nulle-part/").content.decode().split("<main")[1]
    client.force_login(User.objects.create_user("ana@ville.example", "x"))
    assert "?next=" not in client.get("/espace/personnes/987654/").content.decode()
