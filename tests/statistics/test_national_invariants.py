"""The real model of the whole country: nobody lost, sums that add up, the same bytes whatever is asked and
how.
"""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from maillage.kernel.errors import Refused
from maillage.kernel.table import group, total_by
from maillage.reference.definitions import DEFAULT, LEVELS, definition, offered
from maillage.reference.parameters import number
from maillage.sources import rp2018, rp2021
from maillage.statistics.diagnosis import compare
from maillage.statistics.diagnosis.draws import four_levels
from maillage.statistics.engine import ages, synthetic
from maillage.statistics.engine import classes as class_engine
from maillage.statistics.engine.cells import N_AGES, N_CELLS, N_DIPLOMAS
from maillage.statistics.engine.logit import expit, logit
from maillage.statistics.need import model as need_model
from maillage.statistics.need import neighbours
from maillage.statistics.need import population as need_population
from maillage.statistics.need import rates as need_rates
from maillage.statistics.need.model import ModelByDefinition
from maillage.statistics.zones import zoning
from maillage.statistics.zones.territories import Territory
from tests.support.profile import some, times
from tests.support.studies import studied

OFFERED = [d.id for d in offered()]
N = 60
LEAST_BY_CHANCE = 0.36  # of a variance estimated by N draws: once in a million
POINT = 0.01  # of a rate between 0 and 1
ONE_AREA = {"max_examples": 15}


@pytest.fixture(scope="module")
def place():
    return need_model.country()


@pytest.fixture(scope="module")
def everywhere(place):
    return np.arange(len(place.frame))


@pytest.fixture(scope="module")
def model(place):
    """The reference definition with every outcome."""
    return need_model.model(definition(DEFAULT), n_draws=N, place=place, all_levels=True)


@pytest.fixture(scope="module")
def drawn(model, everywhere):
    return model.draws(everywhere)


@pytest.fixture(scope="module")
def sums(place, drawn):
    """Every outcome summed over intercommunalités."""
    return {name: synthetic.add_by(values, place.epci_of, place.n_epci) for name, values in drawn.items()}


# --- Who lives where
# ----------------------------------------------------------------------------------------------


def test_every_resident_of_the_census_is_in_one_area_and_one_age(place):
    f = place.frame
    assert f.population.sum() == rp2021.NATIONAL_POPULATION
    assert np.abs(f.ages.sum(axis=1) - f.population).max() < 1e-6
    assert np.abs(f.ages[:, 1:].sum(axis=1) - f.adults).max() < 1e-6
    assert (f.ages >= 0).all()


def test_the_three_ages_of_the_last_census_are_preserved(place):
    rp = need_population.sources().rp2021
    published = np.column_stack([rp[name] for name in ("pop_0_19", "pop_20_64", "pop_65p")])
    # The published ages of an IRIS add up to its population within the rounding of the producer.
    assert np.abs(published.sum(axis=1) - rp["pop"]).max() <= 1
    assert np.abs(ages.regroup(place.frame.ages, ages.THREE) - published).max() <= 1


def test_the_cells_of_an_area_hold_its_adults_in_ordinary_housing(place):
    f = place.frame
    assert (f.counts >= 0).all()
    assert np.isfinite(f.counts).all()
    assert np.allclose(f.counts.sum(axis=1), f.universe, rtol=1e-6, atol=1e-6)
    assert ((f.home_share > 0) & (f.home_share <= 1)).all()


def test_who_lives_in_an_area_too_small_for_a_figure_enters_no_figure(place):
    """Changer ses habitants sans en changer le nombre ne change rien, nulle part."""
    f = place.frame
    hidden = need_population.withheld(f)
    has_published_neighbours = total_by(place.commune_of, ~hidden)[place.commune_of] > 0
    alone = total_by(place.commune_of, f.adults)[place.commune_of] < number("protection/small_area")
    changed = hidden & (has_published_neighbours | alone) & (f.universe > 0)
    assert changed.sum() > 1_000
    counts, modest, poor = f.counts.copy(), f.modest.copy(), f.poor.copy()
    counts[changed] = counts[changed][:, ::-1]
    modest[changed], poor[changed] = 0.9, 0.8
    again = need_population._surrounded(replace(f, counts=counts, modest=modest, poor=poor))
    assert np.allclose(again.counts, f.counts, rtol=1e-9, atol=1e-9)
    assert np.allclose(again.modest, f.modest, rtol=1e-9)
    assert np.allclose(again.poor, f.poor, rtol=1e-9)


