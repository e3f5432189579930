"""Candidates for a sharper model, each judged on places that it has not seen."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.table import Table
from maillage.reference import regional
from maillage.reference.definitions import definition
from maillage.reference.parameters import number
from maillage.sources import credoc
from maillage.sources.credoc import ZONES, zones
from maillage.sources.read import select
from maillage.statistics.engine import rates as rate_engine
from maillage.statistics.engine import synthetic
from maillage.statistics.engine.cells import AGE_OF, AGES, DIPLOMA_OF, N_AGES, N_CELLS, N_DIPLOMAS
from maillage.statistics.engine.logit import expit, logit
from maillage.statistics.need import model as need_model
from maillage.statistics.need import rates, regions
from maillage.statistics.need.model import Country

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]

REGION = "32"
PARIS = ("75", "92", "93", "94")
# La CC de la Haute-Deûle a rejoint la métropole de Lille en 2020 ; la CA du Calaisis a changé de code.
SUCCESSORS = {"245901061": "200093201", "246201149": "200090751"}
WAVES = (2015, 2016, 2017, 2018, 2019)
QUOTAS = 1.3  # quota samples vary more than chance: variances are multiplied by it
DIPLOMA_LEVELS = ("none", "below_bac", "bac", "higher")
LEVEL_OF = np.array([0, 1, 1, 2, 3, 3, 2])  # of each diploma, among these; students with the bac
STANDARDS = ("low", "lower_middle", "upper_middle", "high", "unknown")
MODEST = np.array([1.0, 0.78, 0.0, 0.0, 0.4])  # chance of being in the two lowest fifths, by living standard
RIDGE = 0.5


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model to try. p: (70,) national rates; rural: (70,) logit added in small communes; paris: logit added
    around Paris; regional: whether published rates and the survey's zones move régions; survey: whether the
    zones do; rounding: by how much the doubt of printing is multiplied.
    """

    name: str
    p: Floats
    rural: Floats
    paris: float = 0.0
    regional: bool = False
    survey: bool = True
    rounding: float = 1.0


@dataclass(frozen=True, slots=True)
class Score:
    """The scores of a candidate. Errors in points, absolute, on average.

    epci: as it is, left_out: once a constant fitted on four départements corrects the fifth, with its rank
    correlation; region: as it is, or from the other régions when it uses their rates; zones: rank correlation
    over the zones of the survey, same respondents on both sides; census: the same from our residents.
    """

    epci: float
    left_out: float
    left_out_rank: float
    region: float
    region_rank: float
    zones: float
    census: float


@dataclass(frozen=True, slots=True)
class People:
    """Respondents of 18 and over: positions in classes, what they answered, weights of mean one."""

    age: Positions
    diploma: Positions
    standard: Positions
    rural: NDArray[np.bool_]
    paris: NDArray[np.bool_]
    zone: Positions
    concerned: Floats
    weight: Floats
    wave: Positions

    def take(self, rows: NDArray[np.bool_]) -> "People":
        return People(*(getattr(self, name)[rows] for name in self.__slots__))


def people(answers: Table | None = None) -> People:
    """Return the respondents of the waves that are interviewed alike, with a known use of the Internet."""
    answers = credoc.persons() if answers is None else answers
    of = zones(answers)
    known = np.isin(answers["year"], WAVES) & (answers["age"] >= 18) & (of != "")
    known &= np.isin(answers["internet_use"], ("daily", "weekly", "rarely", "never"))
    known &= np.isin(answers["diploma"], DIPLOMA_LEVELS)

    def position(values: NDArray[np.str_], names: tuple[str, ...]) -> Positions:
        return np.array([names.index(value) for value in values[known].tolist()])

    weight = answers["weight"][known].astype(np.float64)
    return People(
        age=np.searchsorted((25, 40, 60, 75), answers["age"][known], side="right"),
        diploma=position(answers["diploma"], DIPLOMA_LEVELS),
        standard=position(answers["living_standard"], STANDARDS),
        rural=answers["agglomeration"][known] == "rural",
        paris=answers["agglomeration"][known] == "paris",
        zone=position(of, ZONES),
        concerned=(answers["internet_use"][known] == "never").astype(np.float64),
        weight=weight / weight.mean(),
        wave=answers["year"][known] - WAVES[0],
    )


