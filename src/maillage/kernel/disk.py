"""Writing without ever leaving half a file."""

import errno
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from maillage.kernel.errors import Refused


def write_whole(path: Path, content: bytes | str, *, mode: int = 0o644) -> None:
    """Write a file aside, then put it in place: a reader sees the former file or the new one, never a part.

    mode: who reads it, everybody on this computer unless told otherwise. It stays to the account that had it:
    a key that root writes again would otherwise be closed to the service.

    Raises Refused, naming the file, when the folder cannot be written or the disk is full; the former file is
    intact.
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
        staged.chmod(mode)
        _leave_to_its_owner(staged, path)
        staged.replace(path)
    except OSError as error:
        if staged is not None:
            staged.unlink(missing_ok=True)
        raise _refusal(path, error) from error


def _leave_to_its_owner(staged: Path, former: Path) -> None:
    with suppress(FileNotFoundError, PermissionError):  # a new file; or root alone gives files away
        was, new = former.stat(), staged.stat()
        if (was.st_uid, was.st_gid) != (new.st_uid, new.st_gid):
            os.chown(staged, was.st_uid, was.st_gid)


REASONS = {
    errno.ENOSPC: "le disque est plein",
    errno.EDQUOT: "le disque est plein",
    errno.EACCES: "l’accès est refusé",
    errno.EPERM: "l’accès est refusé",
    errno.EROFS: "ce disque ne se lit qu’en lecture",
    errno.ENOENT: "ce dossier ou ce fichier n’existe pas",
    errno.EISDIR: "c’est un dossier",
    errno.ENOTDIR: "une partie du chemin est un fichier, pas un dossier",
    errno.EEXIST: "une partie du chemin est un fichier, pas un dossier",
    errno.ENAMETOOLONG: "ce nom est trop long",
}


def reason(error: OSError) -> str:
    """Return the cause of a disk error, in French."""
    return REASONS.get(error.errno or 0, f"le disque a répondu une erreur ({error.errno})")


def _refusal(path: Path, error: OSError) -> Refused:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Refused(
            f"Le fichier {path} n’a pas été écrit : le disque est plein.",
            why=(
                "Il n’y a plus de place pour le fichier entier ; aucun fichier à moitié écrit n’a été laissé."
            ),
            do="Libérez de la place, ou choisissez un autre dossier, puis relancez la même commande.",
        )
    return Refused(
        f"Le fichier {path} n’a pas été écrit : {reason(error)}.",
        why="Le dossier n’existe pas, n’est pas un dossier, ou n’autorise pas l’écriture.",
        do="Choisissez un dossier où vous pouvez écrire, puis relancez la même commande.",
    )
