"""The offer that the plan of Grenoble published in 2016, found again by the rules that find gaps anywhere.

The plan gives totals and lists of communes, not its table of places: `offre_plan_grenoble.csv` is a table
that fits them
all, whose places inside a commune are ours. What is checked is that the same totals and lists come out,
computed.
"""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from maillage.publishing.directory import census as directory_census
from maillage.reference.definitions import DEFAULT, definition
from maillage.reference.sheet import practices
from maillage.sources.offer import files, mapping
from maillage.sources.offer.forms import read as forms
from maillage.statistics.diagnosis.diagnosis import diagnose
from maillage.statistics.diagnosis.request import Request
from maillage.statistics.need import population as frames
from maillage.statistics.offer import census as offer_census
from maillage.statistics.zones import zoning
from maillage.statistics.zones.territories import gazetteer

FOLDER = Path(__file__).parent
DRAWS = 20  # what is read here are places and lists: no interval
NONE = {"Seyssins", "Saint-Égrève"}
NOT_ACCOMPANIED = {
    "Sassenage",
    "Saint-Martin-le-Vinoux",
    "Seyssinet-Pariset",
    "Eybens",
    "Gières",
    "La Tronche",
}


@pytest.fixture(scope="module")
def sheets():
    correspondence = mapping.load(
        (FOLDER / "offre_plan_grenoble.yaml").read_text("utf-8"), "offre_plan_grenoble.yaml"
    )
    sheet = forms.read(FOLDER / "offre_plan_grenoble.csv")
    result = files.places(sheet, today=date(2016, 6, 1), correspondence=correspondence)
    assert result.n_refused == 0
    return [row.sheet for row in result.accepted]


@pytest.fixture(scope="module")
def offered(sheets):
    """The offer of the 17 communes beside their need."""
    names = {str(s["code_insee"]): str(s["commune"]) for s in sheets}
    names |= {code: gazetteer().get(code).name for code in ("38382", "38486")}
    rows = "\n".join(f"{code},{name},{code}" for code, name in sorted(names.items()))
    iris, territory = frames.sources().rp2021, gazetteer().get("200040715")
    cut = zoning.from_file(
        f"code_zone,nom_zone,code\n{rows}\n".encode(), name="17.csv", territory=territory, iris=iris
    )
    request = Request(territory=territory, zoning=cut, definition=definition(DEFAULT), n_draws=DRAWS)
    return offer_census.offered(request, diagnose(request), offer_census.census("plan", sheets))


def zones(offered, rule, line=""):
    codes = offered.gaps.where(rule, line)
    return {zone.name for zone in offered.gaps.zones if zone.code in codes}


def test_the_published_counts_come_out(sheets, offered):
    """FIG-004-20 à 22, 31, 40, 41, et les 64 lieux d’accès libre."""
    total_gaps = offered.gaps.total.gaps
    assert total_gaps["wifi"].inside == 31
    assert (total_gaps["libre_acces_autonome"].inside, total_gaps["libre_acces_accompagne"].inside) == (
        19,
        45,
    )
    assert total_gaps["formation"].inside == 41
    assert (total_gaps["equipement_solidaire"].inside, total_gaps["reparation"].inside) == (2, 6)
    wifi = [practices(sheet)["wifi"] for sheet in sheets if "wifi" in practices(sheet)]
    assert [sum(each.get("endroit") == [where] for each in wifi) for where in ("outdoor", "indoor")] == [
        7,
        24,
    ]


def test_places_are_not_structures(sheets):
    """FIG-004-31 et 32 : 41 lieux de formation, portés par 35 structures."""
    training = [s for s in sheets if "formation" in practices(s)]
    rows = [
        directory_census.Row(
            id=str(s["id"]),
            name=str(s["nom"]),
            commune=str(s["code_insee"]),
            structure=str(s["structure_parente"]),
            structure_name=str(s["structure_parente"]),
            kind="formation",
            sheet=s,
            last_confirmed=None,
        )
        for s in training
    ]
    page = directory_census.census_page(rows, inhabitants={"38185": 1}, names={}, on=date(2016, 6, 1))
    assert (page.n_places, page.n_structures) == (41, 35)


def test_the_published_lists_are_computed(offered):
    """FIG-004-29 et 30 : deux communes sans libre accès, six autres sans libre accès accompagné, soit huit
    sur dix-sept.
    """
    assert len(offered.gaps.zones) == 17
    assert zones(offered, "sans-acces-libre") == NONE
    assert zones(offered, "sans-libre-acces-accompagne", "libre_acces_accompagne") == NONE | NOT_ACCOMPANIED


def test_a_list_changes_when_the_data_change(sheets, offered):
    """Un libre accès accompagné ouvert à Seyssins le retire des deux listes."""
    new = {
        "id": "nouveau",
        "nom": "Nouveau lieu",
        "commune": "Seyssins",
        "code_insee": "38486",
        "practices": {"libre_acces": {"state": "offered", "accompagnement": ["person"]}},
    }
    iris, territory = frames.sources().rp2021, gazetteer().get("38486")
    request = Request(
        territory=territory,
        zoning=zoning.by("commune", zoning.usual(territory, iris).rows, iris),
        definition=definition(DEFAULT),
        n_draws=DRAWS,
    )
    own = [sheet for sheet in sheets if sheet["code_insee"] == "38486"]
    after = offer_census.offered(request, diagnose(request), offer_census.census("plan", [*own, new]))
    assert "Seyssins" in zones(offered, "sans-acces-libre")
    assert zones(after, "sans-acces-libre") == set()


def test_the_same_places_are_the_same_census_in_every_process():
    """Sans quoi une étude se croirait dépassée à chaque redémarrage."""
    practices = {
        id: {"state": "offered", "publics": ["youth", "seniors"]} for id in ("wifi", "formation", "vente")
    }
    program = (
        "from maillage.statistics.offer.census import census\n"
        f"print(census('plan', [{{'id': 'a', 'nom': 'A', 'practices': {practices!r}}}]).digest)"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1
