"""The full backup: every row of the database and every stored file, in one archive that can be verified.

A table is a file of lines (`rows.py`). Nothing is ever held whole: neither a table, nor the archive, nor
the numbers of its rows. Sealed to a key, it is written, read back and restored without a copy in the clear.
"""

import fcntl
import hashlib
import io
import json
import os
import re
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.apps import apps
from django.conf import settings
from django.core.cache import caches
from django.db import DatabaseError, connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from maillage.apps.directory.intake.actions import pending
from maillage.apps.directory.places.actions import index
from maillage.apps.people.documents import queries as documents_queries
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.messages import actions as messages
from maillage.apps.platform.search import actions as search
from maillage.kernel import age, archives
from maillage.kernel.disk import reason, write_whole
from maillage.kernel.errors import Refused
from maillage.kernel.progress import steps
from maillage.manage.backups import anchors, former_backups, lost_references, rows, scratch
from maillage.manage.backups.copies import FOLDER, table_file
from maillage.manage.backups.lost_references import LostReferences
from maillage.manage.backups.references import References
from maillage.manage.deploy import worker
from maillage.manage.deploy.home import FRANCE, country_name
from maillage.words.wording import count

FORMAT = 2
FILES, MODULES = "etudes", "modules"  # studies, and the modules of the territory
PAPERS = documents_queries.FOLDER  # of persons, encrypted: the key that opens them is never in a backup
STORED = (FILES, MODULES, PAPERS)
MANIFEST = "manifeste.json"
BLOCK = 1 << 20  # bytes read at once
DATED_STAGED = re.compile(r"\.maillage-\d{8}-\d{6}\.zip(\.age)?\.[0-9a-f]{8}")  # in a folder renamed since
A_DAY = 24 * 3600  # seconds
LEVEL = 3  # of compression: twice as fast as the usual one, for a tenth more


def save(
    path: Path,
    *,
    recipients: Sequence[bytes] = (),
    rows_only: bool = False,
    tell: Callable[[LostReferences], None] | None = None,
) -> dict[str, int]:
    """Write the backup, read it back, and return how many rows and files it contains; Refused when it cannot
    be written.

    recipients: the public keys that it is sealed to, if any. rows_only: without the files, for a database
        that is about to stand beside the same ones. tell: called with the rows that refer to others which
        are not there: they are put aside, and the rest is saved; without it, Refused.
    """
    _check_target(path)
    stored = () if rows_only else STORED
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _staged(path) as staged:
            counts, file_key = _write(staged, recipients, stored)
            try:
                check(staged, file_key=file_key)
            except Refused:
                with _instant():
                    if not (lost := lost_references.find()).words:
                        raise
                    if tell is None:
                        raise _incomplete(lost) from None
                    counts, file_key = _write(staged, recipients, stored, lost)
                check(staged, file_key=file_key)
                tell(lost)
            with staged.open("rb") as file:
                os.fsync(file.fileno())  # on the disk before it is said to be there, and before older ones go
            staged.replace(path)
    except OSError as error:
        raise Refused(
            f"La sauvegarde {path} n’a pas été écrite : {reason(error)}.",
            why="Le dossier n’existe pas, n’est pas accessible, ou le disque est plein.",
            do="Choisissez un autre dossier. Aucun fichier à moitié écrit n’a été laissé.",
        ) from error
    return counts


@contextmanager
def _staged(path: Path) -> Iterator[Path]:
    """Give the hidden file where a backup is written before it takes its name, locked meanwhile; it goes at
    the end, even interrupted: it holds everybody.
    """
    erase_unfinished(path.parent)
    staged = path.with_name(f".{path.name}.{_digest(path)}")
    staged.unlink(missing_ok=True)
    staged.touch(mode=0o600)
    with staged.open("r+b") as lock:
        with suppress(OSError):  # a disk without locks: its age tells
            fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield staged
        finally:
            with suppress(OSError):
                staged.unlink()


