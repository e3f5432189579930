"""The need measured by a survey of the territory: read through a written link, then weighed against the
model.

Source: docs/methods/enquete-et-estimation.md
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.estimate import Estimate, Figure, centiles, from_draws
from maillage.kernel.names import plain
from maillage.kernel.table import Table
from maillage.reference.definitions import Definition
from maillage.reference.parameters import number
from maillage.reference.survey_needs import Link, links_of
from maillage.sources.offer.forms.sheet import listed, quoted
from maillage.statistics.engine import composite, variance
from maillage.statistics.engine.logit import expit, logit
from maillage.statistics.engine.proportions import Share
from maillage.statistics.engine.variance import Plan
from maillage.statistics.survey import sample_balance
from maillage.statistics.survey.age_classes import OLDEST
from maillage.statistics.survey.sample_balance import UNSAID, Sample
from maillage.words.rounding import outwards, rounded

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
METHOD = "enquete-et-estimation"
DRAWS = 500
LEAST = 11  # answers in a class, and in the others, below which a share of the survey is not told
SOURCE = "enquete-locale"
OF_THE_QUESTION = "personnes que l’enquête représente, d’après celles qui ont répondu à la question"
TIMES_STEP = 0.5  # of the least doubt of selection: finer, it would tell the share to a tenth of a point

Retained = Literal["combinee", "modele"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The survey answers that measure need. Nothing else of the survey is needed to combine it.

    title: the survey; question: the name of its question; link: how it reads. n: unweighted answers to the
    question; n_concerned: how many of them are concerned; share: weighted, 0 to 1, to the hundredth; low,
    high: its 90 % interval, in whole percents, outwards; effective: the size of a simple random sample that
    would be as precise, down to half a unit of its first digit; residents: what the weights add up to; moved:
    how far weights moved the share, on the logit; silent: share of the weight of those who left the question;
    sample: their ages and diplomas; undone: how far these move its need from that of the territory, on the
    logit; variables: what the sample was weighted on, in words; ages: the lowest and highest that its margins
    count; margins_year: the years that they state, when not that of the census.

    Every figure of the combination follows from share, effective and selection, and these are no finer than
    the tables of a survey: it gives away nobody's answer (docs/methods/resultats-enquete.md).
    """

    title: str
    question: str
    link: Link
    n: int
    n_concerned: int
    share: float
    low: float
    high: float
    effective: float
    residents: float
    moved: float
    silent: float
    sample: Sample = field(default_factory=Sample)
    undone: tuple[float, ...] = ()
    variables: tuple[str, ...] = ()
    ages: tuple[int, int] = (15, 120)
    margins_year: str = ""

    @property
    def counted(self) -> tuple[tuple[str, int], ...]:
        """The respondents read besides those of the model."""
        return (("enquete", self.n),)

    @property
    def moved_doubt(self) -> float:
        """The standard deviation, on the logit, that what weights corrected leaves in doubt."""
        return number("composite/moved_part") * abs(self.moved)

    @property
    def selection(self) -> float:
        """The standard deviation, on the logit, of what weighting does not correct."""
        least = number("composite/selection")
        doubt = composite.selection_doubt(
            least, self.moved_doubt, self.silent * number("composite/silent_gap"), *self.undone
        )
        rounded = least * TIMES_STEP * round(doubt / least / TIMES_STEP)
        return rounded if self.sample.is_weighted_by_age else max(rounded, number("composite/unweighted_age"))


@dataclass(frozen=True, slots=True)
class Unread:
    """Why a survey does not change an estimate, in a full sentence. few: the answers to a question that could
    were too few, or on one side: asking for the same question again would end the same way.
    """

    reason: str
    few: bool = False


