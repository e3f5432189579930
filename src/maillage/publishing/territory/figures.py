"""A figure as the contract writes it."""

from typing import NotRequired, TypedDict

from maillage.kernel.estimate import Estimate, Figure, Withheld
from maillage.reference.definitions import definitions


class FigureJson(TypedDict):
    """A figure of etude.json; `motif` says why its value is null. Its bounds are null too, but where silent
    places leave a range.

    n: persons observed, respondents of the survey behind the figure, or residents whom the census counts
    when no survey is; n_suppose: some of these respondents are assumed, since the producer does not say how
    many there were; n_communes, n_quartiers: rows read besides, under a name that says which; n_enquete:
    respondents of a survey of the territory, beside those of the model.
    fourchette_seule: pages show the bounds alone, the value being too uncertain.
    """

    valeur: float | None
    bas: float | None
    haut: float | None
    unite: str
    univers: str
    n: int
    methode: str
    motif: NotRequired[str]
    n_suppose: NotRequired[bool]
    fourchette_seule: NotRequired[bool]
    n_communes: NotRequired[int]
    n_quartiers: NotRequired[int]
    n_enquete: NotRequired[int]


def figure(f: Figure) -> FigureJson:
    """Return a figure as the contract writes it."""
    out = _figure(f)
    if any(source in definitions() and not definitions()[source].n_known for source in f.sources):
        out["n_suppose"] = True
    if isinstance(f, Estimate) and f.is_loose:
        out["fourchette_seule"] = True
    for name, n in f.counted:
        out[f"n_{name}"] = n  # type: ignore[literal-required]  # one key for each thing counted
    return out


def _figure(f: Figure) -> FigureJson:
    if isinstance(f, Withheld):
        return FigureJson(
            valeur=None,
            bas=None,
            haut=None,
            unite=f.unit,
            univers=f.universe,
            n=f.n,
            methode=f.method,
            motif=f.reason,
        )
    return FigureJson(
        valeur=f.value, bas=f.low, haut=f.high, unite=f.unit, univers=f.universe, n=f.n, methode=f.method
    )
