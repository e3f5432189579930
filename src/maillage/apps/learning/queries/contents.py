"""The modules as their pages read them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from maillage.apps.learning.rules import judging
from maillage.reference import learning
from maillage.reference.learning import Module, Screens, Step
from maillage.reports.wording import spaced

AS_WRITTEN = ("modeles", "juste")  # what is compared with what somebody types keeps its plain spaces


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme, and its modules in order."""

    id: str
    label: str
    modules: Sequence[Module]


@dataclass(frozen=True, slots=True)
class Shown:
    """A step as its page shows it. data: what the kit reads of the exercise; steps: the stitches done, here and after."""

    module: Module
    step: Step
    number: int
    exercise: Any
    easier: bool
    data: Mapping[str, Any]
    stitches: Sequence[str]

    @property
    def after(self) -> int:
        return self.number + 1 if self.number < len(self.module.steps) else 0

    @property
    def before(self) -> int:
        return self.number - 1

    @property
    def shuffled(self) -> list[tuple[int, str]]:
        return judging.shuffled(self.exercise)

    @property
    def on_paper(self) -> bool:
        return self.exercise is not None and self.exercise.kind in judging.ON_PAPER


@cache
def modules() -> Mapping[str, Module]:
    """Return the modules as they are read on a page, their spaces those of French typography."""
    return {
        id: Module.model_validate(_spaced(each.model_dump(by_alias=True, exclude_unset=True)))
        for id, each in learning.ours().items()
    }


def _spaced(held: Any) -> Any:
    if isinstance(held, dict):
        return {name: value if name in AS_WRITTEN else _spaced(value) for name, value in held.items()}
    if isinstance(held, list | tuple):
        return [_spaced(value) for value in held]
    return spaced(held) if isinstance(held, str) else held


def themes() -> list[Theme]:
    """Return the themes that have modules, in their order."""
    known = modules().values()
    made = (Theme(id, label, [each for each in known if each.theme == id]) for id, label in learning.THEMES.items())
    return [theme for theme in made if theme.modules]


def module(id: str) -> Module | None:
    return modules().get(id)


def titles(ids: Sequence[str]) -> list[Module]:
    """Return the modules of a list of identifiers that exist."""
    return [found for id in ids if (found := module(id)) is not None]


def shown(of: Module, number: int, *, easier: bool = False) -> Shown | None:
    """Return a step of a module, with the easier variant of its exercise when asked; None when there is no such step."""
    if not 1 <= number <= len(of.steps):
        return None
    step = of.steps[number - 1]
    exercise = step.exercise
    eased = easier and exercise is not None and exercise.easier is not None
    if eased:
        exercise = learning.easier(exercise)
    stitches = ["" if n < number else "ici" if n == number else "apres" for n in range(1, len(of.steps) + 1)]
    return Shown(of, step, number, exercise, eased, _data(exercise), stitches)


def _data(exercise: Any) -> Mapping[str, Any]:
    """Return what the kit reads: gaps by what makes them, hints, and the screens of a simulated thing."""
    if exercise is None:
        return {}
    told: dict[str, Any] = {
        "genre": exercise.kind,
        "reussite": exercise.done,
        "ecarts": {gap.when: [gap.says, gap.does] for gap in exercise.gaps},
        "indices": list(exercise.hints),
        "facile": exercise.easier is not None,
    }
    if isinstance(exercise, Screens):
        told["scene"] = exercise.model_dump(by_alias=True, include={"starts", "goal", "screens"}, exclude_defaults=True)
    return told
