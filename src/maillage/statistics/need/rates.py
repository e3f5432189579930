"""Shares of each kind of person concerned under one definition, and their doubt where nothing is
published.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.errors import Refused
from maillage.reference.definitions import DEFAULT, Definition, Margin, definitions
from maillage.reference.parameters import bounds, number, spread
from maillage.statistics.engine import rates as engine
from maillage.statistics.engine.ages import CELLS
from maillage.statistics.engine.cells import AGE_OF, AGES, DIPLOMAS, N_AGES, N_CELLS
from maillage.statistics.engine.chance import even_normals, generator
from maillage.statistics.engine.logit import expit, logit
from maillage.words import wording

Floats = NDArray[np.float64]

# Of a class that a breakdown leaves out: the logit has neither 0 nor 1.
LOWEST_RATE, HIGHEST_RATE = 0.001, 0.999
AGE_STARTS = (0, 15, 20, 25, 30, 40, 45, 60, 65, 75, 110)  # where the bins of engine.ages start, and the end


@dataclass(frozen=True, slots=True)
class Rates:
    """The cell rates of one definition.

    draws: (n, 35) rates of everybody, one row per simulated reading of the published figures; centre: (35,)
    the rates at the central values. survey: (n, 35) the same when only the survey's sampling and rounding
    vary. modest_odds, poor_odds: (n,). slope: (n,) of the three levels. deduced: the unpublished rates it
    implies.
    """

    definition: Definition
    draws: Floats
    centre: Floats
    survey: Floats
    modest_odds: Floats
    poor_odds: Floats
    slope: Floats
    deduced: dict[str, float]


@dataclass(frozen=True, slots=True)
class Unknowns:
    """One value per draw of each unpublished parameter; `n` multiplies the survey's respondents."""

    cap: Floats
    brevet: Floats
    bac: Floats
    short: Floats
    cross: Floats
    sample: Floats
    quota: Floats
    modest_odds: Floats
    poor_odds: Floats
    slope: Floats

    @property
    def diploma_scale(self) -> Floats:
        """(draws, 35) the position of each diploma between none and bac+3."""
        return np.asarray(engine.diploma_scale(self.cap, self.brevet, self.bac, self.short))


def unknowns(seed: int, n: int) -> Unknowns:
    """Return n draws of the unpublished parameters, identical for every definition."""

    def normal(id: str) -> Floats:
        chance = generator(seed, id)
        low, high = bounds(id)
        return np.clip(number(id) + spread(id) * chance.standard_normal(n), low, high)

    def uniform(id: str) -> Floats:
        return generator(seed, id).uniform(*bounds(id), n)

    def log_triangular(id: str) -> Floats:
        low, high = bounds(id)
        return np.exp(generator(seed, id).triangular(np.log(low), np.log(number(id)), np.log(high), n))

    cross = number("rates/cross") + spread("rates/cross") * generator(seed, "rates/cross").standard_normal(n)
    return Unknowns(
        cap=normal("rates/cap_position"),
        brevet=uniform("rates/brevet_position"),
        bac=normal("rates/bac_position"),
        short=uniform("rates/short_position"),
        cross=cross,
        sample=uniform("rates/tic_sample"),
        quota=uniform("rates/quota_effect"),
        modest_odds=log_triangular("rates/modest_odds"),
        poor_odds=log_triangular("rates/poor_odds"),
        slope=uniform("rates/level_slope"),
    )


def central(n: int = 1) -> Unknowns:
    """Return every unpublished parameter at its central value."""
    one = np.ones(n)
    return Unknowns(
        cap=one * number("rates/cap_position"),
        brevet=one * number("rates/brevet_position"),
        bac=one * number("rates/bac_position"),
        short=one * number("rates/short_position"),
        cross=one * number("rates/cross"),
        sample=one * number("rates/tic_sample"),
        quota=one * number("rates/quota_effect"),
        modest_odds=one * number("rates/modest_odds"),
        poor_odds=one * number("rates/poor_odds"),
        slope=one * number("rates/level_slope"),
    )


