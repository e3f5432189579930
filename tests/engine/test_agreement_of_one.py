"""One is singular wherever a report counts, and none is not « aucun » beside somebody."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import shapely

from maillage.reference.definitions import DEFAULT, definition
from maillage.reports.directory import census, numbered_map
from maillage.reports.page.blocks import Grid
from maillage.reports.territory import atlas, field, presentation, sentences
from maillage.reports.territory.chapters import zones
from maillage.reports.territory.services import ServicesReading
from maillage.studies.diagnosis import diagnosis, zoning
from maillage.studies.diagnosis.request import Request
from maillage.studies.diagnosis.study import Study
from maillage.studies.diagnosis.territories import gazetteer
from maillage.studies.need import population
from maillage.studies.need.social_variables import BY_ID


@pytest.fixture(scope="module")
def d():
    territory = gazetteer().get("38151")
    cut = zoning.usual(territory, population.sources().rp2021)
    return diagnosis.diagnose(
        Request(territory=territory, zoning=cut, definition=definition(DEFAULT), n_draws=20)
    )


def plain(text: str) -> str:
    return text.replace("\xa0", " ")


@pytest.mark.parametrize(
    ("rest", "sentence"),
    [(1, "L’autre est dans les données jointes."), (2, "Les 2 autres sont dans les données jointes.")],
)
def test_zones_that_a_table_leaves_out(d, monkeypatch, rest, sentence):
    monkeypatch.setattr(zones, "LONGEST_TABLE", len(d.zones) - rest)
    read = presentation.present(Study(d, None, (), (), None), fingerprint="")
    assert plain(zones.zone_chapter(d, read, {}, {}).lead).endswith(sentence)


def test_the_sentence_of_the_index_names_what_its_zones_have(d):
    """The sentence was fixed: it spoke of the RSA where no zone has it. Each variable stands in the table too, or among
    those that its note leaves out.
    """
    poorer = tuple(
        replace(zone, index_levels={id: at for id, at in zone.index_levels.items() if id != "rsa"})
        for zone in d.zones
    )
    assert "RSA" in zones._index_variables(d)
    assert "RSA" not in zones._index_variables(replace(d, zones=poorer))
    read = presentation.present(Study(d, None, (), (), None), fingerprint="")
    table = zones._social(read)
    assert isinstance(table, Grid)
    for id in {id for zone in d.zones for id in zone.index_levels}:
        assert BY_ID[id].short in table.columns or BY_ID[id].label in table.note


@pytest.mark.parametrize(("n", "sentence"), [(13, "et 1 autre."), (14, "et 2 autres.")])
def test_zones_that_a_map_does_not_name(d, n, sentence):
    (one, *_) = d.zones
    many = replace(
        d, zones=(replace(one, social_class="tres_forte", social_odds=(0.0, 0.0, 0.0, 0.0, 1.0)),) * n
    )
    assert sentence in plain(atlas.description(many, "sociale"))


@pytest.mark.parametrize(("n", "sentence"), [(1, "1 autre acteur est"), (2, "2 autres acteurs sont")])
def test_actors_that_a_dossier_does_not_name(n, sentence):
    rows = [
        census.Row(str(k), f"Lieu {k}", "59392", "", "", "association", {}, None)
        for k in range(field.MOST_ACTORS + n)
    ]
    census_page = census.census_page(rows, inhabitants={}, names={}, on=date(2026, 11, 20))
    chapters = field.chapters(
        field.FieldReading(
            census=census_page,
            method=(),
            services=ServicesReading((), "", ""),
            actions=(),
            grid=(),
            map_address="",
        )
    )
    notes = [block.note for block in chapters[0].blocks if isinstance(block, Grid)]
    assert any(plain(note) == f"{sentence} sur la carte et dans l’annuaire." for note in notes)


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
