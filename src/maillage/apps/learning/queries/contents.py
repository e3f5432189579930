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

from maillage.apps.learning import rules
from maillage.apps.learning.rules import scope_of, structure_of
from maillage.kernel.names import plain
from maillage.modules import authoring, playing
from maillage.modules import format as module_format
from maillage.modules import reading as module_reading
from maillage.modules import texts as module_texts
from maillage.modules import translations as module_translations
from maillage.modules.catalogue import Catalogue, FolderContents
from maillage.modules.format import Module, Part, Screens, Step
from maillage.modules.translations import Translated
from maillage.publishing.page import drawings
from maillage.words.wording import spaced, unbroken

P = TypeVar("P", bound=Part)
TERRITORIES = "territoires"  # the folder of theirs, one folder each, beside the modules of the installation
STRUCTURES = "structures"  # the same for theirs
MOST_TERRITORIES = 200  # put together at once in the memory of a process
MOST_NEAREST = 3
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
        return rules.shuffled(self.exercise)

    @property
    def on_paper(self) -> bool:
        return self.exercise is not None and self.exercise.kind in rules.ON_PAPER


@cache
def own_modules() -> Mapping[str, Module]:
    """Return our modules as they are read on a page, their spaces those of French typography."""
    return {id: _typeset(module) for id, module in module_reading.own_modules().items()}


def modules() -> Mapping[str, Module]:
    """Return the modules in order of number: ours, those of the installation, then those of the reader's
    territories, the narrowest last, and of their structure. Each stands in place of the one before it.
    """
    return _library().modules


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
    catalogue = _shelves.setdefault(folder, Catalogue(lambda: frozenset(drawings.names())))
    return catalogue.look(folder, now=now or bool(settings.PREVIEW))


def modules_of_structure(scope: str) -> Mapping[str, Module]:
    """Return the modules without fault that a structure wrote, by identifier; none for anything else."""
    return _look(folder_of(scope)).modules if structure_of(scope) is not None else {}


def territory_modules(*, now: bool = False) -> FolderContents:
    """Return the contents of the reader's own folder, at most two seconds old; now: read again at once, for
    an author who waits for them.
    """
    return _look(root(), now=now)


def _layers() -> tuple[FolderContents, ...]:
    """Return the contents of each folder that the reader reads from, the widest first."""
    return tuple(_look(folder) for folder in (_base(), *map(folder_of, reader())))


@dataclass(frozen=True, slots=True)
class Library:
    """The modules of some layers, their translations made so far, and their digest, computed once."""

    layers: tuple[FolderContents, ...]
    modules: Mapping[str, Module]
    translated: dict[tuple[str, str], Translated | None]
    digest: Callable[[], str]


_libraries: dict[tuple[str, ...], Library] = {}


def _library() -> Library:
    """Return all that the reader reads, put together once for each state of its folders."""
    key, layers = (str(_base()), *reader()), _layers()
    known = _libraries.get(key)
    if known is not None and all(a is b for a, b in zip(known.layers, layers, strict=True)):
        return known
    if len(_libraries) >= MOST_TERRITORIES:
        _libraries.clear()
    every = dict(own_modules())
    for layer in layers:
        every |= {id: _typeset(module) for id, module in layer.modules.items()}
    modules_by_id = {
        module.id: module for module in sorted(every.values(), key=lambda module: (module.number, module.id))
    }
    library = _libraries[key] = Library(
        layers, modules_by_id, {}, cache(partial(_digest, modules_by_id.values()))
    )
    return library


def digest() -> str:
    """Return a digest that changes with any content that the reader reads."""
    return _library().digest()


def _digest(modules: Collection[Module]) -> str:
    return hashlib.sha256("\n".join(each.model_dump_json() for each in modules).encode()).hexdigest()


def translations_of(id: str) -> list[tuple[str, str, str]]:
    """Return the languages in which a module is there: code, name, direction."""
    codes = {
        *module_translations.bundled_translations(id),
        *(code for layer in _layers() for code in layer.translations.get(id, {})),
    }
    return sorted(
        ((code, module_translations.name(code), module_translations.direction(code)) for code in codes),
        key=lambda language: language[1].casefold(),
    )


def translated(id: str, code: str) -> Translated | None:
    """Return a module in another language, None when nobody translated it; made once for each state of the
    folder.
    """
    library = _library()
    module, translated_modules = library.modules.get(id), library.translated
    translations = (layer.translations.get(id, {}).get(code) for layer in reversed(library.layers))
    translation = next(filter(None, translations), None) or module_translations.bundled_translations(id).get(
        code
    )
    if module is None or translation is None:
        return None
    if (id, code) not in translated_modules:
        written = source(id)
        module_translated = (
            module_translations.translated(written, translation) if written is not None else None
        )
        translated_modules[id, code] = module_translated and replace(
            module_translated,
            module=_typeset(module_translated.module),
            untranslated=frozenset(map(_typeset_text, module_translated.untranslated)),
            translated=frozenset(map(_typeset_text, module_translated.translated)),
        )
    return translated_modules[id, code]


def modules_in(code: str) -> list[Module]:
    """Return the modules that are translated into a language, as they are written in French."""
    return [each for each in modules().values() if translated(each.id, code) is not None]


