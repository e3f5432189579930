"""Writing the modules of a territory: a file is put in place whole or not at all, and the version it replaces
is stored with its date.

An incomplete module is a draft, stored separately: learners still see the last complete version.
"""

import fcntl
import hashlib
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from maillage.kernel.disk import reason, write_whole
from maillage.kernel.errors import Refused
from maillage.modules import catalogue, translations
from maillage.modules import format as module_format
from maillage.modules import reading as module_reading
from maillage.modules import texts as module_texts
from maillage.modules.reading import FILE, Fault
from maillage.modules.translations import Translation

DRAFT, BEFORE, REMOVED = "brouillon.yaml", "avant", ".retires"
FIRST = 300  # numbers of the territory's own modules, as we advise
MOST_STEPS, MAX_VERSIONS = 14, 50
VERSION = re.compile(r"^version: *(\d{1,6})\b", re.MULTILINE)
# What surrounds the writing of files, a transaction for instance: it is short, nothing is read nor checked
# inside.
TransactionFactory = Callable[[], AbstractContextManager[object]]


class Changed(Refused):
    """Raised when somebody else wrote in between."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A module as its authors work on it. content: of the file, None when it cannot be read;
    is_published: learners see it.

    read: tells this state from any other; given back with what is written, so that nobody overwrites what
    they have not seen.
    """

    id: str
    folder: Path
    content: dict[str, Any] | None
    faults: tuple[Fault, ...]
    read: str
    draft: bool
    is_published: bool

    @property
    def steps(self) -> list[Any]:
        stages = (self.content or {}).get("etapes")
        return stages if isinstance(stages, list) and all(isinstance(each, dict) for each in stages) else []

    @property
    def title(self) -> str:
        return str((self.content or {}).get("titre") or self.id)


# ---------------------------------------------------------------------------------------------------- reading


def ids(root: Path) -> list[str]:
    """Return the identifiers of the modules that a folder holds."""
    return [split(folder)[1] for folder in catalogue.folders(root)]


def folder_of(root: Path, id: str) -> Path | None:
    """Return the folder of a module, None when there is no such module."""
    return next((folder for folder in catalogue.folders(root) if split(folder)[1] == id), None)


def split(folder: Path) -> tuple[int, str]:
    """Return the number and the identifier that the name of a module’s folder says."""
    number, id = folder.name.split("-", 1)
    return int(number), id


def working(root: Path, id: str, drawings: Collection[str]) -> Copy | None:
    """Return the copy that is worked on: the draft, if there is one, or what learners see; None when there is
    no such module.
    """
    folder = folder_of(root, id)
    if folder is None:
        return None
    file, draft = folder / FILE, folder / DRAFT
    path = draft if draft.is_file() else file
    if not path.is_file():
        return None
    content = path.read_bytes()
    document, module, faults = module_reading.check(content.decode("utf-8", "replace"), drawings, folder.name)
    is_published = (
        module is not None
        if path == file
        else file.is_file() and module_reading.read(file, drawings).module is not None
    )
    return Copy(id, folder, module_texts.own(document), faults, _digest(content), path == draft, is_published)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def before(folder: Path) -> list[Path]:
    """Return the stored versions, newest first."""
    return sorted((folder / BEFORE).glob("*.yaml"), reverse=True)


