"""Files sealed to a key in the format of age (https://age-encryption.org/v1): whoever writes cannot read.

Only X25519 recipients are written and read; the commands `age` and `rage` read what is written here, and the
reverse. The content is cut in chunks of 64 KiB, each sealed by ChaCha20-Poly1305 under its number and whether
it is the last one: none can be changed, moved or cut off, and any can be read alone.
"""

import base64
import hmac
import io
import os
from collections.abc import Iterable
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"age-encryption.org/v1\n"
CHUNK, TAG = 65_536, 16  # bytes
PUBLIC, SECRET = "age", "age-secret-key-"
LABEL = b"age-encryption.org/v1/X25519"
LONGEST_HEADER = 65_536


class Unreadable(ValueError):
    """A sealed file that is cut, changed, or sealed to another key; its words are in French."""


def new_key() -> tuple[str, str]:
    """Return a new key as age writes it: its public part, which seals, and its secret one, which opens."""
    secret = X25519PrivateKey.generate()
    return (
        _bech32(PUBLIC, secret.public_key().public_bytes_raw()),
        _bech32(SECRET, secret.private_bytes_raw()).upper(),
    )


def recipient(text: str) -> bytes:
    """Return a public key; ValueError when it is none."""
    return _from_bech32(PUBLIC, text.strip())


def identities(text: str) -> list[bytes]:
    """Return the secret keys of a file of keys, one a line, `#` before a comment; ValueError when there is
    none.
    """
    lines = [line.strip() for line in text.splitlines()]
    keys = [_from_bech32(SECRET, line.lower()) for line in lines if line and not line.startswith("#")]
    if not keys:
        raise ValueError("no key")
    return keys


def is_sealed(path_start: bytes) -> bool:
    return path_start.startswith(MAGIC)


class Writer(io.RawIOBase):
    """A file that seals what is written to it. `file_key` opens it again while it is being checked."""

    def __init__(self, file: BinaryIO, recipients: Iterable[bytes]) -> None:
        super().__init__()
        self.file_key = os.urandom(16)
        self._file, self._rest, self._rank = file, bytearray(), 0
        header = MAGIC + b"".join(_stanza(self.file_key, each) for each in recipients) + b"---"
        nonce = os.urandom(16)
        file.write(header + b" " + _b64(_mac(self.file_key, header)) + b"\n" + nonce)
        self._seal = ChaCha20Poly1305(_hkdf(self.file_key, nonce, b"payload"))

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, data: Any) -> int:
        """Seal some bytes more."""
        self._rest += data
        while len(self._rest) > CHUNK:  # the last chunk, full or not, is sealed when the file is closed
            self._put(bytes(self._rest[:CHUNK]), last=False)
            del self._rest[:CHUNK]
        return len(data)

    def _put(self, chunk: bytes, *, last: bool) -> None:
        self._file.write(self._seal.encrypt(_nonce(self._rank, last=last), chunk, None))
        self._rank += 1

    def close(self) -> None:
        """Seal the end; the file below stays open."""
        if not self.closed:
            self._put(bytes(self._rest), last=True)
        super().close()