@dataclass(frozen=True, slots=True)
class Setting:
    """The data that rates are fitted on: the country's people, and one value per draw of everything
    unpublished.

    people: (35,) persons by cell, ordinary housing; bins: (10,) persons by age bin. still: published figures
    are kept as printed; otherwise rounding and sampling move them, by chance of `seed`.
    """

    people: Floats
    bins: Floats
    unknown: Unknowns
    seed: int
    still: bool

    @property
    def n(self) -> int:
        return len(self.unknown.cap)

    def total(self, d: Definition) -> Floats:
        """Return (draws,) the published share for the whole population."""
        if self.still:
            return np.full(self.n, d.total)
        return _between(generator(self.seed, f"{d.id}/total"), d.total_low, d.total, d.total_high, self.n)

    def printed(self, m: Margin, d: Definition) -> Floats:
        """Return (draws,) readings of a published rate: as printed, or anywhere that rounding allows."""
        if self.still:
            return np.full(self.n, m.rate)
        chance = generator(self.seed, f"{d.id}/{m.breakdown}/{m.category}/rounding")
        return np.clip(_between(chance, m.low, m.rate, m.high, self.n), 0.001, 0.999)

    def sampled(self, rates: Floats, sizes: Floats, d: Definition, source: str) -> Floats:
        """Return the rates with the noise of sampling, according to class size (share of everybody), and the
        error that all rates of one survey share; unchanged when still.
        """
        if self.still:
            return rates
        u = self.unknown
        respondents = u.sample if d.sample == "tic" else d.n / u.quota
        noise = 1 / np.sqrt(respondents[:, None] * sizes * rates * (1 - rates))
        z = generator(self.seed, f"{d.id}/{source}/sampling").standard_normal(rates.shape)
        return np.asarray(expit(logit(rates) + noise * z + self.beyond_sampling(d)[:, None]))

    def beyond_sampling(self, d: Definition) -> Floats:
        """Return (draws,) what refusals and wrong answers move every rate of a survey by, on the logit."""
        z = even_normals(self.seed, f"{d.sample}/beyond", 1, self.n)[0]
        return np.asarray(number("rates/beyond_sampling") * z)


def draw(definition: Definition, people: Floats, bins: Floats, *, seed: int, n: int) -> Rates:
    """Return the rates of one definition.

    people: (35,) persons of the country by cell, ordinary housing; bins: (10,) persons of the country by age
    bin. Each draw reproduces on `people` every published margin used, within what rounding and sampling
    allow. Raises Refused when the definition's own rates contradict each other.
    """
    doubts = unknowns(seed, n)
    try:
        centre = fit_rates(definition, Setting(people, bins, central(), seed, still=True))
        drawn = fit_rates(definition, Setting(people, bins, doubts, seed, still=False))
        survey = fit_rates(definition, Setting(people, bins, central(n), seed, still=False))
    except engine.NoRates as error:
        raise Refused(
            f"Les taux de « {definition.label} » se contredisent : aucun jeu de taux ne les respecte tous.",
            why="Le calcul demande que chaque taux publié soit retrouvé exactement, tous ensemble.",
            do=(
                "Vérifiez le total et les taux par classe ; retirez la classe qui ne vient pas de la même"
                " enquête."
            ),
        ) from error
    return Rates(
        definition=definition,
        draws=drawn,
        centre=centre[0],
        survey=survey,
        modest_odds=doubts.modest_odds,
        poor_odds=doubts.poor_odds,
        slope=doubts.slope,
        deduced=_deduced(people, centre[0], definition),
    )


def fit_rates(d: Definition, s: Setting) -> Floats:
    """Return (draws, 35) rates."""
    recipes = {
        "margins": _margins,
        "borrowed": _borrowed,
        "shifted": _shifted,
        "levels": _as_levels,
        "nearest": _nearest,
    }
    return recipes[d.recipe](d, s)


def _margins(d: Definition, s: Setting) -> Floats:
    """Fit A[age] + s t[diploma] + q[bac+3]: as many unknowns as published margins."""
    people = s.people
    classes = [*(m.category for m in d.of("age")), d.deduced]
    inside = np.array([_age_class(category, s, d.label) for category in classes])
    inside[-1] = 1 - inside[:-1].sum(axis=0)
    base = inside @ people
    rates = np.column_stack([s.printed(m, d) for m in d.of("age")])
    total = s.total(d)
    missing = (total * people.sum() - rates @ base[:-1]) / base[-1]
    rates = np.column_stack((rates, np.clip(missing, d.deduced_low, d.deduced_high)))
    ends = ("none", "long")
    by_diploma = np.column_stack([s.printed(d.margin("diploma", end), d) for end in ends])
    sizes = np.array([engine.diploma_indicator(DIPLOMAS.index(end)) @ people for end in ends]) / people.sum()
    rates = s.sampled(rates, base / people.sum(), d, "age")
    by_diploma = s.sampled(by_diploma, sizes, d, "diploma")
    scale = s.unknown.diploma_scale
    long = engine.diploma_indicator(DIPLOMAS.index("long"))
    none = engine.diploma_indicator(DIPLOMAS.index("none"))
    features = np.stack(
        [*(np.broadcast_to(row, scale.shape) for row in inside), scale, np.broadcast_to(long, scale.shape)]
    )
    offset = engine.cross_effect(s.unknown.cross, scale) + (_reference_ages(s) if d.shape else 0.0)
    return engine.solve(
        people,
        offset,
        features.transpose(1, 0, 2),
        np.vstack((inside, none, long)),
        np.column_stack((rates, by_diploma)),
    )


