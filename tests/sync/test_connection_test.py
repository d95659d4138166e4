"""A connection that a person tries: each step says what works, the first that does not says what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from include.orderhouse.credentials import Credentials
from include.orderhouse.upkeep.connection_test import ConnectionTest, TestStep
from tests.connectors.conftest import credentials_for
from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.generate import generate
from tests.sandbox.running import Sandbox, sandbox
from tests.security.bad_servers import AUTHORITY, BAD, GOOD
from tests.security.servers import serving
from tests.sync.conftest import SIGN_IN, Connect, System

DAY = 86_400.0
NAMES = ["configuration", "address", "TLS", "credentials", "permissions", "fields"]


def of_today(*dialects: str, days_ago: int = 0) -> Any:
    """Sandboxes with orders up to now, or to some days ago: the test looks at orders by this machine's clock."""
    clock = datetime.now(UTC) - timedelta(days=days_ago)
    return sandbox(generate(7, orders=40, now=clock), dialects, Clock(clock))


@pytest.fixture
def odoo() -> Iterator[Sandbox]:
    with of_today("odoo") as running:
        yield running


def tried(system: System) -> dict[str, TestStep]:
    """The steps by their names, of which each comes once and in order."""
    steps = ConnectionTest(system.runtime).run()
    assert [step.name for step in steps] == NAMES
    return {step.name: step for step in steps}


def failed(system: System) -> TestStep:
    """The step that fails: all before it pass, and those behind it are not tried."""
    steps = list(tried(system).values())
    (at,) = [number for number, step in enumerate(steps) if step.state == "failed"]
    assert {step.state for step in steps[:at]} <= {"passed"}
    assert {(step.state, step.message) for step in steps[at + 1 :]} <= {("skipped", "")}
    return steps[at]


def lose_lines(company: Company, clock: Clock) -> None:
    """Leave the orders without lines."""
    for order in company.orders.values():
        order.lines.clear()


def with_address(system: System, url: str, **other: Any) -> None:
    """Let the connection's credentials name another address."""
    known: Credentials = system.runtime.credentials()
    system.runtime = replace(system.runtime, credentials=lambda: replace(known, base_url=url, **other))


def test_each_step_of_a_connection_that_works_says_what_it_found(odoo: Sandbox, system: System) -> None:
    steps = tried(system)
    assert {step.state for step in steps.values()} == {"passed"}
    port = odoo.url("odoo").rpartition(":")[2]
    assert steps["configuration"].message == f"The Airflow Connection odoo names {odoo.url('odoo')}."
    assert steps["address"].message == f"127.0.0.1 answers at 127.0.0.1, port {port}."
    assert steps["TLS"].message.startswith("Not used: the address is http.")
    assert steps["credentials"].message == "The source accepts the login."
    assert steps["permissions"].message == "The login may read: company 1, company 2."
    assert steps["fields"].message.startswith("Read 5 orders; ")
    assert system.rows("SELECT FROM ops.sync") == []


def test_an_address_that_nobody_answers_at_fails_by_itself(system: System) -> None:
    for url, said in (("http://127.0.0.1:1", "127.0.0.1, port 1, cannot be"), ("http://a..b", "a..b, port 80, cannot")):
        with_address(system, url)
        step = failed(system)
        assert (step.name, said in step.message) == ("address", True)
        assert "Check the host of the Airflow Connection" in step.message


def test_a_login_that_is_refused_is_told_as_such(odoo: Sandbox, system: System) -> None:
    with_address(system, odoo.url("odoo"), password="wrong")
    step = failed(system)
    assert (step.name, step.message.split(":")[0]) == ("credentials", "AUTHENTICATION_FAILED")


def test_a_login_without_rights_is_known_to_the_source(odoo: Sandbox, connect: Connect) -> None:
    with of_today("coupa") as running:
        running.world("coupa").faults.add("unavailable", times=None, status=403)
        step = failed(connect("coupa", running))
    assert (step.name, step.message.split(":")[0]) == ("permissions", "PERMISSION_DENIED")


def test_a_source_that_is_out_of_order_does_not_pass_for_one_that_knows_the_login(
    odoo: Sandbox, system: System
) -> None:
    odoo.world("odoo").faults.add("unavailable", times=None)
    step = failed(system)
    assert (step.name, step.message.split(":")[0]) == ("credentials", "SOURCE_UNAVAILABLE")


def test_a_token_endpoint_that_is_away_has_not_accepted_the_login(connect: Connect) -> None:
    with of_today("business_central") as running:
        system = connect("business_central", running)
        away = SIGN_IN["business_central"] | {"token_url": "http://127.0.0.1:1/token"}
        known = credentials_for("business_central", running, **away)
        system.runtime = replace(system.runtime, credentials=lambda: known)
        step = failed(system)
    assert (step.name, step.message.split(":")[0]) == ("credentials", "SOURCE_UNAVAILABLE")


