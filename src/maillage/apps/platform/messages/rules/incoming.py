"""Messages handed over by a gateway: read only with its proof of identity, and recognised when they say STOP.

See docs/rappels.md for the three ways of proving, and what each gateway sends.
"""

import base64
import hashlib
import hmac
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

SIGNATURE, TOKEN, TWILIO = "signature", "jeton", "twilio"
WAYS = (SIGNATURE, TOKEN, TWILIO)
SHORTEST_SECRET = 20  # signs: nobody guesses it
FRESH = timedelta(minutes=5)  # what is signed with its moment, and comes later, was kept and replayed
LONGEST = 20_000  # bytes
STOPS = frozenset(
    (
        "stop",
        "stopsms",
        "stopall",
        "arret",
        "arreter",
        "arretez",
        "desabonner",
        "desabonnement",
        "unsubscribe",
    )
)
# How gateways call the three things that we read.
NAMES = {
    "number": ("from", "From", "msisdn", "sender", "number"),
    "text": ("text", "Body", "body", "message", "content"),
    "id": ("id", "MessageSid", "messageId", "message_id"),
}


class Forged(Exception):
    """It does not come from our gateway, or it is too old to be sure of it."""


class Unreadable(Exception):
    """It comes from our gateway, and cannot be read."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message received: from which number, its words, its name at the gateway."""

    number: str
    text: str
    id: str


@dataclass(frozen=True, slots=True)
class Post:
    """A request of a gateway: its address, its headers (lower case), its moment."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    at: datetime

    @property
    def fields(self) -> dict[str, str]:
        """Return the fields of the body, a form or one JSON object; Unreadable otherwise."""
        try:
            text = self.body.decode("utf-8")
            if "json" not in self.headers.get("content-type", ""):
                return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=100))
            values = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise Unreadable from error
        if not isinstance(values, dict):
            raise Unreadable
        return {name: str(value) for name, value in values.items() if isinstance(value, str | int)}


def read(way: str, secret: str, post: Post) -> Incoming:
    """Return the message of a gateway; Forged without its proof of identity, Unreadable without its three
    parts.
    """
    if len(secret) < SHORTEST_SECRET or not PROOFS[way](secret, post):
        raise Forged
    fields = post.fields
    number, text, id = (
        next((fields[name] for name in names if fields.get(name)), "") for names in NAMES.values()
    )
    if not number or not id:
        raise Unreadable
    return Incoming(f"+{number}" if number.isdigit() and number[0] != "0" else number, text, id)


def says_stop(text: str) -> bool:
    """Recognise a request for no more messages: the first word decides, in any case, with or without accents.

    >>> [says_stop(each) for each in ("STOP", " stop. Merci", "Arrêt", "Stop SMS", "Je ne stoppe pas", "")]
    [True, True, True, True, False, False]
    """
    bare = unicodedata.normalize("NFD", text.casefold())
    words = "".join(
        each if each.isalnum() else " " for each in bare if not unicodedata.combining(each)
    ).split()
    return bool(words) and words[0] in STOPS


def sign(secret: str, body: bytes, at: datetime) -> str:
    """Return the header that proves a body: the moment in seconds, and a keyed digest of both."""
    seconds = str(int(at.timestamp()))
    return f"t={seconds},v1={_digest(secret, seconds, body)}"


def _digest(secret: str, seconds: str, body: bytes) -> str:
    return hmac.new(secret.encode(), seconds.encode() + b"." + body, hashlib.sha256).hexdigest()


def _signed(secret: str, post: Post) -> bool:
    parts = dict(part.split("=", 1) for part in post.headers.get("x-signature", "").split(",") if "=" in part)
    seconds, signature = parts.get("t", ""), parts.get("v1", "")
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 12):
        return False
    fresh = abs(post.at.timestamp() - int(seconds)) <= FRESH.total_seconds()
    return fresh and _same(signature, _digest(secret, seconds, post.body))


def _bears(secret: str, post: Post) -> bool:
    kind, _, token = post.headers.get("authorization", "").partition(" ")
    return kind.casefold() == "bearer" and _same(token, secret)


def _twilio(secret: str, post: Post) -> bool:
    """Check the signature of Twilio on a form: its address, then each field and its value, by name."""
    try:
        fields = sorted(parse_qsl(post.body.decode("utf-8"), keep_blank_values=True, max_num_fields=100))
    except ValueError:
        return False
    signed_text = post.url + "".join(f"{name}{value}" for name, value in fields)
    digest = hmac.new(secret.encode(), signed_text.encode("utf-8"), hashlib.sha1).digest()
    return _same(post.headers.get("x-twilio-signature", ""), base64.b64encode(digest).decode())


def _same(received: str, right: str) -> bool:
    return hmac.compare_digest(received.encode("utf-8", "replace"), right.encode("utf-8"))


PROOFS = {SIGNATURE: _signed, TOKEN: _bears, TWILIO: _twilio}
