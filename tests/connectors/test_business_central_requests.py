"""What a connection's settings make the requests to Business Central ask for, and which lines buy what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from include.orderhouse.connector import Absent, Catalogue, Source, Window
from include.orderhouse.connectors.business_central import CONNECTOR
from include.orderhouse.connectors.business_central.codes import LINE_TYPES
from include.orderhouse.connectors.business_central.settings import Settings
from include.orderhouse.connectors.business_central.values import days, gl_account, item_code, line_type
from include.orderhouse.errors import (
    AuthenticationFailed,
    ConfigurationInvalid,
    OrderhouseError,
    PermissionDenied,
    RateLimitExceeded,
    RequestRefused,
    SourceTimeout,
    SourceUnavailable,
)
from include.orderhouse.http import Answer

COMPANY, ORDER, ITEM = (f"00000000-0000-0000-0000-00000000000{digit}" for digit in (1, 2, 3))
LINE = {"lineType": "Item", "itemId": ITEM, "unitOfMeasureCode": "PCS"}
DETAILS = {"companies": [{"id": COMPANY, "name": "DE01", "information": {}, "units": {}, "purchasers": {}}]}


class Recorder:
    """An API that answers every question about orders with one order, and keeps what it was asked."""

    def __init__(self, **answers: list[dict[str, Any]]) -> None:
        self.asked: list[tuple[str, Mapping[str, str], Mapping[str, str]]] = []
        self._answers = {"purchaseOrders": [{"id": ORDER, "purchaseOrderLines": [dict(LINE)]}], **answers}

    def get(
        self, url: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        self.asked.append((url.rpartition("/")[2], params or {}, headers or {}))
        return {"value": self._answers.get(url.rpartition("/")[2], [])}


def connected(recorder: Recorder, **settings: Any) -> Source:
    api: Any = recorder
    return Source(api, Settings(root="BC", **settings), Catalogue(("DE01",), DETAILS), page_size=50)


def fetched(recorder: Recorder, **settings: Any) -> dict[str, Any]:
    (page,) = CONNECTOR.fetch(connected(recorder, **settings), Window(None, None))
    (order,) = page.records
    return dict(order)


@pytest.mark.parametrize(
    ("settings", "expanded"),
    [
        (
            {},
            "purchaseOrderLines($expand=dimensionSetLines,location),vendor,paymentTerm,shipmentMethod,dimensionSetLines",
        ),
        ({"expand": ()}, "purchaseOrderLines($expand=dimensionSetLines,location)"),
        ({"expand": ("vendor",), "expand_lines": ()}, "purchaseOrderLines,vendor"),
    ],
)
def test_lines_are_always_expanded_and_other_parts_as_the_connection_says(
    settings: dict[str, Any], expanded: str
) -> None:
    """Pages of older servers lack some parts, and refuse to expand what they do not have."""
    recorder = Recorder()
    fetched(recorder, **settings)
    assert recorder.asked[0][:2] == (
        "purchaseOrders",
        {"$expand": expanded, "$orderby": "lastModifiedDateTime,id", "$count": "true"},
    )


@pytest.mark.parametrize(("is_read", "asked"), [(True, ["purchaseOrders", "items"]), (False, ["purchaseOrders"])])
def test_items_are_read_where_the_connection_wants_them(is_read: bool, asked: list[str]) -> None:
    recorder = Recorder(items=[{"id": ITEM, "displayName": "Apple"}])
    order = fetched(recorder, read_items=is_read)
    assert [name for name, *_ in recorder.asked] == asked
    assert order["purchaseOrderLines"][0].get("item", {}).get("displayName") == ("Apple" if is_read else None)


def test_an_order_holds_what_its_company_is_and_not_what_all_its_orders_refer_to() -> None:
    assert fetched(Recorder())["company"] == {"id": COMPANY, "name": "DE01", "information": {}}


@pytest.mark.parametrize("is_replica", [True, False])
def test_the_replica_of_the_database_answers_where_the_connection_says_so(is_replica: bool) -> None:
    recorder = Recorder()
    source = connected(recorder, read_only_replica=is_replica)
    list(CONNECTOR.fetch(source, Window(None, None)))
    intents = [headers.get("Data-Access-Intent") for name, _, headers in recorder.asked if name == "purchaseOrders"]
    assert intents == (["ReadOnly"] if is_replica else [None])


def test_what_was_begun_is_closed_without_a_question_and_the_rest_by_its_posted_invoices() -> None:
    gone, begun = (f"{COMPANY}/{order}" for order in (ORDER, ITEM))
    recorder = Recorder(purchaseInvoices=[{"orderId": ORDER}])
    assert CONNECTOR.explain_absence is not None
    assert CONNECTOR.explain_absence(connected(recorder), {begun: Absent(is_begun=True)}) == {begun: "closed"}
    assert recorder.asked == []
    absent = {gone: Absent("approved"), begun: Absent(is_begun=True)}
    assert CONNECTOR.explain_absence(connected(recorder), absent) == {gone: "closed", begun: "closed"}
    assert recorder.asked[0][1]["$filter"] == f"orderId eq {ORDER}"
    assert CONNECTOR.explain_absence(connected(Recorder()), {gone: Absent()}) == {}


COMPANIES = [{"id": COMPANY, "name": "DE01"}, {"id": ORDER, "name": "US01"}]


@pytest.mark.parametrize(
    ("wanted", "chosen"), [((), ("DE01", "US01")), ((ORDER,), ("US01",)), (("US01", COMPANY), ("DE01", "US01"))]
)
def test_companies_are_chosen_by_name_or_id(wanted: tuple[str, ...], chosen: tuple[str, ...]) -> None:
    assert CONNECTOR.discover(connected(Recorder(companies=COMPANIES), companies=wanted)).scope == chosen


@pytest.mark.parametrize(
    ("companies", "wanted", "says"),
    [(COMPANIES, ("DE01", "FR01"), "no company FR01 that"), ([], (), "no company at all that")],
)
def test_one_company_that_is_missing_among_others_is_a_configuration_error(
    companies: list[dict[str, Any]], wanted: tuple[str, ...], says: str
) -> None:
    """Its orders would look as if they had been deleted."""
    with pytest.raises(ConfigurationInvalid, match=says):
        CONNECTOR.discover(connected(Recorder(companies=companies), companies=wanted))


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (400, "Authentication_InvalidCredentials", AuthenticationFailed),
        (400, "Authorization_RequestDenied", PermissionDenied),
        (400, "Internal_PermissionError", PermissionDenied),
        (400, "Application_TooManyRequests", RateLimitExceeded),
        (500, "Internal_ServerTimeout", SourceTimeout),
        (500, "Internal_ServerError", SourceUnavailable),
        (400, "Application_DialogException", RequestRefused),
    ],
)
def test_a_code_says_more_than_the_status(status: int, code: str, error: type[OrderhouseError]) -> None:
    refusal = CONNECTOR.explain(Answer(status, {}, {"error": {"code": code, "message": "No."}}, ""))
    assert refusal is not None
    assert refusal.error is error


@pytest.mark.parametrize(
    ("kind", "codes", "means"),
    [
        ("Item", ("8420", None), "goods"),
        ("Resource", ("8420", None), "service"),
        ("Fixed_x0020_Asset", ("8420", None), "asset"),
        ("Charge", ("8420", None), "charge"),
        ("Account", (None, "8420"), "service"),
        ("Allocation_x0020_Account", (None, "8420"), "service"),
        ("Comment", (None, None), "text"),
    ],
)
def test_the_number_on_a_line_is_an_items_an_accounts_or_that_of_a_standard_text(
    kind: str, codes: tuple[str | None, str | None], means: str
) -> None:
    line = {"lineType": kind, "lineObjectNumber": "8420"}
    assert (item_code(line), gl_account(line)) == codes
    assert LINE_TYPES[line_type(line)] == means


@pytest.mark.parametrize(
    ("formula", "told"),
    [("30D", "30"), ("<30D>", "30"), ("0D", "0"), ("1M", None), ("CM+10D", None), ("10D+1M", None), ("", None)],
)
def test_only_a_formula_of_nothing_but_days_tells_days(formula: str, told: str | None) -> None:
    """``CM+10D`` is the tenth day of the month that follows."""
    assert days("paymentTerm.dueDateCalculation")({"paymentTerm": {"dueDateCalculation": formula}}) == told
