"""SMS by a gateway over HTTP: MAILLAGE_SMS, MAILLAGE_SMS_TOKEN, MAILLAGE_SMS_SENDER, MAILLAGE_SMS_STATUS,
MAILLAGE_SMS_ONCE.

POST {"to", "text", "reference", "from"} as JSON, with the headers Authorization and Idempotency-Key; 2xx
means taken.
"""

import http.client
import json
import ssl
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from maillage.apps.platform.messages.models import Message
from maillage.apps.platform.messages.rules import sending, words
from maillage.kernel.errors import Refused

PATIENCE = 15  # seconds to connect, and for each answer
LONGEST_ANSWER = 65_536
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
LATER = (408, 425, 429, 503)  # the gateway says that it took nothing
UNDER_WAY = 409  # a first sending under the same key has not ended
CONFIGURATION_STATUSES = (401, 403, 404, 405)  # our settings are refused, not this message


@dataclass(frozen=True)
class Gateway:
    """Hands SMS to one gateway. status: where to ask what became of one; once: it drops a second message
    of the same key.
    """

    address: str
    token: str
    sender: str
    status_at: str
    once: bool
    name = "sms"
    leaves = True

    @classmethod
    def read(cls, address: str, *, token: str, sender: str, status: str, once: str) -> "Gateway":
        """Return the gateway of these settings; Refused when its address is none, or would tell the token
        to anybody.
        """
        for name, typed in (("MAILLAGE_SMS", address), ("MAILLAGE_SMS_STATUS", status)):
            if typed and not _is_safe(typed):
                raise Refused(
                    f"{name} ne peut pas être lu, ou n’est pas chiffré.",
                    why="Les numéros et le jeton de la passerelle y passent.",
                    do="Écrivez une adresse en https://, ou en http:// sur cet ordinateur même.",
                )
        if status and "{reference}" not in status:
            raise Refused(
                "MAILLAGE_SMS_STATUS ne dit pas de quel message elle parle.",
                why="Elle sert à demander ce qu’un message est devenu.",
                do="Placez-y {reference}, par exemple : https://passerelle.exemple.fr/sms/{reference}.",
            )
        if any(not each.isprintable() or not each.isascii() for each in token):
            raise Refused(
                "MAILLAGE_SMS_TOKEN n’est pas reconnu.",
                why="Un jeton tient en lettres et en chiffres, sur une ligne.",
                do="Copiez-le de nouveau depuis la passerelle.",
            )
        return cls(address, token, sender, status, once in ("1", "oui"))

    def send(self, message: Message) -> str:
        payload = {"to": message.to, "text": message.text, "reference": message.reference}
        if self.sender:
            payload["from"] = self.sender
        headers = {"Content-Type": "application/json", "Idempotency-Key": message.reference}
        code, answer = self._ask(
            "POST", self.address, json.dumps(payload, ensure_ascii=False).encode("utf-8"), headers
        )
        if 200 <= code < 300:
            return _id(answer)
        if code in LATER:
            raise sending.NotNow("busy", code)
        if 300 <= code < 400 or code in CONFIGURATION_STATUSES:
            raise sending.Down("settings", code)
        if code < 500 and code != UNDER_WAY:
            raise sending.Never("refused", code)
        raise sending.Unsure("no-answer", code)  # 500, 502, 504: whoever stands behind may have taken it

    def status(self, message: Message) -> str:
        if self.status_at:
            address = self.status_at.replace("{reference}", quote(message.reference, safe=""))
            try:
                code, _ = self._ask("GET", address, None, {})
            except sending.Failed as error:
                raise sending.NotNow(error.reason, error.code) from error
            if 200 <= code < 300:
                return sending.SENT
            if code in (404, 410):
                return sending.ABSENT
            raise sending.NotNow("busy", code)
        return sending.REPEATABLE if self.once else sending.UNKNOWN

    def cost(self, message: Message) -> int:
        return words.parts(message.text)

    def _ask(
        self, method: str, address: str, content: bytes | None, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        """Return the code and the text of an answer. Redirections are not followed: the token goes to one
        address.
        """
        parts = urlsplit(address)
        if parts.scheme == "https":
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                parts.hostname or "", parts.port, timeout=PATIENCE, context=ssl.create_default_context()
            )
        else:
            connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
        if self.token:
            headers = {**headers, "Authorization": f"Bearer {self.token}"}
        try:
            try:
                connection.connect()
            except OSError as error:
                raise sending.Down("unreachable") from error
            try:
                path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
                connection.request(method, path, content, {**headers, "Accept": "application/json"})
                answer = connection.getresponse()
            except (OSError, http.client.HTTPException) as error:
                raise sending.Unsure("no-answer") from error
            try:
                return answer.status, answer.read(LONGEST_ANSWER)
            except (OSError, http.client.HTTPException):
                return answer.status, b""  # what it says after its code matters less
        finally:
            connection.close()


def _is_safe(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return (
            bool(parts.hostname)
            and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL_HOSTS))
            and (parts.port is None or parts.port > 0)
        )
    except ValueError:
        return False


def _id(answer: bytes) -> str:
    """Return the name that the gateway gives to a message, '' when it gives none."""
    try:
        reply = json.loads(answer)
    except ValueError:
        return ""
    ids = (reply.get(name) for name in ("id", "message_id", "messageId")) if isinstance(reply, dict) else ()
    return next((str(each) for each in ids if isinstance(each, str | int)), "")
