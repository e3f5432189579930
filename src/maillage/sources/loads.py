"""Public files that an installation loads once: read into arrays, with the card of where they come from."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, fields
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol, TypeVar
from zipfile import BadZipFile

import numpy as np

from maillage.kernel.disk import write_whole

CARD_FILE, SUFFIX = "carte.json", ".npz"
# Raised by `read` for a file erased, cut or of another release.
UNREADABLE = (OSError, ValueError, TypeError, EOFError, BadZipFile)


class Card(Protocol):
    """A dataclass: a file that was loaded. folder: where its card and arrays are; digest: of its arrays."""

    @property
    def folder(self) -> str: ...

    @property
    def digest(self) -> str: ...


AnyCard = TypeVar("AnyCard", bound=Card)
Arrays = TypeVar("Arrays")


def arrays_path(folder: str, digest_: str) -> Path:
    """Return the file of the arrays of a card."""
    return Path(folder) / f"{digest_}{SUFFIX}"


def loaded(folder: Path, kind: Callable[..., AnyCard]) -> AnyCard | None:
    """Return the card of what a folder holds, None when it holds nothing usable."""
    try:
        card = json.loads((folder / CARD_FILE).read_text("utf-8"))
        lists = {key: tuple(value) for key, value in card.items() if isinstance(value, list)}
        card_read = kind(**card | lists | {"folder": str(folder)})
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return card_read if arrays_path(card_read.folder, card_read.digest).is_file() else None


def loaded_at(folder: Path) -> float:
    """Return the moment when a folder was last loaded, in seconds since 1970; 0 when it holds nothing."""
    try:
        return (folder / CARD_FILE).stat().st_mtime
    except OSError:
        return 0.0


def packed(arrays: Any) -> bytes:
    """Return the arrays of a dataclass as the bytes of one file."""
    content = BytesIO()
    np.savez(content, **{field.name: getattr(arrays, field.name) for field in fields(arrays)})
    return content.getvalue()


def digest(data: bytes) -> str:
    """Return the digest of the bytes of some arrays."""
    return hashlib.sha256(data).hexdigest()[:16]


def read(path: Path, kind: Callable[..., Arrays]) -> Arrays:
    """Return the arrays of a file, in the dataclass that `packed` wrote. Raises one of UNREADABLE."""
    with np.load(path, allow_pickle=False) as arrays:
        return kind(**{name: arrays[name] for name in arrays.files})


def keep(card: Any, data: bytes) -> list[Path]:
    """Write the arrays of a card, then the card in place of the former one; return the older files erased.

    A study under way finishes with the former arrays, which stay until the next file.
    """
    folder = Path(card.folder)
    former = loaded(folder, type(card))
    write_whole(arrays_path(card.folder, card.digest), data)
    written = {key: value for key, value in asdict(card).items() if key != "folder"}
    write_whole(folder / CARD_FILE, json.dumps(written, ensure_ascii=False, indent=1))
    stale = [
        path
        for path in folder.glob(f"*{SUFFIX}")
        if path.stem not in (card.digest, former.digest if former else "")
    ]
    for path in stale:
        path.unlink(missing_ok=True)
    return stale
