"""What connections.yaml may say, and what a mistake in it stops."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from include.orderhouse.configuration.connections import read_connection, read_connections
from include.orderhouse.configuration.customers import read_customers
from include.orderhouse.configuration.options import duration, spelled
from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.transform.batch import Transform

ENTRY = {"connector": "odoo", "customer": "acme"}


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "connections.yaml"
    monkeypatch.setenv("ORDERHOUSE_CONNECTIONS", str(path))
    for name in ("ACME_ZONE", "NOWHERE"):
        monkeypatch.delenv(name, raising=False)
    return path


def write(file: Path, *lines: str, **other: str) -> None:
    """One connection with these further lines, and others with one each."""
    document = [
        "connections:",
        "  acme:",
        "    connector: odoo",
        "    customer: acme",
        *(f"    {one}" for one in lines),
    ]
    for name, line in other.items():
        document += [f"  {name}:", "    connector: xero", "    customer: acme", f"    {line}"]
    file.write_text("\n".join(document), encoding="utf-8")


def refused(file: Path, **options: Any) -> str:
    """What is said of an entry with these options, by whoever reads it or maps with it."""
    file.write_text(yaml.safe_dump({"connections": {"acme": {**ENTRY, **options}}}), encoding="utf-8")
    with pytest.raises(ConfigurationInvalid) as raised:
        Transform(read_connection("acme"))
    return str(raised.value)


def test_a_variable_that_is_not_set_stops_only_the_connection_that_uses_it(file: Path) -> None:
    write(file, "time_zone: ${ACME_ZONE}", other="time_zone: Europe/Berlin")
    assert read_connection("other").options.time_zone == "Europe/Berlin"
    assert list(read_connections(connector="xero")) == ["other"]
    assert read_customers() == {}
    with pytest.raises(ConfigurationInvalid, match=r"connection 'acme'.* uses \$\{ACME_ZONE\}, which the environment"):
        read_connection("acme")


@pytest.mark.parametrize(("written", "taken"), [("1", "1"), ("null", "None"), ("2026-01-31", "2026-01-31")])
def test_a_name_that_yaml_takes_for_something_else_is_to_be_quoted(written: str, taken: str, file: Path) -> None:
    file.write_text(f"connections:\n  {written}: {{connector: odoo, customer: acme}}\n", encoding="utf-8")
    for read in (read_connections, lambda: read_connection(taken)):
        with pytest.raises(ConfigurationInvalid, match=f"connection {taken}: YAML takes this name") as raised:
            read()
        assert "in quotes" in raised.value.action


def test_every_variable_of_an_entry_that_is_not_set_is_named(file: Path) -> None:
    write(file, "time_zone: ${ACME_ZONE}", "settings: {language: 'x${NOWHERE}'}")
    with pytest.raises(ConfigurationInvalid, match=r"\$\{ACME_ZONE\}, \$\{NOWHERE\}"):
        read_connection("acme")


def test_a_variable_in_a_comment_is_not_asked_for(file: Path) -> None:
    write(file, "# time_zone: ${ACME_ZONE}")
    assert read_connection("acme").options.time_zone == "UTC"


def test_a_variable_elsewhere_that_is_not_set_is_named_with_the_file(file: Path) -> None:
    write(file)
    file.write_text(file.read_text(encoding="utf-8") + "\nwebhooks: {hosts: ['${NOWHERE}']}\n", encoding="utf-8")
    with pytest.raises(ConfigurationInvalid, match=r"connections\.yaml uses \$\{NOWHERE\}, which the environment"):
        read_connection("acme")


def test_a_default_holds_for_a_variable_that_is_empty(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_ZONE", "")
    write(file, "time_zone: ${ACME_ZONE:-Europe/Berlin}")
    assert read_connection("acme").options.time_zone == "Europe/Berlin"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"sync_every": "99999999999d"}, "sync_every: write a number with s, m, h or d, such as 15m or 6h, at most"),
        ({"initial_days": 4_000_000}, "initial_days: Input should be less than or equal to"),
        ({"slice_days": 4_000_000_000_000}, "slice_days: Input should be less than or equal to"),
        ({"customer": " "}, "customer: is empty"),
        ({"customer": 4711}, "customer: is no text; a number, yes or no must stand in quotes"),
        ({"connector": "coupa", "page_size": 500_000}, "page_size: Coupa gives 50 orders at a time at most"),
    ],
)
def test_an_option_that_no_sync_could_use_is_refused(options: dict[str, Any], said: str, file: Path) -> None:
    assert said in refused(file, **options)


def test_a_page_may_be_as_large_as_the_vendor_gives_it(file: Path) -> None:
    write(file, "page_size: 5000", largest="page_size: 1000")
    assert {name: found.page_size for name, found in read_connections().items()} == {"acme": 5000, "largest": 1000}


@pytest.mark.parametrize("path", ["", "a..b", "a.", ".a", "^", "^^^a", "a.^c"])
@pytest.mark.parametrize(("table", "column"), [("order", "requester"), ("line", "project")])
def test_a_path_that_leads_nowhere_is_refused(table: str, column: str, path: str, file: Path) -> None:
    said = refused(file, custom_fields=[{"table": table, "source": path, "name": "budget"}])
    assert f"custom field {table}.budget from {path!r}" in said
    assert f"{table}.{column} from {path!r}" in refused(file, overrides={table: {column: {"source": path}}})


def test_the_parent_of_an_order_is_refused_and_that_of_a_line_is_not(file: Path) -> None:
    assert "has no parent" in refused(file, custom_fields=[{"table": "order", "source": "^x_budget"}])
    assert "has no parent" in refused(file, overrides={"order": {"requester": {"source": "^x_requester"}}})
    assert "has only 1" in refused(file, overrides={"line": {"project": {"source": "^^x_project"}}})
    fields = [{"table": "line", "source": "^x_budget"}]
    entry = {**ENTRY, "custom_fields": fields, "overrides": {"line": {"project": {"source": "^x_project"}}}}
    file.write_text(yaml.safe_dump({"connections": {"acme": entry}}), encoding="utf-8")
    Transform(read_connection("acme"))


def test_of_mappings_that_an_entry_merges_the_first_one_wins_and_the_entry_itself_over_all(file: Path) -> None:
    file.write_text(
        "x-acme: &acme {customer: acme, page_size: 10, concurrency: 1}\n"
        "x-usual: &usual {connector: odoo, page_size: 20, concurrency: 2, initial_days: 30}\n"
        "connections: {shop: {<<: [*acme, *usual], concurrency: 3}}\n",
        encoding="utf-8",
    )
    options = read_connection("shop").options
    assert (options.page_size, options.concurrency, options.initial_days) == (10, 3, 30)


def test_an_entry_that_might_be_of_any_connector_is_overlooked_by_none(file: Path) -> None:
    file.write_text("connections: {acme: {connector: '${NOWHERE}', customer: acme}}", encoding="utf-8")
    with pytest.raises(ConfigurationInvalid, match="NOWHERE"):
        read_connections(connector="odoo")


@pytest.mark.parametrize(
    ("table", "column", "override", "said"),
    [
        ("order", "delivery_terms", {"source": "x_terms", "codes": {"Ex works": "EXX"}}, "'EXX'.*Incoterms 2020"),
        ("order", "status", {"source": "state", "codes": {"purchase": "released"}}, r"'released'.*\(draft, pending_"),
        ("order", "status", {"constant": "done"}, "'done' is not in the canonical values"),
        ("order", "total_amount", {"constant": "abc"}, "abc"),
        ("order", "order_date", {"constant": "31.12.2026"}, "31.12.2026"),
        ("order", "requester", {"source": "x", "time_zone": "Europe/Berlin"}, "neither an instant nor a day"),
        ("order", "requester", {"source": "x", "codes": {"ann": "Ann"}}, "it is neither a code nor true or false"),
        ("line", "is_closed", {"source": "x", "codes": {"done": "yes"}}, r"'yes', which the list \(true, false\)"),
        ("order", "source_order_id", {"source": "name"}, "come twice"),
        ("schedule", "quantity", {"source": "x"}, "which Odoo does not have.*order, line"),
    ],
)
def test_an_override_that_could_give_no_value_is_refused(
    table: str, column: str, override: dict[str, Any], said: str, file: Path
) -> None:
    assert re.search(said, refused(file, overrides={table: {column: override}}))


def test_overrides_with_canonical_codes_and_constants_are_taken(file: Path) -> None:
    overrides = {
        "order": {
            "delivery_terms": {"source": "x_terms", "codes": {"Ex works": "EXW"}},
            "status": {"constant": "approved"},
            "currency": {"constant": "CHF"},
            "order_date": {"source": "x_ordered_at", "time_zone": "Europe/Berlin"},
            "approved_at": {"source": "x_approved", "time_zone": "Europe/Berlin"},
            "ship_to_region": {"constant": "BY"},
            "net_days": {"constant": "30"},
        },
        "line": {
            "unit": {"source": "x_unit", "codes": {"Stück": "C62"}},
            "is_closed": {"source": "x_state", "codes": {"done": "true", "to do": "false"}},
            "is_cancelled": {"constant": "false"},
        },
    }
    file.write_text(yaml.safe_dump({"connections": {"acme": {**ENTRY, "overrides": overrides}}}), encoding="utf-8")
    Transform(read_connection("acme"))


def test_two_custom_fields_of_one_name_are_refused(file: Path) -> None:
    fields = [{"table": "order", "source": source, "name": "budget"} for source in ("x_budget", "x_budget_2")]
    assert "has 2 custom fields order.budget" in refused(file, custom_fields=fields)
    file.write_text(
        yaml.safe_dump(
            {"connections": {"acme": {**ENTRY, "custom_fields": [fields[0], {**fields[1], "table": "line"}]}}}
        ),
        encoding="utf-8",
    )
    Transform(read_connection("acme"))


def test_a_pattern_takes_no_type_since_it_keeps_values_as_they_are(file: Path) -> None:
    assert "leave type out" in refused(file, custom_fields=[{"table": "order", "pattern": "x_*", "type": "decimal"}])


@pytest.mark.parametrize("written", ["90s", "15m", "6h", "2d", "36h"])
def test_a_span_is_told_as_a_file_writes_it(written: str) -> None:
    assert spelled(duration(written)) == written


def test_a_span_is_told_in_its_largest_whole_unit() -> None:
    assert [spelled(duration(written)) for written in ("60m", "48h", "120s")] == ["1h", "2d", "2m"]
