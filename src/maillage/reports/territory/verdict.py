"""Verdicts on a number read elsewhere, against each definition, for France or for a territory."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from maillage.kernel.estimate import Estimate
from maillage.reference.definitions import LEVELS, Definition
from maillage.reference.discrepancies import Printed, discrepancies
from maillage.reports.territory.certainty import upper_first
from maillage.reports.territory.published import percent
from maillage.words import rounding, wording
from maillage.words.claims import Amount, Claim, parse

COUNTRY_STEP = 100_000.0  # people
ROUNDED = 0.5  # points: what a share printed without decimals may hide
Kind = Literal["compatible", "haut", "bas", "autre", "inconnu"]
LABELS: dict[Kind, str] = {
    "compatible": "Compatible",
    "haut": "Trop haut",
    "bas": "Trop bas",
    "autre": "Une autre définition",
    "inconnu": "On ne peut pas dire",
}
MEANINGS: dict[Kind, str] = {
    "compatible": "Le chiffre, ou son arrondi, est dans la fourchette de la définition de ce site.",
    "autre": "Le chiffre correspond à une autre définition : il ne compte pas les mêmes personnes.",
    "haut": "Le chiffre dépasse la fourchette, et aucune autre définition ne le donne.",
    "bas": "Le chiffre est sous la fourchette, et aucune autre définition ne le donne.",
    "inconnu": "Le chiffre parle d’autre chose, ou il manque de quoi comparer.",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """The people that a definition counts somewhere. share: percent; is_published: its producer prints it,
    and its interval is only what rounding may hide.
    """

    definition: Definition
    share: Estimate
    people: Estimate
    is_published: bool = False

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
            return percent(self.share.value)
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
        return self.is_published and self.share.half_width <= ROUNDED


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer to a number. title: the facts in one sentence; reason: why; matches: the definitions that
    give it; caution: the sentence not to write, "" for none; is_by_rounding: only what its rounding may hide
    reaches the range.
    """

    kind: Kind
    title: str
    reason: str
    matches: tuple[Measured, ...] = ()
    caution: str = ""
    is_by_rounding: bool = False

    @property
    def label(self) -> str:
        """The verdict in few words."""
        return f"{LABELS[self.kind]} à l’arrondi près" if self.is_by_rounding else LABELS[self.kind]

    @property
    def has_levels(self) -> bool:
        """True when its number is the sum of the three levels of difficulty."""
        return any(each.definition.id == LEVELS for each in self.matches)


def judge(claim: Claim, measures: Sequence[Measured], *, where: str) -> Verdict:
    """Return the verdict on a number. measures: of the default definition first; none where nothing may be
    shown; where: the place at the head of a sentence, « En France ».
    """
    if unknown := _unknown(claim, measures):
        return unknown
    usual, *rivals = measures
    fact = f"{where}, {_printed(usual, claim)} {usual.definition.statement}"
    if _fits(claim, usual):
        rounded = _rounded_words(claim, usual)
        return Verdict(
            kind="compatible",
            title=f"{fact}.",
            reason=f"{rounded}{_source(usual)}",
            matches=(usual,),
            is_by_rounding=bool(rounded),
        )
    if matches := tuple(each for each in rivals if _fits(claim, each)):
        first = matches[0]
        return Verdict(
            kind="autre",
            title=(
                f"{where}, {_printed(first, claim)} {first.definition.statement}"
                f" ({first.definition.short}). {upper_first(_printed(usual, claim))}"
                f" {usual.definition.statement} ({usual.definition.short})."
            ),
            reason=_source(first),
            matches=matches,
            caution=""
            if first.definition.statement == usual.definition.statement
            else f"que ces personnes {usual.definition.statement} : c’est une autre question.",
        )
    low, high = _ends(claim, usual)
    if low <= 0 <= high:
        return Verdict(
            kind="inconnu",
            title=f"{fact}.",
            reason="Le nombre et la part ne vont pas ensemble ici. Leur base est une autre population.",
        )
    return Verdict(kind="haut" if low > 0 else "bas", title=f"{fact}.", reason=_source(usual))


def same_number(claim: Claim) -> tuple[Printed, ...]:
    """Return the places where founding studies print the share of a claim, whatever it is of there."""
    value = claim.share.value if claim.share else None
    printed = (each for row in discrepancies() for each in row.says)
    return tuple(
        each for each in printed if value and (share := parse(each.value).share) and share.value == value
    )


def _unknown(claim: Claim, measures: Sequence[Measured]) -> Verdict | None:
    """Return why nothing can be said of a number, None when something can."""
    if claim.some:
        return Verdict(
            kind="inconnu",
            title=f"Ce chiffre parle de « {claim.some} », pas de toute la population.",
            reason=(
                "Nous comptons toutes les personnes de 15 ans et plus. Pour un territoire, écrivez son nom :"
                " « 40 % à Grenoble »."
            ),
        )
    if claim.share and claim.share.value > 100:
        return Verdict(
            kind="inconnu",
            title="Une part ne dépasse pas 100 %.",
            reason="Le chiffre est peut-être mal recopié. Vérifiez-le dans le document.",
        )
    if not measures:
        return Verdict(
            kind="inconnu",
            title="Aucun chiffre n’est montré pour ce territoire.",
            reason=(
                "Il a trop peu d’habitants, ou il est hors du champ des enquêtes. Essayez un territoire plus"
                " grand."
            ),
        )
    return None


def _pairs(claim: Claim, measured: Measured) -> list[tuple[Amount, Estimate]]:
    """Return each number of a claim beside ours."""
    pairs = ((claim.share, measured.share), (claim.people, measured.people))
    return [(amount, figure) for amount, figure in pairs if amount is not None]


def _fits(claim: Claim, measured: Measured) -> bool:
    return all(
        amount.low <= figure.high and figure.low <= amount.high for amount, figure in _pairs(claim, measured)
    )


def _rounded_words(claim: Claim, measured: Measured) -> str:
    """Return the sentence on the rounding of the numbers out of our printed range, "" where all are in it."""
    sentences = []
    for amount, figure in _pairs(claim, measured):
        is_share = figure.unit == "pourcent"
        by = wording.rate_step(figure) if is_share else rounding.step(figure.half_width)
        low, high = rounding.outwards(figure.low, figure.high, by)
        if measured.is_printed_whole or amount.is_least or amount.is_most or low <= amount.value <= high:
            continue
        span = f"{_exact(amount.low)} à {_exact(amount.high)}{f'{wording.NBSP}%' if is_share else ''}"
        sentences.append(f"Le chiffre n’est dans la fourchette qu’à l’arrondi près : il va de {span}. ")
    return "".join(sentences)


def _exact(value: float) -> str:
    """Return a number with no more decimals than it has, two at most."""
    return wording.number(value, next(n for n in (0, 1, 2) if n == 2 or round(value, n) == round(value, 2)))


def _ends(claim: Claim, measured: Measured) -> tuple[int, int]:
    """Return on which side of ours the numbers of a claim are: -1 under, 0 within, 1 over; least and most."""
    sides = [
        (amount.low > figure.high) - (amount.high < figure.low) for amount, figure in _pairs(claim, measured)
    ]
    return min(sides), max(sides)


def _printed(measured: Measured, claim: Claim) -> str:
    """Return our figure in the unit of a claim: its share, else its people."""
    return f"{measured.share_words} des 15 ans et plus" if claim.share else measured.people_words


def _source(measured: Measured) -> str:
    terms = measured.definition
    return f"{terms.label}. {terms.meaning} Source : {terms.producer}, {terms.title} ({terms.year})."
