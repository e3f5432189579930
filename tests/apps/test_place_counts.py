"""Un lieu, une fiche, une structure : chaque compte dit ce qu’il compte, et tous disent le même nombre."""

import csv
import io
import json
import re
from datetime import UTC, date, datetime

import pypdfium2
import pytest
from django.core.cache import cache
from django.utils import timezone

from maillage.apps.community.models import Meeting
from maillage.apps.community.queries import meetings
from maillage.apps.directory.intake.actions import importing
from maillage.apps.directory.places import rules
from maillage.apps.directory.places.models import Pair
from maillage.apps.directory.places.queries import published, studied
from maillage.apps.dossiers import queries as dossiers
from maillage.apps.site.structures.queries import joining
from maillage.apps.steering.indicators import actions as counts
from maillage.apps.steering.indicators import rules as indicators
from maillage.apps.steering.indicators.queries import sources
from maillage.apps.steering.indicators.queries.ground import ground
from maillage.apps.steering.indicators.queries.values import values
from maillage.manage.commands.diagnostic import census_of
from maillage.manage.commands.offre import read_places
from maillage.publishing.directory import census
from tests.support.lieux import lieu, offering

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
CODE = "38151"
THERE = {
    "commune": "Échirolles",
    "code_insee": CODE,
    "code_postal": "38130",
    "latitude": 45.1436,
    "longitude": 5.7183,
}
AT = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_memory():
    cache.clear()


def pair(one, other, **columns):
    values = {"score": 0.99, "reasons": [], "sure": True, "state": rules.OPEN, **columns}
    first, second = sorted((one, other), key=lambda lieu: lieu.pk)
    return Pair.objects.create(first=first, second=second, **values)


@pytest.fixture
def town():
    """Five places in eight sheets: one of them in three, another in two, a third perhaps in two."""
    place_by_slug = {slug: lieu(slug, sheet=THERE) for slug in "abdefgh"}
    place_by_slug["c"] = lieu("c", sheet=THERE | offering(wifi={}))
    pair(place_by_slug["a"], place_by_slug["b"])
    pair(place_by_slug["b"], place_by_slug["c"])
    pair(place_by_slug["d"], place_by_slug["e"])
    pair(place_by_slug["f"], place_by_slug["g"], sure=False)
    pair(place_by_slug["g"], place_by_slug["h"], state=rules.DECLINED)
    lieu("loin")
    return place_by_slug


PLACES, SHEETS = 5, 8


def text(client, address: str, **query: str) -> str:
    response = client.get(address, query)
    assert response.status_code == 200, address
    words = re.sub(r"<(script|style).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", words))


def body(client, address: str) -> bytes:
    response = client.get(address)
    assert response.status_code == 200, address
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_page_booklet_export_map_and_report_count_the_same_places(client, study, town):
    """La page d’un territoire, le livret, les données, la carte, l’étude, les indicateurs."""
    counted = published.place_count([CODE])
    assert (counted.places, counted.sheets, counted.repeated) == (PLACES, SHEETS, 3)
    n_places_by_output = {
        "census": dossiers.census_page(study, on=date(2026, 3, 2)).n_places,
        "page of the census": _first(text(client, f"/territoires/{CODE}/lieux/"), r"(\d+) lieux ?\."),
        "study": len(
            {each.same or each.id for each in studied.census(["38"]).places if each.commune == CODE}
        ),
        "directory page": _first(text(client, f"/annuaire/{CODE}/"), r"(\d+) lieux où se faire aider"),
        "booklet": _first(_pdf(body(client, f"/annuaire/{CODE}.pdf")), r"(\d+) lieux"),
        "data": _first(text(client, "/donnees/", territoire=CODE), r"(\d+) lieux, Échirolles"),
        "map": _first(text(client, "/carte/", territoire=CODE), r"(\d+) lieux"),
        "indicators": sources.standing_places()[indicators.PLACES, "", CODE],
        "joining": joining.gain(CODE, AT).n_places,
        "meeting": meetings.published_map(Meeting(commune=CODE)).n,
    }
    assert set(n_places_by_output.values()) == {PLACES}, n_places_by_output


def test_command_and_site_count_one_file_alike(tmp_path):
    """Deux lignes d’un même lieu : la commande, comme l’annuaire une fois le fichier importé, en compte un."""
    path = tmp_path / "lieux.csv"
    path.write_text(
        "nom,adresse,code_postal,commune\n"
        "Bibliothèque de Ceyzériat,2 rue Joseph Bernier,01250,Ceyzériat\n"
        "Bibliothèque Ceyzériat,2 rue Joseph Bernier,01250,Ceyzériat\n"
        "Centre social,8 avenue de la Gare,01250,Ceyzériat\n",
        "utf-8",
    )
    importing.take_in(read_places(path, None), source="Le greffe", digest="0" * 64, by=None, at=AT)
    command, _ = census_of(path)
    counted = [
        {each.same or each.id for each in census.places} for census in (command, studied.census(["01"]))
    ]
    assert [len(each) for each in counted] == [2, 2]
    assert published.place_count().places == 2


