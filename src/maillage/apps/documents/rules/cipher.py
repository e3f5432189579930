"""Papers encrypted on the disk: a key for each, itself encrypted by the key of the platform.

A paper is cut in chunks, each sealed by AES-256-GCM under the key of that paper alone. The nonce of a chunk
is its number, then whether it is the last: none can be moved, repeated or cut off. The name of the file is
sealed with each, so that one file is never read in place of another. The key of a paper is sealed by Fernet
under the keys of the platform, the first of which seals and all of which open. Source: the construction
STREAM of Hoang, Reyhanitabar, Rogaway and Vizár, “Online authenticated-encryption and its nonce-reuse
misuse-resistance” (2015).
"""

from collections.abc import Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from maillage.kernel.errors import Refused

CHUNK, TAG = 65_536, 16  # bytes


class Damaged(Exception):
    """A file was changed, cut, or is not sealed by this key."""


def new_key() -> str:
    """Return a new key of the platform, as it is written in a file."""
    return Fernet.generate_key().decode()


def new_paper_key() -> bytes:
    return AESGCM.generate_key(256)


class Keyring:
    """The keys of the platform: the first seals, all open. Refused when one of them is no key."""

    def __init__(self, keys: list[str]) -> None:
        try:
            self._all = [Fernet(key.encode()) for key in keys]
        except ValueError as error:
            raise Refused(
                "La clé des papiers n’est pas reconnue.",
                why="Une clé a 44 signes, tirés au sort par « maillage papiers cle ».",
                do="Redonnez la clé telle qu’elle a été écrite.",
            ) from error
        self._ring = MultiFernet(self._all)

    def wrap(self, paper_key: bytes) -> str:
        """Return the key of a paper, sealed."""
        return self._ring.encrypt(paper_key).decode()

    def unwrap(self, wrapped: str) -> bytes:
        """Return the key of a paper; Refused when none of our keys opens it."""
        try:
            return self._ring.decrypt(wrapped.encode())
        except InvalidToken as error:
            raise _no_key() from error

    def rewrap(self, wrapped: str) -> str:
        """Return the key of a paper sealed by our first key; Refused when none of our keys opens it."""
        try:
            return self._ring.rotate(wrapped.encode()).decode()
        except InvalidToken as error:
            raise _no_key() from error

    def is_sealed_by_first(self, wrapped: str) -> bool:
        """Return True if our first key alone opens the key of a paper."""
        try:
            self._all[0].decrypt(wrapped.encode())
        except InvalidToken:
            return False
        return True


def seal(key: bytes, content: bytes, *, name: str) -> bytes:
    """Return the content of a file, encrypted."""
    cipher = AESGCM(key)
    parts = [content[at : at + CHUNK] for at in range(0, len(content), CHUNK)] or [b""]
    last = len(parts) - 1
    return b"".join(
        cipher.encrypt(_nonce(n, last=n == last), part, name.encode()) for n, part in enumerate(parts)
    )


def unseal(key: bytes, file: BinaryIO, *, name: str) -> Iterator[bytes]:
    """Yield the content of a file, a chunk at a time; Damaged at the first one that was changed or cut
    off.
    """
    cipher, n = AESGCM(key), 0
    sealed = file.read(CHUNK + TAG)
    while True:
        following = file.read(CHUNK + TAG)
        try:
            yield cipher.decrypt(_nonce(n, last=not following), sealed, name.encode())
        except (InvalidTag, ValueError) as error:
            raise Damaged from error
        if not following:
            return
        sealed, n = following, n + 1


def _nonce(n: int, *, last: bool) -> bytes:
    return n.to_bytes(11, "big") + bytes([last])


def _no_key() -> Refused:
    return Refused(
        "Ce papier ne peut pas être ouvert.",
        why="La clé qui l’ouvre n’est plus donnée à la plateforme.",
        do="Redonnez l’ancienne clé après la nouvelle, puis lancez « maillage papiers rotation ».",
    )
