"""Personal links in a stored text: each token is sealed by a key, and opened as the text is read."""

import hashlib
import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

NONCE = 12  # bytes
TOKEN = re.compile(r"(?<=/)[\w-]{16,}(?=/)", re.ASCII)
SEALED = re.compile(r"(?<=/)~([\w-]{40,})(?=/)", re.ASCII)


def seal(text: str, key: str) -> str:
    """Return a text with the token of each address sealed: the same text always gives the same."""

    def replace(match: re.Match[str]) -> str:
        token = match[0].encode()
        nonce = _digest(key, b"nonce" + token)[:NONCE]
        sealed = nonce + ChaCha20Poly1305(_digest(key, b"link")).encrypt(nonce, token, None)
        return f"~{urlsafe_b64encode(sealed).decode().rstrip('=')}"

    return TOKEN.sub(replace, text)


def unseal(text: str, key: str) -> str:
    """Return a text with its tokens opened; one sealed by another key stays sealed."""

    def replace(match: re.Match[str]) -> str:
        try:
            sealed = urlsafe_b64decode(f"{match[1]}==")
            opened = ChaCha20Poly1305(_digest(key, b"link")).decrypt(sealed[:NONCE], sealed[NONCE:], None)
        except (ValueError, InvalidTag):
            return match[0]
        return opened.decode()

    return SEALED.sub(replace, text)


def _digest(key: str, content: bytes) -> bytes:
    return hmac.new(key.encode(), b"message " + content, hashlib.sha256).digest()
