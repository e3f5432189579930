"""Parameters of the methods: published figures and stated assumptions, each with its origin."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from maillage.kernel.errors import UnsourcedFigure
from maillage.reference.files import read_yaml

FILES = Path(__file__).parent / "parameters"
REQUIRED = (
    "kind",
    "label",
    "value",
    "unit",
    "universe",
    "producer",
    "title",
    "url",
    "quote",
    "checked_on",
    "doubt",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A figure the engine uses. `kind` states whether it is published or assumed.

    value: a number, or a tuple of them; low and high: the range in which the truth may lie, if known:
    simulations draw some of them, sensitivity tables read others. spread: standard deviation of a normal
    draw.
    """

    id: str
    kind: Literal["published", "deduced", "assumption"]
    label: str
    value: float | tuple[float, ...]
    unit: str
    universe: str
    producer: str
    title: str
    url: str
    quote: str
    checked_on: str
    doubt: str
    low: float | None = None
    high: float | None = None
    spread: float | None = None


def read_file(path: Path) -> dict[str, Parameter]:
    """Return the parameters of one YAML file; UnsourcedFigure when one of them lacks a key."""
    out: dict[str, Parameter] = {}
    for key, raw in read_yaml(path).items():
        if missing := [name for name in REQUIRED if raw.get(name) in (None, "")]:
            raise UnsourcedFigure(
                f"{path.name}, {key} lacks: {', '.join(missing)}.",
                why="Every figure of a dossier must be traceable to a sentence its producer published.",
                do=(
                    "Open the publication, copy the sentence into `quote`, fill the other keys, date"
                    " `checked_on`."
                ),
            )
        value = raw.pop("value")
        raw["checked_on"] = str(raw["checked_on"])
        out[f"{path.stem}/{key}"] = Parameter(
            id=f"{path.stem}/{key}",
            value=tuple(map(float, value)) if isinstance(value, list) else float(value),
            **raw,
        )
    return out


@cache
def parameters() -> dict[str, Parameter]:
    """Return every parameter by id (`file/key`)."""
    return {key: value for path in sorted(FILES.glob("*.yaml")) for key, value in read_file(path).items()}


def number(id: str) -> float:
    """Return the value of a parameter that is one number."""
    value = parameters()[id].value
    if isinstance(value, tuple):
        raise TypeError(f"{id} holds several numbers.")
    return value


def numbers(id: str) -> tuple[float, ...]:
    """Return the values of a parameter that is a list of numbers."""
    value = parameters()[id].value
    if not isinstance(value, tuple):
        raise TypeError(f"{id} holds one number.")
    return value


def spread(id: str) -> float:
    """Return the standard deviation that simulations give to a parameter."""
    value = parameters()[id].spread
    if value is None:
        raise TypeError(f"{id} has no spread.")
    return value


def bounds(id: str) -> tuple[float, float]:
    """Return the range in which a parameter may lie."""
    parameter = parameters()[id]
    if parameter.low is None or parameter.high is None:
        raise TypeError(f"{id} has no range.")
    return parameter.low, parameter.high