def _borrowed(d: Definition, s: Setting) -> Floats:
    """Fit c + l A_reference[age] + s t[diploma]: three unknowns, three margins."""
    (age,), (diploma,) = d.of("age"), d.of("diploma")
    inside = _age_class(age.category, s, d.label)
    low = engine.diploma_indicator(DIPLOMAS.index(diploma.category))
    people = s.people
    rates = np.column_stack((s.total(d), *(s.printed(m, d) for m in (age, diploma))))
    constraints = np.vstack((np.ones(N_CELLS), inside, low))
    if not s.still:
        sizes = constraints @ people / people.sum()
        rates = s.sampled(rates, sizes, d, "all")
        # Noise must not put more people in a part than in the whole: at most nine tenths of them stand in one
        # class.
        rates[:, 1:] = np.minimum(rates[:, 1:], 0.9 * rates[:, :1] / sizes[1:])
    scale = s.unknown.diploma_scale
    shape = _reference_ages(s)
    features = np.stack((np.ones_like(scale), shape - shape.mean(axis=1, keepdims=True), scale), axis=1)
    start = np.array([float(logit(d.total)), 1.0, 1.5])
    return engine.solve(
        people, engine.cross_effect(s.unknown.cross, scale), features, constraints, rates, start
    )


def _shifted(d: Definition, s: Setting) -> Floats:
    """Borrow the shape of another definition and shift it to the total."""
    shape = fit_rates(definitions()[d.shape], s)
    total = s.sampled(s.total(d)[:, None], np.ones(1), d, "total")[:, 0]
    return engine.shift(s.people, shape, total)


def _as_levels(d: Definition, s: Setting) -> Floats:
    """Return the rates of all levels of difficulty together."""
    return np.asarray(_nested(d, s)[-1])


def levels(d: Definition, people: Floats, bins: Floats, *, seed: int, n: int) -> tuple[Floats, Floats]:
    """Return (levels, draws, 35) chances of being at a level or at a worse one, and (levels, 35) the central
    ones.
    """
    drawn = _nested(d, Setting(people, bins, unknowns(seed, n), seed, still=False))
    return drawn, _nested(d, Setting(people, bins, central(), seed, still=True))[:, 0]


def _nested(d: Definition, s: Setting) -> Floats:
    shape = fit_rates(definitions()[d.shape], s)
    shares = np.tile(np.cumsum(d.shares), (s.n, 1))
    if not s.still:
        half = d.total_high - d.total
        shares = shares + generator(s.seed, f"{d.id}/rounding").uniform(-half, half, shares.shape)
        # A respondent is at one level: those of a level are drawn among those of it or worse.
        parts = np.column_stack((shares[:, :-1] / shares[:, 1:], shares[:, -1]))
        respondents = np.column_stack((shares[:, 1:], np.ones(s.n))) * (d.n / s.unknown.quota)[:, None]
        z = generator(s.seed, f"{d.id}/sampling").standard_normal(shares.shape)
        parts = expit(logit(parts) + z / np.sqrt(respondents * parts * (1 - parts)))
        shares = np.cumprod(parts[:, ::-1], axis=1)[:, ::-1]
        shares = expit(logit(shares) + s.beyond_sampling(d)[:, None])
    return engine.levels(s.people, shape, shares, s.unknown.slope)


def _nearest(d: Definition, s: Setting) -> Floats:
    """Move the reference rates as little as the margins require, on the logit scale.

    The first breakdown given (age, else diploma) holds the total: the class it leaves out is deduced, as in
    `_margins`.
    """
    shape = fit_rates(definitions()[DEFAULT], s)
    people, total = s.people, s.total(d)
    breakdowns = [(breakdown, d.of(breakdown)) for breakdown in ("age", "diploma") if d.of(breakdown)]
    if not breakdowns:
        return engine.shift(people, shape, s.sampled(total[:, None], np.ones(1), d, "all")[:, 0])
    constraints, targets = np.empty((0, N_CELLS)), np.empty((s.n, 0))
    for position, (breakdown, margins) in enumerate(breakdowns):
        ordered = sorted(margins, key=lambda m: _position(m, d.label))
        inside = np.array([_inside(m, s, d.label) for m in ordered])
        rates = np.column_stack([s.printed(m, d) for m in ordered])
        inside, rates = _joined(inside, rates, people)
        if position == 0:
            inside, rates = _joined(*_completed(inside, rates, total, people, d, breakdown), people)
        constraints, targets = np.vstack((constraints, inside)), np.column_stack((targets, rates))
    keep = _independent(constraints * people)
    constraints, targets = constraints[keep], targets[:, keep]
    targets = s.sampled(targets, constraints @ people / people.sum(), d, "all")
    return engine.solve(people, logit(shape), constraints, constraints, targets)


