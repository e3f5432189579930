"""Weighting of a survey: each answer counts for as many people as it takes for the sample to resemble the
population.

Source: docs/methods/redressement.md
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from maillage.engine import calibration, calibration_bounds, variance
from maillage.engine.calibration import Calibration, Method
from maillage.forms.questionnaire import DECLINED, UNKNOWN
from maillage.kernel.errors import Refused
from maillage.kernel.names import plain
from maillage.kernel.table import Table
from maillage.pipeline.offer.forms.sheet import listed, quoted
from maillage.pipeline.survey.answers import ID, WEIGHT, numbers
from maillage.pipeline.survey.margins import Category, Margin, agreed, key
from maillage.pipeline.survey.weights import LEAST, MOST
from maillage.reference.parameters import number

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bounds = tuple[float, float]

ALIKE = 60  # likeness, 0 to 100, from which a spelling is proposed
ROOM = 1.05  # bounds that would work are proposed a little wider than the tightest
TRIES = 8  # bounds, or ceilings, tried before none is proposed
UNSAID = "sans réponse"
SILENT = frozenset({"", UNKNOWN, DECLINED})


def thin_class() -> int:
    """Return the number of answers below which a class is too thin to represent its people."""
    return int(number("weighting/thin"))


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
    found: float
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


def merged(margin: Margin, names: Sequence[str], *, into: str = "") -> Margin:
    """Return the margin with several of its classes merged, at the position of the first.

    into: the name of the merged class; by default, the names joined. Raises Refused when a class is unknown,
    or fewer than two are named.
    """
    chosen = {key(name) for name in names}
    kept = [each for each in margin.categories if key(each.name) in chosen]
    if len(kept) < 2 or len(kept) < len(chosen):
        missing = chosen - {key(each.name) for each in kept}
        raise Refused(
            f"Ces classes de « {margin.variable} » ne peuvent pas être réunies"
            f"{f' : « {quoted(min(missing))} » n’en est pas une' if missing else ''}.",
            why="Une réunion prend au moins deux classes de la variable.",
            do=f"Choisissez parmi : {listed([each.name for each in margin.categories], most=12)}.",
        )
    spans = [each.span for each in kept if each.span is not None]
    whole = Category(
        into or _joined_name(kept),
        sum(each.total for each in kept),
        tuple(value for each in kept for value in each.values),
        (min(low for low, _ in spans), max(high for _, high in spans)) if len(spans) == len(kept) else None,
        kept[0].line,
    )
    categories = [whole if each is kept[0] else each for each in margin.categories if each not in kept[1:]]
    return replace(margin, categories=tuple(categories))


AGES = re.compile(
    r"(\d+)\s*(?:-|–|à)\s*(\d+)(.*)|(\d+)(\s*(?:\+|ans et \+|ans ou plus|ans et plus|et plus|ou plus))(.*)"
)


def _joined_name(kept: Sequence[Category]) -> str:
    """Return the name of merged classes: two consecutive ages still read as an age."""
    first, last = AGES.fullmatch(kept[0].name), AGES.fullmatch(kept[-1].name)
    if first and first[1] and last:
        return f"{first[1]}-{last[2]}{last[3]}" if last[1] else f"{first[1]}{last[5]}{last[6]}"
    return " ou ".join(each.name for each in kept)


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
    where = _Where(answers.name, lines)
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
    placed = [_placed(answers, margin, initial, where, notes) for margin in margins]
    used = tuple(margin for margin, _ in placed)
    codes = tuple(code for _, code in placed)
    counts = [np.bincount(code, minlength=len(margin.categories)) for margin, code in placed]
    for margin, count in zip(used, counts, strict=True):
        notes += _thin(margin, count, least)
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
        _framed(bounds, margins[0].total / float(initial.sum()), WEIGHT in answers)
    if trim is None:
        found = calibration.calibrate(initial, prepared, method=method, bounds=bounds)
    else:
        found = calibration.trimmed(initial, prepared, most=_ceiling(trim), method=method, bounds=bounds)
    if not found.converged:
        _explain(initial, prepared, used, method=method, bounds=bounds, trim=trim, given=WEIGHT in answers)
    if method == "lineaire" and (low := int((found.weights <= 0).sum())):
        notes.append(
            f"{low} poids {'sont négatifs ou nuls' if low > 1 else 'est négatif ou nul'} : la méthode"
            " linéaire le permet, un tableau non. Donnez des bornes, ou prenez la méthode raking."
        )
    return Weighting(
        ids=answers[ID],
        weights=found.weights,
        ratios=found.ratios,
        initial=initial,
        method=method,
        bounds=bounds,
        trim=trim,
        strata=tuple(_strata(used, codes, counts, initial, found)),
        margins=used,
        codes=codes,
        iterations=found.iterations,
        gap=found.gap,
        explained=_explained(found, method, bounds, trim),
        limits=_limits(used, places, len(answers)),
        warnings=tuple(notes),
    )


def calibrated(answers: Table, margins: Sequence[Margin]) -> tuple[Floats, tuple[Ints, ...]]:
    """Return (n,) the weights that `weigh` starts from, and for each margin (n,) the class of each answer, in
    the same order as `weigh`.

    A variance after calibration needs both when the weights were computed elsewhere. Raises Refused on the
    same answers and margins as `weigh`.
    """
    where, known = _Where(answers.name, None), agreed(margins)
    initial = _initial(answers, known[0].total, where)
    return initial, tuple(_placed(answers, margin, initial, where, [])[1] for margin in known)


@dataclass(frozen=True, slots=True)
class _Where:
    """The position of an answer, for messages."""

    name: str
    lines: Sequence[int] | NDArray[np.int64] | None

    def row(self, row: int, ids: NDArray[np.str_]) -> str:
        return (
            f"{self.name}, ligne {self.lines[row]}"
            if self.lines is not None
            else f"{self.name}, réponse « {ids[row]} »"
        )


def _initial(answers: Table, population: float, where: _Where) -> Floats:
    """Return the weights to start from: those of the answers, or equal ones that add up to the population."""
    if WEIGHT not in answers:
        return np.full(len(answers), population / len(answers))
    found = numbers(answers[WEIGHT].tolist())
    wrong = np.flatnonzero(~((found >= LEAST) & (found <= MOST)))
    if not wrong.size:
        return found
    row = int(wrong[0])
    value = float(found[row])
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


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleMargin:
    """How a sample fills a margin: answers by class, those without an answer, and values that match no class,
    with their answers.
    """

    counts: tuple[int, ...]
    silent: int
    unknown: Mapping[str, int]


def sample_margin(answers: Table, margin: Margin) -> SampleMargin:
    """Return how many answers fall in each class of a margin. Raises Refused when no column holds its
    variable.
    """
    values, counts = np.unique(answers[_column(answers, margin.variable)].astype(str), return_counts=True)
    known = _known(margin)
    by_class = [0] * (len(margin.categories) + 1)
    unknown: dict[str, int] = {}
    for value, n in zip(values.tolist(), counts.tolist(), strict=True):
        if (rank := _class(key(value), known, margin)) < 0:
            unknown[value] = n
        else:
            by_class[rank] += n
    return SampleMargin(counts=tuple(by_class[:-1]), silent=by_class[-1], unknown=unknown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Classes of a variable that should be merged, and why. n: answers of the thin or empty one."""

    variable: str
    names: tuple[str, str]
    n: int
    reason: str


