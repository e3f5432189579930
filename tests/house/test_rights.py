"""The matrix: every address, every role, every row: one's own, another structure's, another territory's. 404
for what is not yours.

Whoever adds an address says here who opens it: an address that is in no table fails.
"""

import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import copy, deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from shutil import copytree
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import IntegrityError, transaction
from django.http import HttpResponseNotFound
from django.test import override_settings
from django.urls import ResolverMatch, URLResolver, get_resolver, reverse
from django_tasks_db.models import DBTaskResult

from maillage.apps.accounts.models import User
from maillage.apps.accounts.rules.rights import RIGHTS
from maillage.apps.actes import rules
from maillage.apps.actes.actions import noting as acts
from maillage.apps.actes.models import Act
from maillage.apps.agenda.actions import appointments, permanences, planning, seats
from maillage.apps.agenda.rules.appointments import Draft
from maillage.apps.autonomy import actions as bilans
from maillage.apps.autonomy.rules import AIDANT, Carried
from maillage.apps.codesign import actions as codesign
from maillage.apps.community.actions import bulletins, meetings, resources
from maillage.apps.community.actions import listings as network
from maillage.apps.community.models import Bulletin, Listing, Meeting, News, Reply, Resource, ServiceChange
from maillage.apps.directory.actions import sheets
from maillage.apps.directory.models import Change, Import, Lieu, Pair, Proposal
from maillage.apps.directory.queries import exports
from maillage.apps.documents.actions import storing
from maillage.apps.documents.rules import cipher, papers
from maillage.apps.droits.actions import telling as rights
from maillage.apps.grants.models import GrantApplication, GrantCall
from maillage.apps.intake.actions import custody
from maillage.apps.intake.actions import pending as imports
from maillage.apps.learning import access as learning
from maillage.apps.learning.actions import groups
from maillage.apps.learning.models import Plan
from maillage.apps.learning.queries import contents
from maillage.apps.mandats.actions import signing as mandat_signing
from maillage.apps.mandats.actions import stopping
from maillage.apps.memberships import access as memberships
from maillage.apps.memberships.models import Invitation, Membership
from maillage.apps.messages.models import Message, Stop
from maillage.apps.network.actions import joining
from maillage.apps.network.models import (
    Application,
    Declaration,
    Group,
    Handover,
    Letter,
    Post,
    Profile,
    Revision,
)
from maillage.apps.orientations.actions import drafts, sending
from maillage.apps.outreach.models import Body, Call, Campaign, Device, Outing
from maillage.apps.people.actions import consents, corrections
from maillage.apps.people.actions import register as people
from maillage.apps.plans import actions as steering
from maillage.apps.plans.models import PlanAction
from maillage.apps.reminders.models import Reminder
from maillage.apps.site import actions as problems
from maillage.apps.territories.models import Correction, Marking, Perimeter
from maillage.apps.volunteers.actions import hours, sessions
from maillage.config.adapter import Backend
from maillage.kernel.errors import Refused
from maillage.modules import authoring
from maillage.reports.page import drawings, folder
from tests.conftest import FAST_PASSWORDS, with_role
from tests.support import mandats, sample_survey
from tests.support.papers import pdf
from tests.support.places import place
from tests.support.routes import address_of, routes
from tests.support.volunteers import supervised

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
MADE_ON = date(2026, 1, 1)
KINDS = ("own", "structure", "territory")
PAPERS = {"key": cipher.new_key(), "key_file": "", "scanner": "non"}

# Who holds what, drawn by hand: not read from the code that it tries.
HOLDS = {
    "aidant": {"people", "answer", "workshops"},
    "prescripteur": {"people"},
    "formation": {"people", "answer", "workshops", "own modules"},
    "benevole": {"mine"},
    "gestionnaire": {"people", "answer", "workshops", "sheet", "team", "referent"},
    "coordination": {"sheet", "lead", "import", "territory", "modules", "team", "measures", "surveys"},
    "pedagogie": {"modules"},
    "analyste": {"territory", "measures", "surveys"},
    "administration": {
        "sheet",
        "lead",
        "import",
        "territory",
        "modules",
        "team",
        "measures",
        "surveys",
        "run",
    },
}
# Which rows each reaches, of those it may reach at all.
REACHES = {
    **{key: {"own"} for key in ("aidant", "prescripteur", "formation", "benevole", "gestionnaire")},
    **{key: {"own", "structure"} for key in ("coordination", "pedagogie", "analyste")},
    "administration": {"own", "structure", "territory"},
}

AUTHORS = {"modules", "own modules"}

