"""What the page and the API show of rejected orders that are long, or lack a list of their rows."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from include.orchestration.ui.payload import MOST_LINES
from include.orderhouse.raw_order import pack
from tests.plugin.test_pages import MOUNT, show
from tests.warehouse.orders import payloads

Visit = Callable[[str], TestClient]
_REJECT = sa.text("""
    INSERT INTO ops.reject (connection, reject_id, customer, order_id, source_order_id, fetched_at, mapping_version,
        code, table_name, field, reason, findings, payload, rejected_at, sync_id)
    VALUES ('acme_us', :id, 'acme', gen_random_uuid(), '8', now(), 1, 'PAYLOAD_INCOMPLETE', 'purchase_order_line',
        :field, 'it is missing', '[]', :payload, now(), gen_random_uuid())
""")


def rejected(engine: sa.Engine, field: str, lines: int = 0) -> str:
    """A reject of an order with so many lines; its id."""
    found = str(uuid4())
    payload = payloads(engine).seal("reject", found, pack({"order_line": [{"id": number} for number in range(lines)]}))
    with engine.begin() as session:
        session.execute(_REJECT, {"id": found, "field": field, "payload": payload})
    return found


@pytest.mark.parametrize(("lines", "left_out"), [(1, None), (MOST_LINES, "10\u202f004 more lines are not shown.")])
def test_how_much_of_a_long_order_is_not_shown_is_told_with_where_it_stands_whole(
    visit: Visit, warehouse: sa.Engine, lines: int, left_out: str | None
) -> None:
    found = rejected(warehouse, "order_number", lines)
    page = show(visit("vic"), f"/rejects/{found}")
    assert [attributes["class"] for tag, attributes in page.tags if tag == "span"].count("line") == min(
        3 * lines + 4, MOST_LINES
    )
    whole = f"{MOUNT}/api/v1/rejects/{found}"
    assert (whole in page.all("a", "href")) is (left_out is not None)
    assert left_out is None or left_out in page.text
    assert len(visit("vic").get(whole).json()["payload"]["order_line"]) == lines


@pytest.mark.parametrize("field", ["order-lines", "to_PurchaseOrderItem.results", "_distributions"])
def test_a_field_of_rejects_is_asked_for_as_they_tell_it(visit: Visit, warehouse: sa.Engine, field: str) -> None:
    found = rejected(warehouse, field)
    answer = visit("vic").get(f"{MOUNT}/api/v1/rejects?field={field}")
    assert [(each["reject_id"], each["field"]) for each in answer.json()["data"]] == [(found, field)]
