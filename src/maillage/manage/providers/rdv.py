"""Appointments shared with RDV Service Public, agent by agent: MAILLAGE_RDV_CLIENT, MAILLAGE_RDV_SECRET,
MAILLAGE_RDV.

Its contract: docs/methods/rdv-service-public.md. What an agent has there is read page after page; the
statuses said here are said there; our hours are absences there, which name nobody.
"""

import http.client
import json
import time
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from maillage.apps.agenda.actions import rdv as following
from maillage.apps.agenda.models import Appointment, RdvAccount, RdvLink
from maillage.apps.agenda.rules import appointments, rdv
from maillage.apps.platform.exchanges import actions as exchanges
from maillage.apps.platform.exchanges.models import Pull
from maillage.apps.platform.exchanges.rules import MAX_FAULTS
from maillage.kernel.errors import Refused
from maillage.manage.providers import asking

SYSTEM = "RDV Service Public"
PAGES_AT_ONCE, SENDS_AT_ONCE = 4, 50  # by turn of an account: whatever else is due waits for them
LEASE = timedelta(minutes=15)  # longer than a turn
EVERY = timedelta(minutes=15)
BACK = timedelta(days=7)  # appointments of the past that are read again
SOON = timedelta(minutes=1)  # a key that ends within it is renewed
MAX_IDS = 100  # asked by number at once
REFUSALS = frozenset({400, 403, 422})


def run_deadlines(at: datetime) -> Mapping[str, int]:
    """Exchange with RDV Service Public for the accounts whose turn it is; each fails alone."""
    counts: Counter[str] = Counter()
    if settings.RDV["client_id"]:
        active_accounts = RdvAccount.objects.filter(stopped_at=None, refused_at=None)
        for account in active_accounts.select_related("user", "structure").order_by("pk"):
            name = following.pull_name(account)
            if not exchanges.claim(name, at=at, lease=LEASE, label=str(account)):
                continue
            try:
                counts += Turn(account, at).run()
            except Refused as refused:
                exchanges.fail(name, refused, at=at)
                counts["echec"] += 1
            else:
                exchanges.rest(name, at=at, every=EVERY)
    return counts


