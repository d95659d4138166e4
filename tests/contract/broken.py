"""Connectors that break one promise each: copies of a good one with one function or field replaced."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from include.orderhouse.connector import Connector
from tests.contract import broken_following as following
from tests.contract import broken_reading as reading
from tests.contract import broken_telling as telling
from tests.contract import checks
from tests.contract import checks_of_change as change
from tests.contract import checks_of_mapping as mapping
from tests.contract import checks_of_records as bad_records
from tests.contract import checks_of_requests as requests
from tests.contract.checks import Check

Break = Callable[[Connector], Connector]

BROKEN: Mapping[Check, Mapping[Break, str]] = {
    checks.every_order_comes_exactly_once: {
        reading.drops_the_last_order_of_each_page: "a fetch without bounds: .* missing$",
        reading.gives_an_order_twice: "missing, .* too many$",
    },
    checks.a_window_is_closed_below_and_open_above: {
        reading.starts_after_the_first_instant: "but not in the window from",
        reading.ends_with_the_last_instant: "but in the window up to",
        reading.asks_in_another_zone: "but not in the window up to .* time zone",
    },
    checks.both_ends_of_a_window_count: {
        reading.ends_only_where_it_does_not_begin: "did not change in Window.* one of its ends may not be asked for",
    },
    checks.no_order_falls_between_the_instants_a_source_tells: {
        reading.asks_more_precisely_than_is_told: r"so perhaps after .*\.500000.* rounded down",
    },
    checks.open_orders_are_found_however_old: {
        reading.asks_for_all_in_place_of_open_ones: "window.open_only is ignored",
        reading.asks_for_open_ones_of_any_time: "but among the open orders up to there",
        reading.takes_drafts_for_finished: "not among the open orders",
    },
    checks.after_each_page_the_rest_is_fetched: {
        reading.forgets_where_it_was: "after page 1, from its resume .* too many",
        reading.forgets_where_it_was_among_changed_orders: r"start=datetime.*: after page 1, .* too many",
        reading.counts_again_where_it_goes_on: "adds up to 1, but to 2 .* tell it once per section",
    },
    requests.a_page_is_read_when_it_is_asked_for: {
        reading.prefetches: "lay in memory; requests sent by page: ",
        reading.reads_at_the_call: "sent by the call, before a page was asked for",
    },
    requests.a_page_is_let_go_of_before_the_next_is_asked_for: {
        reading.keeps_a_page: "are held while the source is asked for another one",
    },
    checks.read_gives_exactly_the_orders_asked_for: {
        reading.reads_more_than_asked: "too many",
        reading.reads_a_shell_for_what_is_gone: "which does not exist: .* too many",
    },
    checks.a_scan_agrees_with_a_fetch_and_its_own_count: {
        reading.leaves_keys_out_of_a_scan: "a scan, beside a fetch: .* missing",
        reading.scans_without_times: "a scan tells None, the order itself ",
        reading.tells_naive_times: r"a scan tells datetime.*\d\), the order",
    },
    checks.windows_scans_and_orders_are_of_one_time_zone: {
        telling.takes_its_times_for_local_ones: "a scan tells datetime.*, the order itself datetime",
        reading.asks_in_the_zone_of_the_connection: "but not in the window from there: a bound may be of",
        reading.begins_as_if_told_in_the_zone_of_the_connection: "but not in the window from there: a bound may be of",
    },
    checks.a_record_is_json_and_holds_all_it_takes: {
        telling.gives_python_objects: r"\[0\].read_at is datetime",
        telling.reads_amounts_as_floats: r"\[0\].amount_total is .* \(float\)",
        telling.looks_up_outside_the_record: "payment_terms_text is 'a term'",
    },
    checks.every_order_can_be_mapped: {
        telling.maps_a_required_column_to_nothing: "rejected, such as .*order_number",
        telling.derives_what_it_cannot: "rejected, such as .*no_such_field",
    },
    checks.every_status_has_a_code: {
        telling.forgets_a_status: "in no code table: status 'draft'",
    },
    requests.every_request_goes_through_the_api: {
        reading.asks_beside_the_api: r"fetch: \d+ requests came to the source, but only",
    },
    requests.a_larger_page_size_loses_nothing: {
        reading.takes_a_short_page_for_the_last: "fetch, with a page_size of 10000: .* missing",
    },
    requests.wrong_credentials_are_told_as_such: {
        telling.asks_for_no_password: "WRONG in tests/contract/conftest.py names no secret",
        telling.takes_a_refused_login_for_a_bad_request: "came RequestRefused",
    },
    requests.a_wrong_shape_is_never_no_orders: {
        telling.takes_a_wrong_shape_for_no_orders: "fetch: UnexpectedShape expected .* from request 1 on",
        telling.takes_a_wrong_shape_for_the_end: "fetch: UnexpectedShape expected .* from request [0-9]+ on",
    },
    requests.an_outage_is_never_no_orders: {
        reading.takes_an_outage_for_an_order_that_is_gone: "read: SourceUnavailable expected .* came None",
    },
    requests.errors_hold_no_secret: {
        telling.names_the_password_in_its_errors: r"a secret is shown by: wrong credentials\. It is password;",
        telling.quotes_the_request_in_its_errors: r"a secret is shown by: wrong credentials\. It is password;",
        telling.logs_what_it_signs_in_with: r"a secret is shown by: the log\. It is password;",
    },
    checks.the_catalogue_is_json: {
        telling.keeps_objects_in_its_catalogue: "the details: scope is .*set",
    },
    mapping.a_derived_value_names_what_it_reads: {
        telling.looks_at_what_it_does_not_name: r"order_line.x_term \(purchase_order: a term\); x_terms",
    },
    mapping.a_mapped_column_is_proved: {
        telling.misspells_a_field: "NULL in every order, and not in the truth: purchase_order_line.vendor_item_code",
    },
    bad_records.one_bad_record_stops_no_run_and_does_not_vanish: {
        reading.stumbles_over_a_missing_buyer: "null at .*user_id of .*: the run stops, TypeError",
        reading.skips_orders_without_a_buyer: "null at .*user_id of .*: 1 orders vanish",
        reading.skips_lines_without_a_price: "null at .*price_unit of .*: 1 lines vanish, and their order is not",
    },
    change.a_line_that_changed_brings_its_order: {
        following.takes_the_creation_for_the_change: "a line of order .* was changed after .*, but not in",
        following.takes_one_page_of_changed_orders: r"a line of order \S+, \S+ was changed after",
        reading.forgets_where_it_was_among_changed_orders: r"start=datetime.*: after page 1, .* too many",
    },
    change.what_moves_or_goes_meanwhile_hides_no_other: {
        following.pages_by_offset: "Page by a key that does not move",
    },
    change.what_is_told_as_deleted_is_gone: {
        following.tells_its_orders_as_deleted: "told as deleted, but the source has them",
        following.tells_the_first_deletion_alone: "deleted after .* missing",
        following.tells_all_deletions_again: "deleted after page .* too many",
    },
}
"""By check, the connectors that must fail it, and what the failure must say."""
