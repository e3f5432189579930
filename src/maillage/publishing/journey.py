"""A journey map: where somebody stands at each stage of a procedure, today and with the levers, and why."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from html import escape
from itertools import pairwise
from textwrap import wrap

from maillage.kernel.names import plain
from maillage.publishing.page import pdf
from maillage.publishing.page.design import tokens
from maillage.reference.codesign import (
    ALONE,
    BLOCKED,
    CHANNELS,
    KINDS,
    LEVELS,
    LEVER,
    OBSTACLE,
    SOLUTION,
    TOGETHER,
    PublishedJourney,
    stages,
)
from maillage.words import wording

ORDER = (ALONE, TOGETHER, BLOCKED)
FACED, ANSWERS = (OBSTACLE,), (LEVER, SOLUTION)
ONE: Mapping[str, str] = {
    "obstacle": "Obstacle",
    "workaround": "On fait sans",
    "lever": "Levier",
    "solution": "Solution",
}
MOST = 2  # obstacles, and levers, that a stage of the map has room for: the list under it has them all
SIDE, WIDE, HEAD, LINE = 150, 262, 44, 84
TALL = 176  # a stage of the narrow map


@dataclass(frozen=True, slots=True)
class Card:
    """A card of the board: its kind, its words, its number of votes; the trade concerned, and the channel by
    which the person goes, "" when nobody said. voters: the keys of the ballots that chose it, where they are
    known.
    """

    kind: str
    words: str
    votes: int = 0
    trade: str = ""
    channel: str = ""
    voters: frozenset[int] = frozenset()

    @property
    def kind_label(self) -> str:
        """The label of its kind, in the singular."""
        return ONE[self.kind]

    @property
    def sentence(self) -> str:
        """Its words, and the channel they are about: « On le renvoie ailleurs (guichet) »."""
        return f"{self.words} ({CHANNELS[self.channel]})" if self.channel else self.words

    @property
    def voices(self) -> str:
        """Its votes, as they follow its words: « (3 voix) »; "" without any."""
        return f" ({self.votes} voix)" if self.votes else ""

    @property
    def in_full(self) -> str:
        """Its sentence and its votes."""
        return f"{self.sentence.rstrip('.')}{self.voices}"


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of a procedure. today, then: keys of LEVELS, "" when the group has not said."""

    title: str
    today: str
    then: str
    cards: tuple[Card, ...] = ()

    def of(self, *kinds: str) -> list[Card]:
        """Return its cards of some kinds, the most voted first."""
        return sorted((each for each in self.cards if each.kind in kinds), key=lambda card: -card.votes)


@dataclass(frozen=True, slots=True)
class Journey:
    """A journey as a group wrote it. profile: in a few words; note: who made it, and what is
    invented; is_local: a workshop of the territory wrote it.
    """

    title: str
    profile: str
    note: str
    stages: tuple[Stage, ...]
    is_local: bool = True

    @property
    def is_drawable(self) -> bool:
        """True if somebody placed the profile on a level of a stage: there is a line to draw."""
        return any(stage.today or stage.then for stage in self.stages)

    @property
    def is_blank(self) -> bool:
        """True if nobody wrote anything of any stage."""
        return not any(stage.today or stage.then or stage.cards for stage in self.stages)


def of_plan(row: PublishedJourney) -> Journey:
    """Return a journey that the plan of Grenoble tells."""
    return Journey(
        is_local=False,
        title=row.title,
        profile=f"{row.profile} {row.equipment} {row.skills}",
        note=f"{row.document.title}, redit avec nos mots. {row.ends}",
        stages=tuple(
            Stage(
                stages()[each.id],
                each.today,
                each.then,
                tuple(Card(card.kind, card.words, channel=card.channel) for card in each.cards),
            )
            for each in row.stages
        ),
    )


def workshop_stages(journeys: Iterable[Journey]) -> list[tuple[Stage, list[str], list[str]]]:
    """Return the stages where a workshop of the territory wrote an obstacle or a lever: the obstacles, then
    the levers and solutions, each in a sentence, the most voted first.
    """
    stages_of = [stage for each in journeys if each.is_local for stage in each.stages]
    stage_sentences = [(stage, _sentences(stage, FACED), _sentences(stage, ANSWERS)) for stage in stages_of]
    return [row for row in stage_sentences if row[1] or row[2]]


def _sentences(stage: Stage, kinds: Sequence[str]) -> list[str]:
    return [card.in_full for card in stage.of(*kinds)]


def workshop_cards(journeys: Iterable[Journey], kinds: Sequence[str]) -> list[tuple[Card, Stage]]:
    """Return the cards of some kinds that workshops of the territory wrote, the most voted first, each with
    its first stage: the same words of several groups are one card, with the votes of all, and a
    ballot counts once for it.
    """
    cards: dict[tuple[str, str], tuple[Card, Stage]] = {}
    for stage in (stage for each in journeys if each.is_local for stage in each.stages):
        for card in stage.of(*kinds):
            key = (plain(card.words.rstrip(".")), card.channel)
            known, first_stage = cards.get(key, (replace(card, votes=0, voters=frozenset()), stage))
            votes = known.votes + card.votes - len(known.voters & card.voters)
            cards[key] = replace(known, votes=votes, voters=known.voters | card.voters), first_stage
    return sorted(cards.values(), key=lambda row: -row[0].votes)