class Reader(io.RawIOBase):
    """The contents of a sealed file, read from any position. Unreadable when no key given opens it."""

    def __init__(self, file: BinaryIO, *, keys: Iterable[bytes] = (), file_key: bytes | None = None) -> None:
        super().__init__()
        self._file = file
        header, stanzas = _header(file)
        opened = file_key or _opened(stanzas, keys)
        if not hmac.compare_digest(_mac(opened, header), self._mac_read()):
            raise Unreadable("son en-tête a été modifié")
        nonce = file.read(16)
        self._begin = file.tell()
        self._seal = ChaCha20Poly1305(_hkdf(opened, nonce, b"payload"))
        sealed = file.seek(0, os.SEEK_END) - self._begin
        self._chunks = max(1, -(-sealed // (CHUNK + TAG)))
        self._size, self._at = sealed - self._chunks * TAG, 0
        self._rank, self._chunk = -1, b""
        if self._size < 0:
            raise Unreadable("sa fin manque : la copie a été coupée")
        self._open(self._chunks - 1)  # a file that was cut is refused before anything is read of it

    def _mac_read(self) -> bytes:
        return _from_b64(self._file.readline(100).strip())

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return where the next byte is read."""
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go elsewhere."""
        self._at = max(0, offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence])
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Read some bytes, of one chunk at most."""
        if self._at >= self._size:
            return 0
        rank, within = divmod(self._at, CHUNK)
        self._open(rank)
        some = self._chunk[within : within + len(buffer)]
        buffer[: len(some)] = some
        self._at += len(some)
        return len(some)

    def _open(self, rank: int) -> None:
        if rank == self._rank:
            return
        self._file.seek(self._begin + rank * (CHUNK + TAG))
        last = rank == self._chunks - 1
        try:
            self._chunk = self._seal.decrypt(_nonce(rank, last=last), self._file.read(CHUNK + TAG), None)
        except InvalidTag as error:
            what = "sa fin manque ou a été modifiée" if last else "une partie a été modifiée"
            raise Unreadable(what) from error
        self._rank = rank


def _stanza(file_key: bytes, to: bytes) -> bytes:
    ephemeral = X25519PrivateKey.generate()
    share = ephemeral.public_key().public_bytes_raw()
    wrap = _hkdf(ephemeral.exchange(X25519PublicKey.from_public_bytes(to)), share + to, LABEL)
    body = ChaCha20Poly1305(wrap).encrypt(bytes(12), file_key, None)
    return b"-> X25519 " + _b64(share) + b"\n" + _b64(body) + b"\n"


def _opened(stanzas: list[tuple[bytes, bytes]], keys: Iterable[bytes]) -> bytes:
    for key in keys:
        secret = X25519PrivateKey.from_private_bytes(key)
        public_key = secret.public_key().public_bytes_raw()
        for share, body in stanzas:
            wrap = _hkdf(secret.exchange(X25519PublicKey.from_public_bytes(share)), share + public_key, LABEL)
            try:
                return ChaCha20Poly1305(wrap).decrypt(bytes(12), body, None)
            except InvalidTag:
                continue
    raise Unreadable("elle est chiffrée, et aucune clé donnée ne l’ouvre")


def _header(file: BinaryIO) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """Return the header as it is signed, and what each X25519 recipient was given; stop before the
    signature.
    """
    header = file.read(len(MAGIC))
    stanzas: list[tuple[bytes, bytes]] = []
    share = None
    while len(header) < LONGEST_HEADER:
        at = file.tell()
        line = file.readline(200)
        if line.startswith(b"--- "):
            file.seek(at + 4)
            return header + b"---", stanzas
        header += line
        if line.startswith(b"-> X25519 "):
            share = _from_b64(line[10:].strip())
        elif share is not None:
            stanzas.append((share, _from_b64(line.strip())))
            share = None
        if not line:
            break
    raise Unreadable("son en-tête est abîmé")


def _mac(file_key: bytes, header: bytes) -> bytes:
    return hmac.digest(_hkdf(file_key, b"", b"header"), header, "sha256")


def _hkdf(key: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt or None, info=info).derive(key)


def _nonce(rank: int, *, last: bool) -> bytes:
    return rank.to_bytes(11, "big") + bytes([last])


def _b64(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")


def _from_b64(data: bytes) -> bytes:
    return base64.b64decode(data + b"=" * (-len(data) % 4))


LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def _bech32(prefix: str, data: bytes) -> str:
    number, n = int.from_bytes(data, "big") << (-len(data) * 8 % 5), -(-len(data) * 8 // 5)
    values = [(number >> 5 * (n - 1 - k)) & 31 for k in range(n)]
    check = _polymod([*_expanded(prefix), *values, *[0] * 6]) ^ 1
    values += [(check >> 5 * (5 - k)) & 31 for k in range(6)]
    return f"{prefix}1{''.join(LETTERS[value] for value in values)}"


def _from_bech32(prefix: str, text: str) -> bytes:
    """Return the 32 bytes of a key; ValueError when it is none, or one letter is wrong."""
    start, _, rest = text.rpartition("1")
    values = [LETTERS.index(letter) for letter in rest]
    if start != prefix or len(values) != 58 or _polymod([*_expanded(prefix), *values]) != 1:
        raise ValueError("not a key")
    number = 0
    for value in values[:-6]:
        number = number << 5 | value
    return (number >> 4).to_bytes(32, "big")


def _expanded(prefix: str) -> list[int]:
    return [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix]


def _polymod(values: Iterable[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for k, coefficient in enumerate(GENERATOR):
            check ^= coefficient if top >> k & 1 else 0
    return check