# Pages without a row: who opens them. "all": any account.
LISTS: dict[str, set[str]] = {
    **{
        key: {"all"} for key in ("space", "notifications", "news_dismiss", "search_all", "search_suggestions")
    },
    "bilans_nudge": {"lead"},
    **{
        key: {"sheet"}
        for key in (
            "directory",
            "proposals",
            "equipment",
            "upkeep",
            "paper_back",
            "doubts_settle",
            "lieu_new",
        )
    },
    **{
        key: {"import"}
        for key in (
            "campaigns",
            "census",
            "outings",
            "import_new",
            "imports",
            "pairs",
            "pairs_sure",
            "pairs_again",
            "directory_sources",
        )
    },
    "publish": {"import"},
    **{
        key: {"territory"}
        for key in (
            "territory_tools",
            "new_perimeter",
            "new_marking",
            "codesign_sessions",
            "codesign_new",
            "codesign_case",
            "grant_new",
            "steering",
        )
    },
    **{key: {"team"} for key in ("team", "team_several")},
    **{
        key: {"people", "mine"}
        for key in (
            "people",
            "person_new",
            "person_by_card",
            "bilans",
            "bilan_typed",
            "mandats",
            "mandats_several",
            "mandat_new",
            "papers",
        )
    },
    **{
        key: {"people", "mine", "answer"}
        for key in ("orientations", "orientations_received_table", "orientations_given_table")
    },
    "orientations_measures": {"people", "mine", "answer", "measures"},
    **{key: {"people", "mine"} for key in ("orientations_given", "orientation_new")},
    **{key: {"answer"} for key in ("orientations_several", "orientations_room")},
    **{key: {"people", "territory"} for key in ("mandat_procedures", "mandat_procedure_retire")},
    **{key: {"people", "territory"} for key in ("checklists", "checklist", "checklist_retire")},
    "bilan_measures": {"measures"},
    **{key: {"people", "mine"} for key in ("groups", "group_new", "plans")},
    **{key: {"people", "measures"} for key in ("learning_measures", "learning_authors")},
    **dict.fromkeys(
        (
            "modules_edit",
            "modules_territory",
            "module_new",
            "modules_import",
            "module_translate",
            "modules_export",
        ),
        AUTHORS,
    ),
    "workshop_outlines": {"workshops", "modules"},
    "outbox": {"team", "run"},
    "messages_several": {"team", "run"},
    **{key: {"people", "mine", "workshops"} for key in ("reminders", "reminders_cards")},
    **{
        key: {"workshops"}
        for key in (
            "workshops_space",
            "workshop_new",
            "course_new",
            "workshops_export",
            "workshops_coop",
        )
    },
    "stops": {"team", "run"},
    **{key: {"run"} for key in ("installation", "problems")},
    **{key: {"surveys"} for key in ("surveys", "survey_new", "survey_figure")},
    **{
        key: {"people", "mine"}
        for key in ("acts", "acts_csv", "acts_several", "act_new", "acts_offline", "acts_state", "acts_send")
    },
    "acts_load": {"measures"},
    **{
        key: {"people", "mine", "sheet", "measures", "run"}
        for key in (
            *("network", "network_ties", "resources", "meetings", "shared_agenda", "shared_agenda_feed"),
            *("discussions", "network_digest", "bulletins", "service_changes", "awareness"),
        )
    },
    **{key: {"workshops", "lead"} for key in ("meeting_new", "news_new")},
    **{key: {"lead"} for key in ("moderation", "bulletin_new")},
    "network_writings": {"workshops"},
    "grants": {"territory", "workshops"},
    **{key: {"workshops"} for key in ("listing_new", "resource_new")},
    **{
        key: {"people", "mine", "sheet", "measures", "run"}
        for key in (
            *("network_directory", "own_sheet", "own_copy", "letters", "trade_groups", "trade_group_new"),
            *("charter_own", "possible_permanences"),
        )
    },
    "applications": {"import"},
    "handover": {"referent"},
    **{
        key: {"people", "mine"}
        for key in ("appointments", "appointments_end_day", "appointment_new", "mailboxes")
    },
    "permanence_new": {"workshops"},
    "trainings": {"people", "mine", "sheet", "measures", "run"},
    **{
        key: {"workshops"}
        for key in (
            *("training_add", "aidants", "aidants_accounts"),
            *("volunteers", "hours_several", "mission_new"),
        )
    },
    **{key: {"workshops", "measures"} for key in ("aidants_figures", "aidants_csv")},
    "own_missions": {"mine"},
    "activity_report": {"team", "measures"},
}
# Modules and outlines are those of the territory, or of the structure, of whoever writes them: the address names
# neither, so that another one’s cannot be asked for. Who opens each, and what fills its address.
FILES: dict[str, tuple[set[str], dict[str, str]]] = {
    **{
        key: (AUTHORS, {"id": "tenir-la-souris"})
        for key in (
            "module_edit",
            "module_act",
            "module_add",
            "module_export",
            "module_remove",
            "module_languages",
        )
    },
    "pairs_group": ({"import"}, {"key": "x"}),
    "activity_report_file": ({"team", "measures"}, {"form": "csv"}),
    "workshop_outline_adapt": ({"modules"}, {"id": "sms-pieges"}),
    "workshop_outline_restore": ({"modules"}, {"id": "sms-pieges"}),
    "workshop_outline_export": ({"workshops", "modules"}, {"id": "sms-pieges"}),
    "module_take": ({"modules"}, {"id": "tenir-la-souris"}),
    "module_step_new": (AUTHORS, {"id": "tenir-la-souris", "pattern": "ordre"}),
    "module_adapt": (AUTHORS, {"id": "allumer-reconnaitre"}),
    "module_drawing": (AUTHORS, {"id": "tenir-la-souris"}),
    "module_part": (AUTHORS, {"id": "tenir-la-souris", "part": "1"}),
    "module_look": (AUTHORS, {"id": "tenir-la-souris", "number": "1"}),
    "module_language": (AUTHORS, {"id": "tenir-la-souris", "code": "uk"}),
}
# Addresses with a row: who opens it, and what fills the address.
ROWS: dict[str, tuple[set[str], str]] = {
    **dict.fromkeys(
        ("lieu_edit", "lieu_gesture", "personal_link", "devices", "collections"), ({"sheet"}, "lieu")
    ),
    "lieu_practice": ({"sheet"}, "practice"),
    "missing_decide": ({"sheet"}, "missing"),
    "change_undo": ({"sheet"}, "change"),
    "device": ({"sheet"}, "device"),
    "reservation": ({"sheet"}, "reservation"),
    "collection": ({"sheet"}, "collection"),
    "proposal_answer": ({"sheet"}, "proposal"),
    "custody": ({"sheet"}, "custody"),
    "custody_propose": ({"sheet"}, "lieu"),
    "structure_rename": ({"sheet"}, "team"),
    "structure_nudge": ({"lead"}, "team"),
    **dict.fromkeys(("pair", "pair_reopen"), ({"import"}, "pair")),
    **dict.fromkeys(
        ("campaign", "campaign_links", "campaign_send", "campaign_close"), ({"import"}, "campaign")
    ),
    "campaign_call": ({"import"}, "call"),
    **dict.fromkeys(("outing", "outing_kit", "outing_drop"), ({"import"}, "outing")),
    **dict.fromkeys(("import_report", "import_csv", "import_undo"), ({"import"}, "import")),
    **dict.fromkeys(
        ("import_waiting", "import_correspondence", "import_check", "import_drop"), ({"import"}, "waiting")
    ),
    **dict.fromkeys(
        ("census_of", "census_start", "census_towns", "census_rules", "census_method"), ({"import"}, "place")
    ),
    **dict.fromkeys(("census_body", "census_say"), ({"import"}, "body")),
    **dict.fromkeys(
        (
            "comments",
            "findings",
            "study_mission",
            "study_theme",
            "bilan_segments",
            "what_if_keep",
            "editions",
        ),
        ({"territory"}, "place"),
    ),
    **dict.fromkeys(
        ("plan_open", "plan_action_new", "plan_gesture", "plan_funders", "plan_axes"),
        ({"territory"}, "steered"),
    ),
    **dict.fromkeys(("plan_action_edit", "plan_action_gesture"), ({"territory"}, "plan_action")),
    "edition_file": ({"territory"}, "edition"),
    "plan_funder": ({"territory"}, "funder"),
    "drop": ({"territory"}, "kept"),
    "member": ({"team"}, "member"),
    "departure": ({"referent"}, "departure"),
    "invitation_cancel": ({"team"}, "invitation"),
    **dict.fromkeys(
        (
            "person",
            "person_correct",
            "person_consent",
            "person_export",
            "person_forget",
            "person_leave",
            "person_card",
            "person_reminders",
            "person_page",
            "person_secret",
            "droits",
            "droits_print",
            "droit_add",
        ),
        ({"people"}, "person"),
    ),
    **dict.fromkeys(("droit", "droit_paper", "droit_turn"), ({"people"}, "droit")),
    **dict.fromkeys(("droit_fact", "droit_letter"), ({"people"}, "droit_fact")),
    "correction_answer": ({"people"}, "correction"),
    "bilan_person": ({"people"}, "person"),
    **dict.fromkeys(
        ("mandat", "mandat_gesture", "mandat_verify", "mandat_print", "mandat_proof", "mandat_photograph"),
        ({"people"}, "mandat"),
    ),
    "mandat_sign": ({"people"}, "mandat_draft"),
    **dict.fromkeys(("person_papers", "person_paper_add", "person_safe"), ({"people"}, "person")),
    **dict.fromkeys(
        ("kept_paper", "kept_paper_file", "kept_paper_share", "kept_paper_gesture"), ({"people"}, "paper")
    ),
    "bilan_paper_of": ({"people"}, "person"),
    **dict.fromkeys(
        ("bilan_sheet", "bilan_change", "bilan_annex", "bilan_plan", "bilan_redo", "bilan_erase"),
        ({"people"}, "bilan"),
    ),
    **dict.fromkeys(("orientation", "orientation_answer"), ({"people"}, "received")),
    **dict.fromkeys(
        (
            "orientation_send",
            "orientation_elsewhere",
            "orientation_sent",
            "orientation_follow",
            "orientation_card",
        ),
        ({"people"}, "given"),
    ),
    **dict.fromkeys(("orientation_proposed", "orientation_share"), ({"people"}, "given")),
    **dict.fromkeys(("group", "group_act", "group_cards", "group_sheets"), ({"people"}, "group")),
    "group_member": ({"people"}, "learner"),
    "plan_ask": ({"people"}, "project"),
    "plan_for": ({"people"}, "to_plan"),
    "message_decide": ({"team"}, "message"),
    **dict.fromkeys(("reminder_decide", "reminder_card"), ({"people"}, "reminder")),
    **dict.fromkeys(
        (
            "workshop_run",
            "workshop_edit",
            "workshop_gesture",
            "workshop_add",
            "workshop_tick",
            "workshop_sheet",
        ),
        ({"workshops"}, "workshop"),
    ),
    "course": ({"workshops"}, "course"),
    **dict.fromkeys(("survey", "survey_edit", "survey_gesture"), ({"surveys"}, "survey")),
    **dict.fromkeys(("survey_quotas", "survey_answers"), ({"surveys"}, "survey")),
    **dict.fromkeys(("survey_answers_csv", "survey_codebook", "survey_import"), ({"surveys"}, "survey")),
    **dict.fromkeys(("survey_questionnaire", "survey_xlsform", "survey_xform"), ({"surveys"}, "survey")),
    **dict.fromkeys(("survey_versions", "survey_form_import"), ({"surveys"}, "survey")),
    **dict.fromkeys(("survey_question_add", "survey_question_gesture"), ({"surveys"}, "survey")),
    "survey_question": ({"surveys"}, "question"),
    "survey_sensitive": ({"surveys"}, "survey"),
    **dict.fromkeys(
        ("survey_tables", "survey_tables_csv", "survey_weighting", "survey_findings"), ({"surveys"}, "survey")
    ),
    **dict.fromkeys(
        ("survey_compare", "survey_verbatims", "survey_materials", "survey_method"), ({"surveys"}, "survey")
    ),
    **dict.fromkeys(("survey_publish", "survey_preview", "survey_practices"), ({"surveys"}, "survey")),
    **dict.fromkeys(
        ("survey_papers", "survey_paper_pdf", "survey_paper_typed", "survey_paper_gaps"),
        ({"surveys"}, "survey"),
    ),
    "survey_targets": ({"surveys"}, "survey"),
    "survey_target_one": ({"surveys"}, "target"),
    "seat_run": ({"workshops"}, "seat"),
    **dict.fromkeys(("act", "act_gesture"), ({"people"}, "act")),
    **dict.fromkeys(
        ("codesign_session", "codesign_gesture", "codesign_ballots"), ({"territory"}, "codesign")
    ),
    "codesign_profile": ({"territory"}, "codesign_group"),
    **dict.fromkeys(("grant", "grant_gesture"), ({"territory"}, "grant")),
    **dict.fromkeys(
        ("grant_application", "grant_application_gesture"), ({"territory", "workshops"}, "project_of_two")
    ),
    "listing_gesture": ({"workshops", "sheet"}, "listing"),
    "listing_answer": ({"workshops", "sheet"}, "reply"),
    "partnership_end": ({"workshops", "sheet"}, "partnership"),
    "resource_withdraw": ({"workshops", "sheet"}, "resource"),
    "application": ({"import"}, "application"),
    "handover_cancel": ({"referent"}, "handover"),
    "profile_edit": ({"workshops"}, "team"),
    "profile_choose": ({"workshops"}, "revision"),
    "letter_answer": ({"workshops"}, "letter"),
    "trade_group_post": ({"import"}, "post"),
    "declaration": ({"workshops", "import"}, "declaration"),
    "possible_permanence": ({"workshops", "import"}, "possible"),
    **dict.fromkeys(
        ("meeting_gesture", "meeting_record", "meeting_decide"), ({"workshops", "lead"}, "meeting")
    ),
    "meeting_task": ({"people", "mine", "workshops", "lead"}, "task"),
    "news_withdraw": ({"workshops", "lead"}, "news"),
    "bulletin_gesture": ({"lead"}, "bulletin"),
    "service_change_gesture": ({"lead"}, "service_change"),
    "network_writings_of": ({"workshops"}, "writings"),
    **dict.fromkeys(("aidant", "aidant_gesture", "aidant_copy"), ({"workshops"}, "aidant")),
    **dict.fromkeys(("attestation_pdf", "attestation_withdraw"), ({"workshops"}, "attestation")),
    "training_withdraw": ({"workshops", "sheet"}, "own_training"),
    "mission": ({"workshops"}, "mission"),
    **dict.fromkeys(
        ("engagement", "engagement_gesture", "engagement_charter"), ({"workshops"}, "engagement")
    ),
    "volunteer_meeting": ({"workshops"}, "volunteer_meeting"),
    "hours_gesture": ({"workshops"}, "hours"),
    **dict.fromkeys(("appointment", "appointment_gesture"), ({"people"}, "appointment")),
    **dict.fromkeys(("permanence", "permanence_edit", "permanence_gesture"), ({"workshops"}, "permanence")),
}
# What is sent to an address that answers only to a gesture it knows.
SENT = {
    "lieu_gesture": {"geste": "confirmer"},
    "mandat_gesture": {"geste": "arreter"},
    "kept_paper_gesture": {"geste": "effacer"},
    "reminder_decide": {"geste": "fait"},
    "person_reminders": {"geste": "plus"},
    "census_say": {"etat": "contacted"},
    "missing_decide": {"geste": "garder"},
    "orientation_answer": {"geste": "accept"},
    "orientation_follow": {"geste": "cancel"},
    "orientation_elsewhere": {"ailleurs": "structure"},
    "workshop_gesture": {"geste": "publier"},
    "appointment_gesture": {"geste": "annuler"},
    "aidant_gesture": {"geste": "partir"},
    "engagement_gesture": {"geste": "finir"},
    "mission": {"geste": "clore"},
    "permanence_gesture": {"geste": "publier"},
    "survey_gesture": {"geste": "public-ouvrir"},
    "listing_gesture": {"geste": "found"},
    "codesign_gesture": {"geste": "vote"},
    "grant_gesture": {"geste": "publier"},
    "grant_application_gesture": {"geste": "accord"},
    "meeting_gesture": {"geste": "annuler"},
    "service_change_gesture": {"geste": "retirer"},
    "survey_question_gesture": {"geste": "monter", "question": "outils"},
}
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
# Rows that belong to no structure: the administration alone.
PLATFORM = {"stop_allow": "stop", "source": "source", "task_again": "task_aside", "problem_settle": "problem"}
# Opened by their own means: a code, a link, the session; tried by their own tests.
APART = re.compile(
    r"^(fiche/|panneaux/|invitation/|acces/|ma-carte/|apprendre/|compte/|connexion/|deconnexion/|bilan/|orientation/|etudes/"
    r"|ateliers/|attestation/|appels/|groupe/|voix/|parcours/|benevoles/|rendez-vous/|boite-mail/|enquetes/|mandat/|messages/)"
)
# Without a row of anybody: what an account reads, whatever it holds.
OPEN = {
    "act_frame",
    "pack",
    "workshop_outline",
    "directory_section",
    "outbox_section",
    "import_progress",
    "correct",
    *("profile", "professional", "trade_group", "trade_group_gesture"),  # what each chose to show the network
    "grant_apply",  # an open call is open to any structure
    *("listing", "resource", "resource_file", "meeting", "meeting_calendar", "awareness_action"),
    *(
        "discussion",
        "post_gesture",
        "post_report",
        "bulletin",
        "bulletin_pdf",
        "awareness_kit",
    ),  # what a structure shares is shared with the whole network
    *("training", "training_session", "training_session_gesture"),  # who runs a session alone reads names
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


@pytest.fixture(scope="module")
def once(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[tuple[World, Path]]:
    """The rows of everybody and their files, made once; each test changes them in a transaction of its
    own, undone.
    """
    home = tmp_path_factory.mktemp("monde")
    (home / "etudes").mkdir()
    given = {"HOME": home, "PAPERS": PAPERS, "PASSWORD_HASHERS": FAST_PASSWORDS}
    with django_db_blocker.unblock(), override_settings(**given), transaction.atomic():
        yield _world(), home
        transaction.set_rollback(True)


@pytest.fixture
def world(once, home, settings) -> World:
    made, files = once
    settings.PAPERS = PAPERS
    copytree(files, home, dirs_exist_ok=True)
    return made


def _world() -> World:
    made = World()
    lieux = {kind: place(kind, {"nom": f"Lieu {kind}", "code_insee": SEATS[kind][0]}) for kind in KINDS}
    third = place("tiers", {"nom": "Tiers"})
    for role in HOLDS:
        user = User.objects.create_user(f"{role}@exemple.fr", "x", name=role, is_demonstration=True)
        over: dict[str, Any] = {"structure": lieux["own"].structure}
        if role in ("coordination", "pedagogie", "analyste"):
            over = {"territory": "38"}
        made.users[role] = with_role(user, role, **({} if role == "administration" else over))
    for kind in KINDS:
        made.rows[kind] = _rows(kind, lieux[kind], third, made.users)
    return made


def _rows(kind: str, lieu, third, users) -> dict[str, dict[str, Any]]:
    """Make one row of each sort for a kind of owner, and return what fills its addresses."""
    commune, department = SEATS[kind]
    helper = with_role(
        User.objects.create_user(f"helper-{kind}@exemple.fr", "x", is_demonstration=True),
        "aidant",
        structure=lieu.structure,
    )
    theirs = users["coordination"] if kind != "territory" else helper  # who leads there
    sheets.confirm(lieu, by="x", at=AT)
    person = people.welcome(by=helper, structure=lieu.structure, at=AT)
    carried = Carried(mode=AIDANT, token=f"token-{kind}", person=person.pk)
    for id, given in (
        ("X1", "no"),
        ("A1", ["nothing"]),
        ("A3", "nowhere"),
        ("U1", "never"),
        ("M1", ["none"]),
    ):
        carried = carried.answered(id, given)
    for id, given in (("M2", "with"), ("O1", "easy"), ("O2", ["none"]), ("O3", "none"), ("O4", "nobody")):
        carried = carried.answered(id, given)
    bilan = bilans.keep(
        carried, purpose="person", how="read", by=helper, structure=lieu.structure, person=person, at=AT
    )
    sender = User.objects.create_user(f"sender-{kind}@exemple.fr", "x", is_demonstration=True)
    with_role(sender, "aidant", structure=third.structure)
    received = drafts.prepare(
        drafts.Draft(structure=third.structure, lieu=lieu, need="formation"), by=sender, at=datetime.now(UTC)
    )
    received = sending.send(received, by=sender, channel="space", at=datetime.now(UTC))
    given = drafts.prepare(
        drafts.Draft(structure=lieu.structure, lieu=third, need="formation"), by=helper, at=datetime.now(UTC)
    )
    campaign = Campaign.objects.create(name=kind, territory=department, opened_at=AT, by=theirs)
    Call.objects.create(campaign=campaign, lieu=lieu)
    body = Body.objects.create(territory=commune, commune=commune, name=kind, changed_at=AT)
    read = Import.objects.create(
        source=lieu.source, file_name="x.csv", digest=kind, correspondence="", started_at=AT, by=theirs
    )
    lieu.missing_since = read
    lieu.save(update_fields=["missing_since"])
    file = b"nom;commune;code postal\nMaison;Grenoble;38000\n"
    waiting = imports.keep(file, "x.csv", source=f"S {kind}", licence="", by=theirs, at=AT)
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
    asked = corrections.ask_correction(person, lieu.structure, "Mon année", by=None, at=AT)
    return {
        "correction": {"pk": asked.pk},
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
        "outing": {"pk": Outing.objects.create(name=kind, place="x", on=date(2026, 1, 1), by=theirs).pk},
        "import": {"pk": read.pk},
        "waiting": {"code": waiting.key},
        "place": {"place": commune},
        "body": {"place": commune, "pk": body.pk},
        "kept": {"kind": "correction", "pk": _correction(commune).pk},
        "member": {"pk": membership.pk},
        "invitation": {"pk": _invitation(lieu, kind).pk},
        "person": {"pk": person.pk},
        "droit": {"pk": person.pk, "procedure": "rsa"},
        "droit_fact": {"pk": person.pk, "fact": _told(person, helper).pk},
        "mandat": {"pk": _stopped(person, lieu.structure, helper).pk},
        "mandat_draft": {"pk": mandats.drafted(person, lieu.structure, helper, at=datetime.now(UTC)).pk},
        "paper": {"pk": _paper(person, lieu.structure, helper).pk},
        "bilan": {"pk": bilan.pk},
        "workshop": {"pk": workshop.pk},
        "course": {"pk": course.pk},
        "seat": {"pk": seat.pk},
        "act": {"pk": _act(helper, lieu).pk},
        "received": {"pk": received.pk},
        "given": {"pk": given.pk},
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
        "codesign": {"pk": (board := _board(commune, theirs)).pk},
        "codesign_group": {"pk": board.groups.first().pk},
        "grant": {"pk": (call := _grant(commune, theirs)).pk},
        "project_of_two": {"pk": _project_of_two(call, lieu.structure, third.structure, helper).pk},
        "steered": {"place": commune},
        "edition": _edition(commune, kind),
        "plan_action": {"place": commune, "pk": (funded := _plan_action(commune, theirs)).pk},
        "funder": {"place": commune, "pk": steering.fund(funded, name=kind, by=theirs, at=AT).funder_id},
        "source": {"pk": lieu.source_id},
        "task_aside": {"pk": DBTaskResult.objects.create(**FAILED).pk},
        "problem": {"pk": problems.report("", kind, reach="", at=AT).pk},
        "stop": {"pk": Stop.objects.create(channel="email", to=f"{kind}@exemple.fr", at=AT).pk},
    }  # fmt: skip


def _stopped(person, structure, helper):
    """Return a mandate signed on paper, photographed and stopped: every one of its papers exists."""
    made = mandats.drafted(person, structure, helper, at=AT, token=f"arrete-{person.pk}")
    made = mandat_signing.sign(made, mandat_signing.Signing(how="paper", photograph=b"x"), by=helper, at=AT)
    return stopping.withdraw(made, by=helper, at=AT)


def _paper(person, structure, helper):
    """Return a paper kept for a person until long after today."""
    upload = storing.Upload(pdf(), papers.PDF)
    held = {"kind": "identite", "purpose": "rsa", "days": papers.retention_days()[-1], "how": "read"}
    return storing.store(
        upload,
        person=person,
        structure=structure,
        by=helper,
        at=datetime.now(UTC),
        token=f"p{person.pk}",
        **held,
    )


def _told(person, helper):
    """Return a fact told of a procedure, once the person agreed that it be followed."""
    consents.agree(person=person, purpose="track", how="read", by=helper, at=AT)
    told = rights.Telling(procedure="rsa", kind="sent", on=AT.date())
    return rights.tell(person, told, by=helper, at=AT)


def _correction(commune: str) -> Correction:
    return Correction.objects.create(table="t", key=commune, column="c", value=1.0, reason="r")


def _act(helper: User, lieu) -> Act:
    said = rules.Draft(
        uid=uuid4(), kind="shown", procedure="impots", minutes=5, where="here", end="done", done_at=AT
    )
    return acts.note(said, by=helper, structure=lieu.structure, at=AT)


def _listing(structure, helper: User, kind: str) -> Listing:
    day = date.today()
    said = {"side": "offers", "kind": "room", "starts_on": day, "ends_on": day + timedelta(days=30)}
    return network.publish(structure, **said, token=kind, by=helper, at=datetime.now(UTC))


def _grant(commune: str, by: User) -> GrantCall:
    """Return a published call for projects of a territory."""
    said = {
        "title": commune,
        "about": "x",
        "budget": 9,
        "most": 9,
        "opens_on": AT.date(),
        "closes_on": AT.date(),
    }
    return GrantCall.objects.create(place=commune, **said, token=uuid4().hex, by=by, at=AT, published_at=AT)


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
    said = {"title": "x", "what": "x", "public": "x", "amount": 1, "state": "submitted", "submitted_at": AT}
    pair = {"call": call, "social": social, "digital": digital}
    return GrantApplication.objects.create(**pair, **said, token=uuid4().hex, by=by, at=AT)


def _board(commune: str, by: User):
    """Return a co-design workshop of a territory."""
    told = {"title": commune, "objective": "x", "held_on": AT.date()}
    return codesign.prepare(commune, **told, token=uuid4().hex, by=by, at=AT)


def _resource(structure, helper: User, kind: str) -> Resource:
    said = {"title": kind, "about": "x", "format": "site", "level": "start", "public": "all", "author": "x"}
    shared = {**said, "licence": "cc-by", "link": "https://exemple.fr/", "token": kind}
    return resources.share(structure, resources.Draft(**shared), by=helper, at=AT)


def _application(commune: str, kind: str) -> Application:
    said = {"name": kind, "commune": commune, "way": "visit", "contact": "", "referent": "x", "token": kind}
    return joining.apply(**said, at=AT)[0]


def _handover(lieu, referent: User | None, kind: str) -> Handover:
    user = referent or with_role(
        User.objects.create_user(f"referent-{kind}@exemple.fr", "x"), "gestionnaire", structure=lieu.structure
    )
    held = Membership.objects.get(user=user, role="gestionnaire")
    on = datetime.now(UTC)
    return joining.hand_over(held, for_whom="x", leaves_on=on.date() + timedelta(days=9), by=user, at=on)[0]


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
    said = {"title": kind, "kind": "meeting", "lieu": lieu, "commune": lieu.code_insee, "minutes": 60}
    made = meetings.propose(
        lieu.structure,
        meetings.Draft(**said, dates=[past], token=kind),
        by=helper,
        at=past - timedelta(days=9),
    )
    task = {"leads": "structure", "pilot": lieu.structure, "until_on": date.today() + timedelta(days=9)}
    meetings.decide(made, words=kind, **task, token=kind, by=helper, at=datetime.now(UTC))
    return made


def _service_change(commune: str, helper: User, kind: str) -> ServiceChange:
    said = {"kind": "online", "operator": "Caf", "procedure": "RSA", "obligation": "en ligne", "source": "x"}
    return bulletins.note_change(
        **said, starts_on=AT.date(), commune=commune, token=kind, by=helper, at=datetime.now(UTC)
    )


def _helping(lieu, helper: User, kind: str) -> dict[str, dict[str, Any]]:
    """Make a volunteer on a mission, with hours and their attestation, and a training of a body."""
    engaged = supervised(None, lieu.structure, by=helper, at=datetime.now(UTC), token=f"mission-{kind}")
    noted = hours.note(engaged, on=engaged.starts_on, minutes=60, token=kind, by=helper, at=datetime.now(UTC))
    said = {"title": kind, "body": "x", "minutes": 60, "months": 12, "source": "x"}
    added = sessions.add_training(lieu.structure, said, by=helper, at=AT)
    return {
        "aidant": {"pk": engaged.aidant_id},
        "engagement": {"pk": engaged.pk},
        "volunteer_meeting": {"pk": engaged.appointment_id},
        "mission": {"pk": engaged.mission_id},
        "hours": {"pk": noted.pk},
        "attestation": {"pk": hours.attest(engaged, by=helper, at=datetime.now(UTC)).pk},
        "own_training": {"key": f"plus-{added.pk}"},
    }


def _invitation(lieu, kind: str) -> Invitation:
    return Invitation.objects.create(
        role="aidant",
        structure=lieu.structure,
        token=kind,
        for_whom=kind,
        made_at=AT,
        expires_at=datetime(2100, 1, 1, tzinfo=UTC),
    )


def test_every_address_says_who_opens_it():
    said = {*LISTS, *ROWS, *FILES, *PLATFORM, *OPEN}
    silent = [route for route, name in routes() if route.startswith("espace/") and name not in said]
    assert silent == []
    names = {name for _, name in routes()}
    assert said - names == set()


def test_a_name_leads_to_one_page():
    """Two pages of one name: each link to it leads to the last one."""
    alone = {"services", "search", "sources"}  # pages of the API, under a name of their own
    named = Counter(name for _, name in routes() if name and name not in alone)
    assert [name for name, n in named.items() if n > 1 and name != "values"] == []


@pytest.fixture(autouse=True)
def _bare_refusals(monkeypatch) -> None:
    """What says that a page does not exist is laid out by its own tests: here its status alone is read, eight
    thousand times.
    """
    monkeypatch.setattr("maillage.config.urls.handler404", lambda request, exception: HttpResponseNotFound())
    monkeypatch.setattr(get_resolver(), "resolve", _answered_by)


@cache
def _answered_by(address: str) -> ResolverMatch:
    """Return what answers an address, looked for once for the ten roles that read and write it: a tenth of the time."""
    return URLResolver.resolve(get_resolver(), address)


@pytest.fixture
def enter(client, world, monkeypatch) -> Callable[[str], None]:
    """Sign in with a role. What a request changes is put back, so that its session, its account and what this one may
    do are what they were: they are read once for the fifteen hundred requests of a role, a third of the time.
    """

    def kept(owner: Any, name: str, key: str, copied: Callable[[Any], Any] = copy) -> None:
        read, known = getattr(owner, name), {}

        def again(self: Any, *asked: Any) -> Any:
            which = getattr(self, key, None), asked
            if which not in known:
                known[which] = read(self, *asked)
            return copied(known[which])

        monkeypatch.setattr(owner, name, again)

    def sign_in(role: str) -> None:
        if role != "nobody":
            client.force_login(world.users[role])
            client.get("/espace/")
            kept(SessionStore, "load", "session_key", deepcopy)
            kept(Backend, "get_user", "")
            kept(memberships, "rights_from_roles", "pk")

    return sign_in


def ask(client, method: str, address: str, sent: dict[str, str] | None = None) -> int:
    """Ask, and put everything back as it was."""
    with transaction.atomic():
        status = getattr(client, method)(address, sent or {}).status_code
        transaction.set_rollback(True)
    return status


@pytest.mark.slow("every address with a row, by every kind of row, read and written")
@pytest.mark.parametrize("role", [*HOLDS, "nobody"])
def test_a_row_that_is_not_yours_does_not_exist(client, world, enter, role):
    enter(role)
    wrong = []
    for name, (needed, sort) in ROWS.items():
        for kind in KINDS:
            reached = role != "nobody" and bool(needed & HOLDS[role]) and kind in REACHES[role]
            wrong += tried(
                client, name, world.rows[kind][sort], kind, reached=reached, stranger=role == "nobody"
            )
    for name, sort in PLATFORM.items():
        reached = "run" in HOLDS.get(role, ())
        wrong += tried(
            client, name, world.rows["own"][sort], "platform", reached=reached, stranger=role == "nobody"
        )
    assert wrong == []


def tried(
    client, name: str, filled: dict[str, Any], kind: str, *, reached: bool, stranger: bool
) -> list[str]:
    """Return what an address answers otherwise than it should, to a reading and to a writing."""
    address = reverse(name, kwargs=filled)
    got = {"get": ask(client, "get", address), "post": ask(client, "post", address, SENT.get(name))}
    if reached:  # one of the two is answered; the other may not be a way in
        right = any(status not in (403, 404, 405, 500) for status in got.values()) and 404 not in (
            got["get"],
        )
    else:
        right = all(status in (404, 405, *((302,) if stranger else ())) for status in got.values())
    return [] if right else [f"{name} ({kind}) {'should open' if reached else 'should not exist'}: {got}"]


PROVEN = [role for role in HOLDS if role != "pedagogie"]  # sees people or their answers, or decides who does


@pytest.mark.parametrize("role", PROVEN)
def test_a_password_alone_opens_no_address_of_the_space(client, world, enter, role):
    User.objects.filter(pk=world.users[role].pk).update(is_demonstration=False)
    world.users[role].refresh_from_db()
    enter(role)
    space = [route for route, _ in routes() if route.startswith("espace/")]
    opened = []
    for route in space:
        for method in ("get", "post"):
            answer = getattr(client, method)(address_of(route))
            if not answer.headers.get("Location", "").startswith(reverse("mfa_index")):
                opened.append(f"{method} {route}: {answer.status_code}")
    assert opened == []


@pytest.mark.parametrize("role", HOLDS)
def test_a_right_reaches_what_its_role_reaches_and_no_further(world, role):
    """Ce qu’un geste demande d’une structure ou d’une commune : la sienne, celle d’à côté, celle d’un autre territoire."""
    held = memberships.rights_from_roles(world.users[role])
    structures = {
        kind: Lieu.objects.filter(name=f"Lieu {kind}").earliest("pk").structure_id for kind in KINDS
    }
    of_territory = role in ("coordination", "pedagogie", "analyste", "administration")
    where = REACHES[role] if of_territory else set()
    given = [right for right in RIGHTS if held.any(right)]
    assert given
    for right in given:
        reached = {kind for kind in KINDS if held.may(right, commune=SEATS[kind][0])}
        assert reached == where, f"{right}: communes"
        reached = {kind for kind in KINDS if held.may(right, structure=structures[kind])}
        assert reached == (set(KINDS) if role == "administration" else {"own"} - where), (
            f"{right}: structures"
        )
        assert held.may(right) == (role == "administration"), f"{right}: nowhere"
    assert not any(held.may(right, structure=structures["own"]) for right in RIGHTS if right not in given)


@pytest.mark.parametrize("role", [*HOLDS, "nobody"])
def test_a_list_opens_to_who_holds_it(client, enter, role):
    enter(role)
    wrong = []
    for name, needed in LISTS.items():
        got = ask(client, "get", reverse(name))
        if role == "nobody":
            right = got in (302, 405)
        elif "all" in needed or needed & HOLDS[role]:
            right = got in (200, 302, 405)
        else:
            right = got in (404, 405)
        if not right:
            wrong.append(f"{name}: {got}")
    assert wrong == []


@pytest.mark.parametrize("role", [*HOLDS, "nobody"])
def test_the_files_of_the_platform_open_to_who_holds_a_territory(client, world, enter, role, home):
    own = learning.scopes_of(world.users["formation"])[0]
    authoring_again(own)
    enter(role)
    wrong = []
    for name, (needed, filled) in FILES.items():
        queries = {"module_drawing": "?ou=etapes 1 › dessins 1", "module_take": f"?de={own}"}
        address = reverse(name, kwargs=filled) + queries.get(name, "")
        sent = {"langue": "uk", "de": own}
        got = {"get": ask(client, "get", address), "post": ask(client, "post", address, sent)}
        if role == "nobody":
            right = set(got.values()) <= {302, 405}
        elif needed & HOLDS[role]:
            right = any(status in (200, 302, 400, 409) for status in got.values()) and 404 not in got.values()
        else:
            right = set(got.values()) <= {404, 405}
        authoring_again(own)
        if not right:
            wrong.append(f"{name}: {got}")
    assert wrong == []


FORMULA = ' "=HYPERLINK(1)'


def test_no_file_that_a_page_gives_holds_a_formula(client, world):
    """Whatever the names say, in each table of each archive; an account of each role asks what it may."""
    for model in apps.get_models():
        for column in model._meta.concrete_fields:
            if column.name in ("name", "title", "lieu_name", "operator") and not column.choices:
                with suppress(IntegrityError), transaction.atomic():
                    model._base_manager.update(**{column.name: FORMULA})
    for lieu in Lieu.objects.all():
        Lieu.objects.filter(pk=lieu.pk).update(sheet=lieu.sheet | {"nom": FORMULA})
    tables: dict[str, list[str]] = {}
    for name, filled in (
        *((name, world.rows["own"][sort]) for name, (_, sort) in ROWS.items()),
        *((name, {}) for name in LISTS),
        *(("data_file", {"name": name}) for name in exports.FILES),
    ):
        address = reverse(name, kwargs=filled)
        if not re.search(r"\.(csv|xlsx|zip)$", address):
            continue
        answers = (client.get(address) for role in HOLDS if not client.force_login(world.users[role]))
        opened = next((answer for answer in answers if answer.status_code == 200), None)
        if opened is not None:
            tables |= {f"{name} {part}": cells for part, cells in cells_of(opened.getvalue(), address)}
    formulas = [
        (part, cell) for part, cells in tables.items() for cell in cells if cell.strip(' "').startswith("=")
    ]
    assert formulas == []
    assert sum(f"'{FORMULA}" in cells for cells in tables.values()) >= 10, sorted(tables)


def cells_of(content: bytes, name: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the tables of a file by name, and the cells of each."""
    if name.endswith((".zip", ".xlsx")):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for part in archive.namelist():
                assert not part.startswith("xl/worksheets") or b"<f>" not in archive.read(part), name
                yield from cells_of(archive.read(part), part)
    elif name.endswith(".csv"):
        yield name, [cell for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))) for cell in row]


def authoring_again(scope: str) -> None:
    """Put back the module that a gesture may have taken away. scope: of the structure that writes one too."""
    for held in (contents.folder_of("38").parents[1], contents.folder_of("38"), contents.folder_of(scope)):
        with suppress(Refused):
            authoring.adapt(held, "tenir-la-souris", drawings=frozenset(drawings.names()))


def test_every_other_address_with_a_row_answers_a_stranger_without_it(client, db):
    """Une page publique, la connexion, ou 404 ; jamais la ligne de quelqu’un."""
    tried_ = 0
    for route, name in routes():
        if "<" in route and name not in ROWS:
            address = address_of(route)
            assert client.get(address).status_code in (302, 404, 405) or APART.match(route), address
            assert client.post(address).status_code in (302, 403, 404, 405) or APART.match(route), address
            tried_ += 1
    assert tried_ > 12
    assert not Perimeter.objects.exists()
    assert not Marking.objects.exists()
