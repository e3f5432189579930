"""Ce que la carte et les listes de l’offre disent d’un territoire de trois départements, où des lieux se taisent."""

import csv
import html
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from maillage.publishing.page.blocks import Cell, Grid, without_empty_columns
from maillage.publishing.territory import atlas, offer, presentation, study_json
from maillage.reference.definitions import DEFAULT, definition
from maillage.reference.travel import BICYCLE, CAR, FOOT, STREET_MODES, WHEELCHAIR
from maillage.sources import contours
from maillage.statistics.diagnosis.diagnosis import diagnose
from maillage.statistics.diagnosis.request import Request
from maillage.statistics.diagnosis.results import Diagnosis
from maillage.statistics.need import population as frames
from maillage.statistics.offer import census
from maillage.statistics.offer.census import Offered
from maillage.statistics.study import Study
from maillage.statistics.zones import zoning
from maillage.statistics.zones.territories import gazetteer
from tests.support.studies import request_of, studied

title = "La carte de l’offre, et ses listes"

REDON = "243500741"  # an intercommunalité of three départements
REDON_COMMUNE, LOIRE, MORBIHAN = "35236", "44185", "56001"  # Redon, Saint-Nicolas-de-Redon, Allaire
BEYOND, NANTES = "56135", "44109"
BAINS = "35013"  # Bains-sur-Oust
MIDDLE = {
    REDON_COMMUNE: (47.6520, -2.0850),
    LOIRE: (47.6440, -2.0720),
    MORBIHAN: (47.6375, -2.1640),
    "56232": (47.6680, -2.1080),  # Saint-Perreux
    "35219": (47.8080, -1.9450),  # Pipriac
    "44128": (47.5400, -1.8050),  # Plessé
    "38185": (45.1900, 5.7200),  # Grenoble
    "35238": (48.1100, -1.6700),  # Rennes
    BAINS: (47.7000, -2.1100),
    BEYOND: (47.6600, -2.3400),  # within the box that is read, out of the drawing
}


def sheet(id: str, commune: str, precision: float = 0.0, **practices: dict[str, Any]) -> dict[str, Any]:
    """The sheet of a place in the middle of a commune, known within some metres; without any practice, it says
    nothing of its offer.
    """
    latitude, longitude = MIDDLE[commune]
    return {
        "id": id,
        "nom": id,
        "code_insee": commune,
        "latitude": latitude,
        "longitude": longitude,
        "precision": precision,
        **(
            {
                "practices": {
                    name: {"state": "offered", **conditions} for name, conditions in practices.items()
                }
            }
            if practices
            else {}
        ),
    }


def the_places(**silent: dict[str, Any]) -> list[dict[str, Any]]:
    """Every place of the census; silent: what the places that say nothing would say if they spoke."""
    return [
        sheet("Dedans", REDON_COMMUNE, wifi={"endroit": ["indoor"]}, formation={"prescription": True}),
        sheet("Dehors", LOIRE, wifi={"endroit": ["outdoor"]}),
        sheet("Partout", "56232", wifi={"endroit": ["indoor", "outdoor"]}, formation={"prescription": False}),
        sheet("Sans détail", "35219", wifi={}, formation={}),
        sheet("Muet", MORBIHAN, **silent),
        sheet("À peu près", "44128", precision=3000, wifi={"endroit": ["indoor"]}),
        sheet("À côté", BEYOND, wifi={"endroit": ["indoor"]}),
    ]


@pytest.fixture(scope="module")
def d() -> Diagnosis:
    """The diagnosis of Redon by commune, from a file of zones: its lists are by commune too."""
    territory, iris = gazetteer().get(REDON), frames.sources().rp2021
    usual = zoning.usual(territory, iris)
    codes = sorted(set(iris["commune"][usual.rows].tolist()))
    names = dict(zip(*(frames.sources().communes[name].tolist() for name in ("code", "name")), strict=True))
    lines = ["code_zone,nom_zone,code", *(f"{code},{names[code]},{code}" for code in codes)]
    cut = zoning.from_file("\n".join(lines).encode(), name="zones.csv", territory=territory, iris=iris)
    request = Request(
        territory=territory, zoning=cut, definition=definition(DEFAULT), n_draws=20, travel=FOOT.id
    )
    return diagnose(request)


