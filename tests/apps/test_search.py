"""The search across the space: what one may see is found, whatever the accents and the faults; the rest never."""

from datetime import UTC, datetime
from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from maillage.apps.agenda.actions import appointments
from maillage.apps.agenda.actions import forgetting as forgetting_of_names
from maillage.apps.agenda.rules.appointments import Draft
from maillage.apps.community.actions import resources
from maillage.apps.community.models import Resource
from maillage.apps.directory.outreach.actions import outings
from maillage.apps.directory.places.actions import sheets
from maillage.apps.people.persons.actions import consents, forgetting, register
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.search import actions, queries, rules
from maillage.apps.platform.search.models import SearchGram, SearchWord
from maillage.apps.referrals.orientations.actions import sending
from maillage.apps.referrals.orientations.models import Orientation
from tests.conftest import account
from tests.support.places import place
from tests.support.referrals import prepare

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
PAGE = "/espace/chercher/"


@pytest.fixture
def library():
    return place("bibliotheque", {"nom": "Bibliothèque Kateb-Yacine"}).structure


@pytest.fixture
def hall():
    return place("maison", {"nom": "Maison des habitants", "pivot": "21380185500015"}).structure


@pytest.fixture
def leila(library) -> User:
    return account("leila", "aidant", structure=library)


@pytest.fixture
def karim(hall) -> User:
    return account("karim", "aidant", structure=hall)


@pytest.fixture
def gwenaelle(leila, library) -> Person:
    return register.welcome(by=leila, structure=library, nickname="Gwenaëlle", born=1971, at=AT)


def titles_found(user, text, kind="") -> list[str]:
    return [hit.title for group in queries.find(user, text, only=kind).groups for hit in group.hits]


def share(structure, by, title, token="a"):
    return resources.share(structure, resources.Draft(title=title, about="Six écrans", format="sheet", level="start", public="all", author="Nous", licence="cc-by", link="https://exemple.fr/", token=token), by=by, at=AT)  # fmt: skip


# ------------------------------------------------------------------------------------------ what is found


@pytest.mark.parametrize(
    "typed",
    ["bibliotheque", "les bibliothèques", "yacine biblio"],
)
def test_a_place_is_found_whatever_the_accents_the_case_and_the_order(leila, library, typed):
    assert "Bibliothèque Kateb-Yacine" in titles_found(leila, typed, "lieux")
    assert not queries.find(leila, typed).is_near


@pytest.mark.parametrize(
    "typed",
    ["bibilothèque", "katebb yasine", "gwenaele"],
)
def test_faults_of_typing_are_forgiven_and_corrected(client, leila, library, gwenaelle, typed):
    results = queries.find(leila, typed)
    assert results.is_near
    assert {"Bibliothèque Kateb-Yacine", "Gwenaëlle"} & set(titles_found(leila, typed))
    client.force_login(leila)
    assert "s’écrit presque ainsi" in client.get(PAGE, {"q": typed}).content.decode()


@pytest.mark.parametrize("typed", ["bibliographie", "gwendoline", "1972"])
def test_another_word_is_not_a_fault(leila, library, gwenaelle, typed):
    assert not {"Gwenaëlle"} & set(titles_found(leila, typed))
    assert typed == "kat" or "Bibliothèque Kateb-Yacine" not in titles_found(leila, typed)


def test_a_title_comes_before_a_mention_and_the_latest_first(leila, library):
    for n, title in enumerate(("Remplir un dossier", "Le mail, pas à pas", "Mail et pièces jointes")):
        resources.share(library, resources.Draft(title=title, about="avec un mail", format="sheet", level="start", public="all", author="Nous", licence="cc-by", link="https://exemple.fr/", token=str(n)), by=leila, at=AT)  # fmt: skip
    assert titles_found(leila, "mail", "ressources") == [
        "Mail et pièces jointes",
        "Le mail, pas à pas",
        "Remplir un dossier",
    ]


def test_a_row_is_found_by_the_structure_it_belongs_to(leila, library):
    share(library, leila, "Fiche des impôts")
    assert titles_found(leila, "impots kateb", "ressources") == ["Fiche des impôts"]
    assert titles_found(leila, "impot katteb", "ressources") == ["Fiche des impôts"]


