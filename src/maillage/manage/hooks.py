"""Register what each room asks of the rooms above (`web/hooks.py`), in the order of the pages."""

from maillage.apps.agenda import worklist as agenda_worklist
from maillage.apps.agenda.actions import deadlines as agenda_deadlines
from maillage.apps.agenda.actions import forgetting as agenda_forgetting
from maillage.apps.agenda.actions import handing as agenda_handing
from maillage.apps.agenda.actions import rdv as agenda_rdv
from maillage.apps.agenda.queries import duties as agenda_duties
from maillage.apps.agenda.queries import network as agenda_network
from maillage.apps.agenda.queries import permanences as agenda_permanences
from maillage.apps.agenda.queries import public as agenda_public
from maillage.apps.agenda.queries import search_kinds as agenda_search_kinds
from maillage.apps.community import worklist as community_worklist
from maillage.apps.community.actions import deadlines as community_deadlines
from maillage.apps.community.queries import agenda as community_agenda
from maillage.apps.community.queries import search_kinds as community_search_kinds
from maillage.apps.community.queries import subjects as community_subjects
from maillage.apps.directory.intake import worklist as intake_worklist
from maillage.apps.directory.intake.actions import sources as intake_sources
from maillage.apps.directory.memberships import access as memberships_access
from maillage.apps.directory.memberships import queries as memberships_queries
from maillage.apps.directory.memberships import worklist as memberships_worklist
from maillage.apps.directory.memberships.actions import invitations as memberships_invitations
from maillage.apps.directory.memberships.actions import roles as memberships_roles
from maillage.apps.directory.outreach import worklist as outreach_worklist
from maillage.apps.directory.outreach.actions import devices as outreach_devices
from maillage.apps.directory.outreach.queries import census as outreach_census
from maillage.apps.directory.places import worklist as directory_worklist
from maillage.apps.directory.places.actions import index as directory_index
from maillage.apps.directory.places.actions import signals as directory_signals
from maillage.apps.directory.places.queries import custody as directory_custody
from maillage.apps.directory.places.queries import incremental as directory_incremental
from maillage.apps.directory.places.queries import results as directory_results
from maillage.apps.directory.places.queries import search_kinds as directory_search_kinds
from maillage.apps.directory.places.views import find as directory_find
from maillage.apps.directory.places.views import place as directory_place
from maillage.apps.dossiers import queries as dossiers_queries
from maillage.apps.dossiers.templatetags import later_tabs as dossiers_later_tabs
from maillage.apps.dossiers.views import api as dossiers_api
from maillage.apps.learning import worklist as learning_worklist
from maillage.apps.learning.actions import plans as learning_plans
from maillage.apps.learning.actions import progress as learning_progress
from maillage.apps.learning.queries import search_kinds as learning_search_kinds
from maillage.apps.people.actes import worklist as actes_worklist
from maillage.apps.people.actes.actions import acts as actes_actions
from maillage.apps.people.actes.queries import under_mandate as actes_under_mandate
from maillage.apps.people.documents.actions import deadlines as documents_deadlines
from maillage.apps.people.documents.actions import storing as documents_storing
from maillage.apps.people.mandats import worklist as mandats_worklist
from maillage.apps.people.mandats.actions import deadlines as mandats_deadlines
from maillage.apps.people.mandats.actions import handing as mandats_handing
from maillage.apps.people.mandats.actions import stopping as mandats_stopping
from maillage.apps.people.mandats.queries import duties as mandats_duties
from maillage.apps.people.mandats.queries import search_kinds as mandats_search_kinds
from maillage.apps.people.mandats.views import space as mandats_space
from maillage.apps.people.persons import access as people_access
from maillage.apps.people.persons import queries as people_queries
from maillage.apps.people.persons import worklist as people_worklist
from maillage.apps.people.persons.actions import forgetting as people_forgetting
from maillage.apps.people.persons.actions import merging as people_merging
from maillage.apps.people.persons.actions import register as people_register
from maillage.apps.people.reminders import actions as reminders_actions
from maillage.apps.people.reminders import worklist as reminders_worklist
from maillage.apps.platform.accounts import access as accounts_access
from maillage.apps.platform.accounts import actions as accounts_actions
from maillage.apps.platform.exchanges import actions as exchanges_actions
from maillage.apps.platform.exchanges import queries as exchanges_queries
from maillage.apps.platform.exchanges import worklist as exchanges_worklist
from maillage.apps.platform.messages import worklist as messages_worklist
from maillage.apps.platform.search import queries as search_queries
from maillage.apps.referrals.autonomy import actions as autonomy_actions
from maillage.apps.referrals.autonomy import worklist as autonomy_worklist
from maillage.apps.referrals.droits import worklist as droits_worklist
from maillage.apps.referrals.droits.actions import deadlines as droits_deadlines
from maillage.apps.referrals.droits.actions import telling as droits_telling
from maillage.apps.referrals.droits.queries import cards as droits_cards
from maillage.apps.referrals.orientations import worklist as orientations_worklist
from maillage.apps.referrals.orientations.actions import deadlines as orientations_deadlines
from maillage.apps.referrals.orientations.actions import sending as orientations_sending
from maillage.apps.referrals.orientations.actions import transitions as orientations_transitions
from maillage.apps.referrals.orientations.queries import custody as orientations_custody
from maillage.apps.referrals.orientations.queries import people as orientations_people
from maillage.apps.referrals.orientations.queries import search_kinds as orientations_search_kinds
from maillage.apps.site.gallery import access as gallery_access
from maillage.apps.site.pages import actions as site_actions
from maillage.apps.site.pages import queries as site_queries
from maillage.apps.site.pages import worklist as site_worklist
from maillage.apps.site.structures import worklist as network_worklist
from maillage.apps.site.structures.actions import joining as network_joining
from maillage.apps.site.structures.queries import search_kinds as network_search_kinds
from maillage.apps.site.worklist import actions as worklist_actions
from maillage.apps.site.worklist import queries as worklist_queries
from maillage.apps.steering.codesign.queries import boards as codesign_boards
from maillage.apps.steering.indicators import access as indicators_access
from maillage.apps.steering.indicators import actions as indicators_actions
from maillage.apps.steering.indicators import views as indicators_views
from maillage.apps.steering.pilotage import access as pilotage_access
from maillage.apps.steering.pilotage import actions as pilotage_actions
from maillage.apps.steering.pilotage import views as pilotage_views
from maillage.apps.steering.pilotage.queries import editions as pilotage_editions
from maillage.apps.steering.pilotage.queries import first_week as pilotage_first_week
from maillage.apps.steering.pilotage.queries import monthly as pilotage_monthly
from maillage.apps.steering.plans import access as plans_access
from maillage.apps.steering.plans import worklist as plans_worklist
from maillage.apps.steering.plans.queries import report as plans_report
from maillage.apps.steering.plans.queries import search as plans_search
from maillage.apps.surveys import worklist as surveys_worklist
from maillage.apps.surveys.actions import calculations as surveys_calculations
from maillage.apps.surveys.actions import campaigns as surveys_campaigns
from maillage.apps.surveys.queries import publications as surveys_publications
from maillage.apps.surveys.queries import search_kinds as surveys_search_kinds
from maillage.apps.territories import actions as territories_actions
from maillage.apps.volunteering.grants import queries as grants_queries
from maillage.apps.volunteering.grants import worklist as grants_worklist
from maillage.apps.volunteering.volunteers import access as volunteers_access
from maillage.apps.volunteering.volunteers import worklist as volunteers_worklist
from maillage.apps.volunteering.volunteers.actions import handing as volunteers_handing
from maillage.apps.volunteering.volunteers.actions import missions as volunteers_missions
from maillage.apps.volunteering.volunteers.queries import agenda as volunteers_agenda
from maillage.apps.volunteering.volunteers.queries import duties as volunteers_duties
from maillage.apps.volunteering.volunteers.queries import search_kinds as volunteers_search_kinds
from maillage.manage.backups import anchors, scratch
from maillage.manage.deploy import installation, scheduler, worker
from maillage.manage.providers import coop, files, mail, rdv, webhooks, work
from maillage.manage.requests import stored_pages
from maillage.manage.sign_in import sessions
from maillage.web import programs, snapshots

