"""The same people in the study of their commune, of their intercommunalité, of their département, in a cut of
one’s own: what is very likely in one is not denied in another, and the map of a study says what its table says.
"""

import re
from dataclasses import replace
from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pytest

from maillage.publishing.territory import atlas, main_findings, presentation, sentences
from maillage.publishing.territory.labels import names_of
from maillage.reference.definitions import DEFAULT, definition
from maillage.reference.parameters import number
from maillage.statistics import study
from maillage.statistics.diagnosis import diagnosis
from maillage.statistics.diagnosis.request import Request, model_of
from maillage.statistics.diagnosis.results import Spread
from maillage.statistics.need import population
from maillage.statistics.need.model import country_frame
from maillage.statistics.need.social import index_of
from maillage.statistics.study import Study
from maillage.statistics.zones import zoning
from maillage.statistics.zones.territories import gazetteer
from maillage.words.wording import NBSP

TOWN, EPCI, DEPARTEMENT = "01053", "200071751", "01"  # Bourg-en-Bresse, its agglomération, Ain
PAIRS = {
    "vennes": ("010530401", "010530402"),
    "reyssouze": ("010530602", "010530603"),
    "gare": ("010530301",),
}
STRONG_DIGITAL, STRONG_SOCIAL = ("numerique", "les_deux"), ("sociale", "les_deux")


@pytest.fixture(scope="module")
def cuts():
    """Return the diagnosis of each cut, by name."""
    iris = population.sources().rp2021
    rows = "".join(f"{code},{code},{area}\n" for code, areas in PAIRS.items() for area in areas)
    own = zoning.from_file(
        f"code_zone,nom_zone,code\n{rows}seillon,seillon,01108\nceyz,ceyz,01072\npol,pol,01301\n".encode(),
        name="zones.csv",
        territory=gazetteer().get(EPCI),
        iris=iris,
    )
    territories = {code: gazetteer().get(code) for code in (TOWN, EPCI, DEPARTEMENT)}
    requests = {
        name: Request(territory=territory, zoning=cut, definition=definition(DEFAULT), n_draws=100)
        for name, territory, cut in (
            *((code, place, zoning.usual(place, iris)) for code, place in territories.items()),
            ("own", territories[EPCI], own),
        )
    }
    model = model_of(requests[TOWN])
    return {name: diagnosis.diagnose(request, model=model) for name, request in requests.items()}


def claims(d):
    """Return, for each zone named in a sentence at “probablement”, its areas and its cell."""
    return [(frozenset(r.zone.rows.tolist()), r.cell) for r in d.zones if r.is_likely]


def is_denied(rows, strong, named):
    """Return True if the zones that another cut names make up these areas, all of them on the other side."""
    inside = [(areas, cell) for areas, cell in named if areas <= rows]
    union = frozenset().union(*(areas for areas, _ in inside)) if inside else frozenset()
    return union == rows and all((cell in strong[1]) != strong[0] for _, cell in inside)


def test_no_cut_denies_what_another_finds_very_likely(cuts):
    for (first, one), (second, other) in combinations(cuts.items(), 2):
        for zones, in_other_cut in ((claims(one), claims(other)), (claims(other), claims(one))):
            for rows, cell in zones:
                for side in (STRONG_DIGITAL, STRONG_SOCIAL):
                    assert not is_denied(rows, (cell in side, side), in_other_cut), (
                        first,
                        second,
                        rows,
                        cell,
                    )


def test_some_zone_is_named_in_a_cut(cuts):
    assert claims(cuts[EPCI]) and claims(cuts[DEPARTEMENT])


def social(r):
    return (r.index, r.index_bounds, r.index_of_town, r.social_class, r.social_odds)