def test_a_lone_commune_without_a_figure_is_not_found_by_subtraction(place, drawn):
    """Chaque intercommunalité où une seule commune est tue : son total, moins les autres, ne suit que les autres.

    L’âge que le recensement publie de la commune tue, et qui pèse le plus dans une estimation, n’y paraît pas.
    """
    f, rp = place.frame, need_population.sources().rp2021
    residents = total_by(place.commune_of, f.adults)[place.commune_of]
    silent = (residents < number("protection/small_area")) & (f.universe > 0)
    first = np.append(True, np.diff(place.commune_of) != 0)
    lone = np.flatnonzero(total_by(place.epci_of, silent & first, place.n_epci) == 1)
    gaps = []
    for epci in lone:
        rows = place.epci_of == epci
        if len(set(f.commune[rows].tolist())) == 1:
            continue  # outside any EPCI, a commune stands alone
        need = drawn["need"][rows].mean(axis=1, dtype=np.float64)
        one, size, people = silent[rows], f.universe[rows], rp["pop"][rows]
        other_share = (need.sum() - need[~one].sum()) / size[one].sum()
        old = [rp["pop_65p"][rows][part].sum() / people[part].sum() for part in (one, ~one)]
        gaps.append((other_share * size[~one].sum() / need[~one].sum(), old[0] - old[1]))
    rates, older = np.array(gaps).T
    assert len(gaps) > 100
    assert abs(np.median(rates) - 1) < 0.1, "what is found is the rate of the others"
    assert abs(np.corrcoef(rates, older)[0, 1]) < 0.25


def test_the_ages_of_the_cells_are_those_of_the_area(place):
    f = place.frame
    ages_of_cells = f.counts.reshape(-1, N_AGES, N_DIPLOMAS).sum(axis=2)
    expected = ages.regroup(f.ages, ages.CELLS) * f.home_share[:, None]
    missed = np.abs(ages_of_cells - expected).max(axis=1)
    published = ~need_population.withheld(f)
    assert (missed <= np.maximum(2.0, 0.02 * f.universe))[published].all()
    assert missed.sum() <= 0.001 * f.universe.sum()


def test_the_diplomas_of_a_large_commune_are_those_its_census_counts(place):
    f = place.frame
    codes, of = group(f.commune)
    counted = np.column_stack(
        [need_population.sources().rp2018.aligned("commune", codes, name) for name in rp2018.DIPLOMAS]
    )
    people = f.counts.reshape(-1, N_AGES, N_DIPLOMAS).sum(axis=1)[:, :6] / f.home_share[:, None]
    diplomas_of_cells = np.stack([total_by(of, column, len(codes)) for column in people.T], axis=1)
    known = (counted.sum(axis=1) > 0) & (diplomas_of_cells.sum(axis=1) > 0)
    assert known.sum() > 1_000
    shares = [
        table[known] / table[known].sum(axis=1, keepdims=True) for table in (diplomas_of_cells, counted)
    ]
    missed = np.abs(shares[0] - shares[1]).max(axis=1)
    complete = total_by(of, need_population.withheld(f), len(codes))[known] == 0
    assert complete.sum() > 1_000
    assert missed[complete].max() < 1e-9
    assert missed.max() < 0.01, "areas too small for a figure are those of their commune"


def test_every_area_has_a_commune_a_departement_and_a_region_and_stands_alone_outside_any_epci(place):
    f = place.frame
    for codes in (f.area, f.commune, f.departement, f.region):
        assert (codes != "").all()
    assert len(set(f.area.tolist())) == len(f)
    for row in np.flatnonzero(f.epci == ""):
        assert set(f.commune[place.epci_of == place.epci_of[row]]) == {f.commune[row]}


def test_blocks_hold_every_area_once_and_never_cut_a_commune(place):
    assert place.blocks[0] == 0
    assert place.blocks[-1] == len(place.frame)
    assert (np.diff(place.blocks) > 0).all()
    inside = place.blocks[1:-1]
    assert (place.commune_of[inside] != place.commune_of[inside - 1]).all()


