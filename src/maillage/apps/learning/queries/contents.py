"""The modules as their pages read them."""

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings

from maillage.apps.learning.rules import judging
from maillage.apps.learning.rules.authors import scope_of, structure_of
from maillage.kernel.names import plain
from maillage.modules import authoring
from maillage.modules import format as module_format
from maillage.modules import reading as module_reading
from maillage.modules import texts as module_texts
from maillage.modules import translations as said
from maillage.modules.catalogue import Catalogue, FolderContents
from maillage.modules.format import Module, Part, Screens, Step
from maillage.modules.translations import Translated
from maillage.reports.page import drawings
from maillage.words.wording import spaced, unbroken

P = TypeVar("P", bound=Part)
TERRITORIES = "territoires"  # the folder of theirs, one folder each, beside the modules of the installation
STRUCTURES = "structures"  # the same for theirs
MOST_TERRITORIES = 200  # put together at once in the memory of a process
AS_WRITTEN = ("modeles", "juste")  # what is compared with what somebody types keeps its plain spaces


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme, and its modules in order."""

    id: str
    label: str
    modules: Sequence[Module]


@dataclass(frozen=True, slots=True)
class StepPage:
    """A step as its page shows it. data: what the kit reads of the exercise; stitches: of the steps
    done, of this one and of those after.
    """

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
    def nature(self) -> str:
        """Return the French word for what the step is."""
        return module_format.NATURES[self.step.nature]

    @property
    def shuffled(self) -> list[tuple[int, str]]:
        return judging.shuffled(self.exercise)

    @property
    def on_paper(self) -> bool:
        return self.exercise is not None and self.exercise.kind in judging.ON_PAPER


@cache
def own_modules() -> Mapping[str, Module]:
    """Return our modules as they are read on a page, their spaces those of French typography."""
    return {id: _typeset(each) for id, each in module_reading.own_modules().items()}


def modules() -> Mapping[str, Module]:
    """Return the modules in order of number: ours, those of the installation, then those of the reader's
    territories, the narrowest last, and of their structure. Each stands in place of the one before it.
    """
    return _shown().modules


_reader: ContextVar[Callable[[], Sequence[str]]] = ContextVar("territories of the reader", default=tuple)


@contextmanager
def reading_as(territories: Callable[[], Sequence[str]]) -> Iterator[None]:
    """Read as somebody of these territories, the widest first; asked for only once a module is read."""
    token = _reader.set(cache(territories))
    try:
        yield
    finally:
        _reader.reset(token)


def reader() -> Sequence[str]:
    """Return the territories whose modules are read, the widest first; none: those of the installation."""
    return () if settings.PREVIEW else _reader.get()()


def narrowest() -> str:
    """Return the narrowest of those whose modules are read, '' when they are those of the installation."""
    return next(reversed(reader()), "")


def adapting() -> list[str]:
    """Return the territories that have a folder of modules."""
    return _inside(TERRITORIES)


def writing() -> list[str]:
    """Return the scopes of the structures that have a folder of modules."""
    return [scope_of(int(name)) for name in _inside(STRUCTURES) if name.isascii() and name.isdecimal()]


def _inside(folder: str) -> list[str]:
    try:
        return sorted(each.name for each in (_base() / folder).iterdir() if each.is_dir())
    except OSError:
        return []


def folder_of(scope: str) -> Path:
    """Return the folder of the modules of a territory, or of a structure."""
    structure = structure_of(scope)
    return (
        _base()
        / (TERRITORIES if structure is None else STRUCTURES)
        / (scope if structure is None else str(structure))
    )


def _base() -> Path:
    return Path(settings.PREVIEW) if settings.PREVIEW else Path(settings.HOME) / "modules"


def root() -> Path:
    """Return the folder in which the reader would write: that of the narrowest territory they read from, or
    that of the installation; that of an author, when they look at their own.
    """
    read = reader()
    return folder_of(read[-1]) if read else _base()


_shelves: dict[Path, Catalogue] = {}


def _look(folder: Path, *, now: bool = False) -> FolderContents:
    shelf = _shelves.setdefault(folder, Catalogue(lambda: frozenset(drawings.names())))
    return shelf.look(folder, now=now or bool(settings.PREVIEW))


def modules_of_structure(scope: str) -> Mapping[str, Module]:
    """Return the modules without fault that a structure wrote, by identifier; none for anything else."""
    return _look(folder_of(scope)).modules if structure_of(scope) is not None else {}


def territory_modules(*, now: bool = False) -> FolderContents:
    """Return what the folder in which the reader would write holds, seen at most two seconds ago; now: as it
    is, which an author waits for.
    """
    return _look(root(), now=now)


def _layers() -> tuple[FolderContents, ...]:
    """Return what each folder that the reader reads from holds, the widest first."""
    return tuple(_look(folder) for folder in (_base(), *map(folder_of, reader())))


@dataclass(frozen=True, slots=True)
class Library:
    """The modules of some layers, their translations made so far, and their digest, computed once."""

    layers: tuple[FolderContents, ...]
    modules: Mapping[str, Module]
    translated: dict[tuple[str, str], Translated | None]
    digest: Callable[[], str]


_libraries: dict[tuple[str, ...], Library] = {}


def _shown() -> Library:
    """Return all that the reader reads, put together once for each state of its folders."""
    key, layers = (str(_base()), *reader()), _layers()
    known = _libraries.get(key)
    if known is not None and all(a is b for a, b in zip(known.layers, layers, strict=True)):
        return known
    if len(_libraries) >= MOST_TERRITORIES:
        _libraries.clear()
    every = dict(own_modules())
    for layer in layers:
        every |= {id: _typeset(each) for id, each in layer.modules.items()}
    made = {each.id: each for each in sorted(every.values(), key=lambda each: (each.number, each.id))}
    library = _libraries[key] = Library(layers, made, {}, cache(partial(_digest, made.values())))
    return library


def digest() -> str:
    """Return what changes with anything that the reader reads."""
    return _shown().digest()


def _digest(modules: Collection[Module]) -> str:
    return hashlib.sha256("\n".join(each.model_dump_json() for each in modules).encode()).hexdigest()


def translations_of(id: str) -> list[tuple[str, str, str]]:
    """Return the languages in which a module is there: code, name, direction."""
    codes = {
        *said.bundled_translations(id),
        *(code for layer in _layers() for code in layer.translations.get(id, {})),
    }
    return sorted(
        ((code, said.name(code), said.direction(code)) for code in codes), key=lambda each: each[1].casefold()
    )


def translated(id: str, code: str) -> Translated | None:
    """Return a module in another language, None when nobody translated it; made once for each state of the
    folder.
    """
    library = _shown()
    module, made = library.modules.get(id), library.translated
    translations = (layer.translations.get(id, {}).get(code) for layer in reversed(library.layers))
    translation = next(filter(None, translations), None) or said.bundled_translations(id).get(code)
    if module is None or translation is None:
        return None
    if (id, code) not in made:
        written = source(id)
        told = said.translated(written, translation) if written is not None else None
        made[id, code] = told and replace(
            told,
            module=_typeset(told.module),
            left=frozenset(map(_as_shown, told.left)),
            said=frozenset(map(_as_shown, told.said)),
        )
    return made[id, code]


def modules_in(code: str) -> list[Module]:
    """Return the modules that are translated into a language, as they are written in French."""
    return [each for each in modules().values() if translated(each.id, code) is not None]


def source(id: str) -> dict[str, Any] | None:
    """Return what the file of a module holds, as it is shown: that of the narrowest territory, or ours."""
    shown = next(
        (
            read
            for layer in reversed(_layers())
            for read in layer.read.values()
            if read.module is not None and read.module.id == id
        ),
        None,
    )
    path = shown.path if shown else module_reading.file_of(id)
    return module_texts.own(said.load(path.read_text("utf-8"))) if path else None


def blank(theme: str, *, author: str) -> dict[str, Any] | None:
    """Return the header of a module of a theme of which nothing is written; None when there is no such theme,
    or when its modules lead to a real service.
    """
    like = next((each for each in own_modules().values() if each.theme == theme), None)
    held = source(like.id) if like is not None and like.service is None else None
    return authoring.blank(held, author) if held is not None else None


def _typeset(each: Module) -> Module:
    return typeset(Module, each.model_dump(by_alias=True, exclude_unset=True))


def typeset(kind: type[P], held: Any) -> P:
    """Return a part of a module as it is read on a page, from what is written; ValidationError when it
    does not hold.
    """
    return kind.model_validate(_spaced(held))


def _spaced(held: Any) -> Any:
    if isinstance(held, dict):
        return {name: value if name in AS_WRITTEN else _spaced(value) for name, value in held.items()}
    if isinstance(held, list | tuple):
        return [_spaced(value) for value in held]
    return _as_shown(held) if isinstance(held, str) else held


def _as_shown(text: str) -> str:
    return unbroken(spaced(text))


def themes() -> list[Theme]:
    """Return the themes that have modules, in their order."""
    known = modules().values()
    made = (
        Theme(id, label, [each for each in known if each.theme == id])
        for id, label in module_format.THEMES.items()
    )
    return [theme for theme in made if theme.modules]


def themes_holding(words: str) -> list[Theme]:
    """Return the themes with the modules whose title, aim or theme hold all these words, accents aside."""
    asked = plain(words).split()
    kept = (
        replace(
            theme,
            modules=[
                each
                for each in theme.modules
                if all(word in plain(f"{each.title} {each.aim} {theme.label}") for word in asked)
            ],
        )
        for theme in themes()
    )
    return [theme for theme in kept if theme.modules]


def module(id: str) -> Module | None:
    """Return a module by its identifier; None when there is none."""
    return modules().get(id)


def titles(ids: Sequence[str]) -> list[Module]:
    """Return the modules of a list of identifiers that exist."""
    return [found for id in ids if (found := module(id)) is not None]


def step_page(
    of: Module, number: int, *, easier: bool = False, tongue: Translated | None = None
) -> StepPage | None:
    """Return a step of a module, with the easier variant of its exercise when asked; None when there is no
    such step.
    """
    if not 1 <= number <= len(of.steps):
        return None
    step = of.steps[number - 1]
    exercise = step.exercise
    eased = easier and exercise is not None and exercise.easier is not None
    if eased:
        exercise = module_format.easier(exercise)
    return StepPage(
        of, step, number, exercise, eased, _data(exercise, tongue), stitches(len(of.steps), number)
    )


def stitches(n_steps: int, here: int) -> Sequence[str]:
    """Return how each step of a module is drawn: done, here, or after."""
    return ["" if n < here else "ici" if n == here else "apres" for n in range(1, n_steps + 1)]


def _data(exercise: Any, tongue: Translated | None) -> Mapping[str, Any]:
    """Return what the kit reads: gaps by what makes them, hints, and the screens of a simulated thing.

    On a page in another language, the words that are in it too: all that the kit shows besides is in French.
    """
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
        told["scene"] = exercise.model_dump(
            by_alias=True, include={"starts", "goal", "screens"}, exclude_defaults=True
        )
    if tongue is not None:
        told["dits"] = sorted(tongue.said & _words(told | {"choix": _written(exercise)}))
    return told


def _written(exercise: Any) -> Any:
    return exercise.model_dump(by_alias=True)


def _words(held: Any) -> set[str]:
    if isinstance(held, dict):
        return set().union(*(_words(value) for value in held.values()))
    if isinstance(held, list | tuple):
        return set().union(*(_words(value) for value in held))
    return {held} if isinstance(held, str) else set()
