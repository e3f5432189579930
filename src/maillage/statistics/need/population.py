"""The frame: who lives in each area of France, by age, diploma and household, from every census table
available.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.table import Table, group, positions, total_by
from maillage.reference.parameters import number, numbers
from maillage.sources import cnaf as cnaf_source
from maillage.sources import cog, dares, seeds
from maillage.sources import filosofi as filosofi_source
from maillage.sources import rp2016 as rp2016_source
from maillage.sources import rp2018 as rp2018_source
from maillage.sources import rp2021 as rp2021_source
from maillage.sources import taux as taux_source
from maillage.statistics.engine import ages, diplomas, income
from maillage.statistics.engine.cells import AGE_OF, DIPLOMA_OF, N_AGES, N_CELLS
from maillage.statistics.engine.logit import expit, logit
from maillage.statistics.engine.raking import rake
from maillage.statistics.need import corrections
from maillage.statistics.need.corrections import Correction, laid_over

Floats = NDArray[np.float64]
SMALL_COMMUNE = 2_000
AGE_CYCLES, DIPLOMA_CYCLES, JOINT_CYCLES, CELL_CYCLES = 4, 8, 12, 12
MOST_STUDENTS = (0.97, 0.10)  # most of 15-24 and of 25-39 that may be in education, whatever the margins ask
TYPICAL_INCOME = 22_400  # euros a year: incomes are read around it, so that the intercept is a usual commune
TOO_FEW = "Trop peu d’habitants pour une estimation."
OVERSEAS = ("01", "02", "03", "04")  # régions of Guadeloupe, Martinique, Guyane, La Réunion

# Why an area is less sure than another: stored as bits, told in words by the reports.
COARSE_IRIS, SMALL, NO_RATE, IS_OVERSEAS, NO_INCOME, NO_STANDARD = 1, 2, 4, 8, 16, 32


@dataclass(frozen=True, slots=True)
class Frame:
    """One row per area (IRIS of RP2021), a commune's areas together, communes in the order of codes.

    area, commune, published (commune as published), epci ('' outside any), region, departement: codes.
    kind: H, A, D or Z; population: all ages; adults: 15 and over.
    counts: (areas, 35) persons of 15 and over in ordinary housing, by age × diploma. Like modest and poor,
    they are those of the surroundings where an area is too small for a figure (`withheld`).
    ages: (areas, 10) persons by age bin. home_share: ordinary housing among residents.
    modest, poor: share of 15 and over in the two lowest fifths, and under the poverty threshold.
    diploma_doubt: standard deviation of the logit of the share below the bac.
    sampled: whether the census of that area is a sample. flags: bits above.
    """

    area: NDArray[np.str_]
    commune: NDArray[np.str_]
    published: NDArray[np.str_]
    epci: NDArray[np.str_]
    departement: NDArray[np.str_]
    region: NDArray[np.str_]
    kind: NDArray[np.str_]
    population: Floats
    adults: Floats
    counts: Floats
    ages: Floats
    home_share: Floats
    modest: Floats
    poor: Floats
    diploma_doubt: Floats
    sampled: NDArray[np.bool_]
    flags: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.area)

    @property
    def universe(self) -> Floats:
        """Persons of 15 and over in ordinary housing."""
        return np.asarray(self.adults * self.home_share)

    @property
    def overseas(self) -> NDArray[np.bool_]:
        return np.isin(self.region, OVERSEAS)

    @property
    def unmeasured(self) -> NDArray[np.bool_]:
        """Areas overseas where no median income is known: their living standard is a supposition."""
        return np.asarray(self.flags & NO_STANDARD > 0)

    def take(self, rows: NDArray[Any]) -> "Frame":
        return replace(self, **{field.name: getattr(self, field.name)[rows] for field in fields(self)})


@dataclass(frozen=True, slots=True)
class Sources:
    """The tables a frame is made of, checked."""

    communes: Table
    rp2021: Table
    rp2018: Table
    rp2016: Table
    taux: Table
    filosofi: Table
    cnaf: Table


def sources() -> Sources:
    """Return every table, checked, with the corrections in force; raise BrokenSource on one that differs from
    its card.
    """
    return _sources(corrections.in_force())


@lru_cache(maxsize=2)
def _sources(laid: tuple[Correction, ...]) -> Sources:
    communes = cog.communes()
    cog.check(communes, cog.former())
    seeds.check(seeds.national_bins(), seeds.diplomas_by_age())
    # Two at once: DuckDB reads one while Python names what is in the other.
    files = (
        rp2021_source.iris,
        rp2018_source.communes,
        rp2016_source.iris,
        taux_source.communes,
        filosofi_source.communes,
        cnaf_source.iris,
    )
    with ThreadPoolExecutor(2) as pool:
        out = Sources(communes, *pool.map(lambda read: read(), files))
    rp2021_source.check(out.rp2021, communes)
    rp2018_source.check(out.rp2018, communes)
    rp2016_source.check(out.rp2016)
    taux_source.check(out.taux, communes)
    filosofi_source.check(out.filosofi, communes)
    cnaf_source.check(out.cnaf)
    dares.check(dares.communes(), communes)
    return replace(
        out,
        rp2021=laid_over(out.rp2021, "iris", laid),
        rp2018=laid_over(out.rp2018, "commune", laid),
        filosofi=laid_over(out.filosofi, "commune", laid),
        cnaf=laid_over(out.cnaf, "iris", laid),
    )


def build(tables: Sources, *, seed_power: float = 1.0, diploma_shift: Floats | None = None) -> Frame:
    """Return the frame of the whole country.

    seed_power: odds ratios of the age × diploma seed are raised to it (1 = as composed). diploma_shift:
    (areas,) added to the logit of each area's share below the bac; only the soundness run uses both, to make
    true worlds that the frame does not know.
    """
    rp = tables.rp2021
    commune_codes, commune_of = group(rp["commune"])
    bins = _ages(rp, tables, commune_codes, commune_of)
    people = ages.regroup(bins, ages.CELLS)
    adults = people.sum(axis=1)
    home_share = _home_share(rp, tables.rp2016)
    overseas = np.isin(rp["region"], OVERSEAS)
    students = _students(people, rp, tables, commune_codes, commune_of)
    shares, doubt_commune, flags_commune = _commune_diplomas(
        tables, commune_codes, total_by(commune_of, adults), commune_of, rp
    )
    not_studying = adults - students
    by_diploma, doubt, flags = _area_diplomas(
        rp, tables.rp2016, bins, not_studying, shares, doubt_commune, flags_commune, commune_of
    )
    if diploma_shift is not None:
        by_diploma = _shifted(by_diploma, diploma_shift)
    columns = np.column_stack((by_diploma, students)) * home_share[:, None]
    counts = rake(
        _joint(people, columns, home_share, seed_power),
        people * home_share[:, None],
        columns,
        cycles=CELL_CYCLES,
    )
    modest, poor, no_income = _living_standards(rp, tables, adults, commune_of, overseas)
    flags = flags | np.where(overseas, IS_OVERSEAS, 0)
    flags = flags | np.where(no_income, np.where(overseas, NO_STANDARD, NO_INCOME), 0)
    commune_pop = total_by(commune_of, rp["pop"])
    split = np.bincount(commune_of) > 1
    built = Frame(
        area=rp["iris"],
        commune=rp["commune"],
        published=rp["published"],
        epci=rp["epci"],
        departement=rp["departement"],
        region=rp["region"],
        kind=rp["kind"],
        population=rp["pop"],
        adults=adults,
        counts=counts.reshape(len(rp), N_CELLS),
        ages=bins,
        home_share=home_share,
        modest=modest,
        poor=poor,
        diploma_doubt=doubt,
        sampled=(split & (commune_pop >= 10_000))[commune_of],
        flags=flags,
    )
    return _surrounded(
        replace(built, modest=_share_of_cells(built, modest), poor=_share_of_cells(built, poor))
    )


def withheld(frame: Frame) -> NDArray[np.bool_]:
    """Return (areas,) whether an area, or its whole commune, has too few people for a figure of its own."""
    _, commune_of = group(frame.commune)
    least = number("protection/small_area")
    return (frame.adults < least) | (total_by(commune_of, frame.adults)[commune_of] < least)


def _surrounded(frame: Frame) -> Frame:
    """Return a frame whose withheld areas keep their number of people, and take the make-up of the areas that
    are told around them: in their commune, or else their EPCI, or else their département.

    A total less every figure told of its parts then says nothing of who lives in the others, however zones
    are cut.
    """
    hidden, size = withheld(frame), frame.counts.sum(axis=1)
    _, commune_of = group(frame.commune)
    alone = total_by(commune_of, frame.adults)[commune_of] < number("protection/small_area")
    published = np.column_stack((frame.counts, frame.modest * size, frame.poor * size))
    out, uncounted = published.copy(), hidden & (size > 0)
    # A commune that is told, of areas that are not, is its own surroundings: its own number does not move.
    for codes, among in (
        (frame.commune, ~hidden),
        (frame.commune, ~alone),
        (np.where(frame.epci == "", frame.commune, frame.epci), ~hidden),
        (frame.departement, ~hidden),
    ):
        names, at = group(codes)
        people = total_by(at, np.where(among, size, 0.0), len(names))[at]
        estimated = np.flatnonzero(uncounted & (people > 0))
        neighbours = np.column_stack(
            [total_by(at, np.where(among, column, 0.0), len(names)) for column in published.T]
        )
        out[estimated] = neighbours[at[estimated]] * (size[estimated] / people[estimated])[:, None]
        uncounted[estimated] = False
    moved = np.flatnonzero(hidden & (size > 0))
    counts, modest, poor = frame.counts.copy(), frame.modest.copy(), frame.poor.copy()
    counts[moved] = out[moved, :N_CELLS]
    modest[moved], poor[moved] = out[moved, N_CELLS:].T / size[moved]
    return replace(frame, counts=counts, modest=modest, poor=poor)


def _ages(rp: Table, tables: Sources, commune_codes: NDArray[Any], commune_of: NDArray[Any]) -> Floats:
    three = np.column_stack((rp["pop_0_19"], rp["pop_20_64"], rp["pop_65p"]))
    three *= np.divide(rp["pop"], three.sum(axis=1), out=np.ones(len(rp)), where=three.sum(axis=1) > 0)[
        :, None
    ]
    national = seeds.national_bins().copy()
    national[0] = rp["pop"].sum() - national.sum()
    old = tables.rp2016
    six = np.column_stack([old.aligned("iris", rp["iris"], f"a{n}") for n in range(6)])
    six = np.where(six.sum(axis=1, keepdims=True) > 0, six, np.nan)
    recent = tables.rp2018
    four = np.column_stack(
        [recent.aligned("commune", commune_codes, name) for name in ("age_0_14", "age_15_29")]
    )
    old_age = recent.aligned("commune", commune_codes, "age_75p")
    pop = recent.aligned("commune", commune_codes, "pop")
    four = np.column_stack((four, pop - four.sum(axis=1) - old_age, old_age))[commune_of]
    return ages.fit_ages(
        national,
        three,
        shares_six=six / six.sum(axis=1, keepdims=True),
        shares_four=four / four.sum(axis=1, keepdims=True),
        cycles=AGE_CYCLES,
    )


def _home_share(rp: Table, old: Table) -> Floats:
    """Return the share of residents in ordinary housing, the mean where the census of 2016 is silent."""
    residents = old.aligned("iris", rp["iris"], "pop")
    shares = np.divide(
        old.aligned("iris", rp["iris"], "in_households"),
        residents,
        out=np.zeros(len(rp)),
        where=residents > 0,
    )
    return np.where(shares > 0, np.clip(shares, 0.3, 1.0), number("population/households"))


def _students(
    people: Floats, rp: Table, tables: Sources, commune_codes: NDArray[Any], commune_of: NDArray[Any]
) -> Floats:
    """Return (areas,) residents of 15 and over in education, scaled to their commune's total where it is
    known.
    """
    expected = people[:, :3] @ np.array(numbers("population/students"))
    recent = tables.rp2018
    not_studying = recent.aligned("commune", commune_codes, "not_studying")
    adults_2018 = recent.aligned("commune", commune_codes, "pop") - recent.aligned(
        "commune", commune_codes, "age_0_14"
    )
    share = 1 - not_studying / adults_2018
    adults = total_by(commune_of, people.sum(axis=1))
    wanted = share * adults
    current = total_by(commune_of, expected)
    factor = np.divide(wanted, current, out=np.full(len(current), np.nan), where=current > 0)
    factor = np.where(np.isfinite(factor), factor, number("population/students_unknown"))
    return np.asarray(np.minimum(expected * factor[commune_of], people[:, :2] @ np.array(MOST_STUDENTS)))


def _commune_diplomas(
    tables: Sources, codes: NDArray[Any], adults: Floats, commune_of: NDArray[Any], rp: Table
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Return (communes, 6) shares of diplomas, the doubt on the share below the bac, and flags."""
    recent = tables.rp2018
    counted = np.column_stack([recent.aligned("commune", codes, name) for name in rp2018_source.DIPLOMAS])
    known = ~np.isnan(counted).any(axis=1) & (counted.sum(axis=1) > 0)
    shares = counted / counted.sum(axis=1, keepdims=True)
    below = shares[:, diplomas.BELOW_BAC].sum(axis=1)

    rate = tables.taux.aligned("commune", codes, "below_bac")
    pop = recent.aligned("commune", codes, "pop")
    bridge_rows = known & (pop > SMALL_COMMUNE) & (pop < 5_000) & (rate > 0.03) & (rate < 0.97)
    bridge = diplomas.link(rate[bridge_rows], below[bridge_rows])
    clipped = np.clip(rate, 0.03, 0.97)
    levelled = expit(bridge.intercept + bridge.slope * logit(np.where(np.isnan(clipped), 0.5, clipped)))
    levelled = np.where(np.isnan(rate), np.nan, levelled)

    departements, departement_of = group(tables.communes.aligned("code", codes, "departement", missing=""))
    median = tables.filosofi.aligned("commune", codes, "median")
    typical = _departement_median(median, adults, departement_of, len(departements))
    log_median = np.log(np.where(np.isnan(median), typical[departement_of], median))
    usable = ~np.isnan(levelled) & (adults > 300)
    x = np.column_stack((np.ones(len(codes)), log_median - np.log(TYPICAL_INCOME)))
    target = logit(np.clip(np.where(np.isnan(levelled), 0.5, levelled), 0.03, 0.97))
    beta = diplomas.least_squares(x[usable], target[usable, None], adults[usable], ridge=0.0)[:, 0]
    residual = target - x @ beta
    effect = diplomas.group_effects(
        np.where(usable, residual, 0.0),
        np.where(usable, 1.0, 0.0),
        departement_of,
        len(departements),
        prior_weight=5.0,
    )
    prior = expit(x @ beta + effect[departement_of])
    small_below = diplomas.shrink(
        levelled,
        adults,
        prior,
        spread=number("population/below_bac_spread"),
        ageing=number("population/below_bac_ageing"),
        coverage=number("population/below_bac_coverage"),
    )
    rows = known & (adults < 20_000)
    low_beta, high_beta = diplomas.split_quadratic(below[rows], shares[rows], adults[rows])
    s = logit(small_below)
    square = np.column_stack((np.ones_like(s), s, s**2))
    low_effect, high_effect = (
        _ratio_effects(shares, known, departement_of, len(departements), pair, below, beta_)
        for pair, beta_ in (((0, 1, 2), low_beta), ((4, 5, 3), high_beta))
    )
    composed = diplomas.compose(
        small_below,
        square @ low_beta + low_effect[departement_of],
        square @ high_beta + high_effect[departement_of],
    )
    out = np.where(known[:, None], shares, composed)
    small_doubt = np.sqrt(
        number("spreads/diploma_small") ** 2 + np.minimum(1 / (0.21 * np.maximum(adults, 1)), 0.25**2)
    )
    doubt = np.where(known, number("spreads/diploma_commune"), small_doubt)
    flags = np.where(known, 0, SMALL) | np.where(~known & (np.isnan(rate) | (adults < 80)), NO_RATE, 0)
    return out, doubt, flags.astype(np.int64)


