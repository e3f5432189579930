"""A published percentage: can it come from that many answers, and by which rounding rule (E-015, E-016)?

And two ways to one share, « 43 % of the 16 % » and « 10,5 % of the 40 % »: may both be true (Y-031)?

Source: docs/methods/enquetes-publiees.md
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from maillage.kernel.errors import Refused
from maillage.statistics.engine.proportions import possible
from maillage.words.wording import NBSP, number

MOST = 1_000_000  # answers
MOST_ON_A_WAY = 100_000  # answers: each step multiplies the numbers that are tried
FAR = 200  # answers more or less, where another base is looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The counts that give a published percentage out of n. rule: `both`, `nearest`, `down`, or nothing;
    bases: the nearest that would do.
    """

    percent: float
    n: int
    decimals: int
    nearest: tuple[int, ...]
    down: tuple[int, ...]
    rule: str
    bases: tuple[int, ...]
    sentence: str


def origin_of(typed: str, n: int | None) -> Origin:
    """Return the possible origins of a percentage, typed as printed (« 10,5 »). Raises Refused when it is not
    one, or its base is zero.
    """
    percent, decimals = _percent(typed)
    n = _base(n, MOST)
    origin = possible(percent, n, decimals)
    bases = () if origin.rule else _bases(percent, n, decimals)
    unworded = Origin(
        percent=percent,
        n=n,
        decimals=decimals,
        nearest=origin.nearest,
        down=origin.down,
        rule=origin.rule,
        bases=bases,
        sentence="",
    )
    return Origin(
        **{name: getattr(unworded, name) for name in Origin.__slots__ if name != "sentence"},
        sentence=_sentence(unworded),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A share of a share, as it is printed: « 16 x 43 », 43 % of the 16 %. nearest, down: the numbers of
    people it may be.
    """

    percents: tuple[tuple[float, int], ...]
    nearest: tuple[int, ...]
    down: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Two ways to one share of n. agree: whether one number of people, by one rule, may be what both
    print.
    """

    n: int
    ways: tuple[Way, Way]
    agree: bool
    sentences: tuple[str, ...]


def compared(typed: str, other: str, n: int | None) -> Compared:
    """Compare two ways to one share of n answers, which may meet (« 16 x 43 » and « 40 x 10,5 »). Refused as
    a percentage is.
    """
    n = _base(n, MOST_ON_A_WAY)
    first, second = (
        _way([_percent(part) for part in re.split("[x×*]", text, flags=re.I)], n) for text in (typed, other)
    )
    agree = bool({*first.nearest} & {*second.nearest} or {*first.down} & {*second.down})
    verdict = (
        "Les deux chemins peuvent mener à la même part."
        if agree
        else (
            "Les deux chemins ne mènent pas à la même part : l’un des chiffres a une autre base, est"
            " redressé, ou vient d’une autre question, comme « formé » et « accompagné »."
        )
    )
    return Compared(
        n=n, ways=(first, second), agree=agree, sentences=(_way_text(first, n), _way_text(second, n), verdict)
    )


def _way(percents: Sequence[tuple[float, int]], n: int) -> Way:
    if len(percents) > 3:
        raise Refused(
            "Ce chemin est trop long.",
            why="À chaque part d’une part, plus de nombres conviennent : au-delà de trois, presque tous.",
            do="Gardez trois parts au plus.",
        )
    counts = {}
    for rule in ("nearest", "down"):  # a publication keeps one rule
        bases = {n}
        for percent, decimals in percents:
            bases = {k for base in bases if base for k in getattr(possible(percent, base, decimals), rule)}
        counts[rule] = tuple(sorted(bases))
    return Way(percents=tuple(percents), **counts)


def _way_text(way: Way, n: int) -> str:
    printed = " de ".join(
        f"{number(percent, decimals)}{NBSP}%" for percent, decimals in reversed(way.percents)
    )
    counts = sorted({*way.nearest, *way.down})
    if not counts:
        return f"{printed} : aucun nombre entier sur {number(n)} ne le donne."
    ends = list(dict.fromkeys((counts[0], counts[-1])))
    people = " à ".join(map(number, ends))
    shares = " à ".join(dict.fromkeys(number(100 * k / n, 1) for k in ends))
    return f"{printed} : {people} sur {number(n)}, soit {shares}{NBSP}%."


def _percent(typed: str) -> tuple[float, int]:
    """Return a percentage as it is printed and how many decimals it has."""
    text = typed.strip().rstrip("%").strip().replace(",", ".")
    units, _, part = text.partition(".")
    if not (
        units.isascii()
        and units.isdigit()
        and len(part) <= 3
        and (not part or (part.isascii() and part.isdigit()))
    ):
        raise Refused(
            f"« {typed[:40]} » n’est pas un pourcentage.",
            why="On cherche lequel des effectifs le donne : il faut le nombre tel qu’il est imprimé.",
            do="Écrivez par exemple 28, ou 10,5. Une part d’une part (16 x 43) se compare à un autre chemin.",
        )
    if float(text) > 100:
        raise Refused(
            f"{typed[:40]} n’est pas une part : elle irait au-delà de 100{NBSP}%.",
            why="Une part va de 0 à 100 %.",
            do="Corrigez le pourcentage, tel qu’il est imprimé.",
        )
    return float(text), len(part)


def _base(n: int | None, most: int) -> int:
    if n is None or not 0 < n <= most:
        raise Refused(
            f"{'Cet effectif' if n is None else f'Un effectif de {number(n)}'} ne se cherche pas.",
            why="La base d’une part est un nombre entier de réponses, au moins une.",
            do=f"Corrigez l’effectif : de 1 jusqu’à {number(most)}.",
        )
    return n


def _bases(percent: float, n: int, decimals: int) -> tuple[int, ...]:
    """Return the nearest bases that give a percentage, one under and one over."""
    under = next((k for k in range(n - 1, max(0, n - FAR), -1) if possible(percent, k, decimals).rule), None)
    over = next((k for k in range(n + 1, n + FAR) if possible(percent, k, decimals).rule), None)
    return tuple(k for k in (under, over) if k is not None)


def _sentence(it: Origin) -> str:
    printed = f"{number(it.percent, it.decimals)}{NBSP}%"
    if it.rule:
        counts = it.nearest or it.down
        out_of = (
            f"{number(counts[0])}{f' à {number(counts[-1])}' if len(counts) > 1 else ''} sur {number(it.n)}"
        )
        how = {
            "both": "par les deux règles",
            "nearest": "au plus proche seulement",
            "down": "par troncature seulement",
        }[it.rule]
        return f"{printed} vient de {out_of}, {how}."
    first = int(it.percent * it.n // 100)
    neighbour_texts = " ; ".join(
        f"{number(k)} sur {number(it.n)} font {number(100 * k / it.n, it.decimals + 1)}{NBSP}%"
        for k in (first, first + 1)
        if k <= it.n
    )
    base_texts = (
        f" Bases les plus proches qui le donnent : {' et '.join(map(number, it.bases))}." if it.bases else ""
    )
    return (
        f"{printed} ne peut pas venir de {number(it.n)} réponses : {neighbour_texts}. Il est redressé, ou sa"
        " base"
        f" n’est pas celle-là.{base_texts}"
    )