accounts_access.RIGHTS.register(memberships_access.rights_from_roles)
directory_custody.STAKES.register(orientations_custody.stakes)
territories_actions.AREA_READERS.register(directory_index.mark_areas)
intake_sources.FILE_FETCHER.register(files.fetch)
exchanges_queries.PLACE_EVENTS.register(directory_incremental.events)
exchanges_actions.POSTER.register(webhooks.post)
mail.ATTACHMENTS.register(pilotage_monthly.attachment)
agenda_rdv.GRANTS.register(rdv.grant)
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
    exchanges_worklist.lines,
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
worklist_queries.READINGS.register(installation.readings)
memberships_queries.DUTIES.register(
    agenda_duties.appointments,
    mandats_duties.mandates,
    orientations_custody.referrals,
    agenda_duties.permanences,
    volunteers_duties.engagements,
    people_queries.duties,
    memberships_queries.invitations,
)
memberships_roles.HANDOVERS.register(
    ("appointment", agenda_handing.appointment),
    ("mandate", mandats_handing.mandate),
    ("referral", orientations_sending.hand_over),
    ("permanence", agenda_handing.permanence),
    ("engagement", volunteers_handing.engagement),
    ("following", people_register.hand_followings),
    ("invitation", memberships_invitations.hand_invitation),
)
dossiers_later_tabs.TABS.register(
    pilotage_access.tab,
    plans_access.tab,
    indicators_access.tab,
    gallery_access.tab,
)
programs.OPERATIONS.register(*dossiers_api.OPERATIONS, pilotage_views.LOOP, indicators_views.INDICATORS)
dossiers_queries.FIRST_WEEK.register(pilotage_first_week.steps)
dossiers_queries.PUBLISHED_PLAN.register(plans_report.published_plan_of)
surveys_publications.LOOK.register(dossiers_queries.look_of)
dossiers_queries.CHANGES.register(pilotage_editions.since_edition)
dossiers_queries.WORKSHOPS.register(codesign_boards.closed_of)
people_access.SUPERVISOR.register(volunteers_access.supervisor_of)
people_forgetting.LOCK_REFERRALS.register(orientations_transitions.lock_all)
people_forgetting.ERASERS.register(
    ("orientations", orientations_deadlines.strip),  # first, as every gesture locks them
    ("autonomy", lambda person, *, at, structure: autonomy_actions.forget(person, structure=structure)),
    ("learning", learning_progress.forget),
    ("agenda", agenda_forgetting.forget),
    ("mandats", mandats_stopping.forget),
    ("documents", documents_storing.forget),
    ("actes", lambda person, *, at, structure: actes_actions.forget(person, structure=structure)),
    ("reminders", reminders_actions.forget),
    ("droits", droits_telling.forget),
)
directory_results.SURVEYED.register(outreach_census.is_finished)
directory_find.HAS_WORKSHOPS.register(agenda_public.any_near)
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
    ("invitations_oubliees", memberships_invitations.run_deadlines),
    ("reseau", community_deadlines.run_deadlines),
    ("reservations_d_appareils", outreach_devices.run_deadlines),
    ("benevoles_oublies", volunteers_missions.run_deadlines),
    ("sources_a_relire", intake_sources.run_deadlines),
    ("fichiers_oublies", intake_sources.forget_old),
    ("journees", worklist_actions.run_deadlines),
    ("indicateurs", indicators_actions.run_deadlines),
    ("rapports_du_mois", pilotage_actions.send_monthly),
    ("mesures", snapshots.run_deadlines),  # after what they are read from
    ("personnes_oubliees", people_forgetting.forget_inactive),
    ("fiches_reunies", people_merging.settle),
    ("resultats_d_enquetes", surveys_calculations.run_deadlines),
    ("enquetes_finies", surveys_campaigns.close_ended),
    ("ancres_du_journal", anchors.write_daily),
    ("messages", work.send),
    ("contenus_effaces", work.forget),
    ("la_coop", coop.run_deadlines),
    ("rdv_service_public", rdv.run_deadlines),
    ("systemes_prevenus", exchanges_actions.run_deadlines),
    ("rappels_effaces", reminders_actions.forget_old),
    ("signalements_effaces", directory_signals.run_deadlines),
    ("problemes_effaces", site_actions.forget_old),
    ("copies_laissees", scratch.forget),
    ("visites_finies", sessions.clear),
    ("taches_reprises", worker.take_again),
    ("taches_finies", scheduler.forget_tasks),
    ("limites_par_heure", accounts_actions.forget_tallies),
    ("journal_vide", scheduler.fold),
)