def test_credentials_that_lack_something_fail_by_what_they_lack(odoo: Sandbox, system: System) -> None:
    with_address(system, odoo.url("odoo"), password=None)
    step = failed(system)
    assert (step.name, "has no password" in step.message) == ("credentials", True)
    assert "put it into the vault anew" in step.message


def test_an_address_among_the_credentials_that_is_none_is_named(odoo: Sandbox, system: System) -> None:
    with_address(system, odoo.url("odoo"), extra={"database": "orchard", "token_url": "https://[s3cret]/token"})
    step = failed(system)
    assert (step.name, step.message.split(":")[0]) == ("credentials", "CONFIGURATION_INVALID")
    assert "token_url in the extra JSON of the Airflow Connection is no URL" in step.message
    assert "s3cret" not in step.message


@pytest.mark.parametrize(("days_ago", "orders"), [(0, 5), (12, 5)])
def test_fields_are_looked_for_in_orders_of_the_latest_day_else_of_thirty(
    connect: Connect, days_ago: int, orders: int
) -> None:
    with of_today("odoo", days_ago=days_ago) as running:
        told = tried(connect("odoo", running, page_size=5))["fields"].message
    assert told.startswith(f"Read {orders} orders; ")


def test_a_connection_without_recent_orders_passes_and_says_that_fields_cannot_be_told(connect: Connect) -> None:
    with of_today("odoo", days_ago=31) as running:
        told = tried(connect("odoo", running))["fields"]
    assert (told.state, told.message) == (
        "passed", "No order came that changed within 30 days: the fields cannot be told.",
    )  # fmt: skip


@pytest.mark.parametrize("company", ["DE01", "US01"])
def test_a_company_without_recent_orders_does_not_hide_those_of_another(connect: Connect, company: str) -> None:
    """Business Central is read company by company."""
    with of_today("business_central") as running:
        for number in [order.id for order in running.company.orders.values() if order.entity == company]:
            running.act(history.delete, number)
        told = tried(connect("business_central", running))["fields"].message
    assert told.startswith("Read ")


def test_fields_that_no_order_has_are_named_and_those_of_parts_that_none_has_are_counted(
    odoo: Sandbox, system: System
) -> None:
    odoo.world("odoo").faults.add("vanished_field", times=None, field="partner_ref")
    odoo.act(lose_lines)
    told = tried(system)["fields"].message
    found = re.match(r"Read 5 orders; (\d+) of (\d+) fields .*: (.*)\. (\d+) more lie in parts that none", told)
    assert found is not None, told
    came, near, named, more = found.groups()
    assert "partner_ref" in named.split(", ")
    assert "order_line" not in named
    assert len(named.split(", ")) < int(near) - int(came)
    assert "acknowledged" not in named.split(", ")
    assert int(more) > 20


def test_of_many_fields_that_no_order_has_the_first_are_named(odoo: Sandbox, connect: Connect) -> None:
    parts = ("name", "line1", "line2", "line3", "city", "postal_code", "contact", "email", "phone")
    absent = {f"ship_to_{part}": {"source": f"x_{part}"} for part in parts}
    told = tried(connect("odoo", odoo, overrides={"order": absent}))["fields"].message
    named = re.search(r"unless others bring them: (.*) \.\.\.\.", told)
    assert named is not None, told
    assert len(named[1].split(", ")) == 8


def test_a_field_that_another_place_of_its_column_stands_in_for_is_not_missed(connect: Connect) -> None:
    """SAP's orders have the names of one of two services."""
    with of_today("sap_s4hana") as running:
        told = tried(connect("sap_s4hana", running))["fields"].message
    assert "unless others bring them" not in told


def test_a_certificate_that_proves_who_answers_is_told_with_its_end(connect: Connect, tmp_path: Path) -> None:
    authority = AUTHORITY.write(tmp_path / "authority.pem")
    with serving(context=GOOD["TLS 1.3"].context(tmp_path)) as served, of_today("odoo") as running:
        system = connect("odoo", running, tls={"authority": authority})
        with_address(system, served.url())
        told = ConnectionTest(system.runtime).run()[2]
    assert (told.name, told.state) == ("TLS", "passed")
    assert told.message.startswith("TLSv1.3; the certificate is valid until ")
    assert "some day" not in told.message


def test_a_server_that_cannot_prove_who_it_is_fails_before_it_hears_the_login(connect: Connect, tmp_path: Path) -> None:
    authority = AUTHORITY.write(tmp_path / "authority.pem")
    for bad, server in (("expired", BAD["expired"]), ("pinned", GOOD["TLS 1.3"]), ("no TLS", BAD["no TLS"])):
        pins = {"pins": ["sha256/" + "A" * 43 + "="]} if bad == "pinned" else {}
        with serving(context=server.context(tmp_path)) as served, of_today("odoo") as running:
            system = connect("odoo", running, tls={"authority": authority, **pins})
            with_address(system, served.url())
            step = failed(system)
            assert (step.name, served.heads) == ("TLS", []), bad
