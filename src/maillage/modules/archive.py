"""Modules carried in one archive: a zip of their folders, the same everywhere, and read without trusting
it.
"""

import io
import re
import stat
import zipfile
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from maillage.kernel import archives
from maillage.kernel.disk import write_whole
from maillage.kernel.errors import Refused
from maillage.modules import authoring, catalogue, translations
from maillage.modules import format as module_format
from maillage.modules import reading as module_reading
from maillage.modules import texts as module_texts
from maillage.modules.reading import FILE, Fault

MOST_BYTES = 4_000_000  # of an archive: all our modules make a quarter of it at most
MOST_FILES = 1_000
MOST_READ = 8_000_000  # once unfolded: all our modules, some in seven languages, make 3,700,000 bytes
MOST_MARKS = 350_000  # as YAML reads it: all our modules have 150,000
INSIDE = re.compile(r"^(?:[^/]{1,80}/)?((\d{1,3})-([a-z][a-z0-9-]{2,40}))/(module(?:\.[a-z]{2,3})?\.yaml)$")
LEFT_BY_SYSTEMS = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|\._)")
STRAY = Fault(
    1,
    "",
    "Ce fichier n’est pas celui d’un module.",
    "Un module est un dossier NN-identifiant avec module.yaml dedans.",
)
NOT_UTF8 = Fault(1, "", "Ce fichier n’est pas en UTF-8.", "Enregistrez-le de nouveau, encodage UTF-8.")
SAME_DAY = (2026, 1, 1, 0, 0, 0)  # twice the same modules make the same bytes


@dataclass(frozen=True, slots=True)
class Bad:
    """A rejected file of an archive, and its faults."""

    name: str
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Imported:
    """The outcome of an archive. new, replaced, same: identifiers of modules; translations:
    identifiers and languages.
    """

    new: tuple[str, ...]
    replaced: tuple[str, ...]
    same: tuple[str, ...]
    translations: tuple[tuple[str, str], ...]
    bad: tuple[Bad, ...]

    @property
    def accepted(self) -> int:
        return len(self.new) + len(self.replaced) + len(self.same) + len(self.translations)


