"""Activities asked of the API of La Coop, page after page: MAILLAGE_COOP_KEY, MAILLAGE_COOP_STRUCTURES,
MAILLAGE_COOP_SINCE, MAILLAGE_COOP.

Its contract: docs/methods/actes.md, read in its public repository (`apps/web/src/app/api/v1/activites`).
"""

import http.client
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from itertools import count
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from maillage.apps.directory.places.models import Structure
from maillage.apps.people.actes.actions import reading
from maillage.apps.people.actes.forms import coop_api, files
from maillage.apps.platform.exchanges import actions as exchanges
from maillage.apps.platform.exchanges.models import Pull
from maillage.apps.platform.exchanges.rules import COOP, MAX_FAULTS
from maillage.kernel.errors import Refused
from maillage.manage.providers import asking
from maillage.manage.words import named_structure, typed_day

SYSTEM = "La Coop"
MAX_BYTES = 20_000_000  # of a page of 500 activities
PAGES_AT_ONCE = 4  # by turn of what is due: whatever else is due waits for them
LEASE = timedelta(minutes=15)  # longer than a turn
EVERY = timedelta(hours=1)
OVERLAP = timedelta(minutes=10)  # asked again: what was being written there while it was read
BAD_CURSOR = 400


def run_deadlines(at: datetime) -> Mapping[str, int]:
    """Read some pages when it is time to; a failure is kept with the reading, and waits longer each time."""
    if not settings.COOP["key"]:
        return {}
    if not exchanges.claim(COOP, at=at, lease=LEASE):
        return {}
    counts: Counter[str] = Counter()
    try:
        for _, page_counts in zip(range(PAGES_AT_ONCE), pages(at), strict=False):
            counts += page_counts
    except Refused as refused:
        exchanges.fail(COOP, refused, at=at)
        return {"echec": 1}
    exchanges.rest(COOP, at=at, every=EVERY)
    return counts


def pages(at: datetime, since: datetime | None = None) -> Iterator[Counter[str]]:
    """Read the activities that changed, page after page, and yield the counts of each once it is kept; the
    acts of a page and the place of the reading are kept together. since: in place of where it was.
    """
    structures = _structures()
    row, _ = Pull.objects.get_or_create(name=COOP, defaults={"next_try_at": at})
    if since is not None:
        row.since, row.cursor = since, ""
    for _ in count():
        try:
            page = _page(row.since or _first_day(at), row.cursor)
        except asking.Unread as unread:
            if unread.status != BAD_CURSOR or not row.cursor:
                raise
            row.cursor = ""  # it is known no more: from the beginning, where nothing is kept twice
            continue
        counts, is_last = _keep(row, page, structures, at)
        yield counts
        if is_last:
            return


@transaction.atomic
def _keep(
    row: Pull, page: Mapping[str, Any], structures: Mapping[str, Structure], at: datetime
) -> tuple[Counter[str], bool]:
    resources, after = page["data"], _after(page)
    if not row.cursor:  # the newest first: what changes meanwhile is for the next time
        row.next_since, row.counts, row.faults = _newest(resources), {}, []
    read = coop_api.read(resources, structures, today=timezone.localdate(at))
    counts = reading.follow(read.acts, read.deleted, source=files.SOURCES[files.COOP], at=at)
    counts += Counter({"others": read.n_left, "faults": len(read.faults)})
    row.counts = dict(Counter(row.counts) + counts)
    row.faults = [*row.faults, *read.faults][:MAX_FAULTS]
    if after is not None and after == row.cursor:
        raise asking.Unread(SYSTEM, "Elle redonne sans fin la même page.")
    is_last = not resources or after is None
    row.cursor = "" if is_last or after is None else after
    if is_last:
        row.since, row.read_at = row.next_since or row.since, at
    row.error, row.attempts = [], 0
    row.save(
        update_fields=["since", "next_since", "cursor", "counts", "faults", "read_at", "error", "attempts"]
    )
    return counts, is_last


def _page(since: datetime, cursor: str) -> Mapping[str, Any]:
    """Return a page of the activities that changed since a moment, after a cursor."""
    moment = since.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    query = {"filter[modification][depuis]": moment} | ({"page[after]": cursor} if cursor else {})
    address = f"{settings.COOP['address'].rstrip('/')}/activites?{urlencode(query, quote_via=quote)}"
    status, page = asking.ask(
        SYSTEM, address, headers={"Authorization": f"Bearer {settings.COOP['key']}"}, max_bytes=MAX_BYTES
    )
    if status in (http.client.UNAUTHORIZED, http.client.FORBIDDEN):
        raise asking.Unread(
            SYSTEM,
            f"Elle refuse notre clé (réponse {status}) : elle a expiré, ou n’ouvre pas les activités.",
            "Demandez-en une autre à l’équipe de La Coop, et donnez-la à MAILLAGE_COOP_KEY. La lecture"
            " reprendra où elle s’est arrêtée.",
            status,
        )
    if status != http.client.OK:
        raise asking.Unread(SYSTEM, f"Elle a répondu {status}.", status=status)
    if not (isinstance(page, dict) and isinstance(page.get("data"), list)):
        raise asking.Unread(SYSTEM, "Elle a répondu autre chose qu’une page d’activités.")
    return page


def _after(page: Mapping[str, Any]) -> str | None:
    """Return the cursor of the next page, whatever site its link names: the key goes to one address."""
    links = page.get("links")
    following = links.get("next") if isinstance(links, dict) else None
    href = following.get("href") if isinstance(following, dict) else following
    values = parse_qs(urlsplit(str(href)).query).get("page[after]") if href else None
    return values[0][:500] if values else None


def _newest(resources: list[Any]) -> datetime | None:
    """Return from when to ask the next time: a little before the newest change of a first page."""
    try:
        moments = [datetime.fromisoformat(each["attributes"]["modification"]) for each in resources]
        return max(moments) - OVERLAP if moments else None
    except (KeyError, TypeError, ValueError):
        return None


def _structures() -> dict[str, Structure]:
    """Return our structures by the numbers that La Coop knows of theirs."""
    pairs = [pair.partition("=") for pair in settings.COOP["structures"].split(";") if pair.strip()]
    if not pairs:
        raise asking.Unread(
            SYSTEM,
            "MAILLAGE_COOP_STRUCTURES ne dit pas de quelles structures lire les activités.",
            "Écrivez, pour chacune, le numéro d’un lieu ou d’un médiateur de La Coop, un signe égal et son"
            " nom dans l’annuaire, séparées par des points-virgules.",
        )
    return {number.strip(): named_structure(name.strip()) for number, _, name in pairs}


def _first_day(at: datetime) -> datetime:
    """Return from when the first reading asks: MAILLAGE_COOP_SINCE, else the first day of the year."""
    typed = settings.COOP["since"]
    day = typed_day(typed) if typed else timezone.localdate(at).replace(month=1, day=1)
    return timezone.make_aware(datetime.combine(day, time.min))
