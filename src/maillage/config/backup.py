"""The whole backup: every row of the database and every kept file, in one archive that proves itself."""

import hashlib
import io
import json
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core import serializers
from django.db import DatabaseError, connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from maillage.apps.accounts import actions as journal
from maillage.apps.directory.actions import index
from maillage.apps.messages import actions as messages
from maillage.kernel.disk import reason, write_whole
from maillage.kernel.errors import Refused

FORMAT = 1
LEFT_OUT = {"sessions.session", "contenttypes.contenttype", "auth.permission", "django_tasks_database.dbtaskresult"}
FILES, MODULES = "etudes", "modules"  # studies, and the modules of the territory
ROWS = "base.jsonl"
MANIFEST = "manifeste.json"


def kept_models() -> list[type[models.Model]]:
    """Return the models that a backup holds, those others refer to first."""
    found = [m for m in apps.get_models() if m._meta.managed and not m._meta.proxy and m._meta.label_lower not in LEFT_OUT]
    return list(
        serializers.sort_dependencies([(c, [m for m in found if m._meta.app_config is c]) for c in apps.get_app_configs()])
    )  # type: ignore[attr-defined]


def save(path: Path) -> dict[str, int]:
    """Write the backup, read it back, and return how many rows and files it holds; Refused when it cannot be written."""
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
            f"La sauvegarde {path} n’a pas été écrite : {reason(error) if isinstance(error, OSError) else error}.",
            why="Le dossier n’existe pas, n’est pas accessible, ou le disque est plein.",
            do="Choisissez un autre dossier. Aucun fichier à moitié écrit n’a été laissé.",
        ) from error
    return counts


def _write(path: Path) -> dict[str, int]:
    digests: dict[str, str] = {}
    rows = 0
    buffer = io.StringIO()
    with transaction.atomic():  # rows of one instant; files are read afterwards, so that nobody waits to write
        for model in kept_models():
            for row in model._default_manager.order_by("pk").iterator():
                buffer.write(serializers.serialize("json", [row], ensure_ascii=False)[1:-1] + "\n")
                rows += 1
    home = Path(settings.HOME)
    path.touch(mode=0o600)  # it holds the accounts
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:

        def add(name: str, content: bytes) -> None:
            archive.writestr(name, content)
            digests[name] = hashlib.sha256(content).hexdigest()

        add(ROWS, buffer.getvalue().encode("utf-8"))
        for file in sorted([*(home / FILES).rglob("*"), *(home / MODULES).rglob("*")]):
            if file.is_file() and not any(part.startswith(".") for part in file.relative_to(home).parts):
                add(file.relative_to(home).as_posix(), file.read_bytes())
        manifest = {"format": FORMAT, "lignes": rows, "migrations": _migrations(), "fichiers": digests}
        archive.writestr(MANIFEST, json.dumps(manifest, indent=1, sort_keys=True))
    return {"lignes": rows, "fichiers": len(digests) - 1}


def _migrations() -> list[str]:
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("maillage.")}
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations() if app in ours)


def check(path: Path) -> dict[str, Any]:
    """Return the manifest of a backup once every file in it matches its digest; Refused otherwise."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
            if manifest["format"] != FORMAT:
                raise ValueError(f"elle est au format {manifest['format']}, et cette version lit le format {FORMAT}")
            if not all(isinstance(name, str) for name in manifest["migrations"]):
                raise ValueError("son manifeste est abîmé")
            names = set(archive.namelist()) - {MANIFEST}
            if names != set(manifest["fichiers"]):
                raise ValueError("la liste des fichiers ne correspond pas")
            for name, digest in manifest["fichiers"].items():
                if name.startswith(("/", "..")) or ".." in Path(name).parts:
                    raise ValueError(f"{name} sort du dossier")
                if hashlib.sha256(archive.read(name)).hexdigest() != digest:
                    raise ValueError(f"{name} a été modifié")
    except DAMAGED as error:
        raise Refused(
            f"{path} n’est pas une sauvegarde utilisable : {_told(error)}.",
            why="Chaque fichier d’une sauvegarde est vérifié à la lecture ; rien n’a été changé.",
            do="Prenez une autre sauvegarde.",
        ) from error
    return manifest


DAMAGED = (
    *(OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError),
    *(KeyError, ValueError, TypeError, AttributeError),
)


def _told(error: Exception) -> str:
    if isinstance(error, OSError):
        return reason(error)
    return str(error) if type(error) is ValueError else "ce fichier est abîmé, ou n’est pas une sauvegarde"


def restore(path: Path) -> dict[str, Any]:
    """Put a backup in place of what is there; Refused when it is damaged or made by a later version.

    What is there is saved first, and the answer says where. Whenever the machine stops, the database is the former one
    or the new one whole, and every study it names has its files: new folders come before the rows, former ones leave
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
    names = [name for name in manifest["fichiers"] if name.startswith((f"{FILES}/", f"{MODULES}/"))]
    with zipfile.ZipFile(path) as archive, _told_in_french(path):
        with tempfile.TemporaryDirectory(dir=home, prefix=STAGING) as folder:
            for name in names:
                if name.startswith(f"{FILES}/"):
                    archive.extract(name, folder)
            (Path(folder) / FILES).mkdir(exist_ok=True)
            for made in sorted((Path(folder) / FILES).iterdir()):
                if not (home / FILES / made.name).exists():
                    made.replace(home / FILES / made.name)
        rows = archive.read(ROWS).decode("utf-8").splitlines()
        with transaction.atomic(), journal.unlocked():
            for model in reversed(kept_models()):
                model._default_manager.all().delete()
            for row in rows:
                for item in serializers.deserialize("json", f"[{row}]"):
                    item.save()
            _reset_sequences()
            messages.doubt_what_was_due(at=timezone.now())  # they may have left since: nobody receives them twice
            index.rebuild()  # what the search reads is made from the rows, and not in the backup
        for name in names:
            content = archive.read(name)
            if not (home / name).is_file() or (home / name).read_bytes() != content:
                write_whole(home / name, content)
    return {"lignes": len(rows), "fichiers": len(names), "avant": kept}


STAGING = ".restauration-"
SAVED_BEFORE = 3  # copies kept of what restorations replaced


def _save_before(restored: Path) -> Path:
    """Save what a restoration is about to replace, keep the last few copies, and return the new one.

    restored: the backup about to be read, which may be one of these copies: it is neither overwritten nor taken off.
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

    for statement in connection.ops.sequence_reset_sql(no_style(), kept_models()):
        with connection.cursor() as cursor:
            cursor.execute(statement)