def logistic_coefficients(
    design: Floats, observed: Floats, weight: Floats, offset: Floats | float = 0.0
) -> tuple[Floats, Floats]:
    """Return the coefficients of a logistic regression and their covariance, quotas counted; a light ridge on
    all but the first.
    """
    penalty = np.eye(design.shape[1]) * RIDGE
    penalty[0, 0] = 1e-6
    b = np.zeros(design.shape[1])
    for _ in range(60):
        q = expit(offset + design @ b)
        curve = (design * (weight * q * (1 - q))[:, None]).T @ design + penalty
        step = np.linalg.solve(curve, design.T @ (weight * (observed - q)) - penalty @ b)
        b = b + np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-9:
            break
    return b, np.asarray(QUOTAS * np.linalg.inv(curve))


def one_hot(of: Positions, n: int, reference: int) -> Floats:
    return np.asarray(of[:, None] == np.delete(np.arange(n), reference), dtype=np.float64)


def shape_design(age: Positions, diploma: Positions, standard: Positions) -> Floats:
    return np.hstack(
        (
            np.ones((len(age), 1)),
            one_hot(age, N_AGES, 2),
            one_hot(diploma, len(DIPLOMA_LEVELS), 1),
            one_hot(standard, len(STANDARDS), 2),
        )
    )


def survey_shape(answers: People) -> Floats:
    """Return (70,) the logit that the survey alone gives each cell, its level being of no use here."""
    b, _ = logistic_coefficients(
        shape_design(answers.age, answers.diploma, answers.standard), answers.concerned, answers.weight
    )
    ages = np.insert(b[1:5], 2, 0.0)
    levels = np.insert(b[5:8], 1, 0.0)
    standards = np.insert(b[8:12], 2, 0.0)
    share = np.array([answers.weight[answers.standard == k].sum() for k in range(len(STANDARDS))])
    inside = np.average(standards[:4], weights=share[:4] * MODEST[:4])
    outside = np.average(standards[:4], weights=share[:4] * (1 - MODEST[:4]))
    cell = b[0] + ages[AGE_OF] + levels[LEVEL_OF[DIPLOMA_OF]]
    return np.concatenate((cell + outside, cell + inside))


