"""A percentage that somebody published: may it come from so many answers, and by which rule of rounding (E-015, E-016)?

Source: docs/methods/enquetes-publiees.md
"""

from dataclasses import dataclass

from maillage.engine.proportions import possible
from maillage.kernel.errors import Refused
from maillage.reports.wording import NBSP, number

MOST = 1_000_000  # answers
FAR = 200  # answers more or less, where another base is looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What gives a published percentage out of n. rule: `both`, `nearest`, `down`, or nothing; bases: the nearest that would do."""

    percent: float
    n: int
    decimals: int
    nearest: tuple[int, ...]
    down: tuple[int, ...]
    rule: str
    bases: tuple[int, ...]
    sentence: str


def found(typed: str, n: int | None) -> Found:
    """Return what a percentage, typed as it is printed (« 10,5 »), may come from. Refused when it is none, or is of nobody."""
    text = typed.strip().rstrip("%").strip().replace(",", ".")
    whole, _, part = text.partition(".")
    if not (whole.isascii() and whole.isdigit() and len(part) <= 3 and (not part or (part.isascii() and part.isdigit()))):
        raise Refused(
            f"« {typed[:40]} » n’est pas un pourcentage.",
            why="On cherche lequel des effectifs le donne : il faut le nombre tel qu’il est imprimé.",
            do="Écrivez par exemple 28, ou 10,5.",
        )
    percent, decimals = float(text), len(part)
    if percent > 100 or n is None or not 0 < n <= MOST:
        raise Refused(
            "Ce calcul n’a pas de sens.",
            why="Une part va de 0 à 100 %, et son effectif est un nombre de réponses, au moins une.",
            do=f"Corrigez le pourcentage ou l’effectif, jusqu’à {number(MOST)}.",
        )
    origin = possible(percent, n, decimals)
    bases = () if origin.rule else _bases(percent, n, decimals)
    said = Found(
        percent=percent,
        n=n,
        decimals=decimals,
        nearest=origin.nearest,
        down=origin.down,
        rule=origin.rule,
        bases=bases,
        sentence="",
    )
    return Found(**{name: getattr(said, name) for name in Found.__slots__ if name != "sentence"}, sentence=_sentence(said))


def _bases(percent: float, n: int, decimals: int) -> tuple[int, ...]:
    """Return the nearest bases that give a percentage, one under and one over."""
    under = next((k for k in range(n - 1, max(0, n - FAR), -1) if possible(percent, k, decimals).rule), None)
    over = next((k for k in range(n + 1, n + FAR) if possible(percent, k, decimals).rule), None)
    return tuple(k for k in (under, over) if k is not None)


def _sentence(it: Found) -> str:
    printed = f"{number(it.percent, it.decimals)}{NBSP}%"
    if it.rule:
        counts = it.nearest or it.down
        out_of = f"{number(counts[0])}{f' à {number(counts[-1])}' if len(counts) > 1 else ''} sur {number(it.n)}"
        how = {"both": "par les deux règles", "nearest": "au plus proche seulement", "down": "par troncature seulement"}[
            it.rule
        ]
        return f"{printed} vient de {out_of}, {how}."
    first = int(it.percent * it.n // 100)
    around = " ; ".join(
        f"{number(k)} sur {number(it.n)} font {number(100 * k / it.n, it.decimals + 1)}{NBSP}%"
        for k in (first, first + 1)
        if k <= it.n
    )
    others = f" Bases les plus proches qui le donnent : {' et '.join(map(number, it.bases))}." if it.bases else ""
    return f"{printed} ne peut pas venir de {number(it.n)} réponses : {around}. Il est redressé, ou sa base n’est pas celle-là.{others}"