# ---------------------------------------------------------------------------------------------------- writing


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """Let one process write in the folder at a time."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        with (root / ".verrou").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
    except OSError as error:
        raise Refused(
            f"Le dossier {root} n’a pas été écrit : {reason(error)}.",
            why="Le disque est plein, ou ce dossier n’autorise pas l’écriture.",
            do="Demandez à la personne qui tient l’installation, puis recommencez.",
        ) from error


def written(document: Mapping[str, Any]) -> str:
    """Return the file of a module."""
    return yaml.safe_dump(module_texts.own(document), allow_unicode=True, sort_keys=False, width=10_000)


def save(
    root: Path,
    id: str,
    document: Mapping[str, Any],
    *,
    read: str,
    drawings: Collection[str],
    at: datetime,
    context: TransactionFactory = nullcontext,
) -> Copy:
    """Write a module and return its new state: published when it has no fault, stored as a draft otherwise.

    read: the state that was worked on. Raises Changed when it is no longer the one that is there, and writes
    nothing.
    """
    with alone(root):
        copy = _unchanged(root, id, read, drawings)
        return _write(root, copy.folder, document, drawings, at, context)


def _unchanged(root: Path, id: str, read: str, drawings: Collection[str]) -> Copy:
    copy = working(root, id, drawings)
    if copy is None:
        raise _not_adapted(id)
    if copy.read != read:
        raise Changed(
            "Quelqu’un a changé ce module entre-temps. Rien n’a été écrit.",
            why="Enregistrer maintenant effacerait son travail.",
            do=(
                "Vos textes sont encore ici : comparez avec ce qui est là maintenant, puis enregistrez de"
                " nouveau."
            ),
        )
    return copy


def _not_adapted(id: str) -> Refused:
    return Refused(
        f"Le module « {id} » n’est pas parmi les vôtres.",
        why="Il n’a pas été adapté, ou quelqu’un l’a retiré.",
        do="Revenez à la liste, puis choisissez « Adapter ».",
    )


def _write(
    root: Path,
    folder: Path,
    document: Mapping[str, Any],
    drawings: Collection[str],
    at: datetime,
    context: TransactionFactory,
) -> Copy:
    final = dict(document)
    id = split(folder)[1]
    text = written(final)
    if (
        len(text.encode()) > module_format.MOST_BYTES
        or module_reading.marks(text, module_reading.MOST_MARKS) > module_reading.MOST_MARKS
    ):
        raise Refused(
            f"{module_reading.TOO_LONG[0]} Rien n’a été écrit.",
            why="Il ne se lirait plus.",
            do=module_reading.TOO_LONG[1],
        )
    _, module, _ = module_reading.check(text, drawings, folder.name)
    if module is not None:
        final["version"] = next_version(folder, id, final)
        text = written(final)
    with context():
        if module is None:
            write_whole(folder / DRAFT, text)
        else:
            keep(folder, at)
            write_whole(folder / FILE, text)
            (folder / DRAFT).unlink(missing_ok=True)
    copy = working(root, id, drawings)
    assert copy is not None
    return copy


def next_version(folder: Path, id: str, document: Mapping[str, Any]) -> int:
    """Return the version of a module about to be published: one more than all previous ones, if its steps
    differ.

    Progress refers to a version: rewording a step leaves the version unchanged.
    """
    now = _document_of(folder / FILE) or _document_of(module_reading.file_of(id))
    if now is None:
        return max(1, _number(document))
    if module_texts.same_steps(now.get("etapes") or (), document.get("etapes") or ()):
        return max(1, _number(now))
    bundled = _document_of(module_reading.file_of(id))
    known = [
        _number(now),
        *([_number(bundled)] if bundled is not None else []),
        *(_version(path) for path in before(folder)),
    ]
    return 1 + max(known)


def _version(path: Path) -> int:
    """Return the version stated in a file, without reading it whole: fifty versions are stored."""
    match = VERSION.search(path.read_bytes().decode("utf-8", "replace"))
    return int(match[1]) if match else 1


def _number(document: Mapping[str, Any]) -> int:
    version = document.get("version")
    return version if isinstance(version, int) else 1


def _document_of(path: Path | None) -> dict[str, Any] | None:
    """Return the document of a file, None when it is not there or cannot be read."""
    if path is None or not path.is_file():
        return None
    document, _, _ = module_reading.check(path.read_bytes().decode("utf-8", "replace"), (), path.parent.name)
    return document if isinstance(document, dict) else None


def keep(folder: Path, at: datetime, name: str = FILE) -> None:
    """Keep a dated copy of a file about to be replaced, and forget the oldest beyond fifty."""
    path = folder / name
    if path.is_file():
        stamp = at.strftime("%Y-%m-%dT%H-%M-%S")
        n = next(n for n in range(1000) if not (folder / BEFORE / f"{stamp}-{n:03}-{name}").exists())
        write_whole(folder / BEFORE / f"{stamp}-{n:03}-{name}", path.read_bytes())
        for old in sorted((folder / BEFORE).glob(f"*-{name}"), reverse=True)[MAX_VERSIONS:]:
            old.unlink(missing_ok=True)


def adapt(
    root: Path, id: str, *, drawings: Collection[str], context: TransactionFactory = nullcontext
) -> Copy:
    """Copy one of our modules, with its translations, into the folder of those who adapt it, where it stands
    in place of ours.
    """
    path = module_reading.file_of(id)
    if path is None:
        raise _not_adapted(id)
    with alone(root):
        folder = folder_of(root, id) or root / path.parent.name
        if (folder / FILE).is_file() or (folder / DRAFT).is_file():
            raise Refused(
                "Ce module est déjà adapté.",
                why="L’adapter de nouveau effacerait ce que vous y avez changé.",
                do="Ouvrez-le dans la liste, ou supprimez-le d’abord.",
            )
        with context():
            for each in sorted(path.parent.glob("module*.yaml")):
                if not (folder / each.name).exists():
                    write_whole(folder / each.name, each.read_bytes())
        copy = working(root, id, drawings)
    assert copy is not None
    return copy


def slug(title: str) -> str:
    """Return the identifier that a title gives.

    >>> slug("L’été à Échirolles : les guichets")
    'l-ete-a-echirolles-les-guichets'
    """
    plain = unicodedata.normalize("NFD", title.lower().replace("’", "-")).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^a-z0-9]+", "-", plain)
    return plain.strip("-").lstrip("0123456789-")[:41].strip("-")


def new(
    root: Path,
    title: str,
    header: Mapping[str, Any],
    *,
    drawings: Collection[str],
    on: date,
    context: TransactionFactory = nullcontext,
) -> Copy:
    """Begin a module, as a draft without steps. header: the module whose other texts it takes until they are
    rewritten.
    """
    id = slug(title)
    with alone(root):
        taken = {*ids(root), *module_reading.files(), *module_reading.RESERVED}
        if len(id) < 3:
            raise Refused(
                "Ce titre ne donne pas d’identifiant.",
                why="L’adresse du module est faite des lettres de son titre.",
                do="Donnez un titre d’au moins 3 lettres.",
            )
        if id in taken:
            raise Refused(
                f"Un module s’appelle déjà « {id} ».",
                why="Deux modules ne peuvent pas avoir la même adresse.",
                do="Donnez un autre titre, ou adaptez celui qui existe.",
            )
        used = {split(folder)[0] for folder in catalogue.folders(root)}
        number = next(n for n in range(FIRST, 1000) if n not in used)
        header_texts = {
            key: module_texts.own(value)
            for key, value in header.items()
            if key not in ("id", "numero", "titre", "etapes")
        }
        begun = {
            "id": id,
            "numero": number,
            **header_texts,
            "titre": title,
            "version": 1,
            "relu_par": [],
            "date": on.isoformat(),
        }
        folder = root / f"{number}-{id}"
        text = written({**begun, "etapes": []})
        with context():
            write_whole(folder / DRAFT, text)
        copy = working(root, id, drawings)
    assert copy is not None
    return copy


def with_steps(document: Mapping[str, Any], taken: Sequence[tuple[Mapping[str, Any], int]]) -> dict[str, Any]:
    """Return a module with steps of others at its end, and their authors among its own: the licence asks for
    it.

    taken: what the file of a module holds, and the place of one of its steps, from 0.
    """
    steps = _enough(
        [*(document.get("etapes") or []), *(module_texts.own(of["etapes"][n]) for of, n in taken)]
    )
    authors = [
        str(author)
        for source in (document, *(source for source, _ in taken))
        for author in source.get("auteurs") or ()
    ]
    return {**document, "etapes": steps, "auteurs": list(dict.fromkeys(authors))}


def with_step(document: Mapping[str, Any], step: Mapping[str, Any]) -> dict[str, Any]:
    """Return a module with one more step at its end."""
    return {**document, "etapes": _enough([*(document.get("etapes") or []), module_texts.own(step)])}


def _enough(steps: list[Any]) -> list[Any]:
    """Return the steps of a module; Refused beyond what is done in one go."""
    if len(steps) > MOST_STEPS:
        raise Refused(
            f"Ce module aurait {len(steps)} étapes.",
            why=f"Au-delà de {MOST_STEPS}, il ne se fait plus d’une traite.",
            do="Choisissez-en moins, ou faites deux modules.",
        )
    return steps


def blank(like: Mapping[str, Any], author: str) -> dict[str, Any]:
    """Return the header of a module of which nothing is written, with the marks of another of its theme."""
    drawings = [step["dessin"] for step in like["fiche"]["etapes"][:3]]
    return {
        **{key: like[key] for key in ("langue", "theme", "niveau", "niveau_crcn", "coop", "licence")},
        "but": "",
        "reussi": "",
        "duree": 15,
        "auteurs": [author],
        "pour_l_aidant": "",
        "fiche": {"etapes": [{"dessin": name, "phrase": ""} for name in drawings], "piege": ""},
    }


def undo(
    root: Path,
    id: str,
    *,
    read: str,
    drawings: Collection[str],
    at: datetime,
    name: str = "",
    context: TransactionFactory = nullcontext,
) -> Copy:
    """Restore a stored version, the last one by default; the current one is stored in turn."""
    with alone(root):
        copy = _unchanged(root, id, read, drawings)
        stored = [
            path for path in before(copy.folder) if path.name.endswith(f"-{FILE}") and name in ("", path.name)
        ]
        if not stored:
            raise Refused(
                "Il n’y a pas de version d’avant.",
                why="Ce module n’a pas encore été changé ici.",
                do="Pour revenir au nôtre, supprimez cette copie.",
            )
        content = stored[0].read_bytes()
        with context():
            keep(copy.folder, at)
            write_whole(copy.folder / FILE, content)
            _drop_draft(copy.folder, at)
        back = working(root, id, drawings)
    assert back is not None
    return back


def drop_draft(
    root: Path,
    id: str,
    *,
    read: str,
    drawings: Collection[str],
    at: datetime,
    context: TransactionFactory = nullcontext,
) -> bool:
    """Leave a draft, kept among the versions, and return whether the module is still there: it may have been
    only a draft.
    """
    with alone(root):
        copy = _unchanged(root, id, read, drawings)
        with context():
            _drop_draft(copy.folder, at)
        return (copy.folder / FILE).is_file()


def _drop_draft(folder: Path, at: datetime) -> None:
    keep(folder, at, DRAFT)
    (folder / DRAFT).unlink(missing_ok=True)


def remove(root: Path, id: str, *, at: datetime, context: TransactionFactory = nullcontext) -> Path:
    """Take a module away: its folder goes whole among those removed, dated; ours is shown again, if there is
    one.
    """
    with alone(root):
        folder = folder_of(root, id)
        if folder is None:
            raise _not_adapted(id)
        aside = root / REMOVED
        aside.mkdir(exist_ok=True)
        stamp = at.strftime("%Y-%m-%dT%H-%M-%S")
        to = next(path for n in range(1000) if not (path := aside / f"{stamp}-{n:03}-{folder.name}").exists())
        with context():
            return folder.rename(to)


# ----------------------------------------------------------------------------------------------- translations


def translation(root: Path, id: str, code: str) -> tuple[Translation | None, str]:
    """Return the translation that is worked on, the territory's or ours, and what tells this state from any
    other.
    """
    folder = folder_of(root, id)
    path = folder / f"module.{code}.yaml" if folder else None
    if path is not None and path.is_file():
        return translations.read(path)[0], _digest(path.read_bytes())
    return translations.bundled_translations(id).get(code), ""


def translate(
    root: Path,
    id: str,
    translated: Translation,
    *,
    read: str,
    at: datetime,
    context: TransactionFactory = nullcontext,
) -> None:
    """Write a translation beside its module; one of ours that nobody adapted is translated without being
    copied.
    """
    with alone(root):
        bundled = module_reading.file_of(id)
        folder = folder_of(root, id) or (root / bundled.parent.name if bundled else None)
        if folder is None:
            raise _not_adapted(id)
        if translation(root, id, translated.language)[1] != read:
            raise Changed(
                "Quelqu’un a traduit entre-temps. Rien n’a été écrit.",
                why="Enregistrer maintenant effacerait son travail.",
                do=(
                    "Vos phrases sont encore ici : comparez avec ce qui est là maintenant, puis enregistrez"
                    " de nouveau."
                ),
            )
        text = translations.written(translated)
        again, faults = translations.parse(text, translated.language)
        if again is None:
            raise Refused(
                f"{faults[0].where} : {faults[0].what}",
                why="La traduction n’a pas été écrite.",
                do=faults[0].do,
            )
        with context():
            keep(folder, at, f"module.{translated.language}.yaml")
            write_whole(folder / f"module.{translated.language}.yaml", text)
