"""The Odoo dialect and connector held against requests and responses of a running Odoo 18.0.

The captures are kept beside the repository, not in it; without them these tests are skipped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from include.orderhouse import wire
from include.orderhouse.connectors.odoo import CONNECTOR
from include.orderhouse.connectors.odoo.values import line as of_line
from include.orderhouse.connectors.odoo.values import order as of_order
from include.orderhouse.errors import AuthenticationFailed, OrderhouseError, PermissionDenied, RequestRefused
from include.orderhouse.http import Answer
from tests.sandbox.clock import Clock
from tests.sandbox.dialects.odoo.fields import LINE, ORDER, model_fields
from tests.sandbox.generate import generate
from tests.sandbox.running import Sandbox, sandbox

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "reference" / "captures" / "odoo18"
NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the captures of a running Odoo are not at {FOLDER}")

ANSWERED_ALIKE = [
    "02_login_ok",
    "05_authenticate_wrong_password",
    "06_authenticate_unknown_user",
    "07_authenticate_wrong_db",
    "08_execute_wrong_db",
    "09_execute_wrong_key",
    "10_execute_wrong_uid",
    "38_ir_model_fields_manual",
    "50_err_domain_unknown_field",
    "51_err_unknown_field_in_fields",
    "52_err_malformed_domain",
    "53_err_bad_operator",
    "54_err_bad_date",
    "55_err_bad_order",
    "56_err_unknown_model",
    "57_err_unknown_method",
    "58_err_private_method",
    "60_read_missing_id",
    "64_err_bad_company",
    "66_err_bad_kwarg",
    "67_err_bad_limit",
    "69_fields_get_unknown",
    "70_http_get_jsonrpc",
    "71_http_malformed_json",
    "72_http_wrong_content_type",
    "73_http_json_batch",
    "74_http_missing_args",
    "75_http_unknown_service",
    "76_http_404",
    "77_http_json2_on_18",
]
SHAPES = {
    "integer": r"-?\d+",
    "float": r"-?\d+\.\d+(e-?\d+)?",
    "monetary": r"-?\d+\.\d+(e-?\d+)?",
    "boolean": r"true|false",
    "datetime": r'false|"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"',
    "date": r'false|"\d{4}-\d\d-\d\d"',
    "char": r'false|".*"',
    "text": r'false|".*"',
    "html": r'false|"<.*>"',
    "selection": r'false|".*"',
    "many2one": r'false|\[\d+, ".*"\]',
    "one2many": r"\[(\d+(, \d+)*)?\]",
    "many2many": r"\[(\d+(, \d+)*)?\]",
    "json": r'false|\{("\d+(,\d+)*": \d+\.\d+(, )?)*\}',
}
"""What a value of each type looks like on the wire."""


@pytest.fixture(scope="module")
def odoo() -> Iterator[Sandbox]:
    with sandbox(generate(5, orders=120, now=NOW), ["odoo"], Clock(NOW)) as running:
        yield running


def capture(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_bytes())
    return found


def body_of(response: dict[str, Any]) -> Any:
    """The body as an object, also where the capture keeps it as text."""
    body = response.get("body", response.get("raw_body"))
    try:
        return json.loads(body) if isinstance(body, str) else body
    except ValueError:
        return body


def send(odoo: Sandbox, name: str) -> httpx.Response:
    """The captured request, to the sandbox's database and with its key."""
    asked = capture(name)["request"]
    credentials, is_wrong = odoo.world("odoo").credentials, "wrong" in name
    content = asked.get("raw_body") or (json.dumps(asked["body"]) if asked.get("body") is not None else "")
    content = content.replace('"odoo_demo"', f'"{credentials["database"]}"')
    content = content.replace('"connector"', f'"{credentials["login"]}"')
    if not is_wrong:
        content = re.sub(r"\*\*\*[A-Z-]+\*\*\*", credentials["password"], content)
    url = f"{odoo.url('odoo')}{asked['path']}"
    return httpx.request(asked["method"], url, content=content.encode(), headers=asked.get("headers", {}))