def offered(d: Diagnosis, sheets: list[dict[str, Any]]) -> Offered:
    offered_places = census.offered(d.request, d, census.census("essai", sheets))
    assert offered_places is not None
    return offered_places


@pytest.fixture(scope="module")
def o(d: Diagnosis) -> Offered:
    return offered(d, the_places())


def drawn_zones(svg: str) -> Iterator[tuple[str, str, bool]]:
    """Yield the code of each zone of a map, its class of style, and whether it is hatched."""
    for code, drawing in re.findall(r'<g class="z" data-zone="(\w+)">(.*?)</g>', svg):
        kind = re.search(r'class="zone (\w+)"', drawing)
        assert kind is not None
        yield code, kind[1], "-doute)" in drawing


def test_the_map_of_a_zone_numbers_the_places_whose_address_is_known(d, o):
    """La fiche d’une zone nomme ses lieux ; sa carte porte leurs numéros, sauf celui dont seule la commune est connue."""
    sheets = {each.code: each.places for each in (offer._zone(o, zone) for zone in o.gaps.zones)}
    assert sheets["35236"] == ("Dedans",)
    assert sheets["44128"] == ("À peu près",)
    number = r'<g class="repere-lieu"><title>([^<]*)</title>.*?>(\d+)</text></g>'
    redon_map, vague = atlas.sheet_map(d, "35236", o), atlas.sheet_map(d, "44128", o)
    assert (re.findall(number, redon_map), re.findall(number, vague)) == ([("Dedans", "1")], [])
    assert (
        atlas.sheet_map(d, "35236").count("</text>") == re.sub(number, "", redon_map).count("</text>") + 1
    )  # its name


def test_a_zone_is_hatched_where_silence_leaves_its_class_unknown(d, o):
    """Une zone est hachurée là où sa teinte dépend de ce qu’un lieu ne dit pas ; ailleurs, le silence ne change rien.

    La carte est comparée à deux autres : celle où le lieu muet propose la formation, celle où il dit ne pas la
    proposer.
    """
    kind_by_zone = {
        code: (kind, hatched) for code, kind, hatched in drawn_zones(atlas.gap_maps(d, o)["manque-formation"])
    }
    gives, denies = (
        {code: kind for code, kind, hatched in drawn_zones(atlas.gap_maps(d, spoken)["manque-formation"])}
        for spoken in (offered(d, the_places(formation={})), offered(d, the_places(wifi={})))
    )
    moved = {code for code in kind_by_zone if gives[code] != denies[code]}
    hatched = {code for code, (_, doubtful) in kind_by_zone.items() if doubtful}
    assert MORBIHAN in moved
    assert moved <= hatched
    for code, (kind, doubtful) in kind_by_zone.items():
        assert kind <= min(gives[code], denies[code])
        if not doubtful:
            assert kind == gives[code] == denies[code]
    assert not hatched & {REDON_COMMUNE, "35219", "44128"}


def test_the_darkest_zones_are_named_first(d, o):
    """Sur la carte d’un manque, une zone peu peuplée où l’aide est loin passe avant les noms de villes bien servies."""
    code_of = {r.zone.name: r.zone.code for r in d.zones}
    for svg in atlas.gap_maps(d, o).values():
        kinds = {code: kind for code, kind, _ in drawn_zones(svg)}
        named = [
            kinds[code_of[html.unescape(name)]] for name in re.findall(r'<text class="nom[^>]*>([^<]*)<', svg)
        ]
        assert named == sorted(named, reverse=True)
        assert named[0] == max(kinds.values())


