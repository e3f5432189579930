"""The cap proposed when some answers weigh far more than others, and what it costs.

Source: docs/methods/redressement.md
"""

from collections.abc import Sequence

import numpy as np

from maillage.engine import calibration, variance
from maillage.engine.calibration import Method
from maillage.pipeline.survey.margins import Margin
from maillage.reference.parameters import number
from maillage.studies.survey.sample_margins import UNSAID, Floats, Ints, merges
from maillage.studies.survey.weight_words import answers_text, percent_text, times_text


def cap_warnings(
    weights: Floats, initial: Floats, margins: Sequence[Margin], codes: Sequence[Ints], method: Method
) -> list[str]:
    """Return, in French, how heavy the heaviest answers are and which cap would lighten them, with its cost;
    nothing while no answer weighs more than `weighting/heavy` times the mean.

    weights: (n,) that meet the margins; initial: (n,) before; codes: (n,) classes of each margin.
    """
    most, mean = number("weighting/heavy"), float(weights.mean())
    heaviest, lightest = float(weights.max()), float(weights.min())
    if heaviest <= most * mean or lightest <= 0:
        return []
    n_heavy = int((weights > most * mean).sum())
    words = (
        f"{answers_text(n_heavy).capitalize()} {'comptent' if n_heavy > 1 else 'compte'} pour plus de"
        f" {times_text(most)} poids moyens, jusqu’à {times_text(heaviest / mean)} ; le plus grand poids fait"
        f" {times_text(heaviest / lightest)} fois le plus petit."
    )
    totals = [np.array([each.total for each in margin.categories]) for margin in margins]
    capped = calibration.trimmed(initial, calibration.margins(codes, totals), most=most, method=method)
    if capped.converged and capped.weights.min() > 0:
        return [
            f"{words} Un plafond de {times_text(most)} tient encore les marges :"
            f" {_sizes_text(weights, capped.weights)}. Ce qu’il en coûte : deux réponses des mêmes classes ne"
            " comptent plus toujours autant."
        ]
    merge = _merge(weights, initial, margins, codes)
    return [f"{words} Aucun plafond de {times_text(most)} ne tient ces marges.{merge}"]


def _sizes_text(before: Floats, after: Floats) -> str:
    """Return how many equal answers some weights are worth, before and after, in words."""
    sizes = [round(len(each) / variance.kish(each)) for each in (before, after)]
    return f"les {len(before)} réponses en valent {sizes[1]} au lieu de {sizes[0]}"


def _merge(weights: Floats, initial: Floats, margins: Sequence[Margin], codes: Sequence[Ints]) -> str:
    """Return the merge that lightens the heaviest class, in words, and what that class would count for."""
    at = int(weights.argmax())
    mean_weights = [float(weights[code == code[at]].mean()) for code in codes]
    chosen = int(np.argmax(mean_weights))
    margin, code = margins[chosen], codes[chosen]
    rank, counts = int(code[at]), np.bincount(code, minlength=len(margin.categories))
    name = margin.categories[rank].name
    pairs = [each.names for each in merges(margin, counts.tolist(), thin=int(counts[rank]) + 1)]
    pair = next((each for each in pairs if name in each), None)
    if pair is None or name == UNSAID:
        return ""
    (other,) = (k for k, category in enumerate(margin.categories) if category.name in pair and k != rank)
    new_code = np.where(code == rank, other, code)
    totals = [np.array([each.total for each in one.categories]) for one in margins]
    totals[chosen][other] += totals[chosen][rank]
    totals[chosen] = np.delete(totals[chosen], rank)
    joined = [*codes[:chosen], new_code - (new_code > rank), *codes[chosen + 1 :]]
    lighter = calibration.calibrate(initial, calibration.margins(joined, totals))
    if not lighter.converged:
        return ""
    inside = code == rank
    before, after = (float(each[inside].sum() / each.sum()) for each in (weights, lighter.weights))
    largest = float(lighter.weights.max() / lighter.weights.mean())
    merge = f"Réunir « {name} » et « {margin.categories[other].name} »"
    if len(margin.categories) < 3:
        merge = f"Retirer « {margin.label or margin.variable} »"
    return (
        f" {merge} ramène le plus grand poids à {times_text(largest)} :"
        f" {_sizes_text(weights, lighter.weights)}. Ce qu’il en coûte : « {name} » compterait pour"
        f" {percent_text(after)} au lieu de {percent_text(before)} des personnes, et ce qui lui est propre"
        " serait sous-estimé d’autant."
    )
