"""What actors perceive, written from who says it and how many: what several sides say first, then each side by itself.

People are counted, never testimonies: one group that says the same thing twice counts once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from maillage.reports.wording import count, listing, number


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A finding as it was said. speaker: which side; says: the finding; people: how many said it, None when nobody counted them.

    material: the group or interview it was said in, None elsewhere.
    """

    speaker: str
    kind: str
    says: str
    text: str
    people: int | None
    material: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """Those who speak: their title, how one and several of them are named, how they were met, how many (0 when nobody counted)."""

    title: str
    one: str
    many: str
    met: str = ""
    people: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A finding of one side: how many say it, in words, and their own words."""

    says: str
    people: str
    texts: tuple[str, ...]

    @property
    def sentence(self) -> str:
        return f"{self.says}.{f' {self.people}.' if self.people else ''}{''.join(f' « {text} »' for text in self.texts)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """What one side says: those whom most say first."""

    title: str
    lead: str
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Perception:
    """The whole chapter. shared: sentences on what several sides say."""

    shared: tuple[str, ...]
    sides: tuple[Chapter, ...]

    @property
    def written(self) -> list[tuple[str, list[str]]]:
        """The chapter as titles and sentences."""
        out = [("Dit de plusieurs côtés", list(self.shared))] if self.shared else []
        return out + [
            (each.title, [*filter(None, [each.lead]), *(told.sentence for told in each.told)]) for each in self.sides
        ]


def perception(rows: Sequence[Heard], sides: Mapping[str, Side]) -> Perception:
    """Return the chapter. sides: those who may speak, in the order they are read."""
    kinds = list(dict.fromkeys(row.kind for row in rows))
    said = {kind: [row for row in rows if row.kind == kind] for kind in kinds}
    shared = [
        f"{said[kind][0].says}. Le disent : {listing([_who(of, sides[speaker]) for speaker, of in by.items()])}."
        for kind in sorted(kinds, key=lambda kind: -people(said[kind]))
        if len(by := _by_speaker(said[kind], sides)) > 1
    ]
    chapters = []
    for speaker, side in sides.items():
        mine = {kind: found for kind in kinds if (found := [row for row in said[kind] if row.speaker == speaker])}
        ranked = sorted(mine.values(), key=lambda found: -people(found))
        if ranked:
            chapters.append(Chapter(title=side.title, lead=_lead(side), told=tuple(_told(found, side) for found in ranked)))
    return Perception(shared=tuple(shared), sides=tuple(chapters))


def people(rows: Sequence[Heard]) -> int:
    """Return how many people say a finding: once for each group or interview, the most it was said by.

    >>> row = Heard(speaker="a", kind="k", says="", text="", people=5, material=1)
    >>> people([row, row])
    5
    """
    within: dict[int, int] = {}
    elsewhere = 0
    for row in rows:
        if row.material is None:
            elsewhere += row.people or 0
        else:
            within[row.material] = max(within.get(row.material, 0), row.people or 0)
    return elsewhere + sum(within.values())


def _by_speaker(rows: Sequence[Heard], sides: Mapping[str, Side]) -> dict[str, list[Heard]]:
    return {speaker: found for speaker in sides if (found := [row for row in rows if row.speaker == speaker])}


def _who(rows: Sequence[Heard], side: Side) -> str:
    n = people(rows)
    return f"{_least(rows)}{count(n, side.one, side.many)}" if n else f"des {side.many}"


def _least(rows: Sequence[Heard]) -> str:
    return "au moins " if any(row.people is None for row in rows) else ""


def _lead(side: Side) -> str:
    if not side.met:
        return ""
    met = f", {count(side.people, 'personne')}" if side.people else ""
    return f"Rencontrés : {side.met}{met}."


def _told(rows: Sequence[Heard], side: Side) -> Told:
    n = people(rows)
    inside = all(row.material is not None for row in rows) and n <= side.people
    base = f", sur {number(side.people)} rencontrées" if n and inside else ""
    words = f"{_least(rows)}{count(n, 'personne le dit', 'personnes le disent')}{base}" if n else ""
    return Told(says=rows[0].says, people=words[:1].upper() + words[1:], texts=tuple(row.text for row in rows if row.text))