def test_contents_territories_and_quick_actions_are_found_too(leila):
    assert any(group.kind.id == "modules" for group in queries.find(leila, "souris").groups)
    assert "Grenoble" in titles_found(leila, "grenoble", "territoires")
    assert "Grenoble" in titles_found(leila, "grenolbe", "territoires")
    assert titles_found(leila, "accueillir personne", "gestes") == ["Accueillir une personne"]
    assert titles_found(leila, "importer fichier", "gestes") == []  # hers to read, not to do


# ------------------------------------------------------------------------------------------ who finds it


@pytest.mark.parametrize("typed", ["Gwenaëlle", "gwenaele", "1971"])
def test_another_structures_person_is_never_found(client, leila, karim, gwenaelle, typed):
    assert titles_found(leila, typed, "personnes") == ["Gwenaëlle"]
    client.force_login(karim)
    for address in (PAGE, "/espace/chercher/propositions/"):
        page = client.get(address, {"q": typed}).content.decode()
        assert f"/espace/personnes/{gwenaelle.pk}/" not in page
        assert gwenaelle.card not in page


def test_a_card_opens_by_its_code_to_whoever_helps(leila, karim, gwenaelle):
    for typed in (gwenaelle.card, gwenaelle.code, gwenaelle.code.lower(), gwenaelle.code[:5]):
        assert titles_found(leila, typed, "personnes") == ["Gwenaëlle"]
        assert titles_found(karim, typed, "personnes") == []


@pytest.mark.parametrize("role", ["coordination", "analyste", "administration"])
def test_who_reads_no_person_finds_none(role, gwenaelle, library):
    over = {"territory": "38185"} if role != "administration" else {}
    assert titles_found(account("autre", role, **over), "gwenaelle", "personnes") == []


def test_a_right_that_ends_ends_the_finding(leila, gwenaelle, library):
    register.leave(person=gwenaelle, structure=library, by=leila, at=AT)
    assert titles_found(leila, "gwenaelle", "personnes") == []


def test_a_volunteer_finds_those_they_help_and_no_other(gwenaelle, library):
    denise = account("denise", "benevole", structure=library)
    helped = register.welcome(by=denise, structure=library, nickname="Gwen", at=AT)
    assert titles_found(denise, "gwen", "personnes") == [helped.nickname]


@pytest.mark.parametrize("shared", [("nickname",), ()])
def test_a_received_person_is_found_by_what_was_shared_alone(leila, karim, library, hall, gwenaelle, shared):
    lieu = hall.lieux.get()
    row = prepare(structure=library, person=gwenaelle, lieu=lieu, shared=shared, by=leila, at=AT)
    consents.agree(person=gwenaelle, purpose="share", structure=hall, how="read", by=leila, at=AT)
    sending.send(row, by=leila, channel="phone", at=AT)
    expected = [row.get_need_display()] if shared else []
    for typed in ("gwenaelle", "gwenaele"):
        assert titles_found(karim, typed, "orientations") == expected
        assert titles_found(leila, typed, "orientations") == [row.get_need_display()]
        assert titles_found(karim, typed, "personnes") == titles_found(karim, typed, "prenoms") == []
    for unshared in ("1971", gwenaelle.card, gwenaelle.code):
        assert titles_found(karim, unshared) == []
    Orientation.objects.filter(pk=row.pk).update(agreed_with=library.pk)  # hidden until they agree again
    assert titles_found(karim, "gwenaelle", "orientations") == []


@pytest.mark.parametrize("name", ["", "Gwenaëlle"])
def test_an_appointment_is_found_by_the_name_that_its_page_says(
    client, leila, karim, library, gwenaelle, name
):
    draft = Draft(kind="other", starts_at=AT.replace(day=23), name=name)
    person = None if name else gwenaelle
    row = appointments.book(draft, structure=library, by=leila, person=person, at=AT)
    for typed in ("gwenaelle", "gwenaele"):
        assert titles_found(leila, typed, "rendez-vous") == ["Gwenaëlle"]
        assert titles_found(karim, typed, "rendez-vous") == []
    client.force_login(leila)
    (hit,) = queries.find(leila, "gwenaelle", only="rendez-vous").groups[0].hits
    assert hit.url == reverse("appointment", args=[row.pk])
    assert client.get(hit.url).status_code == 200
    forgetting_of_names.strip_appointment(row, at=AT)
    assert titles_found(leila, "gwenaelle", "rendez-vous") == ([] if name else ["Gwenaëlle"])