def _departement_median(median: Floats, adults: Floats, departement_of: NDArray[Any], n: int) -> Floats:
    """Return the mean log-median of each département, or the country's where there is none (overseas)."""
    known = ~np.isnan(median)
    weight = np.where(known, adults, 0.0)
    log = np.where(known, np.log(np.where(known, median, 1.0)), 0.0)
    total = total_by(departement_of, weight, n)
    mean = np.divide(
        total_by(departement_of, weight * log, n), total, out=np.full(n, np.nan), where=total > 0
    )
    return np.asarray(np.exp(np.where(np.isnan(mean), np.sum(weight * log) / weight.sum(), mean)))


def _ratio_effects(
    shares: Floats,
    known: NDArray[np.bool_],
    departement_of: NDArray[Any],
    n: int,
    triple: tuple[int, int, int],
    below: Floats,
    beta: Floats,
) -> Floats:
    """Return (départements, 2) mean residuals of two log-ratios around their national line."""
    s = logit(np.where(known, below, 0.5))
    square = np.column_stack((np.ones_like(s), s, s**2))
    safe = np.log(np.maximum(np.where(known[:, None], shares, 1.0), diplomas.TINY))
    first, second, base = triple
    residual = (
        np.column_stack((safe[:, first] - safe[:, base], safe[:, second] - safe[:, base])) - square @ beta
    )
    weight = known.astype(np.float64)
    return np.column_stack(
        [
            diplomas.group_effects(np.where(known, column, 0.0), weight, departement_of, n, prior_weight=5.0)
            for column in residual.T
        ]
    )


