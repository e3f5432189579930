"""Kinds of events that another system may hear of, the signature of a delivery, limits.

Source: docs/methods/webhooks.md, decision 0066; the signature is that of Standard Webhooks 1.0.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

PLACE_CHANGED, PLACE_REMOVED = "lieu.modifie", "lieu.retire"
KINDS: Mapping[str, str] = {
    PLACE_CHANGED: "Un lieu publié a changé, ou vient d’être publié",
    PLACE_REMOVED: "Un lieu n’est plus publié",
    "orientation.envoyee": "Une orientation est envoyée",
    "orientation.acceptee": "Une orientation est acceptée",
    "orientation.refusee": "Une orientation est refusée, ou un autre lieu est proposé",
    "orientation.rendez_vous": "Un rendez-vous est donné, ou changé",
    "orientation.venue": "La personne est venue",
    "orientation.absente": "La personne n’est pas venue",
    "orientation.aidee": "Ce qui a été fait est dit",
    "orientation.terminee": "Une orientation est terminée, annulée, ou sans solution",
    "orientation.sans_reponse": "Une orientation est rendue sans réponse",
    "atelier.publie": "Un atelier est publié",
    "atelier.modifie": "Un atelier publié a changé",
    "atelier.annule": "Un atelier est annulé",
}
# Verbs of the journal that tell each kind.
KIND_BY_VERB: Mapping[str, str] = {
    "orientation.send": "orientation.envoyee",
    "orientation.accept": "orientation.acceptee",
    "orientation.refuse": "orientation.refusee",
    "orientation.redirect": "orientation.refusee",
    "orientation.appoint": "orientation.rendez_vous",
    "orientation.move": "orientation.rendez_vous",
    "orientation.came": "orientation.venue",
    "orientation.absent": "orientation.absente",
    "orientation.serve": "orientation.aidee",
    "orientation.close": "orientation.terminee",
    "orientation.cancel": "orientation.terminee",
    "orientation.lose": "orientation.terminee",
    "orientation.unsolved": "orientation.terminee",
    "orientation.expire": "orientation.sans_reponse",
    "workshop.published": "atelier.publie",
    "workshop.changed": "atelier.modifie",
    "workshop.cancelled": "atelier.annule",
}
COOP, RDV = "coop", "rdv"
PULLS: Mapping[str, str] = {COOP: "La Coop : activités", RDV: "RDV Service Public"}
COUNTS: Mapping[str, tuple[str, str]] = {  # of what a reading brought: one, several
    "new": ("de plus", "de plus"),
    "corrected": ("corrigé", "corrigés"),
    "struck": ("annulé", "annulés"),
    "others": ("d’ailleurs, ou à plusieurs", "d’ailleurs, ou à plusieurs"),
    "sent": ("envoyé", "envoyés"),
    "conflicts": ("à regarder", "à regarder"),
    "faults": ("illisible", "illisibles"),
}
MAX_FAULTS = 20  # kept of a reading
PENDING, SENT, FAILED = "pending", "sent", "failed"
STATES: Mapping[str, str] = {PENDING: "en attente", SENT: "reçu", FAILED: "pas reçu"}
REASONS: Mapping[str, str] = {
    "": "",
    "forbidden": "L’adresse n’est pas celle d’un site public.",
    "unreachable": "Le serveur ne répond pas.",
    "no-answer": "Le serveur n’a pas fini de répondre.",
    "interrupted": "L’envoi a été coupé ; il sera refait.",
}
MAX_WEBHOOKS = 20
MAX_EVENTS = 200  # of one delivery: an import of twenty thousand places is a hundred of them
SECONDS_EACH = 60  # for one address at each turn: whatever else is due waits for it
LEASE = timedelta(minutes=5)  # longer than a turn: beyond it, who was sending is dead
RETENTION = timedelta(days=30)  # of a delivery
MAX_SILENCE = timedelta(days=1)  # without one good answer, once a delivery is set aside
# From the row that says when a change of a place was made to the end of its transaction: unread until then.
LONGEST_WRITING = timedelta(minutes=10)
UNSUBSCRIBED = 410  # the receiver wants no more


class Unanswered(Exception):
    """An address that gave no answer. reason: one of `REASONS`."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened. key: the same each time it is read; address: where to read what it is about,
    after the address of the platform, "" for nowhere.
    """

    kind: str
    at: datetime
    key: str
    subject: str
    id: str
    address: str = ""


def secret(key: str, webhook: int, round: int) -> str:
    """Return the secret of an address, made from the key of the platform: no row and no backup holds it.

    >>> secret("k", 1, 0) == secret("k", 1, 1)
    False
    """
    digest = hmac.digest(key.encode(), f"webhook-{webhook}-{round}".encode(), "sha256")
    return f"whsec_{base64.b64encode(digest).decode()}"


def signature(secret: str, id: str, timestamp: int, body: bytes) -> str:
    """Return the header by which who receives a delivery knows who wrote it, and when.

    >>> signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
    ...           b'{"test": 2432232314}')
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    signed = f"{id}.{timestamp}.".encode() + body
    digest = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"