def merges(margin: Margin, counts: Sequence[int], *, thin: int | None = None) -> tuple[Merge, ...]:
    """Return the proposed merges: each class that is empty or under `thin` answers, with its best neighbour;
    empty ones first.
    """
    found, least = [], thin_class() if thin is None else thin
    for rank, (each, n) in enumerate(zip(margin.categories, counts, strict=True)):
        if n >= least or not each.total or (other := _neighbour(margin, rank, counts)) is None:
            continue
        pair = (
            (each.name, margin.categories[other].name)
            if rank < other
            else (margin.categories[other].name, each.name)
        )
        found.append(Merge(variable=margin.variable, names=pair, n=n, reason=_few(n)))
    return tuple(sorted(found, key=lambda merge: merge.n))


OTHERS = "Autres"


def mended(margin: Margin, counts: Sequence[int], *, thin: int = 1) -> tuple[Margin, tuple[Merge, ...]]:
    """Return the margin after the merges that leave no class under `thin` answers, and those merges.

    Unordered classes (communes, occupations) are grouped under « Autres » as soon as two of them are too
    thin.
    """
    made: list[Merge] = []
    held = list(counts)
    few = [
        rank
        for rank, (each, n) in enumerate(zip(margin.categories, held, strict=True))
        if n < thin and each.total
    ]
    if len(few) > 1 and not _ordered(margin):
        names = [margin.categories[rank].name for rank in few]
        made += [
            Merge(variable=margin.variable, names=(name, OTHERS), n=held[rank], reason=_few(held[rank]))
            for rank, name in zip(few, names, strict=True)
        ]
        margin, held = merged(margin, names, into=OTHERS), _summed(held, few)
    while len(margin.categories) > 1 and (proposed := merges(margin, held, thin=thin)):
        merge = proposed[0]
        ranks = [rank for rank, each in enumerate(margin.categories) if each.name in merge.names]
        margin, held = (
            merged(margin, merge.names, into=OTHERS if OTHERS in merge.names else ""),
            _summed(held, ranks),
        )
        made.append(merge)
    return margin, tuple(made)


