"""Rows of every kind of the platform, made by actions: one’s own, another structure’s, another territory’s."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django_tasks_db.models import DBTaskResult

from maillage.apps.agenda.actions import appointments, permanences, planning, seats
from maillage.apps.agenda.rules.appointments import Draft
from maillage.apps.community.actions import bulletins, meetings, resources
from maillage.apps.community.actions import listings as network
from maillage.apps.community.models import Bulletin, Listing, Meeting, News, Reply, Resource, ServiceChange
from maillage.apps.directory.intake.actions import custody
from maillage.apps.directory.intake.actions import pending as imports
from maillage.apps.directory.memberships.models import Claim, Invitation, Membership
from maillage.apps.directory.outreach.models import Body, Call, Campaign, Device, Outing
from maillage.apps.directory.places.actions import sheets
from maillage.apps.directory.places.models import Change, Import, Pair, Proposal, Structure
from maillage.apps.learning.actions import groups
from maillage.apps.learning.models import Plan
from maillage.apps.people.actes import rules
from maillage.apps.people.actes.actions import acts as actes_actions
from maillage.apps.people.actes.actions.tags import put as put_tag
from maillage.apps.people.actes.models import Act
from maillage.apps.people.documents import rules as documents_rules
from maillage.apps.people.documents.actions import storing
from maillage.apps.people.mandats.actions import signing as mandat_signing
from maillage.apps.people.mandats.actions import stopping
from maillage.apps.people.persons.actions import consents, corrections, merging
from maillage.apps.people.persons.actions import register as people
from maillage.apps.people.reminders.models import Reminder
from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.exchanges.models import Webhook
from maillage.apps.platform.messages.models import Message, Stop
from maillage.apps.referrals.autonomy import actions as bilans
from maillage.apps.referrals.autonomy.rules import AIDANT, Carried
from maillage.apps.referrals.droits.actions import telling as rights
from maillage.apps.referrals.orientations.actions import drafts, sending
from maillage.apps.site.pages import actions as problems
from maillage.apps.site.structures.actions import joining
from maillage.apps.site.structures.models import (
    Application,
    Declaration,
    Group,
    Handover,
    Letter,
    Post,
    Profile,
    Revision,
)
from maillage.apps.steering.codesign import actions as codesign
from maillage.apps.steering.plans import actions as steering
from maillage.apps.steering.plans.models import PlanAction
from maillage.apps.territories.models import Correction
from maillage.apps.volunteering.grants.models import GrantApplication, GrantCall
from maillage.apps.volunteering.volunteers.actions import hours, sessions
from maillage.publishing.page import folder
from tests.conftest import with_role
from tests.support import mandats, sample_survey
from tests.support.matrix import HOLDS, KINDS
from tests.support.papers import pdf
from tests.support.places import place
from tests.support.volunteers import supervised

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
MADE_ON = date(2026, 1, 1)
PAPERS = {"key": documents_rules.new_key(), "key_file": "", "scanner": "non"}
FAILED = {
    "status": "FAILED",
    "args_kwargs": {"args": [], "kwargs": {}},
    "task_path": "une.tache",
    "backend_name": "default",
    "run_after": AT,
    "finished_at": AT,
    "exception_class_path": "builtins.KeyError",
    "traceback": "",
}


@dataclass
class World:
    """Rows of each kind: own (a library of Grenoble), structure (another one), territory (Lille)."""

    rows: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)


SEATS = {
    "own": ("38185", "38"),
    "structure": ("38185", "38"),
    "territory": ("59350", "59"),
}


def everybody() -> World:
    new_world = World()
    lieux = {kind: place(kind, {"nom": f"Lieu {kind}", "code_insee": SEATS[kind][0]}) for kind in KINDS}
    third = place("tiers", {"nom": "Tiers"})
    for role in HOLDS:
        user = User.objects.create_user(f"{role}@exemple.fr", "x", name=role, is_demonstration=True)
        over: dict[str, Any] = {"structure": lieux["own"].structure}
        if role in ("coordination", "pedagogie", "analyste"):
            over = {"territory": "38"}
        new_world.users[role] = with_role(user, role, **({} if role == "administration" else over))
    for kind in KINDS:
        new_world.rows[kind] = _rows(kind, lieux[kind], third, new_world.users)
    return new_world


def _joined(lieu, helper):
    """Return the decision by which two sheets of one person were joined just now."""
    both = [people.welcome(by=helper, structure=lieu.structure, at=AT) for _ in range(2)]
    return merging.merge(*both, by=helper, at=datetime.now(UTC))


def _rows(kind: str, lieu, third, users) -> dict[str, dict[str, Any]]:
    """Make one row of each sort for a kind of owner, and return what fills its addresses."""
    commune, department = SEATS[kind]
    helper = with_role(
        User.objects.create_user(f"helper-{kind}@exemple.fr", "x", is_demonstration=True),
        "aidant",
        structure=lieu.structure,
    )
    territory_lead = users["coordination"] if kind != "territory" else helper  # who leads there
    sheets.confirm(lieu, by="x", at=AT)
    person = people.welcome(by=helper, structure=lieu.structure, at=AT)
    carried = Carried(mode=AIDANT, token=f"token-{kind}", person=person.pk)
    for id, reply in (
        ("X1", "no"),
        ("A1", ["nothing"]),
        ("A3", "nowhere"),
        ("U1", "never"),
        ("M1", ["none"]),
    ):
        carried = carried.answered(id, reply)
    for id, reply in (("M2", "with"), ("O1", "easy"), ("O2", ["none"]), ("O3", "none"), ("O4", "nobody")):
        carried = carried.answered(id, reply)
    bilan = bilans.keep(
        carried, purpose="person", how="read", by=helper, structure=lieu.structure, person=person, at=AT
    )
    sender = User.objects.create_user(f"sender-{kind}@exemple.fr", "x", is_demonstration=True)
    with_role(sender, "aidant", structure=third.structure)
    received = drafts.prepare(
        drafts.Draft(structure=third.structure, lieu=lieu, need="formation"), by=sender, at=datetime.now(UTC)
    )
    received = sending.send(received, by=sender, channel="space", at=datetime.now(UTC))
    draft_referral = drafts.prepare(
        drafts.Draft(structure=lieu.structure, lieu=third, need="formation"), by=helper, at=datetime.now(UTC)
    )
    campaign = Campaign.objects.create(name=kind, territory=department, opened_at=AT, by=territory_lead)
    Call.objects.create(campaign=campaign, lieu=lieu)
    body = Body.objects.create(territory=commune, commune=commune, name=kind, changed_at=AT)
    read = Import.objects.create(
        source=lieu.source,
        file_name="x.csv",
        digest=kind,
        correspondence="",
        started_at=AT,
        by=territory_lead,
    )
    lieu.missing_since = read
    lieu.save(update_fields=["missing_since"])
    file = b"nom;commune;code postal\nMaison;Grenoble;38000\n"
    pending_import = imports.keep(file, "x.csv", source=f"S {kind}", licence="", by=territory_lead, at=AT)
    twin = place(f"twin-{kind}", {"nom": lieu.name, "code_insee": commune})
    friend = place(f"friend-{kind}", {"nom": f"Ami {kind}", "code_insee": commune})
    membership = Membership.objects.get(user=helper)
    group = groups.open_group(by=helper, structure=lieu.structure, title=kind, modules=[], at=AT)
    (learner,) = groups.welcome(group, [kind], by=helper, at=AT)
    project = Plan.objects.create(
        person=person,
        structure=lieu.structure,
        module="x",
        token=kind,
        on=AT,
        ask_on=AT,
        together="alone",
        at=AT,
    )
    meeting = {
        "starts_at": datetime.now(UTC) + timedelta(days=1),
        "ends_at": datetime.now(UTC) + timedelta(days=1, hours=2),
    }
    course = planning.plan_course(
        by=None,
        structure=lieu.structure,
        values={"title": kind, "subject": "mail", "level": "debutant", "lieu": lieu, "capacity": 2},
        meetings=[meeting, {name: at + timedelta(days=7) for name, at in meeting.items()}],
        at=AT,
    )
    workshop = course.workshops.first()
    seat = seats.book(workshop=workshop, name="Fatou", by=helper, channel="counter", at=AT)
    permanence = permanences.open_door(
        by=None,
        structure=lieu.structure,
        values={
            "title": kind,
            "lieu": lieu,
            "hours": [[0, "09:00", "12:00"]],
            "minutes": 30,
            "first_on": AT.date(),
        },
        at=AT,
    )
    appointment = appointments.book(
        Draft(kind="mailbox", starts_at=AT + timedelta(days=1), name="Fatou"),
        structure=lieu.structure,
        by=helper,
        at=AT,
    )
    requested_correction = corrections.ask_correction(person, lieu.structure, "Mon année", by=None, at=AT)
    return {
        "correction": {"pk": requested_correction.pk},
        "person_pair": {"pk": person.pk, "other": people.welcome(by=helper, structure=lieu.structure, at=AT).pk},
        "joined": {"pk": _joined(lieu, helper).pk},
        "lieu": {"place": lieu.slug},
        "practice": {"place": lieu.slug, "code": "wifi"},
        "missing": {"place": lieu.slug},
        "change": {"pk": Change.objects.filter(lieu=lieu).first().pk},
        "permanence": {"pk": permanence.pk},
        "appointment": {"pk": appointment.pk},
        "device": {"pk": (device := Device.objects.create(lieu=lieu, label="PC", entered_on=MADE_ON)).pk},
        "reservation": {"pk": device.reservations.create(to="x", from_on=MADE_ON, until_on=MADE_ON, made_at=AT).pk},
        "collection": {"pk": lieu.collections.create(giver="x", what="PC", announced=1, on=MADE_ON, made_at=AT).pk},
        "proposal": {"pk": Proposal.objects.create(lieu=lieu, field="nom", value="x", by="x", at=AT).pk},
        "custody": {"pk": custody.propose(lieu, third.structure, by="x", at=AT).pk},
        "team": {"pk": lieu.structure_id},
        "departure": {"structure": lieu.structure_id, "account": helper.pk},
        "pair": {"pk": Pair.objects.create(first=lieu, second=twin, score=0.9, reasons=[]).pk},
        "campaign": {"pk": campaign.pk},
        "call": {"pk": campaign.pk, "code": lieu.slug},
        "outing": {"pk": Outing.objects.create(name=kind, place="x", on=date(2026, 1, 1), by=territory_lead).pk},
        "import": {"pk": read.pk},
        "waiting": {"code": pending_import.key},
        "place": {"place": commune},
        "body": {"place": commune, "pk": body.pk},
        "kept": {"kind": "correction", "pk": _correction(commune).pk},
        "member": {"pk": membership.pk},
        "invitation": {"pk": _invitation(lieu, kind).pk},
        "claim": {"pk": _claim(lieu, helper).pk},
        "person": {"pk": person.pk},
        "droit": {"pk": person.pk, "procedure": "rsa"},
        "droit_fact": {"pk": person.pk, "fact": _sent_procedure(person, helper).pk},
        "mandat": {"pk": _stopped(person, lieu.structure, helper).pk},
        "mandat_draft": {"pk": mandats.drafted(person, lieu.structure, helper, at=datetime.now(UTC)).pk},
        "paper": {"pk": _paper(person, lieu.structure, helper).pk},
        "bilan": {"pk": bilan.pk},
        "workshop": {"pk": workshop.pk},
        "course": {"pk": course.pk},
        "seat": {"pk": seat.pk},
        "act": {"pk": (act_row := _act(helper, lieu)).pk},
        "tag": {"pk": put_tag("Impôts", act_row, structure=lieu.structure, is_personal=False, by=helper, at=AT).pk},
        "received": {"pk": received.pk},
        "given": {"pk": draft_referral.pk},
        "group": {"pk": group.pk},
        "learner": {"pk": group.pk, "member": learner.pk},
        "project": {"pk": project.pk},
        "to_plan": {"pk": person.pk, "id": "ft-actualisation"},
        "message": {
            "pk": Message.objects.create(
                channel="email", to="x@exemple.fr", subject="x", text="x", key=kind, made_at=AT, due_at=AT, purge_on=date(2100, 1, 1),
                structure=lieu.structure_id, commune=commune,
            ).pk
        },
        "reminder": {
            "pk": Reminder.objects.create(
                kind="seat", row=lieu.pk, days=1, moment=datetime(2100, 1, 1, tzinfo=UTC), way="print", planned_at=AT,
                purge_on=date(2100, 1, 1), person=person, structure=lieu.structure,
            ).pk
        },
        "survey": {"pk": (survey := sample_survey.survey(kind, commune)).pk},
        "target": {"pk": sample_survey.target(survey, lieu).pk},
        "question": {"pk": survey.pk, "name": "age"},
        "listing": {"pk": (listing := _listing(lieu.structure, helper, kind)).pk},
        "reply": {"pk": Reply.objects.create(listing=listing, structure=third.structure, words="x", at=AT).pk},
        "resource": {"pk": _resource(lieu.structure, helper, kind).pk},
        "meeting": {"pk": (meeting := _meeting(lieu, helper, kind)).pk},
        "task": {"pk": meeting.decisions.get().pk},
        "news": {"pk": News.objects.create(structure=lieu.structure, commune=commune, title=kind, words="x", token=kind, at=AT).pk},
        "bulletin": {"pk": Bulletin.objects.create(title=kind, commune=commune, token=kind, made_at=AT).pk},
        "service_change": {"pk": _service_change(commune, helper, kind).pk},
        "writings": {"pk": lieu.structure_id},
        **_helping(lieu, helper, kind),
        "partnership": {"pk": network.work_together(lieu.structure, friend.structure, about=kind, by=helper, at=AT).pk},
        "application": {"pk": _application(commune, kind).pk},
        "handover": {"pk": _handover(lieu, users["gestionnaire"] if kind == "own" else None, kind).pk},
        "revision": {"pk": _revision(lieu.structure).pk},
        "letter": {"pk": Letter.objects.create(sender=third.structure, to_structure=lieu.structure, words="x", at=AT).pk},
        "post": {"pk": _post(commune, kind).pk},
        "declaration": {"pk": Declaration.objects.create(structure=lieu.structure, version="1", declared_at=AT).pk},
        "possible": _possible(lieu, friend, helper, kind),
        "codesign": {"pk": (board := _board(commune, territory_lead)).pk},
        "codesign_group": {"pk": board.groups.first().pk},
        "grant": {"pk": (call := _grant(commune, territory_lead)).pk},
        "project_of_two": {"pk": _project_of_two(call, lieu.structure, third.structure, helper).pk},
        "steered": {"place": commune},
        "edition": _edition(commune, kind),
        "plan_action": {"place": commune, "pk": (funded := _plan_action(commune, territory_lead)).pk},
        "funder": {"place": commune, "pk": steering.fund(funded, name=kind, by=territory_lead, at=AT).funder_id},
        "source": {"pk": lieu.source_id},
        "task_aside": {"pk": DBTaskResult.objects.create(**FAILED).pk},
        "problem": {"pk": problems.report("", kind, reach="", at=AT).pk},
        "webhook": {"pk": _webhook(kind).pk},
        "stop": {"pk": Stop.objects.create(channel="email", to=f"{kind}@exemple.fr", at=AT).pk},
    }  # fmt: skip


def _webhook(kind):
    """Return a system that is told what happens, with a delivery that it did not take."""
    address = f"https://{kind}.exemple.fr/entrant"
    row = Webhook.objects.create(
        name=kind, address=address, kinds=["lieu.modifie"], made_at=AT, places_since=AT, next_try_at=AT
    )
    row.deliveries.create(events=[], made_at=AT, state="failed", attempts=6, tried_at=AT, code=500)
    return row


def _stopped(person, structure, helper):
    """Return a mandate signed on paper, photographed and stopped: every one of its papers exists."""
    mandat = mandats.drafted(person, structure, helper, at=AT, token=f"arrete-{person.pk}")
    mandat = mandat_signing.sign(
        mandat, mandat_signing.Signing(how="paper", photograph=b"x"), by=helper, at=AT
    )
    return stopping.withdraw(mandat, by=helper, at=AT)


def _paper(person, structure, helper):
    """Return a paper kept for a person until long after today."""
    upload = storing.Upload(pdf(), documents_rules.PDF)
    paper_fields = {
        "kind": "identite",
        "purpose": "rsa",
        "days": documents_rules.retention_days()[-1],
        "how": "read",
    }
    return storing.store(
        upload,
        person=person,
        structure=structure,
        by=helper,
        at=datetime.now(UTC),
        token=f"p{person.pk}",
        **paper_fields,
    )


def _sent_procedure(person, helper):
    """Return a fact told of a procedure, once the person agreed that it be followed."""
    consents.agree(person=person, purpose="track", how="read", by=helper, at=AT)
    telling = rights.Telling(procedure="rsa", kind="sent", on=AT.date())
    return rights.tell(person, telling, by=helper, at=AT)


def _correction(commune: str) -> Correction:
    return Correction.objects.create(table="t", key=commune, column="c", value=1.0, reason="r")


def _act(helper: User, lieu) -> Act:
    act_draft = rules.Draft(
        uid=uuid4(), kind="shown", procedure="impots", minutes=5, where="here", end="done", done_at=AT
    )
    return actes_actions.note(act_draft, by=helper, structure=lieu.structure, at=AT)


def _listing(structure, helper: User, kind: str) -> Listing:
    day = date.today()
    listing_fields = {"side": "offers", "kind": "room", "starts_on": day, "ends_on": day + timedelta(days=30)}
    return network.publish(structure, **listing_fields, token=kind, by=helper, at=datetime.now(UTC))


def _grant(commune: str, by: User) -> GrantCall:
    """Return a published call for projects of a territory."""
    call_fields = {
        "title": commune,
        "about": "x",
        "budget": 9,
        "most": 9,
        "opens_on": AT.date(),
        "closes_on": AT.date(),
    }
    return GrantCall.objects.create(
        place=commune, **call_fields, token=uuid4().hex, by=by, at=AT, published_at=AT
    )


def _edition(commune: str, kind: str) -> dict[str, str]:
    """Freeze an edition of a territory, of one file."""
    frozen = folder.edition_folder(settings.HOME, commune, "plan", kind)
    folder.freeze(frozen, {"plan.pdf": b"%PDF"}, {"rapport": "plan", "date": "2026-05-04"})
    return {"place": commune, "report": "plan", "edition": kind, "file": "plan.pdf"}


def _plan_action(commune: str, by: User) -> PlanAction:
    """Return an action of the plan of a territory, opened by the first of its rows."""
    plan = steering.open_plan(commune, title=commune, frame=None, by=by, at=AT)
    return steering.write(plan, token=uuid4().hex, by=by, at=AT, axis=plan.axes.first(), title="x")


def _project_of_two(call: GrantCall, social, digital, by: User) -> GrantApplication:
    project_fields = {
        "title": "x",
        "what": "x",
        "public": "x",
        "amount": 1,
        "state": "submitted",
        "submitted_at": AT,
    }
    pair = {"call": call, "social": social, "digital": digital}
    return GrantApplication.objects.create(**pair, **project_fields, token=uuid4().hex, by=by, at=AT)


def _board(commune: str, by: User):
    """Return a co-design workshop of a territory."""
    workshop_fields = {"title": commune, "objective": "x", "day": AT.date()}
    return codesign.prepare(commune, **workshop_fields, token=uuid4().hex, by=by, at=AT)


def _resource(structure, helper: User, kind: str) -> Resource:
    resource_fields = {
        "title": kind,
        "about": "x",
        "format": "site",
        "level": "start",
        "public": "all",
        "author": "x",
    }
    shared = {**resource_fields, "licence": "cc-by", "link": "https://exemple.fr/", "token": kind}
    return resources.share(structure, resources.Draft(**shared), by=helper, at=AT)


def _application(commune: str, kind: str) -> Application:
    application_fields = {
        "name": kind,
        "commune": commune,
        "way": "visit",
        "contact": "",
        "referent": "x",
        "token": kind,
    }
    return joining.apply(**application_fields, at=AT)[0]


def _handover(lieu, referent: User | None, kind: str) -> Handover:
    user = referent or with_role(
        User.objects.create_user(f"referent-{kind}@exemple.fr", "x"), "gestionnaire", structure=lieu.structure
    )
    membership = Membership.objects.get(user=user, role="gestionnaire")
    on = datetime.now(UTC)
    return joining.hand_over(
        membership, for_whom="x", leaves_on=on.date() + timedelta(days=9), by=user, at=on
    )[0]


def _revision(structure) -> Revision:
    profile = Profile.objects.create(structure=structure, changed_at=AT)
    return Revision.objects.create(profile=profile, values={"about": "x"}, at=AT)


def _post(commune: str, kind: str) -> Post:
    group = Group.objects.create(name=kind, territory=commune, made_at=AT, token=kind)
    return Post.objects.create(group=group, words="x", at=AT, token=kind)


def _possible(lieu, friend, helper: User, kind: str) -> dict[str, Any]:
    """Return the two listings of a permanence that is possible there."""
    day, on = date.today(), datetime.now(UTC)
    dates = {"starts_on": day, "ends_on": day + timedelta(days=30), "by": helper, "at": on}
    room = network.publish(
        lieu.structure, side="seeks", kind="mediator", lieu=lieu, token=f"place-{kind}", **dates
    )
    come = network.publish(
        friend.structure, side="seeks", kind="room", lieu=friend, token=f"people-{kind}", **dates
    )
    return {"place": room.pk, "people": come.pk}


def _meeting(lieu, helper: User, kind: str) -> Meeting:
    """Return a meeting that took place, with a task that its structure pilots."""
    past = datetime.now(UTC) - timedelta(days=3)
    meeting_fields = {
        "title": kind,
        "kind": "meeting",
        "lieu": lieu,
        "commune": lieu.code_insee,
        "minutes": 60,
    }
    meeting = meetings.propose(
        lieu.structure,
        meetings.Draft(**meeting_fields, dates=[past], token=kind),
        by=helper,
        at=past - timedelta(days=9),
    )
    task = {"leads": "structure", "pilot": lieu.structure, "until_on": date.today() + timedelta(days=9)}
    meetings.decide(meeting, words=kind, **task, token=kind, by=helper, at=datetime.now(UTC))
    return meeting


def _service_change(commune: str, helper: User, kind: str) -> ServiceChange:
    change_fields = {
        "kind": "online",
        "operator": "Caf",
        "procedure": "RSA",
        "obligation": "en ligne",
        "source": "x",
    }
    return bulletins.note_change(
        **change_fields, starts_on=AT.date(), commune=commune, token=kind, by=helper, at=datetime.now(UTC)
    )


def _helping(lieu, helper: User, kind: str) -> dict[str, dict[str, Any]]:
    """Make a volunteer on a mission, with hours and their attestation, and a training of a body."""
    engaged = supervised(None, lieu.structure, by=helper, at=datetime.now(UTC), token=f"mission-{kind}")
    noted = hours.note(engaged, on=engaged.starts_on, minutes=60, token=kind, by=helper, at=datetime.now(UTC))
    training_fields = {"title": kind, "body": "x", "minutes": 60, "months": 12, "source": "x"}
    added = sessions.add_training(lieu.structure, training_fields, by=helper, at=AT)
    return {
        "aidant": {"pk": engaged.aidant_id},
        "engagement": {"pk": engaged.pk},
        "volunteer_meeting": {"pk": engaged.appointment_id},
        "mission": {"pk": engaged.mission_id},
        "hours": {"pk": noted.pk},
        "attestation": {"pk": hours.attest(engaged, by=helper, at=datetime.now(UTC)).pk},
        "own_training": {"key": f"plus-{added.pk}"},
    }


def _claim(lieu, helper) -> Claim:
    """Return a claim over the structure of a place, which has a SIREN from then on."""
    siret = f"{lieu.structure_id:09}00012"
    Structure.objects.filter(pk=lieu.structure_id).update(key=f"siren:{siret[:9]}")
    return Claim.objects.create(user=helper, siret=siret, made_at=AT, asked_at=AT)


def _invitation(lieu, kind: str) -> Invitation:
    return Invitation.objects.create(
        role="aidant",
        structure=lieu.structure,
        token=kind,
        for_whom=kind,
        made_at=AT,
        expires_at=datetime(2100, 1, 1, tzinfo=UTC),
    )
