"""A report as a folder: its files and their fingerprint, written whole or not at all."""

import errno
import hashlib
import json
import os
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NotRequired, TypedDict

from maillage.kernel.disk import reason, write_whole
from maillage.kernel.errors import Refused


class Territory(TypedDict):
    """The territory of a report."""

    code: str
    nom: str


class Data(TypedDict):
    """A source of a report, and its year."""

    id: str
    producteur: str
    titre: str
    millesime: str


def short_print(content: bytes) -> str:
    """Return the short print that a reader can compare: two groups of four."""
    digest = hashlib.sha256(content).hexdigest()[:8].upper()
    return f"{digest[:4]}-{digest[4:]}"


class Fingerprint(TypedDict):
    """`empreinte.json`: what a report is, on which data, and the digest of each of its files. edition: None
    for a report that nobody froze; plan: the print of the plan that it tells; brouillon: that plan was not
    published; autres: the
    fingerprints of the other reports of the folder.
    """

    version: int
    rapport: str
    titre: str
    territoire: Territory
    edition: str | None
    date: str
    logiciel: str
    etude: str
    donnees: list[Data]
    plan: NotRequired[str]
    brouillon: NotRequired[bool]
    fichiers: NotRequired[dict[str, str]]
    autres: NotRequired[list["Fingerprint"]]


# What some system refuses in the name of a folder, or reads as a path, a pattern or an order of its own.
REFUSED_SIGNS = '/\\:*?"<>|'
LONGEST_NAME = 60
STAGING = ".en-cours-"
FILE = "empreinte.json"


@dataclass(frozen=True, slots=True)
class Frozen:
    """An edition that was frozen: of which report, under which name, in which folder."""

    report: str
    name: str
    path: Path


def edition_name(typed: str) -> str:
    """Return the name of an edition, its spaces made one, its apostrophes curly; Refused for one that no
    folder could bear.
    """
    name = " ".join(typed.replace("'", "’").split())
    if not name or name != _allowed(name):
        raise Refused(
            f"« {typed} » n’est pas un nom d’édition.",
            why=f"Il nomme un dossier : {' '.join(REFUSED_SIGNS)} et les signes invisibles n’y passent pas."
            " Il commence par une lettre, un chiffre, « ou (, ne finit pas par un point, et tient en"
            f" {LONGEST_NAME} signes.",
            do=f'Écrivez par exemple "{_allowed(name) or "2026-novembre"}".',
        )
    return name


def _allowed(name: str) -> str:
    """Return a name without the signs that an edition may not hold, "" if nothing remains.

    >>> _allowed("Élus, premier tirage"), _allowed("plan/L’hiver"), _allowed("///"), _allowed("Mai 2026.")
    ('Élus, premier tirage', 'plan L’hiver', '', 'Mai 2026')
    """
    harmless = (
        " " if sign in REFUSED_SIGNS or unicodedata.category(sign)[0] == "C" else sign for sign in name
    )
    spaced = " ".join("".join(harmless).split())
    return re.sub(r"^[^\w«(]+", "", spaced)[:LONGEST_NAME].rstrip(" .")


def edition_folder(home: Path, code: str, report: str, name: str) -> Path:
    """Return the folder where an edition of a report is frozen, under the home of an installation."""
    return home / "rapports" / code / report / name


def frozen_editions(home: Path, code: str) -> list[Frozen]:
    """Return the editions of a territory that are frozen, the latest frozen first; altered ones too: reading
    them says so.
    """
    editions = [
        Frozen(path.parent.parent.name, path.parent.name, path.parent)
        for path in (home / "rapports" / code).glob(f"*/*/{FILE}")
    ]
    return sorted(
        editions, key=lambda edition: (-(edition.path / FILE).stat().st_mtime, edition.report, edition.name)
    )


def holds_anything(folder: Path) -> bool:
    """Return True if a folder holds a file: one that is empty was left by a command that was killed."""
    return folder.is_dir() and any(folder.iterdir())


