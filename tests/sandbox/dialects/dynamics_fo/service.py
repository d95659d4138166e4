"""The endpoint of all entities: filter, order, projection, expansion, pages, and companies.

Options: `extensions` (`none`: the standard entities without what the site has added), `moves` (`all`: the header's
stamp moves with anything in the order), `posts` (`silently`: receipts and invoices do not move the line's stamp),
`deletes` (`marked`: deleted lines stay, as in orders under change management), `navigation` (the name by which headers
expand to lines), `next` (`skip`: next links count rows), `page_cap`, `taxes` (`included`: prices and
amounts of lines include sales tax), `charge_percentage` (of a charge that every order has beside its fixed ones),
`discounts` (`multiline`: lines have their percentage as a discount for several lines).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from tests.sandbox.dialect import World
from tests.sandbox.dialects.dynamics_fo import lines, masters, orders
from tests.sandbox.dialects.dynamics_fo.answers import Refused
from tests.sandbox.dialects.dynamics_fo.filters import plain_enums
from tests.sandbox.dialects.dynamics_fo.values import PREFIX, Row, area_id, etag, order_number, wire
from tests.sandbox.faults import FaultKind
from tests.sandbox.odata import ODataError, Query, parse_query
from tests.sandbox.order import Order
from tests.sandbox.rows import RowCache
from tests.sandbox.wire import json_response

LARGEST_PAGE = 10_000
INVALID = "The query specified in the URI is not valid."
DEFAULT_COMPANY = "us01"
"""The user's own company, to which requests are limited unless they ask for all."""
NAMES = frozenset(
    {
        "dataAreaId", "PurchaseOrderNumber", "LineNumber", "PurchaseOrderLineNumber", "RecordId", "ChargeLineNumber",
        "Name", "LegalEntityId", "VendorAccountNumber", "AccountingDate", "PurchaseOrderStatus",
    }
)  # fmt: skip
"""Properties of entities that have no row to tell theirs."""
ONE = r"PurchaseOrderNumber eq '[^']*'"
NAMED = re.compile(rf"dataAreaId eq '(\w+)' and \(({ONE}(?: or {ONE})*)\)")
STAMPS = (orders.HEADER_STAMP, orders.CREATED_STAMP, lines.LINE_STAMP)


@dataclass(frozen=True, slots=True)
class ServedOrder:
    """An order as its entities hold it."""

    header: Row
    lines: list[Row]
    charges: list[Row]
    receipts: list[Row]


