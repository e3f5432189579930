"""The full backup: every row of the database and every stored file, in one archive that can be verified."""

import hashlib
import json
import shutil
import tempfile
import zipfile
from collections.abc import Container, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core import serializers
from django.core.serializers import serialize
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError, connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from maillage.apps.accounts import actions as journal
from maillage.apps.directory.actions import index
from maillage.apps.documents.queries import storage
from maillage.apps.messages import actions as messages
from maillage.apps.search import actions as search
from maillage.config import anchors
from maillage.config.copies import ROWS
from maillage.kernel import archives
from maillage.kernel.disk import reason, write_whole
from maillage.kernel.errors import Refused
from maillage.web.free_text import as_stored

FORMAT = 1
LEFT_OUT = {
    "sessions.session",
    "contenttypes.contenttype",
    "auth.permission",
    "django_tasks_database.dbtaskresult",
    "accounts.tally",
    "search.searchword",  # made again from the rows that are restored
    "search.searchgram",
}
FILES, MODULES = "etudes", "modules"  # studies, and the modules of the territory
PAPERS = storage.FOLDER  # of persons, encrypted: the key that opens them is never in a backup
STORED = (FILES, MODULES, PAPERS)
MANIFEST = "manifeste.json"
STEP = 1000  # rows read or written at once: neither saving nor restoring holds them all


def backed_up_models() -> list[type[models.Model]]:
    """Return the models of a backup, referenced ones first."""
    found = [
        m
        for m in apps.get_models()
        if m._meta.managed and not m._meta.proxy and m._meta.label_lower not in LEFT_OUT
    ]
    return list(
        serializers.sort_dependencies(
            [(c, [m for m in found if m._meta.app_config is c]) for c in apps.get_app_configs()]
        )
    )  # type: ignore[attr-defined]


def save(path: Path) -> dict[str, int]:
    """Write the backup, read it back, and return how many rows and files it contains; Refused when it cannot
    be written.
    """
    from django.core.serializers.base import SerializationError

    aside = path.with_name(f".{path.name}.{hashlib.sha256(str(path).encode()).hexdigest()[:8]}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.unlink(missing_ok=True)
        counts = _write(aside)
        check(aside)
        aside.replace(path)
    except Refused:
        aside.unlink(missing_ok=True)
        raise
    except (OSError, SerializationError) as error:
        aside.unlink(missing_ok=True)
        raise Refused(
            f"La sauvegarde {path} n’a pas été écrite :"
            f" {reason(error) if isinstance(error, OSError) else error}.",
            why="Le dossier n’existe pas, n’est pas accessible, ou le disque est plein.",
            do="Choisissez un autre dossier. Aucun fichier à moitié écrit n’a été laissé.",
        ) from error
    return counts


def _write(path: Path) -> dict[str, int]:
    home = Path(settings.HOME)
    path.touch(mode=0o600)  # it holds the accounts
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        with _instant():  # files are read afterwards: no row of that instant names one that is not there yet
            rows, digest = _write_rows(archive)
            migrations = _migrations()
        digests = {ROWS: digest}
        for file in sorted(file for name in STORED for file in (home / name).rglob("*")):
            if file.is_file() and not any(part.startswith(".") for part in file.relative_to(home).parts):
                name = file.relative_to(home).as_posix()
                try:
                    content = file.read_bytes()
                except FileNotFoundError:  # a paper erased meanwhile
                    continue
                archive.writestr(name, content)
                digests[name] = hashlib.sha256(content).hexdigest()
        manifest = {"format": FORMAT, "lignes": rows, "migrations": migrations, "fichiers": digests}
        archive.writestr(MANIFEST, json.dumps(manifest, indent=1, sort_keys=True))
    papers = sum(name.startswith(f"{PAPERS}/") for name in digests)
    return {"lignes": rows, "fichiers": len(digests) - 1, "papiers": papers}


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
        mode, connection.transaction_mode = connection.transaction_mode, "DEFERRED"
        try:
            with transaction.atomic():
                yield
        finally:
            connection.transaction_mode = mode


def _write_rows(archive: zipfile.ZipFile) -> tuple[int, str]:
    """Write every row, a few at a time, each as a line of JSON; return how many, and their digest."""
    rows, digest = 0, hashlib.sha256()
    with archive.open(ROWS, "w", force_zip64=True) as file:
        for model in backed_up_models():
            many = [field.name for field in model._meta.many_to_many]
            found = model._default_manager.order_by("pk").prefetch_related(*many).iterator(chunk_size=STEP)
            while some := list(islice(found, STEP)):
                lines = (
                    json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False)
                    for row in serialize("python", some)
                )
                content = "".join(f"{line}\n" for line in lines).encode("utf-8")
                file.write(content)
                digest.update(content)
                rows += len(some)
    return rows, digest.hexdigest()