@pytest.mark.parametrize("kind", ["homes", "poor"])
def test_people_under_a_threshold_and_above_it_are_the_people_of_the_cell(place, kind):
    split = getattr(place, kind).astype(np.float64)
    assert (split >= 0).all()
    assert np.allclose(split[:, :N_CELLS] + split[:, N_CELLS:], place.frame.counts, rtol=1e-6, atol=1e-4)


def test_fewer_people_are_poor_than_modest(place):
    assert (place.frame.poor < place.frame.modest).all()
    under = [split[:, N_CELLS:].sum(axis=1, dtype=np.float64) for split in (place.poor, place.homes)]
    assert (under[0] <= under[1] + 1e-6).all()
    assert ((place.frame.poor > 0) & (place.frame.modest < 1)).all()


def test_the_frame_is_the_same_bytes_when_built_again(place):
    with threadpool_limits(1):
        again = need_population.build(need_population.sources())
    assert again.counts.tobytes() == place.frame.counts.tobytes()
    assert again.modest.tobytes() == place.frame.modest.tobytes()


# --- What is published, at the scale of the country
# ------------------------------------------------------------------


@pytest.mark.parametrize("id", OFFERED)
def test_the_need_of_the_country_is_the_published_total(place, everywhere, id):
    d = definition(id)
    m = need_model.model(d, n_draws=N, place=place)
    universe = place.frame.universe.sum()
    assert m.rates.centre @ place.cells / universe == pytest.approx(d.total, abs=1e-9)
    central = m.outcomes["need"].centre @ place.homes.sum(axis=0, dtype=np.float64) / universe
    assert central == pytest.approx(d.total, abs=1e-6)
    # What sets areas apart moves nothing nationally: each draw keeps the total that its own rates imply.
    total = m.draws(everywhere)["need"].sum(axis=0, dtype=np.float64) / universe
    implied = m.rates.draws @ place.cells / universe
    assert total.mean() == pytest.approx(implied.mean(), abs=0.05 * POINT)
    # What small communes add is given back to first order, by the whole mainland.
    assert total == pytest.approx(implied, abs=0.3 * POINT)


def test_the_levels_of_the_country_are_the_published_shares(place, drawn, model):
    wanted = np.cumsum(definition(LEVELS).shares)
    for k, share in enumerate(wanted):
        outcome = model.outcomes[f"level_{k + 1}"]
        people = outcome.counts.sum(axis=0, dtype=np.float64)
        assert outcome.centre @ people / people.sum() == pytest.approx(share, abs=1e-6)
        shares = drawn[f"level_{k + 1}"].sum(axis=0, dtype=np.float64) / place.frame.universe.sum()
        assert shares.mean() == pytest.approx(share, abs=5 * shares.std() / N**0.5 + 0.05 * POINT)


def test_an_intercommunalite_stays_close_to_what_its_cells_say(place, model, sums):
    """Its cells, its région as the evidence moves it, its small communes: nothing else moves the mean."""
    outcome = model.outcomes["need"]
    mainland = np.flatnonzero(~place.frame.overseas)
    rates = outcome.rates.mean(axis=0, dtype=np.float64), outcome.rural.mean(axis=0, dtype=np.float64)
    counts = outcome.counts[mainland]
    persons = np.where(place.rural[mainland], counts @ rates[1], counts @ rates[0])
    size = np.maximum(counts.sum(axis=1, dtype=np.float64), 1e-9)
    r = np.clip(persons / size, 1e-6, 1 - 1e-6)
    region = model.places.region.mean(axis=1)[place.region_of[mainland]] - outcome.recentre.mean()
    r = expit(logit(r) + model.noise("need", mainland).response * region)
    expected = total_by(place.epci_of[mainland], r * size, place.n_epci)
    populous = expected > 500
    people = sums["need"][populous]
    doubt = people.std(axis=1) / N**0.5
    assert (np.abs(people.mean(axis=1) - expected[populous]) <= 6 * doubt + 0.01 * expected[populous]).all()


# --- Bounds
# ------------------------------------------------------------------------------------------------------------


def test_no_area_has_fewer_people_in_need_than_none_or_more_than_its_universe(place, drawn):
    universe = place.frame.universe[:, None]
    for name, values in drawn.items():
        assert np.isfinite(values).all(), name
        assert (values >= 0).all(), name
        assert (values <= universe * (1 + 1e-6)).all(), name


