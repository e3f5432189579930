"""The interval of a share: Wilson for simple samples, Korn and Graubard where weights and design count,
Clopper and Pearson at 0 and 1.

Source: docs/methods/resultats-enquete.md
"""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from maillage.kernel.later import special

LEVEL = 0.90
NEVER = 1e-12  # a share this near 0 or 1 is 0 or 1
FIXED = 1e-15  # a variance under this one says nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share between 0 and 1 and what its interval is based on.

    variance: of the share, design and calibration counted. n: respondents behind it, unweighted. df: degrees
    of freedom of the variance (first-stage units less strata). effect: the design effect assumed where the
    variance is uninformative (all answers the same, or a perfect fit by chance). fixed: the share is imposed
    by the margins, and has no error of sampling. simple: weights are equal and people were drawn one by one:
    Wilson's interval. drawn: share of a finite universe that answered, of which `variance` is already net; 1
    when all did.
    """

    value: float
    variance: float
    n: int
    df: float
    effect: float = 1.0
    fixed: bool = False
    simple: bool = False
    drawn: float = 0.0

    @property
    def size(self) -> float:
        """The respondents that would be as precise in an endless universe; infinite when all answered."""
        return self.n / (1 - self.drawn) if self.drawn < 1 else float("inf")

    def interval(self, level: float = LEVEL) -> tuple[float, float]:
        """Return the bounds, between 0 and 1."""
        if self.fixed or self.drawn >= 1:
            return self.value, self.value
        if self.simple:
            return wilson(self.value, self.size, level)
        n = self.size / self.effect
        if self.variance <= FIXED or min(self.value, 1 - self.value) <= NEVER:
            return clopper_pearson(self.value * n, n, level)
        low, high = korn_graubard(
            self.value, self.variance, n=self.n, df=self.df, level=level, most=self.size
        )
        # Somebody who answered never says less than nobody: one light weight has next to no variance.
        nobody = clopper_pearson(0, n, level)[1]
        return min(low, 1 - nobody), max(high, nobody)

    @property
    def variation(self) -> float:
        """The coefficient of variation: standard error over share; infinite for a share of zero."""
        if self.fixed:
            return 0.0
        variance = self.variance
        if variance <= FIXED:
            variance = self.value * (1 - self.value) * self.effect / self.size
        return sqrt(variance) / self.value if self.value > NEVER else float("inf")

    @property
    def effective(self) -> float:
        """The size of a simple random sample that would be as precise, `size` at most."""
        if self.variance <= FIXED or min(self.value, 1 - self.value) <= NEVER:
            return self.size / self.effect
        return min(self.value * (1 - self.value) / self.variance, self.size)


def wilson(share: float, n: float, level: float = LEVEL) -> tuple[float, float]:
    """Return Wilson's bounds, without continuity correction; n may be an effective number.

    >>> [round(bound, 7) for bound in wilson(81 / 263, 263, 0.95)]
    [0.2552885, 0.3662096]
    >>> [round(bound, 7) for bound in wilson(0, 20, 0.95)]
    [0.0, 0.1611252]
    """
    _checked(share, n, level)
    z2 = NormalDist().inv_cdf(0.5 + level / 2) ** 2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = sqrt(z2) / (1 + z2 / n) * sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def clopper_pearson(part: float, n: float, level: float = LEVEL) -> tuple[float, float]:
    """Return the bounds that always cover at least their level, for `part` out of n; both may be effective
    numbers.

    >>> low, high = clopper_pearson(0, 20, 0.95)
    >>> round(low, 7), round(high, 7)
    (0.0, 0.1684335)
    """
    _checked(part / n if n > 0 else -1.0, n, level)
    tail = (1 - level) / 2
    low = float(special.betaincinv(part, n - part + 1, tail)) if part > n * NEVER else 0.0
    high = float(special.betaincinv(part + 1, n - part, 1 - tail)) if n - part > n * NEVER else 1.0
    return low, high


def korn_graubard(
    share: float, variance: float, *, n: float, df: float, level: float = LEVEL, most: float | None = None
) -> tuple[float, float]:
    """Return the bounds of Korn and Graubard (1998), as `svyciprop(method = "beta")` of R computes them where
    the effective number does not exceed n.

    The effective number is share · (1 − share) / variance, times (t(n − 1) / t(df))²: few first-stage units
    widen it. It is never more than `most`, n by default (National Center for Health Statistics, 2017). At 0
    or 1, or without variance, use `Share.interval`.

    >>> low, high = korn_graubard(0.0218579235, 0.0226224509**2, n=183, df=14, level=0.95)
    >>> round(low, 8), round(high, 8)
    (0.00021615, 0.13750776)
    """
    effective = effective_number(share, variance, n=n, df=df, level=level, most=most)
    return clopper_pearson(share * effective, effective, level)


def effective_number(
    share: float, variance: float, *, n: float, df: float, level: float = LEVEL, most: float | None = None
) -> float:
    """Return the effective sample size of a share, reduced for few degrees of freedom; `most` at most, n by
    default.

    A variance under that of as many people drawn at random may be the gain from calibration, and is more
    often the chance of a small sample: the weights of those who answered were light.
    """
    _checked(share, n, level)
    if variance <= 0:
        raise ValueError(
            "a variance of zero gives no effective number: use Clopper and Pearson on n over the design"
            " effect."
        )
    ratio = 1.0
    if n > 1 and 0 < df < n - 1:
        ratio = float(special.stdtrit(n - 1, 0.5 + level / 2) / special.stdtrit(df, 0.5 + level / 2))
    return min(share * (1 - share) / variance * ratio * ratio, float(n if most is None else most))


def _checked(share: float, n: float, level: float) -> None:
    if not n > 0:
        raise ValueError("a share of nobody is undefined, not zero.")
    if not (-NEVER <= share <= 1 + NEVER and 0 < level < 1):
        raise ValueError(f"a share ({share}) and a level ({level}) stand between 0 and 1.")


@dataclass(frozen=True, slots=True)
class Origin:
    """The counts out of n that give a published percentage: by rounding to the nearest (halves upwards), or
    by truncating.
    """

    nearest: tuple[int, ...]
    down: tuple[int, ...]

    @property
    def rule(self) -> str:
        """`both`, `nearest`, `down`, or '' when no count gives it."""
        return {(True, True): "both", (True, False): "nearest", (False, True): "down"}.get(
            (bool(self.nearest), bool(self.down)), ""
        )


def possible(percent: float, n: int, decimals: int = 0) -> Origin:
    """Return which counts out of n give a published percentage, under each rounding rule; none: it cannot
    come from n.

    percent: 0 to 100, with so many decimals. Exact: whole numbers only.

    >>> possible(28, 66), possible(11, 66).rule
    (Origin(nearest=(), down=(19,)), 'nearest')
    >>> possible(1, 400).nearest
    (2, 3, 4, 5)
    >>> possible(98, 31).rule
    ''
    """
    if n < 1:
        raise ValueError("a percentage of nobody cannot be published.")
    scale = 10**decimals
    wanted = round(percent * scale)
    if abs(percent * scale - wanted) > 1e-6:
        raise ValueError(f"{percent} has more than {decimals} decimals.")
    first = max(0, (2 * wanted - 1) * n // (200 * scale) - 1)
    last = min(n, (wanted + 1) * n // (100 * scale) + 1)
    near = tuple(k for k in range(first, last + 1) if (200 * scale * k + n) // (2 * n) == wanted)
    down = tuple(k for k in range(first, last + 1) if 100 * scale * k // n == wanted)
    return Origin(near, down)
