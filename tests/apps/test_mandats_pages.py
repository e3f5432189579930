"""The pages of mandates: two steps with the person, one sheet, one code that never says whose it is."""

import json
import re
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from maillage.apps.people.actes import rules as helped
from maillage.apps.people.actes.actions import acts as actes_actions
from maillage.apps.people.mandats import access, forms, worklist
from maillage.apps.people.mandats.actions import local_procedures, signing, stopping
from maillage.apps.people.mandats.models import LocalProcedure, Mandat, Signature
from maillage.apps.people.mandats.queries import lists, permissions, proofs
from maillage.apps.people.mandats.queries import papers as mandat_papers
from maillage.apps.people.mandats.rules import proof
from maillage.apps.people.persons.actions import register as people
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import Anchor, Entry, User
from maillage.apps.platform.accounts.rules.journal import DAILY
from maillage.apps.platform.messages.models import Message
from maillage.kernel.errors import Refused
from maillage.manage.backups import anchors
from maillage.publishing import assistance
from maillage.words.languages import LANGUAGES
from tests.conftest import account
from tests.support.acts import draft
from tests.support.cards import decide, open_page
from tests.support.mandats import STROKES, by_touch, drafted, signed_mandat
from tests.support.papers import picture
from tests.support.places import place
from tests.support.prose import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock_at")]
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture
def leila(structure) -> User:
    return account("aidant", "aidant", shown="Leïla", structure=structure)


@pytest.fixture
def andrei(leila, structure) -> Person:
    return people.welcome(by=leila, structure=structure, nickname="M. Andrei", language="ro", at=NOW)


@pytest.fixture
def pro(client, leila):
    client.force_login(leila)
    return client


def hidden(response, name: str) -> str:
    return re.search(rf'name="{name}"\s+value="([^"]*)"', response.content.decode())[1]


# ------------------------------------------------------------------------------------------------ in two steps


def test_a_mandate_is_prepared_then_signed_without_javascript(pro, andrei):
    page = pro.get(f"/espace/mandats/nouveau/?personne={andrei.pk}")
    assert "checked" not in re.sub(r"<script.*?</script>", "", page.content.decode()), (
        "no box ticked in advance"
    )
    sent = {"personne": andrei.pk, "envoi": hidden(page, "envoi"), "demarches": ["prime-activite"]}
    sent |= {"duree": "month", "aidant": "professional"}
    first = pro.post("/espace/mandats/nouveau/", sent)
    again = pro.post("/espace/mandats/nouveau/", sent)
    mandat = Mandat.objects.get()
    assert first.url == again.url == reverse("mandat_sign", args=[mandat.pk])
    page = pro.get(first.url)
    assert "Prime d’activité" in text_of(page) and "Română" in text_of(page)
    in_romanian = pro.get(f"{first.url}?langue=ro")
    assert "Poate Leïla să facă aceste demersuri" in text_of(in_romanian)
    assert hidden(in_romanian, "lu") == hidden(page, "lu"), "one text is signed, whichever language is read"
    answer = pro.post(first.url, {"comment": "spoken", "lu": hidden(page, "lu"), "temoin": "Mme Roche"})
    assert answer.url == reverse("mandat", args=[mandat.pk])
    assert permissions.allows(andrei, mandat.structure, "prime-activite", timezone.now()).allowed


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "Il manque la durée"),
        ({"duree": "month"}, "Aucune démarche n’est choisie"),
        ({"duree": "month", "demarches": ["rsa"], "aidant": "relative"}, "nom du proche"),
    ],
)
def test_incomplete_mandate_is_refused_and_input_is_preserved(pro, andrei, sent, words):
    answer = pro.post(
        "/espace/mandats/nouveau/", {"personne": andrei.pk, "envoi": "e", "aidant": "professional"} | sent
    )
    assert answer.status_code == 400
    assert words in text_of(answer)
    assert ('value="rsa"' in answer.content.decode()) and not Mandat.objects.exists()
    if "rsa" in sent.get("demarches", ()):
        assert re.search(r'value="rsa"\s+checked', answer.content.decode())


def test_a_step_back_then_another_choice_prepares_what_is_chosen(pro, andrei):
    sent = {"personne": andrei.pk, "envoi": "un-formulaire", "duree": "month", "aidant": "professional"}
    first, other, again = (
        pro.post("/espace/mandats/nouveau/", sent | {"demarches": keys}).url
        for keys in (["rsa"], ["rsa", "impots"], ["impots", "rsa"])
    )
    assert first != other and again == other
    assert "Impôts" in text_of(pro.get(other)).partition("Ce n’est pas permis")[0]
    assert Mandat.objects.count() == 2


