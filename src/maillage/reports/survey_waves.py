"""What changed since the wave before, from what both published: a share rises or falls only outside its interval.

Source: docs/methods/resultats-enquete.md
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Any

from maillage.engine import comparisons
from maillage.engine.proportions import LEVEL, rounded
from maillage.kernel.estimate import Estimate
from maillage.reports.blocks import Block, Bullets, Callout, Cell, Grid, Text
from maillage.reports.survey_findings import Asked, Gap, Line, change_sentence
from maillage.reports.wording import NBSP, listing, number, percent

Json = Mapping[str, Any]
METHOD = "resultats-enquete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """An edition of the wave before, as it was published. name: as columns call it; about: its title, number and year.

    rows: those of its tables (`reports.survey.COLUMNS`), without a cross.
    """

    name: str
    about: str
    weighted: bool
    rows: Sequence[Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A share in both waves. moved: the change stands outside its interval once every look is counted."""

    asked: Asked
    gap: Gap
    moved: bool


def changes(before: Before, name: str, questions: Sequence[Asked]) -> tuple[list[Change], list[str]]:
    """Return every share that both waves published, the later less the earlier; and the questions whose words changed.

    name: of the later wave. What the calibration imposes has no interval: it measures nothing and is left out, and so is who answered.
    """
    held = {(row["question"], row["modalite"]): row for row in before.rows if not row["groupe"] and row["part"] != ""}
    words = {row["question"]: row["libelle"] for row in before.rows}
    found, reworded = [], []
    for asked in questions:
        if asked.of_whom or asked.name not in words:
            continue
        if words[asked.name] != asked.label:
            reworded.append(asked.label)
            continue
        pairs = [(line, held[asked.name, line.name]) for line in asked.lines if (asked.name, line.name) in held]
        found += [each for line, row in pairs if (each := _change(asked, line, row, before.name, name)) is not None]
    looked = comparisons.holm([p for _, p in found])
    counted = zip(found, looked, strict=True)
    return [
        Change(asked=asked, gap=gap, moved=p < 1 - LEVEL and (gap.difference.low > 0 or gap.difference.high < 0))
        for ((asked, gap), _), p in counted
    ], reworded


def _change(asked: Asked, line: Line, row: Json, first: str, second: str) -> tuple[tuple[Asked, Gap], float] | None:
    now, then = line.figure, (row["part"], row["bas"], row["haut"])
    if not isinstance(now, Estimate) or now.low == now.high or then[1] == then[2]:
        return None
    found = comparisons.of_intervals(
        (now.value / 100, now.low / 100, now.high / 100), (then[0] / 100, then[1] / 100, then[2] / 100)
    )
    gap = Gap(
        label=line.label,
        first=first,
        second=second,
        first_figure=_estimate(*then, asked.universe, row["base"] or 0),
        second_figure=now,
        difference=_estimate(100 * found.value, 100 * found.low, 100 * found.high, asked.universe, now.n),
    )
    return (asked, gap), found.p


def _estimate(value: float, low: float, high: float, universe: str, n: int) -> Estimate:
    return Estimate(value=value, low=low, high=high, unit="pourcent", universe=universe, n=n, method=METHOD)


def blocks(before: Before, name: str, questions: Sequence[Asked], *, weighted: bool) -> list[Block]:
    """Return the chapter: what moved, in sentences; every comparison, in a table; what could not be compared."""
    found, reworded = changes(before, name, questions)
    out: list[Block] = [Text(text=f"À côté de {before.about}.", tone="lead")]
    if before.weighted != weighted:
        out.append(
            Callout(
                tone="prudence",
                text="L’une des deux vagues est redressée, l’autre non : une part du changement vient peut-être de là.",
            )
        )
    if not found:
        return [*out, Callout(tone="prudence", text="Aucune réponse n’est publiée dans les deux vagues.")]
    moved = [each for each in found if each.moved]
    out.append(
        Bullets(items=tuple(f"{each.asked.label} {change_sentence(each.asked, each.gap).text}" for each in moved))
        if moved
        else Text(text="Aucun changement ne sort de son intervalle : rien ne permet d’écrire une hausse ou une baisse.")
    )
    out.append(
        Grid(
            caption="Chaque réponse publiée dans les deux vagues",
            columns=("Question et réponse", before.name, name, "Changement, en points", f"Intervalle à 90{NBSP}%"),
            align="gdddd",
            rows=tuple(_row(each) for each in found),
            note=_note(found, reworded),
            widths=(4, 1.2, 1.2, 1.4, 1.6),
        )
    )
    return out


def _row(each: Change) -> tuple[Cell, ...]:
    gap = each.gap
    points = round(gap.difference.value)
    signed = f"{'+' if points > 0 else ''}{number(points)}"
    return (
        Cell(text=f"{each.asked.label} {gap.label}"),
        *(
            Cell(text=f"{percent(rounded(figure.value, rule=each.asked.rounding))}, n{NBSP}={NBSP}{number(figure.n)}")
            for figure in (gap.first_figure, gap.second_figure)
        ),
        Cell(text=signed if each.moved else f"{signed}, pas net", strong=each.moved),
        Cell(text=f"{number(floor(gap.difference.low))} à {number(ceil(gap.difference.high))}"),
    )


def _note(found: Sequence[Change], reworded: Sequence[str]) -> str:
    universes = listing(list(dict.fromkeys(each.asked.universe.rstrip(".") for each in found if each.asked.universe)))
    left = f" Reformulées, donc non comparées : {' ; '.join(reworded)}" if reworded else ""
    return (
        f"Base : {universes or 'toutes les réponses'}. Les deux échantillons sont supposés indépendants. « Pas net » : le changement reste "
        f"dans son intervalle, ou n’en sort que parce qu’on a regardé {number(len(found))} réponses (Holm).{left}"
    )
