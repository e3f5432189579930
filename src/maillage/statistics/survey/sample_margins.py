"""A margin beside the answers of a survey: which class each stands in, which are too thin, what to merge."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from maillage.kernel.errors import Refused
from maillage.kernel.names import plain
from maillage.kernel.table import Table
from maillage.kernel.typed import whole_number
from maillage.questionnaires.questionnaire import DECLINED, UNKNOWN
from maillage.reference.parameters import number
from maillage.sources.offer.forms.sheet import listed, quoted
from maillage.sources.survey.answers import ID, WEIGHT
from maillage.sources.survey.margins import Category, Margin, key
from maillage.statistics.survey.age_classes import span_of
from maillage.statistics.survey.census_margins import DIPLOMA_CLASSES
from maillage.statistics.survey.weight_words import answers_text, few_text, people_text, percent_text
from maillage.statistics.zones.centres import Centre, centres

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
ALIKE = 60  # likeness, 0 to 100, from which a spelling is proposed
UNSAID = "sans réponse"
OWN_NUMBER = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
LEVEL_BY_WORD = {
    plain(word): level for level, (name, _, words) in enumerate(DIPLOMA_CLASSES) for word in (name, *words)
}
STUDENT = LEVEL_BY_WORD["en etudes"]  # no level of diploma
SILENT = frozenset({"", UNKNOWN, DECLINED})


def thin_class() -> int:
    """Return the number of answers below which a class is too thin to represent its people."""
    return int(number("weighting/thin"))


def merged(margin: Margin, names: Sequence[str], *, into: str = "") -> Margin:
    """Return the margin with several of its classes merged, at the position of the first.

    into: the name of the merged class; by default, the names joined. Raises Refused when a class is unknown,
    or fewer than two are named.
    """
    chosen = {key(name) for name in names}
    chosen_classes = [each for each in margin.categories if key(each.name) in chosen]
    if len(chosen_classes) < 2 or len(chosen_classes) < len(chosen):
        missing = chosen - {key(each.name) for each in chosen_classes}
        raise Refused(
            f"Ces classes de « {margin.variable} » ne peuvent pas être réunies"
            f"{f' : « {quoted(min(missing))} » n’en est pas une' if missing else ''}.",
            why="Une réunion prend au moins deux classes de la variable.",
            do=f"Choisissez parmi : {listed([each.name for each in margin.categories], most=12)}.",
        )
    spans = [each.span for each in chosen_classes if each.span is not None]
    merged_class = Category(
        into or _joined_name(chosen_classes),
        sum(each.total for each in chosen_classes),
        tuple(value for each in chosen_classes for value in each.values),
        (min(low for low, _ in spans), max(high for _, high in spans))
        if len(spans) == len(chosen_classes)
        else None,
        chosen_classes[0].line,
    )
    categories = [
        merged_class if each is chosen_classes[0] else each
        for each in margin.categories
        if each not in chosen_classes[1:]
    ]
    return replace(margin, categories=tuple(categories))


AGES = re.compile(
    r"(\d+)\s*(?:-|–|à)\s*(\d+)(.*)|(\d+)(\s*(?:\+|ans et \+|ans ou plus|ans et plus|et plus|ou plus))(.*)"
)


def _joined_name(classes: Sequence[Category]) -> str:
    """Return the name of merged classes: two consecutive ages still read as an age."""
    first, last = AGES.fullmatch(classes[0].name), AGES.fullmatch(classes[-1].name)
    if first and first[1] and last:
        return f"{first[1]}-{last[2]}{last[3]}" if last[1] else f"{first[1]}{last[5]}{last[6]}"
    return " ou ".join(each.name for each in classes)


@dataclass(frozen=True, slots=True)
class Where:
    """The position of an answer, for messages."""

    name: str
    lines: Sequence[int] | NDArray[np.int64] | None

    def column(self, column: str, margin: Margin) -> str:
        """Return the name of a variable in a message: the column of a file, else the words of its label."""
        return f"colonne {column}" if self.lines is not None or not margin.label else f"« {margin.label} »"

    def row(self, row: int, ids: NDArray[np.str_]) -> str:
        """Return the position of an answer: the number that we gave it would help nobody find it."""
        if self.lines is not None:
            return f"{self.name}, ligne {self.lines[row]}"
        return self.name if OWN_NUMBER.fullmatch(ids[row]) else f"{self.name}, réponse « {ids[row]} »"


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleMargin:
    """The counts of a sample on a margin: answers by class, those without an answer, and values that match
    no class, with their answers.
    """

    counts: tuple[int, ...]
    silent: int
    unknown: Mapping[str, int]


def sample_margin(answers: Table, margin: Margin) -> SampleMargin:
    """Return how many answers fall in each class of a margin. Raises Refused when no column holds its
    variable.
    """
    values, counts = np.unique(answers[column_of(answers, margin.variable)].astype(str), return_counts=True)
    known = known_values(margin)
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
    proposals, least = [], thin_class() if thin is None else thin
    for rank, (category, n) in enumerate(zip(margin.categories, counts, strict=True)):
        if n >= least or not category.total or (other := _neighbour(margin, rank, counts)) is None:
            continue
        pair = (
            (category.name, margin.categories[other].name)
            if rank < other
            else (margin.categories[other].name, category.name)
        )
        proposals.append(Merge(variable=margin.variable, names=pair, n=n, reason=few_text(n)))
    return tuple(sorted(proposals, key=lambda merge: merge.n))


OTHER_CLASSES = "Autres"
COMMUNE_CODE = re.compile(r"\d[\dAB]\d{3}")


def gathered(margin: Margin, counts: Sequence[int]) -> Margin:
    """Return the margin after every merge that leaves no thin class: communes with their neighbours, other
    classes as in `mended`.
    """
    groups = _neighbourhoods(margin, counts)
    if not groups:
        return mended(margin, counts, thin=thin_class())[0]
    for classes in groups:
        largest = max(classes, key=lambda category: category.total).name
        are_communes = len(classes) > 2 and all(len(_commune_codes(category)) == 1 for category in classes)
        into = f"{largest} et {len(classes) - 1} communes voisines" if are_communes else ""
        margin = merged(margin, [category.name for category in classes], into=into)
    return margin


def _neighbourhoods(margin: Margin, counts: Sequence[int]) -> list[list[Category]]:
    """Return the classes of communes to merge, those of each group together; [] when classes are no communes,
    or none is thin. The group with fewest answers joins the nearest one, until each has enough: from middle
    to middle of their inhabitants, as the crow flies.
    """
    code_by_rank = {
        rank: codes
        for rank, category in enumerate(margin.categories)
        if category.total and (codes := _commune_codes(category))
    }
    middles = centres(code for codes in code_by_rank.values() for code in codes)
    groups = [[rank] for rank, codes in code_by_rank.items() if all(code in middles for code in codes)]
    answers_ = [counts[rank] for (rank,) in groups]
    people = [margin.categories[rank].total for (rank,) in groups]
    spots = [np.mean([_flat(middles[code]) for code in code_by_rank[rank]], axis=0) for (rank,) in groups]
    while len(groups) > 1 and min(answers_) < thin_class():
        at = min(range(len(groups)), key=lambda k: (answers_[k], people[k]))
        spot, n, weight, ranks = spots.pop(at), answers_.pop(at), people.pop(at), groups.pop(at)
        near = int(np.argmin(((np.array(spots) - spot) ** 2).sum(axis=1)))
        spots[near] = (spots[near] * people[near] + spot * weight) / (people[near] + weight)
        answers_[near], people[near] = answers_[near] + n, people[near] + weight
        groups[near] += ranks
    return [[margin.categories[rank] for rank in sorted(ranks)] for ranks in groups if len(ranks) > 1]


def _commune_codes(category: Category) -> list[str]:
    return [value for value in category.values if COMMUNE_CODE.fullmatch(value)]


def _flat(centre: Centre) -> Floats:
    """Return a point in degrees of latitude, both ways."""
    return np.array([centre.lon * np.cos(np.radians(centre.lat)), centre.lat])


def mended(margin: Margin, counts: Sequence[int], *, thin: int = 1) -> tuple[Margin, tuple[Merge, ...]]:
    """Return the margin after the merges that leave no class under `thin` answers, and those merges.

    Unordered classes (communes, occupations) are grouped under « Autres » as soon as two of them are too
    thin.
    """
    merges_done: list[Merge] = []
    current_counts = list(counts)
    few = [
        rank
        for rank, (category, n) in enumerate(zip(margin.categories, current_counts, strict=True))
        if n < thin and category.total
    ]
    if len(few) > 1 and not _ordered(margin):
        names = [margin.categories[rank].name for rank in few]
        merges_done += [
            Merge(
                variable=margin.variable,
                names=(name, OTHER_CLASSES),
                n=current_counts[rank],
                reason=few_text(current_counts[rank]),
            )
            for rank, name in zip(few, names, strict=True)
        ]
        margin, current_counts = merged(margin, names, into=OTHER_CLASSES), _summed(current_counts, few)
    while len(margin.categories) > 1 and (proposed := merges(margin, current_counts, thin=thin)):
        merge = proposed[0]
        ranks = [rank for rank, category in enumerate(margin.categories) if category.name in merge.names]
        margin, current_counts = (
            merged(margin, merge.names, into=OTHER_CLASSES if OTHER_CLASSES in merge.names else ""),
            _summed(current_counts, ranks),
        )
        merges_done.append(merge)
    return margin, tuple(merges_done)


def _summed(counts: Sequence[int], ranks: Sequence[int]) -> list[int]:
    """Return the counts after merging these classes, at the position of the first."""
    total = sum(counts[rank] for rank in ranks)
    return [total if rank == ranks[0] else n for rank, n in enumerate(counts) if rank not in ranks[1:]]


def _ordered(margin: Margin) -> tuple[int, ...]:
    """Return the ranks of the classes that follow one another, as ages do (each has a number in its name) or
    diplomas; () when none do.
    """
    ranks = [rank for rank, category in enumerate(margin.categories) if category.name != UNSAID]
    if all(re.search(r"\d", margin.categories[rank].name) for rank in ranks):
        return tuple(ranks)
    levels = [_level(margin.categories[rank]) for rank in ranks]
    if None in levels or levels != sorted(level for level in levels if level is not None):
        return ()
    return tuple(rank for rank, level in zip(ranks, levels, strict=True) if level != STUDENT)


def _level(category: Category) -> int | None:
    """Return the highest diploma of a class, None when it is not of diplomas."""
    levels = (LEVEL_BY_WORD.get(plain(text)) for text in (category.name, *category.values))
    return max((level for level in levels if level is not None), default=None)


def known_values(margin: Margin) -> dict[str, int]:
    return {key(value): rank for rank, category in enumerate(margin.categories) for value in category.values}


def column_of(answers: Table, variable: str) -> str:
    """Return the column that holds a variable. Raises Refused, with the nearest name, when there is none."""
    wanted = key(variable)
    names = [name for name in answers.columns if name not in (ID, WEIGHT)]
    for form in (
        key,
        lambda name: key(name).rpartition("/")[2],
        plain,
    ):  # as typed; without the groups of a form; in a hurry
        if len(matches := [name for name in names if form(name) == form(wanted)]) == 1:
            return matches[0]
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
    match = process.extractOne(
        plain(text), {name: plain(name) for name in among}, scorer=fuzz.WRatio, score_cutoff=ALIKE
    )
    return str(match[2]) if match else ""


def wording(value: str, margin: Margin) -> str:
    """Return the words of an answer that no class of a margin counts."""
    return margin.uncounted.get(key(value), value)


def near_class(value: str, margin: Margin) -> str:
    """Return the class that a value may be a misspelling of, "" for none; another answer of the question is
    no misspelling, unless a file spells the classes.
    """
    may_be_misspelt = key(value) not in margin.uncounted or margin.file
    names = (each.name for each in margin.categories)
    return nearest(wording(value, margin), names) if may_be_misspelt else ""


def classes_of(
    answers: Table, margin: Margin, initial: Floats, where: Where, notes: list[str]
) -> tuple[Margin, Ints]:
    """Return the margin restricted to what the sample can meet, and the class of each answer in it."""
    column = column_of(answers, margin.variable)
    values, at = np.unique(answers[column].astype(str), return_inverse=True)
    known = known_values(margin)
    classes = np.array([_class(key(value), known, margin) for value in values.tolist()], dtype=np.int64)
    silent = len(margin.categories)
    unknown = np.flatnonzero(classes < 0)
    if unknown.size:
        _refuse_unknown(answers, margin, column, values, at, unknown, where)
    code = classes[at]
    counts = np.bincount(code, minlength=silent + 1)
    named = [
        category
        for category, n in zip(margin.categories, counts[:-1].tolist(), strict=True)
        if n and not category.total
    ]
    if named:
        row = int(np.flatnonzero(code == margin.categories.index(named[0]))[0])
        raise Refused(
            f"{where.row(row, answers[ID])}, {where.column(column, margin)},"
            f" valeur « {quoted(str(answers[column][row]))} »"
            " : les marges disent qu’il n’y a personne dans cette classe (effectif 0).",
            why="Aucun poids supérieur à zéro ne peut donner un total nul.",
            do="Corrigez l’effectif, réunissez cette classe à une autre, ou retirez la réponse.",
        )
    absent = [
        rank
        for rank, (category, n) in enumerate(zip(margin.categories, counts[:-1].tolist(), strict=True))
        if category.total and not n
    ]
    if counts[silent] == len(code):
        raise Refused(
            f"{answers.name}, {where.column(column, margin)} : aucune réponse n’est remplie.",
            why="On ne sait pas dans quelle classe ranger chaque réponse.",
            do=f"Retirez « {margin.label or margin.variable} » des marges, ou complétez les réponses.",
        )
    if absent:
        _refuse_absent(answers, margin, absent, counts[:-1], where)
    populated_ranks = [rank for rank, category in enumerate(margin.categories) if category.total]
    categories = [margin.categories[rank] for rank in populated_ranks]
    renumbered = np.full(silent + 1, -1, dtype=np.int64)
    renumbered[populated_ranks] = np.arange(len(populated_ranks))
    if counts[silent]:
        renumbered[silent] = len(populated_ranks)
        share = float(initial[code == silent].sum() / initial.sum())
        categories = [replace(category, total=category.total * (1 - share)) for category in categories]
        categories.append(Category(UNSAID, margin.total * share, tuple(sorted(SILENT))))
        n = int(counts[silent])
        notes.append(
            f"« {margin.label or margin.variable} » : {n}"
            f" {'réponses ne la disent pas' if n > 1 else 'réponse ne la dit pas'} ; elles gardent leur part"
            f" de l’échantillon ({percent_text(share)}), les autres classes se partagent le reste."
        )
    return replace(margin, categories=tuple(categories)), renumbered[code]


def _class(value: str, known: Mapping[str, int], margin: Margin) -> int:
    """Return the rank of the class of a value; the rank after the last when there is no answer, -1 when it is
    unknown.
    """
    if (rank := known.get(value)) is not None:
        return rank
    if value in SILENT or value in margin.silent:
        return len(margin.categories)
    if (age := whole_number(value)) is not None:
        for rank, category in enumerate(margin.categories):
            span = category.span or span_of(category.name)
            if span is not None and span[0] <= age <= span[1]:
                return rank
    return -1


def _refuse_unknown(
    answers: Table,
    margin: Margin,
    column: str,
    values: NDArray[np.str_],
    at: Ints,
    unknown: Ints,
    where: Where,
) -> NoReturn:
    rows = np.flatnonzero(np.isin(at, unknown))
    row = int(rows[0])
    value = str(answers[column][row])
    near = near_class(value, margin)
    many = unknown.size > max(10, 2 * len(margin.categories))
    more = (
        f" ; et {unknown.size - 1} autre{'s' * (unknown.size > 2)} valeur{'s' * (unknown.size > 2)}"
        if unknown.size > 1
        else ""
    )
    do = f"Écrivez « {near} » si c’est elle" if near else "Corrigez la réponse"
    if key(value) in margin.uncounted and not near:
        do = "Écartez les réponses des personnes hors de la population"
    if many:
        do = f"Rangez d’abord les réponses de « {margin.label or column} » en classes, comme les marges"
    raise Refused(
        f"{where.row(row, answers[ID])}, {where.column(column, margin)}, valeur"
        f" « {quoted(wording(value, margin))} » : cette modalité n’est pas dans les"
        f" marges de « {margin.label or margin.variable} »"
        f" ({answers_text(rows.size)}{more}).",
        why=(
            "On ne sait pas combien de personnes elle compte. Modalités connues :"
            f" {listed([each.name for each in margin.categories], most=8)}."
        ),
        do=f"{do}, ou ajoutez la modalité et son effectif à {margin.file or 'la marge'}.",
    )


def _refuse_absent(
    answers: Table, margin: Margin, absent: Sequence[int], counts: Ints, where: Where
) -> NoReturn:
    first = margin.categories[absent[0]]
    other_classes = listed([f"« {margin.categories[rank].name} »" for rank in absent[1:]])
    at = f"{margin.file}, ligne {first.line}, " if margin.file and first.line else ""
    raise Refused(
        f"{at}variable « {margin.label or margin.variable} », modalité « {first.name} » :"
        f" {people_text(first.total)} dans la population, aucune réponse dans {answers.name}"
        f"{f' ; de même pour {other_classes}' if other_classes else ''}.",
        why="Personne ne peut répondre à la place d’une classe vide : aucun poids ne la remplace.",
        do=(
            f"Réunissez-la avec {proposal(margin, absent[0], counts)}"
            f"{' (dans les marges et dans les réponses)' if where.lines is not None else ''},"
            " ou retirez cette variable."
        ),
    )


def without_neighbour(margin: Margin, counts: Sequence[int], *, thin: int) -> list[str]:
    """Return the thin classes that no other is proposed for: whoever weighs the answers chooses one."""
    return [
        category.name
        for rank, (category, n) in enumerate(zip(margin.categories, counts, strict=True))
        if n < thin and category.total and _neighbour(margin, rank, counts) is None
    ]


def proposal(margin: Margin, rank: int, counts: Sequence[int] | Ints) -> str:
    """Return, between quotes, the class that a thin or empty one is best merged with."""
    chosen = _neighbour(margin, rank, counts)
    return f"« {margin.categories[chosen].name} »" if chosen is not None else "une autre classe"


def _neighbour(margin: Margin, rank: int, counts: Sequence[int] | Ints) -> int | None:
    """Return the class nearest to another; None when no other has answers.

    Ages, diplomas and other ordered classes go with one beside them, that has answers if any does; others
    with the class most alike in spelling among those that have answers, else the smallest of them. People who
    study go with no level of diploma.
    """
    students = {at for at, category in enumerate(margin.categories) if _level(category) == STUDENT}
    full = [
        other
        for other, n in enumerate(counts)
        if n and other != rank and margin.categories[other].name != UNSAID and other not in students
    ]
    if not full or rank in students:
        return None
    names, ordered = [each.name for each in margin.categories], _ordered(margin)
    if rank in ordered and len(ordered) > 1:
        at = ordered.index(rank)
        adjacent_ranks = (*ordered[max(at - 1, 0) : at], *ordered[at + 1 : at + 2])
        return min(adjacent_ranks, key=lambda other: (not counts[other], counts[other]))
    near = nearest(names[rank], [names[other] for other in full])
    return names.index(near) if near else min(full, key=lambda other: counts[other])


def thin_warnings(margin: Margin, counts: Ints, least: int) -> list[str]:
    return [
        f"« {margin.label or margin.variable} », « {category.name} » : {answers_text(int(n))} seulement pour"
        f" {people_text(category.total)}. Réunissez-la avec {proposal(margin, rank, counts)} si vous"
        " le pouvez : ses poids reposent sur très peu de personnes."
        for rank, (category, n) in enumerate(zip(margin.categories, counts.tolist(), strict=True))
        if n < least and category.name != UNSAID
    ]