# ----------------------------------------------------------------------------------------------- as a picture


def drawn(journey: Journey) -> str:
    """Return the map as SVG: stages from left to right, three levels; dashed today, solid with the levers."""
    wide = SIDE + WIDE * len(journey.stages) + 20
    xs = [SIDE + WIDE * (k + 0.5) for k in range(len(journey.stages))]
    ys = {level: HEAD + 60 + LINE * k for k, level in enumerate(ORDER)}
    top = HEAD + 60 + LINE * len(ORDER)
    notes, height = _notes(journey, xs, top)
    heads = "".join(
        f'<rect class="parcours-tete" x="{SIDE + WIDE * k}" y="0" width="{WIDE - 14}" height="{HEAD}"'
        f' rx="8"/>'
        f'<text x="{SIDE + WIDE * k + 14}" y="28" font-size="18" font-weight="700">'
        f"{k + 1}. {escape(stage.title)}</text>"
        for k, stage in enumerate(journey.stages)
    )
    lines = "".join(
        f'<path class="parcours-ligne" d="M{SIDE} {y}H{wide - 20}"/><text x="{SIDE - 14}" y="{y + 6}"'
        f' font-size="17" text-anchor="end">{LEVELS[level]}</text>'
        for level, y in ys.items()
    )
    curves = _curves(journey, lambda k, level: (xs[k], ys[level]), across=True)
    return _svg(journey, wide, height, heads + lines + curves + notes)


def drawn_narrow(journey: Journey, *, tall: int = TALL) -> str:
    """Return the same map for a telephone: stages from top to bottom, the three levels side by side.
    tall: of a stage.
    """
    xs = {level: 70 + 130 * k for k, level in enumerate(reversed(ORDER))}
    ys = [96 + tall * (k + 0.5) for k in range(len(journey.stages))]
    height = 96 + tall * len(journey.stages)
    lines = "".join(
        f'<path class="parcours-ligne" d="M{x} 40V{height - 20}"/><text x="{x}" y="24" font-size="16"'
        f' text-anchor="middle">{LEVELS[level]}</text>'
        for level, x in xs.items()
    )
    heads = "".join(
        f'<rect class="parcours-tete" x="0" y="{96 + tall * k - 34}" width="400" height="34" rx="8"/>'
        f'<text x="12" y="{96 + tall * k - 11}" font-size="17" font-weight="700">{k + 1}.'
        f" {escape(stage.title)}</text>"
        for k, stage in enumerate(journey.stages)
    )
    curves = _curves(journey, lambda k, level: (xs[level], ys[k]), across=False)
    return _svg(journey, 400, height, lines + curves + heads)


def _svg(journey: Journey, wide: float, tall: float, inside: str) -> str:
    return (
        f'<svg class="fig parcours" viewBox="0 0 {wide:.0f} {tall:.0f}" role="img"'
        f' aria-label="{escape(_summary(journey))}" xmlns="http://www.w3.org/2000/svg">{inside}</svg>'
    )


def _summary(journey: Journey) -> str:
    parts = [
        f"{stage.title} : {LEVELS.get(stage.today, 'non dit')} aujourd’hui,"
        f" {LEVELS.get(stage.then, 'non dit')} avec les leviers"
        for stage in journey.stages
    ]
    return f"{journey.title}. {'. '.join(parts)}."


def _curves(journey: Journey, place: Callable[[int, str], tuple[float, float]], *, across: bool) -> str:
    """Return both curves and their marks. A stage that nobody placed breaks its curve."""
    out = ""
    for kind, levels in (
        ("jour", [each.today for each in journey.stages]),
        ("avec", [each.then for each in journey.stages]),
    ):
        spots = [place(k, level) if level in LEVELS else None for k, level in enumerate(levels)]
        for one, other in pairwise(spots):
            if one is not None and other is not None:
                out += f'<path class="parcours-{kind}" d="{_bend(one, other, across=across)}"/>'
        out += "".join(_mark(kind, *spot) for spot in spots if spot is not None)
    return out


def _bend(one: tuple[float, float], other: tuple[float, float], *, across: bool) -> str:
    (x, y), (u, v) = one, other
    if across:
        middle = (x + u) / 2
        return f"M{x:.0f} {y:.0f}C{middle:.0f} {y:.0f} {middle:.0f} {v:.0f} {u:.0f} {v:.0f}"
    middle = (y + v) / 2
    return f"M{x:.0f} {y:.0f}C{x:.0f} {middle:.0f} {u:.0f} {middle:.0f} {u:.0f} {v:.0f}"


