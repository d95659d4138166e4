"""What a site of Acumatica may answer that the sandbox does not, and what it is asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from include.orderhouse.connector import Catalogue, Key, Source, Window
from include.orderhouse.connectors.acumatica import CONNECTOR
from include.orderhouse.connectors.acumatica.settings import Settings
from include.orderhouse.errors import (
    AuthenticationFailed,
    FilterIgnored,
    OrderhouseError,
    RateLimitExceeded,
    RequestRefused,
    SourceTimeout,
    SourceUnavailable,
    UnexpectedShape,
)
from include.orderhouse.http import Answer
from include.orderhouse.protocols.acumatica_rest import CannotExpand, NoSuchRecord

START = datetime(2026, 10, 1, 12, 0, 0, 250_700, tzinfo=UTC)
END = START.replace(day=2)
SINCE, UNTIL = "datetimeoffset'2026-10-01T12:00:00.25Z'", "datetimeoffset'2026-10-02T12:00:00.25Z'"
CHANGED = f"LastModifiedDateTime ge {SINCE} and LastModifiedDateTime lt {UNTIL}"
OPEN = "Status ne 'Closed' and Status ne 'Canceled' and Status ne 'Cancelled'"
CHANGING = f"Status ne 'Completed' and {OPEN}"
ONE_TYPE: dict[str, Any] = {"order_types": ("Normal",), "receipt_types": ("Receipt",)}
NOT_THERE = NoSuchRecord("No entity satisfies the condition.", action="")


def row(number: str, **more: Any) -> dict[str, Any]:
    return {"Type": {"value": "Normal"}, "OrderNbr": {"value": number}, **more}


class Site:
    """Answers by entity, each in turn, then with empty lists; and what it was asked."""

    def __init__(self, **answers: list[Any]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, dict[str, str]]] = []

    def get(self, path: str, params: dict[str, str] | None = None) -> Any:
        """The answer, which may be an error."""
        entity = path.removeprefix("entity/Default/24.200.001/")
        self.asked.append((entity, params or {}))
        left = self.answers.get(entity.replace("/", "_").replace("$", ""), [])
        told = left.pop(0) if left else []
        if isinstance(told, Exception):
            raise told
        return told

    def source(self, *custom: str, **settings: Any) -> Source:
        """A source over it."""
        api: Any = self
        details = {"version": "24.200.001", "custom": list(custom), "finds_receipts": True}
        return Source(api, Settings(**ONE_TYPE | settings), Catalogue(details=details), 20)

    def filters(self) -> list[tuple[str, str]]:
        """What was asked for, by entity."""
        return [(entity, query.get("$filter", "")) for entity, query in self.asked]


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        (Window(None, None), [("PurchaseOrder", "")]),
        (Window(None, END), [("PurchaseOrder", f"LastModifiedDateTime lt {UNTIL}")]),
        (Window(START, END), [("PurchaseOrder", CHANGED), ("PurchaseReceipt", CHANGED)]),
        (
            Window(START, None),
            [
                ("PurchaseOrder", f"LastModifiedDateTime ge {SINCE}"),
                ("PurchaseReceipt", f"LastModifiedDateTime ge {SINCE}"),
                ("PurchaseOrder", f"LastModifiedDateTime lt {SINCE} and {CHANGING}"),
            ],
        ),
        (Window(START, END, open_only=True), [("PurchaseOrder", f"LastModifiedDateTime lt {UNTIL} and {OPEN}")]),
    ],
)
def test_a_window_is_asked_for_by_orders_receipts_and_what_still_changes(
    window: Window, expected: list[tuple[str, str]]
) -> None:
    """H10, H11, H12: bounds are cut to milliseconds alike, so that windows join."""
    site = Site()
    pages = list(CONNECTOR.fetch(site.source(), window))
    assert [page.is_reread for page in pages] == [number > 0 for number, _ in enumerate(expected)]
    types = {"PurchaseOrder": "Type eq 'Normal'", "PurchaseReceipt": "Type eq 'Receipt'"}
    assert site.filters() == [(name, " and ".join(filter(None, (types[name], one)))) for name, one in expected]
    assert all(query["$top"] == "20" for _, query in site.asked)


def test_a_list_with_an_order_of_another_type_is_refused() -> None:
    """Its filter is dropped: what else it leaves out or brings twice, nobody could say."""
    site = Site(PurchaseOrder=[[row("PO1"), row("PO2", Type={"value": "Blanket"})]])
    with pytest.raises(FilterIgnored, match="asked for type Normal from the beginning on, something else came"):
        list(CONNECTOR.fetch(site.source(), Window(None, None)))


def test_what_the_server_cannot_expand_is_asked_for_once() -> None:
    """The lists that follow come bare, and each order by itself."""
    refusal = CannotExpand("Optimization cannot be performed.", action="")
    site = Site(
        PurchaseOrder=[refusal, [row("PO1")], [row("PO2")]],
        PurchaseOrder_Normal_PO1=[row("PO1", Details=[])],
        PurchaseOrder_Normal_PO2=[row("PO2", Details=[])],
    )
    pages = list(CONNECTOR.fetch(site.source("Document.UsrPhase"), Window(None, None)))
    assert [order["OrderNbr"]["value"] for page in pages for order in page.records] == ["PO1", "PO2"]
    listed = [query for entity, query in site.asked if entity == "PurchaseOrder"]
    assert [("$expand" in query, "$custom" in query) for query in listed] == [(True, True), *[(False, False)] * 3]
    assert all("$expand" in query for entity, query in site.asked if entity.startswith("PurchaseOrder/"))


def test_nothing_is_asked_for_beside_the_fields_of_an_endpoint_that_has_nothing_beside() -> None:
    site = Site()
    list(CONNECTOR.fetch(site.source(), Window(None, None)))
    assert "$custom" not in site.asked[0][1]


def test_an_order_is_asked_for_by_itself_whatever_stands_in_its_number() -> None:
    site = Site(PurchaseOrder=[[row("PO/1 b")]])
    site.answers["PurchaseOrder_Normal_PO%2F1%20b"] = [row("PO/1 b", Details=[], custom=None)]
    (page,) = CONNECTOR.read(site.source(), ["Normal/PO/1 b", "nonsense"])
    assert [order["OrderNbr"]["value"] for order in page.records] == ["PO/1 b"]
    assert site.filters()[0] == ("PurchaseOrder", "Type eq 'Normal' and OrderNbr eq 'PO/1 b'")


@pytest.mark.parametrize("length", range(40, 100, 4))
def test_an_address_has_room_for_the_vendors_and_for_what_else_is_asked_of_them(length: int) -> None:
    orders = [row(f"PO{n}", Details=[{}], VendorID={"value": f"{n:0{length}}"}) for n in range(30)]
    site = Site(PurchaseOrder=[orders])
    list(CONNECTOR.fetch(site.source(), Window(None, None)))
    asked = [urlencode(query) for entity, query in site.asked if entity == "Vendor"]
    assert sum(query.count("VendorID") for query in asked) == len(orders)
    assert max(map(len, asked)) <= 2048


@pytest.mark.parametrize("length", range(200, 900, 9))
def test_an_address_has_room_for_the_orders_and_for_the_one_that_it_goes_on_behind(length: int) -> None:
    numbers = [f"PO{number:013}" for number in range(30)]
    site = Site(PurchaseOrder=[[row(numbers[0], Details=[{}])]])
    source = replace(site.source(f"Document.Usr{'X' * length}"), page_size=10_000)
    list(CONNECTOR.read(source, [f"Normal/{number}" for number in numbers]))
    asked = [urlencode(query) for _, query in site.asked]
    assert "OrderNbr+gt+" in asked[1]
    assert max(map(len, asked)) <= 2048


def test_vendors_are_not_asked_for_where_they_are_not_wanted() -> None:
    site = Site(PurchaseOrder=[[row("PO1", Details=[{}], VendorID={"value": "V1"})]])
    pages = list(CONNECTOR.fetch(site.source(read_vendors=False), Window(None, None)))
    assert [order["Vendor"] for page in pages for order in page.records] == [None]
    assert {entity for entity, _ in site.asked} == {"PurchaseOrder"}


@pytest.mark.parametrize(("site", "path"), [("", ""), ("/", ""), ("ERP", "ERP/"), ("/ERP/", "ERP/"), ("a/b", "a/b/")])
def test_a_site_lies_below_its_host_however_its_path_is_written(site: str, path: str) -> None:
    told = Site()
    with pytest.raises(UnexpectedShape, match="the list of endpoints"):
        CONNECTOR.discover(told.source(site=site))
    assert told.asked[0][0] == f"{path}entity"


def test_a_scan_asks_for_keys_alone_and_takes_orders_without_a_time() -> None:
    site = Site(PurchaseOrder=[[row("PO1", LastModifiedDateTime={}), row("PO2")]])
    keys = [key for page in CONNECTOR.scan(site.source()) for key in page.keys]
    assert keys == [Key("Normal/PO1", None), Key("Normal/PO2", None)]
    assert {query["$select"] for _, query in site.asked} == {"Type,OrderNbr,LastModifiedDateTime"}
    assert site.filters()[1][1] == "Type eq 'Normal' and OrderNbr gt 'PO2'"


def test_lines_of_receipts_that_name_no_order_bring_none() -> None:
    lines = [{"POOrderType": {}, "POOrderNbr": {"value": "PO1"}}, {"POOrderType": {"value": "Normal"}}, {}]
    receipt = {"Type": {"value": "Receipt"}, "ReceiptNbr": {"value": "R1"}, "Details": lines}
    site = Site(PurchaseReceipt=[[receipt]])
    pages = list(CONNECTOR.fetch(site.source(), Window(START, END)))
    assert not [page for page in pages if page.records]
    assert [name for name, _ in site.asked].count("PurchaseOrder") == 1


ENDPOINTS = [
    ("Default", "9.200.001"),
    ("Default", "26.100.001"),
    ("Own", "25.200.001"),
    ("Default", "24.200.001"),
    ("Default", "20.200.001"),
]
SCHEMA = {
    "custom": {"Document": {"UsrPhase": {}, "CuryDiscTot": {}, "BilledQty": {}, "Hold": {}}},
    "Details": [{"custom": {"Transactions": {"UsrDrawing": {}, "BilledQty": {}, "CuryDiscTot": {}}}}, {"custom": None}],
}


@pytest.mark.parametrize(
    ("schema", "custom"),
    [
        (
            SCHEMA,
            [
                "Document.CuryDiscTot",
                "Details/Transactions.BilledQty",
                "Document.UsrPhase",
                "Details/Transactions.UsrDrawing",
            ],
        ),
        ({"custom": {"Document": {"UsrPhase": {}}}}, ["Document.UsrPhase"]),
        (NOT_THERE, []),
    ],
)
def test_the_newest_version_by_number_is_asked_for_what_stands_beside_its_fields(
    schema: Any, custom: list[str]
) -> None:
    listed = {"endpoints": [{"name": name, "version": version} for name, version in ENDPOINTS]}
    site = Site(entity=[listed], PurchaseOrder_adHocSchema=[schema])
    assert CONNECTOR.discover(site.source()).details == {
        "version": "24.200.001",
        "custom": custom,
        "finds_receipts": True,
    }
    assert [name for name, _ in site.asked] == ["entity", "PurchaseOrder/$adHocSchema"]


@pytest.mark.parametrize("schema", [[], {}, {"custom": []}])
def test_a_schema_of_another_shape_is_not_taken_for_one_of_nothing(schema: Any) -> None:
    site = Site(entity=[{"endpoints": [{"name": "Default", "version": "24.200.001"}]}])
    site.answers["PurchaseOrder_adHocSchema"] = [schema]
    with pytest.raises(UnexpectedShape, match="the schema of orders"):
        CONNECTOR.discover(site.source())


@pytest.mark.parametrize(("version", "finds_receipts"), [("22.200.001", False), ("23.200.001", True)])
def test_receipts_are_asked_for_from_the_version_on_that_tells_their_changes(
    version: str, finds_receipts: bool
) -> None:
    site = Site(entity=[{"endpoints": [{"name": "Default", "version": version}]}])
    site.answers[f"entity_Default_{version}_PurchaseOrder_adHocSchema"] = [{"custom": {}}]
    assert CONNECTOR.discover(site.source(receipt_types=())).details["finds_receipts"] is finds_receipts


THROWN = {"message": "An error has occurred.", "stackTrace": "at PX.Secret()"}


@pytest.mark.parametrize(
    ("status", "said", "error"),
    [
        (500, "Invalid credentials. Please try again.", AuthenticationFailed),
        (500, "API Login Limit has been reached.", RateLimitExceeded),
        (500, "No entity satisfies the condition.", NoSuchRecord),
        (500, "Optimization cannot be performed.The following fields cause the error:\r\n Details", CannotExpand),
        (500, "Timeout expired.", SourceUnavailable),
        (503, "Closed for repairs.", SourceUnavailable),
        (504, "Too long.", SourceTimeout),
        (400, "No such field.", RequestRefused),
        (422, "Wrong.", RequestRefused),
    ],
)
def test_an_exception_is_told_in_its_words_by_what_they_mean(
    status: int, said: str, error: type[OrderhouseError]
) -> None:
    refusal = CONNECTOR.explain(Answer(status, {"retry-after": "7"}, {**THROWN, "exceptionMessage": said}, ""))
    assert refusal is not None
    assert (refusal.error, refusal.message, refusal.retry_after) == (error, " ".join(said.split()), 7.0)


@pytest.mark.parametrize(("status", "body"), [(200, {"message": "Well."}), (500, {}), (500, None), (400, ["No."])])
def test_what_says_nothing_is_judged_by_its_status(status: int, body: Any) -> None:
    assert CONNECTOR.explain(Answer(status, {}, body, "")) is None
