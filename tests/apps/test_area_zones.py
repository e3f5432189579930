"""Les zones d’un diagnostic, de ses manques et de la boucle disent ce qu’elles ont de quartiers prioritaires, et s’y restreignent."""

import csv
import io
import re
from datetime import UTC, datetime

import pytest
import shapely
from django.db import connection
from django.test.utils import CaptureQueriesContext

from maillage.apps.dossiers import actions, queries
from maillage.apps.dossiers.queries import StudyRequest
from maillage.apps.steering.plans import actions as steering
from maillage.apps.steering.plans.models import PlanAction
from maillage.apps.steering.plans.queries.overview import reading_of
from maillage.reference.plan_frames import frames
from maillage.sources import contours
from tests.conftest import PLACE, account
from tests.support.areas import contours as file_of
from tests.support.areas import drop, square
from tests.support.lieux import lieu, offering

pytestmark = pytest.mark.django_db

ECHIROLLES = {"commune": "Échirolles", "code_insee": PLACE, "code_postal": "38130"}
PAGES = (f"/territoires/{PLACE}/", f"/territoires/{PLACE}/boucle/")
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
GAPS = f"/territoires/{PLACE}/manques/"
ROWS = {"": "zone-", "manques": "manque-", "boucle": "boucle-"}


@pytest.fixture
def codes(study):
    """The codes of the zones of a study, in order."""
    return sorted(zone.code for zone in reading_of(PLACE).zones)


def half_of(code: str) -> shapely.Geometry:
    """Return the western half of a zone, well inside its contour."""
    iris_shape = next(iter(contours.iris([code]).values())).buffer(-0.0003)
    west, south, east, north = iris_shape.bounds
    return iris_shape.intersection(shapely.box(west, south, (west + east) / 2, north))


def mark(by, codes) -> None:
    """Drop a file of contours that hold half of the first zone, all of the second, none of the others."""
    iris_shape = next(iter(contours.iris([codes[1]]).values()))
    drop(by, file_of(("QN03899M", "Le premier", half_of(codes[0])), ("QN03898M", "Le second", iris_shape)))


def test_a_file_that_leaves_out_a_district_of_the_commune_never_answers_no(client, coordinator, codes):
    drop(coordinator, file_of(("QN03801M", "Un des trois", half_of(codes[0]))))
    page = client.get(f"{PAGES[0]}?zones=toutes").content.decode().replace("\u00a0", " ")
    assert f"on ne sait pas ({len(codes) - 1} zones)" in page and "Sans quartier prioritaire" not in page


def rows(page: str, address: str) -> list[str]:
    """Return the codes of the zones whose row a page holds."""
    start = ROWS[address.removeprefix(f"/territoires/{PLACE}/").strip("/")]
    return sorted(set(re.findall(rf'<tr[^>]* ?id="{start}(\w+)"', page)))


@pytest.mark.parametrize("address", PAGES)
def test_page_lists_its_zones_and_filters_by_district(client, coordinator, codes, address):
    before = client.get(f"{address}?zones=toutes").content.decode()
    assert rows(before, address) == codes
    assert "Avec un quartier prioritaire" not in before
    mark(coordinator, codes)
    page_text = client.get(f"{address}?zones=toutes").content.decode().replace("\u00a0", " ")
    assert rows(page_text, address) == codes
    assert len(re.findall("QPV : tous ses habitants", page_text)) == 1
    assert len(re.findall(r"QPV : \d+ % de ses habitants, estimés", page_text)) == 1
    assert "Avec un quartier prioritaire (2 zones)" in page_text
    assert f"Sans quartier prioritaire ({len(codes) - 2} zones)" in page_text
    filtered_page = client.get(f"{address}?qpv=oui").content.decode()
    assert rows(filtered_page, address) == codes[:2]
    assert "génération 2024" in filtered_page
    assert "habitants supposés répartis également" in filtered_page
    assert rows(client.get(f"{address}?qpv=non&zones=toutes").content.decode(), address) == codes[2:]


def test_gaps_are_filtered_by_zone_and_the_map_links_to_the_rest(client, coordinator, home):
    lieu("ici", near=(45.1441, 5.7181), sheet=offering(assistance={}) | ECHIROLLES)
    study = actions.ask(StudyRequest(place=PLACE))
    actions.compute(study)
    codes = sorted(zone.code for zone in reading_of(PLACE).zones)
    mark(coordinator, codes)
    gaps_url = f"{GAPS}?offre=assistance&qpv=oui"
    page_text = client.get(gaps_url).content.decode().replace("\u00a0", " ")
    assert rows(page_text, GAPS) == codes[:2]
    assert "QPV : tous ses habitants" in page_text
    assert f'href="#manque-{codes[0]}' in page_text
    assert f'href="?offre=assistance&amp;zones=toutes#manque-{codes[-1]}' in page_text
    assert rows(client.get(f"{GAPS}?offre=assistance&zones=toutes").content.decode(), GAPS) == codes


