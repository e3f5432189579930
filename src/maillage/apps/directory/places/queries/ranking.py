"""The order of the places that one walks to: the points of a referral, for what the public asks."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from maillage.apps.directory.places import rules
from maillage.apps.directory.places.models import Lieu
from maillage.apps.directory.places.queries import places
from maillage.reference import orientation
from maillage.reference.orientation import Answer
from maillage.words import opening


def closed_until(sheet: rules.Sheet, on: date) -> date | None:
    """Return the last day of the closures that hold today, one after another; None when there is none."""
    until = None
    day = on
    for closure in sorted(sheet.get("fermetures", ()), key=lambda period: str(period["du"])):
        if closure["du"] <= day.isoformat() <= closure["au"]:
            until = date.fromisoformat(closure["au"])
            day = until + timedelta(days=1)
    return until


def opens_at(sheet: rules.Sheet, at: datetime) -> datetime | None:
    """Return when a place is next open, from a moment of its clock (naive); None when nobody knows."""
    until = closed_until(sheet, at.date())
    start = at if until is None else datetime.combine(until + timedelta(days=1), datetime.min.time())
    return opening.opens_at(places.local_hours(sheet), start)


def rank(lieu: Lieu, minutes: float, need: str, at: datetime) -> tuple[bool, int, int, bool, float]:
    """Return the rank of a place, the lowest first: those that are full come last, before them the doubtful
    ones (see `rules.doubt`), then the points decide, then who is open on arrival, then the walk in minutes.

    need: a practice, '' for any: a place that says none of its services is a silent one.
    """
    sheet, arrival = lieu.sheet, places.there(lieu, at) + timedelta(minutes=minutes)
    opens = opens_at(sheet, arrival)
    is_open = opens is not None and opens <= arrival
    freshness = rules.freshness(lieu.updated_on, lieu.confirmed_on, on=at.date())
    answers: Mapping[str, Answer] = {
        "need": _need(sheet, need),
        "distance": orientation.distance_answer(rules.apparent_minutes(minutes, is_open=is_open)),
        "soon": orientation.opening_answer((opens.date() - arrival.date()).days) if opens else "unsaid",
        "fresh": orientation.freshness_answer(freshness.stitches),
    }
    is_old = orientation.is_old(freshness.months)
    doubt = rules.doubt(
        has_phone=bool(sheet.get("telephone")),
        has_hours=opens is not None,
        is_old=is_old,
        says_what=answers["need"] != "unsaid",
    )
    if is_old:
        answers = {id: orientation.aged(id, answer) for id, answer in answers.items()}
    points = sum(orientation.criteria()[id].points[answer] for id, answer in answers.items())
    return lieu.full_since is not None, doubt, -points, not is_open, minutes


def apparent_metres(lieu: Lieu, metres: float, need: str, at: datetime) -> float:
    """Return the metres by which the places beyond a walk are ordered. need: a practice, '' for any."""
    return rules.apparent_metres(
        metres,
        has_phone=bool(lieu.sheet.get("telephone")),
        has_hours=opens_at(lieu.sheet, places.there(lieu, at)) is not None,
        says_what=_need(lieu.sheet, need) != "unsaid",
    )


def _need(sheet: rules.Sheet, need: str) -> Answer:
    if need:
        return "good" if need in sheet.get("practices", {}) else "fair"
    return "good" if places.tags(sheet, need) else "unsaid"
