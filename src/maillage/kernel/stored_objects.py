"""Objects that the program stores for itself, on disk or in the database: signed, so that what somebody else
wrote is never rebuilt.
"""

import hashlib
import hmac
import pickle
from pathlib import Path
from typing import Any

from maillage.kernel.disk import write_whole
from maillage.kernel.errors import Refused

SIGNED = hashlib.sha256().digest_size


class Unreadable(ValueError):
    """Bytes that another key signed, or nobody, or that this version does not read any more."""


def signed(row: Any, *, key: bytes) -> bytes:
    """Return an object as bytes that begin with their signature."""
    content = pickle.dumps(row, pickle.HIGHEST_PROTOCOL)
    return _signature(content, key) + content


def rebuilt(data: bytes, *, key: bytes) -> Any:
    """Return the object that was signed by a key. Raises Unreadable."""
    content = data[SIGNED:]
    if not hmac.compare_digest(data[:SIGNED], _signature(content, key)):
        raise Unreadable
    try:
        return pickle.loads(content)  # noqa: S301 - ours: the signature says so
    except Exception as error:  # another version of this program, or of a library, wrote it
        raise Unreadable from error


def save(path: Path, row: Any, *, key: bytes) -> bool:
    """Keep an object at a path, readable by who has the key; return whether the disk took it."""
    try:
        write_whole(path, signed(row, key=key), mode=0o600)
    except Refused:  # a full disk makes it slower, not wrong
        return False
    return True


def load(path: Path, *, key: bytes) -> Any | None:
    """Return the object kept at a path; None when there is none, when it was signed by another key, or when
    this program does not read it any more.
    """
    try:
        return rebuilt(path.read_bytes(), key=key)
    except (OSError, Unreadable):
        return None


def _signature(content: bytes, key: bytes) -> bytes:
    return hmac.new(key, content, hashlib.sha256).digest()
