"""Credentials that a source refused rest: what is tried when, and what of them is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from include.orderhouse.configuration.options import Tls
from include.orderhouse.credentials import Credentials
from include.orderhouse.errors import (
    AuthenticationFailed,
    ConfigurationInvalid,
    CredentialsUnavailable,
    OrderhouseError,
)
from include.orderhouse.sync.failed.resting import note_refusal, refuse_resting
from include.orderhouse.upkeep.connection_test import ConnectionTest
from include.orderhouse.warehouse.syncs.status import reconnect, set_status
from tests.sync.conftest import System

KEPT = "SELECT refusals, refused_credentials, rests_until - checked_at AS rest FROM ops.connection_status"


@pytest.fixture
def right(system: System) -> Callable[[], Credentials]:
    """The credentials that the source accepts; the connection has others."""
    accepted = system.runtime.credentials
    system.runtime.credentials = lambda: replace(accepted(), password="changed-at-the-source")
    return accepted


def refused(system: System, times: int = 1) -> timedelta:
    """The source refuses so often; how long the credentials rest then, to the minute."""
    for _ in range(times):
        with pytest.raises(AuthenticationFailed):
            system.sync()
    rest: timedelta = system.rows(KEPT)[0]["rest"]
    return timedelta(minutes=round(rest / timedelta(minutes=1)))


@pytest.mark.usefixtures("right")
def test_the_same_credentials_rest_longer_the_more_often_they_were_refused(system: System) -> None:
    """The first refusal may be the source's mistake: the next scheduled run tries again."""
    assert refused(system) == timedelta()
    assert not system.rests
    assert [refused(system) for _ in range(4)] == [timedelta(hours=4), timedelta(days=1), *[timedelta(days=7)] * 2]
    assert system.rests


@pytest.mark.usefixtures("right")
def test_who_is_told_of_a_refusal_is_told_which_airflow_connection_has_the_credentials(system: System) -> None:
    configure(system, credentials="of_the_vendor")
    refused(system)
    asked = "SELECT error_message FROM ops.connection_status UNION ALL SELECT error_message FROM ops.sync"
    told = [row["error_message"] for row in system.rows(asked)]
    assert [message.endswith("The Airflow Connection is 'of_the_vendor'.") for message in told] == [True, True]


@pytest.mark.usefixtures("right")
def test_when_the_rest_is_over_they_are_tried_again(system: System) -> None:
    refused(system, 2)
    with system.runtime.warehouse.begin() as warehouse:
        warehouse.execute(sa.text("UPDATE ops.connection_status SET rests_until = now() - interval '1 second'"))
    assert not system.rests


def test_other_credentials_are_tried_at_once_and_when_refused_rest_by_themselves(
    system: System, right: Callable[[], Credentials]
) -> None:
    refused(system, 3)
    tried = system.runtime.credentials()
    for changed in ({"login": "other"}, {"password": "other"}, {"base_url": "http://127.0.0.2"}, {"extra": {"a": 1}}):
        system.runtime.credentials = partial(replace, tried, **changed)
        assert not system.rests, changed
    system.runtime.credentials = lambda: tried
    assert system.rests
    system.runtime.credentials = lambda: replace(right(), password="wrong, too")
    assert refused(system) == timedelta()
    assert refused(system) == timedelta(hours=4)


@pytest.mark.usefixtures("right")
def test_credentials_that_are_entered_while_others_are_refused_do_not_rest_in_their_place(system: System) -> None:
    refused(system)
    tried = system.runtime.credentials()
    given = iter([tried])
    system.runtime.credentials = lambda: next(given, replace(tried, password="entered meanwhile"))
    refused(system)
    assert not system.rests
    system.runtime.credentials = lambda: tried
    assert system.rests


@pytest.mark.usefixtures("right")
@pytest.mark.parametrize("change", [{"settings": {}}, {"tls": Tls(client_certificate="another.pem")}])
def test_what_else_decides_whether_they_are_refused_is_tried_at_once(system: System, change: dict[str, Any]) -> None:
    refused(system, 2)
    configure(system, **change)
    assert not system.rests


