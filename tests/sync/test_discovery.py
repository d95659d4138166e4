"""What a source holds is asked for now and then only, and again as soon as it is not so any more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from include.orderhouse.cipher import Cipher
from include.orderhouse.connector import Catalogue
from include.orderhouse.sync.plan import make_plan
from include.orderhouse.sync.request import Mode
from include.orderhouse.warehouse.keys.keyring import Keyring
from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.generate import generate
from tests.sandbox.running import Sandbox, sandbox
from tests.sync.conftest import SETTINGS, Connect, System

NAME = "business_central"
NOW = datetime(2026, 10, 1, 12, 0, 0, tzinfo=UTC)


@pytest.fixture
def central() -> Iterator[Sandbox]:
    with sandbox(generate(7, orders=12, now=NOW), [NAME], Clock(NOW)) as running:
        yield running


def connected(connect: Connect, central: Sandbox, **options: Any) -> System:
    """A connection that remembers for an hour what it discovered."""
    return connect(NAME, central, rediscover_every="1h", **options)


def synced(system: System) -> System:
    system.sync()
    return system


def calls(central: Sandbox, system: System, mode: Mode = Mode.AUTO) -> int:
    """How many calls a sync makes, as the source counts them."""
    central.world(NAME).log.clear()
    system.sync(mode)
    return central.world(NAME).log.count()


def set_scope(system: System, scope: list[str]) -> None:
    """Let the ledger say that so much was covered."""
    with system.runtime.warehouse.begin() as warehouse:
        warehouse.execute(sa.text("UPDATE ops.sync SET scope = :scope").bindparams(sa.bindparam("scope", scope, JSONB)))


def test_an_incremental_sync_that_finds_nothing_new_discovers_nothing(central: Sandbox, connect: Connect) -> None:
    system = synced(connected(connect, central, settings=SETTINGS[NAME] | {"undated_orders": False}))
    companies = system.runtime.staging("discovered").read_json("catalogue.json")["scope"]
    assert calls(central, system) == 1 + len(companies), "a token, and a page without orders from each company"
    assert system.last_sync()["calls"] == 1 + len(companies)


@pytest.mark.parametrize("mode", [Mode.FULL_RESYNC, Mode.RECONCILE])
def test_any_other_sync_discovers_anew(central: Sandbox, connect: Connect, mode: Mode) -> None:
    system = synced(connected(connect, central))
    assert calls(central, system, mode) > calls(central, system) + 3


def test_what_was_discovered_is_forgotten_in_time(central: Sandbox, connect: Connect) -> None:
    system = synced(connect(NAME, central, rediscover_every="0s"))
    assert calls(central, system) > calls(central, synced(connected(connect, central))) + 3


def test_other_settings_are_discovered_at_once(central: Sandbox, connect: Connect) -> None:
    recalled = calls(central, synced(connected(connect, central)))
    changed = connected(connect, central, settings=SETTINGS[NAME] | {"read_items": False})
    changed.watermark.text = None
    changed.sync(run_id="first of the changed")
    assert calls(central, changed) <= recalled
    again = connected(connect, central)
    again.watermark.text = changed.watermark.text
    assert calls(central, again) > recalled + 3


def test_another_address_is_discovered_at_once(central: Sandbox, connect: Connect) -> None:
    system = synced(connected(connect, central))
    recalled, given = calls(central, system), system.runtime.credentials()
    moved = replace(given, base_url=given.base_url.replace("127.0.0.1", "localhost"))
    assert moved != given
    system.runtime.credentials = lambda: moved
    assert calls(central, system) > recalled + 3


def test_a_later_version_of_the_connector_discovers_at_once(central: Sandbox, connect: Connect) -> None:
    system = synced(connected(connect, central))
    recalled, connection = calls(central, system), system.runtime.connection
    later = replace(connection.connector, version=connection.connector.version + 1)
    system.runtime.connection = connection.model_copy(update={"connector": later})
    assert calls(central, system) > recalled + 3


def test_a_source_that_has_changed_meanwhile_is_discovered_again_and_read_whole(
    central: Sandbox, connect: Connect
) -> None:
    system = synced(connected(connect, central))
    staging = system.runtime.staging("discovered")
    kept = staging.read_json("catalogue.json")
    gone = {**kept["details"]["companies"][0], "id": "00000000-0000-0000-0000-00000000dead"}
    staging.write_json("catalogue.json", {**kept, "details": {"companies": [gone]}})
    central.clock.advance(3600)
    central.act(history.create)
    assert system.sync()["orders_inserted"] == 1
    assert staging.read_json("catalogue.json")["details"] == kept["details"]


def test_what_a_sync_discovers_while_it_runs_begins_with_its_past_at_the_next_one(
    central: Sandbox, connect: Connect
) -> None:
    """A company was closed and another opened; a sync that goes on after that covers neither."""
    system = synced(connected(connect, central))
    staging = system.runtime.staging("discovered")
    kept = staging.read_json("catalogue.json")
    first, closed = kept["details"]["companies"][0], {"id": "00000000-0000-0000-0000-00000000dead", "name": "CLOSED"}
    scope = [first["name"], closed["name"]]
    assert len(kept["scope"]) > 1
    staging.write_json("catalogue.json", {**kept, "scope": scope, "details": {"companies": [first, first | closed]}})
    set_scope(system, scope)
    row = system.sync()
    assert (row["mode"], row["attempts"], row["scope"]) == ("incremental", 1, [first["name"]])
    assert system.sync()["mode"] == "initial"


def test_a_nul_character_in_the_name_of_a_company_stops_no_sync(central: Sandbox, connect: Connect) -> None:
    system = connected(connect, central)
    connector = system.runtime.connection.connector
    odd = replace(connector, discover=lambda source: replace(connector.discover(source), scope=("A\x00",)))
    system.runtime.connection = system.runtime.connection.model_copy(update={"connector": odd})
    assert system.sync()["scope"] == ["A\ufffd"]
    assert system.sync()["mode"] == "incremental"


def test_what_a_closed_company_had_is_not_gone(central: Sandbox, connect: Connect) -> None:
    """H17: what the plan no longer covers proves nothing, though the sync before had covered it."""
    system = connected(connect, central)
    plan = make_plan(system.runtime, system.request(), None)
    plan = replace(plan, scope=("A", "B"), is_recalled=True)
    wider, narrower = (plan.rediscovered(Catalogue(scope)) for scope in (("A", "B", "C"), ("B", "C")))
    assert (wider.scope, wider.narrowed, wider.is_recalled) == (("A", "B"), False, False)
    assert (narrower.scope, narrower.narrowed) == (("B",), True)
    assert narrower.rediscovered(Catalogue(("B", "C"))).narrowed, "what is lost stays so"


def test_a_new_company_is_not_covered_by_a_sync_of_what_is_new(central: Sandbox, connect: Connect) -> None:
    system = synced(connected(connect, central))
    first = system.last_sync()["scope"][:1]
    set_scope(system, first)
    day = {"window_start": NOW - timedelta(days=2), "window_end": NOW - timedelta(days=1)}
    assert system.sync(Mode.WINDOW, **day)["scope"] == first
    assert system.sync(Mode.INCREMENTAL)["scope"] == first
    assert system.sync()["mode"] == "initial"
    assert system.sync()["mode"] == "incremental"


def test_an_initial_sync_for_a_new_company_reaches_back_to_an_old_watermark(central: Sandbox, connect: Connect) -> None:
    system = synced(connected(connect, central))
    set_scope(system, system.last_sync()["scope"][:1])
    told = json.loads(system.watermark.text or "")
    system.watermark.text = json.dumps(told | {"watermark": (NOW - timedelta(days=400)).isoformat()})
    row = system.sync()
    assert (row["mode"], row["watermark_after"] is None) == ("initial", False)
    assert system.sync()["mode"] == "incremental"


@pytest.mark.parametrize("sealed_by", ["another customer", "a key that was destroyed"])
def test_what_was_discovered_under_a_key_that_is_gone_is_asked_for_again(
    central: Sandbox, connect: Connect, sealed_by: str, caplog: pytest.LogCaptureFixture
) -> None:
    system = synced(connected(connect, central))
    if sealed_by == "another customer":
        kept = system.runtime.staging("discovered")
        replace(kept, cipher=Cipher("another", {1: b"k" * 32})).write_json("catalogue.json", {})
    else:
        keyring = Keyring.of(system.runtime.warehouse)
        keyring.destroy("tests", before=keyring.rotate("tests"))
    system.runtime = replace(system.runtime)
    assert calls(central, system) > calls(central, system) + 3, "the second one knows it again"
    assert caplog.text.count("is asked for again") == 1
