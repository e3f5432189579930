"""Un filtre traverse tous les chapitres : l’offre, les manques, les essais et les cartes parlent des mêmes personnes
que le besoin, ou ne disent rien.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from maillage.kernel.errors import Refused
from maillage.publishing.territory import atlas, offer, study_json
from maillage.publishing.territory.reading import OfferReading
from maillage.statistics.diagnosis import filters
from maillage.statistics.diagnosis.diagnosis import diagnose
from maillage.statistics.diagnosis.request import Inside
from maillage.statistics.need import population as frames
from maillage.statistics.offer import census, gaps, grounds, siting, what_if
from maillage.statistics.offer.grounds import Ground
from maillage.statistics.offer.whereabouts import Place
from maillage.statistics.zones import zoning
from tests.support.street import at, ground, spot
from tests.support.studies import request_of

title = "Un filtre, d’un bout à l’autre"

MAUBEUGE = "59392"  # twenty-one quarters with a contour


def filtered(t: dict[str, Any], *places: Place) -> Ground:
    """The street of the other pages, with the share of each zone that the filter keeps."""
    plain = ground(t, *places)
    return grounds.ground(
        plain.areas,
        plain_zones(t),
        places,
        travel=plain.travel,
        counted=np.asarray(t["gardé"], dtype=np.float64),
    )


def plain_zones(t: dict[str, Any]) -> tuple[zoning.Zone, ...]:
    return tuple(zoning.Zone(str(code), str(code), np.array([k])) for k, code in enumerate(t["zone"]))


def test_only_the_people_of_the_filter_are_counted(spec):
    """Les personnes à qui il manque un lieu sont celles du filtre, à proportion ; une zone hors du filtre n’a
    ni manque, ni lieu, ni ligne.

    Le lieu est à Poisat, hors du filtre : Corenc l’a à pied. Pour chaque zone gardée, puis l’ensemble : besoin,
    à portée, hors de portée ; puis le nombre de lieux du filtre.

    zone    | metre | besoin | gardé || réponse
    --------+-------+--------+-------++---------------------------------
    Corenc  |     0 |    100 |     1 || Corenc : 100, 100, 0, 0 lieu
    Poisat  |  1000 |     60 |     0 || Meylan : 100, 0, 100, 0 lieu
    Meylan  |  9000 |    200 |   0.5 || ensemble : 200, 100, 100, 0 lieu
    """

    def call(t: dict[str, Any]) -> list[str]:
        gap_map = gaps.gaps(filtered(t, at("Poisat", 1000, "formation")))
        rows = [*gap_map.zones, gap_map.total]
        lines = [zone.gaps["formation"] for zone in rows]
        return [
            f"{zone.name or 'ensemble'} : {line.reach.need.value:.0f}, {line.reach.reached.value:.0f},"
            f" {line.reach.missing.value:.0f}, {line.inside} lieu"
            for zone, line in zip(rows, lines, strict=True)
        ]

    spec(call)


def test_what_if_and_siting_count_the_filter_too(spec):
    """Ouvrir un lieu à Meylan y rend l’offre à 100 personnes du filtre, pas à 200 ; à Poisat, à personne.

    zone    | metre | besoin | gardé
    --------+-------+--------+------
    Corenc  |     0 |     10 |     1
    Poisat  | 20000 |    600 |     0
    Meylan  |  9000 |    200 |   0.5
    """

    def call(t: dict[str, Any]) -> list[str]:
        g = filtered(t)
        new = [Place(id="+", lon=spot(9000).lon, lat=45.0, offers=frozenset({"formation"}))]
        best = siting.best(g, "formation", [spot(20_000), spot(9000)], 1)
        return [
            f"ouvert : {what_if.opened(g, 'formation', new).total.moved.value:.0f}",
            f"le mieux : {best.spots[0].spot.name}, {best.gained.value:.0f}",
        ]

    spec(call, ["ouvert : 100", "le mieux : point 9000, 100"])


# ------------------------------------------------------------------- every filter, every output, on real data


def _half() -> Inside:
    """A filter that keeps a part of some quarters, as the contours of districts do."""
    iris = frames.sources().rp2021
    rows = np.flatnonzero(iris["commune"] == MAUBEUGE)
    share = np.zeros(len(iris))
    share[rows[:4]], share[rows[4:8]] = 1.0, 0.4
    return Inside(id="moitie", label="Un morceau de Maubeuge", share=share, source="essai", doubt="essai.")


FILTERS = {"qpv-communes": filters.built_in()["qpv-communes"], "en partie": _half}


@pytest.fixture(scope="module")
def places() -> census.Census:
    rng = np.random.default_rng(5)
    spots = rng.uniform((3.90, 50.25), (4.02, 50.31), (12, 2))
    return census.census(
        "essai",
        [
            {
                "id": f"l{k}",
                "nom": f"Lieu {k}",
                "code_insee": MAUBEUGE,
                "longitude": float(lon),
                "latitude": float(lat),
                **({} if k % 4 == 0 else {"practices": {"formation": {"state": "offered"}}}),
            }
            for k, (lon, lat) in enumerate(spots)
        ],
    )


@pytest.fixture(scope="module", params=FILTERS)
def study(request, places):
    inside = FILTERS[request.param]()
    filtered_request = request_of(MAUBEUGE, n_draws=100, inside=inside)
    d = diagnose(filtered_request)
    return d, census.offered(filtered_request, d, places), inside


def test_every_output_of_every_filter_speaks_of_the_filtered_people(study):
    """JSON, CSV, GeoJSON, pages, phrases et cartes : le besoin de l’offre est le besoin de l’étude, zone par
    zone ; hors du filtre, il n’y a pas d’offre, et c’est dit.
    """
    d, o, inside = study
    filtered_zones = {r.zone.code for r in d.zones if r.share_inside > 0}
    document = study_json.document(d, o)
    need = document["besoins"]["precarite_numerique"]["valeur"]
    for line, figures in document["offre"]["portee"].items():
        assert figures["besoin"]["valeur"] == pytest.approx(need, rel=1e-5), line
        bounds = [figures["hors_de_portee"][end] for end in ("bas", "haut")]
        assert None in bounds or bounds[0] <= need
    for zone in document["zones"]:
        if zone["code"] in filtered_zones:
            own = zone["precarite_numerique"]["valeur"]
            for figures in zone["portee"].values():
                assert figures["besoin"]["valeur"] == (own if own is None else pytest.approx(own, rel=1e-5))
        else:
            assert zone["offre"] is None
            assert zone["manques"] == []
            assert "portee" not in zone
    table = study_json.table(d, o).decode().splitlines()
    for row in table[1:]:
        code = row.split(",")[0]
        assert ("Hors du filtre" in row) == (code not in filtered_zones)
    read: OfferReading = offer.read(o)
    assert set(read.zones) == filtered_zones
    assert {zone.code for each in read.lists for zone in each.zones} <= filtered_zones
    assert inside.label in read.filter
    assert any(inside.label in text for text in read.cautions)
    assert ("qu’en partie" in read.filter) == (o.cut > 0)
    if d.is_drawable:
        drawn = atlas.gap_maps(d, o)["manque-formation"]
        assert drawn.count("hors du filtre</title>") == len(d.zones) - len(filtered_zones)
    assert sum(o.counts.n_places[code] for code in filtered_zones) <= len(o.census.places)


def test_a_filter_that_keeps_nobody_is_refused_in_french():
    """Un filtre qui ne garde personne est refusé avant tout calcul, en trois phrases."""
    with pytest.raises(Refused, match="ne garde personne ici") as refused:
        request_of(MAUBEUGE, inside=filters.built_in()["petites-communes"]())
    assert refused.value.why == "Aucun habitant de Maubeuge n’y répond : tout serait à zéro."
    assert "filtre" in refused.value.do
    assert replace(filters.built_in()["qpv-communes"]()).share[request_of(MAUBEUGE).zoning.rows].all()