def nearest_in(module: Module, code: str) -> list[Module]:
    """Return the modules nearest to one that nobody translated, as they are written in French: those that
    are translated, what follows or precedes it first, then its theme, then by number; three at most.
    """
    neighbours = {*module.then, *module.before}
    candidates = [other for other in modules_in(code) if other.id != module.id]

    def distance(other: Module) -> tuple[bool, bool, int]:
        return other.id not in neighbours, other.theme != module.theme, abs(other.number - module.number)

    return sorted(candidates, key=distance)[:MOST_NEAREST]


def source(id: str) -> dict[str, Any] | None:
    """Return the content of a module's displayed file: that of the narrowest territory, or ours."""
    narrowest = next(
        (
            read
            for layer in reversed(_layers())
            for read in layer.read.values()
            if read.module is not None and read.module.id == id
        ),
        None,
    )
    path = narrowest.path if narrowest else module_reading.file_of(id)
    return module_texts.own(module_translations.load(path.read_text("utf-8"))) if path else None


def blank(theme: str, *, author: str) -> dict[str, Any] | None:
    """Return the header of a module of a theme of which nothing is written; None when there is no such theme,
    or when its modules lead to a real service.
    """
    like = next((each for each in own_modules().values() if each.theme == theme), None)
    header = source(like.id) if like is not None and like.service is None else None
    return authoring.blank(header, author) if header is not None else None


def _typeset(module: Module) -> Module:
    return typeset(Module, module.model_dump(by_alias=True, exclude_unset=True))


def typeset(kind: type[P], content: Any) -> P:
    """Return a part of a module as it is read on a page, from what is written; ValidationError when it
    does not hold.
    """
    return kind.model_validate(_spaced(content))


def _spaced(content: Any) -> Any:
    if isinstance(content, dict):
        return {name: value if name in AS_WRITTEN else _spaced(value) for name, value in content.items()}
    if isinstance(content, list | tuple):
        return [_spaced(value) for value in content]
    return _typeset_text(content) if isinstance(content, str) else content


def _typeset_text(text: str) -> str:
    return unbroken(spaced(text))


def themes() -> list[Theme]:
    """Return the themes that have modules, in their order."""
    known = modules().values()
    themes_with_modules = (
        Theme(id, label, [each for each in known if each.theme == id])
        for id, label in module_format.THEMES.items()
    )
    return [theme for theme in themes_with_modules if theme.modules]


def themes_holding(words: str) -> list[Theme]:
    """Return the themes with the modules whose title, aim or theme hold all these words, accents aside."""
    words_sought = plain(words).split()
    matching_themes = (
        replace(
            theme,
            modules=[
                each
                for each in theme.modules
                if all(word in plain(f"{each.title} {each.aim} {theme.label}") for word in words_sought)
            ],
        )
        for theme in themes()
    )
    return [theme for theme in matching_themes if theme.modules]


def module(id: str) -> Module | None:
    """Return a module by its identifier; None when there is none."""
    return modules().get(id)


def titles(ids: Sequence[str]) -> list[Module]:
    """Return the modules of a list of identifiers that exist."""
    return [existing for id in ids if (existing := module(id)) is not None]


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


def stitches(n_steps: int, current_step: int) -> Sequence[str]:
    """Return how each step of a module is drawn: done, here, or after."""
    return [
        "" if n < current_step else "ici" if n == current_step else "apres" for n in range(1, n_steps + 1)
    ]


def tried(step_page: StepPage, answer: Mapping[str, Sequence[str]] | None) -> dict[str, Any]:
    """Return the context of a try of an exercise without script, and where one then is. answer: the
    lists of values of its form, by name; None before a first try.
    """
    exercise = step_page.exercise
    if exercise is None or step_page.on_paper:
        is_tried = answer is not None and exercise is not None
        return {"feedback": rules.judge(exercise, answer or {}) if is_tried else None}
    played = playing.play(exercise, answer or {})
    scene = {"feedback": played.feedback, "played": played}
    if not isinstance(exercise, Screens):
        return scene
    elements, carried = playing.visible_elements(exercise, played), playing.carried(exercise, played)
    return scene | {"elements": elements, "carried": carried}


def _data(exercise: Any, tongue: Translated | None) -> Mapping[str, Any]:
    """Return the data of the script: gaps by cause, hints, and the screens of a simulated device.

    On a page in another language, the words that are in it too: all that the kit shows besides is in French.
    """
    if exercise is None:
        return {}
    kit: dict[str, Any] = {
        "genre": exercise.kind,
        "reussite": exercise.done,
        "ecarts": {gap.when: [gap.says, gap.does] for gap in exercise.gaps},
        "indices": list(exercise.hints),
        "facile": exercise.easier is not None,
    }
    if isinstance(exercise, Screens):
        kit["scene"] = exercise.model_dump(
            by_alias=True, include={"starts", "goal", "screens"}, exclude_defaults=True
        )
    if tongue is not None:
        kit["dits"] = sorted(tongue.translated & _words(kit | {"choix": _written(exercise)}))
    return kit


def _written(exercise: Any) -> Any:
    return exercise.model_dump(by_alias=True)


def _words(content: Any) -> set[str]:
    if isinstance(content, dict):
        return set().union(*(_words(value) for value in content.values()))
    if isinstance(content, list | tuple):
        return set().union(*(_words(value) for value in content))
    return {content} if isinstance(content, str) else set()