def check_folder(folder: Path) -> None:
    """Raise Refused before the computation, rather than after, when the folder cannot be written. Folders
    that were not there are made to try, and taken off: a command killed while it computes leaves none.
    """
    tried: list[Path] = []
    try:
        tried = [each for each in (folder, *folder.parents) if not each.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise Refused(
            f"Le dossier {folder} ne peut pas recevoir les fichiers : {reason(error)}.",
            why="Tout y est écrit à la fin du calcul ; mieux vaut le savoir avant.",
            do="Choisissez un dossier où vous pouvez écrire, puis relancez la même commande.",
        ) from error
    finally:
        for each in tried:
            with suppress(OSError):  # not made, or another command writes there
                each.rmdir()


def clear_abandoned(folder: Path) -> None:
    """Remove what a killed command left half written; a command still running is left alone."""
    for abandoned in folder.glob(f"{STAGING}*"):
        maker = abandoned.name.removeprefix(STAGING).partition("-")[0]
        if not (maker.isdigit() and Path(f"/proc/{maker}").exists()):
            shutil.rmtree(abandoned, ignore_errors=True)


def staging(folder: Path) -> Path:
    """Return a new folder inside another, for files to be put in place once they are all written."""
    return Path(tempfile.mkdtemp(dir=folder, prefix=f"{STAGING}{os.getpid()}-"))


def digest(content: bytes) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def freeze(folder: Path, files: Mapping[str, bytes], about: Fingerprint) -> Path:
    """Write the files of an edition in its folder, and return its path; Refused when something is there: what
    was frozen is never written again, even by two at the same instant.
    """
    try:
        if not is_taken(folder):
            return write(folder, files, about, anew=True)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
    raise taken(folder)


def is_taken(folder: Path) -> bool:
    """Return True if an edition of this report has that name, or one that only its capitals tell apart."""
    siblings = folder.parent.iterdir() if folder.parent.is_dir() else ()
    return any(is_same_name(sibling.name, folder.name) and holds_anything(sibling) for sibling in siblings)


def is_same_name(name: str, other: str) -> bool:
    """Return True for two names that only their capitals tell apart.

    >>> is_same_name("Conseil d’Automne", "conseil d’automne"), is_same_name("mai", "mai 2")
    (True, False)
    """
    first, second = (unicodedata.normalize("NFKC", each).casefold() for each in (name, other))
    return first == second


def taken(folder: Path) -> Refused:
    """Return the refusal of the name of an edition that is frozen already."""
    return Refused(
        f"Une édition « {folder.name} » de ce rapport est déjà figée.",
        why="Ce qui a été figé ne se récrit pas : c’est ce qui permet de comparer.",
        do="Donnez un autre nom à celle-ci.",
    )


def write(folder: Path, files: Mapping[str, bytes], about: Fingerprint, *, anew: bool = False) -> Path:
    """Write the files of a report in a folder, then `empreinte.json`, and return its path.

    about: its fingerprint, without the digests, which are computed here. A folder that did not exist, or was
    empty, appears with all of them at once; in another, each file replaces its former self, the fingerprint
    last, and the fingerprints of other reports stay in `autres`. anew: FileExistsError instead.
    """
    if anew and holds_anything(folder):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(folder))
    folder.parent.mkdir(parents=True, exist_ok=True)
    clear_abandoned(folder)
    clear_abandoned(folder.parent)
    other_fingerprints = [each for each in _fingerprints(folder) if each.get("rapport") != about["rapport"]]
    digests = {name: digest(content) for name, content in sorted(files.items())}
    fingerprint: Fingerprint = {**about, "fichiers": digests, "autres": other_fingerprints}
    text = json.dumps(fingerprint, ensure_ascii=False, indent=1) + "\n"
    fresh = not holds_anything(folder) and os.access(folder.parent, os.W_OK)
    if not fresh:
        folder.mkdir(exist_ok=True)
    aside = staging(folder.parent if fresh else folder)
    staged = aside / "rapport"  # with the rights of any folder made here, which the one aside has not
    try:
        staged.mkdir()
        for name, content in files.items():
            write_whole(staged / name, content)
        write_whole(staged / FILE, text)
        if fresh:
            if folder.exists():
                staged.chmod(folder.stat().st_mode & 0o777)
            staged.replace(folder)
        else:
            for name in (*sorted(files), FILE):
                (staged / name).replace(folder / name)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return folder / FILE


def is_draft(folder: Path) -> bool:
    """Return True if an edition tells a plan that was not published."""
    return any(each.get("brouillon", False) for each in _fingerprints(folder))


def _fingerprints(folder: Path) -> list[Fingerprint]:
    """Return the fingerprints that a folder holds, one for each report; none when they cannot be read."""
    try:
        fingerprint: Fingerprint = json.loads((folder / FILE).read_text("utf-8"))
        other_fingerprints = fingerprint.pop("autres")
        return [fingerprint, *other_fingerprints]
    except (OSError, ValueError, AttributeError, KeyError, TypeError):
        return []


def read(folder: Path, *, seal: str = "") -> tuple[Fingerprint, dict[str, bytes]]:
    """Return the fingerprint and the files of a report; Refused, naming the file, when one is missing or
    is no longer what was written. seal: the digest of `empreinte.json` that was stored elsewhere when the
    edition was frozen, "" when none was: a file and its digest could have been changed together.
    """
    path = folder / FILE
    try:
        text = path.read_bytes()
        if seal and digest(text) != seal:
            raise _altered(path, "elle n’est plus celle que le journal a notée")
        about: Fingerprint = json.loads(text.decode())
        digests = about["fichiers"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _altered(path, "elle manque, ou n’est plus lisible") from error
    files = {}
    for name, expected in digests.items():
        try:
            content = (folder / name).read_bytes()
        except OSError as error:
            raise _altered(folder / name, "il manque, ou n’est plus lisible") from error
        if digest(content) != expected:
            raise _altered(folder / name, "il n’est plus celui qui a été écrit")
        files[name] = content
    return about, files


def _altered(path: Path, why: str) -> Refused:
    inside = "/".join(path.parts[-4:])  # whoever reads the site is told nothing of the disk
    return Refused(
        f"Cette édition a été changée : {path.name}, {why}.",
        why="Une édition fige ce qui a été rendu : changée, elle ne prouve plus rien.",
        do=f"Remettez {inside} depuis une sauvegarde, ou donnez un autre nom à une nouvelle édition.",
    )
