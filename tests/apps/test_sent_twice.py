"""A form sent twice at the same moment: the second click waits for the first, then answers as it did. Sent by
another account of a shared computer, it is another.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, transaction
from django.db.models import Model, QuerySet

from maillage.apps.community.actions import bulletins, discussions, listings, meetings, resources
from maillage.apps.community.models import Bulletin, Decision, Listing, Meeting, Post, Resource, ServiceChange
from maillage.apps.community.rules.discussions import Subject
from maillage.apps.platform.accounts.models import Entry, User
from maillage.apps.site.structures.actions import groups, joining
from maillage.apps.site.structures.models import Post as GroupPost
from maillage.apps.steering.codesign import actions as codesign
from maillage.apps.steering.codesign.models import Card, Session
from maillage.apps.steering.plans import actions as plans
from maillage.apps.steering.plans.models import PlanAction
from maillage.apps.volunteering.grants import actions as grants
from maillage.apps.volunteering.grants.models import GrantApplication, GrantCall
from maillage.apps.volunteering.volunteers.actions import missions
from maillage.apps.volunteering.volunteers.models import Mission, Volunteer
from maillage.manage.requests.middleware import Refusals
from maillage.web import refusals
from tests.conftest import account, with_role
from tests.support.places import place

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
TOKEN = "un-meme-envoi"


def _meeting(by: Any, structure: Any, token: str) -> Meeting:
    facts = {"kind": "meeting", "commune": "38185", "minutes": 60, "dates": [AT + timedelta(days=9)]}
    draft = meetings.Draft(title="Réunion", token=token, **facts)
    return meetings.propose(structure, draft, by=by, at=AT)


def _decided(by: Any, structure: Any) -> Decision:
    meeting = _meeting(by, structure, "une-reunion")
    return meetings.decide(meeting, words="On ouvre", token=TOKEN, by=by, at=AT + timedelta(days=10))


def _bulletin(by: Any, structure: Any) -> Bulletin:
    bulletins.write_news(
        structure, title="Une salle", words="Elle ouvre.", commune="38185", token="n", by=by, at=AT
    )
    keys = {f"news-{row['key'].partition('-')[2]}" for row in bulletins.queries.items(by, AT)["news"]}
    return bulletins.prepare(title="Bulletin", keys=keys, commune="38185", token=TOKEN, by=by, at=AT)


def _group_post(by: Any, structure: Any) -> GroupPost:
    group = groups.open_group(name="Médiateurs", about="", trade="", territory="", token="g", by=by, at=AT)
    return groups.write(group, words="Bonjour", token=TOKEN, by=by, at=AT)


def _call(by: Any, structure: Any, token: str) -> GrantCall:
    facts = {"title": "Appel", "about": "Ensemble", "budget": 10_000, "most": 5_000}
    days = {"opens_on": AT.date(), "closes_on": AT.date() + timedelta(days=30)}
    return grants.prepare("38", token=token, by=by, at=AT, **facts, **days)


def _application(by: Any, structure: Any) -> GrantApplication:
    call, project = _call(by, structure, "un-appel"), {"title": "Un bus", "what": "Deux aidants."}
    grants.publish(call, by=by, at=AT)
    pair = {"social": structure, "digital": structure, "by_social": True}
    return grants.write(call, **pair, token=TOKEN, by=by, at=AT, **project, public="Tous", amount=4_000)


def _workshop(by: Any, structure: Any, token: str) -> Session:
    facts = {"title": "La Caf", "objective": "Aller au bout", "day": AT.date()}
    return codesign.prepare("38185", **facts, token=token, by=by, at=AT)


def _card(by: Any, structure: Any) -> Card:
    group = _workshop(by, structure, "un-atelier").groups.get(number=1)
    return codesign.put(group, stage="claim", kind="obstacle", words="Trop loin", token=TOKEN, at=AT)


def _planned(by: Any, structure: Any) -> PlanAction:
    plan = plans.open_plan("38185", title="Un plan", frame=None, by=by, at=AT)
    return plans.write(plan, token=TOKEN, axis=plan.axes.get(), title="Ouvrir", by=by, at=AT)


def _mission(by: Any, structure: Any) -> Mission:
    with_role(by, "formation", structure=structure)
    days = {"starts_on": AT.date(), "ends_on": AT.date() + timedelta(days=30)}
    return missions.publish(structure, {"title": "Accueillir", **days}, token=TOKEN, by=by, at=AT)


def _listing(by: Any, structure: Any) -> Listing:
    facts = {"side": "offer", "kind": "room", "starts_on": AT.date(), "ends_on": AT.date()}
    return listings.publish(structure, **facts, token=TOKEN, by=by, at=AT)


SENT: dict[str, tuple[type[Model], Callable[[Any, Any], Model]]] = {
    "meeting": (Meeting, lambda by, structure: _meeting(by, structure, TOKEN)),
    "decision": (Decision, _decided),
    "bulletin": (Bulletin, _bulletin),
    "group": (GroupPost, _group_post),
    "post": (
        Post,
        lambda by, structure: discussions.write(
            Subject("lieu", 1, "Un lieu", "/"), structure, words="Qui ouvre ?", token=TOKEN, by=by, at=AT
        ),
    ),
    "change": (
        ServiceChange,
        lambda by, structure: bulletins.note_change(
            kind="online",
            operator="Caf",
            procedure="Aide",
            obligation="En ligne",
            starts_on=date(2026, 12, 1),
            source="Un courrier",
            commune="38185",
            token=TOKEN,
            by=by,
            at=AT,
        ),
    ),
    "resource": (
        Resource,
        lambda by, structure: resources.share(
            structure,
            resources.Draft(
                title="Fiche",
                about="Pour débuter",
                format="sheet",
                level="start",
                public="all",
                author="Nous",
                licence="cc0",
                link="https://exemple.fr/",
                token=TOKEN,
            ),
            by=by,
            at=AT,
        ),
    ),
    "call": (GrantCall, lambda by, structure: _call(by, structure, TOKEN)),
    "application": (GrantApplication, _application),
    "workshop": (Session, lambda by, structure: _workshop(by, structure, TOKEN)),
    "card": (Card, _card),
    "plan": (PlanAction, _planned),
    "mission": (Mission, _mission),
    "listing": (Listing, _listing),
    "volunteer": (
        Volunteer,
        lambda by, structure: missions.propose({"name": "Hélène"}, token=TOKEN, at=AT),
    ),
}


@pytest.mark.parametrize("what", SENT)
def test_a_form_sent_twice_at_once_is_one(home, monkeypatch, what):
    model, send = SENT[what]
    structure = place("bibliotheque", {"nom": "Bibliothèque"}).structure
    by = account("chloe", "coordination", territory="38")
    other: list[Model] = []
    first = QuerySet.first

    def beaten(self: QuerySet) -> Any:
        """Return the stored row, a moment before the other click writes its own."""
        stored_row = first(self)
        if self.model is model and '"token" = ' in str(self.query) and stored_row is None and not other:
            other.append(by)  # beaten once
            other[0] = send(by, structure)
        return stored_row

    monkeypatch.setattr(QuerySet, "first", beaten)
    assert send(by, structure) == other[0]
    assert model._default_manager.filter(token=other[0].token).count() == 1
    assert Entry.objects.filter(kind=model._meta.label_lower, row=other[0].pk).count() <= 1, "told once"


@pytest.mark.parametrize("what", [each for each in SENT if each not in ("card", "volunteer")])
def test_a_form_left_on_a_shared_computer_is_another_account_s(home, what):
    model, send = SENT[what]
    structure = place("bibliotheque", {"nom": "Bibliothèque"}).structure
    chloe, marc = (account(name, "coordination", territory="38") for name in ("chloe", "marc"))
    hers, his = send(chloe, structure), send(marc, structure)
    assert (hers.by, his.by) == (chloe, marc) and hers.pk != his.pk
    assert send(marc, structure) == his
    assert Entry.objects.filter(kind=model._meta.label_lower, row=his.pk, by=marc.pk).count() == 1


def test_a_public_form_under_another_name_is_somebody_else_s(home):
    hers, again = (missions.propose({"name": "Denise"}, token=TOKEN, at=AT) for _ in range(2))
    his = missions.propose({"name": "Marc"}, token=TOKEN, at=AT)
    assert hers == again and his.code != hers.code
    sent = {"way": "visit", "contact": "", "token": TOKEN, "at": AT, "commune": "38185"}
    first_application, code = joining.apply(name="La Bobine", referent="Ana", **sent)
    assert code and joining.apply(name="La Bobine", referent="Ana", **sent) == (first_application, "")
    second_application, other = joining.apply(name="Le Plateau", referent="Ana", **sent)
    assert second_application != first_application and other not in ("", code)


class Stopped(Exception):
    """An error of the driver, as PostgreSQL numbers it."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


