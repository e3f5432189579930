"""Appointments of RDV Service Public: what is read of one, how its statuses are ours, who signed a notice.

Contract: docs/methods/rdv-service-public.md, read in the public code of `betagouv/rdv-service-public`.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from maillage.apps.agenda.rules import appointments as rules
from maillage.kernel.errors import Refused
from maillage.kernel.secret_text import refuse_secrets
from maillage.kernel.typed import line

UNKNOWN, ATTENDED, NO_SHOW, EXCUSED, REVOKED = "unknown", "seen", "noshow", "excused", "revoked"
STATUSES: Mapping[str, str] = {
    UNKNOWN: "prévu",
    ATTENDED: "venue",
    NO_SHOW: "pas venue",
    EXCUSED: "annulé par la personne",
    REVOKED: "annulé par la structure",
}
# Our state of each, and who decided it.
STATES: Mapping[str, tuple[str, str]] = {
    UNKNOWN: (rules.BOOKED, ""),
    ATTENDED: (rules.CAME, ""),
    NO_SHOW: (rules.ABSENT, ""),
    EXCUSED: (rules.CANCELLED, rules.PERSON),
    REVOKED: (rules.CANCELLED, rules.STRUCTURE),
}
PLACES: Mapping[str, str] = {
    "public_office": rules.ON_SITE,
    "home": rules.HOME,
    "phone": rules.DISTANCE,
    "visio": rules.DISTANCE,
}
DESTROYED = "destroyed"
MAX_NOTICE_AGE = timedelta(days=3)  # beyond it, the reading has caught up
MAX_NOTICE_BYTES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteAppointment:
    """An appointment as it is there. names: first names alone; is_group: a workshop there, which is not kept;
    seats: how many it has, None when nothing limits it.
    """

    id: int
    organisation: int
    agents: tuple[int, ...]
    status: str
    starts_at: datetime
    minutes: int
    where: str
    address: str
    subject: str
    names: str
    is_group: bool
    seats: int | None = None
    is_destroyed: bool = False


def status_of(state: str, cancelled_by: str) -> str:
    """Return the status there of a state here.

    >>> status_of("cancelled", "person"), status_of("came", "")
    ('excused', 'seen')
    """
    if state == rules.CANCELLED:
        return EXCUSED if cancelled_by == rules.PERSON else REVOKED
    return next(status for status, (known_state, _) in STATES.items() if known_state == state)


def read(values: Any, *, is_destroyed: bool = False) -> RemoteAppointment:
    """Return an appointment from its JSON; ValueError when it is none. Nothing else of a person is read."""
    try:
        lieu, motif = values.get("lieu") or {}, values.get("motif") or {}
        starts_at = datetime.fromisoformat(values["starts_at"])
        minutes = int(values.get("duration_in_min") or rules.USUAL)
        if values["status"] not in STATUSES or starts_at.tzinfo is None:
            raise ValueError("status or moment")
        users = [each["user"] for each in values.get("participations") or []] or values.get("users") or []
        return RemoteAppointment(
            id=int(values["id"]),
            organisation=int(values["organisation"]["id"]),
            agents=tuple(int(agent["id"]) for agent in values["agents"]),
            status=values["status"],
            starts_at=starts_at,
            minutes=min(max(minutes, rules.SHORTEST), rules.LONGEST),
            where=PLACES.get(str(motif.get("location_type")), rules.ON_SITE),
            address=_plain(lieu.get("address") or values.get("address"), 200),
            subject=_plain(motif.get("name"), 120),
            names=_plain(" et ".join(str(user.get("first_name") or "") for user in users), 60),
            is_group=bool(values.get("collectif")),
            seats=int(values.get("max_participants_count") or 0) or None,
            is_destroyed=is_destroyed,
        )
    except (AttributeError, KeyError, TypeError, OverflowError) as error:
        raise ValueError("not an appointment") from error


def _plain(value: Any, longest: int) -> str:
    """Return one line of what was typed there; nothing of what seems to hold a secret."""
    try:
        refuse_secrets(str(value or ""))
    except Refused:
        return ""
    return line(str(value or ""), longest)


def secret(key: str, organisation: int) -> str:
    """Return the secret that signs the notices of an organisation, made from the key of the platform.

    >>> secret("k", 1) == secret("k", 2)
    False
    """
    return hmac.new(key.encode(), f"rdv-service-public-{organisation}".encode(), hashlib.sha256).hexdigest()


def is_signed(body: bytes, signature: str, secret: str) -> bool:
    """Return True for a notice written by the holder of the secret."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(digest.encode(), signature.encode())