@pytest.mark.parametrize("name", ANSWERED_ALIKE)
def test_the_dialect_answers_as_odoo_did(odoo: Sandbox, name: str) -> None:
    """Status, content type, the exception's name and the shape of the result."""
    real, played = capture(name)["response"], send(odoo, name)
    assert played.status_code == real["status"]
    assert played.headers["content-type"].partition(";")[0] == real["headers"]["Content-Type"].partition(";")[0]
    expected = body_of(real)
    if not isinstance(expected, dict):
        assert "<" not in str(expected) or played.text.startswith("<!doctype html>")
        return
    found = played.json()
    assert found.keys() == expected.keys()
    assert type(found.get("result")) is type(expected.get("result"))
    if "error" in expected:
        assert found["error"]["code"] == 200
        assert found["error"]["data"].keys() == expected["error"]["data"].keys()
        assert found["error"]["data"]["name"] == expected["error"]["data"]["name"]


@pytest.mark.parametrize(
    ("name", "model"), [("12_fields_get_purchase_order", ORDER), ("13_fields_get_purchase_order_line", LINE)]
)
def test_the_dialect_has_odoos_stored_fields(name: str, model: str) -> None:
    told = capture(name)["response"]["body"]["result"]
    stored = {field: facts for field, facts in told.items() if facts["store"] and not field.startswith("x_")}
    known = model_fields(model, 18, {})
    facts = {
        field: {"type": f.type, "relation": f.relation, "store": f.store, "required": f.required}
        for field, f in known.items()
        if field in stored
    }
    keys = ("type", "relation", "store", "required")
    assert facts == {field: {key: entry.get(key, "") for key in keys} for field, entry in stored.items()}


@pytest.mark.parametrize(
    ("name", "model"), [("17_search_read_headers_rich", ORDER), ("18_search_read_lines_rich", LINE)]
)
def test_values_look_alike_on_the_wire(odoo: Sandbox, name: str, model: str) -> None:
    """Odoo's records and the dialect's obey the same shapes, type by type: false for empty, naive UTC, [id, name]."""
    fields = model_fields(model, 18, {})
    real = capture(name)["response"]["body"]["result"]
    asked = capture(name)["request"]["body"]["params"]["args"][6]["fields"]
    known = [field for field in asked if field in fields]
    named = {"domain": [], "fields": known, "limit": 200}
    credentials = odoo.world("odoo").credentials
    params = {"service": "object", "method": "execute_kw"}
    params["args"] = [credentials["database"], 10, credentials["password"], model, "search_read", [], named]  # type: ignore[assignment]
    played = httpx.post(f"{odoo.url('odoo')}/jsonrpc", json={"jsonrpc": "2.0", "id": 1, "params": params}).json()[
        "result"
    ]
    assert len(played) > 100
    for record in [*real, *played]:
        for field in known:
            shown = json.dumps(record[field], ensure_ascii=False)
            assert re.fullmatch(SHAPES[fields[field].type], shown, re.DOTALL), f"{field}: {shown}"


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("07_authenticate_wrong_db", RequestRefused),
        ("09_execute_wrong_key", AuthenticationFailed),
        ("10_execute_wrong_uid", AuthenticationFailed),
        ("38_ir_model_fields_manual", PermissionDenied),
        ("50_err_domain_unknown_field", RequestRefused),
        ("54_err_bad_date", RequestRefused),
        ("56_err_unknown_model", RequestRefused),
        ("59_err_access_model", PermissionDenied),
        ("64_err_bad_company", PermissionDenied),
        ("74_http_missing_args", RequestRefused),
    ],
)
def test_the_connector_understands_odoos_errors(name: str, error: type[OrderhouseError]) -> None:
    """H20: all of them have status 200."""
    real = capture(name)["response"]
    refusal = CONNECTOR.explain(Answer(real["status"], {}, body_of(real), ""))
    assert refusal is not None
    assert refusal.error is error