@pytest.mark.usefixtures("right")
def test_a_renewed_client_certificate_is_tried_at_once(system: System, tmp_path: Path) -> None:
    refused(system)
    file = tmp_path / "client.pem"
    file.write_text("a certificate", encoding="utf-8")
    configure(system, tls=Tls(client_certificate=str(file)))
    note_refusal(system.runtime)
    note_refusal(system.runtime)
    assert system.rests
    file.write_text("another one", encoding="utf-8")
    assert not system.rests


def configure(system: System, **options: Any) -> None:
    """Change the connection's entry."""
    connection = system.runtime.connection
    changed = connection.options.model_copy(update=options)
    system.runtime.connection = connection.model_copy(update={"options": changed})


def test_a_sync_that_succeeds_ends_it_and_the_next_refusal_is_the_first_again(
    system: System, right: Callable[[], Credentials]
) -> None:
    wrong = system.runtime.credentials
    refused(system, 3)
    system.runtime.credentials = right
    system.sync()
    assert not system.rests
    system.runtime.credentials = wrong
    assert refused(system) == timedelta()


@pytest.mark.usefixtures("right")
def test_that_the_source_is_offline_meanwhile_says_nothing_of_the_credentials(system: System) -> None:
    refused(system, 2)
    set_status(system.runtime.warehouse, "odoo", "tests", "odoo", "offline", "SOURCE_UNAVAILABLE")
    assert not system.rests
    assert refused(system) == timedelta(days=1)


@pytest.mark.usefixtures("right")
def test_one_that_was_disconnected_meanwhile_does_not_rest_when_it_is_connected_again(system: System) -> None:
    refused(system)
    set_status(system.runtime.warehouse, "odoo", "tests", "odoo", "disconnected")
    note_refusal(system.runtime)
    reconnect(system.runtime.warehouse, "odoo")
    note_refusal(system.runtime)
    assert system.rows(KEPT)[0]["rest"] is None


def test_a_test_that_the_source_accepts_ends_it(system: System, right: Callable[[], Credentials]) -> None:
    refused(system, 2)
    assert ConnectionTest(system.runtime).run()[3].state == "failed"
    assert system.rests
    wrong, system.runtime.credentials = system.runtime.credentials, right
    assert ConnectionTest(system.runtime).run()[3].state == "passed"
    system.runtime.credentials = wrong
    assert not system.rests


@pytest.mark.parametrize(("kind", "is_left_alone"), [(CredentialsUnavailable, True), (ConfigurationInvalid, False)])
@pytest.mark.usefixtures("right")
def test_where_the_present_ones_cannot_be_told_a_task_says_so_or_it_rests_until_they_can(
    system: System, kind: type[OrderhouseError], is_left_alone: bool
) -> None:
    refused(system, 2)

    def unknown() -> Credentials:
        raise kind("No.", action="Nothing.")

    system.runtime.credentials = unknown
    assert system.rests is is_left_alone


@pytest.mark.usefixtures("right")
def test_what_is_kept_of_them_tells_nothing_without_the_customers_key(system: System) -> None:
    refused(system)
    (before,) = system.rows("SELECT * FROM ops.connection_status")
    assert "changed-at-the-source" not in str(before)
    with system.runtime.warehouse.begin() as warehouse:
        warehouse.execute(sa.text("DELETE FROM vault.data_key"))
    del system.runtime.cipher
    refused(system)
    (after,) = system.rows("SELECT * FROM ops.connection_status")
    assert after["refused_credentials"] != before["refused_credentials"]


@pytest.mark.usefixtures("right")
def test_a_backfill_does_not_try_them_once_for_each_day(system: System) -> None:
    refuse_resting(system.runtime)
    refused(system, 2)
    with pytest.raises(ConfigurationInvalid, match=r"refused .* 2 times.* rest until .* refusal: AUTH"):
        refuse_resting(system.runtime)