def test_a_mandate_is_not_begun_for_somebody_elses_person(client, pro, andrei):
    other = account(
        "autre", "aidant", structure=place("b", {"nom": "B", "pivot": "21380185500015"}).structure
    )
    client.force_login(other)
    assert client.get(f"/espace/mandats/nouveau/?personne={andrei.pk}").status_code == 404


def test_a_stale_page_signs_nothing_and_says_to_read_again(pro, andrei, structure, leila):
    mandat = drafted(andrei, structure, leila, at=NOW)
    address = reverse("mandat_sign", args=[mandat.pk])
    answer = pro.post(address, {"comment": "touch", "lu": "0" * 64, "traits": STROKES})
    assert answer.status_code == 400 and "Relisez-le" in text_of(answer)
    assert pro.post(address, {"comment": "x"}).status_code == 400
    page = pro.get(address)
    assert (
        pro.post(address, {"comment": "touch", "lu": hidden(page, "lu"), "traits": STROKES}).status_code
        == 302
    )
    assert pro.get(address).url == reverse("mandat", args=[mandat.pk]), "a signed mandate is not signed again"
    assert pro.post(address, {"comment": "paper"}, follow=True).redirect_chain[-1][0] == pro.get(address).url


def test_a_no_goes_back_to_the_person(pro, andrei, structure, leila):
    mandat = drafted(andrei, structure, leila, at=NOW)
    answer = pro.post(reverse("mandat_gesture", args=[mandat.pk]), {"geste": "refuser"})
    assert answer.url == reverse("person", args=[andrei.pk])
    assert not Mandat.objects.exists()


# ------------------------------------------------------------------------------------------------- photographs