def test_an_area_where_nobody_lives_has_nobody_in_need(place, drawn):
    empty = place.frame.universe == 0
    assert empty.any()
    assert all((values[empty] == 0).all() for values in drawn.values())


def test_levels_are_nested_in_every_intercommunalite(sums):
    assert (sums["level_1"] <= sums["level_2"]).all()
    assert (sums["level_2"] <= sums["level_3"]).all()


def test_no_figure_of_a_commune_varies_less_than_its_persons_one_by_one(place, model, drawn, everywhere):
    """Every commune that is shown, every level, and living standards: the spread of the draws against that of
    a binomial at the same share. N draws leave a standard deviation unsure by a tenth; the communes of a size,
    together, by nothing.
    """
    people = {
        name: synthetic.add_by(values, place.commune_of, place.commune_of.max() + 1)
        for name, values in drawn.items()
    }
    standards = model.living_standards(everywhere)
    for name, share in (("modest", place.frame.modest), ("poor", place.frame.poor)):
        values = standards.factor(share) * (share * place.frame.universe)[:, None]
        people[name] = synthetic.add_by(values, place.commune_of, place.commune_of.max() + 1)
    universe = total_by(place.commune_of, place.frame.universe)
    adults = total_by(place.commune_of, place.frame.adults)
    figures = four_levels(people, universe[:, None]) | {name: people[name] for name in ("modest", "poor")}
    for name, values in figures.items():
        share = values.mean(axis=1) / np.maximum(universe, 1e-9)
        chance = np.maximum(universe * share * (1 - share), 1e-9)
        ratio = values.var(axis=1, ddof=1) / chance
        for least, most in ((50, 200), (200, 500), (500, 1_000), (1_000, 2_000), (2_000, np.inf)):
            assert ratio[(adults >= least) & (adults < most)].mean() >= 0.95**2, (name, least)
        assert ratio[adults >= 50].min() >= 0.95**2 * LEAST_BY_CHANCE, name


def test_people_in_both_precarities_are_in_each_of_them(place, sums):
    modest = synthetic.add_by(
        place.homes[:, N_CELLS:].sum(axis=1, dtype=np.float64)[:, None], place.epci_of, place.n_epci
    )
    assert (sums["both"] <= sums["need"]).all()
    assert (sums["both"] <= modest * (1 + 1e-6)).all()
    assert (sums["poor_both"] <= sums["both"]).all()


def test_a_living_standard_moves_around_what_is_expected(place, model, everywhere):
    standards = model.living_standards(everywhere)
    for share in (place.frame.modest, place.frame.poor):
        factor = standards.factor(share)
        assert (factor > 0).all()
        assert (factor * np.clip(share, 1e-4, 1)[:, None] <= 1 + 1e-6).all()
        assert factor.mean() == pytest.approx(1, abs=0.01)


# --- Sums, subsets, orders
# -----------------------------------------------------------------------------------------------


def rows_of_france(least=1, most=6):
    """Rows anywhere in the country, in any order, told as shares so that no size is written here."""
    return st.lists(st.floats(0, 1, exclude_max=True), min_size=least, max_size=most, unique=True)


def placed(parts, place):
    return np.unique((np.array(parts) * len(place.frame)).astype(np.int64))


@settings(**ONE_AREA)
@given(rows_of_france())
def test_asking_for_fewer_areas_gives_the_same_bytes(place, model, drawn, parts):
    rows = placed(parts, place)
    draws = model.draws(rows)
    for name, values in draws.items():
        assert values.tobytes() == drawn[name][rows].tobytes(), name


@settings(**ONE_AREA)
@given(rows_of_france(least=2), st.randoms(use_true_random=False))
def test_the_order_of_requested_areas_changes_no_number(place, model, drawn, parts, chance):
    rows = placed(parts, place).tolist()
    chance.shuffle(rows)
    for name, values in model.draws(np.array(rows)).items():
        assert values.tobytes() == drawn[name][rows].tobytes(), name


@settings(**ONE_AREA)
@given(rows_of_france())
def test_living_standards_are_the_same_whatever_areas_are_requested(place, model, parts):
    rows = placed(parts, place)
    alone = [model.living_standards(rows[[k]]).moves for k in range(len(rows))]
    assert model.living_standards(rows).moves.tobytes() == np.concatenate(alone).tobytes()


