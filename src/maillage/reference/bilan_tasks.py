"""The words of the five small tasks of the diagnosis, in two parallel forms: what is shown, said, and looked
for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from maillage.reference.bilan import FILES
from maillage.reference.files import read_yaml

ALOUD = {"@": "arobase", ".": "point", "-": "tiret", "/": "barre"}


@dataclass(frozen=True, slots=True)
class Choice:
    """A way to answer, with its drawing."""

    id: str
    label: str
    drawing: str


@dataclass(frozen=True, slots=True)
class Opening:
    """The words read out before the tasks. helped: when somebody else touches the screen."""

    text: str
    why: str
    tells: str
    helped: str
    accept: Choice
    decline: Choice


@dataclass(frozen=True, slots=True)
class Task:
    """A task. slug: of its address; scripted: it cannot be measured without script; words: what else its
    screen says, by use.
    """

    id: str
    slug: str
    text: str
    spoken: str
    scripted: bool
    words: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Model:
    """Something to write as it is seen."""

    id: str
    text: str

    @property
    def spelled(self) -> tuple[str, ...]:
        return spelled(self.text)


@dataclass(frozen=True, slots=True)
class Message:
    """A message received. trap: it wants something; address: what it wants opened, '' when nothing."""

    id: str
    trap: bool
    sender: str
    text: str
    address: str = ""

    @property
    def spelled(self) -> tuple[str, ...]:
        return spelled(self.address)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the made-up site. hours: the one that holds the table."""

    id: str
    label: str
    title: str
    text: str = ""
    hours: bool = False


@dataclass(frozen=True, slots=True)
class Search:
    """An hour to find in a made-up site: its pages, its table, the hours to choose from, the right one."""

    text: str
    spoken: str
    site: str
    table: str
    hours: Mapping[str, str]
    choices: tuple[str, ...]
    right: str
    pages: Mapping[str, Page]


@dataclass(frozen=True, slots=True)
class Form:
    """One of the two parallel forms of T3 to T5: a re-test never shows the same things."""

    id: str
    models: tuple[Model, ...]
    messages: Mapping[str, Message]
    search: Search


def spelled(text: str) -> tuple[str, ...]:
    """Return a text one sign at a time, as it is said.

    >>> spelled("a@b.fr")
    ('a', 'arobase', 'b', 'point', 'f', 'r')
    """
    return tuple(ALOUD.get(sign, sign) for sign in text)


@cache
def _read() -> Any:
    return read_yaml(FILES / "tasks.yaml")


@cache
def opening() -> Opening:
    """Return the words read out before the tasks."""
    raw = _read()["opening"]
    choices = {id: Choice(id, **raw[id]) for id in ("accept", "decline")}
    return Opening(**{**raw, **choices})


@cache
def tasks() -> dict[str, Task]:
    """Return the tasks T1 to T5 by id, in the order they are tried."""
    own = ("slug", "text", "spoken")
    return {
        id: Task(
            id=id,
            slug=raw["slug"],
            text=raw.get("text", ""),
            spoken=raw.get("spoken", ""),
            scripted=id in ("T1", "T3"),
            words={key: value for key, value in raw.items() if key not in own},
        )
        for id, raw in _read()["tasks"].items()
    }


@cache
def choices() -> dict[str, Choice]:
    """Return the choices offered before a message, by id."""
    return {id: Choice(id, **raw) for id, raw in _read()["tasks"]["T4"]["choices"].items()}


@cache
def form(id: str) -> Form:
    """Return a form of T3 to T5, the first one for any other name."""
    forms = _read()["forms"]
    raw = forms.get(id, forms["A"])
    search = raw["T5"]
    return Form(
        id=id if id in forms else "A",
        models=tuple(Model(each, raw["T3"][each]) for each in ("word", "address")),
        messages={
            scene_id: Message(scene_id, row["trap"], row["from"], row["text"], row.get("address", ""))
            for scene_id, row in raw["T4"].items()
        },
        search=Search(
            **{
                **search,
                "choices": tuple(search["choices"]),
                "pages": {page_id: Page(page_id, **row) for page_id, row in search["pages"].items()},
            }
        ),
    )
