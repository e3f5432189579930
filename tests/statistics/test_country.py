"""Another country than France: a folder of its data is checked, then counted by two engines that agree."""

import csv
import shutil
from pathlib import Path

import duckdb
import numpy as np
import pytest

from maillage.kernel.errors import Refused
from maillage.kernel.estimate import Estimate
from maillage.reference.files import PROJECT
from maillage.statistics.country import card as cards
from maillage.statistics.country import diagnosis, engines, estimating
from maillage.statistics.country import pack as packs

SAMPLE = PROJECT / "data" / "pays" / "exemple"
LEVELS = ("area", "district", "province")


def rows(name: str) -> list[dict[str, str]]:
    with (SAMPLE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def stored(tmp_path: Path) -> tuple[cards.Pack, Path]:
    pack = cards.read(SAMPLE)
    packs.store(pack, tmp_path)
    return pack, tmp_path


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A country to damage."""
    return Path(shutil.copytree(SAMPLE, tmp_path / "pays"))


def by_hand(level: str) -> dict[str, dict[str, float]]:
    """Count the sample one line after another."""
    rate = {each["cell"]: float(each["rate"]) for each in rows("rates")}
    where = {each["code"]: each["code" if level == "area" else level] for each in rows("areas")}
    totals: dict[str, dict[str, float]] = {key: {"people": 0.0, "value": 0.0} for key in where.values()}
    for cell_row in rows("people"):
        one = totals[where[cell_row["area"]]]
        one["people"] += float(cell_row["persons"])
        one["value"] += float(cell_row["persons"]) * rate[cell_row["cell"]]
    return totals


def within_reach(reach: float) -> set[str]:
    """Find the areas that have a place within reach by looking at each pair."""
    points = [(float(each["latitude"]), float(each["longitude"])) for each in rows("places")]
    reached = set()
    for area in rows("areas"):
        y, x = float(area["latitude"]), float(area["longitude"])
        for north, east in points:
            high, wide = np.radians(north - y), np.radians(east - x)
            part = (
                np.sin(high / 2) ** 2
                + np.cos(np.radians(y)) * np.cos(np.radians(north)) * np.sin(wide / 2) ** 2
            )
            if 2 * 6_371_008.8 * np.arcsin(np.sqrt(part)) <= reach:
                reached.add(area["code"])
    return reached


def edit(path: Path, before: str, after: str) -> None:
    text = path.read_text("utf-8")
    assert before in text
    path.write_bytes(text.replace(before, after, 1).encode("utf-8", "surrogateescape"))


@pytest.mark.parametrize("level", LEVELS)
def test_a_country_counts_as_by_hand(stored, level):
    pack, folder = stored
    with engines.opened(engines.DUCKDB, folder) as engine:
        estimates = estimating.estimate(pack, folder, engine, level)
    expected = by_hand(level)
    assert estimates["code"].tolist() == sorted(expected)
    for row in estimates.rows():
        wanted = expected[row["code"]]
        assert row["people"] == pytest.approx(wanted["people"], rel=1e-12)
        if wanted["people"] < 50:
            assert np.isnan([row["value"], row["low"], row["high"], row["rank"], row["within"]]).all()
            assert row["warning"] == estimating.TOO_FEW
        else:
            assert row["value"] == pytest.approx(wanted["value"], rel=1e-12)
            assert row["low"] < row["value"] < row["high"]
    message = estimates.take(np.flatnonzero(~np.isnan(estimates["rank"])))
    assert message["rank"].tolist() == [
        1 + int((message["rate"] > rate).sum()) for rate in message["rate"].tolist()
    ]


def test_a_place_is_within_reach_as_looked_at_one_by_one(stored):
    pack, folder = stored
    with engines.opened(engines.DUCKDB, folder) as engine:
        estimates = estimating.estimate(pack, folder, engine, "area")
    near = within_reach(pack.reach)
    assert 0 < len(near) < len(estimates)
    for row in estimates.rows():
        assert np.isnan(row["within"]) or row["within"] == float(row["code"] in near)


def test_a_draw_does_not_depend_on_the_level(stored):
    """Les bornes d’une province viennent des tirages de ses secteurs : elles ne s’additionnent pas."""
    pack, folder = stored
    with engines.opened(engines.DUCKDB, folder) as engine:
        by_level = {level: estimating.estimate(pack, folder, engine, level) for level in LEVELS}
    wide = {
        level: (table["high"] - table["low"])[~np.isnan(table["low"])].sum()
        for level, table in by_level.items()
    }
    assert wide["province"] < wide["district"] < wide["area"]


def test_an_interval_adds_the_doubt_of_the_rates_to_that_of_each_area(stored):
    """Two doubts that owe nothing to one another, so that their variances add up: the margin of each rate, and
    what sets an area apart, on the scale of odds. An independent formula, met but for the luck of the draws.
    """
    pack, folder = stored
    with engines.opened(engines.DUCKDB, folder) as engine:
        estimates = estimating.estimate(pack, folder, engine, "area")
    known = {each["cell"]: (float(each["rate"]), float(each["margin"])) for each in rows("rates")}
    variance = {each["code"]: [0.0, 0.0] for each in rows("areas")}  # of the rates, persons by unit of logit
    for cell_row in rows("people"):
        rate, margin = known[cell_row["cell"]]
        variance[cell_row["area"]][0] += (float(cell_row["persons"]) * margin / 1.96) ** 2
        variance[cell_row["area"]][1] += float(cell_row["persons"]) * rate * (1 - rate)
    wide = [
        (row["high"] - row["low"]) / (2 * 1.645 * np.sqrt(shared + (pack.area_effect * own) ** 2))
        for row in estimates.rows()
        for shared, own in [variance[row["code"]]]
        if not np.isnan(row["value"])
    ]
    assert np.mean(wide) == pytest.approx(1, abs=0.03)
    assert 0.8 < min(wide) < max(wide) < 1.2


@pytest.mark.complete
@pytest.mark.slow("starts Java and its processes")
def test_spark_and_duckdb_say_the_same(stored):
    pytest.importorskip("pyspark", reason="Spark n’est pas installé : make .venv/.spark")
    if shutil.which("java") is None:
        pytest.skip("Java n’est pas installé : sudo apt install default-jre-headless")
    pack, folder = stored
    by_engine = {}
    for name in engines.ENGINES:
        with engines.opened(name, folder) as engine:
            by_engine[name] = [estimating.estimate(pack, folder, engine, level) for level in LEVELS]
    for one, other in zip(by_engine[engines.DUCKDB], by_engine[engines.SPARK], strict=True):
        assert set(one.columns) == set(other.columns)
        for name in ("code", "name", "areas", "rank", "warning"):
            np.testing.assert_array_equal(one[name], other[name])
        for name in ("people", "value", "rate", "within"):
            np.testing.assert_allclose(one[name], other[name], rtol=1e-9, atol=0)
        for name in ("low", "high"):  # the same function on the same parts
            np.testing.assert_array_equal(one[name], other[name])


def test_a_level_that_the_country_does_not_have_is_refused(stored):
    pack, folder = stored
    with engines.opened(engines.DUCKDB, folder) as engine, pytest.raises(Refused) as refused:
        estimating.estimate(pack, folder, engine, "canton")
    assert "area, district, province" in refused.value.do


@pytest.mark.parametrize(
    ("file", "before", "after", "message"),
    [
        ("pays.yaml", "universe: personnes de 15 ans et plus\n", "", "il manque universe"),
        ("pays.yaml", "reach: 1500", "reach: 90000", "reach vaut 90000"),
        ("pays.yaml", "levels: [district, province]", "levels: [code]", "le niveau code"),
        ("areas.csv", "district,province", "canton,province", "il manque la colonne district"),
        ("people.csv", "area,cell,persons", "area,cell,effectif", "il manque la colonne persons"),
        ("people.csv", "0N0100,15-29,", "N0100,15-29,", "zone N0100 inconnue"),
        ("people.csv", "0N0100,15-29,", "0N0100,0-14,", "tranche 0-14 sans taux"),
        ("people.csv", "0N0100,15-29,", "0N0100,30-59,", "zone et tranche 0N0100, 30-59 en double"),
        ("people.csv", "0N0100,15-29,", "0N0100,15-29,-", "personnes : -"),
        ("people.csv", "0N0100,15-29,", "0N0100,15-29,x", "colonne persons"),
        ("people.csv", "0N0100,15-29,169.5", "0N0100,15-29,nan", "personnes : nan"),
        ("people.csv", "0N0100,15-29,169.5", "0N0100,15-29,inf", "personnes : inf"),
        ("pays.yaml", "area_effect: 0.25", "area_effect: .nan", "area_effect vaut nan"),
        ("pays.yaml", "area_effect: 0.25", "area_effect: -1", "area_effect vaut -1"),
        ("areas.csv", ",N01,N", ",N/01,N", "district N/01 avec une barre oblique"),
        ("names.csv", "district,E01,", "distrikt,E01,", "niveau distrikt inconnu"),
        ("rates.csv", "0.08", "8", "taux : 8"),
        ("rates.csv", "0.08", '"0,08"', "« 0,08 »"),
        ("areas.csv", "0N0101", "0N0100", "code 0N0100 en double"),
        ("people.csv", "0N0101,15-29,", "0N0101,15-29,9,", "people.csv, ligne 6 est illisible"),
        ("people.csv", "0N0101,15-29,", "0N0101,15-29", "people.csv, ligne 6 est illisible"),
        ("people.csv", "0N0101,15-29,", '0N0101,15-29,"', "people.csv, ligne 6 est illisible"),
        ("people.csv", "0N0101,15-29,", "0N0101,15-29,x", "people.csv, ligne 6, colonne persons : « x"),
        ("people.csv", "area,cell,persons\n", "Population\n\narea,cell,persons\nx,x,x\n", "ligne 4, colonne"),
        ("people.csv", "0N0101,15-29,", "\n0N0101,15-29,x", "people.csv, ligne 7, colonne persons"),
        ("people.csv", "area,cell,persons", "area,persons,persons", "la colonne persons est donnée deux fois"),
        ("places.csv", "Médiathèque 1", "M\udce9diathèque", "places.csv, ligne 2 est illisible"),
    ],
)  # fmt: skip
def test_a_country_that_lacks_something_is_refused_before_any_count(copied, file, before, after, message):
    edit(copied / file, before, after)
    with pytest.raises(Refused) as refused:
        packs.store(cards.read(copied), copied)
    assert message in refused.value.what
    assert all(refused.value.sentences)


def test_the_line_of_a_wrong_cell_is_found_in_a_file_whose_letters_are_wrong_too(copied):
    path = copied / "places.csv"
    head, first, second, *rest = path.read_bytes().splitlines()
    assert b",24.15473," in first and b"Maison de quartier" in second
    second = second.replace(b"Maison", b"M\x82ison")  # in a column that is not looked at yet
    path.write_bytes(b"\n".join([head, first.replace(b",24.15473,", b",x,"), second, *rest]))
    with pytest.raises(Refused, match=r"places.csv, ligne 2, colonne longitude"):
        packs.store(cards.read(copied), copied)


@pytest.mark.parametrize(
    "write",
    [
        lambda text: "\ufeffPopulation de 2024,,\n,,\n" + text,
        lambda text: text.replace(",", ";"),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: text.replace("area,cell,persons", "persons,area, cell ,").replace(
            "0N0100,15-29,169.5", "169.5,0N0100,15-29,une note"
        ),
    ],
    ids=["titre", "points-virgules", "Windows", "Mac", "autres colonnes"],
)
def test_a_table_is_read_whatever_tool_wrote_it(copied, write):
    path = copied / "people.csv"
    lines = path.read_text("utf-8").splitlines()
    text = "\n".join((lines[0], lines[1])) + "\n"
    path.write_bytes(write(text).encode())
    packs.store(cards.read(copied), copied)
    people = duckdb.sql(f"from '{copied / 'people.parquet'}'").fetchall()
    assert people == [("0N0100", "15-29", 169.5)]


@pytest.mark.parametrize("table", ["areas", "people", "rates"])
def test_a_table_without_a_row_is_refused(copied, table):
    path = copied / f"{table}.csv"
    path.write_text(path.read_text("utf-8").splitlines()[0] + "\n", "utf-8")
    with pytest.raises(Refused, match="aucune ligne sous l’en-tête"):
        packs.store(cards.read(copied), copied)


def test_a_card_may_leave_a_line_empty_and_say_that_areas_do_not_differ(copied):
    """Une ligne vide n’est pas le mot « None », et un effet nul n’est pas une ligne oubliée."""
    path = copied / "pays.yaml"
    text = path.read_text("utf-8").replace("area_effect: 0.25", "area_effect: 0")
    path.write_text(
        text.replace('licence: CC0, doubt: "Aucune', 'licence: CC0, address: , doubt: "Aucune'), "utf-8"
    )
    card = cards.read(copied)
    assert card.area_effect == 0
    assert card.sources["rates"].address == "" and card.sources["rates"].doubt.startswith("Aucune")


def test_a_missing_table_is_named(copied):
    (copied / "rates.csv").unlink()
    with pytest.raises(Refused, match="le fichier rates manque"):
        packs.store(cards.read(copied), copied)
    (copied / "pays.yaml").unlink()
    with pytest.raises(Refused, match="n’est pas un pays"):
        cards.read(copied)


def test_a_country_without_a_list_of_places_is_counted_all_the_same(copied, tmp_path):
    (copied / "places.csv").unlink()
    pack = cards.read(copied)
    packs.store(pack, tmp_path)
    with engines.opened(engines.DUCKDB, tmp_path) as engine:
        estimates = estimating.estimate(pack, tmp_path, engine, "province")
    assert np.isnan(estimates["within"]).all(), "nobody knows who has a place within reach"
    assert len(estimates) == 3


def refused(folder: Path, home: Path) -> str:
    """Count a country that must be refused, and return what is said; nothing is left of it."""
    with pytest.raises(Refused) as refusal:
        diagnosis.prepare(folder, home)
    assert [each.name for each in home.iterdir()] == []
    return " ".join(refusal.value.sentences)


@pytest.mark.parametrize(
    ("name", "before", "after", "message"),
    [
        ("places.csv", "latitude,longitude,name,", "latitude,longitude,nom,", "il manque la colonne name"),
        ("areas.csv", ",district,", ",arrondissement,", "il manque la colonne district"),
        ("rates_etendue.csv", "cell,rate,margin", "cell,rate,marge", "il manque la colonne margin"),
        ("places.csv", "https://lieu-1.", "javascript:lieu-1.", "adresse de site javascript:"),
        ("places.csv", ",2026-01-15", ",15/01/2026", "date de vérification 15/01/2026"),
        ("places.csv", "L01,", "L/1,", "code L/1 avec une barre oblique"),
        ("names.csv", "district,E01,", "district,E02,", "niveau et code district, E02 en double"),
        ("pays.yaml", "reach: 1500", "reach: loin", "reach n’est pas écrit comme il faut"),
        ("pays.yaml", "reach: 1500", "portee: 1500", "il manque reach"),
        ("pays.yaml", "time_zone: Europe/Vilnius", "time_zone: Mars/Olympe", "time_zone n’est pas écrit"),
        ("pays.yaml", "time_zone:", "fuseau:", "fuseau n’est pas une ligne de ce fichier"),
        ("pays.yaml", "month: 6, day: 12", "month: 6, day: 42", "holidays n’est pas écrit comme il faut"),
        ("pays.yaml", "month: 6, day: 12", "month: 2, day: 29", "holidays n’est pas écrit comme il faut"),
        ("pays.yaml", "id: etendue", "id: usuelle", "definitions n’est pas écrit comme il faut"),
        ("pays.yaml", "rates: rates_etendue", "rates: rates_absent", "le fichier rates_absent manque"),
        ("pays.yaml", "area: [secteur, secteurs]", "zone: [secteur, secteurs]", "level_names n’est pas écrit"),
        ("pays.yaml", "levels: [district", "levels: [code", "le niveau code ne peut pas être"),
        ("pays.yaml", "name: Pays", "name: [Pays", "est illisible"),
    ],
)  # fmt: skip
def test_a_country_that_lacks_something_is_refused_whole(copied, tmp_path, name, before, after, message):
    home = tmp_path / "maison"
    home.mkdir()
    edit(copied / name, before, after)
    assert message in refused(copied, home)


def test_a_country_without_places_nor_names_is_served(copied, tmp_path):
    (copied / "places.csv").unlink()
    (copied / "names.csv").unlink()
    assert diagnosis.prepare(copied, tmp_path)
    country = diagnosis.current(tmp_path)
    total = country.territories("usuelle")["pays"]
    assert country.places == ()
    assert total.reached == ""
    assert country.territories("usuelle")["district-N01"].name == "N01"
    assert country.gaps(total, "usuelle") == []


def test_a_share_is_what_its_number_is_of_its_people(tmp_path):
    diagnosis.prepare(SAMPLE, tmp_path)
    for territory in diagnosis.current(tmp_path).territories("usuelle").values():
        if isinstance(territory.rate, Estimate):
            ends = [(territory.rate.low, territory.need.low), (territory.rate.high, territory.need.high)]
            for share, persons in [(territory.rate.value, territory.need.value), *ends]:
                assert share / 100 * territory.people == pytest.approx(persons)


def test_who_has_no_place_within_reach_is_who_lives_in_the_areas_without_one(tmp_path):
    diagnosis.prepare(SAMPLE, tmp_path)
    total = diagnosis.current(tmp_path).territories("usuelle")["pays"]
    near = within_reach(1500)
    far = [area_row["value"] for code, area_row in by_hand("area").items() if code not in near]
    assert total.without == pytest.approx(sum(far))


def test_a_level_has_its_word_and_its_plural():
    assert cards.read(SAMPLE).level_names["district"] == ("district", "districts")
    assert cards.read(SAMPLE).level_names["area"] == ("secteur", "secteurs")


def test_the_same_files_are_counted_once_and_new_ones_replace_them(copied, tmp_path):
    assert diagnosis.prepare(copied, tmp_path)
    first = diagnosis.current(tmp_path)
    assert not diagnosis.prepare(copied, tmp_path)
    with (copied / "rates.csv").open("a", encoding="utf-8") as file:
        file.write("90+,0.8,0.05\n")
    assert diagnosis.prepare(copied, tmp_path)
    assert diagnosis.current(tmp_path).digest != first.digest
    assert sorted(each.name for each in tmp_path.iterdir() if each.is_dir() and each != copied) == [
        diagnosis.current(tmp_path).digest
    ]


def test_a_stop_while_counting_leaves_the_former_country(copied, tmp_path, monkeypatch):
    home = tmp_path / "maison"
    diagnosis.prepare(copied, home)
    former = sorted(each.name for each in home.iterdir())
    with (copied / "rates.csv").open("a", encoding="utf-8") as file:
        file.write("90+,0.8,0.05\n")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(diagnosis, "write_whole", full)
    with pytest.raises(OSError, match="No space left"):
        diagnosis.prepare(copied, home)
    assert sorted(each.name for each in home.iterdir()) == former
    assert diagnosis.current(home).territories("usuelle")["pays"].people > 100_000


def test_successive_gaps_never_count_anybody_twice(tmp_path):
    diagnosis.prepare(SAMPLE, tmp_path)
    country = diagnosis.current(tmp_path)
    total = country.territories("usuelle")["pays"]
    gaps = country.gaps(total, "usuelle", most=10_000)
    gained = [each.gained for each in gaps]
    assert gained == sorted(gained, reverse=True)
    assert sum(gained) == pytest.approx(total.without, rel=1e-3)


def test_a_territory_that_straddles_two_larger_ones_is_under_neither(copied, tmp_path):
    path = copied / "areas.csv"
    lines = path.read_text("utf-8").splitlines()
    lines[1] = lines[1].removesuffix(",N") + ",S"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    diagnosis.prepare(copied, tmp_path)
    country = diagnosis.current(tmp_path)
    assert country.parents["district-N01"] == ("pays",)
    assert country.parents["district-N02"] == ("province-N", "pays")
    assert "district-N01" in country.children["pays"]
    for key in set(country.children) - {"pays", "province-N", "province-S"}:  # what holds nobody else’s areas
        below = [row for each in country.children[key] for row in country.territories("usuelle")[each].areas]
        assert sorted(below) == sorted(country.territories("usuelle")[key].areas), key