def test_the_noise_of_real_taxes_is_rounded() -> None:
    """H25: in most lines price_tax is a binary float with noise; rounded, it is the difference of the clean amounts."""
    lines = [
        {**line, "order_id": {"currency_id": {"decimal_places": 2}}}
        for name in ("18_search_read_lines_rich", "19_search_read_lines_pages", "99_aw_lines_5")
        for line in wire.decode((FOLDER / f"{name}.json").read_bytes())["response"]["body"]["result"]
        if not line["display_type"]
    ]
    assert any(line["price_tax"] != line["price_total"] - line["price_subtotal"] for line in lines)
    for line in lines:
        assert of_line.tax_amount(line) == line["price_total"] - line["price_subtotal"]


def test_real_states_become_statuses() -> None:
    known = set(CONNECTOR.mapping.order.status.table or {})  # type: ignore[union-attr]
    headers = capture("42_headers_each_state")["response"]["body"]["result"]
    assert {header["state"] for header in headers} >= {"draft", "sent", "to approve", "purchase", "done", "cancel"}
    assert {of_order.status({**header, "order_line": []}) for header in headers} <= known


def test_a_real_lock_does_not_end_an_order_that_waits_for_its_goods() -> None:
    headers = capture("42_headers_each_state")["response"]["body"]["result"]
    lines = wire.decode((FOLDER / "43_lines_each_state.json").read_bytes())["response"]["body"]["result"]
    (order,) = (header for header in headers if header["name"] == "P00023")
    assert (order["state"], order["receipt_status"]) == ("done", "pending")
    mine = [{**line, "order_id": order} for line in lines if line["order_id"][0] == order["id"]]
    assert {of_line.line_status(line) for line in mine} == {"purchase"}
    assert not any(of_line.is_closed(line) for line in mine)


def test_real_orders_are_dated_by_their_confirmation() -> None:
    """One of them was confirmed ten days after its deadline."""
    headers = capture("15_search_read_headers_page1")["response"]["body"]["result"]
    headers += capture("42_headers_each_state")["response"]["body"]["result"]
    for header in headers:
        is_confirmed = header["state"] in ("purchase", "done")
        assert of_order.order_date(header) == header["date_approve" if is_confirmed else "date_order"]
    late = next(header for header in headers if header["name"] == "P00009")
    assert (of_order.order_date(late), late["date_order"]) == ("2026-11-18 06:22:13", "2026-11-08 06:22:13")


def test_what_a_real_receipt_without_a_backorder_leaves_out_is_not_waited_for() -> None:
    """Of three lines of ten, four of the first came; Odoo calls that received in full."""
    headers = capture("16_search_read_headers_page2")["response"]["body"]["result"]
    lines = wire.decode((FOLDER / "19_search_read_lines_pages.json").read_bytes())["response"]["body"]["result"]
    (order,) = (header for header in headers if header["name"] == "P00017")
    mine = [{**line, "order_id": order} for line in lines if line["order_id"][0] == order["id"]]
    table = CONNECTOR.mapping.lines.form.line_status.table  # type: ignore[union-attr]
    assert [table[of_line.line_status(line)] for line in mine] == ["received", "closed", "closed"]
    assert all(of_line.is_closed(line) for line in mine)
    billed = {**order, "order_line": [{**line, "qty_invoiced": line["qty_received"]} for line in mine]}
    assert of_order.status(billed) == "purchase, billed"
    assert not of_line.is_closed({**mine[0], "order_id": {**order, "receipt_status": "partial"}})


def test_real_rates_are_turned_around() -> None:
    """Odoo tells document currency per company currency."""
    headers = wire.decode((FOLDER / "17_search_read_headers_rich.json").read_bytes())["response"]["body"]["result"]
    yen = next(header for header in headers if header["currency_id"][1] == "JPY")
    assert of_order.exchange_rate(yen) == Decimal("0.006535947712")