@settings(**ONE_AREA)
@given(rows_of_france(least=2, most=8), st.integers(1, 7))
def test_the_draws_of_a_union_are_the_sum_of_the_draws_of_its_parts(place, model, parts, cut):
    rows = placed(parts, place)
    assume(len(rows) > cut)
    first, second = rows[:cut], rows[cut:]
    parts = [model.draws(part) for part in (first, second)]
    for name, draws_of_union in model.draws(rows).items():
        pieces = sum(part[name].sum(axis=0, dtype=np.float64) for part in parts)
        assert pieces == pytest.approx(draws_of_union.sum(axis=0, dtype=np.float64), rel=1e-12)


def test_no_requested_area_is_no_area_drawn(model):
    for values in model.draws(np.array([], dtype=np.int64)).values():
        assert values.shape == (0, N)


def test_departements_add_up_to_regions_and_regions_to_the_country(place, drawn):
    f = place.frame
    departements, of = group(f.departement)
    by_departement = synthetic.add_by(drawn["need"], of, len(departements))
    region_of_departement = np.array([place.region_of[of == k][0] for k in range(len(departements))])
    by_region = synthetic.add_by(drawn["need"], place.region_of, len(place.region_names))
    assert synthetic.add_by(by_departement, region_of_departement, len(by_region)) == pytest.approx(
        by_region, rel=1e-12
    )
    assert by_region.sum(axis=0) == pytest.approx(drawn["need"].sum(axis=0, dtype=np.float64), rel=1e-12)


@settings(max_examples=times(10, 20))
@given(st.floats(0, 1, exclude_max=True), st.sampled_from(["iris", "commune", "departement"]))
def test_the_zones_of_a_territory_hold_its_areas_once_whatever_the_zoning(place, drawn, part, kind):
    f = place.frame
    rows = np.flatnonzero(place.epci_of == place.epci_of[int(part * len(f))])
    cut = zoning.by(kind, rows, need_population.sources().rp2021)
    assert np.array_equal(cut.rows, rows)
    assert len({zone.code for zone in cut.zones}) == len(cut.zones)
    zones = sum(drawn["need"][zone.rows].sum(axis=0, dtype=np.float64) for zone in cut.zones)
    assert zones == pytest.approx(drawn["need"][rows].sum(axis=0, dtype=np.float64), rel=1e-12)


HEADER = "code_zone,nom_zone,code"


def town(place, part):
    """Return an intercommunalité chosen anywhere in the country, and its rows."""
    iris = need_population.sources().rp2021
    epci = str(place.frame.epci[int(part * len(place.frame))])
    assume(epci)
    rows = np.flatnonzero(place.frame.epci == epci)
    return (
        Territory(epci, "Essai", "epci", 0, len(set(iris["commune"][rows].tolist())), "", "", ()),
        rows,
        iris,
    )


def cut_by(lines, territory, iris):
    return zoning.from_file(
        "\n".join([HEADER, *lines]).encode(), name="zones.csv", territory=territory, iris=iris
    )


@settings(max_examples=15)
@given(
    st.floats(0, 1, exclude_max=True), st.sampled_from(["iris", "commune"]), st.integers(1, 4), st.randoms()
)
def test_a_file_of_zones_gathers_its_codes_and_leaves_the_rest_out(place, part, kind, n, chance):
    territory, rows, iris = town(place, part)
    zone_of_code = {code: chance.randrange(n + 1) for code in sorted(set(iris[kind][rows].tolist()))}
    assume(any(zone_of_code.values()))
    lines = [f"Z{zone},Zone {zone},{code}" for code, zone in zone_of_code.items() if zone]
    cut = cut_by(lines, territory, iris)
    for zone in cut.zones:
        assert {zone_of_code[code] for code in iris[kind][zone.rows].tolist()} == {
            int(zone.code.removeprefix("Z"))
        }
        assert zone.name == f"Zone {zone.code.removeprefix('Z')}"
    assert np.array_equal(np.sort(np.concatenate((cut.rows, cut.left_out))), rows)
    assert all(zone_of_code[code] == 0 for code in iris[kind][cut.left_out].tolist())
    chance.shuffle(lines)
    shuffled = {zone.code: zone.rows.tolist() for zone in cut_by(lines, territory, iris).zones}
    assert shuffled == {zone.code: zone.rows.tolist() for zone in cut.zones}


