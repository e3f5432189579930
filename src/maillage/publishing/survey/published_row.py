"""A row of the tables that an edition publishes: the columns of its CSV, which the next wave reads back."""

from typing import NotRequired, TypedDict

from maillage.kernel.estimate import Figure, Withheld
from maillage.words import rounding as rounds


class GroupFinding(TypedDict):
    """The sentences of a share of a group, its axis and weight among the messages."""

    axe: str
    poids: int
    fait: str
    sens: str
    appelle: str


class PublishedRow(TypedDict):
    """One figure: of which question and answer, for whom, on how many.

    "" where it is withheld (`motif` says why), or where there is no count. seuil: answers below
    which a count is withheld; editions of versions 0.2 and 0.3 do not have it. constat: of the shares of
    groups that the findings tell.
    """

    question: str
    libelle: str
    par: str
    groupe: str
    modalite: str
    libelle_modalite: str
    effectif: int | str
    base: int | str
    part: float | str
    bas: float | str
    haut: float | str
    motif: str
    calcul: str
    arrondi: str
    univers: str
    seuil: int | str
    constat: NotRequired[GroupFinding]


def printed(
    figure: Figure, *, weighted: bool, rounding: str, decimals: int = 6
) -> tuple[float | str, float | str, float | str]:
    """Return a share and its bounds, outwards, as a file writes them; "" where they are withheld, or where
    margins impose the share: rounded outwards, no interval would look like one of a point.
    """
    if isinstance(figure, Withheld):
        return "", "", ""
    if weighted and figure.low == figure.high:
        return int(rounds.rounded(figure.value, rule=rounding)), "", ""
    if weighted:
        low, high = rounds.outwards(figure.low, figure.high, 1.0, most=100.0)
        return int(rounds.rounded(figure.value, rule=rounding)), int(low), int(high)
    low, high = rounds.outwards(figure.low, figure.high, 10.0**-decimals, most=100.0)
    return round(figure.value, decimals), round(low, decimals), round(high, decimals)
