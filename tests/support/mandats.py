"""Mandates as tests need them: a helper, a person, and what they sign."""

from datetime import UTC, datetime

from maillage.apps.people.mandats.actions import preparing, signing
from maillage.apps.people.mandats.actions.signing import Signing
from maillage.apps.people.mandats.models import Mandat
from maillage.apps.people.mandats.queries import papers
from maillage.apps.people.mandats.rules import frame, words

AT = datetime(2026, 11, 9, 9, 22, tzinfo=UTC)
STROKES = "M40 160L90 60L140 180L200 90L260 150L330 120L420 130L540 100"


def terms_digest(mandat: Mandat, at: datetime = AT) -> str:
    """Return the fingerprint of what the page of a draft shows at a moment."""
    from django.utils import timezone

    start = papers.signing_day(mandat, frame.TOUCH, timezone.localdate(at))
    return words.fingerprint(words.text(papers.terms(mandat, start)))


def drafted(person, structure, by, *keys: str, at: datetime = AT, token: str = "", **more) -> Mandat:
    """Prepare a mandate of six months."""
    mandat_fields = {"duration": "semester"} | more
    return preparing.prepare(
        person=person,
        structure=structure,
        keys=keys or ("prime-activite", "actualisation"),
        by=by,
        at=at,
        token=token or f"t{Mandat.objects.count()}-{at:%Y%m%d}",
        **mandat_fields,
    )


def by_touch(mandat: Mandat, at: datetime = AT) -> Signing:
    return Signing(how=frame.TOUCH, strokes=STROKES, read_digest=terms_digest(mandat, at))


def signed_mandat(person, structure, by, *keys: str, at: datetime = AT, **more) -> Mandat:
    """Return a mandate signed with a finger."""
    mandat = drafted(person, structure, by, *keys, at=at, **more)
    return signing.sign(mandat, by_touch(mandat, at), by=by, at=at)
