"""Every address of the space, drawn by hand: who opens it, and what fills it; what each role holds and reaches."""

import re
from collections.abc import Iterator
from typing import Any

from django.urls import Resolver404, get_resolver, resolve, reverse

from tests.support.routes import routes

KINDS = ("own", "structure", "territory")
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
    "administration": {"sheet", "lead", "import", "territory", "modules", "team", "measures", "surveys", "run"},
}  # fmt: skip
# Which rows each reaches, of those it may reach at all.
REACHES = {
    **{key: {"own"} for key in ("aidant", "prescripteur", "formation", "benevole", "gestionnaire")},
    **{key: {"own", "structure"} for key in ("coordination", "pedagogie", "analyste")},
    "administration": {"own", "structure", "territory"},
}
AUTHORS = {"modules", "own modules"}
# Pages without a row: who opens them. "all": any account.
LISTS: dict[str, set[str]] = {
    **{key: {"all"} for key in ("space", "notifications", "news_dismiss", "search_all", "search_suggestions")},
    "bilans_nudge": {"lead"},
    **{key: {"sheet"} for key in ("directory", "proposals", "equipment", "upkeep", "paper_back", "doubts_settle", "lieu_new")},
    **{key: {"import"} for key in ("campaigns", "census", "outings", "import_new", "imports", "pairs", "pairs_sure", "pairs_again", "directory_sources", "addresses", "addresses_progress")},
    "publish": {"import"},
    **{key: {"territory"} for key in ("territory_tools", "new_perimeter", "new_marking", "codesign_sessions", "codesign_new", "codesign_case", "grant_new", "steering")},
    **{key: {"team"} for key in ("team", "team_several")},
    **{key: {"people", "mine"} for key in ("people", "person_new", "person_by_card", "people_import", "people_pairs", "bilans", "bilan_typed", "mandats", "mandats_several", "mandat_new", "papers")},
    **{key: {"people", "mine", "answer"} for key in ("orientations", "orientations_received_table", "orientations_given_table")},
    "orientations_measures": {"people", "mine", "answer", "measures"},
    **{key: {"people", "mine"} for key in ("orientations_given", "orientation_new", "orientation_sharing")},
    **{key: {"answer"} for key in ("orientations_several", "orientations_room")},
    **{key: {"people", "territory"} for key in ("mandat_procedures", "mandat_procedure_retire")},
    **{key: {"people", "territory"} for key in ("checklists", "checklist", "checklist_retire")},
    "orientations_delay": {"territory"},
    "bilan_measures": {"measures"},
    **{key: {"people", "mine"} for key in ("groups", "group_new", "plans")},
    **{key: {"people", "measures"} for key in ("learning_measures", "learning_authors")},
    **dict.fromkeys(("modules_edit", "modules_territory", "module_new", "modules_import", "module_translate", "modules_export"), AUTHORS),
    "workshop_outlines": {"workshops", "modules"},
    "outbox": {"team", "run"},
    "messages_several": {"team", "run"},
    **{key: {"people", "mine", "workshops"} for key in ("reminders", "reminders_cards")},
    **{key: {"workshops"} for key in ("workshops_space", "workshop_new", "course_new", "workshops_export", "workshops_coop")},
    "stops": {"team", "run"},
    **{key: {"run"} for key in ("installation", "problems", "exchanges", "ways")},
    **{key: {"surveys"} for key in ("surveys", "survey_new", "survey_figure")},
    **{key: {"people", "mine"} for key in ("acts", "acts_csv", "acts_several", "act_new", "acts_offline", "acts_state", "acts_send", "tags")},
    "acts_load": {"measures"},
    **{
        key: {"people", "mine", "sheet", "measures", "run"}
        for key in (
            *("network", "network_ties", "resources", "meetings", "shared_agenda", "shared_agenda_feed"),
            *("discussions", "network_digest", "bulletins", "service_changes", "awareness"),
        )
    },
    **{key: {"workshops", "lead"} for key in ("meeting_new", "news_new", "resource_new")},
    **{key: {"lead"} for key in ("moderation", "bulletin_new")},
    "network_writings": {"workshops"},
    "grants": {"territory", "workshops"},
    **{
        key: {"people", "mine", "sheet", "measures", "run"}
        for key in (
            *("network_directory", "own_sheet", "own_copy", "letters", "trade_groups", "trade_group_new"),
            *("charter_own", "possible_permanences", "listing_new"),
        )
    },
    "applications": {"import"},
    "handover": {"referent"},
    **{key: {"people", "mine"} for key in ("appointments", "appointments_end_day", "appointment_new", "mailboxes", "recalls", "rdv_account")},
    "permanence_new": {"workshops"},
    "trainings": {"people", "mine", "sheet", "measures", "run"},
    **{key: {"workshops"} for key in (*("training_add", "aidants", "aidants_accounts"), *("volunteers", "hours_several", "mission_new"))},
    **{key: {"workshops", "measures"} for key in ("aidants_figures", "aidants_csv")},
    "own_missions": {"mine"},
    **{key: {"team", "measures"} for key in ("activity_report", "activity_monthly")},
}  # fmt: skip
# Modules and outlines are those of the territory, or of the structure, of whoever writes them: the address names
# neither, so that another one’s cannot be asked for. Who opens each, and what fills its address.
FILES: dict[str, tuple[set[str], dict[str, str]]] = {
    **{key: (AUTHORS, {"id": "tenir-la-souris"}) for key in ("module_edit", "module_act", "module_add", "module_export", "module_remove", "module_languages")},
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
}  # fmt: skip
# Addresses with a row: who opens it, and what fills the address.
ROWS: dict[str, tuple[set[str], str]] = {
    **dict.fromkeys(("lieu_edit", "lieu_gesture", "personal_link", "devices", "collections"), ({"sheet"}, "lieu")),
    "lieu_practice": ({"sheet"}, "practice"),
    "missing_decide": ({"sheet"}, "missing"),
    "change_undo": ({"sheet"}, "change"),
    **dict.fromkeys(("device", "device_receipt"), ({"sheet"}, "device")),
    "reservation": ({"sheet"}, "reservation"),
    "collection": ({"sheet"}, "collection"),
    "proposal_answer": ({"sheet"}, "proposal"),
    "custody": ({"sheet"}, "custody"),
    "custody_propose": ({"sheet"}, "lieu"),
    "structure_rename": ({"sheet"}, "team"),
    "structure_nudge": ({"lead"}, "team"),
    **dict.fromkeys(("pair", "pair_reopen"), ({"import"}, "pair")),
    **dict.fromkeys(("campaign", "campaign_links", "campaign_send", "campaign_close"), ({"import"}, "campaign")),
    "campaign_call": ({"import"}, "call"),
    **dict.fromkeys(("outing", "outing_kit", "outing_drop"), ({"import"}, "outing")),
    **dict.fromkeys(("import_report", "import_csv", "import_undo"), ({"import"}, "import")),
    **dict.fromkeys(("import_waiting", "import_correspondence", "import_check", "import_drop"), ({"import"}, "waiting")),
    **dict.fromkeys(("census_of", "census_start", "census_towns", "census_rules", "census_field", "census_entities", "census_form", "census_method"), ({"import"}, "place")),
    **dict.fromkeys(("census_body", "census_say"), ({"import"}, "body")),
    **dict.fromkeys(("comments", "findings", "study_mission", "study_theme", "bilan_segments", "what_if_keep", "editions"), ({"territory"}, "place")),
    **dict.fromkeys(("plan_open", "plan_action_new", "plan_gesture", "plan_funders", "plan_axes"), ({"territory"}, "steered")),
    **dict.fromkeys(("plan_action_edit", "plan_action_gesture"), ({"territory"}, "plan_action")),
    "edition_file": ({"territory"}, "edition"),
    "plan_funder": ({"territory"}, "funder"),
    "drop": ({"territory"}, "kept"),
    "member": ({"team"}, "member"),
    "departure": ({"referent"}, "departure"),
    "team_invitation": ({"team"}, "invitation"),
    "team_claim": ({"team"}, "claim"),
    **dict.fromkeys(
        (
            "person", "person_correct", "person_consent", "person_export", "person_forget", "person_leave",
            "person_card", "person_reminders", "person_tags", "person_page", "person_secret", "droits", "droits_print",
            "droit_add",
        ),
        ({"people"}, "person"),
    ),
    **dict.fromkeys(("droit", "droit_paper", "droit_turn"), ({"people"}, "droit")),
    **dict.fromkeys(("droit_fact", "droit_letter"), ({"people"}, "droit_fact")),
    "correction_answer": ({"people"}, "correction"),
    "people_pair": ({"people"}, "person_pair"),
    "people_separate": ({"people"}, "joined"),
    "bilan_person": ({"people"}, "person"),
    **dict.fromkeys(("mandat", "mandat_gesture", "mandat_verify", "mandat_print", "mandat_proof", "mandat_photograph"), ({"people"}, "mandat")),
    "mandat_sign": ({"people"}, "mandat_draft"),
    **dict.fromkeys(("person_papers", "person_paper_add", "person_safe"), ({"people"}, "person")),
    **dict.fromkeys(("kept_paper", "kept_paper_file", "kept_paper_share", "kept_paper_gesture"), ({"people"}, "paper")),
    "bilan_paper_of": ({"people"}, "person"),
    **dict.fromkeys(("bilan_sheet", "bilan_change", "bilan_annex", "bilan_plan", "bilan_redo", "bilan_erase"), ({"people"}, "bilan")),
    **dict.fromkeys(("orientation", "orientation_answer", "orientation_act"), ({"people"}, "received")),
    **dict.fromkeys(("orientation_send", "orientation_sent", "orientation_follow", "orientation_card"), ({"people"}, "given")),
    **dict.fromkeys(("orientation_proposed", "orientation_share"), ({"people"}, "given")),
    **dict.fromkeys(("group", "group_act", "group_cards", "group_sheets"), ({"people"}, "group")),
    "group_member": ({"people"}, "learner"),
    "plan_ask": ({"people"}, "project"),
    "plan_for": ({"people"}, "to_plan"),
    "message_decide": ({"team"}, "message"),
    **dict.fromkeys(("reminder_decide", "reminder_card"), ({"people"}, "reminder")),
    **dict.fromkeys(("workshop_run", "workshop_edit", "workshop_gesture", "workshop_add", "workshop_tick", "workshop_sheet"), ({"workshops"}, "workshop")),
    "course": ({"workshops"}, "course"),
    **dict.fromkeys(("survey", "survey_edit", "survey_gesture"), ({"surveys"}, "survey")),
    **dict.fromkeys(("survey_quotas", "survey_answers"), ({"surveys"}, "survey")),
    **dict.fromkeys(("survey_answers_csv", "survey_codebook", "survey_import"), ({"surveys"}, "survey")),
    **dict.fromkeys(("survey_questionnaire", "survey_xlsform", "survey_xform"), ({"surveys"}, "survey")),
    **dict.fromkeys(("survey_versions", "survey_form_import"), ({"surveys"}, "survey")),
    **dict.fromkeys(("survey_question_add", "survey_question_gesture"), ({"surveys"}, "survey")),
    "survey_question": ({"surveys"}, "question"),
    "survey_sensitive": ({"surveys"}, "survey"),
    **dict.fromkeys(("survey_tables", "survey_tables_csv", "survey_weighting", "survey_findings"), ({"surveys"}, "survey")),
    **dict.fromkeys(("survey_compare", "survey_verbatims", "survey_materials", "survey_method"), ({"surveys"}, "survey")),
    **dict.fromkeys(("survey_publish", "survey_preview", "survey_practices"), ({"surveys"}, "survey")),
    **dict.fromkeys(("survey_papers", "survey_paper_pdf", "survey_paper_typed", "survey_paper_gaps"), ({"surveys"}, "survey")),
    "survey_targets": ({"surveys"}, "survey"),
    "survey_target_one": ({"surveys"}, "target"),
    "seat_run": ({"workshops"}, "seat"),
    "tag": ({"people", "mine"}, "tag"),
    **dict.fromkeys(("act", "act_gesture", "act_tags"), ({"people"}, "act")),
    **dict.fromkeys(("codesign_session", "codesign_gesture", "codesign_ballots"), ({"territory"}, "codesign")),
    "codesign_profile": ({"territory"}, "codesign_group"),
    **dict.fromkeys(("grant", "grant_gesture"), ({"territory"}, "grant")),
    **dict.fromkeys(("grant_application", "grant_application_gesture"), ({"territory", "workshops"}, "project_of_two")),
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
    **dict.fromkeys(("meeting_gesture", "meeting_record", "meeting_decide"), ({"workshops", "lead"}, "meeting")),
    "meeting_task": ({"people", "mine", "workshops", "lead"}, "task"),
    "news_withdraw": ({"workshops", "lead"}, "news"),
    "bulletin_gesture": ({"lead"}, "bulletin"),
    "service_change_gesture": ({"lead"}, "service_change"),
    "network_writings_of": ({"workshops"}, "writings"),
    **dict.fromkeys(("aidant", "aidant_gesture", "aidant_copy"), ({"workshops"}, "aidant")),
    **dict.fromkeys(("attestation_pdf", "attestation_withdraw"), ({"workshops"}, "attestation")),
    "training_withdraw": ({"workshops", "sheet"}, "own_training"),
    "mission": ({"workshops"}, "mission"),
    **dict.fromkeys(("engagement", "engagement_gesture", "engagement_charter"), ({"workshops"}, "engagement")),
    "volunteer_meeting": ({"workshops"}, "volunteer_meeting"),
    "hours_gesture": ({"workshops"}, "hours"),
    **dict.fromkeys(("appointment", "appointment_gesture"), ({"people"}, "appointment")),
    **dict.fromkeys(("permanence", "permanence_edit", "permanence_gesture"), ({"workshops"}, "permanence")),
}  # fmt: skip
# What is sent to an address that answers only to a gesture it knows.
SENT = {
    "team_claim": {"geste": "refuser"},
    "lieu_gesture": {"geste": "confirmer"},
    "mandat_gesture": {"geste": "arreter"},
    "kept_paper_gesture": {"geste": "effacer"},
    "reminder_decide": {"geste": "fait"},
    "person_reminders": {"geste": "plus"},
    "census_say": {"etat": "contacted"},
    "missing_decide": {"geste": "garder"},
    "orientation_answer": {"geste": "accept"},
    "orientation_follow": {"geste": "cancel"},
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
# Rows that belong to no structure: the administration alone.
PLATFORM = {
    "stop_allow": "stop",
    "source": "source",
    "task_again": "task_aside",
    "problem_settle": "problem",
    "exchange": "webhook",
}
# Opened by their own means: a code, a link, the session; tried by their own tests.
SEPARATELY_TESTED = re.compile(
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
        "decision_ballot",
        "bulletin",
        "bulletin_pdf",
        "awareness_kit",
    ),  # what a structure shares is shared with the whole network
    *("training", "training_session", "training_session_gesture"),  # who runs a session alone reads names
}
# The space has its own test; a page printed for a whole country is made beside.
SKIPPED_PREFIXES = ("espace/", "compte/", "deconnexion", "accounts/")
PUBLIC = {
    **dict.fromkeys(("lieu", "lieu_print", "lieu_cards"), "lieu"),
    **dict.fromkeys(("paper", "indicators"), "place"),
    **dict.fromkeys(("workshop", "workshop_calendar", "workshop_poster"), "workshop"),
    **dict.fromkeys(("permanence_public", "permanence_calendar"), "permanence"),
    **dict.fromkeys(("workshops_of_structure", "permanences_of_structure"), "team"),
    "grant_public": "grant",
}
# Roles that reach together every address of the space: who reaches no other reads the same pages.
EVERY_ADDRESS = ["gestionnaire", "coordination", "formation", "benevole", "administration"]


def pages_of(world: Any, role: str) -> Iterator[str]:
    """Yield the addresses that a role opens, with its own rows."""
    for name, needed in LISTS.items():
        if "all" in needed or needed & HOLDS[role]:
            yield reverse(name)
    for name, (needed, sort) in ROWS.items():
        if needed & HOLDS[role] and "own" in REACHES[role]:
            yield reverse(name, kwargs=world.rows["own"][sort])


def public(world: Any) -> Iterator[str]:
    """Yield the addresses that ask for nothing, then those of a row."""
    for route, name in routes(get_resolver().url_patterns):
        if "<" not in route and name and not route.startswith(SKIPPED_PREFIXES):
            yield f"/{route}"
    for name, sort in PUBLIC.items():
        yield reverse(name, kwargs=world.rows["own"][sort])


def answered_by(address: str) -> str:
    """Return the name of the view that answers an address; itself where none does."""
    try:
        return resolve(address.partition("?")[0]).view_name
    except Resolver404:
        return address
