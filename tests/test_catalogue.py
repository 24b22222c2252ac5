"""Each rule has a fixture in which it fires and a near one in which it stays silent, or a test that shows it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from cases import FIXTURES, cases_with
from fixtures_page import cases_of_codes, near_cases

from dagconv.rules import catalogue

ROOT = Path(__file__).parents[1]
CODES = {rule.code: rule for rule in catalogue()}
TOLD = cases_of_codes()
NEAR = near_cases()

INPUTS = "what the user supplied for the import, which a file alone cannot show"
CHANGED = "a file that changes while it is converted"
LARGE = "files of hundreds of megabytes"
WALK = "which files of a folder are read, which a case of one file cannot show"
BATCH = "several definitions, or what is beside them"
BUG = "a bug of dagconv, or a damage done on purpose"
ACCOUNT = "what an account holds, which the stand-in of the service shows"
RUN = "what shows only when tasks are run, which takes time"
OUTPUT = "what lies where the output goes"

# Code -> what a fixture cannot show, and the test that shows it.
ELSEWHERE = {
    "DC124": (BUG, "prove/test_reader.py::test_what_must_be_refused_is_refused_by_a_blind_reader_too"),
    "DC150": (INPUTS, "worker/compat/test_supplied.py::test_variables_and_options_are_taken_from_what_was_supplied"),
    "DC152": (INPUTS, "worker/compat/test_supplied.py::test_calls_of_aws_get_the_supplied_reply"),
    "DC154": (INPUTS, "worker/compat/test_supplied.py::test_calls_of_aws_get_the_supplied_reply"),
    "DC155": (INPUTS, "worker/compat/test_supplied.py::test_plugins_and_helpers_are_found_and_libraries_not_replaced"),
    "DC156": (INPUTS, "worker/compat/test_supplied.py::test_stubs_let_a_file_load_but_decide_nothing"),
    "DC157": (INPUTS, "worker/compat/test_supplied.py::test_stubs_let_a_file_load_but_decide_nothing"),
    "DC408": (INPUTS, "assessment/test_forecast.py::test_the_forecast_equals_what_convert_then_does"),
    "DC180": (BUG, "load/test_failure.py::test_a_bug_ends_its_file_only"),
    "DC189": (WALK, "discover/test_walk.py::test_a_file_of_many_megabytes_is_not_read"),
    "DC190": (WALK, "discover/test_walk.py::test_an_unreadable_file_fails_and_the_others_go_on"),
    "DC191": (WALK, "discover/test_walk.py::test_a_pipe_never_blocks"),
    "DC192": (WALK, "discover/test_walk.py::test_a_pipe_never_blocks"),
    "DC194": (WALK, "cli/test_main.py::test_any_locale_will_do"),
    "DC195": (WALK, "cli/test_convert.py::test_strict_does_not_count_what_was_set_aside_or_ignored"),
    "DC196": (WALK, "discover/test_walk.py::test_links_are_followed_but_never_in_a_circle"),
    "DC197": (WALK, "discover/test_walk.py::test_the_syntax_of_airflowignore_matters"),
    "DC198": (WALK, "discover/test_walk.py::test_folders_of_tools_are_left_out_and_said"),
    "DC199": (WALK, "discover/test_walk.py::test_a_folder_without_a_file_to_load_is_said"),
    "DC498": (BUG, "emit/test_document.py::test_a_value_without_form_is_told_at_its_argument"),
    "DC509": (CHANGED, "package/test_build.py::test_a_file_that_is_no_longer_python_is_refused"),
    "DC535": (BATCH, "check/test_code.py::test_what_is_no_archive_is_told_and_nothing_else"),
    "DC536": (BATCH, "check/test_code.py::test_sizes_are_limited"),
    "DC537": (BATCH, "check/test_code.py::test_files_that_a_package_may_not_hold"),
    "DC538": (BATCH, "check/test_code.py::test_what_does_not_compile_is_told_once"),
    "DC539": (BATCH, "check/test_code.py::test_names_of_the_worker_are_told"),
    "DC540": (BATCH, "check/test_code.py::test_an_edited_package_is_told"),
    "DC541": (BATCH, "check/test_code.py::test_what_a_module_binds_is_what_python_binds"),
    "DC542": (BATCH, "check/test_code.py::test_scripts_are_there_and_may_be_run"),
    "DC543": (BATCH, "check/test_code.py::test_a_package_of_another_state_is_told"),
    "DC544": (LARGE, "package/test_build.py::test_a_package_above_the_limit_of_the_service_is_refused"),
    "DC695": (BATCH, "cli/test_validate.py::test_what_is_no_regular_file_fails_without_waiting"),
    "DC696": (BATCH, "check/test_batch.py::test_what_looks_like_no_definition_is_judged_only_where_it_is_named"),
    "DC697": (BATCH, "cli/test_validate.py::test_two_files_with_one_dag_id_fail"),
    "DC698": (BATCH, "cli/test_validate.py::test_deep_reports_what_only_the_engine_sees"),
    "DC699": (BATCH, "cli/test_validate.py::test_a_folder_without_a_definition_is_a_warning"),
    "DC701": (BUG, "prove/test_mutants.py::test_damage_is_found"),
    "DC702": (BUG, "prove/test_declarations.py::test_each_declaration_is_needed"),
    "DC703": (BUG, "prove/test_declarations.py::test_each_declaration_is_needed"),
    "DC704": (BUG, "prove/test_declarations.py::test_argument_that_a_pass_changes_without_a_word"),
    "DC705": (BUG, "prove/test_reader.py::test_class_changed_in_place_is_refused"),
    "DC706": (BUG, "prove/test_view.py::test_definition_must_give_one_dag"),
    "DC707": (BUG, "prove/test_mutants.py::test_damage_is_found"),
    "DC709": (BUG, "prove/test_code.py::test_what_the_imports_do_to_the_process_is_compared"),
    "DC710": (BUG, "prove/test_entries.py::test_a_changed_entry_is_found"),
    "DC712": (BUG, "prove/test_rendering.py::test_what_was_declared_and_shows_nowhere_is_found"),
    "DC715": (BUG, "prove/test_effects.py::test_one_that_is_left_out_changed_or_added_is_found"),
    "DC740": (BUG, "prove/test_enactment.py::test_it_finds_damage_by_itself"),
    "DC741": (RUN, "prove/test_enactment.py::test_chance_at_import_is_told_and_a_task_without_end_refused"),
    "DC742": (RUN, "prove/test_enactment.py::test_what_no_run_reached_is_told"),
    "DC743": (RUN, "prove/test_enactment.py::test_what_is_made_anew_is_told_and_not_compared"),
    "DC801": (ACCOUNT, "migrate/test_plan.py::test_findings_and_their_near_misses"),
    "DC802": (ACCOUNT, "migrate/test_faults_account.py::test_43_names_that_collide_or_are_not_legal"),
    "DC803": (ACCOUNT, "migrate/test_plan.py::test_findings_and_their_near_misses"),
    "DC804": (ACCOUNT, "migrate/test_plan.py::test_a_workflow_close_to_its_versions_is_named_before_it_has_too_many"),
    "DC805": (ACCOUNT, "migrate/test_faults_calls.py::test_20_versions_are_counted_and_never_made_room_for"),
    "DC806": (ACCOUNT, "migrate/test_faults_calls.py::test_17_a_foreign_workflow_is_left_alone"),
    "DC807": (ACCOUNT, "migrate/test_faults_account.py::test_36_a_bucket_with_a_customer_key_sets_the_workflows_key"),
    "DC808": (ACCOUNT, "migrate/test_faults_account.py::test_26_an_odd_policy_is_shown_and_not_edited"),
    "DC809": (
        ACCOUNT,
        "migrate/test_faults_account.py::test_31_a_service_linked_role_is_refused_and_an_edit_is_announced",
    ),
    "DC810": (ACCOUNT, "migrate/test_plan.py::test_findings_and_their_near_misses"),
    "DC811": (ACCOUNT, "migrate/test_faults_account.py::test_37_a_bucket_in_another_region"),
    "DC812": (ACCOUNT, "migrate/test_plan.py::test_findings_and_their_near_misses"),
    "DC813": (ACCOUNT, "migrate/test_plan.py::test_findings_and_their_near_misses"),
    "DC814": (ACCOUNT, "migrate/test_plan.py::test_findings_and_their_near_misses"),
    "DC815": (ACCOUNT, "migrate/test_plan.py::test_findings_and_their_near_misses"),
    "DC816": (ACCOUNT, "migrate/test_plan.py::test_findings_and_their_near_misses"),
    "DC817": (ACCOUNT, "migrate/test_plan.py::test_findings_and_their_near_misses"),
    "DC818": (ACCOUNT, "migrate/test_plan.py::test_findings_and_their_near_misses"),
    "DC819": (ACCOUNT, "migrate/test_plan.py::test_findings_and_their_near_misses"),
    "DC820": (ACCOUNT, "migrate/test_faults_account.py::test_52_an_environment_in_another_state_is_read_only"),
    "DC821": (ACCOUNT, "migrate/test_faults_account.py::test_52_an_environment_in_another_state_is_read_only"),
    "DC822": (ACCOUNT, "migrate/test_plan.py::test_findings_and_their_near_misses"),
    "DC830": (ACCOUNT, "migrate/test_plan.py::test_given_definitions_win_and_doubles_are_refused"),
    "DC831": (ACCOUNT, "migrate/test_plan.py::test_given_definitions_win_and_doubles_are_refused"),
    "DC832": (ACCOUNT, "migrate/test_faults_account.py::test_41_odd_keys_stay_inside_the_folder"),
    "DC833": (ACCOUNT, "migrate/test_plan.py::test_configuration_that_is_not_carried_over_is_named"),
    "DC834": (ACCOUNT, "migrate/test_ownership.py::test_h1_a_dag_under_another_name_is_never_deployed_twice"),
    "DC836": (ACCOUNT, "migrate/test_right_bytes.py::test_c9_a_role_of_another_account_is_refused"),
    "DC837": (ACCOUNT, "migrate/test_cutover.py::test_an_airflow_that_cannot_pause_is_said_before"),
    "DC838": (ACCOUNT, "migrate/test_cutover.py::test_c7_the_plan_tells_what_is_paused_and_what_no_call_can_pause"),
    "DC839": (ACCOUNT, "migrate/test_cutover.py::test_c7_the_plan_tells_what_is_paused_and_what_no_call_can_pause"),
    "DC840": (ACCOUNT, "migrate/test_dependents.py::test_findings_name_who_breaks_and_why"),
    "DC841": (ACCOUNT, "migrate/test_dependents.py::test_findings_name_who_breaks_and_why"),
    "DC845": (ACCOUNT, "migrate/test_plan.py::test_what_a_secrets_backend_must_serve_is_said"),
    "DC843": (ACCOUNT, "migrate/test_faults_account.py::test_h6_the_plan_says_whether_the_role_may_write_logs"),
    "DC844": (ACCOUNT, "migrate/test_faults_account.py::test_h6_the_plan_says_whether_the_role_may_write_logs"),
    "DC842": (ACCOUNT, "migrate/test_plan.py::test_h5_the_network_of_the_environment_is_taken_or_said_to_be_left"),
    "DC835": (ACCOUNT, "migrate/test_ownership.py::test_m9_a_plan_for_another_bucket_or_prefix_is_refused"),
    "DC910": (OUTPUT, "cli/test_convert.py::test_check_writes_nothing_and_tells_what_is_wrong"),
    "DC911": (OUTPUT, "write/test_outputs.py::test_a_stale_one_is_rewritten_and_check_says_so"),
    "DC912": (OUTPUT, "cli/test_convert.py::test_edited_files_are_kept_unless_forced"),
    "DC913": (OUTPUT, "write/test_outputs.py::test_a_foreign_file_is_kept_unless_forced"),
    "DC914": (OUTPUT, "cli/test_convert_whole.py::test_ids_that_differ_in_case_name_each_other"),
    "DC915": (OUTPUT, "write/test_outputs.py::test_ids_never_leave_the_folder"),
    "DC916": (OUTPUT, "write/test_outputs.py::test_what_cannot_be_written_does_not_stop_the_others"),
    "DC917": (OUTPUT, "cli/test_convert.py::test_check_writes_nothing_and_tells_what_is_wrong"),
    "DC918": (OUTPUT, "write/test_outputs.py::test_a_definition_of_another_file_is_kept_unless_that_one_was_loaded"),
    "DC920": (OUTPUT, "discover/test_clash.py::test_the_other_owner_of_the_command_is_said"),
    "DC940": (INPUTS, "load/test_configuration.py::test_options_that_are_not_taken_over_are_named"),
}


def test_each_rule_fires_in_a_fixture_or_in_a_test_that_is_named() -> None:
    assert CODES.keys() - TOLD.keys() == ELSEWHERE.keys()


@pytest.mark.parametrize("file", sorted({test.partition("::")[0] for _, test in ELSEWHERE.values()}))
def test_the_named_tests_are_there(file: str) -> None:
    tree = ast.parse((ROOT / "tests" / file).read_text("utf-8"))
    tests = {f"{file}::{node.name}" for node in tree.body if isinstance(node, ast.FunctionDef)}
    named = {code: test for code, (_, test) in ELSEWHERE.items() if test.partition("::")[0] == file}
    assert {code: test for code, test in named.items() if test not in tests} == {}


def test_each_rule_stays_silent_in_a_near_case() -> None:
    for code in sorted(CODES.keys() & TOLD.keys()):
        near = NEAR.get(code)
        assert near is not None, f"name a near case of {code} in fixtures/near.json"
        assert near not in TOLD[code], code
        if not near.startswith("check/"):
            assert (FIXTURES / near / "dag.py").is_file(), code
            assert (FIXTURES / near / "want.diag.txt").is_file(), code


def test_near_cases_of_check_are_each_rules_own() -> None:
    """Rules that share what they stay silent on prove little about their own."""
    texts = [path.read_text("utf-8") for path in FIXTURES.glob("check/*/silent.yaml")]
    assert len(texts) > 100
    assert sorted(text for text in set(texts) if texts.count(text) > 1) == []


# What these hold is no Python, or nothing.
WORDLESS = {"faults/binary", "faults/empty", "faults/only_comments", "faults/utf_16"}


@pytest.mark.parametrize("area", sorted({case.partition("/")[0] for case in cases_with("dag.py")} - {"code"}))
def test_each_case_opens_with_a_sentence(area: str) -> None:
    """Those of `code` still have to."""
    said = re.compile(rb'\A(\xef\xbb\xbf)?(#[^\n]*\n)*\s*r?"""\S')
    cases = cases_with("dag.py", area)
    assert {case for case in cases if not said.match((FIXTURES / case / "dag.py").read_bytes())} <= WORDLESS