@dataclass(frozen=True, slots=True)
class Scenario:
    """The same combination under another assumption. weight: the survey's weight in it, 0 to 1."""

    label: str
    weight: float
    rate: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Composite:
    """The model, the survey and both together, in percent of the definition's universe.

    question_share: the share for the question itself. survey: what that implies for the definition; its doubt
    includes the gap between question and definition, and what weighting does not correct. gap: survey minus
    model, in points. retained: `combinee`, or `modele` when chance alone does not explain the gap: the two
    are not averaged then. weight: the survey's weight in `combined`. draws: (draws,) of the combination, 0 to
    1. scenarios: results under other assumptions.
    """

    measured: Measured
    question_share: Estimate
    model: Estimate
    survey: Estimate
    combined: Estimate
    gap: Estimate
    weight: float
    agree: bool
    retained: Retained
    scenarios: tuple[Scenario, ...]
    draws: Floats


def read(
    answers: Table,
    plan: Plan,
    chosen: Definition,
    *,
    title: str,
    link: Link | None = None,
    variables: Sequence[str] = (),
    calibrated: Sequence[str] = (),
    ages: tuple[int, int] = (15, 120),
    margins_year: str = "",
) -> Measured | Unread:
    """Return the share that a survey measures for a definition, through its nearest link; Unread when no
    question measures it.

    answers: one row per respondent, as text; plan: their weights, in persons, and how they were calibrated,
    same respondents, same order. link: used instead of those of the reference. variables: what the plan was
    calibrated on, in words. calibrated: the same, as columns: a question whose answers were forced to match
    margins measures nothing. ages, margins_year: of whom its margins speak, as `Measured` keeps them.
    """
    reasons: list[str] = []
    few = False
    for tested in (link,) if link else links_of(chosen):
        for column in answers.columns:
            if column == "id" or not tested.reads(column):
                continue
            if column in calibrated:
                reasons.append(
                    f"la question « {tested.wording} » est aussi dans les marges : sa part serait celle des"
                    " marges"
                )
                continue
            flags = _concerned_flags(answers[column], tested)
            if isinstance(flags, str):
                reasons.append(
                    f"la question « {tested.wording} » a une réponse « {flags} » que nous ne savons pas lire"
                )
                continue
            concerned, answered = flags
            if link and answered.any() and not concerned.any():
                values = [quoted(str(text)) for text in dict.fromkeys(answers[column][answered].tolist())]
                wanted = " ou ".join(f"« {choice} »" for choice in link.choices)
                reasons.append(
                    f"personne n’a répondu {wanted} à la question « {tested.wording} » ; réponses lues :"
                    f" {listed(values)}"
                )
                continue
            share = _share(concerned, answered, plan)
            if isinstance(share, Unread):
                few = True
                reasons.append(f"la question « {tested.wording} » {share.reason}")
                continue
            part, low, high, effective = _printed(share)
            moved, silent = _departures(concerned, answered, plan)
            sample = sample_balance.sample_of(answers, plan.weights, answered, calibrated)
            if lone := sample_balance.lone_class(sample):
                few = True
                reasons.append(
                    f"toutes les réponses à la question « {tested.wording} » viennent d’une seule classe"
                    f" d’âge ({_ages(lone)}), et aucun poids ne remplace les autres âges"
                )
                continue
            return Measured(
                title=title,
                question=column,
                link=tested,
                n=share.n,
                n_concerned=int((concerned & answered).sum()),
                share=part,
                low=low,
                high=high,
                effective=effective,
                residents=float(plan.weights.sum()),
                moved=moved,
                silent=silent,
                sample=sample,
                variables=tuple(variables),
                ages=ages,
                margins_year=margins_year,
            )
    if reasons:
        return Unread(f"L’enquête ne change pas l’estimation : {' ; '.join(reasons)}.", few=few)
    names = ", ".join(dict.fromkeys(f"« {each.questions[0]} »" for each in links_of(chosen)))
    why = f" ; nous y cherchons {names}" if names else ""
    return Unread(
        f"L’enquête ne change pas l’estimation : aucune de ses questions ne dit « {chosen.short} »{why}."
    )


