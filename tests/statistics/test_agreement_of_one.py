"""One is singular wherever a report counts, and none is not « aucun » beside somebody."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import shapely

from maillage.publishing.directory import census, numbered_map
from maillage.publishing.page.blocks import Grid
from maillage.publishing.territory import atlas, field, presentation, sentences
from maillage.publishing.territory.chapters import sections, zones
from maillage.publishing.territory.services import ServicesReading
from maillage.reference.definitions import DEFAULT, definition
from maillage.statistics.diagnosis import diagnosis
from maillage.statistics.diagnosis.request import Request
from maillage.statistics.need import population
from maillage.statistics.study import Study
from maillage.statistics.zones import zoning
from maillage.statistics.zones.territories import gazetteer
from tests.support.studies import studied


@pytest.fixture(scope="module")
def d():
    return studied("38151")


def plain(text: str) -> str:
    return text.replace("\xa0", " ")


@pytest.mark.parametrize(
    ("rest", "sentence"),
    [
        (1, "L’autre : tableau des zones, joint à l’étude."),
        (2, "Les 2 autres : tableau des zones, joint à l’étude."),
    ],
)
def test_zones_that_a_table_leaves_out(d, monkeypatch, rest, sentence):
    monkeypatch.setattr(sections, "MOST_ROWS", len(d.zones) - rest)
    read = presentation.present(Study(d, None, (), (), None), fingerprint="")
    assert plain(zones.zone_chapter(d, read, {}, {}).lead).endswith(sentence)


def test_a_table_of_a_few_zones_keeps_those_that_surely_hold_more(d, monkeypatch):
    """Soixante-sept lignes tenaient trois pages ; les douze gardées ne perdent pas la petite zone que le texte nomme."""
    monkeypatch.setattr(sections, "MOST_ROWS", 3)
    read = presentation.present(Study(d, None, (), (), None), fingerprint="")
    plain_zones = tuple(replace(zone, is_likely=False) for zone in read.zones)
    first, second, *_, last = plain_zones
    named = replace(read, zones=plain_zones, above=(last.code,))
    assert sections.first_zones(named) == [first, second, last]


def test_the_sentence_of_the_index_names_what_its_zones_have(d):
    """The sentence was fixed: it spoke of the RSA where no zone has it."""
    poorer = tuple(
        replace(zone, index_levels={id: at for id, at in zone.index_levels.items() if id != "rsa"})
        for zone in d.zones
    )
    assert "RSA" in zones._index_variables(d)
    assert "RSA" not in zones._index_variables(replace(d, zones=poorer))


@pytest.mark.parametrize(("n", "sentence"), [(13, "et 1 autre."), (14, "et 2 autres.")])
def test_zones_that_a_map_does_not_name(d, n, sentence):
    (one, *_) = d.zones
    many = replace(
        d, zones=(replace(one, social_class="tres_forte", social_odds=(0.0, 0.0, 0.0, 0.0, 1.0)),) * n
    )
    assert sentence in plain(atlas.description(many, "sociale"))


@pytest.mark.parametrize(("n", "words"), [(1, "Lieu 4 et Lieu 5"), (2, "Lieu 4 et 2 autres")])
def test_actors_that_a_dossier_does_not_name(n, words):
    rows = [
        census.Row(str(k), f"Lieu {k}", "59392", "", "", "association", {}, None)
        for k in range(field.MOST_NAMED + n)
    ]
    census_page = census.census_page(rows, inhabitants={}, names={}, on=date(2026, 11, 20))
    reading = field.FieldReading(
        census=census_page,
        method=(),
        services=ServicesReading((), "", ""),
        actions=(),
        grid=(),
        map_address="",
    )
    (table,) = [block for block in field.chapters(reading)[0].blocks if isinstance(block, Grid)]
    assert plain(table.rows[0][-1].text).endswith(words)
    assert ("l’annuaire" in table.note) == (n > 1)


@pytest.mark.parametrize(
    ("left_out", "sentence"),
    [((0, 300.0), "300 habitants en sont absents."), ((0, 1.0), "1 habitant en est absent."),
     ((1, 900.0), "1 commune et 900 habitants en sont absents.")],
)  # fmt: skip
def test_what_zones_of_ones_own_leave_out(d, left_out, sentence):
    own = replace(d.request, zoning=replace(d.request.zoning, kind="file"))
    warned = map(plain, sentences.warnings(replace(d, request=own, left_out=left_out)))
    assert f"Le périmètre étudié ne couvre pas tout le territoire : {sentence}" in list(warned)


def test_a_commune_in_for_a_part_is_not_absent():
    """Des zones de Grenoble laissent des quartiers de côté : la commune, elle, n’est pas absente de son étude."""
    iris = population.sources().rp2021
    codes = iris["iris"][iris["commune"] == "38185"][:2].tolist()
    drawn = "code_zone,nom_zone,code\n" + "".join(f"z{k},Zone {k},{code}\n" for k, code in enumerate(codes))
    territory = gazetteer().get("38185")
    cut = zoning.from_file(drawn.encode(), name="zones.csv", territory=territory, iris=iris)
    result = diagnosis.diagnose(
        Request(territory=territory, zoning=cut, definition=definition(DEFAULT), n_draws=20)
    )
    communes, people = result.left_out
    assert (communes, people) == (0, pytest.approx(float(iris["pop"][cut.left_out].sum())))
    assert np.isin(cut.left_out, cut.rows).sum() == 0


@pytest.mark.parametrize(
    ("n", "sentence"), [(1, "1 numéro, celui de la liste."), (2, "2 numéros, ceux de la liste.")]
)
def test_numbers_of_a_map(n, sentence):
    areas = {"A": shapely.box(5.0, 45.0, 5.1, 45.1)}
    marks = [(k, 5.02 + 0.06 * (k - 1), 45.05, "A") for k in range(1, n + 1)]
    drawn = numbered_map.draw(areas, inside=[], marks=marks, title="Les lieux", id="m", tallest=1.0)
    assert sentence in plain(drawn)