def _inside(m: Margin, s: Setting, label: str) -> Floats:
    """Return (35,) the share of each cell in the class of a margin."""
    if m.breakdown == "age":
        return _age_class(m.category, s, label)
    diplomas = m.category.split("/")
    return np.asarray(sum(engine.diploma_indicator(DIPLOMAS.index(name)) for name in diplomas))


def _position(m: Margin, label: str) -> int:
    """Return where a class stands in its breakdown, whatever the order in which the rates were given."""
    if m.breakdown == "age":
        return age_bounds(m.category, label)[0]
    return DIPLOMAS.index(m.category.split("/")[0])


def _joined(inside: Floats, rates: Floats, people: Floats) -> tuple[Floats, Floats]:
    """Return the classes of a breakdown, those that no cell tells apart made one, at the mean of their
    rates by people.

    inside: (classes, 35); rates: (draws, classes). Each class that the others imply joins the one it shares
    the most people with.
    """
    while len(independent := _independent(inside * people)) < len(inside):
        extra = next(row for row in range(len(inside)) if row not in independent)
        shared = np.minimum(inside, inside[extra]) @ people
        shared[extra] = -1.0
        host = int(np.argmax(shared))
        base = inside[[host, extra]] @ people
        rates = rates.copy()
        rates[:, host] = rates[:, [host, extra]] @ base / base.sum()
        inside = inside.copy()
        inside[host] += inside[extra]
        inside, rates = np.delete(inside, extra, axis=0), np.delete(rates, extra, axis=1)
    return inside, rates


def shared_cells(d: Definition) -> str:
    """Return, in words, the age classes of a definition that stand inside one class of the model; empty
    when there are none.
    """
    out = []
    for age, (start, end) in zip(AGES, pairwise((15, 25, 40, 60, 75, AGE_STARTS[-1])), strict=True):
        spans = {m.category: age_bounds(m.category, d.label) for m in d.of("age")}
        within = [name for name, (low, high) in spans.items() if start <= max(low, 15) and high <= end]
        if len(within) > 1:
            names = wording.listing(sorted(within, key=lambda name: spans[name]))
            out.append(
                f" Le calcul ne sépare pas les classes {names} : elles y sont réunies ({age}), à la moyenne"
                " de leurs taux selon leur population."
            )
    return "".join(out)


def _completed(
    inside: Floats, rates: Floats, total: Floats, people: Floats, d: Definition, breakdown: str
) -> tuple[Floats, Floats]:
    """Return the classes of a breakdown and the one it omits, whose rate follows from the total.

    A breakdown that holds everybody, but for `rates/complete` of them, is scaled to the total. Raises Refused
    when the classes alone imply another total.
    """
    base, remainder = inside @ people, 1 - inside.sum(axis=0)
    known, size = rates @ base / people.sum(), float(remainder @ people)
    middle, rest = float(np.median(known)), size / people.sum()
    if rest < number("rates/complete"):
        if float(np.abs(known - total).max()) > number("rates/other_total"):
            raise _other_total(d, breakdown, f"de {_percent(middle)}", float(np.median(total)))
        return inside, rates * (total * base.sum() / people.sum() / known)[:, None]
    missing = (total - known) / rest
    if not LOWEST_RATE <= float(np.median(missing)) <= HIGHEST_RATE:
        between = f"entre {_percent(middle)} et {_percent(middle + rest)}"
        raise _other_total(d, breakdown, between, float(np.median(total)))
    return np.vstack((inside, remainder)), np.column_stack(
        (rates, np.clip(missing, LOWEST_RATE, HIGHEST_RATE))
    )


def _other_total(d: Definition, breakdown: str, implied: str, total: float) -> Refused:
    """Return the refusal of classes whose rates imply another total than the published one."""
    words = "âge" if breakdown == "age" else "diplôme"
    return Refused(
        f"« {d.label} » : les taux par {words} donnent un total {implied},"
        f" le taux de l’ensemble dit {_percent(total)}.",
        why="Ils ne peuvent pas être vrais ensemble : ces taux ne viennent pas de la même enquête.",
        do="Vérifiez l’année et le champ de chaque taux, ou ne gardez que ceux d’une même publication.",
    )


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %".replace(".", ",")


