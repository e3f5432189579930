"""Objects that cost seconds to make, kept on disk by the program for itself: signed, so that a file that
somebody else wrote is never opened.
"""

import hashlib
import hmac
import pickle
from pathlib import Path
from typing import Any

from maillage.kernel.disk import write_whole
from maillage.kernel.errors import Refused

SIGNED = hashlib.sha256().digest_size


def save(path: Path, row: Any, *, key: bytes) -> bool:
    """Keep an object at a path, readable by who has the key; return whether the disk took it."""
    content = pickle.dumps(row, pickle.HIGHEST_PROTOCOL)
    try:
        write_whole(path, _signature(content, key) + content, mode=0o600)
    except Refused:  # a full disk makes it slower, not wrong
        return False
    return True


def load(path: Path, *, key: bytes) -> Any | None:
    """Return the object kept at a path; None when there is none, when it was signed by another key, or when
    this program does not read it any more.
    """
    try:
        data = path.read_bytes()
    except OSError:
        return None
    content = data[SIGNED:]
    if not hmac.compare_digest(data[:SIGNED], _signature(content, key)):
        return None
    try:
        return pickle.loads(content)  # noqa: S301 - ours: the signature says so
    except Exception:  # another version of a library wrote it: made again
        return None


def _signature(content: bytes, key: bytes) -> bytes:
    return hmac.new(key, content, hashlib.sha256).digest()