def _summed(counts: Sequence[int], ranks: Sequence[int]) -> list[int]:
    """Return the counts after merging these classes, at the position of the first."""
    whole = sum(counts[rank] for rank in ranks)
    return [whole if rank == ranks[0] else n for rank, n in enumerate(counts) if rank not in ranks[1:]]


def _ordered(margin: Margin) -> bool:
    """Return whether classes are ordered, as ages are: each has a number in its name."""
    return all(re.search(r"\d", each.name) for each in margin.categories)


def _few(n: int) -> str:
    return f"{_n(n)} seulement" if n else "aucune réponse"


def _known(margin: Margin) -> dict[str, int]:
    return {key(value): rank for rank, each in enumerate(margin.categories) for value in each.values}


def _column(answers: Table, variable: str) -> str:
    """Return the column that holds a variable. Raises Refused, with the nearest name, when there is none."""
    wanted = key(variable)
    names = [name for name in answers.columns if name not in (ID, WEIGHT)]
    for form in (
        key,
        lambda name: key(name).rpartition("/")[2],
        plain,
    ):  # as typed; without the groups of a form; in a hurry
        if len(found := [name for name in names if form(name) == form(wanted)]) == 1:
            return found[0]
    near = nearest(variable, names)
    raise Refused(
        f"{answers.name} : la variable « {variable} » des marges n’est pas une colonne des réponses"
        f"{f' ; la plus proche est « {quoted(near)} »' if near else ''}.",
        why="Sans elle, on ne sait pas dans quelle classe ranger chaque réponse.",
        do=(
            f"{'Renommez-la' if near else 'Ajoutez la colonne'}, ou retirez la variable des marges. Colonnes"
            f" lues : {listed([quoted(name) for name in names], most=8)}."
        ),
    )


def nearest(text: str, among: Iterable[str]) -> str:
    """Return the text most like another, '' when none is close."""
    found = process.extractOne(
        plain(text), {name: plain(name) for name in among}, scorer=fuzz.WRatio, score_cutoff=ALIKE
    )
    return str(found[2]) if found else ""