def test_a_stranger_signs_in_first(client, gwenaelle):
    for address in (PAGE, "/espace/chercher/propositions/"):
        assert client.get(address, {"q": "gwenaelle"}).status_code == 302


def test_every_hit_opens_for_whoever_found_it(client, leila, library, gwenaelle):
    share(library, leila, "Fiche de la bibliothèque")
    client.force_login(leila)
    for typed in ("bibliotheque", "gwenaelle", "grenoble", "mandat", "atelier"):
        for group in queries.find(leila, typed).groups:
            for hit in group.hits:
                if group.kind.id != "territoires":  # a study is computed there
                    assert client.get(hit.url).status_code == 200, hit


# ------------------------------------------------------------------------------------------ kept in step


def test_what_changes_is_found_by_its_new_words_only(leila, library, gwenaelle):
    register.correct(gwenaelle, {"nickname": "Solveig"}, by=leila, at=AT)
    assert titles_found(leila, "gwenaelle", "personnes") == []
    assert titles_found(leila, "solveig") == ["Solveig"]


def test_an_erased_person_leaves_no_word_and_no_spelling(leila, gwenaelle):
    assert SearchGram.objects.filter(word="gwenaelle").exists()
    forgetting.forget(gwenaelle, by=leila, at=AT)
    assert not SearchWord.objects.filter(kind="personnes").exists()
    assert not SearchWord.objects.filter(word__in=("gwenaelle", gwenaelle.code.lower())).exists()
    assert not SearchGram.objects.filter(word="gwenaelle").exists()


def test_a_withdrawn_resource_is_no_longer_found(leila, library):
    row = share(library, leila, "Fiche des impôts")
    Resource.objects.filter(pk=row.pk).update(withdrawn_at=AT)  # the row says it, not the words
    assert titles_found(leila, "impots", "ressources") == []


def test_what_leaves_the_register_leaves_the_search(leila, coordinator):
    values = {"place": "Place du marché", "public": "", "rhythm": "", "on": AT.date(), "state": "planned"}
    row = outings.keep(
        by=coordinator, today=AT.date(), kind="market", name="Au marché", met=None, came=None, cost=None,
        effect="", **values,
    )  # fmt: skip
    assert titles_found(leila, "marche", "actions") == ["Au marché"]
    outings.drop(row)
    assert not SearchWord.objects.filter(kind="actions").exists()


def test_the_index_is_the_one_that_a_rebuild_writes(leila, library, gwenaelle):
    share(library, leila, "Fiche des impôts")
    before = set(SearchWord.objects.values_list("word", "kind", "row", "in_title"))
    letters = set(SearchGram.objects.values_list("gram", "word"))
    assert not queries.rows_out_of_step()
    read: list[tuple[str, int]] = []
    assert actions.rebuild(lambda label, n: read.append((label, n))) >= 3
    assert ("Personnes", 1) in read
    assert set(SearchWord.objects.values_list("word", "kind", "row", "in_title")) == before
    assert set(SearchGram.objects.values_list("gram", "word")) == letters
    SearchWord.objects.filter(kind="personnes").delete()
    SearchWord.objects.create(word="fantome", kind="ressources", row=10**9)
    assert queries.rows_out_of_step() == {"personnes": 1, "ressources": 1}


# ------------------------------------------------------------------------------------------ the page


HOSTILE = (
    "\0", "%", "_", "' OR 1=1 --", '"', "AND OR NOT NEAR(", "*", "^", "()" * 500, "x" * 10_000, "é" * 10_000,
    "mot " * 3_000, "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), "مرحبا", "%00", "zz\0zz",
    "<script>alert(1)</script>", "\u202e",
)  # fmt: skip


