"""The bounds of weights: which can be kept, and what to say of those that cannot."""

from collections.abc import Callable, Sequence
from typing import NoReturn

import numpy as np

from maillage.kernel.errors import Refused
from maillage.sources.survey.answers import WEIGHT
from maillage.sources.survey.margins import Margin
from maillage.statistics.engine import calibration, calibration_bounds
from maillage.statistics.engine.calibration import Method
from maillage.statistics.survey.sample_margins import Floats
from maillage.statistics.survey.weight_words import (
    Bounds,
    bound_text,
    bounds_text,
    pair_text,
    people_text,
    percent_text,
    times_text,
)

ROOM = 1.05  # bounds that would work are proposed a little wider than the tightest
TRIES = 8  # bounds, or ceilings, tried before none is proposed


def framed_bounds(bounds: Bounds, mean: float, has_initial_weights: bool) -> None:
    low, high = bounds
    if not 0 <= low < high < np.inf:
        raise Refused(
            f"Les bornes « {low:g},{high:g} » ne conviennent pas : la première doit être positive et plus"
            " petite que la seconde.",
            why="Elles disent entre quels rapports un poids final reste de son poids initial.",
            do="Écrivez par exemple --bornes 0.3,3.",
        )
    if not low < 1 < high:
        raise Refused(
            f"Les bornes « {low:g},{high:g} » n’encadrent pas 1.",
            why="1 est le rapport d’un poids qui ne change pas : il doit rester permis."
            + (f" Ici le rapport moyen est {mean:.4g}, d’après « {WEIGHT} »." if has_initial_weights else ""),
            do="Donnez une borne basse sous 1 et une borne haute au-dessus."
            + (
                f" Ou multipliez « {WEIGHT} » par {mean:.6g}, pour que ses poids totalisent la population."
                if has_initial_weights
                else ""
            ),
        )


def ceiling_of(trim: float) -> float:
    if not trim > 1:
        raise Refused(
            f"Le plafond « {trim:g} » ne convient pas.",
            why="Il compte en poids moyens : le plus grand poids ne peut pas être sous la moyenne.",
            do="Donnez un nombre supérieur à 1, par exemple 4.",
        )
    return trim


def refuse_bounds(
    initial: Floats,
    prepared: calibration.Margins,
    margins: Sequence[Margin],
    *,
    method: Method,
    bounds: Bounds | None,
    trim: float | None,
    has_initial_weights: bool,
) -> NoReturn:
    """Raise Refused on margins that no weight can meet, naming the class at fault and what would work."""
    mean = margins[0].total / float(initial.sum())
    low, high = bounds if bounds is not None else (mean / WIDEST_RATIO, np.inf)
    missed = calibration_bounds.misses(initial, prepared, low, high)
    if not missed.any() and trim is not None:
        refuse_trim(initial, prepared, method, bounds, trim)
    if not missed.any() and bounds is None:
        raise Refused(
            "La recherche des poids n’a pas abouti : les marges demandent des rapports de poids démesurés.",
            why=(
                "Une solution existe peut-être, mais des réponses y compteraient des milliers de fois plus"
                " que d’autres."
            ),
            do="Réunissez les classes les plus minces, ou retirez une variable.",
        )
    at, class_text = _at_fault(initial, prepared, margins, missed, low, high)
    if bounds is None:
        raise Refused(
            f"{class_text} : aucun poids positif ne peut donner ces marges à la fois.",
            why=(
                "Dans l’échantillon, des classes de variables différentes sont tenues par les mêmes réponses,"
                " et les marges leur demandent des nombres de personnes qui ne vont pas ensemble."
            ),
            do=f"Réunissez des classes de « {at.label or at.variable} », ou retirez une des variables.",
        )
    work = working_bounds(initial, prepared, method=method, bounds=bounds)
    scale = (
        f" « {WEIGHT} » totalise {people_text(float(initial.sum()))} : le rapport moyen est {mean:.4g}."
        if has_initial_weights and not 0.5 < mean < 2
        else ""
    )
    raise BoundsRefused(
        class_text,
        why=f"Aucun jeu de poids n’y donne toutes les marges à la fois.{scale}",
        do=(
            f"Aucune borne ne convient : réunissez des classes de « {at.label or at.variable} », ou retirez"
            " une variable."
        ),
        bounds=(low, high),
        work=work,
    )


class BoundsRefused(Refused):
    """Raised when no weight can keep the bounds, with bounds that would work, written as --bornes takes them.
    do: the advice when none would.
    """

    def __init__(self, class_text: str, *, why: str, do: str, bounds: Bounds, work: Sequence[Bounds]) -> None:
        self.class_text, self.bounds, self.work = class_text, bounds, tuple(work)
        super().__init__(
            self._what(pair_text),
            why=why,
            do=f"Bornes qui conviennent : {' ; '.join(map(pair_text, work))}." if work else do,
        )

    def on_page(self) -> Refused:
        """Return the same refusal worded for a page, which has a field for each bound."""
        work = " ; ".join(map(bounds_text, self.work))
        return Refused(
            self._what(bounds_text), why=self.why, do=f"Bornes qui conviennent : {work}." if work else self.do
        )

    def _what(self, text_of: Callable[[Bounds], str]) -> str:
        return f"{self.class_text} : les bornes {text_of(self.bounds)} ne peuvent pas être tenues."


