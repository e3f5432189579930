"""Writing without ever leaving half a file."""

import errno
import os
import tempfile
from pathlib import Path

from maillage.kernel.errors import Refused


def write_whole(path: Path, content: bytes | str) -> None:
    """Write a file aside, then put it in place: a reader sees the former file or the new one, never a part.

    Raises Refused, naming the file, when the folder cannot be written or the disk is full; the former file is intact.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    staged: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            staged = Path(file.name)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        staged.chmod(0o644)
        staged.replace(path)
    except OSError as error:
        if staged is not None:
            staged.unlink(missing_ok=True)
        raise _refusal(path, error) from error


def _refusal(path: Path, error: OSError) -> Refused:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Refused(
            f"Le fichier {path} n’a pas été écrit : le disque est plein.",
            why="Il n’y a plus de place pour le fichier entier ; aucun fichier à moitié écrit n’a été laissé.",
            do="Libérez de la place, ou choisissez un autre dossier, puis relancez la même commande.",
        )
    return Refused(
        f"Le fichier {path} n’a pas été écrit : {os.strerror(error.errno or 0)}.",
        why="Le dossier n’existe pas, n’est pas un dossier, ou n’autorise pas l’écriture.",
        do="Choisissez un dossier où vous pouvez écrire, puis relancez la même commande.",
    )