def test_the_social_index_of_a_place_is_the_same_in_every_cut(cuts):
    by_cut = {name: {tuple(r.zone.rows.tolist()): r for r in d.zones} for name, d in cuts.items()}
    n_compared = 0
    for one, other in combinations(by_cut.values(), 2):
        for rows in one.keys() & other.keys():
            n_compared += 1
            for first, second in zip(social(one[rows]), social(other[rows]), strict=True):
                assert first == (pytest.approx(second) if not isinstance(second, str) else second)
    assert n_compared > 90
    iris = population.sources().rp2021
    rows = np.flatnonzero(iris["departement"] == DEPARTEMENT)
    quarters = zoning.by("iris", rows, iris).zones
    of_departement = index_of(quarters, country_frame(), population.sources())
    centres = dict(zip([zone.code for zone in quarters], of_departement.index.centre.tolist(), strict=True))
    for r in cuts[EPCI].zones:
        assert r.index is None or r.index == pytest.approx(centres[r.zone.code]), r.zone.code


def test_the_quarters_of_a_town_differ_in_the_study_of_its_agglomeration(cuts):
    quarters = {r.zone.name: r for r in cuts[EPCI].zones if r.zone.place == "Bourg-en-Bresse"}
    assert len({round(r.index, 3) for r in quarters.values()}) == 18
    assert {r.index_levels["rsa"] for r in quarters.values()} == {"iris"}
    assert {r.index_levels["revenu"] for r in quarters.values()} == {"commune"}
    assert (quarters["Mail"].social_class, quarters["Baudières"].social_class) == ("tres_forte", "moyenne")
    assert quarters["Baudières"].social_firmness < number("protection/firm_class"), (
        "its interval crosses a bound"
    )


def test_a_map_draws_its_main_town_again_with_every_quarter(cuts):
    """Sur la carte de 74 communes, les 18 quartiers de Bourg tenaient dans un timbre."""
    drawn = atlas.layers(cuts[EPCI])
    quarters = {r.zone.code for r in cuts[EPCI].zones if r.zone.place == "Bourg-en-Bresse"}
    for layer in ("numerique", "les-deux"):
        town = drawn[layer + atlas.TOWN]
        assert set(re.findall(r'data-zone="(\d+)"', town)) == quarters
        assert "Bourg-en-Bresse, en plus grand : 18 quartiers" in town.replace(NBSP, " ")
        assert 'class="choisie"' in drawn[layer], "the map of the whole shows where it is"
    assert not [
        name for cut in (TOWN, "own") for name in atlas.layers(cuts[cut]) if name.endswith(atlas.TOWN)
    ]


def test_the_index_of_a_zone_is_the_mean_of_its_parts(cuts):
    by_area = {r.zone.code: r for r in cuts[EPCI].zones}
    for r in cuts["own"].zones:
        parts = [by_area[code] for code in PAIRS.get(r.zone.code, ()) if code in by_area]
        if parts:
            people = [part.population for part in parts]
            assert r.index == pytest.approx(np.average([part.index for part in parts], weights=people))
    assert None not in [r.index for r in cuts["own"].zones]


def test_the_first_sentence_names_nobody_for_the_size_of_a_zone(cuts):
    """Half of the need in 22 zones that hold half of the residents says nothing of where it is."""
    for d in (cuts[EPCI], cuts[TOWN]):
        first = sentences.summary(d, names_of)[0]
        assert first.startswith("Les personnes concernées sont réparties à peu près comme les habitants. ")
        assert "pour réunir la moitié" not in first
        need = sum(r.need.value for r in d.zones)
        for r in d.zones:
            if f"**{names_of(d, [r.zone.code])[0]}**" in first:
                assert r.need.value / need > r.population / d.population


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (
            "les_deux",
            "ont pourtant probablement une précarité numérique et une précarité sociale élevées",
        ),
        ("numerique", "ont pourtant probablement une précarité numérique élevée"),
        ("sociale", ""),
    ],
)
def test_zones_alike_here_and_high_against_france_share_a_sentence(cuts, cell, words):
    """« Réparties comme les habitants : répartir l’aide comme la population », au-dessus de neuf quartiers en précarité."""
    d = cuts[EPCI]
    high = [replace(r, cell=cell if i < 2 else None, cell_odds=0.99) for i, r in enumerate(d.zones)]
    where = replace(d.where, zones=(), verdict="reparti")
    alike = replace(d, zones=tuple(high), where=where, subtotals=())
    sentence = sentences.where(alike, names_of)
    assert "n’en compte sûrement plus que sa part d’habitants" in sentence
    assert all((f"**{name}**" in sentence) is bool(words) for name in names_of(d, [high[0].zone.code]))
    assert words in sentence and ("face à la France" in sentence) is bool(words)
    source = SimpleNamespace(producer="Ici", year=2026)
    finding = main_findings._where(SimpleNamespace(where_sentence=sentence, above=(), source=source))
    assert finding.calls.startswith("Répartir l’aide comme la population") is not bool(words)
    assert "**" not in finding.fact, "the zones of both precarities are named once, beside their map"