def erase_unfinished(folder: Path) -> list[Path]:
    """Erase the whole copies of the base that killed backups left under hidden names in a folder, and return
    their paths; one that is being written stays.
    """
    erased = []
    for path in folder.glob(".*.*"):
        name, _, digest = path.name[1:].rpartition(".")
        is_backup = digest == _digest(path.with_name(name)) or DATED_STAGED.fullmatch(path.name)
        if is_backup and not _is_being_written(path):
            path.unlink(missing_ok=True)
            erased.append(path)
    return erased


def _digest(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:8]


def _is_being_written(path: Path) -> bool:
    try:
        with path.open("r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # a disk without locks
        return time.time() - path.stat().st_mtime < A_DAY
    return False


def _check_target(path: Path) -> None:
    """Refuse to write over anything but a former backup: the database itself has a name, and is typed."""
    do = "Donnez un autre nom de fichier, par exemple copie.zip, ou --dossier DOSSIER."
    try:
        if path.is_dir():
            raise Refused(f"{path} est un dossier.", why="Une sauvegarde est un fichier.", do=do)
        if not path.exists() or (path.is_file() and not path.stat().st_size):
            return
        if path.is_file():
            with path.open("rb") as file:
                begin = file.read(64)
            if begin.startswith(b"PK") or age.is_sealed(begin):
                return
    except OSError:
        return  # told when it is written
    raise Refused(
        f"{path} existe déjà, et n’est pas une sauvegarde.",
        why="L’écraser ferait perdre ce qu’il contient ; rien n’a été changé.",
        do=do,
    )


def _incomplete(lost: LostReferences) -> Refused:
    n = len(lost.words)
    return Refused(
        f"La base ne se copie pas telle qu’elle est : {lost.words[0]}.",
        why=(
            f"{count(n, 'renvoi y est perdu', 'renvois y sont perdus')} : aucune base ne reprendrait ces"
            " lignes. Un disque s’est abîmé, ou la base a été changée à la main."
        ),
        do=(
            "Lancez maillage sauvegarder FICHIER, qui les dit et garde tout le reste, puis maillage restaurer"
            " FICHIER : la base est alors réparée."
        ),
    )


def _write(
    path: Path, recipients: Sequence[bytes], stored: Sequence[str], lost: LostReferences | None = None
) -> tuple[dict[str, int], bytes | None]:
    home = Path(settings.HOME)
    with path.open("wb") as file, _sealed(file, recipients) as target:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as archive:
            with _instant():  # files are read afterwards: no row of that instant names one that is not there
                counts, digests = _write_rows(archive, lost)
                migrations = _migrations()
            for file_path in sorted(path_found for name in stored for path_found in (home / name).rglob("*")):
                if file_path.is_file() and not any(
                    part.startswith(".") for part in file_path.relative_to(home).parts
                ):
                    name = file_path.relative_to(home).as_posix()
                    try:
                        content = file_path.open("rb")
                    except FileNotFoundError:  # a paper erased meanwhile
                        continue
                    with content:
                        digests[name] = _copy(content, archive, name)
            total = sum(counts.values())
            manifest = {
                "format": FORMAT,
                "pays": country_name(),
                "lignes": total,
                "tables": counts,
                "migrations": migrations,
                "fichiers": digests,
            }
            archive.writestr(MANIFEST, json.dumps(manifest, indent=1, sort_keys=True))
        file_key = target.file_key if isinstance(target, age.Writer) else None
    papers = sum(name.startswith(f"{PAPERS}/") for name in digests)
    files = sum(name.startswith(tuple(f"{folder}/" for folder in STORED)) for name in digests)
    return {"lignes": total, "fichiers": files, "papiers": papers}, file_key


@contextmanager
def _sealed(file: BinaryIO, recipients: Sequence[bytes]) -> Iterator[Any]:
    if not recipients:
        yield file
    else:
        with age.Writer(file, recipients) as sealed:
            yield sealed


def _copy(content: BinaryIO, archive: zipfile.ZipFile, name: str) -> str:
    """Put a file in the archive, a block at a time, and return its digest."""
    digest = hashlib.sha256()
    with archive.open(name, "w", force_zip64=True) as file:
        while block := content.read(BLOCK):
            file.write(block)
            digest.update(block)
    return digest.hexdigest()


@contextmanager
def _instant() -> Iterator[None]:
    """Read every table as it was at one instant, while others write and wait for nobody.

    PostgreSQL reads each statement at its own instant unless told otherwise. SQLite gives the instant by its
    write-ahead log;
    our transactions begin there by taking the right to write, which reading must not keep from others.
    """
    if connection.in_atomic_block:  # the instant of whoever calls
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        connection.ensure_connection()  # opening it reads the mode from the settings
        sqlite: Any = connection  # the mode is an attribute of this engine alone
        mode, sqlite.transaction_mode = sqlite.transaction_mode, "DEFERRED"
        try:
            with transaction.atomic():
                yield
        finally:
            sqlite.transaction_mode = mode


def _write_rows(
    archive: zipfile.ZipFile, lost: LostReferences | None
) -> tuple[dict[str, int], dict[str, str]]:
    """Write every table, a block of rows at a time; return how many rows each has, and the digest of each
    file.
    """
    counts, digests, aside = {}, {}, []
    n_tables = len(rows.tables())
    for position, model in enumerate(backed_up_models()):
        steps("Copie des tables", position / n_tables)
        label = model._meta.label_lower
        n, digest = 0, hashlib.sha256()
        with archive.open(table_file(label), "w", force_zip64=True) as file:
            for block_lines, number in rows.blocks(model):
                block, some = block_lines, number
                if some and lost is not None and lost.concerns(label):
                    names = rows.columns(model)
                    whole_rows, former = lost.split(
                        label, names, rows.decode(block_lines.splitlines(keepends=True))
                    )
                    block, some = b"".join(map(rows.encode, whole_rows)), len(whole_rows)
                    aside += [rows.encode([label, names, row]) for row in former]
                file.write(block)
                digest.update(block)
                n += some
        counts[label], digests[table_file(label)] = n, digest.hexdigest()
    if aside:
        digests[lost_references.ASIDE] = _copy(io.BytesIO(b"".join(aside)), archive, lost_references.ASIDE)
    return counts, digests


backed_up_models = rows.tables


def _migrations() -> list[str]:
    own_labels = {config.label for config in apps.get_app_configs() if config.name.startswith("maillage.")}
    return sorted(
        f"{app}.{name}"
        for app, name in MigrationRecorder(connection).applied_migrations()
        if app in own_labels
    )


@contextmanager
def opened(
    path: Path, *, keys: Sequence[bytes] = (), file_key: bytes | None = None
) -> Iterator[zipfile.ZipFile]:
    """Open a backup, sealed or not; ValueError, in French, when it is no archive."""
    with path.open("rb") as file:
        begin = file.read(64)
        file.seek(0)
        if not begin:
            raise ValueError("elle est vide")
        source: Any = file
        if age.is_sealed(begin):
            source = io.BufferedReader(age.Reader(file, keys=keys, file_key=file_key), BLOCK)
        try:
            archive = zipfile.ZipFile(source)
        except zipfile.BadZipFile as error:
            cut = "sa fin manque : la copie a été coupée"
            is_archive = age.is_sealed(begin) or begin.startswith(b"PK")
            raise ValueError(cut if is_archive else "ce fichier n’est pas une sauvegarde") from error
        with archive:
            yield archive


def check(path: Path, *, keys: Sequence[bytes] = (), file_key: bytes | None = None) -> dict[str, Any]:
    """Return the manifest of a backup once every file matches its digest, and every reference is satisfied.

    Refused otherwise. keys: secret keys, one of which opens it when it is sealed.
    """
    try:
        with opened(path, keys=keys, file_key=file_key) as archive:
            manifest = _manifest(archive)
            known = set(manifest["migrations"]) <= set(_migrations())
            # restoring refuses a later version, in its own words
            references = References(rows.tables()) if known else None
            for position, (name, digest) in enumerate(manifest["fichiers"].items()):
                steps("Relecture de la sauvegarde", position / len(manifest["fichiers"]))
                _check_file(archive, name, digest, references)
            if references is not None and (lost := references.missing()):
                raise ValueError(_who_refers(archive, manifest, references, lost))
    except DAMAGED as error:
        raise Refused(
            f"{path} n’est pas une sauvegarde utilisable : {_words(error)}.",
            why=(
                "Chaque fichier d’une sauvegarde, et chaque renvoi d’une ligne à une autre, est vérifié à la"
                " lecture ; rien n’a été changé."
            ),
            do=(
                "Donnez le fichier des clés : --cle FICHIER."
                if isinstance(error, age.Unreadable) and not keys and "aucune clé" in str(error)
                else "Prenez une autre sauvegarde."
            ),
        ) from error
    _check_country(path, manifest)
    return manifest


def _check_country(path: Path, manifest: dict[str, Any]) -> None:
    """Refuse the backup of another country: its rows follow other territories, another law."""
    current, saved_country = country_name(), manifest.get("pays") or _former_country(manifest)
    if saved_country and saved_country != current:
        raise Refused(
            f"{path} est une sauvegarde de : {saved_country}.",
            why=(
                f"MAILLAGE_PAYS demande : {current}. "
                "Des lignes ne valent que pour leur pays ; rien n’a changé."
            ),
            do="Nommez ce pays par MAILLAGE_PAYS, vide pour la France, ou prenez une autre sauvegarde.",
        )


def _former_country(manifest: dict[str, Any]) -> str:
    """Return the country of a backup that does not name it: France alone had accounts."""
    return FRANCE if "tables" not in manifest or manifest["tables"].get("accounts.user") else ""


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    if MANIFEST not in archive.namelist():
        raise ValueError("son manifeste manque : ce n’est pas une sauvegarde de Maillage")
    manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
    if manifest["format"] not in (1, FORMAT):
        raise ValueError(
            f"elle est au format {manifest['format']}, et cette version lit jusqu’au format {FORMAT}"
        )
    if not all(isinstance(name, str) for name in manifest["migrations"]):
        raise ValueError("son manifeste est abîmé")
    names, listed = set(archive.namelist()) - {MANIFEST}, set(manifest["fichiers"])
    if extra := sorted(names - listed):
        raise ValueError(f"{extra[0]} y a été ajouté")
    if lost := sorted(listed - names):
        raise ValueError(f"{lost[0]} y manque")
    for name in names:
        if name.startswith(("/", "..")) or ".." in Path(name).parts:
            raise ValueError(f"{name} sort du dossier")
    return manifest


def _check_file(archive: zipfile.ZipFile, name: str, digest: str, references: References | None) -> None:
    hasher = hashlib.sha256()
    try:
        with archive.open(name) as file:
            if references is None or not _is_table(name):
                for block in iter(lambda: file.read(BLOCK), b""):
                    hasher.update(block)
            else:
                for label, names, some in _parts(name, _digested(file, hasher), _tables()):
                    references.add(label, names, some)
    except (*archives.UNREADABLE, KeyError, TypeError) as error:
        if isinstance(error, age.Unreadable):
            raise
        raise ValueError(f"{name} est abîmé") from error
    if hasher.hexdigest() != digest:
        raise ValueError(f"{name} a été modifié")


def _digested(file: Any, digest: Any) -> Iterator[bytes]:
    for line in io.BufferedReader(file, BLOCK):
        digest.update(line)
        yield line


def _is_table(name: str) -> bool:
    return name == former_backups.ROWS or name.startswith(FOLDER)


def _tables() -> dict[str, type[models.Model]]:
    return {each._meta.label_lower: each for each in rows.tables()}


def saved_rows(
    archive: zipfile.ZipFile, manifest: dict[str, Any], tables: Mapping[str, type[models.Model]]
) -> Iterator[tuple[str, list[str], list[list[Any]]]]:
    """Yield the rows of a backup, of either form, some at a time: table, columns, rows. tables: those of the
    version that wrote it, or of today.
    """
    for name in filter(_is_table, manifest["fichiers"]):
        with archive.open(name) as file:
            lines = iter(io.BufferedReader(file, BLOCK))  # type: ignore[type-var]  # reads as raw files do
            yield from _parts(name, lines, tables)


def _parts(
    name: str, lines: Iterator[bytes], tables: Mapping[str, type[models.Model]]
) -> Iterator[tuple[str, list[str], list[list[Any]]]]:
    """Yield the rows of a file of rows, of either form: table, columns, rows."""
    if name == former_backups.ROWS:
        yield from former_backups.parts(lines, tables)
        return
    label = name.removeprefix(FOLDER).removesuffix(".jsonl")
    names: list[str] = json.loads(next(lines))
    for some in rows.batches(lines):
        yield label, names, rows.decode(some)


def _who_refers(
    archive: zipfile.ZipFile, manifest: dict[str, Any], references: References, lost: tuple[str, Any]
) -> str:
    for label, names, some in saved_rows(archive, manifest, _tables()):
        if words := references.referring(label, names, some, to=lost):
            return words
    return f"{lost[0]} {lost[1]} est introuvable"


DAMAGED = (*archives.UNREADABLE, OSError, KeyError, TypeError, AttributeError)


def _words(error: Exception) -> str:
    if isinstance(error, OSError):
        return reason(error)
    if type(error) in (ValueError, age.Unreadable):
        return str(error)
    return "ce fichier est abîmé, ou n’est pas une sauvegarde"


def restore(path: Path, *, keys: Sequence[bytes] = ()) -> dict[str, Any]:
    """Put a backup in place of what is there; Refused when it is damaged or made by a later version.

    What is there is saved first, and the answer says where. Whenever the machine stops, the database is the
    former one or the new one whole, and every study it names has its files: new folders come before the rows,
    former ones leave after them.
    """
    manifest = check(path, keys=keys)
    if unknown := sorted(set(manifest["migrations"]) - set(_migrations())):
        raise Refused(
            f"{path} vient d’une version plus récente de Maillage ({unknown[0]}).",
            why="Cette version ne saurait pas lire toutes ses colonnes ; rien n’a été changé.",
            do="Installez la version qui l’a écrite, ou une plus récente.",
        )
    lost: list[str] = []
    before = _save_before(path, lambda lost_references_found: lost.extend(lost_references_found.words))
    home = Path(settings.HOME)
    names = [
        name for name in manifest["fichiers"] if name.startswith(tuple(f"{folder}/" for folder in STORED))
    ]
    with opened(path, keys=keys) as archive, _in_french(path):
        with scratch.folder(scratch.RESTORATION) as folder:
            for name in names:
                if name.startswith((f"{FILES}/", f"{PAPERS}/")):
                    archive.extract(name, folder)
            for kind in (FILES, PAPERS):
                (folder / kind).mkdir(exist_ok=True)
                (home / kind).mkdir(exist_ok=True)
                for new_folder in sorted((folder / kind).iterdir()):
                    if not (home / kind / new_folder.name).exists():
                        new_folder.replace(home / kind / new_folder.name)
        with _rows_of_today(path, archive, manifest, list(keys)) as (today, listed), transaction.atomic():
            n = load(today, listed)
            worker.forget_all()
            pending.start_over()  # in the home, and compared with the rows that are no more
            caches["default"].clear()  # answers that were stored for a while, of the rows that are no more
            messages.hold_back_after_restore(
                at=timezone.now()
            )  # they may have left since: nobody receives them twice
        for name in names:
            content = archive.read(name)
            if not (home / name).is_file() or (home / name).read_bytes() != content:
                write_whole(home / name, content, mode=0o600 if name.startswith(f"{PAPERS}/") else 0o644)
    anchors.mark_restored(timezone.now())  # what the former ones say no longer holds
    return {"lignes": n, "fichiers": len(names), "avant": before, "perdus": lost}


@contextmanager
def _rows_of_today(
    path: Path, archive: zipfile.ZipFile, manifest: dict[str, Any], keys: list[bytes]
) -> Iterator[tuple[zipfile.ZipFile, dict[str, Any]]]:
    """Give the rows of a backup as this version has them, and what they are listed in."""
    if manifest["format"] == FORMAT and set(manifest["migrations"]) == set(_migrations()):
        yield archive, manifest
        return
    from maillage.manage.backups import backup_upgrade

    with backup_upgrade.brought_up(path, keys) as upgraded, opened(upgraded) as today:
        yield today, json.loads(today.read(MANIFEST))


def load(archive: zipfile.ZipFile, manifest: dict[str, Any]) -> int:
    """Put the rows of a backup in place of those of the database, in one transaction; return how many."""
    n = 0
    with transaction.atomic():
        with journal.unlocked():
            rows.erase()
            for name in filter(_is_table, manifest["fichiers"]):
                with archive.open(name) as file:
                    lines = io.BufferedReader(file, BLOCK)  # type: ignore[type-var]  # reads as raw files do
                    for some in _insert(name, iter(lines)):
                        n += some
                        steps("Lignes remises dans la base", n / max(manifest.get("lignes", 0), n))
        rows.reset_sequences()
        index.rebuild()
        search.rebuild()  # what the searches read is made from the rows, and not in the backup
    return n


def digests(archive: zipfile.ZipFile, manifest: dict[str, Any]) -> dict[str, tuple[int, str]]:
    """Return, for each table of a backup, how many rows it has and their digest, as rows.digests() says them
    of a database.
    """
    digests_by_table = {}
    for label in manifest["tables"]:
        digest = rows.Digest()
        with archive.open(table_file(label)) as file:
            lines = io.BufferedReader(file, BLOCK)  # type: ignore[type-var]  # reads as raw files do
            next(lines)
            for some in rows.batches(lines):
                digest.add(some)
        digests_by_table[label] = (digest.count, str(digest))
    return digests_by_table


def _insert(name: str, lines: Iterator[bytes]) -> Iterator[int]:
    """Write the rows of a table, and yield how many, a batch at a time."""
    label = name.removeprefix(FOLDER).removesuffix(".jsonl")
    model = next((each for each in rows.tables() if each._meta.label_lower == label), None)
    if model is None:
        raise ValueError(f"la table {label} n’est plus de cette version")
    insertion = rows.Insertion(model, json.loads(next(lines)))
    for some in rows.batches(lines):
        insertion.add(rows.decode(some))
        yield len(some)


SAVED_BEFORE = 3  # copies kept of what restorations replaced


def _save_before(restored: Path, tell: Callable[[LostReferences], None]) -> Path:
    """Save what a restoration is about to replace, keep the last few copies, and return the new one.

    restored: the backup about to be read, which may be one of these copies: it is neither overwritten nor
        taken off. tell: as save() calls it.
    """
    folder = Path(settings.HOME) / "sauvegardes"
    stem = f"avant-restauration-{datetime.now():%Y-%m-%d-%Hh%M-%S}"
    target = next(path for n in range(1, 100) if not (path := folder / f"{stem}-{n}.zip").exists())
    save(target, tell=tell)
    for old in sorted(folder.glob("avant-restauration-*.zip"))[:-SAVED_BEFORE]:
        if old != restored:
            old.unlink(missing_ok=True)
    return target


@contextmanager
def _in_french(path: Path) -> Iterator[None]:
    try:
        yield
    except (DatabaseError, ValueError) as error:
        raise Refused(
            f"{path} n’a pas pu être restaurée : {error}.",
            why="Une ligne ne rentre pas dans la base ; tout est resté comme avant.",
            do="Prenez une autre sauvegarde, ou la version de Maillage qui l’a écrite.",
        ) from error
    except OSError as error:
        raise Refused(
            f"{path} n’a pas pu être restaurée : {reason(error)}.",
            why="Les fichiers ne tiennent pas dans le dossier de Maillage, ou ne peuvent pas y être écrits.",
            do="Libérez de la place, puis relancez la même commande : elle reprend sans rien perdre.",
        ) from error
