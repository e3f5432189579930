"""Digital tools that help beyond procedures, by what they are for, and the levers that a study found."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from maillage.kernel.errors import BrokenSource
from maillage.reference.files import read_yaml

FILE = Path(__file__).with_name("everyday_tools.yaml")


@dataclass(frozen=True, slots=True)
class Tool:
    """A kind of tool, never a product. helps, watch: what it does and what to beware of; module: where one
    practises it, "" for none.
    """

    id: str
    aim: str
    name: str
    helps: str
    watch: str
    module: str


@cache
def _read() -> Any:
    return read_yaml(FILE)


@cache
def aims() -> dict[str, str]:
    """Return the purposes of the tools, in words by id."""
    return dict(_read()["aims"])


@cache
def tools() -> dict[str, Tool]:
    """Return the tools by id, in order; BrokenSource when one is for nothing that is listed."""
    tools = {id: Tool(id=id, **row) for id, row in _read()["tools"].items()}
    for tool in tools.values():
        if tool.aim not in aims():
            raise BrokenSource(
                f"{FILE.name}: {tool.id} is for {tool.aim!r}, which no line lists.",
                why="The page would leave it out without a word.",
                do="Take its aim from the top of the file.",
            )
    return tools


@cache
def levers() -> tuple[str, ...]:
    """Return the changes that digital tools brought to people helped, in words (seed 004, 221-224)."""
    return tuple(_read()["levers"])