@settings(max_examples=15)
@given(st.floats(0, 1, exclude_max=True), st.sampled_from(["iris", "commune"]), st.booleans())
def test_a_code_written_twice_refuses_the_whole_file_and_names_its_line(place, part, kind, elsewhere):
    territory, rows, iris = town(place, part)
    code = str(iris[kind][rows[0]])
    with pytest.raises(Refused) as refusal:
        cut_by([f"Z1,Une,{code}", f"{'Z2,Autre' if elsewhere else 'Z1,Une'},{code}"], territory, iris)
    assert "zones.csv, ligne 3" in refusal.value.what
    assert code in refusal.value.what


# --- Seeds and threads
# -----------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes_and_another_seed_different_ones(place, everywhere, model, drawn):
    some = everywhere[:500]
    again, other = (
        need_model.model(definition(DEFAULT), seed=seed, n_draws=N, place=place, all_levels=True).draws(some)
        for seed in (model.seed, model.seed + 1)
    )
    lived = place.frame.universe[some] > 0
    for name, values in drawn.items():
        assert values[some].tobytes() == again[name].tobytes(), name
        assert (values[some][lived] != other[name][lived]).any(axis=1).all(), name


def test_two_seeds_agree_on_the_country_within_their_doubt(place, everywhere, drawn):
    other = need_model.model(definition(DEFAULT), seed=7, n_draws=N, place=place).draws(everywhere)["need"]
    one, two = (values.sum(axis=0, dtype=np.float64) for values in (drawn["need"], other))
    assert abs(one.mean() - two.mean()) <= 6 * (one.std() + two.std()) / N**0.5


@pytest.mark.parametrize("workers", [1, 4])
def test_the_number_of_threads_changes_no_byte(place, model, drawn, monkeypatch, workers):
    pool = need_model.ThreadPoolExecutor
    monkeypatch.setattr(need_model, "ThreadPoolExecutor", lambda max_workers: pool(max_workers=workers))
    rows = np.arange(0, len(place.frame), 997)
    for name, values in model.draws(rows).items():
        assert values.tobytes() == drawn[name][rows].tobytes(), name


@pytest.mark.parametrize("threads", [1, 4])
def test_the_threads_of_linear_algebra_change_no_byte(place, drawn, threads):
    rows = np.arange(0, len(place.frame), 1_999)
    with threadpool_limits(threads):
        draws = need_model.model(definition(DEFAULT), n_draws=N, place=place, all_levels=True).draws(rows)
    for name, values in draws.items():
        assert values.tobytes() == drawn[name][rows].tobytes(), name


def test_asking_for_every_outcome_does_not_move_the_need(place, drawn):
    rows = np.arange(0, len(place.frame), 1_999)
    alone = need_model.model(definition(DEFAULT), n_draws=N, place=place).draws(rows)
    assert list(alone) == ["need"]
    assert alone["need"].tobytes() == drawn["need"][rows].tobytes()


# --- Comparing
# ---------------------------------------------------------------------------------------------------------


@settings(max_examples=times(10, 20))
@given(st.floats(0, 1, exclude_max=True), st.floats(0, 1, exclude_max=True))
def test_comparing_two_territories_the_other_way_round_changes_the_sign(place, sums, one, two):
    universe = total_by(place.epci_of, place.frame.universe, place.n_epci)
    pair = [int(part * place.n_epci) for part in (one, two)]
    assume((universe[pair] > 0).all())
    first, second = (100 * sums["need"][k] / universe[k] for k in pair)
    difference = partial(compare.difference, definition=definition(DEFAULT))
    there, back = difference(first, second), difference(second, first)
    assert (there.value, there.low, there.high) == pytest.approx(
        (-back.value, -back.high, -back.low), abs=1e-9
    )
    if pair[0] == pair[1]:
        assert there.value == 0