def _concerned_flags(values: NDArray[Any], link: Link) -> tuple[Bools, Bools] | str:
    """Return (respondents,) who is concerned and who answered, and the first answer found in no list, if
    any.
    """
    counted, other_choices, lacked = (
        {plain(word) for word in words} for words in (link.choices, link.other_choices, link.lacks)
    )
    known = counted | other_choices | lacked
    concerned, answered = np.zeros(len(values), dtype=bool), np.zeros(len(values), dtype=bool)
    for at, raw in enumerate(values.tolist()):
        text = str(raw or "").strip()
        if not text or plain(text) in UNSAID:
            continue
        words = (
            {plain(text)}
            if not lacked
            else {plain(word) for word in text.replace(",", " ").replace(";", " ").split()}
        )
        if (other_choices or lacked) and (strange := words - known):
            return sorted(strange)[0]
        answered[at] = True
        concerned[at] = not (words & lacked) if lacked else bool(words & counted)
    return concerned, answered


def _share(concerned: Bools, answered: Bools, plan: Plan) -> Share | Unread:
    """Return the weighted share of those concerned; or why the answers are unusable."""
    n, count = int(answered.sum()), int((concerned & answered).sum())
    if n < number("composite/fewest"):
        shortfall = f"n’a que {n} réponses" if n >= LEAST else f"a moins de {LEAST} réponses"
        return Unread(f"{shortfall} : il en faut {number('composite/fewest'):.0f} pour peser")
    if min(count, n - count) < LEAST:
        return Unread(f"compte moins de {LEAST} réponses d’un côté ou de l’autre : le secret s’y oppose")
    if not plan.weights[answered].sum() > 0:
        return Unread("n’a que des réponses de poids nul")
    means = variance.of_means(concerned[:, None], answered[:, None], plan)
    return Share(
        value=float(means.values[0]),
        variance=float(means.covariance[0, 0]),
        n=n,
        df=plan.df,
        effect=variance.kish(plan.weights[answered]),
    )


def _printed(share: Share) -> tuple[float, float, float, float]:
    """Return a share, its bounds and its effective size, as coarse as `Measured` says."""
    percent = float(np.floor(100 * share.value + 0.5))  # half up, as tables do
    lows, highs = centiles(100 * composite.surveyed(share.value, share.effective, seed=0, n=DRAWS)[None])
    low, high = outwards(min(float(lows[0]), percent), max(float(highs[0]), percent), 1.0, most=100.0)
    step = 10.0 ** np.floor(np.log10(share.effective)) / 2
    return percent / 100, low, high, float(np.floor(share.effective / step) * step)


def _ages(span: tuple[int, int]) -> str:
    low, high = span
    return f"{low} ans" if low == high else f"{low} ans et plus" if high == OLDEST else f"{low} à {high} ans"


def _departures(concerned: Bools, answered: Bools, plan: Plan) -> tuple[float, float]:
    """Return how far weights moved a share, on the logit, and the share of the weight of those who left the
    question: what is known of those who did not answer.
    """
    initial = np.ones(len(answered)) if plan.initial is None else plan.initial
    shares = [
        weights[answered & concerned].sum() / weights[answered].sum() for weights in (initial, plan.weights)
    ]
    before, after = logit(np.clip(shares, composite.EDGE, 1 - composite.EDGE))
    silent = float(plan.weights[~answered].sum() / plan.weights.sum())
    return float(after - before), silent