class Ground:
    """The data that candidates are judged on: our residents, Insee's tables of 2019, the survey's
    respondents.
    """

    def __init__(self, place: Country, answers: People) -> None:
        self.place, self.answers = place, answers
        frame = place.frame
        self.chosen = definition(regional.evidence().definition)
        codes, self.epci_rates = epci_table()
        row = {code: k for k, code in enumerate(codes)}
        in_region = frame.region == REGION
        at = np.array([row.get(code, -1) for code in frame.epci.tolist()])
        known = in_region & (at >= 0)
        group = 2 * at[known] + place.rural[known]
        self.epci = synthetic.add_by(place.homes[known], group, 2 * len(codes)).reshape(len(codes), 2, -1)
        names = np.unique(frame.departement[in_region])
        inside = np.zeros((len(codes), len(names)))
        size = place.homes[known].sum(axis=1, dtype=np.float64)
        np.add.at(inside, (at[known], np.searchsorted(names, frame.departement[known])), size)
        self.epci_departement = inside.argmax(axis=1)
        self.paris = np.isin(place.departement_names, PARIS).astype(np.float64)
        self.region_of = place.region_of_departement
        self.overseas = place.is_overseas[self.region_of]
        rated = [r for r in regional.evidence().rates if not r.contested]
        self.rated = np.array([np.flatnonzero(place.region_names == r.region)[0] for r in rated])
        self.region_rates = np.array([r.rate for r in rated])
        weights = np.array([answers.weight[answers.zone == k].sum() for k in range(len(ZONES))])
        self.observed = (
            np.bincount(answers.zone, answers.weight * answers.concerned, minlength=len(ZONES)) / weights
        )

    @cached_property
    def current(self) -> Floats:
        """(70,) the national rates of the product, at the centre."""
        setting = rates.Setting(self.place.cells, self.place.bins, rates.central(), 0, still=True)
        return self.by_home(rates.fit_rates(self.chosen, setting))

    def by_home(self, p: Floats) -> Floats:
        total = self.place.homes.sum(axis=0, dtype=np.float64)
        everybody = total[:N_CELLS] + total[N_CELLS:]
        share = np.divide(total[N_CELLS:], everybody, out=np.full(N_CELLS, 0.4), where=everybody > 0)
        odds = np.array([number("rates/modest_odds")])
        split = rate_engine.split_by_household(p, np.clip(share, 1e-4, 0.999), odds)
        return np.asarray(np.clip(np.concatenate(split, axis=1)[0], 1e-9, 1 - 1e-9))

    @cached_property
    def measures(self) -> regions.Measures:
        return need_model.regional_measures(self.place)

    def law(self, c: Candidate, *, leave_out: int | None = None, survey: bool = True) -> Floats:
        """Return (régions,) the effects that published rates and zones give, one région left out."""
        known = self.measures
        p = self.rates_by_departement(replace(c, regional=False), np.zeros(len(self.place.region_names)))
        effects = known.effects.copy()
        for at, rate in zip(self.rated, self.region_rates, strict=True):
            inside = self.region_of == at
            people_ = self.place.grounds[inside].ravel()
            effects[at] = rate_engine.constant(people_, p[inside].ravel(), float(rate))
        if leave_out is not None:
            effects[leave_out] = np.nan
        error = known.zone_error if survey and c.survey else np.full(len(known.zone_error), 1e3)
        changed = replace(known, effects=effects, zone_error=error, rounding=c.rounding * known.rounding)
        return regions.law(changed, number("spreads/region")).mean

    def rates_by_departement(self, c: Candidate, effects: Floats) -> Floats:
        """Return (départements, 2, 70) rates, brought to the national total on the mainland."""
        shift = (effects[self.region_of] + c.paris * self.paris)[:, None, None]
        p = logit(c.p) + shift + np.stack((np.zeros_like(c.rural), c.rural))
        cells = np.where(self.overseas[:, None, None], 0.0, self.place.grounds)
        people_ = self.place.grounds.sum(axis=(1, 2))
        away = people_[self.overseas].sum() * float(
            expit(logit(self.chosen.total) + need_model.overseas_gap(self.chosen))
        )
        total = np.array([(self.chosen.total * people_.sum() - away) / cells.sum()])
        return np.asarray(rate_engine.shift(cells.ravel(), expit(p).ravel(), total).reshape(p.shape))

    def by_region(self, c: Candidate, effects: Floats | None = None) -> Floats:
        """Return (régions,) the rates of a candidate."""
        effects = np.zeros(len(self.place.region_names)) if effects is None else effects
        concerned = (self.place.grounds * self.rates_by_departement(c, effects)).sum(axis=(1, 2))
        n = len(self.place.region_names)
        residents = np.bincount(self.region_of, self.place.grounds.sum(axis=(1, 2)), n)
        return np.bincount(self.region_of, concerned, n) / residents

    def by_epci(self, c: Candidate) -> Floats:
        """Return (EPCI of Hauts-de-France,) the rates of a candidate."""
        effects = self.law(c) if c.regional else np.zeros(len(self.place.region_names))
        first = np.flatnonzero(self.place.region_names[self.region_of] == REGION)[0]
        p = self.rates_by_departement(c, effects)[first]
        return np.asarray((self.epci * p).sum(axis=(1, 2)) / self.epci.sum(axis=(1, 2)))

    def respondents(self, c: Candidate) -> Floats:
        """Return (respondents,) the rate of their cell: régions move by published rates only."""
        a, homes = self.answers, self.place.homes.sum(axis=0, dtype=np.float64)
        cells = homes.reshape(2, N_AGES, N_DIPLOMAS)
        p = c.p.reshape(2, N_AGES, N_DIPLOMAS)
        merged = np.stack(
            [
                (p * cells)[:, :, k == LEVEL_OF].sum(axis=2) / cells[:, :, k == LEVEL_OF].sum(axis=2)
                for k in range(len(DIPLOMA_LEVELS))
            ],
            axis=2,
        )
        modest = MODEST[a.standard]
        rate = (1 - modest) * merged[0, a.age, a.diploma] + modest * merged[1, a.age, a.diploma]
        rural = c.rural.reshape(2, N_AGES, N_DIPLOMAS)[0, :, 0]
        move = a.rural * rural[a.age] + a.paris * c.paris
        if c.regional:
            move = move + (self.measures.shares @ self.law(c, survey=False))[a.zone]
        return np.asarray(expit(logit(np.clip(rate, 1e-4, 1 - 1e-4)) + move))

    def zone_effects(self, c: Candidate) -> tuple[Floats, Floats]:
        """Return (zones,) what is observed minus what a candidate gives the same respondents, on the logit,
        of mean zero, and its standard error.
        """
        a, n = self.answers, len(ZONES)
        offset = logit(self.respondents(replace(c, regional=False)))
        design = np.hstack((np.ones((len(a.age), 1)), one_hot(a.wave, len(WAVES), 0), one_hot(a.zone, n, 0)))
        b, covariance = logistic_coefficients(design, a.concerned, a.weight, offset)
        q = expit(offset + design @ b)
        part = np.bincount(a.zone, a.weight * q * (1 - q), n)
        centre = np.eye(n) - part / part.sum()
        full_covariance = np.zeros((n, n))
        full_covariance[1:, 1:] = covariance[-(n - 1) :, -(n - 1) :]
        return centre @ np.insert(b[-(n - 1) :], 0, 0.0), np.sqrt(
            np.diag(centre @ full_covariance @ centre.T)
        )

    def score(self, c: Candidate) -> Score:
        """Return the score of a candidate on places that it was not fitted on."""
        epci = self.by_epci(c)
        corrected = self.left_out(epci)
        region = self.by_region(c)[self.rated]
        if c.regional:
            left_out_rates = [self.by_region(c, self.law(c, leave_out=int(k)))[k] for k in self.rated]
            region = np.array(left_out_rates)
        a = self.answers
        predicted = np.bincount(a.zone, a.weight * self.respondents(c), len(ZONES)) / np.bincount(
            a.zone, a.weight, len(ZONES)
        )
        effects = self.law(c, survey=False) if c.regional else np.zeros(len(self.place.region_names))
        inside = np.array(
            [np.isin(self.place.departement_names, z.departements) for z in regional.evidence().zones]
        ).astype(np.float64)
        concerned = (self.place.grounds * self.rates_by_departement(c, effects)).sum(axis=(1, 2))
        census = (inside @ concerned) / (inside @ self.place.grounds.sum(axis=(1, 2)))
        return Score(
            epci=_error(epci, self.epci_rates),
            left_out=_error(corrected, self.epci_rates),
            left_out_rank=_ranks(corrected, self.epci_rates),
            region=_error(region, self.region_rates),
            region_rank=_ranks(region, self.region_rates),
            zones=_ranks(predicted, self.observed),
            census=_ranks(census, self.observed),
        )

    def never_connected(self, *, effects: Floats) -> float:
        """Return the rank correlation over the survey's zones of our residents, under the very question that
        the survey asks.
        """
        place = self.place
        setting = rates.Setting(place.cells, place.bins, rates.central(), 0, still=True)
        never = self.by_home(rates.fit_rates(definition("jamais-connecte-credoc"), setting))
        shift = (effects[self.region_of])[:, None, None]
        small = rural(number("spreads/rural_young"), number("spreads/rural_old"))
        p = expit(logit(never) + shift + np.stack((np.zeros_like(small), small)))
        inside = np.array(
            [np.isin(place.departement_names, z.departements) for z in regional.evidence().zones]
        ).astype(np.float64)
        concerned = inside @ (place.grounds * p).sum(axis=(1, 2))
        return _ranks(concerned / (inside @ place.grounds.sum(axis=(1, 2))), self.observed)

    def left_out(self, epci: Floats) -> Floats:
        """Return the rates of EPCI, those of each département corrected by the constant of the others."""
        logit_gap, out = logit(self.epci_rates) - logit(epci), np.empty(len(epci))
        for departement in np.unique(self.epci_departement):
            in_departement = self.epci_departement == departement
            out[in_departement] = expit(logit(epci[in_departement]) + logit_gap[~in_departement].mean())
        return out