def _migrations() -> list[str]:
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("maillage.")}
    return sorted(
        f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations() if app in ours
    )


def check(path: Path) -> dict[str, Any]:
    """Return the manifest of a backup once every file matches its digest, and every reference is satisfied.

    Refused otherwise.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
            if manifest["format"] != FORMAT:
                raise ValueError(
                    f"elle est au format {manifest['format']}, et cette version lit le format {FORMAT}"
                )
            if not all(isinstance(name, str) for name in manifest["migrations"]):
                raise ValueError("son manifeste est abîmé")
            names = set(archive.namelist()) - {MANIFEST}
            if names != set(manifest["fichiers"]):
                raise ValueError("la liste des fichiers ne correspond pas")
            for name, digest in manifest["fichiers"].items():
                if name.startswith(("/", "..")) or ".." in Path(name).parts:
                    raise ValueError(f"{name} sort du dossier")
                with archive.open(name) as file:
                    if hashlib.file_digest(file, "sha256").hexdigest() != digest:  # type: ignore[arg-type]
                        raise ValueError(f"{name} a été modifié")
            if set(manifest["migrations"]) <= set(
                _migrations()
            ):  # restoring refuses a later version, in its own words
                with archive.open(ROWS) as lines:
                    if missing := _missing(lines):
                        raise ValueError(missing)
    except DAMAGED as error:
        raise Refused(
            f"{path} n’est pas une sauvegarde utilisable : {_told(error)}.",
            why=(
                "Chaque fichier d’une sauvegarde, et chaque renvoi d’une ligne à une autre, est vérifié à la"
                " lecture ; rien n’a été changé."
            ),
            do="Prenez une autre sauvegarde.",
        ) from error
    return manifest


def _missing(lines: Iterable[bytes]) -> str:
    """Return, in French, a row with a missing reference, '' when there is none: the database would
    refuse it.
    """
    models_by_label = {model._meta.label_lower: model for model in backed_up_models()}
    relations = {label: list(_relations(model, models_by_label)) for label, model in models_by_label.items()}
    there: dict[str, set[Any]] = {label: set() for label in models_by_label}
    wanted: dict[
        tuple[str, str], dict[Any, Any]
    ] = {}  # by who refers and to what: each row referred to, and one that does
    for line in lines:
        row = json.loads(line)
        label, pk = row["model"], row["pk"]
        if label not in there:
            continue  # of another version: restoring says so
        there[label].add(pk)
        for name, target in relations[label]:
            value = row["fields"].get(name)
            for each in value if isinstance(value, list) else [value]:
                if each is not None:
                    wanted.setdefault((label, target), {}).setdefault(each, pk)
    for (label, target), rows in wanted.items():
        for each, pk in rows.items():
            if each not in there[target]:
                return f"{label} {pk} renvoie à {target} {each}, qui n’y est pas"
    return ""


def _relations(model: type[models.Model], known: Container[str]) -> Iterator[tuple[str, str]]:
    """Yield the fields of a model that refer to rows of a backup, and the model of these rows."""
    for field in [*model._meta.concrete_fields, *model._meta.many_to_many]:
        if field.is_relation and (target := field.related_model._meta.label_lower) in known:
            yield field.name, target


DAMAGED = (*archives.UNREADABLE, OSError, KeyError, TypeError, AttributeError)


def _told(error: Exception) -> str:
    if isinstance(error, OSError):
        return reason(error)
    return str(error) if type(error) is ValueError else "ce fichier est abîmé, ou n’est pas une sauvegarde"


def restore(path: Path) -> dict[str, Any]:
    """Put a backup in place of what is there; Refused when it is damaged or made by a later version.

    What is there is saved first, and the answer says where. Whenever the machine stops, the database is the
    former one
    or the new one whole, and every study it names has its files: new folders come before the rows, former
    ones leave
    after them.
    """
    manifest = check(path)
    if unknown := sorted(set(manifest["migrations"]) - set(_migrations())):
        raise Refused(
            f"{path} vient d’une version plus récente de Maillage ({unknown[0]}).",
            why="Cette version ne saurait pas lire toutes ses colonnes ; rien n’a été changé.",
            do="Installez la version qui l’a écrite, ou une plus récente.",
        )
    kept = _save_before(path)
    home = Path(settings.HOME)
    names = [
        name for name in manifest["fichiers"] if name.startswith(tuple(f"{folder}/" for folder in STORED))
    ]
    with zipfile.ZipFile(path) as archive, _told_in_french(path):
        with tempfile.TemporaryDirectory(dir=home, prefix=STAGING) as folder:
            for name in names:
                if name.startswith((f"{FILES}/", f"{PAPERS}/")):
                    archive.extract(name, folder)
            for kind in (FILES, PAPERS):
                (Path(folder) / kind).mkdir(exist_ok=True)
                (home / kind).mkdir(exist_ok=True)
                for made in sorted((Path(folder) / kind).iterdir()):
                    if not (home / kind / made.name).exists():
                        made.replace(home / kind / made.name)
        with transaction.atomic(), journal.unlocked():
            for model in reversed(backed_up_models()):
                model._default_manager.all().delete()
            with archive.open(ROWS) as lines:
                rows = sum(_put_back(some) for some in iter(lambda: list(islice(lines, STEP)), []))
            _reset_sequences()
            messages.hold_back_after_restore(
                at=timezone.now()
            )  # they may have left since: nobody receives them twice
            index.rebuild()
            search.rebuild()  # what the searches read is made from the rows, and not in the backup
        for name in names:
            content = archive.read(name)
            if not (home / name).is_file() or (home / name).read_bytes() != content:
                write_whole(home / name, content, mode=0o600 if name.startswith(f"{PAPERS}/") else 0o644)
    anchors.mark_restored(timezone.now())  # what the former ones say no longer holds
    return {"lignes": rows, "fichiers": len(names), "avant": kept}


def _put_back(lines: list[bytes]) -> int:
    """Write the rows of some lines, as they were, and return how many."""
    items = list(serializers.deserialize("json", b"[" + b",".join(lines) + b"]"))
    with as_stored():
        return _write_again(items)


def _write_again(items: list[Any]) -> int:
    for model, alike in groupby(items, key=lambda item: type(item.object)):
        some = list(alike)
        if model._meta.many_to_many or any(
            getattr(field, "auto_now_add", False) for field in model._meta.concrete_fields
        ):
            for item in some:  # many at once would be dated of today
                item.save()
        else:
            model._base_manager.bulk_create([item.object for item in some])
    return len(items)


STAGING = ".restauration-"
SAVED_BEFORE = 3  # copies kept of what restorations replaced


def _save_before(restored: Path) -> Path:
    """Save what a restoration is about to replace, keep the last few copies, and return the new one.

    restored: the backup about to be read, which may be one of these copies: it is neither overwritten nor
        taken off.
    """
    folder = Path(settings.HOME) / "sauvegardes"
    for left in Path(settings.HOME).glob(f"{STAGING}*"):  # a former restoration that was cut
        shutil.rmtree(left, ignore_errors=True)
    stem = f"avant-restauration-{datetime.now():%Y-%m-%d-%Hh%M-%S}"
    kept = next(path for n in range(1, 100) if not (path := folder / f"{stem}-{n}.zip").exists())
    save(kept)
    for old in sorted(folder.glob("avant-restauration-*.zip"))[:-SAVED_BEFORE]:
        if old != restored:
            old.unlink(missing_ok=True)
    return kept


@contextmanager
def _told_in_french(path: Path) -> Iterator[None]:
    try:
        yield
    except (DatabaseError, serializers.base.DeserializationError) as error:
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


def _reset_sequences() -> None:
    """Make PostgreSQL number new rows after the restored ones; SQLite does it by itself."""
    from django.core.management.color import no_style

    for statement in connection.ops.sequence_reset_sql(no_style(), backed_up_models()):
        with connection.cursor() as cursor:
            cursor.execute(statement)