def test_communes_without_a_known_place_are_the_dark_ones(d, o):
    """Les communes sans lieu connu ont leur carte et leur liste ; un lieu dont on ne sait rien d’autre en est un."""
    kinds = {code: kind for code, kind, _ in drawn_zones(atlas.bare_map(d, o)[atlas.BARE])}
    with_place = {REDON_COMMUNE, LOIRE, "56232", "35219", MORBIHAN, "44128"}
    assert {code for code, kind in kinds.items() if kind == "m1"} == with_place
    bare = offer.read(o).bare
    assert {code for code, kind in kinds.items() if kind == "m4"} == {each.code for each in bare}
    assert all(each.people for each in bare), "who lives there, not a name alone"
    assert any(each.people.startswith(("environ", "entre")) for each in bare)
    assert not any("personnes" in each.people and "concernées" not in each.people for each in bare)


def test_a_line_that_no_place_mentions_has_no_map(d, o):
    """Une offre dont le recensement ne parle pas n’a pas de carte : toute teinte y serait inventée."""
    assert set(atlas.gap_maps(d, o)) == {"manque-wifi", "manque-formation"}


def test_each_place_is_marked_with_how_it_offers_the_wifi(spec, d, o):
    """Un rond par lieu qui propose l’offre et dont l’adresse est connue : dedans, dehors, les deux, ou non dit.

    Un lieu connu à 3 km près, ou hors du dessin, n’a pas de rond ; un lieu qui n’offre pas n’en a pas non plus.

    offre     | lieu         || réponse
    ----------+--------------++------------------------------------------------
    wifi      | Dedans       || Dedans : en intérieur (dedans)
    wifi      | Dehors       || Dehors : en plein air (dehors)
    wifi      | Partout      || Partout : en intérieur et en plein air (dehors)
    wifi      | Sans détail  || Sans détail : ne dit pas comment (non-dit)
    wifi      | À peu près   || aucun rond
    wifi      | À côté       || aucun rond
    wifi      | Muet         || aucun rond
    formation | Dedans       || Dedans : sous conditions (conditions)
    formation | Dehors       || aucun rond
    formation | Partout      || Partout : tout public (tous)
    formation | Sans détail  || Sans détail : ne dit pas comment (non-dit)
    """

    def call(line, place):
        maps = atlas.gap_maps(d, o)
        marks = {
            line: dict(
                reversed(mark)
                for mark in re.findall(
                    r'<circle class="lieu-point ([\w-]*)"[^>]*><title>([^<]*)</title>', maps[f"manque-{line}"]
                )
            )
            for line in ("wifi", "formation")
        }
        assert len(marks["wifi"]) == 4
        assert len(marks["formation"]) == 3
        own = [(words, mark) for words, mark in marks[line].items() if words.startswith(f"{place} : ")]
        return ", ".join(f"{words} ({mark})" for words, mark in own) or "aucun rond"

    spec.rows(call)


def test_communes_where_a_place_is_silent_are_listed_apart(d, o):
    """« On ne sait pas » ne nomme que les communes où un lieu se tait ; « sans », que celles où personne ne l’offre."""
    (training,) = [each for each in offer.read(o).communes if each.offer.startswith("Formation")]
    assert training.unknown == ("Allaire",)
    assert {"Plessé", "Saint-Nicolas-de-Redon"} <= set(training.without)
    assert not {"Redon", "Saint-Perreux", "Pipriac", "Allaire"} & set(training.without)
    assert len(training.without) == len(d.zones) - 4


def test_a_column_that_says_nothing_is_not_printed():
    """Trois colonnes « Entre », vides de haut en bas."""
    rows = ((Cell(text="Wifi"), Cell(), Cell(text="3")), (Cell(text="Formation"), Cell(), Cell()))
    columns, widths = ("Offre", "Entre", "Lieux"), (2.0, 1.0, 1.0)
    table = without_empty_columns(Grid(caption="", columns=columns, align="gcd", rows=rows, widths=widths))
    assert (table.columns, table.align, table.widths) == (("Offre", "Lieux"), "gd", (2.0, 1.0))
    assert [[cell.text for cell in row] for row in table.rows] == [["Wifi", "3"], ["Formation", ""]]


# ------------------------------------------------------------------------------- the border of a département