def test_communes_that_stand_out_are_named_where_no_zone_does(cuts):
    """Senones, 25 %, disparaissait de « Où ? » sous les secteurs de l’agglomération."""
    d = cuts[EPCI]
    area = next(one for one in d.subtotals if one.level == "commune")
    subtotals = (replace(area, name="Senones", is_above=True), replace(area, name="Raon", is_above=False))
    sentence = sentences.where(
        replace(d, where=replace(d.where, zones=(), verdict="reparti"), subtotals=subtotals), names_of
    )
    assert sentence.endswith("; par commune, **Senones** en compte sûrement plus.")
    source = SimpleNamespace(producer="Ici", year=2026)
    finding = main_findings._where(SimpleNamespace(where_sentence=sentence, above=(), source=source))
    assert "Senones" in finding.fact and finding.calls == "Renforcer d’abord l’aide dans ces communes."


def test_a_map_by_commune_says_what_the_table_says(cuts):
    """Nivigne was “les deux” on a map by commune, and nothing in the table by quarter under it."""
    d = cuts[EPCI]
    drawn = study._drawable(replace(d, shapes=replace(d.shapes, zones=(None,) * len(d.zones))))
    by_name = {r.zone.name: r for r in d.zones}
    classes = [
        [(r.digital_class, r.social_class, r.cell, r.cell_odds) for r in (zone, by_name[zone.zone.name])]
        for zone in drawn.zones
        if zone.zone.name in by_name
    ]
    assert len(classes) > 60
    assert all(on_map == in_table for on_map, in_table in classes)
    town = next(r for r in drawn.zones if r.zone.code == TOWN)
    assert (town.cell, town.digital_class, town.is_cut) == (None, None, True)


def test_the_quadrant_counts_every_resident(cuts):
    d = cuts[EPCI]
    read = presentation.present(Study(d, None, (), (), None), fingerprint="")
    assert sum(read.cell_shares.values()) == pytest.approx(1.0)
    printed = re.findall(r">((?:&lt;)?)\s?(\d+)\xa0%<", read.legend)
    assert len(printed) == 5 and sum(int(share) for under, share in printed if not under) == 100


def test_a_range_without_width_is_one_rounded_number(cuts):
    d = cuts[EPCI]
    still = replace(d.cell_spreads["les_deux"], residents=Spread(0.04564, 0.04564, 0.04564))
    read = presentation.present(
        Study(replace(d, cell_spreads=d.cell_spreads | {"les_deux": still}), None, (), (), None),
        fingerprint="",
    )
    text = read.both_residents.replace("\xa0", " ")
    assert text == "environ 6 100 habitants, soit environ 4,6 % de ceux du territoire"


def test_a_merged_commune_and_its_former_part_may_be_in_two_zones_of_a_file():
    iris = population.sources().rp2021
    dinan = gazetteer().get("200068989")
    content = (
        b"code_zone,nom_zone,code\nE,Est,22200\nA,Arguenon,22237\n"  # Pl\xc3\xa9ven, merged in 22237 in 2025
    )
    zones = zoning.from_file(content, name="zones.csv", territory=dinan, iris=iris).zones
    assert [set(iris["published"][zone.rows].tolist()) for zone in zones] == [{"22200"}, {"22237"}]


def test_a_merged_commune_is_counted_once_and_as_cut():
    iris = population.sources().rp2021
    cut = zoning.usual(gazetteer().get("200068989"), iris)
    today = zoning.communes_today(zone.code for zone in cut.zones)
    assert len(set(today)) == 64
    assert today.count("22237") == 2
