"""The people that a definition counts somewhere, and their comparison with a number read elsewhere."""

from dataclasses import dataclass, replace

from maillage.kernel.estimate import Estimate
from maillage.publishing.territory.published import percent
from maillage.reference.definitions import Definition
from maillage.words import rounding, wording
from maillage.words.claims import Amount, Claim

COUNTRY_STEP = 100_000.0  # people
NARROW = 1.0  # points: half of an interval that its producer prints, that tells no more than its figure
ROUNDED = 0.5  # points: what a share printed without decimals may hide


@dataclass(frozen=True, slots=True)
class Measured:
    """The people that a definition counts somewhere. share: percent; is_published: its producer prints it,
    and its interval is only what rounding may hide; n_residents: of any age there, 0 where it is not known.
    """

    definition: Definition
    share: Estimate
    people: Estimate
    is_published: bool = False
    n_residents: float = 0.0

    @property
    def of_residents(self) -> "Measured":
        """The same people as a share of the residents of any age, whose number is known."""
        times = 100 / self.n_residents
        ends = {name: times * getattr(self.people, name) for name in ("value", "low", "high")}
        return replace(self, share=replace(self.share, universe="habitants", **ends))

    def cited(self, where: str) -> str:
        """The sentence that may be copied. where: the place at its head."""
        terms = self.definition
        return (
            f"{where}, {self.people_words}, soit {self.share_words} des 15 ans et plus, {terms.statement}"
            f" ({terms.producer} {terms.year}, calcul Maillage)."
        )

    @property
    def share_words(self) -> str:
        """Its share as a sentence prints it."""
        if self.is_printed_whole:
            return percent(round(self.share.value, 6))
        return wording.rate(self.share).in_full

    @property
    def people_words(self) -> str:
        """Its people as a sentence prints them."""
        if self.is_printed_whole:
            return f"environ {wording.number(rounding.nearest(self.people.value, COUNTRY_STEP))} personnes"
        return wording.people(self.people).in_full

    @property
    def is_printed_whole(self) -> bool:
        """True when its figure needs no interval beside it."""
        return self.is_published and round(self.share.half_width, 6) <= ROUNDED


def pairs(claim: Claim, measured: Measured) -> list[tuple[Amount, Estimate]]:
    """Return each number of a claim beside ours."""
    pairs = ((claim.share, measured.share), (claim.people, measured.people))
    return [(amount, figure) for amount, figure in pairs if amount is not None]


def fits(claim: Claim, measured: Measured) -> bool:
    return ends(claim, measured) == (0, 0)


def gives(claim: Claim, measured: Measured) -> bool:
    """Return True for a figure that rounds to the numbers of a claim: a wide interval alone touches many."""
    if measured.is_published and measured.share.half_width <= NARROW:
        return all(_is_near(amount, figure) for amount, figure in pairs(claim, measured))
    return all(amount.low <= figure.value <= amount.high for amount, figure in pairs(claim, measured))


def _is_near(amount: Amount, figure: Estimate) -> bool:
    """Return True for an amount that more than touches the interval that its producer prints."""
    if amount.is_least or amount.is_most:
        return amount.low < figure.high and figure.low < amount.high
    return abs(figure.value - amount.value) <= (amount.step + figure.half_width) / 2


def is_as_published(claim: Claim, measured: Measured) -> bool:
    """Return True for a share alone that prints the one published for France of a definition."""
    share = claim.share
    return (
        share is not None
        and claim.people is None
        and share.low <= 100 * measured.definition.total <= share.high
    )


def printed_ends(figure: Estimate, measured: Measured) -> tuple[float, float]:
    """Return the ends of an interval as a page prints them, so that no number that a reader sees in it is
    called too low; exact for a figure that needs none.
    """
    if measured.is_printed_whole:
        return figure.low, figure.high
    by = wording.rate_step(figure) if figure.unit == "pourcent" else rounding.step(figure.half_width)
    return rounding.outwards(figure.low, figure.high, by)


def rounded_words(claim: Claim, measured: Measured) -> str:
    """Return the sentence on the rounding of the numbers out of our printed range, "" where all are in it."""
    sentences = []
    for amount, figure in pairs(claim, measured):
        is_share = figure.unit == "pourcent"
        low, high = printed_ends(figure, measured)
        if measured.is_printed_whole or amount.is_least or amount.is_most or low <= amount.value <= high:
            continue
        ends_text = " à ".join(map(_to_the_point if amount.fraction else _exact, (amount.low, amount.high)))
        span = f"{ends_text}{f'{wording.NBSP}%' if is_share else ''}"
        sentences.append(f"Le chiffre n’est dans la fourchette qu’à l’arrondi près : il va de {span}. ")
    return "".join(sentences)


def _to_the_point(value: float) -> str:
    return wording.number(round(value))  # nobody says a fraction to the hundredth


def _exact(value: float) -> str:
    """Return a number with no more decimals than it has, two at most."""
    return wording.number(value, next(n for n in (0, 1, 2) if n == 2 or round(value, n) == round(value, 2)))


def ends(claim: Claim, measured: Measured) -> tuple[int, int]:
    """Return on which side of ours the numbers of a claim are: -1 under, 0 within, 1 over; least and most."""
    sides = []
    for amount, figure in pairs(claim, measured):
        low, high = printed_ends(figure, measured)
        sides.append((amount.low > high) - (amount.high < low))
    return min(sides, default=0), max(sides, default=0)


def printed(measured: Measured, claim: Claim) -> str:
    """Return our figure in the unit of a claim: its share, else its people."""
    return f"{measured.share_words} des 15 ans et plus" if claim.share else measured.people_words


def source_words(measured: Measured) -> str:
    terms = measured.definition
    n = f"{wording.number(terms.n)} réponses"
    if not terms.n_known:
        n = f"nombre de réponses non publié, {wording.number(terms.n)} supposées pour la fourchette"
    return (
        f"{terms.label}. {terms.meaning} Champ : {terms.universe}. Source : {terms.producer}, {terms.title}"
        f" ({terms.year} ; {n})."
    )
