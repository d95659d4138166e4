"""How Oracle Fusion says no, and what becomes of it: limits, outages, wrong shapes, ignored filters."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from include.orderhouse.connector import Window
from include.orderhouse.connectors.oracle_fusion import CONNECTOR
from include.orderhouse.errors import (
    FilterIgnored,
    ForeignHost,
    OrderhouseError,
    PermissionDenied,
    RateLimitExceeded,
    RequestRefused,
    SourceTimeout,
    UnexpectedShape,
)
from include.orderhouse.http import Answer, Patience
from include.orderhouse.protocols import adf
from tests.connectors.conftest import SourceFor
from tests.connectors.faults import COMMON, misshapen
from tests.connectors.oracle_pod import (
    NAME,
    NOW,
    ORDERS,
    company,
    connect,
    fetched,
    keys,
    options,
    served,
)
from tests.sandbox.company import Company
from tests.sandbox.running import Sandbox

__all__ = ["company", "connect", "options", "served"]


def test_h22_an_id_that_is_no_integer_ends_the_read(connect: SourceFor, served: Sandbox) -> None:
    source = connect()
    served.world(NAME).faults.add("retyped_field", path=ORDERS, times=None, field="POHeaderId", value="PO-1")
    with pytest.raises(UnexpectedShape, match="POHeaderId"):
        fetched(source)


def test_h27_an_ignored_filter_is_noticed_or_shows_in_the_orders_that_come(connect: SourceFor, served: Sandbox) -> None:
    source = connect(page_size=500, read_drafts=False, watch_schedules=False, watch_lines=False)
    served.world(NAME).faults.add("ignore_filter", times=None, path=ORDERS)
    assert fetched(source, Window(NOW - timedelta(seconds=1), NOW))
    with pytest.raises(FilterIgnored, match="does not go on"):
        fetched(connect(page_size=20))


UNORDERED = [{"POHeaderId": 2, "lines": []}, {"POHeaderId": 1, "lines": []}]
FAULTS = [
    *COMMON,
    *misshapen(
        [],
        {"items": {}, "hasMore": False},
        {"items": [], "hasMore": True, "totalResults": 9},
        {"items": [{"POHeaderId": 1}], "hasMore": False, "totalResults": 1},
    ),
    ("server_error", {"status": 504}, SourceTimeout),
    ("wrong_shape", {"value": {"items": UNORDERED, "hasMore": False, "totalResults": 2}}, FilterIgnored),
]


@pytest.mark.parametrize(("kind", "details", "error"), FAULTS)
def test_h33_what_goes_wrong_is_named_and_never_read_as_no_orders(
    connect: SourceFor, served: Sandbox, kind: str, details: dict[str, Any], error: type[OrderhouseError]
) -> None:
    source = connect()
    served.world(NAME).faults.add(kind, path=ORDERS, times=None, **details)
    with pytest.raises(error) as failed:
        fetched(source)
    assert "sandbox-password" not in str(failed.value)
    if isinstance(failed.value, RateLimitExceeded):
        assert failed.value.retry_after == 17
    if kind in ("server_error", "unavailable"):
        assert failed.value.request_id
        assert "JBO-29000" in failed.value.message


def test_an_outage_that_passes_is_waited_out(connect: SourceFor, served: Sandbox, company: Company) -> None:
    source = connect(patience=Patience(tries=3, longest_wait=0.01))
    served.world(NAME).faults.add("unavailable", path=ORDERS, after=1)
    assert fetched(source) == keys(company.orders.values())


def test_h31_a_link_to_another_host_is_not_followed(connect: SourceFor, served: Sandbox) -> None:
    source = connect()
    link = {"rel": "child", "name": "lines", "href": "http://198.51.100.7/steal", "kind": "collection"}
    order = {"POHeaderId": 1, "lines": {"items": [], "hasMore": True}, "links": [link]}
    body = {"items": [order], "hasMore": False, "totalResults": 1}
    served.world(NAME).faults.add("wrong_shape", path=ORDERS, value=body)
    with pytest.raises(ForeignHost, match=r"198\.51\.100\.7"):
        fetched(source)


def test_a_refused_request_tells_what_the_source_said(connect: SourceFor, served: Sandbox) -> None:
    source = connect()
    with pytest.raises(RequestRefused, match="Ordered, which is not a queryable attribute") as failed:
        source.api.get(f"{source.settings.root}/{ORDERS}", {"q": "Ordered > 5"}, {"REST-Framework-Version": "4"})
    assert failed.value.request_id
    with pytest.raises(RequestRefused, match="invalid in framework version 1"):
        source.api.get(f"{source.settings.root}/{ORDERS}", {"q": "POHeaderId > 5 and POHeaderId < 9"})


def test_an_error_document_counts_by_its_own_status() -> None:
    body = {"title": "Forbidden", "status": "403", "o:errorDetails": [{"detail": "No.", "o:errorCode": "1"}]}
    refusal = CONNECTOR.explain(Answer(200, {"x-oracle-dms-ecid": "7"}, body, ""))
    assert refusal is not None
    assert (refusal.error, refusal.message, refusal.request_id) == (PermissionDenied, "Forbidden: 1: No.", "7")


def test_an_instant_without_an_offset_is_in_utc_wherever_this_machine_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        told = adf.instant({"LastUpdateDate": "2026-10-01T12:00:00"}, "LastUpdateDate", of="an order")
    finally:
        monkeypatch.undo()
        time.tzset()
    assert told == datetime(2026, 10, 1, 12, tzinfo=UTC)