def epci_table() -> tuple[list[str], Floats]:
    raw = select(
        "insee-hdf-2019-epci", "select code_epci, taux::double as rate, nombre::double as persons from raw"
    )
    persons: dict[str, float] = {}
    base: dict[str, float] = {}
    for code, rate, number_ in zip(raw["code_epci"].tolist(), raw["rate"], raw["persons"], strict=True):
        today = SUCCESSORS.get(code, code)
        persons[today] = persons.get(today, 0.0) + number_
        base[today] = base.get(today, 0.0) + 100 * number_ / rate
    return list(persons), np.array([persons[code] / base[code] for code in persons])


def _error(estimated: Floats, published: Floats) -> float:
    return float(100 * np.abs(estimated - published).mean())


def _ranks(estimated: Floats, published: Floats) -> float:
    """Return Spearman's correlation, ties at the mean of their ranks."""

    def ranked(values: Floats) -> Floats:
        return np.asarray(
            (values[:, None] > values).sum(axis=1) + (values[:, None] == values).sum(axis=1) / 2
        )

    return float(np.corrcoef(ranked(estimated), ranked(published))[0, 1])


def rural(young: float, old: float) -> Floats:
    """Return (70,) what living in a small commune adds before 75, then from 75."""
    return np.where(np.tile(AGES.index("75+") == AGE_OF, 2), old, young)