def _independent(rows: Floats) -> list[int]:
    """Return the positions of rows that are not implied by the previous ones."""
    independent: list[int] = []
    for position in range(len(rows)):
        if np.linalg.matrix_rank(rows[[*independent, position]]) > len(independent):
            independent.append(position)
    return independent


def _reference_ages(s: Setting) -> Floats:
    """Return (draws, 35) the age effects of the reference definition, on the logit scale."""
    reference = fit_rates(definitions()[DEFAULT], s)
    by_age = engine.age_indicators() * s.people
    effects = logit(reference @ by_age.T / by_age.sum(axis=1))
    return np.asarray(effects[:, AGE_OF])


def _between(chance: np.random.Generator, low: float, middle: float, high: float, n: int) -> Floats:
    """Return draws between two bounds whose median is the middle: uniform on each side of it."""
    position = chance.uniform(-1, 1, n)
    return np.where(position < 0, middle + position * (middle - low), middle + position * (high - middle))


def _age_class(category: str, s: Setting, label: str) -> Floats:
    """Return (35,) the weight of each cell in an age class such as `60-74` or `70+`.

    A class that cuts a cell takes its share of people; when it also holds the whole next cell, the cut part
    is read half-way between the two, because the oldest of the young look like the youngest of the old.
    """
    low, high = age_bounds(category, label)
    inside = np.array(
        [max(0.0, min(high, end) - max(low, start)) / (end - start) for start, end in pairwise(AGE_STARTS)]
    )
    inside[-1] = max(0.0, _still_there(max(low, AGE_STARTS[-2])) - _still_there(high))
    share = np.array([(inside * s.bins)[list(cell)].sum() / s.bins[list(cell)].sum() for cell in CELLS])
    if share.sum() == 0:
        raise Refused(
            f"« {label} » : la classe d’âge {category} ne contient personne de 15 ans et plus.",
            why="Les définitions comptent les personnes de 15 ans et plus.",
            do="Donnez une classe qui commence à 15 ans ou plus.",
        )
    weight = share[AGE_OF].copy()
    table = s.people.reshape(N_AGES, -1)
    for cut in np.flatnonzero((share > 0) & (share < 1)):
        for next_age in (cut - 1, cut + 1):
            if 0 <= next_age < N_AGES and share[next_age] == 1:
                moved = 0.5 * share[cut] * table[cut]
                safe = np.where(table[next_age] > 0, table[next_age], 1.0)
                usable = (table[next_age] > 0) & (table[cut] > 0)
                rows = weight.reshape(N_AGES, -1)
                rows[cut] = np.where(usable, rows[cut] - 0.5 * share[cut], rows[cut])
                rows[next_age] = np.where(usable, rows[next_age] + moved / safe, rows[next_age])
    return weight


def _still_there(age: float) -> float:
    """Return the share of 75 and over who have reached that age: the share of 80 and over, falling ever
    faster.
    """
    if age >= AGE_STARTS[-1]:
        return 0.0
    return float(number("population/over_80") ** (max(age - 75, 0) / 5) ** 1.3)


def age_bounds(category: str, label: str) -> tuple[int, int]:
    """Return the first age of a class and the age after its last: `60-74` gives (60, 75), `70+` gives (70,
    110).
    """
    text = category.replace(" ", "").replace("ans", "")
    try:
        if text.endswith("+"):
            return int(text[:-1]), AGE_STARTS[-1]
        low, high = (int(part) for part in text.split("-"))
    except ValueError:
        low, high = 1, 0
    if low > high:
        raise Refused(
            f"« {label} » : la classe d’âge « {category} » n’est pas reconnue.",
            why="Une classe s’écrit avec ses deux âges, ou avec un signe plus.",
            do="Écrivez par exemple 60-74, ou 75+.",
        )
    return low, high + 1


def _deduced(people: Floats, p: Floats, d: Definition) -> dict[str, float]:
    """Return the one-way rates that are not published, as this definition implies them, 0 to 1."""
    published = {name for m in d.margins for name in m.category.split("/")}
    out: dict[str, float] = {}
    for position, age in enumerate(AGES):
        weights = people * (position == AGE_OF)
        if age not in published:
            out[age] = float(p @ weights / weights.sum())
    for position, name in enumerate(DIPLOMAS):
        weights = people * engine.diploma_indicator(position)
        if name not in published:
            out[name] = float(p @ weights / weights.sum())
    return out