def test_whatever_is_typed_is_only_words(client, leila, gwenaelle):
    client.force_login(leila)
    for address, typed in product((PAGE, "/espace/chercher/propositions/"), HOSTILE):
        answer = client.get(address, {"q": typed, "page": "99999999999", "quoi": typed[:9]})
        assert answer.status_code == (404 if "\0" in typed else 200), typed  # as on every page
        assert "<script>alert(1)" not in answer.content.decode(), typed
        assert "Gwenaëlle" not in answer.content.decode(), typed


def test_nothing_typed_and_nothing_found_both_say_what_to_try(client, leila):
    client.force_login(leila)
    assert "Par exemple" in client.get(PAGE).content.decode()
    page = client.get(PAGE, {"q": "zzyzzyx"}).content.decode()
    assert "Rien ne correspond" in page
    assert "Essayez plutôt" in page


def test_a_kind_is_read_page_by_page(client, leila, library):
    for n in range(queries.PAGE + 3):
        share(library, leila, f"Fiche numéro {n}", token=str(n))
    client.force_login(leila)
    page = client.get(PAGE, {"q": "fiche"}).content.decode()
    assert page.count("Fiche numéro") == queries.FEW
    first = client.get(PAGE, {"q": "fiche", "quoi": "ressources"}).content.decode()
    second = client.get(PAGE, {"q": "fiche", "quoi": "ressources", "page": 2}).content.decode()
    assert (first.count("Fiche numéro"), second.count("Fiche numéro")) == (queries.PAGE, 3)
    assert "Page 2 sur 2" in second
    beyond = client.get(PAGE, {"q": "fiche", "quoi": "ressources", "page": 9}).content.decode()
    assert beyond == second, "results that went since lead to the last page, never to an empty one"
    typed = client.get(PAGE, {"q": "caf", "quoi": "aide", "page": 15}).content.decode()
    assert (
        '<ul class="resultats">' in typed
        and "<li>" in typed.split('<ul class="resultats">')[1].split("</ul>")[0]
    )


def test_more_results_ask_no_more_of_the_database(client, leila, library):
    client.force_login(leila)
    counts = []
    queries.find(leila, "fiche")
    for n in range(4):
        share(library, leila, f"Fiche numéro {n}", token=str(n))
        share(library, leila, f"Fiche encore {n}", token=f"b{n}")
        with CaptureQueriesContext(connection) as context:
            queries.find(leila, "fiche", only="ressources")
        counts.append(len(context))
    assert len(set(counts)) == 1


@pytest.mark.parametrize("typed", ["fiche", "fichhe"])
def test_a_very_common_word_finds_what_a_rare_one_would(leila, library, typed, monkeypatch):
    """A word of thousands of rows is not read whole: the statements that find them say the same."""
    for n in range(5):
        share(library, leila, f"Fiche numéro {n}" if n < 3 else f"Autre {n}, avec une fiche", token=str(n))
    before = [(group.kind.id, group.total, group.hits) for group in queries.find(leila, typed).groups]
    assert before
    monkeypatch.setattr(queries, "READ", 1)
    monkeypatch.setattr(queries, "MAX_KIND_ROWS", 1)
    assert [(each.kind.id, each.total, each.hits) for each in queries.find(leila, typed).groups] == before


def test_looking_writes_nothing(client, leila, gwenaelle):
    client.force_login(leila)
    with CaptureQueriesContext(connection) as context:
        client.get(PAGE, {"q": "gwenaele"})
    wrote = [row["sql"] for row in context if row["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")]
    assert not [line for line in wrote if "django_session" not in line]


def test_the_space_leads_to_the_search(client, leila):
    client.force_login(leila)
    assert f'href="{reverse("search_all")}"' in client.get("/espace/personnes/").content.decode()


def test_each_kind_says_what_it_is_and_what_it_is_linked_to():
    ids = [kind.id for kind in queries.kinds()]
    assert len(set(ids)) == len(ids)
    linked = {
        each for kind in queries.kinds() if isinstance(kind, rules.SearchKind) for each in kind.kinds_linked
    }
    assert linked <= set(ids)


def test_a_published_place_that_closes_is_found_no_more(leila, library):
    lieu = library.lieux.get()
    sheets.set_state(lieu, "ended", by="Leïla", at=AT, reason="Déménagée")
    assert titles_found(leila, "kateb", "lieux") == []
