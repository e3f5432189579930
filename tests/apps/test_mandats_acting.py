"""Acting under a mandate: only its named helpers; a paper and its photograph; an emergency proposed once."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from maillage.apps.directory.memberships.models import Membership
from maillage.apps.people.mandats.actions import preparing, signing, stopping
from maillage.apps.people.mandats.actions.preparing import Helper
from maillage.apps.people.mandats.actions.signing import Signing
from maillage.apps.people.mandats.models import Mandat, Signature
from maillage.apps.people.mandats.queries import lists, permissions, proofs
from maillage.apps.people.mandats.rules import frame
from maillage.apps.people.persons.actions import register as people
from maillage.apps.platform.accounts.models import Entry
from maillage.kernel.errors import Refused
from tests.conftest import account
from tests.support.cards import decide, open_page
from tests.support.mandats import drafted, signed_mandat
from tests.support.papers import picture
from tests.support.places import place
from tests.support.prose import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def structure():
    return place("a").structure


@pytest.fixture
def leila(structure):
    return account("leila", "aidant", shown="Leïla", structure=structure)


@pytest.fixture
def karim(structure):
    return account("karim", "aidant", shown="Karim", structure=structure)


@pytest.fixture
def andrei(leila, structure):
    return people.welcome(by=leila, structure=structure, nickname="Andrei", at=timezone.now())


@pytest.fixture
def now():
    return timezone.now()


def may(person, structure, by, at) -> bool:
    return permissions.allows(person, structure, "prime-activite", at, by=by).allowed


def test_a_mandate_lets_act_those_whom_it_names_and_its_words_say_so(andrei, leila, karim, structure, now):
    alone = signed_mandat(andrei, structure, leila, at=now)
    assert may(andrei, structure, leila, now) and not may(andrei, structure, karim, now)
    assert "Leïla peut agir, et personne d’autre" in alone.words
    both = signed_mandat(andrei, structure, leila, at=now, helper=Helper(named=[karim]), token="b")
    assert may(andrei, structure, karim, now)
    assert "Leïla et Karim peuvent agir" in both.words and "ces personnes peuvent" in both.words
    stopping.withdraw(both, by=leila, at=now)
    team_mandat = signed_mandat(
        andrei, structure, leila, at=now, helper=Helper(is_whole_structure=True), token="c"
    )
    assert may(andrei, structure, karim, now) and "Tous ses aidants" in team_mandat.words


def test_a_mandate_that_names_somebody_who_left_is_not_signed(client, andrei, leila, karim, structure, now):
    draft = drafted(andrei, structure, leila, at=now, helper=Helper(named=[karim]))
    Membership.objects.filter(user=karim).delete()
    with pytest.raises(Refused, match="Karim, qui n’aide plus"):
        signing.sign(draft, Signing(how=frame.PAPER), by=leila, at=now)
    client.force_login(leila)
    sent = {"personne": andrei.pk, "demarches": ["rsa"], "duree": "month", "aidant": "professional"}
    answer = client.post(reverse("mandat_new"), sent | {"aidants": [karim.pk]})
    assert answer.status_code == 400 and "n’aide plus ici" in text_of(answer), "a page opened before says why"


def test_a_form_left_on_a_shared_computer_is_sent_by_another_account(client, andrei, leila, karim, structure):
    sent = {"personne": andrei.pk, "demarches": ["rsa"], "duree": "month", "aidant": "professional"}
    for user in (leila, karim, karim):
        client.force_login(user)
        assert client.post(reverse("mandat_new"), sent | {"envoi": "le-meme"}).status_code == 302
    assert {row.by for row in Mandat.objects.all()} == {leila, karim} and Mandat.objects.count() == 2


def test_nobody_of_another_structure_is_named(andrei, leila, structure, now):
    stranger = account("s", "aidant", structure=place("b", {"nom": "B", "pivot": "21380185500015"}).structure)
    with pytest.raises(Refused, match="n’aide pas au nom"):
        drafted(andrei, structure, leila, at=now, helper=Helper(named=[stranger]))
    mandat = signed_mandat(andrei, structure, leila, at=now)
    with pytest.raises(Refused, match="hors de sa structure"):
        stopping.add_helper(mandat, stranger, by=leila, at=now, agreed=True)


def test_a_colleague_is_added_with_the_agreement_of_the_person_who_takes_it_back(
    client, andrei, leila, karim, structure, now
):
    mandat = signed_mandat(andrei, structure, leila, at=now)
    client.force_login(leila)
    address = reverse("mandat_gesture", args=[mandat.pk])
    client.post(address, {"geste": "ajouter", "aidant": karim.pk})
    assert not may(andrei, structure, karim, now), "the person did not agree"
    client.post(address, {"geste": "ajouter", "aidant": karim.pk, "accord": "on"})
    assert may(andrei, structure, karim, now)
    assert Entry.objects.filter(verb="mandat.helper_added", row=mandat.pk).exists()
    client.logout()
    open_page(client, andrei)
    page = text_of(client.get("/ma-carte/mandats/"))
    assert "Leïla" in page and "Karim" in page and "Ajouté avec votre accord le" in page
    added = mandat.named.get(user=karim)
    response = decide(client, f"/ma-carte/mandats/{mandat.pk}/arreter/", {"aidant": added.pk}, follow=True)
    assert "n’agit plus" in text_of(response) and not may(andrei, structure, karim, now)
    last = mandat.named.get(user=leila)
    decide(client, f"/ma-carte/mandats/{mandat.pk}/arreter/", {"aidant": last.pk})
    assert Mandat.objects.get(pk=mandat.pk).withdrawn_at, "nobody acts any more: it is stopped"


def test_former_named_helper_is_no_longer_displayed_as_acting(client, andrei, leila, karim, structure, now):
    mandat = signed_mandat(andrei, structure, leila, at=now, helper=Helper(named=[karim]))
    sofia = account("sofia", "aidant", shown="Sofia", structure=structure)
    client.force_login(leila)
    acting = "Retirer Karim de ce mandat"
    sheet = reverse("mandat", args=[mandat.pk])
    assert acting in client.get(sheet).content.decode()
    Membership.objects.filter(user=karim).delete()
    assert acting not in client.get(sheet).content.decode()
    assert "Karim" not in permissions.allows(andrei, structure, "prime-activite", now, by=sofia).why
    client.logout()
    open_page(client, andrei)
    page = text_of(client.get("/ma-carte/mandats/"))
    assert "Leïla" in page and "Karim" not in page
    last = mandat.named.get(user=leila)
    decide(client, f"/ma-carte/mandats/{mandat.pk}/arreter/", {"aidant": last.pk})
    assert Mandat.objects.get(pk=mandat.pk).withdrawn_at, "nobody acts any more, as the page warned"


def test_a_card_says_that_nobody_named_acts_any_more(client, andrei, leila, karim, structure, now):
    signed_mandat(andrei, structure, leila, at=now, helper=Helper(named=[karim]))
    Membership.objects.filter(user__in=(leila, karim)).delete()
    open_page(client, andrei)
    page = " ".join(text_of(client.get("/ma-carte/mandats/")).split())
    assert "Qui agit : personne pour l’instant" in re.sub(r"<[^>]+>", "", page)


def test_stopping_one_of_two_mandates_says_that_the_other_runs(client, andrei, leila, structure, now):
    first = signed_mandat(andrei, structure, leila, at=now, token="a")
    second = signed_mandat(andrei, structure, leila, "impots", at=now, token="b")
    open_page(client, andrei)
    page_text = text_of(decide(client, f"/ma-carte/mandats/{first.pk}/arreter/", follow=True))
    assert "un autre mandat dure encore" in page_text and "Plus personne ne fait rien" not in page_text
    page_text = text_of(decide(client, f"/ma-carte/mandats/{second.pk}/arreter/", follow=True))
    assert "Plus personne ne fait rien à votre place" in page_text


def test_a_procedure_taken_back_from_one_of_two_says_that_the_other_permits_it(
    client, andrei, leila, structure, now
):
    first = signed_mandat(andrei, structure, leila, "impots", "retraite", at=now, token="a")
    signed_mandat(andrei, structure, leila, "impots", at=now, token="b")
    open_page(client, andrei)
    key = first.authorisations.get(key="impots").pk
    page_text = text_of(
        decide(client, f"/ma-carte/mandats/{first.pk}/arreter/", {"demarche": key}, follow=True)
    )
    assert "un autre mandat permet encore cette démarche" in page_text


def on_paper(andrei, structure, leila, at) -> Mandat:
    return signing.sign(
        drafted(andrei, structure, leila, at=at, token="p"), Signing(how=frame.PAPER), by=leila, at=at
    )


def test_a_paper_without_its_photograph_permits_seven_days_then_nothing_until_it_is_joined(
    client, andrei, leila, structure, now
):
    mandat = on_paper(andrei, structure, leila, now - timedelta(days=8))
    assert may(andrei, structure, leila, now - timedelta(days=2)) and not may(andrei, structure, leila, now)
    client.force_login(leila)
    (task,) = lists.tasks(leila, now, 5)
    assert task.photograph and task.late
    assert "ne permet plus rien" in text_of(client.get("/espace/"))
    assert "photo à joindre" in text_of(client.get("/espace/mandats/"))
    code = f"/mandat/{mandat.printed}/"
    page_text = text_of(client.get(code))
    assert "ne permet rien pour l’instant" in page_text and "Ce mandat est en cours" not in page_text
    address = reverse("mandat_gesture", args=[mandat.pk])
    photo = SimpleUploadedFile("p.jpg", picture("JPEG"), "image/jpeg")
    client.post(address, {"geste": "photographier", "photo": photo})
    mandat.refresh_from_db()
    assert may(andrei, structure, leila, now) and proofs.agrees_with_proof(mandat)
    assert "Ce mandat est en cours" in text_of(client.get(code))
    assert lists.tasks(leila, now, 5) == []
    client.post(address, {"geste": "effacer-photo"})
    mandat.refresh_from_db()
    assert mandat.lacks_photograph and not Signature.objects.exists() and proofs.agrees_with_proof(mandat)
    steps = [link.words for link in proofs.proof_of(mandat)]
    assert steps[-2:] == ["Photographie du papier jointe", "Photographie du papier effacée"]


def test_the_sheet_and_the_verdict_agree_on_the_last_day_of_a_photograph(
    client, andrei, leila, structure, now
):
    mandat = on_paper(andrei, structure, leila, now)
    client.force_login(leila)
    morning = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    for last, permits in (morning, True), (morning - timedelta(seconds=1), False):
        Mandat.objects.filter(pk=mandat.pk).update(photograph_before=last)
        assert may(andrei, structure, leila, now) is permits, "until the end of its last day"
        page = text_of(client.get(reverse("mandat", args=[mandat.pk])))
        assert ("ce mandat ne permet plus rien sans la photographie" not in page) is permits
        (task,) = lists.tasks(leila, now, 5)
        assert task.late is not permits


def test_a_photograph_taken_away_behind_its_back_is_found(andrei, leila, structure, now):
    mandat = on_paper(andrei, structure, leila, now)
    signing.join_photograph(mandat, b"image", by=leila, at=now)
    Signature.objects.all().delete()
    assert not proofs.agrees_with_proof(Mandat.objects.get(pk=mandat.pk))


def test_an_emergency_and_its_regularisation_are_proposed_once(andrei, leila, karim, structure, now):
    urgent = drafted(andrei, structure, leila, "rsa", at=now, emergency=True, token="1")
    assert drafted(andrei, structure, karim, "rsa", at=now, emergency=True, token="2") == urgent
    assert [str(each) for each in permissions.named(urgent)] == ["Leïla", "Karim"], "who proposes it acts"
    assert drafted(andrei, structure, leila, "impots", at=now, emergency=True, token="3") != urgent
    urgent = signing.sign(urgent, Signing(how=frame.PAPER), by=leila, at=now)
    again = preparing.renew(urgent, by=leila, at=now, token="4")
    assert preparing.renew(urgent, by=karim, at=now, token="5") == again
    again = signing.sign(again, Signing(how=frame.PAPER), by=karim, at=now)
    assert permissions.allows(andrei, structure, "rsa", now, by=karim).allowed


def test_what_follows_a_mandate_is_proposed_anew_once_its_draft_is_too_old(andrei, leila, structure, now):
    mandat = signed_mandat(andrei, structure, leila, "rsa", at=now, duration="year")
    late = now + frame.AHEAD + timedelta(days=1)
    old = preparing.renew(mandat, by=leila, at=now, token="1")
    with pytest.raises(Refused, match="trop longtemps"):
        signing.sign(old, Signing(how=frame.PAPER), by=leila, at=late)
    new = preparing.renew(mandat, by=leila, at=late, token="2")
    assert signing.sign(new, Signing(how=frame.PAPER), by=leila, at=late).signed_at == late


def test_stopped_mandate_is_written_in_the_past(client, andrei, leila, structure, now):
    mandat = signed_mandat(andrei, structure, leila, at=now)
    stopping.withdraw(mandat, by=leila, at=now)
    client.force_login(leila)
    page = text_of(client.get(reverse("mandat", args=[mandat.pk])))
    assert "Ce qu’il permettait" in page and "Qui agissait" in page and "dernier jour prévu" in page
    assert "Ce qu’il permet<" not in page and "il s’arrête seul" not in page.partition("Lire le texte")[0]
    client.logout()
    assert "Il était pour ces démarches" in text_of(client.get(f"/mandat/{mandat.printed}/"))
