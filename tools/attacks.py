"""`make attaques`: replay the attacks that the tests make on the platform, and print their counts.

Each family lists tests that live beside what they protect, with all their cases; PROFIL=complet adds those of
the complete profile.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from typing import Any
from unittest.mock import patch

import pytest

FAMILIES: dict[str, tuple[str, ...]] = {
    "routes × rôles × objets": ("tests/house/test_rights.py",),
    "liens, cartes et appareils": (
        "tests/apps/test_personal_link.py::test_wrong_malformed_and_old_codes_have_one_answer",
        "tests/apps/test_personal_link.py::test_trying_codes_at_random_stops",
        "tests/apps/test_ma_carte.py::test_nothing_says_whether_a_code_exists",
        "tests/apps/test_ma_carte.py::test_five_wrong_tries_wait_an_hour_and_twenty_want_a_helper",
        "tests/apps/test_ma_carte.py::test_tries_sent_at_once_are_all_counted",
        "tests/apps/test_ma_carte.py::test_the_form_of_one_card_does_nothing_to_another",
        "tests/apps/test_ma_carte.py::test_a_session_copied_from_one_card_opens_no_other",
        "tests/apps/test_survey_devices.py::test_a_forged_link_and_a_closed_one_are_refused",
        "tests/apps/test_mandats_pages.py::test_wrong_codes_are_answered_alike_and_counted",
        "tests/apps/test_learners.py::test_a_room_enters_with_its_cards_and_nobody_guesses_one",
        "tests/apps/test_reminders.py::test_what_is_forged_replayed_unreadable_or_unknown_stops_nothing",
        "tests/apps/test_rdv_service_public.py::test_a_forged_notice_is_refused",
        "tests/apps/test_rdv_service_public.py::test_an_old_notice_replayed_is_refused",
        "tests/apps/test_limits.py",
    ),
    "mots de passe, second facteur, visites": (
        "tests/apps/test_sign_in.py::test_one_address_tries_no_password_on_every_account",
        "tests/apps/test_sign_in.py::test_one_address_closes_no_account_by_wrong_passwords",
        "tests/apps/test_sign_in.py::test_wrong_passwords_from_elsewhere_close_no_account_where_its_owner_signs_in",
        "tests/apps/test_sign_in.py::test_an_address_where_an_owner_signs_in_tries_no_more_passwords_than_another",
        "tests/apps/test_sign_in.py::test_one_address_closes_no_account_by_wrong_codes_of_an_application",
        "tests/apps/test_sign_in.py::test_guessing_the_factor_is_limited",
        "tests/apps/test_sign_in.py::test_a_code_of_the_application_serves_once",
        "tests/apps/test_sign_in.py::test_a_code_that_is_guessed_three_times_is_dead",
        "tests/apps/test_sign_in.py::test_the_mark_of_the_session_changes_when_one_signs_in",
        "tests/apps/test_sign_in.py::test_forged_post_is_refused_even_with_a_signed_account",
        "tests/apps/test_sign_in.py::test_a_forged_form_is_not_stored_for_later",
        "tests/apps/test_sign_in_elsewhere.py",
    ),
    "formulaires et interface de données": (
        "tests/house/test_forms_fuzz.py",
        "tests/apps/test_api_fuzz.py",
        "tests/apps/test_find.py::test_unknown_place_is_reported_and_not_searched",
        "tests/sources/test_expressions.py::test_a_pattern_made_to_stop_a_server_is_stopped_at_once",
        "tests/sources/test_expressions.py::test_an_expression_too_deep_is_refused_and_stops_nothing",
    ),
    "fichiers envoyés : archives, XML, faux types, profondeur": (
        "tests/sources/test_forms.py::test_a_file_that_cannot_be_read_says_what_why_and_what_to_do",
        "tests/sources/test_forms.py::test_no_depth_of_json_is_a_bug",
        "tests/sources/test_forms.py::test_one_cell_in_the_last_corner_takes_neither_memory_nor_time",
        "tests/sources/test_xlsform.py::test_a_workbook_that_swells_is_refused_before_it_is_unpacked",
        "tests/statistics/test_theme.py::test_a_logo_that_is_no_plain_drawing_is_refused",
        "tests/apps/test_module_editor.py::test_an_archive_that_is_not_to_be_trusted_writes_nothing",
        "tests/apps/test_module_editor.py::test_a_file_that_expands_to_billions_is_refused_at_once",
        "tests/apps/test_papers.py::test_a_file_that_lies_or_harms_is_refused",
        "tests/apps/test_papers.py::test_a_zip_behind_a_pdf_is_refused",
        "tests/apps/test_mandats_pages.py::test_an_unreadable_photograph_is_refused_with_what_to_do",
        "tests/apps/test_resources.py::test_a_file_that_lies_or_weighs_too_much_is_refused",
        "tests/apps/test_survey_odk.py::test_what_is_no_answer_is_refused_with_a_reason",
        "tests/apps/test_survey_devices.py::test_an_invalid_sending_is_refused",
        "tests/apps/test_learners.py::test_invalid_synchronisation_is_refused",
        "tests/apps/test_actes_pages.py::test_what_is_no_sending_is_refused",
        "tests/apps/test_rdv_service_public.py::test_a_signed_notice_that_says_nothing_is_refused",
        "tests/apps/test_plans.py::test_an_invalid_frame_is_refused_with_the_place_of_its_error",
    ),
    "adresses de l’intérieur (SSRF)": (
        "tests/apps/test_webhooks.py::test_an_address_that_is_no_public_one_is_refused",
        "tests/apps/test_webhooks.py::test_an_address_of_the_network_is_never_called",
        "tests/apps/test_webhooks.py::test_a_name_that_leads_inside_by_another_protocol_is_never_called",
    ),
    "hôte, proxy, pages gardées": (
        "tests/apps/test_site.py::test_an_unknown_host_is_refused",
        "tests/apps/test_stored_pages.py::test_what_a_request_claims_of_its_host_is_stored_for_nobody",
        "tests/apps/test_stored_pages.py::test_who_asks_otherwise_gets_a_page_made_for_them",
        "tests/apps/test_stored_pages.py::test_the_page_of_somebody_signed_in_is_stored_for_nobody",
        "tests/apps/test_stored_pages.py::test_a_notice_to_one_account_reaches_nobody_else",
        "tests/apps/test_stored_pages.py::test_a_page_with_a_form_is_never_stored",
        "tests/apps/test_personal_link.py::test_behind_our_proxy_each_visitor_is_counted_alone",
        "tests/apps/test_watching.py::test_figures_are_for_this_computer_and_not_for_who_comes_through_a_proxy",
        "tests/apps/test_watching.py::test_what_a_personal_link_opens_stays_in_no_cache",
        "tests/commands/test_deploy.py::test_no_request_hides_in_the_body_of_another",
        "tests/commands/test_deploy.py::test_nginx_passes_on_no_request_that_hides_in_the_body_of_another",
        "tests/commands/test_deploy.py::test_nginx_passes_on_no_header_that_another_name_would_hide",
        "tests/commands/test_deploy.py::test_nginx_stops_whoever_hammers_and_no_room_that_shares_an_address",
        "tests/commands/test_deploy.py::test_nginx_hands_over_who_calls_and_keeps_to_https",
        "tests/commands/test_deploy.py::test_nginx_writes_no_address_whether_the_platform_answers_or_not",
        "tests/commands/test_deploy.py::test_nginx_writes_no_body_on_the_disk",
    ),
    "ce qui sort : pages, tableaux, documents, calendriers, flux": (
        "tests/statistics/test_spreadsheet.py",
        "tests/statistics/test_workbook.py::test_no_cell_is_a_formula",
        "tests/statistics/test_office_files.py::test_an_office_file_opens_whatever_was_pasted_and_leads_nowhere_else",
        "tests/spec/test_constats.py::test_a_strange_survey_still_makes_a_document",
        "tests/apps/test_reports_of_a_study.py::test_hostile_texts_stay_on_their_page_and_run_nothing",
        "tests/apps/test_exports_pages.py::test_a_feed_is_read_whatever_was_pasted_in_a_name",
        "tests/apps/test_agenda.py::test_no_title_adds_an_event_to_a_calendar",
        "tests/apps/test_actes_workbook.py::test_no_text_of_a_workbook_is_a_formula_nor_is_a_row_lost",
        "tests/apps/test_joining.py::test_hostile_words_are_escaped_and_secrets_are_refused",
        "tests/statistics/test_survey_attack.py",
    ),
    "base écrite, papiers et journal": (
        "tests/apps/test_hostile_rows.py",
        "tests/apps/test_papers.py::test_what_is_on_the_disk_is_not_the_paper_and_what_is_read_is",
        "tests/apps/test_papers.py::test_what_is_sealed_opens_and_what_was_touched_does_not",
        "tests/apps/test_papers.py::test_a_backup_takes_the_papers_as_they_are_and_never_their_key",
        "tests/commands/test_backups.py::test_a_file_that_is_missing_added_or_changed_is_named",
        "tests/databases/test_journal.py::test_each_damage_to_the_journal_is_named",
    ),
}
REQUESTS, ROUTES = "requests", "routes"


def family(nodeid: str) -> str:
    """Return the family of a test by its identifier, "" for none."""
    test = nodeid.partition("[")[0]
    return next((name for name, tests in FAMILIES.items() if {test, test.partition("::")[0]} & {*tests}), "")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave to the complete profile the cases that are its own: asked for by name, all would run."""
    if not import_module("tests.support.profile").COMPLETE:  # which types do not follow
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("complete")])
        items[:] = [item for item in items if not item.get_closest_marker("complete")]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Count the requests that a test makes of the platform, and the routes that answered."""
    from django.core.handlers.base import BaseHandler

    routes, answer, n_requests = set[str](), BaseHandler.get_response, 0

    def counted(handler: BaseHandler, request: Any) -> Any:
        nonlocal n_requests
        n_requests += 1
        response = answer(handler, request)
        if match := getattr(request, "resolver_match", None):
            routes.add(match.route)
        return response

    try:
        with patch.object(BaseHandler, "get_response", counted):
            return (yield)
    finally:
        item.user_properties += [(REQUESTS, n_requests), (ROUTES, sorted(routes))]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the table of what was tried, as docs/menaces.md publishes it."""
    tests, failed, requests = Counter[str](), Counter[str](), Counter[str]()
    routes: dict[str, set[str]] = {name: set() for name in FAMILIES}
    roles = set[str]()
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        if report.when != "call" or not (name := family(report.nodeid)):
            continue
        tests[name] += 1
        failed[name] += report.failed
        values = dict(report.user_properties)
        requests[name] += values.get(REQUESTS, 0)
        routes[name] |= set(values.get(ROUTES, ()))
        if name == next(iter(FAMILIES)):
            roles |= {*re.findall(r"\[(\w+)\]$", report.nodeid)}
    write = terminalreporter.write_line
    write("")
    write("| ce qui est tenté | cas | requêtes | routes atteintes | résultat |")
    write("| --- | --- | --- | --- | --- |")
    for name in FAMILIES:
        result = (
            f"{failed[name]} passent" if failed[name] else "tout tient" if tests[name] else "rien d’essayé"
        )
        write(f"| {name} | {tests[name]} | {requests[name]} | {len(routes[name])} | {result} |")
    write("")
    write(f"{tests.total()} cas, {requests.total()} requêtes, {len(set().union(*routes.values()))} routes.")
    write(f"{len(roles)} rôles dans la matrice : {', '.join(sorted(roles))}.")


if __name__ == "__main__":
    listed = [each for tests in FAMILIES.values() for each in tests]
    sys.exit(pytest.main(["-p", "tools.attacks", "-q", "-r", "fE", "--durations=0", *sys.argv[1:], *listed]))