def export(folders: Sequence[Path]) -> bytes:
    """Return the archive of some modules, each a folder with its file and its translations; a module that
    is only a draft is carried as it is.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for folder in folders:
            paths = {path.name: path for path in sorted(folder.glob("module*.yaml"))}
            if FILE not in paths and (draft := folder / authoring.DRAFT).is_file():
                paths = {FILE: draft, **paths}
            for name, path in paths.items():
                if name == FILE or translations.NAME.match(name):
                    entry = zipfile.ZipInfo(f"{folder.name}/{name}", SAME_DAY)
                    entry.compress_type = zipfile.ZIP_DEFLATED
                    entry.external_attr = 0o644 << 16
                    archive.writestr(entry, path.read_bytes())
    return buffer.getvalue()


@dataclass(slots=True)
class Checked:
    """The contents of an archive, read and checked before anything is written. modules, translations: by
    folder, then by file.
    """

    modules: dict[str, tuple[str, Mapping[str, object]]]
    translations: dict[str, dict[str, str]]
    bad: list[Bad]


def import_(
    content: bytes,
    root: Path,
    *,
    drawings: Collection[str],
    at: datetime,
    context: authoring.TransactionFactory = nullcontext,
) -> Imported:
    """Store the valid modules of an archive, and report the others. Replaced modules are stored with their
    date.

    Raises Refused, and writes nothing, when the archive itself cannot be trusted.
    """
    checked = check(content, drawings)
    bad = checked.bad
    new: list[str] = []
    replaced: list[str] = []
    same: list[str] = []
    translated_files: list[tuple[str, str]] = []
    writings: list[Callable[[], None]] = []
    with authoring.alone(root):
        for folder in sorted({*checked.modules, *checked.translations}):
            id, names = authoring.split(root / folder)[1], checked.translations.get(folder, {})
            there, bundled = authoring.folder_of(root, id), module_reading.file_of(id)
            where = there or root / folder
            if folder in checked.modules:
                text, document = checked.modules[folder]
                now = (
                    (where / FILE).read_bytes().decode("utf-8", "replace")
                    if (where / FILE).is_file()
                    else None
                )
                if now == text:
                    same.append(id)
                else:
                    (new if now is None else replaced).append(id)
                    writings.append(partial(_put, where, _numbered(where, id, text, document), at))
            elif there is None and bundled is None:
                what, do = "Cette traduction n’a pas de module.", f"Ajoutez {folder}/{FILE} à l’archive."
                bad += [Bad(f"{folder}/{name}", (Fault(1, "", what, do),)) for name in names]
                continue
            elif there is None and bundled is not None:
                where = root / bundled.parent.name
            for name, text in sorted(names.items()):
                writings.append(partial(_put_translation, where, name, text, at))
                translated_files.append((id, name.split(".")[1]))
        with context():
            for write in writings:
                write()
    return Imported(tuple(new), tuple(replaced), tuple(same), tuple(translated_files), tuple(bad))


def check(content: bytes, drawings: Collection[str]) -> Checked:
    """Return the contents of an archive, each file checked. A module that is wrong leaves its translations
    out too.
    """
    files, bad = _opened(content)
    checked = Checked({}, {}, bad)
    first: dict[str, str] = {}
    for folder, texts in sorted(files.items()):
        id = folder.split("-", 1)[1]
        if first.setdefault(id, folder) != folder:
            what, do = f"« {id} » est déjà dans {first[id]}.", "Gardez un seul des deux dossiers."
            bad.append(Bad(folder, (Fault(1, "", what, do),)))
            continue
        if FILE in texts:
            document, module, faults = module_reading.check(texts[FILE], drawings, folder)
            if module is None:
                bad.append(Bad(f"{folder}/{FILE}", faults))
                continue
            checked.modules[folder] = texts[FILE], document
        for name, text in sorted(texts.items()):
            if (match := translations.NAME.match(name)) is not None:
                translation, faults = translations.parse(text, match[1])
                if translation is None:
                    bad.append(Bad(f"{folder}/{name}", faults))
                else:
                    checked.translations.setdefault(folder, {})[name] = text
    return checked


def _numbered(folder: Path, id: str, text: str, document: Mapping[str, object]) -> str:
    """Return the file of a module as it came; its version alone changes, when its steps are others than those
    there were.
    """
    version = authoring.next_version(folder, id, document)
    if (folder / FILE).is_file() and version != document["version"]:
        return authoring.written({**module_texts.own(document), "version": version})
    return text


def _put(folder: Path, text: str, at: datetime) -> None:
    authoring.keep(folder, at)
    authoring.keep(folder, at, authoring.DRAFT)
    write_whole(folder / FILE, text)
    (folder / authoring.DRAFT).unlink(missing_ok=True)


def _put_translation(folder: Path, name: str, text: str, at: datetime) -> None:
    authoring.keep(folder, at, name)
    write_whole(folder / name, text)


def _opened(content: bytes) -> tuple[dict[str, dict[str, str]], list[Bad]]:
    """Return the texts of an archive by folder, and the files that are none of a module."""
    if len(content) > MOST_BYTES:
        raise _not_trusted(
            "Cette archive est trop lourde.", f"Elle pèse plus de {MOST_BYTES // 1_000_000} Mo."
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files, bad = _read(archive)
    except (*archives.UNREADABLE, OSError) as error:
        raise _not_trusted(
            "Ce fichier n’est pas une archive que l’on sache lire.",
            "Il est abîmé, chiffré, ou n’est pas un .zip.",
        ) from error
    if not files and not bad:
        raise _not_trusted("Cette archive est vide.", "Cette archive ne contient aucun module.")
    return files, bad


def _read(archive: zipfile.ZipFile) -> tuple[dict[str, dict[str, str]], list[Bad]]:
    entries = [each for each in archive.infolist() if not each.is_dir()]
    if len(entries) > MOST_FILES:
        raise _not_trusted(
            "Cette archive a trop de fichiers.", f"Elle en a {len(entries)}, et un module en a 1 à 5."
        )
    for entry in entries:  # before anything is read
        _check_path(entry)
    files: dict[str, dict[str, str]] = {}
    bad: list[Bad] = []
    bytes_left, marks_left = MOST_READ, MOST_MARKS
    for entry in entries:
        if LEFT_BY_SYSTEMS.search(entry.filename):
            continue
        match = INSIDE.match(entry.filename)
        if match is None:
            bad.append(Bad(entry.filename[:120], (STRAY,)))
            continue
        with archive.open(entry) as file:
            data = file.read(module_format.MOST_BYTES + 1)  # what it says of its size is not believed
        bytes_left -= len(data)
        if len(data) > module_format.MOST_BYTES or bytes_left < 0:
            raise _not_trusted(
                f"« {entry.filename[:60]} » est trop gros une fois déplié.",
                f"Un module ne dépasse pas {module_format.MOST_BYTES // 1000} ko, une archive"
                f" {MOST_READ // 1_000_000} Mo.",
            )
        if match[4] in files.setdefault(match[1], {}):
            raise _not_trusted(
                f"« {entry.filename[:60]} » est deux fois dans l’archive.", "On ne saurait pas lequel garder."
            )
        try:
            files[match[1]][match[4]] = data.decode("utf-8")
        except UnicodeDecodeError:
            bad.append(Bad(entry.filename, (NOT_UTF8,)))
        marks_left -= module_reading.marks(files[match[1]].get(match[4], ""), module_reading.MOST_MARKS)
        if marks_left < 0:
            raise _not_trusted(
                "Cette archive est trop longue une fois dépliée.", "Elle tient plus de deux fois les nôtres."
            )
    return {folder: texts for folder, texts in files.items() if texts}, bad


def _check_path(entry: zipfile.ZipInfo) -> None:
    name = entry.orig_filename
    if name.startswith("/") or "\\" in name or ":" in name or "\x00" in name or ".." in name.split("/"):
        raise _not_trusted(
            f"« {name[:60]} » sort de l’archive.", "Un tel chemin écrirait ailleurs que dans les modules."
        )
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise _not_trusted(
            f"« {name[:60]} » est un lien.", "Un lien mènerait à un fichier de cet ordinateur."
        )


def _not_trusted(what: str, why: str) -> Refused:
    return Refused(
        what,
        why=f"{why} Rien n’a été écrit.",
        do="Prenez une archive faite par « Télécharger » ou par « maillage modules exporter ».",
    )


def folders_of(wanted: Sequence[str], root: Path) -> list[Path]:
    """Return the folders of some modules, the territory's before ours; all those of the territory when none
    is named.
    """
    if not wanted:
        return [folder for folder in catalogue.folders(root) if any(folder.glob("module*.yaml"))]
    wanted_folders = []
    for id in dict.fromkeys(wanted):
        own_folder, bundled = authoring.folder_of(root, id), module_reading.file_of(id)
        if own_folder is not None and (
            any(own_folder.glob("module*.yaml")) or (own_folder / authoring.DRAFT).is_file()
        ):
            wanted_folders.append(own_folder)
        elif bundled is not None:
            wanted_folders.append(bundled.parent)
        else:
            raise Refused(
                f"Aucun module ne s’appelle « {id} ».",
                why="Une archive ne porte que des modules qui existent.",
                do="« maillage modules liste » donne leurs identifiants.",
            )
    return wanted_folders