def test_what_is_written_sheet_by_sheet_says_sheets_and_their_number(client, home, town):
    """Un fichier porte chaque fiche : il le dit, et chacune nomme celle qui décrit le même lieu."""
    written = body(client, f"/donnees/tableau.csv?territoire={CODE}").decode("utf-8-sig")
    table = list(csv.DictReader(io.StringIO(written)))
    assert len(table) == SHEETS
    linked = [(row["id"], doubled) for row in table for doubled in row["doublons"].split("|") if doubled]
    assert len(table) - published.repeats({row["id"] for row in table}, linked) == PLACES
    drawn = json.loads(body(client, f"/donnees/lieux.geojson?territoire={CODE}"))
    assert len(drawn["features"]) == SHEETS
    page = text(client, "/donnees/", territoire=CODE)
    assert f"Les fichiers portent {SHEETS} fiches" in page
    assert f"Un réseau : {SHEETS} fiches" in text(client, f"/annuaire/{CODE}/")
    assert "3 fiches décrivent sans doute un lieu déjà dans la liste" in text(
        client, "/carte/", territoire=CODE
    )


def test_a_decision_changes_every_count_at_once(client, home, town):
    """Dire que deux fiches sont deux lieux : un lieu de plus partout."""
    Pair.objects.filter(first=town["d"], second=town["e"]).update(state=rules.DECLINED)
    assert published.place_count([CODE]).places == PLACES + 1
    assert sources.standing_places()[indicators.PLACES, "", CODE] == PLACES + 1
    rows, doubles = studied.rows([CODE], on=timezone.localdate())
    assert (len(rows), doubles) == (PLACES + 1, 2)


def test_the_sheet_that_says_what_is_there_stands_for_its_place(town):
    """Des trois fiches d’un lieu, une seule dit ce qu’on y trouve : le lieu le dit."""
    standing = sources.standing_places()
    assert standing[indicators.TALKING, "", CODE] == 1
    assert standing[indicators.PRACTICE, "wifi", CODE] == 1


def test_two_sheets_are_one_place_through_a_third_elsewhere(town):
    """« a » et « c » ne se ressemblent que par « b » : la commune de « b » n’y change rien."""
    town["b"].code_insee = "38185"
    town["b"].save()
    assert published.place_count([CODE]) == published.PlaceCount(PLACES, SHEETS - 1)


def test_a_structure_is_counted_when_a_sheet_names_it_never_a_place_for_it(client, study):
    """Trois lieux : deux nomment leur structure, le troisième n’en nomme aucune."""
    for slug, parent in (("a", "Ville d’Échirolles"), ("b", "Ville d’Échirolles"), ("c", "")):
        lieu(slug, sheet=THERE | ({"structure_parente": parent} if parent else {}))
    census_page = dossiers.census_page(study, on=date(2026, 3, 2))
    assert (census_page.n_places, census_page.n_structures, census_page.n_unknown) == (3, 1, 1)
    page = text(client, f"/territoires/{CODE}/lieux/")
    assert "3 lieux, 1 structure connue ." in page.replace("connue.", "connue .")
    assert "1 lieu ne dit pas quelle structure le" in page


def _first(words: str, pattern: str) -> int:
    match = re.search(pattern, words)
    assert match is not None, (pattern, words[:2000])
    return int(match[1])


def _pdf(content: bytes) -> str:
    with pypdfium2.PdfDocument(content) as document:
        words = " ".join(page.get_textpage().get_text_range() for page in document)
    return re.sub(r"\s+", " ", words)


def test_each_count_says_what_it_makes_of_a_moving_place(client, study, town):
    """Le camion s’arrête dans deux communes : deux lieux dans l’annuaire, un seul dans l’étude ; chacun le dit."""
    moving_note = "Un lieu itinérant compte ici à chacune de ses 2\xa0étapes"
    for k, commune in enumerate((CODE, "38185")):
        lieu(
            f"bus{k}",
            sheet=THERE | offering(wifi={"visites": 5}) | {"nom": "Bus numérique", "code_insee": commune},
        )
    counts.rebuild(at=AT)
    value_by_indicator = {each.definition.id: each for each in values(ground("38", on=AT.date()))}
    for each in ("lieux-disent", "visites-acces"):
        assert any(moving_note in words for words in value_by_indicator[each].exclusions), each
    alone = {each.definition.id: each for each in values(ground(CODE, on=AT.date()))}
    assert not any("itinérant" in words for words in alone["lieux-disent"].exclusions), "a single stop there"
    rows, doubles = studied.rows([CODE, "38185"], on=AT.date())
    read = census.census_page(rows, inhabitants={CODE: 1}, names={}, on=AT.date(), doubles=doubles)
    assert moving_note in read.moving
    assert len({row.commune for row in rows if row.name == "Bus numérique"}) == 2


def test_a_sheet_without_a_date_is_neither_recent_nor_old():
    """« 2062 » dans un fichier n’est pas une date : la fiche n’est ni de moins d’un an, ni « dite de 2026 à 2062 »."""
    lieu("typo", sheet=THERE | {"nom": "Mairie", "date_maj": "2062-01-10"})
    lieu("old", sheet=THERE | {"nom": "Médiathèque", "adresse": "9 rue Neuve", "date_maj": "2020-01-10"})
    rows, doubles = studied.rows([CODE], on=AT.date())
    page = census.census_page(
        rows, inhabitants={CODE: 100}, names={CODE: "Ici"}, on=AT.date(), doubles=doubles
    )
    assert (page.shares.recent.n, page.shares.recent.among) == (0, 1)
    assert "dites en 2020" in page.source and "2062" not in page.source
