"""The rules of a co-design workshop: its steps, the trades that a table lacks, votes, boards typed back."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from maillage.kernel.typed import line
from maillage.reference.codesign import KINDS, LEVELS, trades
from maillage.words.wording import listing

PLACE, OBSTACLES, LEVERS, VOTE, ACTIONS = "place", "obstacles", "levers", "vote", "actions"
STEPS: Mapping[str, str] = {
    PLACE: "Se mettre à sa place",
    OBSTACLES: "Dire les obstacles",
    LEVERS: "Chercher des leviers",
    VOTE: "Voter",
    ACTIONS: "Écrire les actions",
}
MINUTES: Mapping[str, int] = {PLACE: 25, OBSTACLES: 25, LEVERS: 30, VOTE: 15, ACTIONS: 30}
KIND_LABELS: Mapping[str, str] = {
    "obstacle": "un obstacle",
    "workaround": "comment on fait sans",
    "lever": "un levier",
    "solution": "une solution",
}
LEVEL_LABELS: Mapping[str, str] = dict(LEVELS)
VOTED = ("obstacle", "lever", "solution")  # what people choose among: how they cope is a fact, not a choice
ANSWERS = ("lever", "solution")
LONGEST = 160  # characters of a card: what a hand writes on a note
MOST_CARDS = 24  # of a group and a stage
MOST_GROUPS = 8
MOST_PARTICIPANTS = 120
DRAFT, DROPPED = "draft", "dropped"
DRAFT_STATES: Mapping[str, str] = {DRAFT: "proposée", DROPPED: "écartée"}
LINKS_AN_HOUR = 60  # addresses of groups and ballots that a stranger may try


@dataclass(frozen=True, slots=True)
class Cell:
    """Lines typed back from one cell of a printed board."""

    stage: str
    kind: str
    lines: tuple[str, ...]


def lacking(trade_ids: Collection[str]) -> str:
    """Return the people whom a group lacks to do its work, in words, "" when nobody: a digital mediator and a
    social worker at least.

    >>> lacking(["mediator", "social"]), lacking(["writer"])
    ('', 'une personne de la médiation numérique et une personne de l’action sociale')
    """
    known = [trades()[each] for each in trade_ids if each in trades()]
    missing = []
    if not any(each.digital for each in known):
        missing.append("une personne de la médiation numérique")
    if not any(each.social for each in known):
        missing.append("une personne de l’action sociale")
    return listing(missing) if missing else ""


def why_no_vote(chosen: Collection[int], open_cards: Collection[int], votes_each: int) -> str:
    """Return why a ballot cannot be taken, "" when it can. votes_each: how many votes a participant has.

    >>> why_no_vote([1, 2], [1, 2, 3], 4), why_no_vote([1, 2], [1], 4)[:14]
    ('', 'Une des cartes')
    >>> why_no_vote([], [1], 4)
    'Aucune carte n’est cochée.'
    """
    if not chosen:
        return "Aucune carte n’est cochée."
    if not set(chosen) <= set(open_cards):
        return "Une des cartes a été retirée depuis."
    if len(set(chosen)) > votes_each:
        return f"Il y a {len(set(chosen))} cartes cochées, pour {votes_each} voix."
    return ""


def typed_back(cells: Iterable[tuple[str, str, str]]) -> list[Cell]:
    """Return the typed cells of a printed board: one card a line, empty lines and dashes left out."""
    out = []
    for stage, kind, typed in cells:
        words = (line(each.strip().lstrip("-–•").strip(), LONGEST) for each in typed.splitlines())
        if lines := tuple(dict.fromkeys(each for each in words if each)):
            out.append(Cell(stage, kind, lines))
    return out


def next_step(step: str) -> str:
    """Return the step that follows, "" after the last."""
    order = list(STEPS)
    return order[order.index(step) + 1] if step != order[-1] else ""


def before(step: str, current: str) -> bool:
    """Return True if a step is over when another is under way."""
    order = list(STEPS)
    return order.index(step) < order.index(current)


assert set(KIND_LABELS) == set(KINDS)