WIDEST_RATIO = 1e4  # a weight divided by more than that is nobody


def _at_fault(
    initial: Floats,
    prepared: calibration.Margins,
    margins: Sequence[Margin],
    missed: Floats,
    low: float,
    high: float,
) -> tuple[Margin, str]:
    """Return the variable and, in words, the class that is most clearly out of reach."""
    start = prepared.sums(prepared.together(initial))
    needed = prepared.wanted / start
    names = [(margin, category) for margin in margins for category in margin.categories]
    beyond = np.maximum(
        np.log(needed / high) if np.isfinite(high) else -1.0, np.log(np.maximum(low, 1e-300) / needed)
    )
    if beyond.max() > calibration_bounds.LEAST:
        rank = int(beyond.argmax())
        margin, category = names[rank]
        side = "haute" if needed[rank] > high else "basse"
        bound = high if needed[rank] > high else low
        return margin, (
            f"« {margin.label or margin.variable} », « {category.name} » : il faudrait multiplier ses poids"
            f" par {needed[rank]:.3g}, la borne {side} est {bound_text(bound)}"
        ).replace(".", ",")
    if not missed.any():  # bounds that only weights at a bound can keep
        rank = int(np.abs(np.log(needed)).argmax())
        return (
            names[rank][0],
            f"« {names[rank][0].variable} », « {names[rank][1].name} » : tous ses poids seraient à une borne",
        )
    rank = int(np.abs(missed).argmax())
    margin, category = names[rank]
    return (
        margin,
        (
            f"« {margin.label or margin.variable} », « {category.name} » :"
            f" {'trop peu' if missed[rank] > 0 else 'trop'} de poids, d’au moins"
            f" {percent_text(abs(missed[rank]))}"
        ),
    )


def working_bounds(
    initial: Floats, prepared: calibration.Margins, *, method: Method, bounds: Bounds
) -> list[Bounds]:
    """Return bounds known to work, after trying them: the same lower one, the same upper one, then a pair
    1/k, k.
    """
    low, high = bounds
    candidates: list[Bounds] = []
    if (bound := calibration_bounds.lowest_high(initial, prepared, low)) is not None:
        candidates.append((low, bound))
    if (bound := calibration_bounds.highest_low(initial, prepared, high)) is not None:
        candidates.append((bound, high))
    if (bound := calibration_bounds.symmetrical(initial, prepared)) is not None:
        candidates.append((1 / bound, bound))
    out = []
    for a, b in candidates:
        if (wider := opened(initial, prepared, method, (a, b), moves=(a != low, b != high))) is not None:
            out.append(wider)
    return out


def opened(
    initial: Floats, prepared: calibration.Margins, method: Method, tight: Bounds, moves: tuple[bool, bool]
) -> Bounds | None:
    """Return bounds slightly wider than the tightest, in few digits, under which weights were found; None
    after a few attempts.
    """
    a, b = tight
    for _ in range(TRIES):
        a, b = (_down(a / ROOM) if moves[0] else a), (_up(b * ROOM) if moves[1] else b)
        if a < 1 < b and calibration.calibrate(initial, prepared, method=method, bounds=(a, b)).converged:
            return a, b
    return None


def _down(value: float) -> float:
    digits = 2 - int(np.floor(np.log10(value))) - 1 if value < 1 else 2
    return float(np.floor(value * 10**digits) / 10**digits)


def _up(value: float) -> float:
    return float(np.ceil(value * 100) / 100)


def refuse_trim(
    initial: Floats, prepared: calibration.Margins, method: Method, bounds: Bounds | None, trim: float
) -> NoReturn:
    """Raise Refused on a cap that no weight can keep, with the lowest one found that works and still lowers
    the largest weight.
    """
    free = calibration.calibrate(initial, prepared, method=method, bounds=bounds)
    largest = float(free.weights.max() / free.weights.mean()) if free.converged else trim * 1.3**TRIES
    caps = np.ceil(np.geomspace(trim, largest, TRIES + 1)[1:] * 10) / 10
    work = next(
        (
            cap
            for cap in caps[caps < largest].tolist()
            if calibration.trimmed(initial, prepared, most=cap, method=method, bounds=bounds).converged
        ),
        None,
    )
    uncapped = f" Sans plafond, le plus grand poids en fait {times_text(largest)}." * free.converged
    raise Refused(
        f"Le plafond de {bound_text(trim)} poids moyens ne peut pas être tenu.",
        why=(
            "Ce qui est retiré aux plus grands poids doit être porté par les autres réponses des mêmes"
            f" classes, et elles n’y suffisent pas.{uncapped}"
        ),
        do=(
            f"Un plafond de {bound_text(work)} convient."
            if work
            else "Réunissez les classes les plus minces, ou retirez le plafond."
        ),
    )
