"""What a site of Finance & Operations may answer that the sandbox does not: odd pages, companies, error bodies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from include.orderhouse.connector import Catalogue, Source, Window
from include.orderhouse.connectors.dynamics_fo import CONNECTOR
from include.orderhouse.connectors.dynamics_fo.settings import Settings
from include.orderhouse.errors import (
    ConfigurationInvalid,
    FilterIgnored,
    RateLimitExceeded,
    RequestRefused,
    UnexpectedShape,
)
from include.orderhouse.http import Answer
from include.orderhouse.protocols.finance_operations import Query, all_rows

Get = Callable[..., Any]
LINES = Query("PurchaseOrderLinesV2", "us01", ("PurchaseOrderNumber", "LineNumber"))
LINK = "https://site.example/data/next"


def source_of(get: Get, **settings: Any) -> Source:
    api: Any = SimpleNamespace(get=get)
    return Source(api, Settings(**settings), Catalogue(), 20)


def lines(*numbers: Any) -> list[dict[str, Any]]:
    return [{"PurchaseOrderNumber": "PO1", "LineNumber": number} for number in numbers]


@pytest.mark.parametrize("numbers", [(2, 3), (1, 2)], ids=["begins with that row", "is the page before"])
def test_a_page_that_does_not_go_on_behind_the_last_row_is_refused(numbers: tuple[int, int]) -> None:
    """H19: read on, it would never end."""
    pages = iter([{"value": lines(1, 2), "@odata.nextLink": LINK}, {"value": lines(*numbers)}])
    with pytest.raises(FilterIgnored, match="does not go on behind"):
        all_rows(source_of(lambda *_, **__: next(pages)), LINES)


def test_a_page_without_rows_that_says_there_is_more_is_not_the_end() -> None:
    """H33: a server that filters after it has cut the pages gives such ones."""
    pages = iter([{"value": lines(1, 2), "@odata.nextLink": LINK}, {"value": [], "@odata.nextLink": LINK}])
    with pytest.raises(UnexpectedShape, match="says that there is more, but gives nothing"):
        all_rows(source_of(lambda *_, **__: next(pages)), LINES)


@pytest.mark.parametrize("number", [None, True, [1], {}])
def test_what_cannot_be_a_key_ends_the_read(number: Any) -> None:
    with pytest.raises(UnexpectedShape, match="LineNumber, a part of its key"):
        all_rows(source_of(lambda *_, **__: {"value": lines(number)}), LINES)


@pytest.mark.parametrize("number", [7, Decimal("7.0000000000000000"), "7"])
def test_numbers_and_texts_are_keys_as_they_come(number: Any) -> None:
    assert all_rows(source_of(lambda *_, **__: {"value": lines(number)}), LINES) == lines(number)


@pytest.mark.parametrize(
    ("status", "headers", "inner", "error", "words", "wait"),
    [
        (429, {}, {"message": "Slow down."}, RateLimitExceeded, "Slow down.", 30.0),
        (429, {"retry-after": "7"}, {"message": "Slow down."}, RateLimitExceeded, "Slow down.", 7.0),
        (400, {}, {"message": "No such field."}, RequestRefused, "No such field.", None),
        (400, {}, "a text", RequestRefused, "X: An error has occurred.", None),
        (400, {}, {}, RequestRefused, "X: An error has occurred.", None),
    ],
)
def test_the_inner_error_is_told_and_only_throttling_waits_untold(
    status: int, headers: dict[str, str], inner: Any, error: type[Exception], words: str, wait: float | None
) -> None:
    body = {"error": {"code": "X", "message": "An error has occurred.", "innererror": inner}}
    refusal = CONNECTOR.explain(Answer(status, headers, body, ""))
    assert refusal is not None
    assert (refusal.error, refusal.message, refusal.retry_after) == (error, words, wait)


class Site:
    """A site with the companies US01 and DE01, of which only US01 has a ledger and DE01 has no orders."""

    def __init__(self, **more: Any) -> None:
        self.rows: dict[str, Any] = {
            "LegalEntities": [{"LegalEntityId": "US01"}],
            "Ledgers": [{"LegalEntityId": "US01", "AccountingCurrency": "USD"}],
            "PaymentTerms": [{"@odata.etag": "W/1", "Name": "NET30", "NumberOfDays": 30}],
            **more,
        }

    def get(self, path: str, params: dict[str, str] | None = None, **_: Any) -> Any:
        """The answer to a request; the second company stands on a second page."""
        if path == LINK:
            return {"value": [{"LegalEntityId": "DE01"}]}
        assert params is not None
        assert params["cross-company"] == "true", "else a site tells the user's own company alone"
        entity = path.removeprefix("data/")
        rows = self.rows.get(entity, [])
        if isinstance(rows, dict):
            rows = next((rows[company] for company in rows if f"'{company}'" in params["$filter"]), [])
        return {"value": rows} | ({"@odata.nextLink": LINK} if entity == "LegalEntities" else {})


def test_companies_are_all_found_and_compared_without_case() -> None:
    catalogue = CONNECTOR.discover(source_of(Site().get))
    companies = catalogue.details["companies"]
    assert catalogue.scope == ("de01", "us01")
    assert [companies[name]["ledger"].get("AccountingCurrency") for name in catalogue.scope] == [None, "USD"]
    assert companies["us01"]["terms"] == {"NET30": {"Name": "NET30", "NumberOfDays": 30}}


def test_a_master_record_without_its_company_is_a_wrong_shape() -> None:
    with pytest.raises(UnexpectedShape, match="LegalEntityId"):
        CONNECTOR.discover(source_of(Site(Ledgers=[{"LegalEntityId": None}]).get))


@pytest.mark.parametrize("company", ["de01", "us01"])
@pytest.mark.parametrize(
    ("field", "entity"),
    [
        ("header_change_field", "PurchaseOrderHeadersV2"),
        ("created_field", "PurchaseOrderHeadersV2"),
        ("line_change_field", "PurchaseOrderLinesV2"),
        ("received_field", "PurchaseOrderLinesV2"),
        ("invoiced_field", "PurchaseOrderLinesV2"),
    ],
)
def test_a_field_that_is_named_is_looked_for_in_whichever_company_has_orders(
    company: str, field: str, entity: str
) -> None:
    row = {"@odata.etag": "W/1", "PurchaseOrderNumber": "PO1", "SiteField": 1}
    get = Site(**{entity: {company: [row]}}).get
    assert CONNECTOR.discover(source_of(get, **{field: "SiteField"})).scope
    with pytest.raises(ConfigurationInvalid, match=f"{entity} has no Misnamed") as told:
        CONNECTOR.discover(source_of(get, **{field: "Misnamed"}))
    assert "its fields are: PurchaseOrderNumber, SiteField." in told.value.action


START, END = datetime(2026, 10, 1, 12, 0, 0, 250_000, tzinfo=UTC), datetime(2026, 10, 2, 12, 0, 0, 250_000, tzinfo=UTC)
OPEN = " and ".join(
    f"PurchaseOrderStatus ne Microsoft.Dynamics.DataEntities.PurchStatus'{name}'" for name in ("Invoiced", "Canceled")
)
STAMPS = {"header_change_field": "Modified", "line_change_field": "LineModified"}
BY_DAY = "AccountingDate ge 2026-09-30T00:00:00Z and AccountingDate lt 2026-10-04T00:00:00Z"
IN_WINDOW = "ge 2026-10-01T12:00:00Z and {} lt 2026-10-02T12:00:01Z"


@pytest.mark.parametrize(
    ("settings", "window", "expected"),
    [
        (
            STAMPS,
            Window(START, END),
            [
                f"((Modified {IN_WINDOW.format('Modified')}) or (Modified lt 1900-01-02T00:00:00Z and {BY_DAY}))",
                f"LineModified {IN_WINDOW.format('LineModified')}",
            ],
        ),
        ({}, Window(START, END), [BY_DAY]),
        ({"created_field": "Created"}, Window(START, END), [f"Created {IN_WINDOW.format('Created')}"]),
        (
            {"created_field": "Created"},
            Window(START, None),
            ["Created ge 2026-10-01T12:00:00Z", f"Created lt 2026-10-01T12:00:00Z and {OPEN}"],
        ),
        ({}, Window(START, None), [BY_DAY.partition(" and ")[0], f"AccountingDate lt 2026-09-30T00:00:00Z and {OPEN}"]),
        ({}, Window(None, None, open_only=True), [OPEN]),
        (
            {"created_field": "Created"},
            Window(None, END, open_only=True),
            [f"Created lt 2026-10-02T12:00:01Z and {OPEN}"],
        ),
        (STAMPS, Window(None, None), [""]),
    ],
)
def test_a_window_is_asked_for_by_what_the_site_tells(
    settings: dict[str, str], window: Window, expected: list[str]
) -> None:
    """H10, H13: bounds in whole seconds; orders that tell no time by their date, a day more on either side.

    What the first section does not hold was asked for whatever its own time.
    """
    asked: list[str] = []

    def get(path: str, params: dict[str, str], **_: Any) -> Any:
        assert all(params.values())
        asked.append(params["$filter"])
        return {"value": [], "@odata.count": 0}

    source = replace(source_of(get, **settings), catalogue=Catalogue(("us01",), {"companies": {"us01": {}}}))
    pages = list(CONNECTOR.fetch(source, window))
    assert [page.is_reread for page in pages] == [number > 0 for number, _ in enumerate(expected)]
    assert asked == [" and ".join(filter(None, ("dataAreaId eq 'us01'", one))) for one in expected]


def test_an_order_of_several_changed_lines_is_asked_for_once() -> None:
    asked: list[str] = []

    def get(path: str, params: dict[str, str], **_: Any) -> Any:
        if path.endswith("PurchaseOrderHeadersV2"):
            asked.append(params["$filter"])
        return {"value": lines(1, 2) if "LineModified" in params["$filter"] else [], "@odata.count": 0}

    source = replace(source_of(get, **STAMPS), catalogue=Catalogue(("us01",), {"companies": {"us01": {}}}))
    assert len(list(CONNECTOR.fetch(source, Window(START, None)))) == 2
    assert asked[1:] == ["dataAreaId eq 'us01' and PurchaseOrderNumber eq 'PO1'"]
