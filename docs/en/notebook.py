# %% [markdown]
# # One national and one local figure, from the raw files
#
# Plain numpy over the files of `data/raw`, nothing of Maillage's own code: the method of
# [method.md](method.md) reduced to what fits on two screens. What it leaves out (living standards, IRIS,
# small communes, what is known of régions) is what separates its local figure from the published one.
# `make check` runs it; it fails when a figure leaves its range. Open it in any editor that reads `# %%`.

# %%
from pathlib import Path

import duckdb
import numpy as np
from scipy.optimize import root

RAW = Path(__file__).parents[2] / "data" / "raw"
GRENOBLE = "200040715"  # Grenoble-Alpes-Métropole
ORDINARY = 0.976  # share of residents in ordinary housing, which surveys visit


def rows(query: str) -> np.ndarray:
    return np.array(duckdb.sql(query.replace("RAW", str(RAW))).fetchall(), dtype=float)


# %% [markdown]
# ## The country: published total times the people it is about
#
# Insee, 2021: 15.4 % of people of 15 and over in ordinary housing.

# %%
pyramid = rows("select people from 'RAW/insee/pop3_2021/ages.csv'")[:, 0]
national = 0.154 * ORDINARY * pyramid.sum()
print(f"France: {national / 1e6:.2f} million")
assert 8.30e6 < national < 8.40e6

# %% [markdown]
# ## Ages, in ten bins then in five classes
#
# Bins: 0-14, 15-19, 20-24, 25-29, 30-39, 40-44, 45-59, 60-64, 65-74, 75+. A place starts from the national
# pyramid and is raked to its classes of 2016, then to its three classes of 2021.

# %%
P = pyramid  # 15-19, 20-24, 25-39, 40-54, 55-64, 65-79, 80+
BINS = np.array(
    [
        11_849_035,
        P[0],
        P[1],
        3_824_541,
        P[2] - 3_824_541,
        0.32 * P[3],
        0.68 * P[3] + 0.52 * P[4],
        0.48 * P[4],
        P[5] + P[6] - 6.4e6,
        6.4e6,
    ]
)
OF_2016 = [[0], [1, 2, 3], [4, 5], [6], [7, 8], [9]]  # 0-14, 15-29, 30-44, 45-59, 60-74, 75+
OF_2021 = [[0, 1], [2, 3, 4, 5, 6, 7], [8, 9]]  # 0-19, 20-64, 65+
FIVE = [[1, 2], [3, 4], [5, 6], [7, 8], [9]]  # 15-24, 25-39, 40-59, 60-74, 75+


def ages(shares_2016: np.ndarray, people_2021: np.ndarray) -> np.ndarray:
    bins = BINS.copy()
    for _ in range(20):
        for classes, target in ((OF_2016, shares_2016 * people_2021.sum()), (OF_2021, people_2021)):
            for inside, people in zip(classes, target, strict=True):
                bins[inside] *= people / bins[inside].sum()
    return np.array([bins[inside].sum() for inside in FIVE])


here = "code_commune in (select code from 'RAW/etalab/cog/communes.parquet' where epci = '200040715')"
classes = rows(
    "select sum(p16_pop0014), sum(p16_pop1529), sum(p16_pop3044), sum(p16_pop4559), sum(p16_pop6074),"
    f" sum(p16_pop75p) from 'RAW/insee/rp2016/iris_habitat.parquet' where {here}"
)[0]
residents = rows(
    f"select sum(pop_0_19), sum(pop_20_64), sum(pop_65p) from 'RAW/insee/rp2021/iris.parquet' where {here}"
)[0]
local_ages = ages(classes / classes.sum(), residents)
national_ages = np.array([BINS[inside].sum() for inside in FIVE])
print(f"Grenoble-Alpes: {residents.sum():,.0f} residents, {local_ages.sum():,.0f} of 15 and over")

# %% [markdown]
# ## Diplomas, and their cross with age
#
# Six diplomas from the census of 2018 (communes over 2,000 residents) and those in education. The cross comes
# from two published tables, generations followed; only its odds ratios survive raking.