def with_place() -> bytes:
    """Return a photograph as a telephone takes it: on its side, with where and when."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Marque"  # turned; maker
    return picture("JPEG", (400, 300), exif=exif)


def test_photograph_is_stored_upright_without_metadata(pro, andrei, structure, leila):
    mandat = drafted(andrei, structure, leila, at=NOW)
    file = SimpleUploadedFile("papier.jpg", with_place(), content_type="image/jpeg")
    pro.post(reverse("mandat_sign", args=[mandat.pk]), {"comment": "paper", "photo": file})
    response = pro.get(reverse("mandat_photograph", args=[mandat.pk]))
    assert Entry.objects.filter(verb="mandat.seen", row=mandat.pk, by=leila.pk).exists()
    assert response["Content-Type"] == "image/jpeg"
    with Image.open(BytesIO(response.content)) as image:
        assert image.size == (300, 400)
        assert not image.getexif() and b"Marque" not in response.content
    assert proofs.agrees_with_proof(Mandat.objects.get())


def test_a_large_photograph_is_made_smaller_and_a_png_is_read():
    jpeg = forms.read_photograph(SimpleUploadedFile("p.png", picture("PNG", (3600, 1200))))
    with Image.open(BytesIO(jpeg)) as image:
        assert (image.format, image.size) == ("JPEG", (1800, 600))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"%PDF-1.7 pas une image", "n’est pas une photographie"),
        (b"", "n’est pas une photographie"),
        (picture("GIF"), "n’est pas une photographie"),
        (picture("JPEG")[:300], "abîmé"),
        (b"\xff\xd8" + b"0" * 8_000_000, "trop lourde"),
    ],
)
def test_an_unreadable_photograph_is_refused_with_what_to_do(content, why):
    with pytest.raises(Refused, match=why) as refusal:
        forms.read_photograph(SimpleUploadedFile("p.jpg", content))
    assert "Refaites" in refusal.value.do


@pytest.mark.parametrize("shade", ["white", "black", "#808080"])
def test_a_photograph_of_nothing_is_refused(shade):
    buffer = BytesIO()
    Image.new("RGB", (400, 300), shade).save(buffer, "JPEG")
    with pytest.raises(Refused, match="On n’y voit rien"):
        forms.read_photograph(SimpleUploadedFile("p.jpg", buffer.getvalue()))


@pytest.mark.parametrize("content", [b"rien", b""])
def test_a_refused_photograph_leaves_the_draft_to_sign(pro, andrei, structure, leila, content):
    mandat = drafted(andrei, structure, leila, at=NOW)
    answer = pro.post(
        reverse("mandat_sign", args=[mandat.pk]),
        {"comment": "paper", "photo": SimpleUploadedFile("p.jpg", content)},
    )
    assert answer.status_code == 400 and "gardez le papier" in text_of(answer)
    assert Mandat.objects.get().signed_at is None and not Signature.objects.exists()


# ---------------------------------------------------------------------------------------------- list and sheet


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a file that may not grow is SQLite's")
def test_a_full_disk_keeps_nothing_of_a_signature_nor_of_an_act(pro, andrei, structure, leila):
    mandat = drafted(andrei, structure, leila, at=NOW)
    noise = BytesIO()
    Image.effect_noise((1600, 1600), 90).convert("RGB").save(noise, "JPEG", quality=95)
    photo = SimpleUploadedFile("p.jpg", noise.getvalue(), content_type="image/jpeg")
    lines = Entry.objects.count()
    with connection.cursor() as cursor:
        pages = cursor.execute("pragma page_count").fetchone()[0]
        cursor.execute(f"pragma max_page_count = {pages + 4}")
        try:
            with transaction.atomic():
                sent = {"comment": "paper", "photo": photo}
                answer = pro.post(reverse("mandat_sign", args=[mandat.pk]), sent)
                transaction.set_rollback(True)
        finally:
            cursor.execute("pragma max_page_count = 1073741823")
    assert answer.status_code == 507 and "est plein" in text_of(answer)
    assert Mandat.objects.get(pk=mandat.pk).signed_at is None and not Signature.objects.exists()
    assert Entry.objects.count() == lines
    actes_actions.note(draft(done_at=NOW), by=leila, structure=structure, at=NOW)


def test_the_list_puts_first_what_cannot_wait(pro, andrei, structure, leila):
    assert "Aucun mandat en cours" in text_of(pro.get("/espace/mandats/"))
    urgent = drafted(andrei, structure, leila, "rsa", at=NOW, emergency=True, token="urgent")
    Mandat.objects.filter(pk=urgent.pk).update(
        signed_at=NOW, how="spoken", regularise_before=NOW - timedelta(hours=1)
    )
    signed_mandat(andrei, structure, leila, "impots", at=NOW, duration="month", token="court")
    ended = signed_mandat(andrei, structure, leila, "retraite", at=NOW, token="fini")
    stopping.withdraw(ended, by=leila, at=NOW)
    drafted(andrei, structure, leila, "handicap", at=NOW, token="brouillon")
    page_text = text_of(pro.get("/espace/mandats/"))
    assert page_text.index("Urgences à régulariser") < page_text.index("Impôts")
    assert "le délai est passé" in page_text
    assert listed(pro) == {"Impôts", "RSA"}
    assert listed(pro, etat="finis") == {"Retraite"}
    assert listed(pro, etat="a-signer") == {"Dossier de handicap"}


def test_mandates_ending_soon_are_flagged_and_old_ones_are_hidden(pro, andrei, structure, leila):
    mandat = signed_mandat(andrei, structure, leila, "impots", at=NOW)
    today = timezone.localdate()
    assert "Finissent dans" not in text_of(pro.get("/espace/mandats/"))
    Mandat.objects.filter(pk=mandat.pk).update(ends_on=today + timedelta(days=30))
    assert "Finissent dans" in text_of(pro.get("/espace/mandats/"))
    for days, is_listed in ((365, True), (366, False)):
        Mandat.objects.filter(pk=mandat.pk).update(
            starts_on=today - timedelta(days=600), ends_on=today - timedelta(days=days)
        )
        assert (listed(pro, etat="finis") == {"Impôts"}) is is_listed, days


def listed(pro, **params) -> set[str]:
    """Return the mandates of a list, by their place in the page."""
    lines = pro.get("/espace/mandats/", params).context["lines"]
    return {each.label for row, _ in lines for each in row.authorisations.all()}


def test_the_list_is_filtered_by_helper_end_and_procedure(pro, andrei, structure, leila):
    colleague = account("collegue", "aidant", shown="Zoé", structure=structure)
    signed_mandat(andrei, structure, leila, "impots", at=NOW, token="a", duration="month")
    signed_mandat(andrei, structure, colleague, "social", at=NOW, token="b")
    signed_mandat(
        andrei, structure, colleague, "retraite", "actualisation", at=NOW, token="c", duration="year"
    )
    assert listed(pro, aidant=leila.pk) == {"Impôts"}
    assert listed(pro, fin=90) == {"Impôts"} and listed(pro, fin=7) == set()
    social = {each for each in listed(pro) if each not in ("Impôts", "Retraite")} - {
        "Actualisation mensuelle"
    }
    assert listed(pro, demarche="prime-activite") <= social, "what a whole family permits is found by each"
    assert listed(pro, demarche="argent") == {"Impôts"}, "a family finds all that it holds"
    assert listed(pro, demarche="prime-activite", aidant=leila.pk) == set()
    assert len(listed(pro, demarche="x", aidant="x", fin="x", etat="x", page="x")) == 4, "unread is left out"
    page_text = text_of(pro.get("/espace/mandats/", {"fin": 7}))
    assert "Aucun mandat ainsi" in page_text and "Tout montrer" in page_text


def test_end_filter_of_running_mandates_ignores_ended_ones(pro, andrei, structure, leila):
    mandat = signed_mandat(andrei, structure, leila, at=NOW)
    stopping.withdraw(mandat, by=leila, at=NOW)
    other = signed_mandat(andrei, structure, leila, "rsa", at=NOW, token="seul")
    stopping.revoke(other.authorisations.get(), by=None, at=NOW)
    page_text = pro.get("/espace/mandats/?demarche=rsa&etat=finis").content.decode()
    assert f"/espace/mandats/{other.pk}/" in page_text and f"/espace/mandats/{mandat.pk}/" not in page_text
    page = pro.get("/espace/mandats/?fin=7&etat=finis")
    assert f"/espace/mandats/{mandat.pk}/" in page.content.decode(), "its last day was months away"
    assert "Tout montrer" not in text_of(page)


def test_several_are_prepared_again_and_dropped_at_once(client, pro, andrei, structure, leila):
    rows = [signed_mandat(andrei, structure, leila, key, at=NOW, token=key) for key in ("impots", "retraite")]
    address, sent = reverse("mandats_several"), {"geste": "renouveler", "cochee": [r.pk for r in rows]}
    for _ in range(2):  # a double click
        page_text = text_of(pro.post(address, sent | {"envoi": "meme"}, follow=True))
    drafts = Mandat.objects.filter(signed_at=None)
    assert drafts.count() == 2 and "signer avec chaque personne : 2 mandats" in page_text
    both = {"geste": "refuser", "cochee": [drafts[0].pk, rows[0].pk, 10**9, "x"]}
    page_text = text_of(pro.post(address, both, follow=True))
    assert drafts.count() == 1 and "Retirés : 1 mandat" in page_text
    assert f"Sans changement : {rows[0].printed} : Ce mandat est signé" in page_text
    assert "aucune ligne n’était cochée" in text_of(pro.post(address, {"geste": "refuser"}, follow=True))
    assert pro.post(address, {"geste": "x"}).status_code == 404
    other = place("b", {"nom": "B", "pivot": "21380185500015"}).structure
    client.force_login(account("karim", "formation", structure=other))
    client.post(address, {"geste": "refuser", "cochee": drafts[0].pk})
    assert drafts.count() == 1, "somebody else's is not there"


def test_today_says_which_mandates_end_and_which_emergencies_wait(client, pro, andrei, structure, leila):
    assert "Son mandat finit" not in text_of(pro.get("/espace/"))
    today = timezone.localdate()
    ending = signed_mandat(andrei, structure, leila, "impots", at=NOW, token="a")
    for days, is_listed in ((31, False), (30, True), (0, True)):
        Mandat.objects.filter(pk=ending.pk).update(ends_on=today + timedelta(days=days))
        urls = [line.url for line in worklist.lines(leila, timezone.localtime())]
        assert urls == [f"/espace/mandats/{ending.pk}/"] * is_listed, days
    assert "Son mandat finit" in text_of(pro.get("/espace/"))
    month = signed_mandat(andrei, structure, leila, "retraite", at=NOW, token="b", duration="month")
    for days, is_listed in ((8, False), (7, True)):
        Mandat.objects.filter(pk=month.pk).update(ends_on=today + timedelta(days=days))
        assert [task.days_left for task in lists.tasks(leila, NOW, 5)] == [1, *[8] * is_listed], (
            "what lasts a month"
        )
    signed_mandat(andrei, structure, leila, "impots", at=NOW, token="c")
    assert [task.days_left for task in lists.tasks(leila, NOW, 5)] == [8], "renewed, it is nobody's task"
    urgent = drafted(andrei, structure, leila, "rsa", at=NOW, emergency=True, token="urgent")
    signing.sign(urgent, by_touch(urgent, NOW), by=leila, at=NOW)
    first, _ = lists.tasks(leila, NOW + timedelta(hours=49), 5)
    assert (first.mandat, first.late) == (urgent, True)
    other = place("b", {"nom": "B", "pivot": "21380185500015"}).structure
    karim = account("karim", "formation", structure=other)
    people.follow(person=andrei, structure=other, by=karim, at=NOW)
    assert lists.tasks(karim, NOW, 5) == [], "a task is of those who act"


def test_reader_sees_a_mandate_with_their_own_structure(client, andrei, structure, leila):
    mandat = signed_mandat(andrei, structure, leila, at=NOW)
    other = place("b", {"nom": "SLS", "pivot": "21380185500015"}).structure
    diallo = account("diallo", "aidant", structure=other)
    people.follow(person=andrei, structure=other, by=diallo, at=NOW)
    client.force_login(diallo)
    assert client.get(reverse("mandat", args=[mandat.pk])).status_code == 200
    assert Entry.objects.get(verb="mandat.seen", by=diallo.pk).structure == other.pk


def test_the_sheet_says_how_long_what_who_and_the_proof(pro, andrei, structure, leila):
    mandat = signed_mandat(andrei, structure, leila, at=NOW)
    page_text = text_of(pro.get(reverse("mandat", args=[mandat.pk])))
    lasts = (mandat.ends_on - mandat.starts_on).days + 1  # its last day is one of them
    assert 181 <= lasts <= 184, "six months"
    for words in (
        "Encore 6 mois ",
        f"{lasts} jours sur {lasts}",
        "aujourd’hui",
        "Prime d’activité",
        "Toute autre démarche",
        mandat.printed,
    ):
        assert words in page_text, words
    assert "du journal" in page_text and "L’empreinte correspond" in page_text
    assert Entry.objects.filter(verb="mandat.seen", row=mandat.pk, by=leila.pk).count() == 1
    Mandat.objects.filter(pk=mandat.pk).update(words="autre chose")
    assert "ne correspond plus" in text_of(pro.get(reverse("mandat", args=[mandat.pk])))
    again = proof.digest(mandat.secret, words="autre chose", how="touch", witness="", image=STROKES.encode())
    Mandat.objects.filter(pk=mandat.pk).update(digest=again)
    page_text = text_of(pro.get(reverse("mandat", args=[mandat.pk])))
    assert "ne correspond plus" in page_text, "the journal still has the digest of what was signed"


def test_missing_witness_or_photograph_is_reported(pro, andrei, structure, leila):
    urgent = drafted(andrei, structure, leila, at=NOW, emergency=True)
    stamp = by_touch(urgent, NOW).read_digest
    signing.sign(urgent, signing.Signing(how="spoken", read_digest=stamp), by=leila, at=NOW)
    page_text = text_of(pro.get(reverse("mandat", args=[urgent.pk])))
    assert (
        "sans témoin" in page_text and "devant un témoin" not in page_text and "au texte gardé," in page_text
    )
    paper = drafted(andrei, structure, leila, at=NOW, token="papier")
    signing.sign(paper, signing.Signing(how="paper"), by=leila, at=NOW)
    assert "Photo à joindre" in text_of(pro.get(reverse("mandat", args=[paper.pk])))


def test_the_sheet_stops_takes_back_and_prepares_another(pro, andrei, structure, leila):
    mandat = signed_mandat(andrei, structure, leila, at=NOW)
    address, sheet = reverse("mandat_gesture", args=[mandat.pk]), reverse("mandat", args=[mandat.pk])
    first = mandat.authorisations.first()
    pro.post(address, {"geste": "retirer", "demarche": first.pk})
    first.refresh_from_db()
    assert first.revoked_with == leila
    assert pro.post(address, {"geste": "retirer", "demarche": 10**9}).status_code == 404
    assert pro.post(address, {"geste": "x"}).status_code == 404
    twice = [pro.post(address, {"geste": "renouveler", "envoi": "meme"}).url for _ in range(2)]
    assert twice[0] == twice[1] and Mandat.objects.count() == 2
    page_text = text_of(pro.post(address, {"geste": "arreter"}, follow=True))
    assert "Imprimez la preuve" in page_text and "arrêté" in page_text
    assert "déjà arrêté" in text_of(pro.post(address, {"geste": "arreter"}, follow=True))
    assert "Retirer" not in text_of(pro.get(sheet)), "nothing of a stopped mandate is changed"


def test_the_chain_is_read_again_when_somebody_asks(pro, andrei, structure, leila):
    mandat = signed_mandat(andrei, structure, leila, at=NOW)
    page_text = text_of(pro.post(reverse("mandat_verify", args=[mandat.pk]), follow=True))
    assert (
        f"Les {Entry.objects.count() - 1} lignes du journal" in page_text
        and "aucune n’a été modifiée" in page_text
    )


def test_the_person_sheet_says_where_the_mandate_stands(pro, andrei, structure, leila):
    assert "Préparer un mandat" in text_of(pro.get(f"/espace/personnes/{andrei.pk}/"))
    mandat = signed_mandat(andrei, structure, leila, at=NOW)
    page = pro.get(f"/espace/personnes/{andrei.pk}/")
    assert reverse("mandat", args=[mandat.pk]) in page.content.decode()
    assert "en cours" in text_of(page) and "a fait signer un mandat" in text_of(page)


# ------------------------------------------------------------------------------------------------------ papers


def pages_of(content: bytes) -> str:
    from pypdfium2 import PdfDocument

    document = PdfDocument(content)
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())


def test_printed_mandate_states_what_was_signed(pro, andrei, structure, leila):
    draft = drafted(andrei, structure, leila, at=NOW)
    printed_text = pages_of(pro.get(reverse("mandat_print", args=[draft.pk])).content)
    for words in ("Prime d’activité", "1984", "Cnil", draft.printed, "Poate Leïla"):
        assert words in printed_text, words
    mandat = signed_mandat(andrei, structure, leila, at=NOW, token="autre")
    people.correct(andrei, {"nickname": "M. Ionescu"}, by=leila, at=NOW)
    printed_text = pages_of(pro.get(reverse("mandat_print", args=[mandat.pk])).content)
    assert "Je suis M. Andrei" in printed_text, "the words that were signed, not those of today"
    assert "signé avec le doigt" in printed_text and mandat.digest[:20] in printed_text


def test_spoken_text_is_printed_in_the_language_of_the_person(pro, leila, structure):
    amina = people.welcome(by=leila, structure=structure, nickname="Amina", language="ar", at=NOW)
    mandat = signed_mandat(amina, structure, leila, at=NOW)
    spoken_part = mandat_papers.paper(mandat).spoken
    assert spoken_part is not None and (spoken_part.language, LANGUAGES[spoken_part.language].direction) == (
        "ar",
        "rtl",
    )
    printed_text = pages_of(pro.get(reverse("mandat_print", args=[mandat.pk])).content)
    assert (
        len(re.findall("[\u0600-\u06ff\ufb50-\ufeff]", printed_text)) > 200
        and "?" not in printed_text.split("Les démarches")[0]
    )


def test_the_proof_of_a_stop_exists_once_it_is_stopped(pro, andrei, structure, leila):
    mandat = signed_mandat(andrei, structure, leila, at=NOW)
    address = reverse("mandat_proof", args=[mandat.pk])
    assert pro.get(address).status_code == 404
    stopping.withdraw(mandat, by=leila, at=NOW)
    printed_text = pages_of(pro.get(address).content)
    assert (
        "est arrêté depuis le" in printed_text
        and mandat.printed in printed_text
        and "Prime d’activité" in printed_text
    )


def test_withdrawn_procedure_is_permitted_nowhere(client, pro, andrei, structure, leila):
    mandat = signed_mandat(andrei, structure, leila, "rsa", "impots", at=NOW)
    first, last = mandat.authorisations.all()
    stopping.revoke(last, by=None, at=NOW)
    page_words = [
        text_of(pro.get(each)).split() for each in (reverse("mandats"), reverse("person", args=[andrei.pk]))
    ]
    assert "M. Andrei RSA en cours" in " ".join(page_words[0])
    assert "en cours RSA Pimms" in " ".join(page_words[1])
    printed = pages_of(pro.get(reverse("mandat_print", args=[mandat.pk])).content)
    assert f"démarche retirée : {last.label}." in printed
    karim = account("karim", "aidant", shown="Karim", structure=structure)
    named = stopping.add_helper(mandat, karim, by=leila, at=NOW + timedelta(seconds=1), agreed=True)
    stopping.remove_helper(named, by=None, at=NOW + timedelta(seconds=2))
    stopping.revoke(first, by=None, at=NOW + timedelta(seconds=3))
    printed = pages_of(pro.get(reverse("mandat_print", args=[mandat.pk])).content)
    change_texts = ("Ce qui a changé depuis la signature", "peut agir aussi : Karim.", "n’agit plus : Karim.")
    for words in (*change_texts, "mandat arrêté. Depuis ce moment, il ne permet plus rien."):
        assert words in printed, words
    assert "arrêté 1 démarche " in " ".join(text_of(pro.get(reverse("mandat", args=[mandat.pk]))).split())
    code = text_of(client.get(f"/mandat/{mandat.printed}/")).partition("Il était pour ces démarches")[2]
    assert " ".join(code.split()).startswith("Social, santé Cette page"), (
        "it was stopped by its last procedure"
    )


@pytest.mark.parametrize("slug", assistance.TITLES)
def test_the_models_are_for_anybody(client, slug):
    answer = client.get(reverse("mandat_blank", args=[slug]))
    assert answer["Content-Type"] == "application/pdf"
    assert assistance.TITLES[slug] in pages_of(answer.content)


def test_a_model_that_nobody_wrote_does_not_exist(client):
    assert client.get(reverse("mandat_blank", args=["autre"])).status_code == 404


# ----------------------------------------------------------------------------------------- checked by its code


def test_a_code_says_everything_but_whose_it_is(client, andrei, structure, leila):
    mandat = signed_mandat(andrei, structure, leila, at=NOW)
    page = client.get(f"/mandat/{mandat.printed}/")
    page_text = text_of(page)
    for words in ("en cours", "Pimms Mediation Grenoble", "Social, santé", "Travail, formation"):
        assert words in page_text, words
    body = page.content.decode()
    for hidden_words in ("Andrei", "Leïla", andrei.card, andrei.code, "Prime d’activité", "maison"):
        assert hidden_words not in body, hidden_words
    assert "no-store" in page["Cache-Control"]
    stopping.withdraw(mandat, by=leila, at=NOW)
    assert "arrêté" in text_of(client.get(f"/mandat/{mandat.printed.lower()}/"))


def test_wrong_codes_are_answered_alike_and_counted(client, andrei, structure, leila, monkeypatch):
    monkeypatch.setattr(access, "CODES_AN_HOUR", 5)
    draft = drafted(andrei, structure, leila, at=NOW)
    erased = signed_mandat(andrei, structure, leila, at=NOW, token="efface")
    Mandat.objects.filter(pk=erased.pk).update(stripped_at=NOW)
    answers = [client.get(f"/mandat/{code}/") for code in (draft.printed, erased.printed, "2222-2222", "x")]
    assert {each.status_code for each in answers} == {404}
    assert len({re.sub(r'value="[^"]*"', "", text_of(each)) for each in answers}) == 1
    assert "Une personne peut aussi avoir tout effacé" in text_of(answers[1]), "nobody is taken for a forger"
    assert client.get("/mandat/3333-3333/").status_code == 404
    real = signed_mandat(andrei, structure, leila, "rsa", at=NOW, token="vrai")
    assert client.get(f"/mandat/{real.printed}/").status_code == 429, "even a right one, until the next hour"


def test_a_code_may_be_typed(client, andrei, structure, leila):
    mandat = signed_mandat(andrei, structure, leila, at=NOW)
    assert client.get("/mandat/").status_code == 200
    assert client.post("/mandat/", {"code": mandat.code.lower()}).url == f"/mandat/{mandat.printed}/"
    assert client.post("/mandat/", {"code": "abc"}).status_code == 404


# ------------------------------------------------------------------------------------------------- on the card


def test_the_person_stops_it_with_their_card_and_takes_the_proof(client, andrei, structure, leila):
    mandat = signed_mandat(andrei, structure, leila, at=NOW)
    open_page(client, andrei)
    assert "Mon mandat" in text_of(client.get("/ma-carte/mandats/"))
    address = reverse("card_mandate_stop", args=[mandat.pk])
    assert client.get(reverse("card_mandate_proof", args=[mandat.pk])).status_code == 404
    first = mandat.authorisations.first()
    decide(client, address, {"demarche": first.pk})
    first.refresh_from_db()
    assert first.revoked_at and first.revoked_with is None
    assert "Plus personne ne fait rien" in text_of(decide(client, address, follow=True))
    mandat.refresh_from_db()
    assert (mandat.withdrawn_how, mandat.withdrawn_with) == ("card", None)
    assert mandat.printed in pages_of(client.get(reverse("card_mandate_proof", args=[mandat.pk])).content)


def test_a_card_opens_no_mandate_of_somebody_else(client, andrei, structure, leila):
    other = people.welcome(by=leila, structure=structure, at=NOW)
    mandat = signed_mandat(andrei, structure, leila, at=NOW)
    open_page(client, other)
    assert "Aucun mandat" in text_of(client.get("/ma-carte/mandats/"))
    assert decide(client, reverse("card_mandate_stop", args=[mandat.pk])).status_code == 404
    draft = drafted(other, structure, leila, at=NOW, token="brouillon")
    assert decide(client, reverse("card_mandate_stop", args=[draft.pk])).status_code == 404


def test_the_copy_of_the_person_holds_the_words(client, andrei, structure, leila):
    mandat = signed_mandat(andrei, structure, leila, at=NOW)
    open_page(client, andrei)
    person_copy = json.loads(client.get("/ma-carte/copie/?format=json").content)
    assert person_copy["mandats"][0]["mots_lus"] == mandat.words
    assert "articles 1984" in text_of(client.get("/ma-carte/copie/"))


# -------------------------------------------------------------------------------------------- added procedures


def test_a_structure_adds_and_retires_its_procedures(pro, andrei, structure):
    page = "/espace/mandats/demarches/"
    sent = {
        "nom": "Tarif solidaire",
        "organisme": "M réso",
        "famille": "transports",
        "pour": f"s{structure.pk}",
    }
    assert pro.post(page, sent).url == page
    assert pro.post(page, sent | {"nom": ""}).status_code == 400
    assert pro.post(page, sent | {"pour": "t38"}).status_code == 400, "a territory is not hers"
    added = LocalProcedure.objects.get()
    assert "Tarif solidaire" in text_of(pro.get(f"/espace/mandats/nouveau/?personne={andrei.pk}"))
    assert "ne se propose plus" in text_of(pro.post(f"{page}retirer/", {"demarche": added.pk}, follow=True))
    assert "Tarif solidaire" not in text_of(pro.get(f"/espace/mandats/nouveau/?personne={andrei.pk}"))


def test_a_coordinator_adds_for_the_territory_and_touches_no_other(client, coordinator, structure, leila):
    local_procedures.add_procedure(
        label="À elles", operator="", family="justice", structure=structure, by=leila, at=NOW
    )
    client.force_login(coordinator)
    page = "/espace/mandats/demarches/"
    assert "À elles" not in text_of(client.get(page))
    client.post(page, {"nom": "Navette", "famille": "transports", "pour": "tfrance"})
    assert [each.label for each in access.procedures_of(structure)] == ["Navette", "À elles"]
    foreign_procedure = LocalProcedure.objects.get(label="À elles")
    assert client.post(f"{page}retirer/", {"demarche": foreign_procedure.pk}).status_code == 404


def test_the_sheet_shows_what_was_done_under_it_to_those_who_did_it(client, pro, andrei, structure, leila):
    mandat = signed_mandat(andrei, structure, leila, at=NOW)
    assert "Aucun acte encore" in text_of(pro.get(reverse("mandat", args=[mandat.pk])))
    done = draft(kind=helped.PLACE, done_at=NOW)
    act = actes_actions.note(done, by=leila, structure=structure, person=andrei, at=NOW)
    page_text = text_of(pro.get(reverse("mandat", args=[mandat.pk])))
    assert "1 acte, 15 minutes" in page_text
    other = place("b", {"nom": "B", "pivot": "21380185500015"}).structure
    karim = account("karim", "formation", structure=other)
    people.follow(person=andrei, structure=other, by=karim, at=NOW)
    client.force_login(karim)
    page_text = text_of(client.get(reverse("mandat", args=[mandat.pk])))
    assert "Aucun acte encore" in page_text and "15 min" not in page_text, (
        "who sees the mandate does not see the acts"
    )
    assert act.mandat == mandat


def test_the_sheet_says_what_was_refused_meanwhile_and_the_way_on(client, pro, andrei, structure, leila):
    mandat = signed_mandat(andrei, structure, leila, at=NOW)
    act_draft = draft(kind=helped.PLACE, procedure="logement-social", done_at=NOW)
    with pytest.raises(actes_actions.OutsideMandate):
        actes_actions.note(act_draft, by=leila, structure=structure, person=andrei, at=NOW)
    page_text = text_of(pro.get(reverse("mandat", args=[mandat.pk])))
    line = Entry.objects.get(verb="act.refused")
    assert " 1 refus " in page_text and f"ligne {line.pk} du journal" in page_text
    assert "a voulu noter « Logement social »" in page_text
    page = pro.get(reverse("mandat", args=[mandat.pk])).content.decode()
    assert f"?personne={andrei.pk}&amp;demarche=logement-social" in page
    other = place("b", {"nom": "B", "pivot": "21380185500015"}).structure
    karim = account("karim", "formation", structure=other)
    people.follow(person=andrei, structure=other, by=karim, at=NOW)
    client.force_login(karim)
    assert "logement social" not in text_of(client.get(reverse("mandat", args=[mandat.pk])))


def test_the_sheet_says_which_end_of_the_chain_covers_each_step(
    pro, andrei, structure, leila, settings, home
):
    settings.ANCHORS_TO = "mairie@exemple.fr"
    settings.SENDING = settings.SENDING | {"SMTP": "smtp://localhost"}
    mandat = signed_mandat(andrei, structure, leila, at=NOW)
    sheet = reverse("mandat", args=[mandat.pk])
    assert text_of(pro.get(sheet)).count("sera copié hors du serveur cette nuit") == 2
    anchors.write_daily(NOW)
    head = Anchor.objects.get()
    page_text = text_of(pro.get(sheet))
    assert page_text.count("gardé sur cet ordinateur le") == 2, "the e-mail did not leave yet"
    Message.objects.filter(key=head.mail_key).update(state="sent", sent_at=NOW, provider="smtp")
    stopping.withdraw(mandat, by=leila, at=NOW + timedelta(minutes=1))
    page_text = text_of(pro.get(sheet))
    assert (
        page_text.count("copié hors du serveur le") == page_text.count(f"avec la ligne {head.line}") == 2
        and page_text.count("sera copié hors du serveur cette nuit") == 1
    )


def test_no_copy_is_claimed_where_none_leaves_the_computer(pro, andrei, structure, leila, home):
    sheet = reverse("mandat", args=[signed_mandat(andrei, structure, leila, at=NOW).pk])
    page_text = text_of(pro.get(sheet))
    assert page_text.count("sera gardé sur cet ordinateur cette nuit") == 2
    anchors.write_daily(NOW)
    after_text = text_of(pro.get(sheet))
    assert after_text.count("gardé sur cet ordinateur le") == 2
    assert "hors du serveur" not in page_text + after_text and "aucune copie n’en sort" in page_text


def test_truncated_journal_below_an_anchor_is_reported_on_the_sheet(pro, andrei, structure, leila):
    mandat = signed_mandat(andrei, structure, leila, at=NOW)
    head = journal.anchor(at=NOW, cause=DAILY)
    with journal.unlocked():
        Entry.objects.filter(pk=head.line).delete()
    page_text = text_of(pro.post(reverse("mandat_verify", args=[mandat.pk]), follow=True))
    assert (
        f"La ligne {head.line} du journal a été modifiée" in page_text and "la fin a été coupée" in page_text
    )