def _placed(
    answers: Table, margin: Margin, initial: Floats, where: _Where, notes: list[str]
) -> tuple[Margin, Ints]:
    """Return the margin restricted to what the sample can meet, and the class of each answer in it."""
    column = _column(answers, margin.variable)
    values, at = np.unique(answers[column].astype(str), return_inverse=True)
    known = _known(margin)
    classes = np.array([_class(key(value), known, margin) for value in values.tolist()], dtype=np.int64)
    silent = len(margin.categories)
    unknown = np.flatnonzero(classes < 0)
    if unknown.size:
        _refuse_unknown(answers, margin, column, values, at, unknown, where)
    code = classes[at]
    counts = np.bincount(code, minlength=silent + 1)
    named = [
        each for each, n in zip(margin.categories, counts[:-1].tolist(), strict=True) if n and not each.total
    ]
    if named:
        row = int(np.flatnonzero(code == margin.categories.index(named[0]))[0])
        raise Refused(
            f"{where.row(row, answers[ID])}, colonne {column}, valeur « {quoted(str(answers[column][row]))} »"
            " : les marges disent qu’il n’y a personne dans cette classe (effectif 0).",
            why="Aucun poids supérieur à zéro ne peut donner un total nul.",
            do="Corrigez l’effectif, réunissez cette classe à une autre, ou retirez la réponse.",
        )
    absent = [
        rank
        for rank, (each, n) in enumerate(zip(margin.categories, counts[:-1].tolist(), strict=True))
        if each.total and not n
    ]
    if counts[silent] == len(code):
        raise Refused(
            f"{answers.name}, colonne {column} : aucune réponse n’est remplie.",
            why="On ne sait pas dans quelle classe ranger chaque réponse.",
            do=f"Retirez « {margin.variable} » des marges, ou complétez la colonne.",
        )
    if absent:
        _refuse_absent(answers, margin, absent, counts[:-1])
    kept = [rank for rank, each in enumerate(margin.categories) if each.total]
    categories = [margin.categories[rank] for rank in kept]
    renumbered = np.full(silent + 1, -1, dtype=np.int64)
    renumbered[kept] = np.arange(len(kept))
    if counts[silent]:
        renumbered[silent] = len(kept)
        share = float(initial[code == silent].sum() / initial.sum())
        categories = [replace(each, total=each.total * (1 - share)) for each in categories]
        categories.append(Category(UNSAID, margin.total * share, tuple(sorted(SILENT))))
        n = int(counts[silent])
        notes.append(
            f"« {margin.label or margin.variable} » : {n}"
            f" {'réponses ne la disent pas' if n > 1 else 'réponse ne la dit pas'} ; elles gardent leur part"
            f" de l’échantillon ({_percent(share)}), les autres classes se partagent le reste."
        )
    return replace(margin, categories=tuple(categories)), renumbered[code]


def _class(value: str, known: Mapping[str, int], margin: Margin) -> int:
    """Return the rank of the class of a value; the rank after the last when there is no answer, -1 when it is
    unknown.
    """
    if (rank := known.get(value)) is not None:
        return rank
    if value in SILENT:
        return len(margin.categories)
    if value.isdigit():
        age = int(value)
        for rank, each in enumerate(margin.categories):
            if each.span is not None and each.span[0] <= age <= each.span[1]:
                return rank
    return -1


def _refuse_unknown(
    answers: Table,
    margin: Margin,
    column: str,
    values: NDArray[np.str_],
    at: Ints,
    unknown: Ints,
    where: _Where,
) -> NoReturn:
    rows = np.flatnonzero(np.isin(at, unknown))
    row = int(rows[0])
    value = str(answers[column][row])
    near = nearest(value, (each.name for each in margin.categories))
    many = unknown.size > max(10, 2 * len(margin.categories))
    more = (
        f" ; et {unknown.size - 1} autre{'s' * (unknown.size > 2)} valeur{'s' * (unknown.size > 2)}"
        if unknown.size > 1
        else ""
    )
    do = f"Écrivez « {near} » si c’est elle" if near else "Corrigez la réponse"
    if many:
        do = f"Rangez d’abord les réponses de « {column} » en classes, comme les marges"
    raise Refused(
        f"{where.row(row, answers[ID])}, colonne {column}, valeur « {quoted(value)} » : cette modalité n’est"
        f" pas dans les marges de « {margin.variable} » ({_n(rows.size)}{more}).",
        why=(
            "On ne sait pas combien de personnes elle compte. Modalités connues :"
            f" {listed([each.name for each in margin.categories], most=8)}."
        ),
        do=f"{do}, ou ajoutez la modalité et son effectif à {margin.file or 'la marge'}.",
    )


