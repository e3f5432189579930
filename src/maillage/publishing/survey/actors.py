"""The perception of actors, from the people who state each idea and their number: the ideas of several sides
first, then each side alone.

People are counted, not testimonies: a group that says the same thing twice counts once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from maillage.words.wording import count, listing, number


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorStatement:
    """A statement. speaker: which side; says: its text; people: how many made it, None when they were not
    counted.

    material: the group or interview it comes from, None elsewhere.
    """

    speaker: str
    kind: str
    says: str
    text: str
    people: int | None
    material: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """The actors who speak: their title, how one and several of them are named, how they were met, how many
    (0 when nobody counted).
    """

    title: str
    one: str
    many: str
    met: str = ""
    people: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementGroup:
    """A statement by one side: how many make it, in words, and their own words."""

    says: str
    people: str
    texts: tuple[str, ...]

    @property
    def sentence(self) -> str:
        people = f" {self.people}." if self.people else ""
        return f"{self.says}.{people}{''.join(f' « {text} »' for text in self.texts)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """The statements of one side, those made by most people first."""

    title: str
    lead: str
    statements: tuple[StatementGroup, ...]


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
            (each.title, [*filter(None, [each.lead]), *(statement.sentence for statement in each.statements)])
            for each in self.sides
        ]


def perception(rows: Sequence[ActorStatement], sides: Mapping[str, Side]) -> Perception:
    """Return the chapter. sides: those who may speak, in the order they are read."""
    kinds = list(dict.fromkeys(row.kind for row in rows))
    all_by_kind = {kind: [row for row in rows if row.kind == kind] for kind in kinds}
    shared = [
        f"{all_by_kind[kind][0].says}. Le disent :"
        f" {listing([_speakers_text(of, sides[speaker]) for speaker, of in by.items()])}."
        for kind in sorted(kinds, key=lambda kind: -people(all_by_kind[kind]))
        if len(by := _by_speaker(all_by_kind[kind], sides)) > 1
    ]
    chapters = []
    for speaker, side in sides.items():
        rows_by_kind = {
            kind: statement_rows
            for kind in kinds
            if (statement_rows := [row for row in all_by_kind[kind] if row.speaker == speaker])
        }
        ranked = sorted(rows_by_kind.values(), key=lambda statement_rows: -people(statement_rows))
        if ranked:
            chapters.append(
                Chapter(
                    title=side.title,
                    lead=_lead(side),
                    statements=tuple(_statement_group(statement_rows, side) for statement_rows in ranked),
                )
            )
    return Perception(shared=tuple(shared), sides=tuple(chapters))


def people(rows: Sequence[ActorStatement]) -> int:
    """Return how many people make a statement: for each group or interview, the largest number recorded.

    >>> row = ActorStatement(speaker="a", kind="k", says="", text="", people=5, material=1)
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


def _by_speaker(rows: Sequence[ActorStatement], sides: Mapping[str, Side]) -> dict[str, list[ActorStatement]]:
    return {
        speaker: speaker_rows
        for speaker in sides
        if (speaker_rows := [row for row in rows if row.speaker == speaker])
    }


def _speakers_text(rows: Sequence[ActorStatement], side: Side) -> str:
    n = people(rows)
    return f"{_least(rows)}{count(n, side.one, side.many)}" if n else f"des {side.many}"


def _least(rows: Sequence[ActorStatement]) -> str:
    return "au moins " if any(row.people is None for row in rows) else ""


def _lead(side: Side) -> str:
    if not side.met:
        return ""
    met = f", {count(side.people, 'personne')}" if side.people else ""
    return f"Rencontrés : {side.met}{met}."


def _statement_group(rows: Sequence[ActorStatement], side: Side) -> StatementGroup:
    n = people(rows)
    inside = all(row.material is not None for row in rows) and n <= side.people
    base = f", sur {number(side.people)} rencontrée{'s' * (side.people > 1)}" if n and inside else ""
    words = f"{_least(rows)}{count(n, 'personne le dit', 'personnes le disent')}{base}" if n else ""
    return StatementGroup(
        says=rows[0].says,
        people=words[:1].upper() + words[1:],
        texts=tuple(row.text for row in rows if row.text),
    )