def test_a_box_finds_the_communes_of_each_departement_it_covers():
    """Le voisinage d’un lieu ne s’arrête pas à son département."""
    latitude, longitude = MIDDLE[LOIRE]
    communes = contours.communes_in(longitude - 0.05, latitude - 0.05, longitude + 0.05, latitude + 0.05)
    assert {REDON_COMMUNE, LOIRE, "56232"} <= communes
    assert {code[:2] for code in communes} == {"35", "44", "56"}
    assert NANTES not in communes


def test_people_around_a_commune_are_those_of_three_departements():
    """Les voisins de Redon, qui vont à pied aux mêmes lieux, habitent l’Ille-et-Vilaine, la Loire-Atlantique et le
    Morbihan.
    """
    communes = census.communes_within_travel(request_of(REDON_COMMUNE))
    assert {REDON_COMMUNE, LOIRE, "56232"} <= communes
    assert NANTES not in communes
    assert communes > {REDON_COMMUNE}


def test_a_place_is_within_reach_across_the_border():
    """Un lieu de Loire-Atlantique, à 1 km de Redon, est à portée de ses habitants d’Ille-et-Vilaine : ils y ont le
    wifi. Il n’est pas compté parmi les lieux de Redon.
    """
    alone = studied(REDON_COMMUNE)
    near = offered(alone, [sheet("Dehors", LOIRE, wifi={}), sheet("Rennes", "35238", wifi={})])
    assert near.counts.n_places[""] == 0
    assert near.gaps.total.gaps["wifi"].inside == 0
    assert near.gaps.total.gaps["wifi"].reach.reached.value > 100
    assert 0 < near.border.share < census.MOST_REACHED
    beyond = census.census("essai", [sheet("Dehors", LOIRE, wifi={})])
    assert census.offered(alone.request, alone, beyond) is None, (
        "quelques lieux d’à côté ne disent pas ce qu’il y a dans un département dont aucun n’est recensé"
    )


def test_a_directory_of_elsewhere_says_nothing_of_here(d):
    """Un annuaire sans lieu dans le département, ni à pied de la plupart des habitants, ne dit pas que personne n’a rien : l’offre n’est
    pas recensée ici. Dès qu’un lieu du département y est, même loin, le manque se compte.
    """
    elsewhere = census.census("essai", [sheet("Barnave", "38185", wifi={})])
    assert census.offered(d.request, d, elsewhere) is None
    far = offered(d, [sheet("Barnave", "38185", wifi={}), sheet("Rennes", "35238", wifi={})])
    assert far.counts.n_places[""] == 0
    assert far.gaps.total.gaps["wifi"].inside == 0


def test_the_need_of_a_territory_is_that_of_its_parts_in_each_departement(d):
    """Le besoin de l’intercommunalité est la somme de ses communes d’Ille-et-Vilaine, de Loire-Atlantique et du
    Morbihan : aucune n’est laissée de l’autre côté d’une limite.
    """
    parts = [sum(r.need.value for r in d.zones if r.zone.code[:2] == code) for code in ("35", "44", "56")]
    assert min(parts) > 500
    assert sum(parts) == pytest.approx(d.need.value)