def candidates(ground: Ground) -> list[Candidate]:
    """Return the candidates, one change at a time, then together."""
    p, none = ground.current, np.zeros(2 * N_CELLS)
    drawn = rural(number("spreads/rural_young"), number("spreads/rural_old"))
    setting = rates.Setting(ground.place.cells, ground.place.bins, _survey_positions(), 0, still=True)
    positions = ground.by_home(rates.fit_rates(ground.chosen, setting))
    shape = expit(survey_shape(ground.answers))
    return [
        Candidate("le modèle sans effet de lieu (départ)", p, none),
        Candidate("forme de l’enquête seule, un niveau national", shape, none),
        Candidate("forme de l’enquête, communes rurales +0,12", shape, rural(0.12, 0.12)),
        Candidate("places des diplômes tirées vers l’enquête, marges publiées gardées", positions, none),
        Candidate("communes rurales +0,06 à tout âge", p, rural(0.06, 0.06)),
        Candidate("communes rurales +0,12 à tout âge", p, rural(0.12, 0.12)),
        Candidate("communes rurales +0,20 avant 75 ans, 0 après", p, drawn),
        Candidate("le même, agglomération parisienne −0,15", p, drawn, paris=-0.15),
        Candidate("le même, agglomération parisienne −0,30", p, drawn, paris=-0.30),
        Candidate("régions : taux publiés et zones de l’enquête", p, none, regional=True),
        Candidate("communes rurales par âge, et régions (retenu)", p, drawn, regional=True),
        Candidate("le même, places des diplômes tirées vers l’enquête", positions, drawn, regional=True),
        Candidate("le même, sans les zones de l’enquête", p, drawn, regional=True, survey=False),
        Candidate("le même, taux régionaux à la lettre", p, drawn, regional=True, rounding=0.1),
    ]


def _survey_positions() -> rates.Unknowns:
    """Return the unpublished parameters half-way between ours and what the survey's four diplomas imply."""
    one = rates.central()
    return replace(one, cap=one.cap + 0.07, bac=one.bac - 0.14, cross=one.cross - 0.15)


def ground() -> Ground:
    return Ground(need_model.country(), people())


def retained(on: Ground) -> Candidate:
    """Return the model of the product."""
    drawn = rural(number("spreads/rural_young"), number("spreads/rural_old"))
    return Candidate("retenu", on.current, drawn, regional=True)
