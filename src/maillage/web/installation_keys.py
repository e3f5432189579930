"""The key of the installation, and the former ones that open what they made while they are retained."""

import hashlib
import hmac
from collections.abc import Callable

from django.conf import settings


def all_keys() -> list[str]:
    """Return the key that makes what is new, then those that still open."""
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def token(text: str, stored: str | None, digest: Callable[[str], str]) -> str:
    """Return the token derived from a text: by the key that made the digest that is stored, when it is one of
    ours, by today's otherwise. 128 bits that cannot be forged without a key.
    """
    tokens = [hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()[:32] for key in all_keys()]
    return next((each for each in tokens if digest(each) == stored), tokens[0])
