"""Names of static files: by their content, so that a browser keeps them for ever."""

import hashlib
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from whitenoise.storage import CompressedManifestStaticFilesStorage

COLLECTED = ".collected"


class Statics(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """Names by content, imports between our modules included."""

    support_js_module_import_aggregation = True


def collect() -> None:
    """Put the static files where a server reads them, unless the same ones are there: naming and compressing
    them takes longer than everything else that a start does.
    """
    folder, files = Path(settings.STATIC_ROOT), _files()
    mark = folder / COLLECTED
    if (folder / Statics.manifest_name).exists() and mark.exists() and mark.read_text("ascii") == files:
        return
    mark.unlink(missing_ok=True)  # interrupted here, the next start does it again
    call_command("collectstatic", interactive=False, verbosity=0)
    mark.write_text(files, "ascii")


def _files() -> str:
    """Return a digest of the files, and of the programs that name and compress them."""
    digest = hashlib.sha256(f"{version('django')} {version('whitenoise')}".encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            path = Path(storage.path(name))
            state = path.stat()
            digest.update(f"\n{name} {path} {state.st_size} {state.st_mtime_ns}".encode())
    return digest.hexdigest()