class Service:
    """The entities over one company."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._orders: RowCache[ServedOrder] = RowCache(world.company, self._served)

    def _served(self, order: Order) -> ServedOrder:
        company, options = self._world.company, self._world.options
        includes_tax = options.get("taxes") == "included"
        header = orders.header_row(company, order, options.get("moves") == "all", includes_tax)
        manner = lines.Manner(options.get("posts") == "silently", includes_tax, options.get("discounts") == "multiline")
        found = [lines.line_row(company, order, line, manner) for line in order.goods_lines]
        if options.get("deletes") == "marked":
            found += lines.deleted_rows(company, order, manner)
        if options.get("extensions") == "none":
            header, found = _standard(header), [_standard(line) for line in found]
        tag = {"@odata.etag": etag(f"{area_id(order.entity)}/{order_number(company, order)}", order.change_count)}
        found = [tag | line for line in found]
        charges = orders.charge_rows(company, order, int(options.get("charge_percentage", 0)))
        return ServedOrder(tag | header, found, charges, lines.receipt_rows(company, order))

    async def collection(self, request: Request) -> Response:
        """GET /data/{entity}."""
        try:
            return self._answer(request)
        except Refused as refused:
            return refused.response

    def _answer(self, request: Request) -> Response:
        if not self._world.tokens.accepts_bearer(request.headers.get("authorization")):
            raise Refused(401, "Authorization has been denied for this request.")
        name, options = request.path_params["entity"], dict(request.query_params)
        rows = self._rows(name)
        if options.get("cross-company") != "true":
            rows = [row for row in rows if row.get("dataAreaId", DEFAULT_COMPANY) == DEFAULT_COMPANY]
        query = self._query(options, rows)
        found = query.apply(_indexed(rows, options), lambda row: row)
        rest = list(query.page(found))
        page = rest[: self._page_size(request)]
        self._world.log.note(f"{len(page)} of {len(found)}")
        body: Row = {"@odata.context": f"{self._world.base_url}/data/$metadata#{name}"}
        if options.get("$count") == "true":
            body["@odata.count"] = len(found)
        body["value"] = [self._shown(row, query.select, options.get("$expand", "")) for row in page]
        if len(rest) > len(page):
            body["@odata.nextLink"] = self._next_link(request, options, query.skip + len(page))
        return json_response(body, headers={"OData-Version": "4.0"})

    def _rows(self, name: str) -> list[Row]:
        company, served = self._world.company, self._orders.rows()
        tables: Mapping[str, Callable[[], list[Row]]] = {
            "PurchaseOrderHeadersV2": lambda: [one.header for one in served],
            "PurchaseOrderLinesV2": lambda: [line for one in served for line in one.lines],
            "PurchaseOrderHeaderCharges": lambda: [row for one in served for row in one.charges],
            "ProductReceiptLinesV2": lambda: [row for one in served for row in one.receipts],
            "LegalEntities": lambda: [masters.legal_entity_row(entity) for entity in company.entities.values()],
            "Ledgers": lambda: [masters.ledger_row(entity) for entity in company.entities.values()],
            "VendorsV2": lambda: masters.vendor_rows(company),
            "PaymentTerms": lambda: masters.term_rows(company),
        }
        if name not in tables:
            raise Refused(404, f"Resource not found for the segment '{name}'.")
        return tables[name]()

    def _query(self, options: dict[str, str], rows: Sequence[Row]) -> Query:
        asked = {name: text for name, text in options.items() if name in ("$filter", "$orderby", "$select")}
        asked |= {name: options[name] for name in ("$top", "$skip") if name in options}
        if self._world.faults.active(FaultKind.IGNORE_FILTER):
            asked.pop("$filter", None)
        if "$skiptoken" in options:
            asked["$skip"] = options["$skiptoken"]
        try:
            if "$filter" in asked:
                asked["$filter"] = plain_enums(asked["$filter"])
            return parse_query(asked, [name for name in rows[0] if name[0] != "@"] if rows else NAMES | set(STAMPS))
        except ODataError as error:
            raise Refused(400, f"{INVALID} {error}") from error

    def _page_size(self, request: Request) -> int:
        asked = re.search(r"odata\.maxpagesize=(\d+)", request.headers.get("prefer", ""))
        cap = int(self._world.options.get("page_cap", LARGEST_PAGE))
        return min(int(asked[1]), cap) if asked else cap

    def _shown(self, row: Row, names: Sequence[str] | None, expand: str) -> Row:
        shown = {name: wire(value) for name, value in row.items() if names is None or name in names or name[0] == "@"}
        shown = self._world.faults.reshaped(shown)
        if expand:
            self._expand(shown, row, expand)
        return shown

    def _expand(self, shown: Row, header: Row, name: str) -> None:
        if name != self._world.options.get("navigation"):
            raise Refused(
                400, f"The query specified in the URI is not valid. Could not find a property named '{name}'."
            )
        found = next(one.lines for one in self._orders.rows() if one.header is header)
        shown[name] = [{key: wire(value) for key, value in line.items()} for line in found]

    def _next_link(self, request: Request, options: dict[str, str], behind: int) -> str:
        kept = {name: text for name, text in options.items() if name not in ("$skip", "$skiptoken", "$top")}
        name = "$skip" if self._world.options.get("next") == "skip" else "$skiptoken"
        parts = [f"{key}={quote(text, safe='')}" for key, text in {**kept, name: str(behind)}.items()]
        return f"{self._world.base_url}{request.url.path}?{'&'.join(parts)}"


def _standard(row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in STAMPS and not name.startswith(PREFIX)}


def _indexed(rows: list[Row], options: Mapping[str, str]) -> list[Row]:
    """The rows that an index on the order number leaves to look at, where the filter names just some orders."""
    named = NAMED.fullmatch(options.get("$filter", ""))
    if named is None:
        return rows
    numbers = set(re.findall(r"'([^']*)'", named[2]))
    return [row for row in rows if row["PurchaseOrderNumber"] in numbers]
