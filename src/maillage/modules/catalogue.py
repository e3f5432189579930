"""The modules of a territory: a folder read beside ours, looked at again when something in it changed.

A file that cannot be read never hides the others: our module of the same identifier is shown instead, or
nothing.
"""

import re
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from maillage.modules import reading as module_reading
from maillage.modules import translations
from maillage.modules.format import Module
from maillage.modules.reading import FILE, Fault, Read
from maillage.modules.translations import Translation

FOLDER = re.compile(r"^(\d{1,3})-([a-z][a-z0-9-]{2,40})$")
EVERY = 2.0  # seconds between two looks at the folder
Signature = tuple[tuple[str, int, int, int], ...]
Files = dict[Path, tuple[tuple[int, int, int], Any]]  # what was read of a file, and what it was then


@dataclass(frozen=True, slots=True)
class FolderContents:
    """The contents of a folder. read: by folder, a module or its faults; translations: by module, then
    language.
    """

    read: Mapping[str, Read] = field(default_factory=dict)
    translations: Mapping[str, Mapping[str, Translation]] = field(default_factory=dict)
    faults: Mapping[Path, tuple[Fault, ...]] = field(default_factory=dict)

    @property
    def modules(self) -> dict[str, Module]:
        """Return the modules that can be shown; of two with the same identifier, the first."""
        modules: dict[str, Module] = {}
        for one in self.read.values():
            if one.module is not None:
                modules.setdefault(one.module.id, one.module)
        return modules


def folders(root: Path) -> list[Path]:
    """Return the folders of the modules of a territory; one module alone when the folder itself is one."""
    if (root / FILE).is_file() and FOLDER.match(root.name):
        return [root]
    try:
        return sorted(each for each in root.iterdir() if FOLDER.match(each.name) and each.is_dir())
    except OSError:
        return []


def signature(root: Path) -> Signature:
    """Return names, times and sizes of the files, which differ when one changed; nothing is read."""
    stamps = []
    for folder in folders(root):
        try:
            for path in sorted(folder.glob("module*.yaml")):
                status = path.stat()
                stamps.append(
                    (f"{folder.name}/{path.name}", status.st_mtime_ns, status.st_size, status.st_ino)
                )
        except OSError:  # taken away while it is looked at
            continue
    return tuple(stamps)


def read(root: Path, drawings: Collection[str], known: Files | None = None) -> FolderContents:
    """Return all that a folder holds, faults included. known: files read before, kept as long as they do not
    change.
    """
    known = {} if known is None else known
    reads: dict[str, Read] = {}
    by_language: dict[str, dict[str, Translation]] = {}
    faults: dict[Path, tuple[Fault, ...]] = {}
    owners: dict[str, str] = {}
    for folder in folders(root):
        id = _id(folder)
        try:
            if (folder / FILE).is_file():
                one = _once(folder / FILE, known, lambda path: module_reading.read(path, drawings))
                if (first := owners.setdefault(id, folder.name)) != folder.name:
                    do = "Gardez un seul des deux dossiers."
                    one = Read(
                        one.path,
                        None,
                        (Fault(1, "id", f"« {id} » est déjà dans {first}.", do, ("id",)), *one.faults),
                    )
                reads[folder.name] = one
                if one.faults:
                    faults[one.path] = one.faults
            for path in sorted(folder.glob("module.*.yaml")):
                translation, wrong = _once(path, known, translations.read)
                if translation is not None and translation.language:
                    by_language.setdefault(id, {})[translation.language] = translation
                elif wrong:
                    faults[path] = wrong
        except OSError:
            continue
    return FolderContents(reads, by_language, faults)


def _once(path: Path, known: Files, reader: Callable[[Path], Any]) -> Any:
    status = path.stat()
    key = (status.st_mtime_ns, status.st_size, status.st_ino)
    if path not in known or known[path][0] != key:
        known[path] = (key, reader(path))
    return known[path][1]


def _id(folder: Path) -> str:
    match = FOLDER.match(folder.name)
    assert match is not None
    return match[2]


class Catalogue:
    """A folder as it was last seen: at most one look every two seconds, and read again only when it
    changed.
    """

    def __init__(self, drawings: Callable[[], Collection[str]]) -> None:
        self.drawings = drawings
        self._files: Files = {}
        self._seen: tuple[Path, float, Signature, FolderContents] | None = None

    def look(self, root: Path, *, now: bool = False) -> FolderContents:
        """Return the contents of the folder; now: without waiting for the two seconds."""
        at, last_look = time.monotonic(), self._seen
        if last_look is not None and last_look[0] == root and not now and at - last_look[1] < EVERY:
            return last_look[3]
        current = signature(root)
        contents = (
            last_look[3]
            if last_look is not None and last_look[:1] == (root,) and last_look[2] == current
            else read(root, self.drawings(), self._files)
        )
        # One assignment: another thread reads the former, or this one.
        self._seen = (root, at, current, contents)
        return contents