def _refuse_absent(answers: Table, margin: Margin, absent: Sequence[int], counts: Ints) -> NoReturn:
    first = margin.categories[absent[0]]
    others = listed([f"« {margin.categories[rank].name} »" for rank in absent[1:]])
    at = f"{margin.file}, ligne {first.line}, " if margin.file and first.line else ""
    raise Refused(
        f"{at}variable « {margin.variable} », modalité « {first.name} » : {_people(first.total)} dans la"
        f" population, aucune réponse dans {answers.name}{f' ; de même pour {others}' if others else ''}.",
        why="Personne ne peut répondre à la place d’une classe vide : aucun poids ne la remplace.",
        do=(
            f"Réunissez-la avec {proposal(margin, absent[0], counts)} (dans les marges et dans les réponses),"
            " ou retirez cette variable."
        ),
    )


def proposal(margin: Margin, rank: int, counts: Sequence[int] | Ints) -> str:
    """Return, between quotes, the class that a thin or empty one is best merged with."""
    chosen = _neighbour(margin, rank, counts)
    return f"« {margin.categories[chosen].name} »" if chosen is not None else "une autre classe"


def _neighbour(margin: Margin, rank: int, counts: Sequence[int] | Ints) -> int | None:
    """Return the class nearest to another, among those that have answers.

    Ages and other numbered classes go with the closest in order; others with the class most alike in
    spelling, else the smallest that has answers.
    """
    full = [other for other, n in enumerate(counts) if n and other != rank]
    if not full:
        return None
    names = [each.name for each in margin.categories]
    if _ordered(margin):
        return min(full, key=lambda other: (abs(other - rank), counts[other]))
    near = nearest(names[rank], [names[other] for other in full])
    return names.index(near) if near else min(full, key=lambda other: counts[other])


def _thin(margin: Margin, counts: Ints, least: int) -> list[str]:
    return [
        f"« {margin.label or margin.variable} », « {each.name} » : {_n(int(n))} seulement pour"
        f" {_people(each.total)}. Réunissez-la avec {proposal(margin, rank, counts)} si vous le pouvez : ses"
        " poids reposent sur très peu de personnes."
        for rank, (each, n) in enumerate(zip(margin.categories, counts.tolist(), strict=True))
        if n < least and each.name != UNSAID
    ]


def _framed(bounds: Bounds, mean: float, given: bool) -> None:
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
            + (f" Ici le rapport moyen est {mean:.4g}, d’après « {WEIGHT} »." if given else ""),
            do="Donnez une borne basse sous 1 et une borne haute au-dessus."
            + (
                f" Ou multipliez « {WEIGHT} » par {mean:.6g}, pour que ses poids totalisent la population."
                if given
                else ""
            ),
        )


def _ceiling(trim: float) -> float:
    if not trim > 1:
        raise Refused(
            f"Le plafond « {trim:g} » ne convient pas.",
            why="Il compte en poids moyens : le plus grand poids ne peut pas être sous la moyenne.",
            do="Donnez un nombre supérieur à 1, par exemple 4.",
        )
    return trim


