"""A column that the database stores sealed, by the key of the installation, which no backup carries."""

import base64
import hashlib
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.db import models

from maillage.web.installation_keys import all_keys

if TYPE_CHECKING:  # Django gives their parameters to its fields for type checkers alone
    _Text = models.TextField[str, str]
else:
    _Text = models.TextField


class SealedText(_Text):
    """A key to another system. Sealed by another key, it reads as none: it must be asked again."""

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return _box().encrypt(text.encode()).decode() if text else text

    def from_db_value(self, value: Any, *_: Any) -> Any:
        try:
            return _box().decrypt(value.encode()).decode() if value else value
        except InvalidToken:
            return ""


def _box() -> MultiFernet:
    digests = (hashlib.sha256(b"sealed column " + key.encode()).digest() for key in all_keys())
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