@pytest.mark.parametrize("address", PAGES)
def test_without_contours_the_filter_is_absent_and_asking_for_it_says_why(client, codes, address):
    page = client.get(f"{address}?qpv=oui&zones=toutes").content.decode()
    assert rows(page, address) == codes
    assert "aucun contour de quartier n’a été déposé ici" in page
    assert "aucun contour" not in client.get(address).content.decode()


def test_a_zone_that_no_file_speaks_of_is_unknown_not_outside(client, coordinator, codes):
    drop(coordinator, file_of(("QN05901M", "Sous-le-Bois", square(near=(50.2706, 3.9450)))))
    page = client.get(f"{PAGES[0]}?zones=toutes").content.decode()
    assert page.count("QPV : on ne sait pas") == len(codes)
    assert f"on ne sait pas ({len(codes)}\xa0zones)" in page
    assert rows(client.get(f"{PAGES[0]}?qpv=non").content.decode(), PAGES[0]) == []


def test_zone_files_are_filtered_and_complete_by_default(client, coordinator, codes, study):
    address = f"/etudes/{study.key}/fichiers/zones.csv"
    complete_file = b"".join(client.get(address).streaming_content)
    assert complete_file == (queries.folder(study) / "zones.csv").read_bytes()
    mark(coordinator, codes)
    assert b"".join(client.get(address).streaming_content) == complete_file
    answer = client.get(f"{address}?qpv=oui")
    assert f"maillage-{PLACE}-qpv-oui-zones.csv" in answer["Content-Disposition"]
    lines = complete_file.decode().splitlines(keepends=True)
    assert answer.content.decode() == "".join(
        [lines[0], *(row for row in lines if row.startswith(tuple(codes[:2])))]
    )
    assert f"{address}?qpv=oui" in client.get(f"{PAGES[0]}?qpv=oui").content.decode()
    loop = client.get(f"{PAGES[1]}zones.csv?qpv=oui").content.decode()
    assert sorted(row["code"] for row in csv.DictReader(io.StringIO(loop))) == codes[:2]


@pytest.mark.both_databases
def test_plan_filters_actions_by_zone(client, coordinator, codes):
    analyst = account("lea", "analyste", territory="38")
    plan = steering.open_plan(PLACE, title="Le plan", frame=frames()["grenoble"], by=analyst, at=AT)
    local_action, there, everywhere = plan.actions.order_by("number")[:3]
    PlanAction.objects.exclude(pk__in=(local_action.pk, there.pk, everywhere.pk)).delete()
    PlanAction.objects.filter(pk=local_action.pk).update(title="Ici", zones=[codes[0], codes[-1]])
    PlanAction.objects.filter(pk=there.pk).update(title="Ailleurs", zones=codes[-1:])
    PlanAction.objects.filter(pk=everywhere.pk).update(title="Partout", zones=[])
    mark(coordinator, codes)
    client.force_login(analyst)
    page = f"/territoires/{PLACE}/plan/"

    def titles(query: str) -> set[str]:
        table = client.get(f"{page}actions.csv{query}").content.decode()
        return {row["action"] for row in csv.DictReader(io.StringIO(table))}

    assert titles("") == {"Ici", "Ailleurs", "Partout"}
    assert titles("?qpv=oui") == {"Ici", "Partout"}
    page_text = client.get(f"{page}?vue=liste&qpv=oui").content.decode()
    assert "Ailleurs</strong>" not in " ".join(page_text.split())
    assert f"{page}actions.csv?qpv=oui" in page_text
    assert "?qpv=oui&amp;vue=carte" in page_text
    drawn = client.get(f"{page}?vue=carte&qpv=oui").content.decode()
    assert "QPV : tous ses habitants" in drawn
    local_action.axis.announced = 9
    local_action.axis.save()
    complete_page, narrowed = (
        " ".join(client.get(f"{page}?vue=liste{query}").content.decode().split())
        for query in ("", "&qpv=oui")
    )
    written = re.findall(r"9 actions annoncées, \d+ écrites?\.|\d+ sans pilote", complete_page)
    assert len(written) == 2
    assert all(each in narrowed for each in written), "what is said of the whole plan counts all of it"


@pytest.mark.both_databases
def test_study_pages_link_to_each_other_with_the_query(client, coordinator, codes):
    mark(coordinator, codes)
    page = client.get(f"{PAGES[0]}?qpv=oui").content.decode()
    assert f"/territoires/{PLACE}/rapports/?qpv=oui" in page
    assert f"/territoires/{PLACE}/zones/{codes[0]}/?qpv=oui" in page
    assert 'name="qpv" value="oui"' in page  # what sorts the zones keeps it


def test_telling_the_zones_costs_no_query_for_each(client, coordinator, codes):
    mark(coordinator, codes)
    for address in PAGES:
        client.get(address)
        with CaptureQueriesContext(connection) as every:
            client.get(f"{address}?zones=toutes")
        with CaptureQueriesContext(connection) as some:
            client.get(f"{address}?qpv=oui")
        assert len(every) == len(some)
