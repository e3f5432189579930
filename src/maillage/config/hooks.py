"""Register what each room asks of the rooms above (`web/hooks.py`), in the order of the pages."""

from maillage.apps.accounts import access as accounts_access
from maillage.apps.accounts import actions as accounts_actions
from maillage.apps.actes import worklist as actes_worklist
from maillage.apps.actes.queries import under_mandate as actes_under_mandate
from maillage.apps.agenda import worklist as agenda_worklist
from maillage.apps.agenda.actions import deadlines as agenda_deadlines
from maillage.apps.agenda.actions import handing as agenda_handing
from maillage.apps.agenda.queries import duties as agenda_duties
from maillage.apps.agenda.queries import network as agenda_network
from maillage.apps.agenda.queries import permanences as agenda_permanences
from maillage.apps.agenda.queries import public as agenda_public
from maillage.apps.agenda.queries import search_kinds as agenda_search_kinds
from maillage.apps.autonomy import worklist as autonomy_worklist
from maillage.apps.codesign.queries import boards as codesign_boards
from maillage.apps.community import worklist as community_worklist
from maillage.apps.community.actions import deadlines as community_deadlines
from maillage.apps.community.queries import agenda as community_agenda
from maillage.apps.community.queries import search_kinds as community_search_kinds
from maillage.apps.community.queries import subjects as community_subjects
from maillage.apps.directory import worklist as directory_worklist
from maillage.apps.directory.actions import index as directory_index
from maillage.apps.directory.actions import signals as directory_signals
from maillage.apps.directory.queries import custody as directory_custody
from maillage.apps.directory.queries import search_kinds as directory_search_kinds
from maillage.apps.directory.views import place as directory_place
from maillage.apps.documents.actions import deadlines as documents_deadlines
from maillage.apps.dossiers import queries as dossiers_queries
from maillage.apps.dossiers.templatetags import later_tabs as dossiers_later_tabs
from maillage.apps.droits import worklist as droits_worklist
from maillage.apps.droits.actions import deadlines as droits_deadlines
from maillage.apps.droits.queries import cards as droits_cards
from maillage.apps.gallery import access as gallery_access
from maillage.apps.grants import queries as grants_queries
from maillage.apps.grants import worklist as grants_worklist
from maillage.apps.indicators import access as indicators_access
from maillage.apps.indicators import actions as indicators_actions
from maillage.apps.intake import worklist as intake_worklist
from maillage.apps.intake.actions import sources as intake_sources
from maillage.apps.learning import worklist as learning_worklist
from maillage.apps.learning.actions import plans as learning_plans
from maillage.apps.learning.queries import search_kinds as learning_search_kinds
from maillage.apps.mandats import worklist as mandats_worklist
from maillage.apps.mandats.actions import deadlines as mandats_deadlines
from maillage.apps.mandats.actions import handing as mandats_handing
from maillage.apps.mandats.queries import duties as mandats_duties
from maillage.apps.mandats.queries import search_kinds as mandats_search_kinds
from maillage.apps.mandats.views import space as mandats_space
from maillage.apps.memberships import access as memberships_access
from maillage.apps.memberships import actions as memberships_actions
from maillage.apps.memberships import queries as memberships_queries
from maillage.apps.memberships import worklist as memberships_worklist
from maillage.apps.messages import worklist as messages_worklist
from maillage.apps.network import worklist as network_worklist
from maillage.apps.network.actions import joining as network_joining
from maillage.apps.network.queries import search_kinds as network_search_kinds
from maillage.apps.orientations import worklist as orientations_worklist
from maillage.apps.orientations.actions import deadlines as orientations_deadlines
from maillage.apps.orientations.actions import forgetting as orientations_forgetting
from maillage.apps.orientations.actions import sending as orientations_sending
from maillage.apps.orientations.queries import custody as orientations_custody
from maillage.apps.orientations.queries import people as orientations_people
from maillage.apps.orientations.queries import search_kinds as orientations_search_kinds
from maillage.apps.outreach import worklist as outreach_worklist
from maillage.apps.outreach.actions import devices as outreach_devices
from maillage.apps.people import access as people_access
from maillage.apps.people import queries as people_queries
from maillage.apps.people import worklist as people_worklist
from maillage.apps.people.actions import register as people_register
from maillage.apps.pilotage import access as pilotage_access
from maillage.apps.pilotage.queries import editions as pilotage_editions
from maillage.apps.pilotage.queries import first_week as pilotage_first_week
from maillage.apps.plans import access as plans_access
from maillage.apps.plans import worklist as plans_worklist
from maillage.apps.plans.queries import report as plans_report
from maillage.apps.plans.queries import search as plans_search
from maillage.apps.reminders import worklist as reminders_worklist
from maillage.apps.reminders.actions import forgetting as reminders_forgetting
from maillage.apps.search import queries as search_queries
from maillage.apps.site import actions as site_actions
from maillage.apps.site import queries as site_queries
from maillage.apps.site import worklist as site_worklist
from maillage.apps.surveys import worklist as surveys_worklist
from maillage.apps.surveys.actions import calculations as surveys_calculations
from maillage.apps.surveys.actions import campaigns as surveys_campaigns
from maillage.apps.surveys.queries import publications as surveys_publications
from maillage.apps.surveys.queries import search_kinds as surveys_search_kinds
from maillage.apps.territories import actions as territories_actions
from maillage.apps.volunteers import access as volunteers_access
from maillage.apps.volunteers import worklist as volunteers_worklist
from maillage.apps.volunteers.actions import handing as volunteers_handing
from maillage.apps.volunteers.actions import missions as volunteers_missions
from maillage.apps.volunteers.queries import agenda as volunteers_agenda
from maillage.apps.volunteers.queries import duties as volunteers_duties
from maillage.apps.volunteers.queries import search_kinds as volunteers_search_kinds
from maillage.apps.worklist import actions as worklist_actions
from maillage.apps.worklist import queries as worklist_queries
from maillage.config import anchors, scheduler, scratch, sessions, stored_pages, worker
from maillage.config.providers import files, work
from maillage.web import snapshots