@settings(max_examples=6)
@given(st.floats(0, 1, exclude_max=True))
def test_reading_a_territory_under_one_definition_gives_its_own_need(place, model, sums, part):
    epci = int(part * place.n_epci)
    rows = np.flatnonzero(place.epci_of == epci)
    assume(place.frame.adults[rows].sum() > 1_000)
    (reading,) = compare.definitions([definition(DEFAULT)], rows, models=ModelByDefinition(model))
    assert reading.need.value == pytest.approx(sums["need"][epci].mean(), rel=1e-6)
    assert reading.rate.value == pytest.approx(
        100 * reading.need.value / place.frame.universe[rows].sum(), rel=1e-9
    )
    assert reading.need.sources == (DEFAULT,)


# --- Levels and shares that hold whatever is counted
# ----------------------------------------------------------------


@pytest.mark.parametrize("departement", ["974", "973", "38"])
def test_levels_are_the_same_whatever_the_definition(place, model, departement):
    rows = np.flatnonzero(place.frame.departement == departement)
    own = need_model.model(definition(LEVELS), n_draws=N, place=place, all_levels=True)
    levels, own_levels = model.draws(rows), own.draws(rows)
    for level in ("level_1", "level_2", "level_3"):
        assert np.array_equal(levels[level], own_levels[level])
    assert np.array_equal(own_levels["need"], own_levels["level_3"])


TERRITORIES = [*(("97302", id) for id in OFFERED), ("973", LEVELS), ("38", DEFAULT)]


@pytest.mark.parametrize(("code", "id"), some(TERRITORIES, *TERRITORIES[:-2]))
def test_no_group_is_concerned_more_than_whole(code, id):
    result = studied(code, id)
    for row in result.profile:
        assert 0 <= row.concerned <= row.people * (1 + 1e-9), row
    by_age = sum(row.concerned for row in result.profile if row.breakdown == "age")
    assert by_age == pytest.approx(result.need.value, rel=1e-6)


@pytest.mark.parametrize("code", ["200066660", "200043396"])
def test_a_cluster_gathers_what_is_very_probably_in_social_precarity(code):
    """À Saint-Flour, l’intervalle de 27 des 28 zones dites d’un même ensemble contenait la moyenne de la France."""
    result = studied(code, DEFAULT)
    assert len(result.zones) > 10
    for zone in (result.zone(code) for cluster in result.clusters for code in cluster):
        assert sum(zone.social_odds[class_engine.STRONG :]) >= 0.8


def test_an_effect_is_shared_by_intercommunalites_that_are_near_not_far(place, model):
    """Deux voisines se ressemblent, deux lointaines non ; une seule grandeur les sépare, leur distance."""
    km = neighbours.middles(place.frame, place.epci_of, place.n_epci)
    distance = np.hypot(*(km[:, None] - km).transpose(2, 0, 1))
    alike = np.corrcoef(need_model.model(definition(DEFAULT), n_draws=500, place=place).places.epci)
    near, far = alike[(distance > 0) & (distance < 20)].mean(), alike[distance > 200].mean()
    between = model.spreads
    expected = np.exp(-15 / number("spreads/near_km")) * between.near**2 / (between.near**2 + between.epci**2)
    assert near == pytest.approx(expected, abs=0.1)
    assert abs(far) < 0.01


def test_the_national_total_is_less_sure_than_its_sample(place):
    """Refus et réponses inexactes : le total s’écarte de plus que le tirage de l’enquête et l’arrondi ne le font."""
    drawn = need_rates.draw(definition(DEFAULT), place.cells, place.bins, seed=1, n=500).draws
    total = drawn @ place.cells / place.cells.sum()
    assert total.std() > 1.4 * np.sqrt(0.154 * 0.846 / number("rates/tic_sample"))


def test_the_old_of_an_intercommunalite_vary_more_than_everybody_there(place):
    """L’âge et le diplôme comptent plus ou moins selon le lieu : un public d’un seul âge en est moins sûr."""
    rows = np.flatnonzero(place.frame.epci == "200040715")
    among = {"aged": [N_AGES - 1]}

    def width(cross: float) -> float:
        between = replace(need_model.spreads(), cross=cross)
        m = need_model.model(definition(DEFAULT), n_draws=500, place=place, between=between, among=among)
        aged = m.draws(rows, names=["aged"])["aged"].sum(axis=0, dtype=np.float64)
        return float(aged.std() / aged.mean())

    assert width(1.0) > 1.1 * width(0.0)