def _mark(kind: str, x: float, y: float) -> str:
    """Return a disc with the levers, a triangle today: shape repeats colour. Both show where they meet."""
    if kind == "avec":
        return f'<circle class="parcours-disque" cx="{x:.0f}" cy="{y:.0f}" r="8"/>'
    return (
        f'<path class="parcours-triangle" d="M{x:.0f} {y - 15:.0f}L{x + 14:.0f} {y + 10:.0f}H{x - 14:.0f}Z"/>'
    )


def _notes(journey: Journey, xs: Sequence[float], top: float) -> tuple[str, float]:
    """Return the words under each stage, and where they end."""
    out, lowest = "", top
    rows: tuple[tuple[tuple[str, ...], str, str], ...] = (
        ((OBSTACLE,), "jour", "400"),
        ((LEVER, SOLUTION), "avec", "700"),
    )
    y0 = top
    for kinds, mark, weight in rows:
        end = y0
        for stage, x in zip(journey.stages, xs, strict=True):
            y = y0
            for card in stage.of(*kinds)[:MOST]:
                card_x = x - WIDE / 2
                out += _small(mark, card_x + 10, y - 5)
                for part in wrap(f"{card.words}{card.voices}", 27)[:4]:
                    out += (
                        f'<text x="{card_x + 26:.0f}" y="{y:.0f}" font-size="15" font-weight="{weight}">'
                        f"{escape(part)}</text>"
                    )
                    y += 20
                y += 8
            end = max(end, y)
        y0 = end + 12
        lowest = max(lowest, end)
    return out, lowest + 8


def _small(kind: str, x: float, y: float) -> str:
    if kind == "avec":
        return f'<circle class="parcours-disque" cx="{x:.0f}" cy="{y:.0f}" r="6"/>'
    return f'<path class="parcours-triangle" d="M{x:.0f} {y - 7:.0f}l8 13h-16z"/>'


# --------------------------------------------------------------------------------------------------- in words


@dataclass(frozen=True, slots=True)
class Passage:
    """A channel of access to rights, and what a journey says of it, in the order of its stages."""

    label: str
    cards: tuple[Card, ...]


def passages(journey: Journey) -> list[Passage]:
    """Return the cards of a journey about each channel of access to rights, in their order; nothing when
    no card names one.
    """
    cards = [card for stage in journey.stages for card in stage.cards]
    channel_passages = [
        Passage(label, tuple(card for card in cards if card.channel == id)) for id, label in CHANNELS.items()
    ]
    return channel_passages if any(each.cards for each in channel_passages) else []


def text(journey: Journey) -> str:
    """Return the map as plain text: the same list, in the same order."""
    lines = [journey.title, journey.profile, ""]
    for k, stage in enumerate(journey.stages):
        lines.append(f"{k + 1}. {stage.title}")
        lines.append(
            f"   aujourd’hui : {LEVELS.get(stage.today, 'non dit')} ;"
            f" avec les leviers : {LEVELS.get(stage.then, 'non dit')}"
        )
        for kind, title in KINDS.items():
            if kind_cards := stage.of(kind):
                lines.append(f"   {title} :")
                lines += [f"   - {card.sentence}{card.voices}" for card in kind_cards]
        lines.append("")
    return wording.spaced("\n".join([*lines, journey.note, ""]))


def document(journey: Journey, *, on: date) -> bytes:
    """Return the map as PDF, A4 across, its list under it."""
    return pdf.compiled(
        "parcours.typ",
        {
            "titre": journey.title,
            "qui": journey.profile,
            "note": journey.note,
            "carte": pdf.styled(drawn(journey)),
            "alt": _summary(journey),
            "couleurs": _colours(),
            "etapes": [_stage(stage, is_local=journey.is_local) for stage in journey.stages],
        },
        on=on,
    )


def _stage(stage: Stage, *, is_local: bool) -> Mapping[str, object]:
    """Return a stage as its page lists it. is_local: what its group left blank is there to be written."""
    return {
        "titre": stage.title,
        "parties": [
            {"titre": title, "lignes": [f"{card.sentence}{card.voices}" for card in stage.of(kind)]}
            for kind, title in KINDS.items()
            if stage.of(kind) or is_local
        ],
    }


def board(journey: Journey, *, question: str, group: str, on: date) -> bytes:
    """Return the board of a group as PDF, A3 across, to fill in by hand."""
    return pdf.compiled(
        "planche.typ",
        {
            "titre": journey.title,
            "qui": journey.profile,
            "groupe": group,
            "question": question,
            "etapes": [stage.title for stage in journey.stages],
            "rangs": list(KINDS.values()),
            "niveaux": [LEVELS[level] for level in ORDER],
            "couleurs": _colours(),
        },
        on=on,
    )


def _colours() -> dict[str, str]:
    return {name: value for name, value in tokens("jour").items() if value.startswith("#")}