def test_a_departement_of_which_the_census_says_nothing_is_named(d, o):
    """Un recensement qui ne connaît aucun lieu d’un département le dit, et combien d’habitants y vivent : ce qui leur manque n’est
    pas compté. Un département dont il connaît un lieu n’est pas nommé.
    """
    assert (o.border.unlisted, offer.unlisted_words(o)) == ((), ""), "chaque département a un lieu"
    one = offered(d, [sheet("Rennes", "35238", wifi={})])
    assert one.border.unlisted == ("44", "56")
    communes, iris = frames.sources().rp2021["commune"], frames.sources().rp2021
    in_territory = np.isin(np.arange(len(communes)), d.request.zoning.rows)
    there = [code.startswith(("44", "56")) for code in communes.tolist()]
    assert one.border.alone == pytest.approx(iris["pop"][in_territory & there].sum(), rel=0.02)
    words = offer.unlisted_words(one).replace("\xa0", " ")
    assert words.startswith("Départements non recensés : Loire-Atlantique et Morbihan.")
    assert words.endswith("Ce n’est pas une absence.")
    few = offer.unlisted_words(replace(one, border=replace(one.border, alone=1.2)))
    assert "manquer à l’habitant qui y vit, et à l’ensemble" in few
    assert words in [each.replace("\xa0", " ") for each in offer.cautions(one)]
    presented_offer = presentation.present(Study(d, one, (), (), None), fingerprint="").offer
    assert presented_offer is not None and {code[:2] for code in presented_offer.zones} == {"35"}, (
        "rien n’est dit des zones d’à côté"
    )
    assert {code[:2] for code in presented_offer.unlisted_zones} == {"44", "56"}
    assert {zone.code[:2] for each in presented_offer.lists for zone in each.zones} == {"35"}
    drawn = {code: kind for code, kind, _ in drawn_zones(atlas.gap_maps(d, one)["manque-wifi"])}
    assert {kind for code, kind in drawn.items() if code[:2] != "35"} == {"inconnue"}
    assert {kind for code, kind in drawn.items() if code[:2] == "35"} != {"inconnue"}
    written = study_json.document(d, one)
    uncovered_zones = [zone for zone in written["zones"] if zone["code"][:2] != "35"]
    assert uncovered_zones and all(
        zone["offre"] is None and not zone["manques"] for zone in uncovered_zones
    ), "un zéro y serait une absence"
    assert {zone["motif_offre"] for zone in uncovered_zones} == {offer.UNLISTED}
    assert {code[:2] for each in written["offre"]["listes"] for code in each["zones"]} == {"35"}
    assert written["offre"]["departements_non_recenses"] == ["44", "56"]
    rows = list(csv.DictReader(io.StringIO(study_json.table(d, one).decode())))
    assert {row["offre_wifi"] != "" for row in rows if row["code"][:2] == "35"} == {True}
    assert {(row["offre_wifi"], row["hors_de_portee_wifi"]) for row in rows if row["code"][:2] != "35"} == {
        ("", "")
    }
    assert all(offer.UNLISTED in row["motif"] for row in rows if row["code"][:2] != "35")
    both = offered(d, [sheet("Rennes", "35238", wifi={}), sheet("Dehors", LOIRE, wifi={})])
    assert both.border.unlisted == ("56",)


@pytest.mark.parametrize("mode", [FOOT, CAR])
def test_a_departement_without_any_place_is_named_however_one_travels(d, mode):
    """En voiture, la plupart ont un lieu dans un département voisin, et leur portée est comptée : que leur département
    n’est pas recensé se dit encore.
    """
    travelled = replace(d, request=replace(d.request, travel=mode.id))
    one = offered(travelled, [sheet("Dedans", REDON_COMMUNE, wifi={}), sheet("Bains", BAINS, wifi={})])
    assert {*one.border.unlisted, *one.border.neighbour_served} == {"44", "56"}
    words = " ".join(offer.cautions(one))
    assert "Loire-Atlantique" in words and "Morbihan" in words
    assert one.border.neighbour_served == (("56",) if mode is CAR else ())


@pytest.mark.parametrize("mode", STREET_MODES)
def test_what_counting_everybody_by_one_way_supposes_is_written(d, mode):
    """Personne ne lit « 14 000 personnes sans lieu à portée de fauteuil roulant » comme un nombre de fauteuils."""
    one = offered(replace(d, request=replace(d.request, travel=mode.id)), [sheet("Bains", BAINS, wifi={})])
    words = {FOOT: "", CAR: "n’a pas de voiture", BICYCLE: "à vélo", WHEELCHAIR: "combien de personnes"}
    supposed = words[mode]
    written = presentation.present(Study(d, one, (), (), None), fingerprint="").offer
    assert written is not None and supposed in written.as_if and bool(supposed) == bool(written.as_if)
    assert not supposed or written.as_if in written.cautions