accounts_access.RIGHTS.register(memberships_access.rights_from_roles)
directory_custody.STAKES.register(orientations_custody.stakes)
territories_actions.AREA_READERS.register(directory_index.mark_areas)
intake_sources.FILE_FETCHER.register(files.fetch)
droits_cards.REFERRAL_APPOINTMENT.register(orientations_people.next_appointment)
accounts_actions.JOURNAL_FOLLOWERS.register(stored_pages.follow)
search_queries.KINDS.register(
    orientations_search_kinds.SEARCH_KINDS,
    mandats_search_kinds.SEARCH_KINDS,
    directory_search_kinds.SEARCH_KINDS,
    network_search_kinds.SEARCH_KINDS,
    agenda_search_kinds.SEARCH_KINDS,
    community_search_kinds.SEARCH_KINDS,
    volunteers_search_kinds.SEARCH_KINDS,
    learning_search_kinds.SEARCH_KINDS,
    grants_queries.SEARCH_KINDS,
    codesign_boards.SEARCH_KINDS,
    plans_search.SEARCH_KINDS,
    surveys_search_kinds.SEARCH_KINDS,
    dossiers_queries.SEARCH_KINDS,
    site_queries.SEARCH_KINDS,
)
community_subjects.FINDERS.register(
    ("resource", community_subjects.resource),
    ("lieu", community_subjects.lieu),
    ("outing", community_subjects.outing),
    ("meeting", community_subjects.meeting),
    ("workshop", agenda_network.subject),
)
community_agenda.OCCURRENCES.register(
    community_agenda.of_meetings,
    agenda_network.workshops,
    agenda_network.permanences,
    volunteers_agenda.sessions,
)
worklist_queries.LINES.register(
    orientations_worklist.lines,
    mandats_worklist.lines,
    droits_worklist.lines,
    actes_worklist.lines,
    people_worklist.lines,
    autonomy_worklist.lines,
    reminders_worklist.lines,
    agenda_worklist.lines,
    learning_worklist.lines,
    volunteers_worklist.lines,
    directory_worklist.lines,
    intake_worklist.lines,
    outreach_worklist.lines,
    community_worklist.lines,
    network_worklist.lines,
    grants_worklist.lines,
    plans_worklist.lines,
    surveys_worklist.lines,
    memberships_worklist.lines,
    messages_worklist.lines,
    site_worklist.lines,
)
worklist_queries.HOURS.register(
    agenda_worklist.hours,
    orientations_worklist.hours,
    volunteers_worklist.hours,
    community_worklist.hours,
)
worklist_queries.UNDO.register(
    orientations_worklist.undo,
    autonomy_worklist.undo,
    community_worklist.undo,
)
worklist_queries.NEWS.register(
    orientations_worklist.news,
    intake_worklist.news,
    mandats_worklist.news,
    droits_worklist.news,
    autonomy_worklist.news,
    grants_worklist.news,
    plans_worklist.news,
)
memberships_queries.DUTIES.register(
    agenda_duties.appointments,
    mandats_duties.mandates,
    orientations_custody.referrals,
    agenda_duties.permanences,
    volunteers_duties.engagements,
    people_queries.duties,
    memberships_queries.invitations,
)
memberships_actions.HANDOVERS.register(
    ("appointment", agenda_handing.appointment),
    ("mandate", mandats_handing.mandate),
    ("referral", orientations_sending.hand_over),
    ("permanence", agenda_handing.permanence),
    ("engagement", volunteers_handing.engagement),
    ("following", people_register.hand_followings),
    ("invitation", memberships_actions.hand_invitation),
)
dossiers_later_tabs.TABS.register(
    pilotage_access.tab,
    plans_access.tab,
    indicators_access.tab,
    gallery_access.tab,
)
dossiers_queries.FIRST_WEEK.register(pilotage_first_week.steps)
dossiers_queries.PUBLISHED_PLAN.register(plans_report.published_plan_of)
surveys_publications.LOOK.register(dossiers_queries.look_of)
dossiers_queries.CHANGES.register(pilotage_editions.since_edition)
people_access.SUPERVISOR.register(volunteers_access.supervisor_of)
directory_place.PANELS.register(
    ("agenda/public/_of_place.html", agenda_public.of_place),
    ("agenda/public/_slots_of_place.html", agenda_permanences.of_place),
)
mandats_space.PANELS.register(("actes/_of_mandate.html", actes_under_mandate.of_mandate))
scheduler.WORKS.register(
    ("orientations", orientations_deadlines.run_deadlines),
    ("mandats", mandats_deadlines.run_deadlines),
    ("papiers", documents_deadlines.run_deadlines),
    ("droits", droits_deadlines.run_deadlines),
    ("demarches_a_demander", learning_plans.ask_outcomes),
    ("ateliers", agenda_deadlines.run_deadlines),
    ("entrees_du_reseau", network_joining.run_deadlines),
    ("reseau", community_deadlines.run_deadlines),
    ("reservations_d_appareils", outreach_devices.run_deadlines),
    ("benevoles_oublies", volunteers_missions.run_deadlines),
    ("sources_a_relire", intake_sources.run_deadlines),
    ("fichiers_oublies", intake_sources.forget_old),
    ("journees", worklist_actions.run_deadlines),
    ("indicateurs", indicators_actions.run_deadlines),
    ("mesures", snapshots.run_deadlines),  # after what they are read from
    ("personnes_oubliees", orientations_forgetting.forget_inactive),
    ("resultats_d_enquetes", surveys_calculations.run_deadlines),
    ("enquetes_finies", surveys_campaigns.close_ended),
    ("ancres_du_journal", anchors.write_daily),
    ("messages", work.send),
    ("contenus_effaces", work.forget),
    ("rappels_effaces", reminders_forgetting.forget_old),
    ("signalements_effaces", directory_signals.run_deadlines),
    ("problemes_effaces", site_actions.forget_old),
    ("copies_laissees", scratch.forget),
    ("visites_finies", sessions.clear),
    ("taches_reprises", worker.take_again),
    ("taches_finies", scheduler.forget_tasks),
    ("limites_par_heure", accounts_actions.forget_tallies),
    ("journal_vide", scheduler.fold),
)
