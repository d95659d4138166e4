"""What SAP S/4HANA is asked, in both of its services."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from lark import Lark, Transformer, Tree

from include.orderhouse.connector import Catalogue, Page, Source, Window
from include.orderhouse.connectors.sap_s4hana import CONNECTOR
from include.orderhouse.connectors.sap_s4hana.service import SERVICES
from include.orderhouse.connectors.sap_s4hana.settings import Settings
from include.orderhouse.errors import UnexpectedShape

START, END = datetime(2026, 10, 1, 8, tzinfo=UTC), datetime(2026, 10, 2, 20, tzinfo=UTC)
WITHIN = {
    "v4": "LastChangeDateTime ge 2026-10-01T08:00:00Z and LastChangeDateTime lt 2026-10-02T20:00:00Z",
    "v2": "LastChangeDateTime ge datetimeoffset'2026-10-01T08:00:00Z'"
    " and LastChangeDateTime lt datetimeoffset'2026-10-02T20:00:00Z'",
}
CREATED = {
    "v4": "LastChangeDateTime eq null and CreationDate ge 2026-09-30 and CreationDate le 2026-10-03",
    "v2": "LastChangeDateTime eq null and CreationDate ge datetime'2026-09-30T00:00:00'"
    " and CreationDate le datetime'2026-10-03T00:00:00'",
}
EXPANDED = {
    "v4": "_PurchaseOrderItem($expand=_PurchaseOrderScheduleLineTP,_PurOrdPricingElement),_PurchaseOrderNote",
    "v2": "to_PurchaseOrderItem,to_PurchaseOrderItem/to_ScheduleLine,"
    "to_PurchaseOrderItem/to_PurchaseOrderPricingElement,to_PurchaseOrderNote",
}
PARTS = (
    "_PurchaseOrderNote", "_PurchaseOrderScheduleLineTP", "_PurOrdPricingElement",
    "to_PurchaseOrderNote", "to_ScheduleLine", "to_PurchaseOrderPricingElement",
)  # fmt: skip
"""The parts that this release has; the others it would refuse to expand."""
COUNT = {"v4": {"$count": "true"}, "v2": {"$inlinecount": "allpages"}}
GOODS_TO_COME = "IsCompletelyDelivered eq false and GoodsReceiptIsExpected eq true"
INVOICE_TO_COME = "IsFinallyInvoiced eq false and InvoiceIsExpected eq true"

GRAMMAR = Lark.open("../sandbox/odata.lark", rel_to=__file__)

services = pytest.mark.parametrize("service", ["v4", "v2"])


class Recorder:
    """An API that answers with one page of numbers after the other, and keeps what it was asked."""

    def __init__(self, service: str, *pages: list[str]) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.addresses: list[str] = []
        self.more: dict[str, Any] = {}
        self._version, self._pages = service, list(pages)

    def get(self, url: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        options = {name: meaning(value) if name == "$filter" else value for name, value in (params or {}).items()}
        self.addresses.append(url)
        self.asked.append((url.rpartition("/")[2], options))
        lines: dict[str, Any] = {"_PurchaseOrderItem": [], "to_PurchaseOrderItem": {"results": []}} | self.more
        rows = [{"PurchaseOrder": number} | lines for number in (self._pages.pop(0) if self._pages else [])]
        return {"value": rows} if self._version == "v4" else {"d": {"results": rows}}


class Described(Recorder):
    """A service that describes itself by the fields of its entity sets."""

    def __init__(self, service: str, orders: str, lines: str) -> None:
        super().__init__(service, [])
        names = SERVICES[service]
        self._fields = {names.orders: orders.split(), names.lines: lines.split()}

    def get_text(self, url: str, params: Mapping[str, str]) -> str:
        self.asked.append((url.rpartition("/")[2], dict(params)))
        types = "".join(
            f'<EntityType Name="{name}Type">{"".join(map("<Property Name={0!r}/>".format, fields))}</EntityType>'
            f'<EntitySet Name="{name}" EntityType="S.{name}Type"/>'
            for name, fields in self._fields.items()
        )
        return f'<Schema xmlns="x">{types}</Schema>'


class Flat(Transformer[Any, Any]):
    """Makes one conjunction of those inside each other."""

    def all_of(self, parts: list[Any]) -> Any:
        inner = (part.children if getattr(part, "data", None) == "all_of" else [part] for part in parts)
        return Tree("all_of", [part for several in inner for part in several])


def meaning(condition: str) -> Any:
    """What a filter means, however many parentheses stand around its parts."""
    return Flat().transform(GRAMMAR.parse(condition))


def connected(recorder: Recorder, service: str, **settings: Any) -> Source:
    api: Any = recorder
    names = SERVICES[service]
    catalogue = Catalogue(("all company codes",), {names.orders: list(PARTS), names.lines: list(PARTS)})
    return Source(api, Settings(service=service, **settings), catalogue, page_size=2)  # type: ignore[arg-type]


def numbers(pages: list[Page]) -> list[list[str]]:
    return [[order["PurchaseOrder"] for order in page.records] for page in pages]


@services
def test_a_window_is_read_in_pages_behind_the_last_number_and_counted_once(service: str) -> None:
    recorder = Recorder(service, ["4500000001", "4500000002"], ["4500000003"])
    pages = list(CONNECTOR.fetch(connected(recorder, service), Window(START, END)))
    assert numbers(pages) == [["4500000001", "4500000002"], ["4500000003"]]
    assert [page.resume for page in pages] == ["4500000002", None]
    condition = f"({WITHIN[service]}) or ({CREATED[service]})"
    always = {
        "$orderby": "PurchaseOrder", "$expand": EXPANDED[service], "$top": "2",
        "sap-language": "EN", "$format": "json",
    }  # fmt: skip
    assert recorder.asked == [
        (SERVICES[service].orders, always | COUNT[service] | {"$filter": meaning(condition)}),
        (SERVICES[service].orders, always | {"$filter": meaning(f"({condition}) and PurchaseOrder gt '4500000002'")}),
    ]


@services
@pytest.mark.parametrize(
    ("settings", "window", "asked"),
    [
        ({"includes_unchanged": False}, Window(START, END), WITHIN),
        ({}, Window(None, None), {}),
        (
            {},
            Window(None, END),
            {
                "v4": "(LastChangeDateTime lt 2026-10-02T20:00:00Z)"
                " or (LastChangeDateTime eq null and CreationDate le 2026-10-03)",
                "v2": "(LastChangeDateTime lt datetimeoffset'2026-10-02T20:00:00Z')"
                " or (LastChangeDateTime eq null and CreationDate le datetime'2026-10-03T00:00:00')",
            },
        ),
        (
            {},
            Window(START, None),
            {
                "v4": "(LastChangeDateTime ge 2026-10-01T08:00:00Z)"
                " or (LastChangeDateTime eq null and CreationDate ge 2026-09-30)",
                "v2": "(LastChangeDateTime ge datetimeoffset'2026-10-01T08:00:00Z')"
                " or (LastChangeDateTime eq null and CreationDate ge datetime'2026-09-30T00:00:00')",
            },
        ),
    ],
)
def test_a_window_asks_for_what_changed_in_it(
    service: str, settings: dict[str, Any], window: Window, asked: dict[str, str]
) -> None:
    recorder = Recorder(service)
    list(CONNECTOR.fetch(connected(recorder, service, **settings), window))
    assert recorder.asked[0][1].get("$filter") == (meaning(asked[service]) if asked else None)


def test_company_codes_and_client_are_part_of_every_question() -> None:
    recorder = Recorder("v4", [], ["4500000001"], ["4500000001"], [])
    source = connected(recorder, "v4", company_codes=("DE01", "US01"), sap_client="100", includes_unchanged=False)
    list(CONNECTOR.fetch(source, Window(START, END)))
    list(CONNECTOR.fetch(source, Window(START, END, open_only=True)))
    list(CONNECTOR.scan(source))
    codes = "CompanyCode eq 'DE01' or CompanyCode eq 'US01'"
    filters = [options["$filter"] for name, options in recorder.asked if name == "PurchaseOrder"]
    assert filters == [
        meaning(f"({WITHIN['v4']}) and ({codes})"),
        meaning(f"(({WITHIN['v4']}) and ({codes})) and PurchaseOrder eq '4500000001'"),
        meaning(codes),
    ]
    assert {options["sap-client"] for _, options in recorder.asked} == {"100"}


@services
@pytest.mark.parametrize(
    ("until", "waiting"),
    [("delivered", GOODS_TO_COME), ("invoiced", f"(({GOODS_TO_COME}) or ({INVOICE_TO_COME}))")],
)
def test_open_orders_are_those_of_items_that_await_something(service: str, until: str, waiting: str) -> None:
    names, numbers_told = SERVICES[service], ["4500000001", "4500000001"]
    recorder = Recorder(service, numbers_told, ["4500000001"], ["4500000007"], ["4500000007"])
    source = connected(recorder, service, open_until=until)
    pages = list(CONNECTOR.fetch(source, Window(None, None, open_only=True)))
    assert numbers(pages) == [["4500000001"], ["4500000007"]]
    assert [page.resume for page in pages] == ["4500000001", None]
    living = f"{waiting} and PurchasingDocumentDeletionCode ne 'L'"
    assert [(name, options["$filter"], options["$top"]) for name, options in recorder.asked] == [
        (names.lines, meaning(living), "2"),
        (names.orders, meaning("PurchaseOrder eq '4500000001'"), "2"),
        (names.lines, meaning(f"({living}) and PurchaseOrder gt '4500000001'"), "2"),
        (names.orders, meaning("PurchaseOrder eq '4500000007'"), "2"),
    ]
    fields = "PurchaseOrder,PurchaseOrderItem"
    assert (recorder.asked[0][1]["$select"], recorder.asked[0][1]["$orderby"]) == (fields, fields)


@services
def test_orders_are_asked_for_by_number_with_room_for_one_more_than_there_can_be(service: str) -> None:
    """A page that the server cut short goes on; one that it did not is known to be whole."""
    wanted = [str(4_500_000_001 + number) for number in range(41)]
    recorder = Recorder(service, wanted[:40], wanted[40:])
    assert numbers(list(CONNECTOR.read(connected(recorder, service), wanted))) == [wanted[:40], wanted[40:]]
    assert [options["$top"] for _, options in recorder.asked] == ["41", "2"]
    assert recorder.asked[1][1]["$filter"] == meaning(f"PurchaseOrder eq '{wanted[40]}'")
    assert {options["$expand"] for _, options in recorder.asked} == {EXPANDED[service]}


@services
def test_a_scan_asks_for_keys_and_change_times_only(service: str) -> None:
    recorder = Recorder(service, ["4500000001"])
    (page,) = CONNECTOR.scan(connected(recorder, service))
    assert [key.source_order_id for key in page.keys] == ["4500000001"]
    chosen = {"$select": "PurchaseOrder,LastChangeDateTime", "$orderby": "PurchaseOrder", "$top": "1000"}
    assert recorder.asked[0][1] == chosen | COUNT[service] | {"sap-language": "EN", "$format": "json"}


NEEDED = "PurchaseOrder LastChangeDateTime CreationDate CompanyCode"


def test_discovery_learns_the_fields_and_reads_one_number() -> None:
    described = Described("v4", f"{NEEDED} _PurchaseOrderItem", "Material")
    catalogue = CONNECTOR.discover(connected(described, "v4", company_codes=("DE01",), sap_client="100"))
    fields = {"PurchaseOrder": [*NEEDED.split(), "_PurchaseOrderItem"], "PurchaseOrderItem": ["Material"]}
    assert (catalogue.scope, catalogue.details) == (("DE01",), fields)
    logon = {"sap-language": "EN", "sap-client": "100"}
    one = {"$select": "PurchaseOrder", "$top": "1", "$format": "json"} | logon
    assert described.asked == [("$metadata", logon), ("PurchaseOrder", one)]


@services
@pytest.mark.parametrize("lacking", [*NEEDED.split(), "the items"])
def test_a_release_that_cannot_tell_what_changed_is_refused_with_what_it_lacks(service: str, lacking: str) -> None:
    items = SERVICES[service].to_lines
    fields = [*NEEDED.split(), items]
    gone = items if lacking == "the items" else lacking
    described = Described(service, " ".join(field for field in fields if field != gone), "Material")
    with pytest.raises(UnexpectedShape, match=f"has no {gone}"):
        CONNECTOR.discover(connected(described, service))


ROOT = SERVICES["v4"].root
LINES = f"{ROOT}/PurchaseOrder('45')/_PurchaseOrderItem"
LOGON = "sap-language=EN&sap-client=100"


@pytest.mark.parametrize(
    ("link", "asked"),
    [
        ("PurchaseOrder('45')/_PurchaseOrderItem?$skiptoken=2", f"{LINES}?$skiptoken=2&{LOGON}"),
        (f"/{LINES}?$skiptoken=2&sap-client=100", f"/{LINES}?$skiptoken=2&sap-client=100&sap-language=EN"),
        (f"https://sap.example/{LINES}", f"https://sap.example/{LINES}?{LOGON}"),
        ("https://[::1", f"https://[::1?{LOGON}"),
    ],
)
def test_h16_a_link_to_the_rest_of_an_orders_items_may_start_at_the_service(link: str, asked: str) -> None:
    """By OData 4.01 JSON, 4.6, a relative link is one of the context URL, which stands at the service's root.

    One that names no client would lead to the system's own, where other orders may have these numbers.
    """
    recorder = Recorder("v4", ["4500000001"])
    recorder.more = {"_PurchaseOrderItem@odata.nextLink": link}
    (page,) = CONNECTOR.read(connected(recorder, "v4", sap_client="100"), ["4500000001"])
    assert recorder.addresses[1] == asked
    assert not [name for name in page.records[0] if "nextLink" in name], "a whole order leads no further"