TRAITS = (
    ("cs2", "cs_active"),
    ("cs3", "cs_active"),
    ("cs4", "cs_active"),
    ("cs6", "cs_active"),
    ("cs7", "cs_all"),
    ("cs8", "cs_all"),
    ("social_homes", "main_homes"),
    ("alone", "in_households"),
    ("single_parent", "in_households"),
    ("a1", "pop"),
    ("a4", "pop"),
    ("a5", "pop"),
)


def _traits(counts: dict[str, Floats]) -> Floats:
    """Return (rows, 13) shares describing who lives there: occupations, households, housing, ages."""
    active = sum((counts[f"cs{n}"] for n in range(2, 7)), counts["cs1"])
    bases = {**counts, "cs_active": active, "cs_all": active + counts["cs7"] + counts["cs8"]}
    shares = [
        np.divide(counts[part], bases[base], out=np.zeros(len(active)), where=bases[base] > 0)
        for part, base in TRAITS
    ]
    return np.column_stack((*shares, np.log(shares[1] + 0.02)))


def _area_diplomas(
    rp: Table,
    old: Table,
    bins: Floats,
    not_studying: Floats,
    shares: Floats,
    doubt_commune: Floats,
    flags_commune: NDArray[np.int64],
    commune_of: NDArray[Any],
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Return (areas, 6) non-students by diploma, with the doubt and the flags of each area."""
    out = shares[commune_of] * not_studying[:, None]
    doubt, flags = doubt_commune[commune_of], flags_commune[commune_of]
    at = positions(old["iris"], rp["iris"])
    several = np.bincount(commune_of)[commune_of] > 1
    described = (at >= 0) & several & (not_studying > 0)
    rows = np.flatnonzero(described)
    counts = {name: old[name][at[rows]] for name in old.columns if name != "iris"}
    traits = _traits(counts)
    _, local = np.unique(commune_of[rows], return_inverse=True)
    members = np.unique(commune_of[rows])
    commune_counts = {name: total_by(local, values, len(members)) for name, values in counts.items()}
    # The described IRIS of a commune share what its other IRIS (offices, woods) leave of the commune's
    # diplomas.
    imputed = diplomas.impute(
        traits,
        shares[members],
        local.astype(np.int64),
        not_studying[rows],
        _traits(commune_counts),
        total_by(local, not_studying[rows], len(members)),
        ridge=1e-3,
        cycles=DIPLOMA_CYCLES,
    )
    out[rows] = imputed
    doubt = np.where(several, number("spreads/diploma_unknown"), doubt)
    doubt[rows] = number("spreads/diploma_residential")
    flags = flags | np.where(several & ~described, COARSE_IRIS, 0)
    return out, doubt, flags


def _shifted(by_diploma: Floats, move: Floats) -> Floats:
    """Return the diplomas after moving the logit of the share below the bac; the number of people is
    unchanged.
    """
    total = by_diploma.sum(axis=1)
    low = by_diploma[:, diplomas.BELOW_BAC].sum(axis=1)
    share = np.clip(np.divide(low, total, out=np.full(len(total), 0.5), where=total > 0), 1e-3, 1 - 1e-3)
    moved = expit(logit(share) + move)
    factor = np.column_stack([moved / share] * 3 + [(1 - moved) / (1 - share)] * 3)
    out = by_diploma * factor
    return np.asarray(
        out * np.divide(total, out.sum(axis=1), out=np.ones(len(total)), where=total > 0)[:, None]
    )


def _joint(people: Floats, columns: Floats, home_share: Floats, seed_power: float) -> Floats:
    """Return the national (5, 7) table whose odds ratios every area keeps."""
    national_ages = (people * home_share[:, None]).sum(axis=0)
    national_columns = columns.sum(axis=0)
    in_school = np.zeros(N_AGES)
    in_school[:3] = np.array(numbers("population/students")) * national_ages[:3]
    in_school *= national_columns[6] / in_school.sum()
    rest = seeds.diplomas_by_age() ** seed_power
    seed = np.column_stack(
        (rest / rest.sum(axis=1, keepdims=True) * (national_ages - in_school)[:, None], in_school)
    )
    return np.asarray(rake(seed[None], national_ages[None], national_columns[None], cycles=JOINT_CYCLES)[0])


def _living_standards(
    rp: Table, tables: Sources, adults: Floats, commune_of: NDArray[Any], overseas: NDArray[np.bool_]
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Return the shares of 15 and over living modestly and under the poverty threshold, and where income is
    unknown.

    Each area takes the median of its arrondissement (Paris, Lyon, Marseille), else of its commune, else of
    its département. Thresholds are those of the mainland. Overseas, an area without a median (Guadeloupe,
    Guyane) takes the mean of those that have one (Martinique, La Réunion): a supposition, never published.
    """
    median = medians(tables.filosofi, rp["published"], rp["commune"])
    known = ~np.isnan(median)
    departements, departement_of = group(rp["departement"])
    filled = np.where(
        known, median, _departement_median(median, adults, departement_of, len(departements))[departement_of]
    )
    base = known & ~overseas
    order = np.argsort(median[base], kind="stable")
    cumulated = np.cumsum(adults[base][order])
    national_median = float(median[base][order][np.searchsorted(cumulated, cumulated[-1] / 2)])
    poverty_line = number("social/poverty_threshold") * national_median
    spread_in = income.calibrate_spread(
        median[base], adults[base], threshold=poverty_line, share=number("social/poverty")
    )
    modest_line = income.calibrate_threshold(
        median[base], adults[base], spread=spread_in, share=number("social/modest")
    )
    minima = minima_share(rp["iris"], rp["pop"], tables.cnaf)
    n_communes = int(commune_of.max()) + 1
    out = []
    for line, factor in ((modest_line, 1.0), (poverty_line, number("social/poor_15p"))):
        share = income.share_below(filled, threshold=line, spread=spread_in) * factor
        moved = income.within_commune(
            share, minima, adults, commune_of, n_communes, pull=number("social/minima_pull")
        )
        measured = overseas & known
        mean = float(np.average(moved[measured], weights=adults[measured]))
        out.append(np.where(overseas & ~known, mean, moved))
    return out[0], out[1], ~known


def medians(table: Table, published: NDArray[Any], commune: NDArray[Any]) -> Floats:
    """Return the median standard of living of each area's arrondissement or commune, nan where it is
    withheld.
    """
    own, of_commune = (table.aligned("commune", codes, "median") for codes in (published, commune))
    return np.where(np.isnan(own), of_commune, own)


def minima_share(iris: NDArray[Any], people: Floats, cnaf_table: Table) -> Floats:
    """Return the share of residents in a household on RSA or AAH; nan where the producer withholds it."""
    rsa, aah = (cnaf_table.aligned("iris", iris, name) for name in ("rsa", "aah"))
    covered = number("social/rsa_people") * rsa + number("social/aah_people") * aah
    return np.asarray(np.divide(covered, people, out=np.full(len(people), np.nan), where=people > 0))


def household_offsets() -> Floats:
    """Return (35,) how much more often each cell lives under a threshold, on the logit scale."""
    by_age = logit(np.array(numbers("social/poverty_by_age")))
    by_diploma = np.log(np.array(numbers("social/poverty_by_diploma")))
    return np.asarray(by_age[AGE_OF] + by_diploma[DIPLOMA_OF])


def _share_of_cells(frame: Frame, share: Floats) -> Floats:
    """Return the share of each area; overseas without a median, the one implied by its cells."""
    there = np.flatnonzero(frame.overseas)  # every other area keeps its own
    far, out = frame.take(there), share.copy()
    under = by_household(far, share[there])[:, N_CELLS:].sum(axis=1)
    out[there] = np.divide(under, far.universe, out=share[there], where=far.unmeasured & (far.universe > 0))
    return out


def by_household(frame: Frame, share: Floats) -> Floats:
    """Return (areas, 70) counts: people above the threshold by cell, then people under it.

    Overseas without a median, every cell takes the share it has where medians are known, overseas too.
    """
    q = income.share_by_cell(frame.counts, share, household_offsets())
    alike = frame.overseas & ~frame.unmeasured
    usual = (frame.counts[alike] * q[alike]).sum(axis=0) / np.maximum(frame.counts[alike].sum(axis=0), 1e-9)
    q[frame.unmeasured] = usual
    return np.concatenate((frame.counts * (1 - q), frame.counts * q), axis=1)