# %%
SUMS = ", ".join(
    f"sum({name})"
    for name in ("pop_dipl_aucun", "pop_dipl_bepc", "pop_dipl_capbep", "pop_dipl_bac", "pop_dipl_sup2")
)
DIPLOMAS = f"select {SUMS}, sum(pop_dipl_sup34) + sum(pop_dipl_sup) from 'RAW/insee/rp2018/communes.parquet'"
STUDYING = np.array([0.66, 0.04, 0.01, 0, 0])

old = rows("select none, brevet, cap, bac, short, long from 'RAW/insee/for2_2012/auvergne.csv'")
old = old / old.sum(axis=1, keepdims=True)
new = rows("select none_or_brevet, cap, bac, short, long from 'RAW/insee/emploi_2023/diplomes_age.csv'")
split = old[[2, 3, 3, 4], 0] / old[[2, 3, 3, 4], :2].sum(axis=1)
new = np.column_stack((new[:, 0] * split, new[:, 0] * (1 - split), new[:, 1:]))
new = new / new.sum(axis=1, keepdims=True)
seed = np.array(
    [
        (old[0] + 3 * old[1]) / 4,
        (2 * new[0] + new[1]) / 3,
        (new[1] + 2 * new[2] + new[3]) / 4,
        (2 * old[4] + new[3]) / 3,
        old[5],
    ]
)


def cells(by_age: np.ndarray, by_diploma: np.ndarray) -> np.ndarray:
    """Return (5, 7) people by age and diploma, students last."""
    students = STUDYING * by_age
    table = seed * (by_age - students)[:, None]
    shares = by_diploma / by_diploma.sum()
    for _ in range(50):
        table *= shares * (by_age - students).sum() / table.sum(axis=0)
        table *= ((by_age - students) / table.sum(axis=1))[:, None]
    return np.column_stack((table, students))


country = cells(national_ages, rows(DIPLOMAS)[0])
grenoble = cells(local_ages, rows(f"{DIPLOMAS} where {here}")[0])

# %% [markdown]
# ## Rates of the cells, from the published margins
#
# `logit p = A[age] + s t[diploma] + q [bac+3]`, found so that the country gives back 2, 4, 24 and 62 % by
# age, 15.4 % in all, 42 % of those without a diploma, 3 % of those with bac+3. The rate of 40-59 follows.

# %%
T = np.array([1, 0.681, 0.42, 0.26, 0.126, 0, 0.26])  # none, brevet, CAP, bac, bac+2, bac+3, in education
LONG = np.arange(7) == 5


def rates(unknown: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-(unknown[:5, None] + unknown[5] * T + unknown[6] * LONG)))


def gaps(unknown: np.ndarray) -> np.ndarray:
    concerned = country * rates(unknown)
    by_age, by_diploma = (concerned.sum(axis=k) / country.sum(axis=k) for k in (1, 0))
    total = concerned.sum() / country.sum()
    return np.array([*by_age[[0, 1, 3, 4]], total, *by_diploma[[0, 5]]]) - PUBLISHED


PUBLISHED = np.array([0.02, 0.04, 0.24, 0.62, 0.154, 0.42, 0.03])
solved = root(gaps, np.array([-4.5, -4, -3.5, -2, -0.3, 1.8, -0.4]), tol=1e-10)
p = rates(solved.x)
print(f"40-59, nobody publishes it: {100 * (country * p)[2].sum() / country[2].sum():.1f} %")
assert np.abs(gaps(solved.x)).max() < 1e-8

# %% [markdown]
# ## The place
#
# Maillage publishes the interval below, centred on a little less: the région's published rate (15 % in 2019)
# is under what its residents imply, and that is known to Maillage alone.

# %%
local = ORDINARY * (grenoble * p).sum()
print(f"{GRENOBLE}: {local:,.0f} people, {100 * (grenoble * p).sum() / grenoble.sum():.1f} %")
LOW, HIGH = 36_200, 55_800
assert LOW < local < HIGH