def _twice(*_: Any, **__: Any) -> None:
    """Write a row that is there already, as two do at the same instant."""
    for _ in range(2):
        User.objects.create_user("la-meme@exemple.fr", "x")


def _stopped(*_: Any, **__: Any) -> None:
    raise OperationalError("deadlock detected") from Stopped("40P01")


@pytest.mark.parametrize("write", [_twice, _stopped])
def test_two_who_write_the_same_at_once_receive_a_conflict(client, home, monkeypatch, write, caplog):
    """The second writer read that the server failed, or that the database was stopped."""
    monkeypatch.setattr(missions, "propose", transaction.atomic(write))
    form = {"prenom": "Hélène", "commune": "Grenoble", "jeton": TOKEN, "langues": ["fr"]}
    answer = client.post("/benevoles/proposer/", form)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Quelqu’un d’autre écrivait au même endroit, au même instant." in page
    assert "relisez-la, puis recommencez" in page
    assert [each.levelname for each in caplog.records if each.exc_info] == ["ERROR"], "a fault stays loud"
    client.cookies["langue"] = "en"
    answer = client.post("/benevoles/proposer/", form)
    assert "Someone else was writing in the same place" in answer.content.decode()


def test_a_program_that_writes_at_once_receives_retry_after(rf):
    """A sending stored by a device is not lost: sent again, it is found."""
    request = rf.post("/apprendre/synchroniser/", data={}, content_type="application/json")
    answer = Refusals(lambda _: None).process_exception(request, _caught(_stopped))
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert answer["Content-Type"] == "application/problem+json"


def test_what_is_no_meeting_of_two_stays_a_fault():
    for error in (IntegrityError("CHECK constraint failed: x"), ValueError("UNIQUE constraint failed")):
        assert not refusals.is_of_two(error)


def _caught(write: Callable[[], None]) -> Exception:
    with pytest.raises(DatabaseError) as caught:
        write()
    return caught.value
