"""Frames of plans: the dynamics and actions that published documents propose, ready to be taken up by a
territory.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any

from maillage.kernel.errors import BrokenSource
from maillage.reference import codesign
from maillage.reference.discrepancies import Document, documents
from maillage.reference.files import read_yaml
from maillage.reference.offer import diagnosis_lines
from maillage.words.wording import NBSP, listing

FILE = Path(__file__).with_name("plan_frames.yaml")
SHARE = re.compile(r"\d\s?%")
ATTRIBUTED = re.compile(r"D’après ([^:]+, \d{4}|« [^»]+ ») : ")  # as `attributed` writes it


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameAction:
    """An action of a frame; what its document does not give stays "". line: of the offer, whose gap counts
    the people concerned; parent: the number of the action of which it is a part, None for a whole one;
    counts, direction: what its indicator counts, and the way it is wanted to go; steps: (days after its
    start, words).
    """

    number: int
    title: str
    parent: int | None = None
    objective: str = ""
    public: str = ""
    partners: str = ""
    zones: str = ""
    existing: str = ""
    line: str = ""
    means: str = ""
    indicator: str = ""
    unit: str = ""
    counts: str = ""
    direction: str = ""
    steps: tuple[tuple[int, str], ...] = ()

    @property
    def label(self) -> str:
        """Its number as it is read: « 7 », or « 7.1 » for a part of action 7."""
        return str(self.number) if self.parent is None else f"{self.parent}.{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameAxis:
    """A dynamic of a frame. announced: how many actions its document announces, None when it does not;
    journeys: ids of codesign.journeys() that explain it.
    """

    number: int
    title: str
    statement: str = ""
    inspiring: str = ""
    announced: int | None = None
    journeys: tuple[str, ...] = ()
    actions: tuple[FrameAction, ...] = field(default=())

    @property
    def explained_by(self) -> tuple[tuple[str, str], ...]:
        """The journeys that explain it: (id, name of who makes it)."""
        return tuple((id, codesign.journeys()[id].name) for id in self.journeys)

    @property
    def strays(self) -> tuple[FrameAction, ...]:
        """The parts of which this dynamic does not have the action, or that are parts of a part."""
        top_numbers = {each.number for each in self.actions if each.parent is None}
        return tuple(
            each for each in self.actions if each.parent is not None and each.parent not in top_numbers
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameActor:
    """An actor that the document of a frame names: what it says of it, at which lines, for which dynamics."""

    name: str
    does: str
    lines: str
    axes: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A plan to start from. document: None for one of a territory; missing: what it does not say; actors:
    those that the document names; origin: the territory and the year that it tells of; territory: its
    code, "" when nobody said.
    """

    id: str
    name: str
    axes: tuple[FrameAxis, ...]
    document: Document | None = None
    lines: str = ""
    missing: str = ""
    actors: tuple[FrameActor, ...] = ()
    origin: str = ""
    territory: str = ""

    def attributed(self, text: str, *, most: int) -> str:
        """Return the statements of the frame on its territory as another may read them: with its owner, once.
        most: letters that its column holds; a longer text ends with « … ».

        >>> frame = Frame(id="x", name="Pistes", axes=(), origin="Maubeuge-Val de Sambre, 2021")
        >>> frame.attributed("39 % sortent de leurs murs", most=400)
        'D’après Maubeuge-Val de Sambre, 2021 : 39 % sortent de leurs murs'
        >>> frame.attributed("D’après Strasbourg, 2019 : des ateliers", most=400)
        'D’après Strasbourg, 2019 : des ateliers'
        >>> frame.attributed("D’après l’accueil : 140 personnes", most=400).endswith(
        ...     " : D’après l’accueil : 140 personnes")
        True
        """
        if not text or ATTRIBUTED.match(text):
            return text
        statement = f"D’après {self.origin or f'« {self.name} »'} : {text}"
        return statement if len(statement) <= most else f"{statement[: most - 2].rstrip()} …"


def marked(text: str) -> str:
    """Return a text without the words that say whose it is, with « * » in their place, whose note says it
    once; "" for one that holds a share of another territory, which a reader would take for theirs.

    >>> marked("D’après Strasbourg, 2019 : des ateliers"), marked("Des ateliers")
    ('des ateliers\xa0*', 'Des ateliers')
    >>> marked("D’après Strasbourg, 2019 : 39 % sortent de leurs murs"), marked("39 % sortent")
    ('', '39 % sortent')
    """
    if not ATTRIBUTED.match(text):
        return text
    own = ATTRIBUTED.sub("", text, count=1)
    return "" if SHARE.search(own) else f"{own}{NBSP}*"


def borrowed_from(texts: Iterable[str]) -> str:
    """Return the territories and years of the marked texts, each once; "" without any.

    >>> borrowed_from(["D’après Strasbourg, 2019 : des ateliers", "Des ateliers"])
    'Strasbourg, 2019'
    """
    origins = (ATTRIBUTED.match(text) for text in texts if marked(text))
    return listing(list(dict.fromkeys(origin[1] for origin in origins if origin)))


@cache
def frames() -> Mapping[str, Frame]:
    """Return the frames by id; BrokenSource when one names a line of the offer or a journey nobody knows."""
    return {id: _frame(id, row) for id, row in read_yaml(FILE).items()}


def inspiring(frame: str, number: int) -> str:
    """Return the initiatives elsewhere, as the document of a frame cites it for a dynamic; "" for nothing.
    frame: its id, or its name.
    """
    axes = (
        axis
        for id, plan_frame in frames().items()
        if frame in (id, plan_frame.name)
        for axis in plan_frame.axes
    )
    return next((axis.inspiring for axis in axes if axis.number == number), "")


def _frame(id: str, row: Mapping[str, Any]) -> Frame:
    axes = tuple(axis_of(each) for each in row["axes"])
    unknown = [
        each
        for axis in axes
        for each in (
            *({action.line for action in axis.actions} - {"", *diagnosis_lines()}),
            *(set(axis.journeys) - set(codesign.journeys())),
            *(f"the action of {action.label}" for action in axis.strays),
        )
    ]
    numbers = [action.label for axis in axes for action in axis.actions]
    if unknown or len(set(numbers)) != len(numbers):
        raise BrokenSource(
            f"{FILE.name}: {id} names {unknown[0] if unknown else 'a number'} twice or from nowhere.",
            why="An action could not be counted, or not told from another.",
            do="Take lines from offer.yaml, journeys from codesign.yaml, and each number once.",
        )
    about = {key: row[key] for key in ("name", "lines", "missing", "origin", "territory")}
    actors = tuple(FrameActor(**{**each, "axes": tuple(each["axes"])}) for each in row.get("actors", ()))
    if stray := [each for each in actors if set(each.axes) - {axis.number for axis in axes}]:
        raise BrokenSource(
            f"{FILE.name}: {stray[0].name} is said to act in a dynamic that {id} does not have.",
            why="A reader would look for it where it is not.",
            do="Give the numbers of its dynamics.",
        )
    return Frame(id=id, axes=axes, document=documents()[row["document"]], actors=actors, **about)


def axis_of(row: Mapping[str, Any]) -> FrameAxis:
    """Return a dynamic as a file of frames writes it; keys that nobody knows are left out."""
    known = {f.name for f in fields(FrameAction)}
    actions = tuple(
        FrameAction(**{key: value for key, value in each.items() if key in known}) for each in row["actions"]
    )
    about = {
        key: row[key] for key in ("number", "title", "statement", "inspiring", "announced") if key in row
    }
    return FrameAxis(**about, journeys=tuple(row.get("journeys", ())), actions=actions)