class Turn:
    """One turn of an account. A moment is that of the question."""

    def __init__(self, account: RdvAccount, at: datetime) -> None:
        self.account, self.at, self._start = account, at, time.monotonic()

    def run(self) -> Counter[str]:
        """Send the changes made here, then read those made there; each is written as soon as it is known."""
        sent = self._send_statuses() + self._send_hours()
        row = Pull.objects.get(name=following.pull_name(self.account))
        counts = Counter(sent)
        for _ in range(PAGES_AT_ONCE):
            page_counts, is_last = self._read_page(row, sent)
            counts, sent = counts + page_counts, Counter()
            if is_last:
                break
        return counts

    def now(self) -> datetime:
        return self.at + timedelta(seconds=time.monotonic() - self._start)

    # ---------------------------------------------------------------------------------------- reading

    def _read_page(self, row: Pull, sent: Counter[str]) -> tuple[Counter[str], bool]:
        """Read a page; its appointments and the place of the reading are kept together. sent: before it."""
        read_at = self.now()
        if not row.cursor:
            row.next_since, row.counts, row.faults = read_at, dict(sent), []
        first_day = ((row.next_since or read_at) - BACK).date()
        page_number = int(row.cursor or 1)
        query = {"agent_id": self.account.agent, "starts_after": first_day.isoformat(), "page": page_number}
        page = self._call("GET", f"/rdvs?{urlencode(query)}")
        resources, next_page = _resources(page), _next_page(page, page_number)
        is_last = not resources or next_page is None
        vanished_links = self._vanished(row.next_since or read_at, first_day, resources) if is_last else []
        with transaction.atomic():
            counts: Counter[str] = Counter()
            for resource in resources:
                counts += self._follow(resource, read_at, row)
            for link, resource in vanished_links:
                if resource is None:
                    counts += following.withdraw(link, read_at=read_at, at=self.at)
                else:
                    counts += self._follow(resource, read_at, row)
            row.counts = dict(Counter(row.counts) + counts)
            row.cursor = "" if is_last else str(next_page)
            row.error, row.attempts = [], 0
            if is_last:
                row.since, row.read_at = row.next_since, self.at
            row.save(
                update_fields=[
                    *("since", "next_since", "cursor", "counts", "faults", "read_at", "error", "attempts")
                ]
            )
        return counts, is_last

    def _follow(self, resource: Any, read_at: datetime, row: Pull) -> Counter[str]:
        try:
            remote = rdv.read(resource)
        except ValueError as error:
            id = resource.get("id") if isinstance(resource, dict) else None
            row.faults = [*row.faults, [str(id or "?")[:20], "rendez-vous", str(error)[:80]]][:MAX_FAULTS]
            return Counter(faults=1)
        return following.follow(remote, read_at=read_at, at=self.at)

    def _vanished(
        self, since: datetime, first_day: Any, resources: list[Any]
    ) -> list[tuple[RdvLink, Any | None]]:
        """Return the appointments that no page of a reading held, each as it is there, None for no more: they
        are asked by number, since a page may lose what moved while it was read.
        """
        on_page = {each.get("id") for each in resources if isinstance(each, dict)}
        links = [
            link
            for link in self.account.links.filter(
                remote__isnull=False,
                gone_at=None,
                read_at__lt=since,
                appointment__starts_at__gte=since - BACK,
            )[:MAX_IDS]
            if link.remote not in on_page
        ]
        if not links:
            return []
        query = urlencode([("id[]", link.remote) for link in links])
        page = self._call("GET", f"/rdvs?{query}")
        remote_by_id = {
            each["id"]: each for each in _resources(page) if isinstance(each, dict) and "id" in each
        }
        return [(link, remote_by_id.get(link.remote)) for link in links]

    # ----------------------------------------------------------------------------------------- saying

    def _send_statuses(self) -> Counter[str]:
        """Say there the states that changed here."""
        counts: Counter[str] = Counter()
        links = self.account.links.filter(
            remote__isnull=False, gone_at=None, appointment__starts_at__gte=self.at - appointments.BACK
        ).select_related("appointment")
        for link in links:
            row = link.appointment
            status = rdv.status_of(row.state, row.cancelled_by) if row is not None else link.status
            if status == link.status or counts["sent"] >= SENDS_AT_ONCE:
                continue
            read_at = self.now()
            code = self._say("PATCH", f"/rdvs/{link.remote}/update_status", {"status": status})
            if code == http.client.NOT_FOUND:
                counts += following.withdraw(link, read_at=read_at, at=self.at)
                continue
            same_link = RdvLink.objects.filter(pk=link.pk)
            same_link.update(status=status, read_at=read_at)
            if code in REFUSALS:
                same_link.update(
                    conflict=f"« {rdv.STATUSES[status]} » n’a pas été pris par RDV Service Public (réponse"
                    f" {code}) : l’état de là-bas revient ici. Changez-le là-bas."
                )
            counts["conflicts" if code in REFUSALS else "sent"] += 1
        return counts

    def _send_hours(self) -> Counter[str]:
        """Make, move and remove there the absences of our hours: an hour given here is not given there."""
        counts: Counter[str] = Counter()
        user = self.account.user
        coming = Appointment.objects.filter(helper=user, state=appointments.BOOKED, starts_at__gt=self.at)
        new_rows = coming.filter(rdv=None).exclude(channel=appointments.RDV).order_by("starts_at")
        new_links = {
            RdvLink.objects.create(account=self.account, appointment=row).pk  # asked from now on
            for row in new_rows[:SENDS_AT_ONCE]
        }
        links = self.account.links.filter(remote=None, appointment__starts_at__gt=self.at)
        for link in links.select_related("appointment")[: 2 * SENDS_AT_ONCE]:
            row = link.appointment
            if row is None:
                continue
            is_wanted = row.state == appointments.BOOKED and row.helper_id == user.pk
            if not is_wanted or link.absence is None or link.starts_at != row.starts_at:
                is_new = link.pk in new_links
                absence = link.absence or (None if is_new else self._absence_titled(_title(link)))
                self._send_hour(link, row, absence, is_wanted)
                counts["sent"] += 1
        return counts

    def _send_hour(self, link: RdvLink, row: Appointment, absence: int | None, is_wanted: bool) -> None:
        if not is_wanted:
            if absence is not None:
                self._say("DELETE", f"/absences/{absence}")
            link.delete()
            return
        begin, end = row.starts_at.astimezone(row.zone), row.ends_at.astimezone(row.zone)
        hours = {
            "title": _title(link),
            "first_day": begin.date().isoformat(),
            "start_time": f"{begin:%H:%M}",
            "end_day": end.date().isoformat(),
            "end_time": f"{end:%H:%M}",
        }
        if absence is None or self._say("PATCH", f"/absences/{absence}", hours) == http.client.NOT_FOUND:
            answer = self._call("POST", "/absences", hours | {"agent_id": self.account.agent})
            absence = int((answer.get("absence") or {})["id"])
        RdvLink.objects.filter(pk=link.pk).update(absence=absence, starts_at=row.starts_at)

    def _absence_titled(self, title: str) -> int | None:
        """Return the absence whose making was cut before its number came: made again, it would double."""
        page_number: int | None = 1
        while page_number is not None:
            page = self._call("GET", f"/absences?page={page_number}")
            for each in page.get("absences") or []:
                if each.get("title") == title:
                    return int(each["id"])
            page_number = _next_page(page, page_number)
        return None

    # --------------------------------------------------------------------------------------- the wire

    def _call(self, verb: str, path: str, content: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return a whole answer; Unread for any other."""
        status, answer = self._ask(verb, path, content)
        if status >= 300 or not isinstance(answer, dict):
            raise asking.Unread(SYSTEM, f"Le serveur a répondu {status}.", status=status)
        return answer

    def _say(self, verb: str, path: str, content: Mapping[str, Any] | None = None) -> int:
        """Return the code of an answer that is a yes, a no, or nothing there; Unread for any other."""
        status, _ = self._ask(verb, path, content)
        if status >= 300 and status not in REFUSALS | {http.client.NOT_FOUND}:
            raise asking.Unread(SYSTEM, f"Le serveur a répondu {status}.", status=status)
        return status

    def _ask(self, verb: str, path: str, content: Mapping[str, Any] | None) -> tuple[int, Any]:
        expires_at = self.account.expires_at
        is_renewed = expires_at is not None and expires_at - self.now() < SOON
        if is_renewed:
            self._renew()
        status, answer = call(self.account.access_token, verb, path, content)
        if status == http.client.UNAUTHORIZED and not is_renewed:
            self._renew()
            status, answer = call(self.account.access_token, verb, path, content)
        if status == http.client.UNAUTHORIZED:
            self._lapse()
        return status, answer

    def _renew(self) -> None:
        account = self.account
        if not account.refresh_token:
            self._lapse()
        status, tokens = _tokens({"grant_type": "refresh_token", "refresh_token": account.refresh_token})
        if status in (http.client.BAD_REQUEST, http.client.UNAUTHORIZED):
            self._lapse()
        if tokens is None:
            raise asking.Unread(SYSTEM, f"Le serveur a répondu {status} quand la clé a été renouvelée.")
        account.access_token = tokens["access_token"]
        account.refresh_token = tokens.get("refresh_token") or account.refresh_token
        account.expires_at = _end(tokens, self.now())
        account.save(update_fields=["access_token", "refresh_token", "expires_at"])

    def _lapse(self) -> None:
        """Ask no more in the name of who took back their agreement, or let it end."""
        RdvAccount.objects.filter(pk=self.account.pk).update(refused_at=self.at)
        raise asking.Unread(
            SYSTEM,
            "L’accord donné là-bas est retiré, ou fini.",
            "La personne relie de nouveau son compte, dans Rendez-vous : rien ne sera perdu ni doublé.",
        )


def grant(code: str, back: str, at: datetime) -> following.Grant:
    """Return the keys given for a code, whose agent it is, and its organisations, each asked to tell us what
    changes there; the agent who does not run one is refused that, and is read all the same.
    """
    status, tokens = _tokens({"grant_type": "authorization_code", "code": code, "redirect_uri": back})
    if tokens is None:
        raise asking.Unread(
            SYSTEM,
            f"L’accord n’a pas été reconnu (réponse {status}).",
            "Recommencez depuis « Relier mon compte ». Si cela dure, l’administration vérifie"
            " MAILLAGE_RDV_CLIENT et MAILLAGE_RDV_SECRET.",
        )
    key = tokens["access_token"]
    (_, me), (_, page) = call(key, "GET", "/agents/me"), call(key, "GET", "/organisations")
    try:
        agent = int(me["agent"]["id"])
        rows = [(int(each["id"]), str(each["name"])[:120]) for each in page["organisations"]]
    except (KeyError, TypeError, ValueError) as error:
        raise asking.Unread(SYSTEM, "Le serveur ne dit pas de quel agent il s’agit.") from error
    return following.Grant(
        access_token=key,
        refresh_token=tokens.get("refresh_token") or "",
        expires_at=_end(tokens, at),
        agent=agent,
        organisations=[{"id": id, "name": name, "has_notices": _subscribe(key, id)} for id, name in rows],
    )


def _subscribe(key: str, organisation: int) -> bool:
    """Ask an organisation to tell us what changes, once; False when it will not."""
    target = settings.ADDRESS + reverse("rdv_notice", args=[organisation])
    path = f"/organisations/{organisation}/webhook_endpoints"
    content = {
        "target_url": target,
        "subscriptions": ["rdv"],
        "secret": rdv.secret(settings.SECRET_KEY, organisation),
        "trigger": False,
    }
    _, endpoints = call(key, "GET", f"{path}?{urlencode({'target_url': target})}")
    rows = endpoints.get("webhook_endpoints") if isinstance(endpoints, dict) else None
    if rows:
        status, _ = call(key, "PATCH", f"{path}/{int(rows[0]['id'])}", content)
    else:
        status, _ = call(key, "POST", path, content)
    return status < 300


def call(key: str, verb: str, path: str, content: Mapping[str, Any] | None = None) -> tuple[int, Any]:
    """Return the status and the JSON of a question asked with a key."""
    headers = {"Authorization": f"Bearer {key}"} | ({"Content-Type": "application/json"} if content else {})
    body = json.dumps(content).encode() if content is not None else None
    address = f"{settings.RDV['address'].rstrip('/')}/api/v1{path}"
    return asking.ask(SYSTEM, address, headers=headers, verb=verb, content=body)


def _tokens(values: Mapping[str, str]) -> tuple[int, dict[str, Any] | None]:
    named = {"client_id": settings.RDV["client_id"], "client_secret": settings.RDV["secret"], **values}
    status, tokens = asking.ask(
        SYSTEM,
        f"{settings.RDV['address'].rstrip('/')}/oauth/token",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        verb="POST",
        content=urlencode(named).encode(),
    )
    return status, tokens if isinstance(tokens, dict) and tokens.get("access_token") else None


def _end(tokens: Mapping[str, Any], at: datetime) -> datetime | None:
    seconds = str(tokens.get("expires_in") or "")
    return at + timedelta(seconds=int(seconds)) if seconds.isdecimal() else None


def _next_page(page: Mapping[str, Any], page_number: int) -> int | None:
    """Return the number of the page that follows one, None after the last."""
    written = str((page.get("meta") or {}).get("next_page") or "")
    return int(written) if written.isdecimal() and int(written) > page_number else None


def _resources(page: Mapping[str, Any]) -> list[Any]:
    resources = page.get("rdvs")
    if not isinstance(resources, list):
        raise asking.Unread(SYSTEM, "Le serveur a répondu autre chose qu’une page de rendez-vous.")
    return resources


def _title(link: RdvLink) -> str:
    return f"Occupé (Maillage {link.appointment_id})"
