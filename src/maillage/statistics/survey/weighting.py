"""Weighting of a survey: each answer counts for as many people as it takes for the sample to resemble the
population.

Source: docs/methods/redressement.md
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.errors import Refused
from maillage.kernel.table import Table
from maillage.reference.parameters import number
from maillage.sources.offer.forms.sheet import listed, quoted
from maillage.sources.survey.answers import ID, WEIGHT, numbers
from maillage.sources.survey.margins import Margin, agreed
from maillage.sources.survey.weights import LEAST, MOST
from maillage.statistics.engine import calibration, variance
from maillage.statistics.engine.calibration import Calibration, Method
from maillage.statistics.survey.sample_margins import (
    UNSAID,
    Floats,
    Ints,
    Where,
    classes_of,
    merges,
    thin_class,
    thin_warnings,
)
from maillage.statistics.survey.weight_bounds import ceiling_of, framed_bounds, refuse_bounds
from maillage.statistics.survey.weight_words import (
    Bounds,
    answers_text,
    bound_text,
    people_text,
    percent_text,
    times_text,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """A class of a variable, before and after. n: answers; share: among answers, before weights; target:
    share in the population.

    coefficient: target ÷ share, the mean weight of its answers; weighted: coefficient × n. people: target
    total; gap: remaining relative gap.
    """

    variable: str
    name: str
    n: int
    share: float
    target: float
    coefficient: float
    weighted: float
    people: float
    weighted_total: float
    gap: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighting:
    """Weights and their quality.

    ids: (n,) texts; weights: (n,) people each answer stands for; ratios: (n,) to the initial weights.
    design_effect: of Kish, for unequal weights alone; n_effective: number of equally weighted answers that
    would be as precise. margins: those met, including the class of those who gave no answer. codes: for each,
    (n,) the class of each answer: what a variance after calibration needs. explained: convergence in words;
    limits: what the margins cannot correct; warnings: thin classes, merges proposed.
    """

    ids: NDArray[np.str_]
    weights: Floats
    ratios: Floats
    initial: Floats
    method: Method
    bounds: Bounds | None
    trim: float | None
    strata: tuple[Stratum, ...]
    margins: tuple[Margin, ...]
    codes: tuple[Ints, ...]
    iterations: int
    gap: float
    explained: str
    limits: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def n(self) -> int:
        return len(self.weights)

    @property
    def design_effect(self) -> float:
        return variance.kish(self.weights)

    @property
    def n_effective(self) -> float:
        return self.n / self.design_effect


def weigh(
    answers: Table,
    margins: Sequence[Margin],
    *,
    method: Method = "raking",
    bounds: Bounds | None = None,
    trim: float | None = None,
    lines: Sequence[int] | NDArray[np.int64] | None = None,
    thin: int | None = None,
    places: Mapping[str, int] | None = None,
) -> Weighting:
    """Return the weight of each answer, calibrated on the margins.

    answers: columns of text, `id` first, and `poids_initial` if any; without it, weights start equal and add
    up to the population. bounds: lowest and highest ratio of a weight to its initial weight; wide ones around
    the mean ratio for `logit` by default. trim: highest weight, in means. lines: of each answer in its file,
    for messages. thin: number of answers below which a class is reported as thin, that of the parameter by
    default. places: answers by place of collection, to report what margins cannot correct. Those who gave no
    answer (empty, `nsp`, `refus`) form a class of their own, in proportion to their share. Raises Refused, in
    French, on whatever no weight can correct: see docs/methods/redressement.md.
    """
    where = Where(answers.name, lines)
    if not len(answers):
        raise Refused(
            f"{answers.name} : aucune réponse.",
            why="Sans réponse, il n’y a rien à pondérer.",
            do="Vérifiez le fichier des réponses.",
        )
    if not margins:
        raise Refused(
            "Aucune marge n’est donnée.",
            why="Les poids se calculent pour que l’échantillon ressemble à une population connue.",
            do="Donnez au moins une variable, par exemple l’âge.",
        )
    least = thin_class() if thin is None else thin
    margins = agreed(margins)
    initial = _initial(answers, margins[0].total, where)
    notes: list[str] = []
    placed = [classes_of(answers, margin, initial, where, notes) for margin in margins]
    used = tuple(margin for margin, _ in placed)
    codes = tuple(code for _, code in placed)
    counts = [np.bincount(code, minlength=len(margin.categories)) for margin, code in placed]
    for margin, count in zip(used, counts, strict=True):
        notes += thin_warnings(margin, count, least)
    if len(answers) == 1:
        notes.append("Une seule réponse porte toute la population : aucun chiffre ne peut en être tiré.")
    prepared = calibration.margins(
        codes, [np.array([each.total for each in margin.categories]) for margin in used]
    )
    if bounds is None and method == "logit":
        mean = margins[0].total / float(initial.sum())
        widest = number("weighting/widest")
        bounds = (min(mean / widest, 0.5), max(mean * widest, 2.0))
    if bounds is not None:
        framed_bounds(bounds, margins[0].total / float(initial.sum()), WEIGHT in answers)
    if trim is None:
        calibration_result = calibration.calibrate(initial, prepared, method=method, bounds=bounds)
    else:
        calibration_result = calibration.trimmed(
            initial, prepared, most=ceiling_of(trim), method=method, bounds=bounds
        )
    if not calibration_result.converged:
        refuse_bounds(
            initial,
            prepared,
            used,
            method=method,
            bounds=bounds,
            trim=trim,
            has_initial_weights=WEIGHT in answers,
        )
    if method == "lineaire" and (low := int((calibration_result.weights <= 0).sum())):
        notes.append(
            f"{low} poids {'sont négatifs ou nuls' if low > 1 else 'est négatif ou nul'} : la méthode"
            " linéaire le permet, un tableau non. Donnez des bornes, ou prenez la méthode raking."
        )
    is_framed = trim is not None or bounds is not None
    notes += [] if is_framed else _cap_warnings(calibration_result.weights, initial, used, codes, method)
    return Weighting(
        ids=answers[ID],
        weights=calibration_result.weights,
        ratios=calibration_result.ratios,
        initial=initial,
        method=method,
        bounds=bounds,
        trim=trim,
        strata=tuple(_strata(used, codes, counts, initial, calibration_result)),
        margins=used,
        codes=codes,
        iterations=calibration_result.iterations,
        gap=calibration_result.gap,
        explained=_explained(calibration_result, method, bounds, trim),
        limits=_limits(used, places, len(answers)),
        warnings=tuple(notes),
    )


def calibrated(answers: Table, margins: Sequence[Margin]) -> tuple[Floats, tuple[Ints, ...]]:
    """Return (n,) the weights that `weigh` starts from, and for each margin (n,) the class of each answer, in
    the same order as `weigh`.

    A variance after calibration needs both when the weights were computed elsewhere. Raises Refused on the
    same answers and margins as `weigh`.
    """
    where, known = Where(answers.name, None), agreed(margins)
    initial = _initial(answers, known[0].total, where)
    return initial, tuple(classes_of(answers, margin, initial, where, [])[1] for margin in known)


def _initial(answers: Table, population: float, where: Where) -> Floats:
    """Return the weights to start from: those of the answers, or equal ones that add up to the population."""
    if WEIGHT not in answers:
        return np.full(len(answers), population / len(answers))
    initial_weights = numbers(answers[WEIGHT].tolist())
    wrong = np.flatnonzero(~((initial_weights >= LEAST) & (initial_weights <= MOST)))
    if not wrong.size:
        return initial_weights
    row = int(wrong[0])
    value = float(initial_weights[row])
    what = "la case est vide" if not answers[WEIGHT][row] else "ce n’est pas un nombre"
    if np.isfinite(value):
        what = (
            "un poids négatif"
            if value < 0
            else "un poids démesuré"
            if value > MOST
            else "un poids nul" + " ou presque" * (value > 0)
        )
    raise Refused(
        f"{where.row(row, answers[ID])}, colonne {WEIGHT}, valeur « {quoted(str(answers[WEIGHT][row]))} » :"
        f" {what}{f' ({wrong.size} réponses sont dans ce cas)' if wrong.size > 1 else ''}.",
        why="Un poids dit combien de personnes une réponse représente : c’est un nombre supérieur à zéro.",
        do=f"Corrigez-le, retirez la réponse, ou retirez la colonne « {WEIGHT} » pour partir de poids égaux.",
    )


OF_PERSONS = frozenset({"age", "classe_age", "age_environ", "sexe", "diplome", "pcs"})
RESIDENTS = "habitants"  # in the universe of a margin, or in the words of its source


def check_structures(margins: Sequence[Margin], answers: int) -> None:
    """Raise Refused on margins of inhabitants for answers of structures: only a census of structures weighs
    them. answers: how many there are.
    """
    for margin in margins:
        counts_residents = RESIDENTS in f"{margin.universe} {margin.source}" or margin.variable in OF_PERSONS
        if not counts_residents and margin.total <= number("weighting/people_per_structure") * max(
            answers, 1
        ):
            continue
        counted = (
            "les habitants"
            if counts_residents
            else f"{people_text(margin.total)} pour {answers_text(answers)}"
        )
        raise Refused(
            f"Variable « {margin.label or margin.variable} » : cette marge compte {counted}.",
            why=(
                "Ce sont des structures qui ont répondu : une mairie ne pèse pas plus qu’une autre parce que"
                " sa commune est plus peuplée."
            ),
            do=(
                "Donnez un recensement des structures (leur nombre par type, par commune), ou gardez les"
                " résultats bruts."
            ),
        )


def check_structure_weights(weights: Floats, name: str) -> None:
    """Raise Refused on weights of structures that count inhabitants. name: of their file."""
    mean = float(np.mean(weights)) if len(weights) else 0.0
    if mean > number("weighting/people_per_structure"):
        raise Refused(
            f"{name} : chaque réponse y compte en moyenne pour {people_text(mean)}.",
            why="Ce sont des structures qui ont répondu : ces poids comptent des habitants.",
            do="Refaites-les sur un recensement des structures, ou donnez un poids de 1 à chacune.",
        )


def _strata(
    margins: Sequence[Margin],
    codes: Sequence[Ints],
    counts: Sequence[Ints],
    initial: Floats,
    calibration_result: Calibration,
) -> Iterable[Stratum]:
    n = len(initial)
    for margin, code, gaps in zip(margins, codes, calibration_result.gaps, strict=True):
        size = len(margin.categories)
        respondents = np.bincount(code, minlength=size)
        reached = np.bincount(code, calibration_result.weights, size)
        for rank, category in enumerate(margin.categories):
            share, target = respondents[rank] / n, category.total / margin.total
            yield Stratum(
                variable=margin.variable,
                name=category.name,
                n=int(respondents[rank]),
                share=float(share),
                target=float(target),
                coefficient=float(target / share),
                weighted=float(target * n),
                people=float(category.total),
                weighted_total=float(reached[rank]),
                gap=float(gaps[rank]),
            )


def _explained(
    calibration_result: Calibration, method: Method, bounds: Bounds | None, trim: float | None
) -> str:
    """Return how the weights were found, in words."""
    what = {
        "raking": (
            "ratissage (raking) : chaque classe reçoit un facteur, repris jusqu’à ce que toutes les marges"
            " soient atteintes à la fois"
        ),
        "lineaire": "méthode linéaire : un ajustement direct, le plus proche des poids initiaux",
        "logit": "méthode logit : les rapports entre poids final et poids initial restent entre deux bornes",
    }[method]
    bounds_sentence = (
        f" Bornes tenues : {bound_text(bounds[0])} et {bound_text(bounds[1])}." if bounds else ""
    )
    cut = f" Aucun poids ne dépasse {bound_text(trim)} fois le poids moyen." if trim else ""
    rounds = f"{calibration_result.iterations} itération{'s' * (calibration_result.iterations > 1)}"
    gap = (
        "aux arrondis de la machine près"
        if calibration_result.gap < 1e-11
        else f"à {calibration_result.gap:.0e} près en part"
    )
    return (
        f"Convergence atteinte en {rounds} ({what}). Les marges sont retrouvées {gap}.{bounds_sentence}{cut}"
    )


def _limits(margins: Sequence[Margin], places: Mapping[str, int] | None, answers: int) -> tuple[str, ...]:
    """Return the limits of the margins, in words."""
    names = listed([f"« {margin.label or margin.variable} »" for margin in margins], most=8)
    sentences = [
        (
            f"Les poids corrigent {names}, et rien d’autre : à ces classes égales, on suppose que les"
            " personnes interrogées ressemblent aux autres."
        ),
    ]
    if places and (placed := sum(places.values())):
        first, n = max(places.items(), key=lambda pair: pair[1])
        unplaced = max(answers - placed, 0)
        come = (
            f"viennent de {len(places)} lieux ; « {first} »"
            if len(places) > 1
            else f"dont le lieu est noté viennent toutes de « {first} », qui"
        )
        sentences.append(
            f"Les réponses {come} en donne"
            f" {percent_text(n / max(answers, placed))}"
            f"{f' ; {answers_text(unplaced)} sans lieu noté' if unplaced else ''}."
            " Les personnes qui n’y passent pas n’ont pas pu répondre : les poids n’y changent rien."
        )
    else:
        sentences.append(
            "Le lieu et le moment de la collecte trient les personnes : celles qui ne sortent pas,"
            " ou n’y passent pas, n’ont pas répondu. Les poids n’y changent rien."
        )
    return tuple(sentences)


# ------------------------------------------------------------------- answers that weigh far more than others


def _cap_warnings(
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
