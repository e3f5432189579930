"""The bulletin of the network, services that change, awareness kits, what stands beside, and what leaves."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from maillage.apps.community.actions import bulletins as actions
from maillage.apps.community.actions import discussions, meetings, resources
from maillage.apps.community.models import Bulletin, News, ServiceChange
from maillage.apps.community.queries import exports, related_resources
from maillage.apps.community.queries import resources as resource_queries
from maillage.apps.community.queries.resources import Wanted
from maillage.apps.directory.outreach.actions import outings
from maillage.apps.platform.messages.models import Message
from maillage.kernel.errors import Refused
from maillage.reference.awareness import kits
from maillage.reference.initiatives import initiatives
from tests.conftest import account
from tests.support.places import place

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("clock_at")]
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
PDF = b"%PDF-1.7\n" + b"x" * 50


def shared(lieu, by, token="a", **more):
    defaults = {
        "title": "Fiche", "about": "Six écrans", "format": "sheet", "level": "start", "public": "all",
        "author": "Nous", "licence": "cc-by", "link": "https://exemple.fr/",
    }  # fmt: skip
    return resources.share(lieu.structure, resources.Draft(**{**defaults, **more}, token=token), by=by, at=AT)


def test_small_news_go_into_a_bulletin_that_no_longer_moves(client, library, karim, lead):
    client.force_login(karim)
    typed = {"titre": "Deux places", "mots": "Au cours du jeudi.", "jeton": "n"}
    for _ in range(2):
        client.post("/espace/reseau/bulletin/nouvelles/", typed)
    (news,) = News.objects.all()
    client.post("/espace/reseau/semaine/", {"recevoir": "oui"})
    client.force_login(lead)
    chosen = {"titre": "N° 1", "ouverture": "Bonjour.", "news": [f"news-{news.pk}"], "jeton": "b"}
    client.post("/espace/reseau/bulletin/nouveau/", chosen)
    (row,) = Bulletin.objects.all()
    client.force_login(karim)
    page = f"/espace/reseau/bulletin/{row.pk}/"
    assert client.get(page).status_code == 404, "a draft is read by who makes it"
    client.force_login(lead)
    for _ in range(2):
        client.post(f"{page}geste/", {"geste": "publier"})
    News.objects.update(words="Autre chose.")
    client.force_login(karim)
    assert "Au cours du jeudi." in client.get(page).content.decode()
    pdf = client.get(f"{page}bulletin.pdf")
    assert pdf.content.startswith(b"%PDF") and pdf["Content-Type"] == "application/pdf"
    assert "Au cours du jeudi." in Message.objects.get().text
    with pytest.raises(Refused):
        actions.withdraw_news(News.objects.get(), by=karim, at=AT)
    client.post(f"/espace/reseau/bulletin/nouvelles/{news.pk}/")
    assert News.objects.get().withdrawn_at is None


def test_two_who_take_off_the_same_put_nothing_back(client, library, karim, lead):
    client.force_login(karim)
    client.post("/espace/reseau/bulletin/nouvelles/", {"titre": "Deux", "mots": "Au cours.", "jeton": "n"})
    news, resource = News.objects.get(), shared(library, karim)
    client.force_login(lead)
    client.post("/espace/reseau/services/", change())
    outage = ServiceChange.objects.get()
    at_outage = f"/espace/reseau/services/{outage.pk}/"
    edits = (
        (news, karim, f"/espace/reseau/bulletin/nouvelles/{news.pk}/", {}, "withdrawn_at"),
        (resource, karim, f"/espace/reseau/ressources/{resource.pk}/retirer/", {}, "withdrawn_at"),
        (outage, lead, at_outage, {"geste": "fini"}, "ends_on"),
        (outage, lead, at_outage, {"geste": "retirer"}, "withdrawn_at"),
    )
    for row, by, address, sent, moved in edits:
        client.force_login(by)
        for was, is_off in (("", True), ("", True), ("1", False), ("1", False)):
            assert client.post(address, {**sent, "etait": was}).status_code == 302
            row.refresh_from_db()
            assert bool(getattr(row, moved)) is is_off, (address, was)


def test_a_bulletin_without_anything_is_refused_and_a_draft_is_erased(client, library, karim, lead):
    with pytest.raises(Refused):
        actions.prepare(title="Vide", keys=(), commune="38185", token="v", by=lead, at=AT)
    news_fields = {"title": "x", "words": "y", "commune": "38185"}
    row = actions.write_news(library.structure, **news_fields, token="n", by=karim, at=AT)
    draft = actions.prepare(title="N° 1", keys=[f"news-{row.pk}"], commune="38185", token="b", by=lead, at=AT)
    client.force_login(lead)
    client.post(f"/espace/reseau/bulletin/{draft.pk}/geste/", {"geste": "effacer"})
    assert not Bulletin.objects.exists() and News.objects.exists()


def test_what_was_taken_off_since_leaves_the_draft_before_it_is_read(library, karim, lead):
    remaining_news, withdrawn_news = (
        actions.write_news(
            library.structure, title=title, words="y", commune="38185", token=title, by=karim, at=AT
        )
        for title in ("Une place", "Fermé lundi")
    )
    resource = shared(library, karim)
    keys = [f"news-{remaining_news.pk}", f"news-{withdrawn_news.pk}", f"resource-{resource.pk}"]
    draft = actions.prepare(title="N° 1", keys=keys, commune="38185", token="b", by=lead, at=AT)
    actions.withdraw_news(withdrawn_news, by=karim, at=AT)
    resources.withdraw(resource, by=karim, at=AT)
    bulletin_text = actions.text_of(actions.publish(draft, by=lead, at=AT))
    assert (
        "Une place" in bulletin_text
        and "Fermé lundi" not in bulletin_text
        and "Six écrans" not in bulletin_text
    )
    withdrawn_news.refresh_from_db()
    assert withdrawn_news.bulletin_id is None, "it may be put back, and carried by the next one"


def test_a_draft_of_which_nothing_is_left_is_not_published(library, karim, lead):
    row = actions.write_news(
        library.structure, title="x", words="y", commune="38185", token="n", by=karim, at=AT
    )
    draft = actions.prepare(title="N° 1", keys=[f"news-{row.pk}"], commune="38185", token="b", by=lead, at=AT)
    actions.withdraw_news(row, by=karim, at=AT)
    with pytest.raises(Refused, match="retiré depuis"):
        actions.publish(draft, by=lead, at=AT)
    assert not Message.objects.exists()


def change(**more):
    return {
        "sorte": "interruption", "operateur": "Caf", "demarche": "Mon compte", "change": "Ne répond plus",
        "debut": "2026-11-19", "source": "Vu à l’accueil", "jeton": "c", **more,
    }  # fmt: skip


def test_a_territory_keeps_its_calendar_and_the_public_reads_it(client, karim, lead):
    page = "/espace/reseau/services/"
    client.force_login(karim)
    assert client.post(page, change()).status_code == 404, "reads, does not write"
    client.force_login(lead)
    for _ in range(2):
        client.post(page, change())
    (row,) = ServiceChange.objects.all()
    assert "en panne" in client.get(page).content.decode()
    public = client.get("/dematerialisation/").content.decode()
    assert "Mon compte" in public and "Vu à l’accueil" in public
    client.post(f"{page}{row.pk}/", {"geste": "fini"})
    row.refresh_from_db()
    assert row.ends_on == AT.date()
    for is_public in (False, True):
        client.post(f"{page}{row.pk}/", {"geste": "retirer"})
        assert ("Mon compte" in client.get("/dematerialisation/").content.decode()) == is_public


@pytest.mark.parametrize(
    "wrong",
    [{"source": ""}, {"debut": "1890-01-01"}, {"fin": "2026-11-01"}, {"adresse": "javascript:alert(1)"}],
)
def test_a_change_without_source_or_out_of_time_is_refused(client, lead, wrong):
    client.force_login(lead)
    assert client.post("/espace/reseau/services/", change(**wrong)).status_code == 400
    assert not ServiceChange.objects.exists()


def test_the_network_reads_the_register_and_each_kit(client, karim, lead):
    outing_fields = {
        "kind": "market", "name": "Au marché", "place": "Grenoble", "public": "tous", "rhythm": "", "met": 30,
        "came": 4, "cost": 120, "effect": "Quatre inscrits", "on": date(2026, 11, 1), "state": "done",
    }  # fmt: skip
    row = outings.keep(by=lead, today=AT.date(), **outing_fields)
    client.force_login(karim)
    page = client.get("/espace/reseau/aller-vers/").content.decode()
    assert "Au marché" in page and "120\u00a0€" in page.replace(" €", "\u00a0€")
    detail = client.get(f"/espace/reseau/aller-vers/{row.pk}/").content.decode()
    assert "Quatre inscrits" in detail and "En discuter" in detail
    for kind, kit in kits().items():
        assert kit.aim in client.get(f"/espace/reseau/aller-vers/kits/{kind}/").content.decode()
    assert client.get("/espace/reseau/aller-vers/kits/autre/").status_code == 404
    outings.keep(by=lead, outing=row, today=AT.date(), **{**outing_fields, "state": "cancelled"})
    assert client.get(f"/espace/reseau/aller-vers/{row.pk}/").status_code == 404


def test_initiatives_are_facts_with_their_document(client):
    """R-025: SAPIENS in Gironde and ERIC in PACA among them, and what was weak in the long term is said."""
    page = client.get("/sources/initiatives/").content.decode()
    page_text = unescape(page).replace("\xa0", " ").replace("\u202f", " ")
    for each in initiatives().values():
        assert each.title in page_text and each.document.title in page_text and each.facts
    named = {each.lines for each in initiatives().values() if each.theme == "awareness"}
    assert named == {"129-131", "133-135", "137-139", "141-143", "145-147"}, "each outing of the first study"
    sapiens, eric = initiatives()["gironde-sapiens"], initiatives()["paca-eric"]
    assert "appel à projets" in " ".join(sapiens.facts) and "12 partenaires" in sapiens.facts[-1]
    assert eric.since == "2001" and "3 ans" in eric.facts[-1]
    assert "suivi manque" in eric.watch and eric.watch in page


@pytest.mark.parametrize(
    ("words", "finds"),
    [("mdp", True), ("courriel", False), ("pc", False)],
)
def test_a_search_understands_the_words_of_the_trade(library, karim, words, finds):
    shared(library, karim, title="Un mot de passe que l’on retient", about="Un jeu de cartes, upcycling.")
    assert bool(resource_queries.chosen(Wanted(words=words))) == finds


def test_the_right_resources_stand_beside(client, library, karim):
    row = shared(library, karim, theme="network", title="Se réunir")
    shared(library, karim, theme="mail", title="Boîte", token="b", procedure="rsa")
    assert [each.title for each in related_resources.for_page("axis", ["coordination"])] == ["Se réunir"]
    assert [each.title for each in related_resources.for_page("module", ["mail"])] == ["Boîte"]
    assert [each.title for each in related_resources.for_page("procedure", ["prime-activite", "rsa"])] == [
        "Boîte"
    ]
    assert related_resources.for_page("axis", ["inconnu", ""]) == []
    resources.withdraw(row, by=karim, at=AT)
    assert related_resources.for_page("axis", ["coordination"]) == []
    client.force_login(karim)
    assert "Boîte" in client.get("/apprendre/creer-ma-boite/").content.decode()
    client.logout()
    assert "Des ressources du réseau" not in client.get("/apprendre/creer-ma-boite/").content.decode()


def test_everything_a_structure_wrote_leaves_in_open_formats(client, library, karim, lead):
    other = place("maison", {"nom": "Maison des habitants"})
    zoe = account("zoe", "gestionnaire", structure=other.structure)
    row = shared(library, karim, link="", content=PDF)
    shared(other, zoe, token="z", title="À elles")
    meeting_fields = {"title": "=Réunion", "kind": "meeting", "commune": "38185", "minutes": 60}
    past_meeting = meetings.propose(
        library.structure,
        meetings.Draft(**meeting_fields, dates=[AT - timedelta(days=1)], token="m"),
        by=karim,
        at=AT - timedelta(days=9),
    )
    meetings.write_minutes(past_meeting, text="Neuf structures.", present=9, version="", by=karim, at=AT)
    pilot = {"leads": "structure", "pilot": library.structure, "until_on": date(2026, 12, 1)}
    meetings.decide(past_meeting, words="Relire", **pilot, token="d", by=karim, at=AT)
    from maillage.apps.community.queries import subjects

    subject = subjects.find("resource", row.pk, karim)
    discussions.write(subject, library.structure, words="Qui l’a essayée ?", token="q", by=karim, at=AT)
    client.force_login(karim)
    assert client.get(f"/espace/reseau/nos-ecrits/{other.structure_id}.zip").status_code == 404
    answer = client.get(f"/espace/reseau/nos-ecrits/{library.structure_id}.zip")
    zip_archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert zip_archive.testzip() is None
    texts = {name: zip_archive.read(name) for name in zip_archive.namelist()}
    assert PDF in texts.values()
    assert {"messages-de-discussion.csv", "ressources.csv", "decisions.csv"} <= set(texts)
    minutes = next(text.decode() for name, text in texts.items() if name.startswith("comptes-rendus/"))
    assert "Neuf structures." in minutes and "- Relire (Bibliothèque, pour le 1er décembre 2026)" in minutes
    assert "Qui l’a essayée ?" in texts["discussions.md"].decode()
    table = list(csv.reader(io.StringIO(texts["reunions.csv"].decode("utf-8-sig"))))
    assert "'=Réunion" in table[1], "a spreadsheet runs nothing"
    archive_text = b"".join(texts.values()).decode("utf-8", "replace")
    assert "À elles" not in archive_text and "karim@exemple.fr" not in archive_text
    assert exports.archive(library.structure, AT) == exports.archive(library.structure, AT)


@pytest.mark.parametrize(
    ("name", "content"),
    [("fiche.pdf", b"MZ\x90" + b"x" * 50), ("fiche.png", PDF.replace(b"%PDF", b"<svg")), ("gros.pdf", PDF + b"x" * 5_000_001)],
)  # fmt: skip
def test_a_file_that_lies_or_weighs_too_much_is_refused(client, karim, name, content):
    client.force_login(karim)
    typed = {
        "titre": "T", "mots": "m", "format": "sheet", "niveau": "start", "public": "all", "auteur": "a",
        "licence": "cc-by", "jeton": "j", "fichier": SimpleUploadedFile(name, content),
    }  # fmt: skip
    assert client.post("/espace/reseau/ressources/nouvelle/", typed).status_code == 400


def test_personal_details_are_confirmed_before_publication(client, library, karim, lead):
    client.force_login(karim)
    address = "/espace/reseau/bulletin/nouvelles/"
    typed = {"titre": "Permanence", "mots": "Mme Durand répond au 06 12 34 56 78.", "jeton": "a"}
    refused = client.post(address, typed)
    assert refused.status_code == 400 and not News.objects.exists()
    text = refused.content.decode()
    assert "un numéro de téléphone" in text and 'name="personne"' in text and "06 12 34 56 78" in text
    client.post(address, typed | {"personne": "on"})
    assert News.objects.get().words == typed["mots"]
    client.force_login(lead)
    opening = {"titre": "Octobre", "ouverture": "Appelez Karim au 06 12 34 56 78.", "jeton": "b"}
    opening |= {"news": [f"news-{News.objects.get().pk}"]}
    page = "/espace/reseau/bulletin/nouveau/"
    assert client.post(page, opening).status_code == 400 and not Bulletin.objects.exists()
    client.post(page, opening | {"personne": "on"})
    assert Bulletin.objects.get().opening == opening["ouverture"]
