"""A row of the tables that an edition publishes: the columns of its CSV, which the next wave reads back."""

from typing import NotRequired, TypedDict


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