def compose(measured: Measured, chosen: Definition, rates: Floats, *, seed: int) -> Composite:
    """Return the model and the survey combined. rates: (draws,) of the model, 0 to 1, for the whole
    territory.
    """
    n = len(rates)
    drawn = composite.surveyed(measured.share, measured.effective, seed=seed, n=n)
    carried = _carried(measured.link, chosen, drawn, seed, measured.selection)
    combined = composite.combine(rates, carried)
    retained: Retained = "combinee" if combined.agree else "modele"
    universe = chosen.universe
    scenarios = [
        Scenario("Sans doute sur qui a répondu", *_scenario(measured, chosen, rates, 0.0, seed)),
        Scenario(
            "Deux fois plus de doute sur qui a répondu",
            *_scenario(measured, chosen, rates, 2 * measured.selection, seed),
        ),
    ]
    if not combined.agree:
        doubt = _combined(combined.guarded, measured, chosen)
        scenarios.append(
            Scenario(
                "L’enquête avec le doute qu’il faudrait pour que l’écart s’explique",
                combined.guarded_weight,
                doubt,
            )
        )
    return Composite(
        measured=measured,
        question_share=Estimate(
            value=rounded(100 * measured.share),
            low=measured.low,
            high=measured.high,
            unit="pourcent",
            universe=OF_THE_QUESTION,
            n=measured.n,
            method=METHOD,
            sources=(SOURCE,),
        ),
        model=_estimate(rates, universe, chosen.n, (chosen.id,), method="besoins"),
        survey=_estimate(carried, universe, measured.n, (SOURCE,)),
        combined=_combined(combined.draws, measured, chosen),
        gap=Estimate(
            value=100 * combined.gap,
            low=100 * combined.gap_low,
            high=100 * combined.gap_high,
            unit="pourcent",
            universe=universe,
            n=chosen.n,
            method=METHOD,
            sources=(chosen.id, SOURCE),
            counted=measured.counted,
        ),
        weight=combined.weight,
        agree=combined.agree,
        retained=retained,
        scenarios=tuple(scenarios),
        draws=combined.draws,
    )


def expected(n: int, chosen: Definition, rates: Floats, *, seed: int) -> tuple[float, Estimate] | None:
    """Return the weight, 0 to 1, that a survey to come would have, and the combination in percent; None where
    no question measures the definition.

    n: answers to its nearest question, of equal weights, that give the share of the model: nothing is left in
    doubt but chance, the question and the least selection. rates: (draws,) of the model, 0 to 1.
    """
    link = next(iter(links_of(chosen)), None)
    if link is None:
        return None
    share = expit(logit(rates.mean()) + logit(_known(link, chosen)) - logit(chosen.total))
    drawn = composite.surveyed(float(share), n, seed=seed, n=len(rates))
    carried = _carried(link, chosen, drawn, seed, number("composite/selection"))
    mixed = composite.combine(rates, carried)
    both = _estimate(mixed.draws, chosen.universe, chosen.n, (chosen.id,))
    return mixed.weight, both


def _known(link: Link, chosen: Definition) -> float:
    return link.known / 100 or chosen.total


def _carried(link: Link, chosen: Definition, drawn: Floats, seed: int, selection: float) -> Floats:
    """Return (draws,) what a survey implies for the definition; a stated link is the definition itself."""
    return composite.carried(
        drawn,
        known=_known(link, chosen),
        total=chosen.total,
        slope=1.0,
        slope_doubt=link.doubt,
        selection=selection,
        seed=seed,
    )


def _scenario(
    measured: Measured, chosen: Definition, rates: Floats, selection: float, seed: int
) -> tuple[float, Estimate]:
    drawn = composite.surveyed(measured.share, measured.effective, seed=seed, n=len(rates))
    mixed = composite.combine(rates, _carried(measured.link, chosen, drawn, seed, selection))
    return mixed.weight, _combined(mixed.draws, measured, chosen)


def _combined(shares: Floats, measured: Measured, chosen: Definition) -> Estimate:
    """Return the model and the survey together: n counts the respondents of the model, those of the survey
    are beside it.
    """
    both = _estimate(shares, chosen.universe, chosen.n, (chosen.id, SOURCE))
    return replace(both, counted=measured.counted)


def _estimate(
    shares: Floats, universe: str, n: int, sources: tuple[str, ...], *, method: str = METHOD
) -> Estimate:
    return from_draws(100 * shares, unit="pourcent", universe=universe, n=n, method=method, sources=sources)


def persons(figure: Estimate, universe: float) -> Figure:
    """Return a share as a number of persons of a universe."""
    return Estimate(
        value=figure.value * universe / 100,
        low=figure.low * universe / 100,
        high=figure.high * universe / 100,
        unit="personnes",
        universe=figure.universe,
        n=figure.n,
        method=figure.method,
        sources=figure.sources,
        counted=figure.counted,
    )