def _explain(
    initial: Floats,
    prepared: calibration.Margins,
    margins: Sequence[Margin],
    *,
    method: Method,
    bounds: Bounds | None,
    trim: float | None,
    given: bool,
) -> NoReturn:
    """Raise Refused on margins that no weight can meet, naming the class at fault and what would work."""
    mean = margins[0].total / float(initial.sum())
    low, high = bounds if bounds is not None else (mean / WIDEST_RATIO, np.inf)
    missed = calibration_bounds.misses(initial, prepared, low, high)
    if not missed.any() and trim is not None:
        _refuse_trim(initial, prepared, method, bounds, trim)
    if not missed.any() and bounds is None:
        raise Refused(
            "La recherche des poids n’a pas abouti : les marges demandent des rapports de poids démesurés.",
            why=(
                "Une solution existe peut-être, mais des réponses y compteraient des milliers de fois plus"
                " que d’autres."
            ),
            do="Réunissez les classes les plus minces, ou retirez une variable.",
        )
    at, told = _at_fault(initial, prepared, margins, missed, low, high)
    if bounds is None:
        raise Refused(
            f"{told} : aucun poids positif ne peut donner ces marges à la fois.",
            why=(
                "Dans l’échantillon, des classes de variables différentes sont tenues par les mêmes réponses,"
                " et les marges leur demandent des nombres de personnes qui ne vont pas ensemble."
            ),
            do=f"Réunissez des classes de « {at.label or at.variable} », ou retirez une des variables.",
        )
    work = working_bounds(initial, prepared, method=method, bounds=bounds)
    scale = (
        f" « {WEIGHT} » totalise {_people(float(initial.sum()))} : le rapport moyen est {mean:.4g}."
        if given and not 0.5 < mean < 2
        else ""
    )
    raise BoundsRefused(
        told,
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

    def __init__(self, told: str, *, why: str, do: str, bounds: Bounds, work: Sequence[Bounds]) -> None:
        self.told, self.bounds, self.work = told, bounds, tuple(work)
        super().__init__(
            self._what(_pair),
            why=why,
            do=f"Bornes qui conviennent : {' ; '.join(map(_pair, work))}." if work else do,
        )

    def on_page(self) -> Refused:
        """Return the same refusal worded for a page, which has a field for each bound."""
        work = " ; ".join(map(_in_words, self.work))
        return Refused(
            self._what(_in_words), why=self.why, do=f"Bornes qui conviennent : {work}." if work else self.do
        )

    def _what(self, told: Callable[[Bounds], str]) -> str:
        return f"{self.told} : les bornes {told(self.bounds)} ne peuvent pas être tenues."


OF_PERSONS = frozenset({"age", "classe_age", "age_environ", "sexe", "diplome", "pcs"})
RESIDENTS = "habitants"  # in the universe of a margin, or in the words of its source


def check_structures(margins: Sequence[Margin], answers: int) -> None:
    """Raise Refused on margins of inhabitants for answers of structures: only a census of structures weighs
    them. answers: how many there are.
    """
    for margin in margins:
        said = RESIDENTS in f"{margin.universe} {margin.source}" or margin.variable in OF_PERSONS
        if not said and margin.total <= number("weighting/people_per_structure") * max(answers, 1):
            continue
        counted = "les habitants" if said else f"{_people(margin.total)} pour {_n(answers)}"
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
            f"{name} : chaque réponse y compte en moyenne pour {_people(mean)}.",
            why="Ce sont des structures qui ont répondu : ces poids comptent des habitants.",
            do="Refaites-les sur un recensement des structures, ou donnez un poids de 1 à chacune.",
        )


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
    names = [(margin, each) for margin in margins for each in margin.categories]
    beyond = np.maximum(
        np.log(needed / high) if np.isfinite(high) else -1.0, np.log(np.maximum(low, 1e-300) / needed)
    )
    if beyond.max() > calibration_bounds.LEAST:
        rank = int(beyond.argmax())
        margin, each = names[rank]
        side = "haute" if needed[rank] > high else "basse"
        bound = high if needed[rank] > high else low
        return margin, (
            f"« {margin.label or margin.variable} », « {each.name} » : il faudrait multiplier ses poids par"
            f" {needed[rank]:.3g}, la borne {side} est {_bound(bound)}"
        ).replace(".", ",")
    if not missed.any():  # bounds that only weights at a bound can keep
        rank = int(np.abs(np.log(needed)).argmax())
        return (
            names[rank][0],
            f"« {names[rank][0].variable} », « {names[rank][1].name} » : tous ses poids seraient à une borne",
        )
    rank = int(np.abs(missed).argmax())
    margin, each = names[rank]
    return (
        margin,
        (
            f"« {margin.label or margin.variable} », « {each.name} » :"
            f" {'trop peu' if missed[rank] > 0 else 'trop'} de poids, d’au moins"
            f" {_percent(abs(missed[rank]))}"
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
    if (found := calibration_bounds.lowest_high(initial, prepared, low)) is not None:
        candidates.append((low, found))
    if (found := calibration_bounds.highest_low(initial, prepared, high)) is not None:
        candidates.append((found, high))
    if (found := calibration_bounds.symmetrical(initial, prepared)) is not None:
        candidates.append((1 / found, found))
    out = []
    for a, b in candidates:
        if (kept := _opened(initial, prepared, method, (a, b), moves=(a != low, b != high))) is not None:
            out.append(kept)
    return out


def _opened(
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


def _refuse_trim(
    initial: Floats, prepared: calibration.Margins, method: Method, bounds: Bounds | None, trim: float
) -> NoReturn:
    works = trim
    for _ in range(TRIES):
        works = float(np.ceil(works * 1.3 * 10) / 10)
        found = calibration.trimmed(initial, prepared, most=works, method=method, bounds=bounds)
        if found.converged:
            break
    raise Refused(
        f"Le plafond de {_bound(trim)} poids moyens ne peut pas être tenu.",
        why=(
            "Ce qui est retiré aux plus grands poids doit être porté par les autres réponses des mêmes"
            " classes, et elles n’y suffisent pas."
        ),
        do=(
            f"Un plafond de {_bound(works)} convient."
            if found.converged
            else "Réunissez les classes les plus minces, ou retirez le plafond."
        ),
    )


def _strata(
    margins: Sequence[Margin],
    codes: Sequence[Ints],
    counts: Sequence[Ints],
    initial: Floats,
    found: Calibration,
) -> Iterable[Stratum]:
    n = len(initial)
    for margin, code, gaps in zip(margins, codes, found.gaps, strict=True):
        size = len(margin.categories)
        respondents = np.bincount(code, minlength=size)
        reached = np.bincount(code, found.weights, size)
        for rank, each in enumerate(margin.categories):
            share, target = respondents[rank] / n, each.total / margin.total
            yield Stratum(
                variable=margin.variable,
                name=each.name,
                n=int(respondents[rank]),
                share=float(share),
                target=float(target),
                coefficient=float(target / share),
                weighted=float(target * n),
                people=float(each.total),
                found=float(reached[rank]),
                gap=float(gaps[rank]),
            )


def _explained(found: Calibration, method: Method, bounds: Bounds | None, trim: float | None) -> str:
    """Return how the weights were found, in words."""
    what = {
        "raking": (
            "ratissage (raking) : chaque classe reçoit un facteur, repris jusqu’à ce que toutes les marges"
            " soient atteintes à la fois"
        ),
        "lineaire": "méthode linéaire : un ajustement direct, le plus proche des poids initiaux",
        "logit": "méthode logit : les rapports entre poids final et poids initial restent entre deux bornes",
    }[method]
    kept = f" Bornes tenues : {_bound(bounds[0])} et {_bound(bounds[1])}." if bounds else ""
    cut = f" Aucun poids ne dépasse {_bound(trim)} fois le poids moyen." if trim else ""
    rounds = f"{found.iterations} itération{'s' * (found.iterations > 1)}"
    gap = "aux arrondis de la machine près" if found.gap < 1e-11 else f"à {found.gap:.0e} près en part"
    return f"Convergence atteinte en {rounds} ({what}). Les marges sont retrouvées {gap}.{kept}{cut}"


def _limits(margins: Sequence[Margin], places: Mapping[str, int] | None, answers: int) -> tuple[str, ...]:
    """Return what the margins cannot correct, in words."""
    names = listed([f"« {margin.label or margin.variable} »" for margin in margins], most=8)
    told = [
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
        told.append(
            f"Les réponses {come} en donne"
            f" {_percent(n / max(answers, placed))}{f' ; {_n(unplaced)} sans lieu noté' if unplaced else ''}."
            " Qui n’y passe pas n’a pas pu répondre : les poids n’y changent rien."
        )
    else:
        told.append(
            "Le lieu et le moment de la collecte trient les personnes : qui ne sort pas, ou n’y passe pas,"
            " n’a pas répondu. Les poids n’y changent rien."
        )
    return tuple(told)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %".replace(".", ",")


def _people(total: float) -> str:
    return f"{total:,.0f} personne{'s' * (total >= 1.5)}".replace(",", " ")


def _n(n: int) -> str:
    return f"{n} réponse{'s' * (n > 1)}"


def _pair(bounds: Bounds) -> str:
    return ",".join(map(_bound, bounds))


def _in_words(bounds: Bounds) -> str:
    return " à ".join(_bound(each).replace(".", ",") for each in bounds)


def _bound(value: float) -> str:
    """Return a bound as --bornes takes it: a point before decimals."""
    return f"{value:.6g}"
