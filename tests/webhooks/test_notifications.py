"""What each source that can notify posts: whom it is from, and which orders it names."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from include.orderhouse.connectors import load
from include.orderhouse.connectors.quickbooks.settings import Settings
from include.orderhouse.errors import UnexpectedShape
from include.orderhouse.notification import Call, Notice, Notifications

SECRET = "a-planted-secret-of-the-tests"
COMPANY = "0a1b2c3d-0000-4000-8000-00000000000a"
ORDER = "0a1b2c3d-0000-4000-8000-00000000000b"
REALM = "9341450000000001"
SETTINGS: dict[str, Any] = {"quickbooks": Settings(realm_id=REALM)}


def cloud_event(kind: str, identity: str = "e-1", **more: Any) -> dict[str, Any]:
    return {"specversion": "1.0", "id": identity, "source": "vendor/one", "type": kind, **more}


def intuit(kind: str, key: str, identity: str = "e-1", realm: str = REALM) -> dict[str, Any]:
    more = {"time": "2026-10-01T12:00:00Z", "intuitentityid": key, "intuitaccountid": realm, "data": {}}
    return cloud_event(f"qbo.{kind}.v1", identity, datacontenttype="application/json", **more)


def changed(resource: str = f"companies({COMPANY})/purchaseOrders({ORDER})", change: str = "updated") -> dict[str, Any]:
    return {"subscriptionId": "s", "clientState": SECRET, "resource": resource, "changeType": change}


@dataclass(frozen=True)
class Example:
    """A body that a source posts, and the orders that it names."""

    connector: str
    body: Any
    order_ids: tuple[str, ...]
    deleted_ids: tuple[str, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)


SAP = "sap.s4.beh.purchaseorder.v1.PurchaseOrder"
BUSINESS_EVENT = {"BusinessEventId": "PurchaseOrderConfirmed", "LegalEntity": "USMF", "EventId": "e-9"}
OLD = {"realmId": REALM, "dataChangeEvent": {"entities": [{"id": "7", "operation": "Delete", "name": "PurchaseOrder"}]}}
EXAMPLES = [
    Example(
        "odoo", {"_id": 42, "_model": "purchase.order", "_action": "Tell Orderhouse(#7)", "name": "P00042"}, ("42",)
    ),
    Example("erpnext", {"doctype": "Purchase Order", "name": "PUR-ORD-2026-00001"}, ("PUR-ORD-2026-00001",)),
    Example("erpnext", {"doctype": "Purchase Order", "name": "P/1", "event": "on_trash"}, ("P/1",), ("P/1",)),
    Example(
        "quickbooks",
        [
            intuit("purchaseorder.created", "145"),
            intuit("purchaseorder.deleted", "146", "e-2"),
            intuit("purchaseorder.updated", "145", "e-3"),
            intuit("vendor.updated", "9", "e-4"),
            intuit("purchaseorder.updated", "147", "e-5", realm="1"),
        ],
        ("145", "146"),
        ("146",),
    ),
    Example("quickbooks", {"eventNotifications": [OLD, {**OLD, "realmId": "1"}]}, ("7",), ("7",)),
    Example("sap_s4hana", cloud_event(f"{SAP}.Changed.v1", data={"PurchaseOrder": "4500000001"}), ("4500000001",)),
    Example(
        "sap_s4hana",
        {"PurchaseOrder": "4500000002"},
        ("4500000002",),
        headers={"ce-specversion": "1.0", "ce-id": "1", "ce-source": "s", "ce-type": f"{SAP}.Created.v1"},
    ),
    Example("sap_s4hana", cloud_event("sap.s4.beh.supplier.v1.Supplier.Changed.v1", data={}), ()),
    Example("dynamics_fo", {**BUSINESS_EVENT, "PurchaseOrderNumber": "00000029"}, ("usmf/00000029",)),
    Example("business_central", {"value": [changed(), changed()]}, (f"{COMPANY}/{ORDER}",)),
    Example(
        "business_central", {"value": [changed(change="deleted")]}, (f"{COMPANY}/{ORDER}",), (f"{COMPANY}/{ORDER}",)
    ),
    Example("coupa", {"id": 91, "po-number": "91", "status": "issued"}, ("91",)),
]
NOT_UNDERSTOOD = [
    ("odoo", {"_id": 42, "_model": "purchase.order.line"}),
    ("odoo", {"_model": "purchase.order"}),
    ("odoo", []),
    ("erpnext", {"doctype": "Purchase Receipt", "name": "R-1"}),
    ("quickbooks", {"specversion": "2.0"}),
    ("quickbooks", [intuit("purchaseorder.created", "145") | {"time": "yesterday"}]),
    ("sap_s4hana", cloud_event(f"{SAP}.Changed.v1", data={})),
    ("dynamics_fo", {"LegalEntity": "USMF", "BusinessEventId": "VendorInvoicePosted"}),
    ("business_central", {"value": [changed(f"companies({COMPANY})/purchaseOrders", "collection")]}),
    ("coupa", {"id": 91, "status": "issued"}),
    ("coupa", "text"),
]
PASSWORD = ("odoo", "sap_s4hana", "dynamics_fo", "coupa")
SIGNED = {"erpnext": "x-frappe-webhook-signature", "quickbooks": "intuit-signature"}


def notifications(connector: str) -> Notifications:
    found = load(connector).notifications
    assert found is not None
    return found


def basic(password: str, user: str = "odoo") -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def signature(body: bytes, secret: str = SECRET) -> str:
    """As the vendors say it is made."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def read(connector: str, body: Any, headers: dict[str, str] | None = None) -> Notice:
    return notifications(connector).read(Call(headers or {}, {}, json.dumps(body).encode()), SETTINGS.get(connector))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: f"{one.connector}-{','.join(one.order_ids)[:24]}")
def test_a_notification_names_its_orders(example: Example) -> None:
    found = read(example.connector, example.body, example.headers)
    assert (found.order_ids, found.deleted_ids) == (example.order_ids, example.deleted_ids)


@pytest.mark.parametrize(("connector", "body"), NOT_UNDERSTOOD)
def test_what_has_another_shape_is_not_taken_for_nothing(connector: str, body: Any) -> None:
    with pytest.raises((ValueError, UnexpectedShape)):
        read(connector, body)


@pytest.mark.parametrize("connector", [*PASSWORD, *SIGNED, "business_central"])
def test_what_is_no_json_is_not_taken_for_nothing(connector: str) -> None:
    with pytest.raises((ValueError, UnexpectedShape)):
        notifications(connector).read(Call({}, {}, b"<html>"), SETTINGS.get(connector))


def test_events_that_come_together_again_have_the_same_id_in_any_order() -> None:
    one, other = intuit("purchaseorder.created", "1", "e-1"), intuit("purchaseorder.created", "2", "e-2")
    assert read("quickbooks", [one, other]).message_id == read("quickbooks", [other, one]).message_id
    assert read("quickbooks", [one]).message_id != read("quickbooks", [other]).message_id
    assert read("quickbooks", [one]).sent_at == datetime(2026, 10, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(("connector", "header"), SIGNED.items())
def test_a_signature_is_right_only_for_its_body_and_secret(connector: str, header: str) -> None:
    body = b'{"doctype": "Purchase Order"}'
    genuine = notifications(connector).is_genuine
    assert genuine(Call({header: signature(body)}, {}, body), SECRET)
    wrong = [signature(body + b" "), signature(body, "another secret"), "", "é", signature(body)[:-1]]
    assert not any(genuine(Call({header: told}, {}, body), SECRET) for told in wrong)
    assert not genuine(Call({}, {}, body), SECRET)


@pytest.mark.parametrize("connector", PASSWORD)
def test_a_password_is_right_as_basic_and_as_bearer_only(connector: str) -> None:
    genuine = notifications(connector).is_genuine
    for right in (basic(SECRET), basic(SECRET, ""), {"authorization": f"Bearer {SECRET}"}):
        assert genuine(Call(right, {}, b"{}"), SECRET)
    assert genuine(Call(basic("of:two:parts"), {}, b"{}"), "of:two:parts")
    wrong = [
        basic("another secret"),
        basic(SECRET + "x"),
        {"authorization": "Bearer "},
        {"authorization": f"Digest {SECRET}"},
        {"authorization": f"Token {SECRET}"},
        {"authorization": "Basic %%%"},
        {"authorization": "Basic é"},
        {"authorization": SECRET},
        {},
    ]
    assert not any(genuine(Call(headers, {}, b"{}"), SECRET) for headers in wrong)
    assert not genuine(Call({}, {"token": SECRET}, b"{}"), SECRET), "an address with a secret would be logged"


def test_business_central_is_genuine_where_every_entry_knows_the_secret() -> None:
    genuine = notifications("business_central").is_genuine

    def posted(*states: object) -> Call:
        return Call({}, {}, json.dumps({"value": [changed() | {"clientState": one} for one in states]}).encode())

    assert genuine(posted(SECRET, SECRET), SECRET)
    for call in (posted(SECRET, "wrong"), posted("wrong"), posted(None), posted(), Call({}, {}, b"no json")):
        assert not genuine(call, SECRET)


def test_business_central_gets_its_validation_token_back() -> None:
    greet = notifications("business_central").greet
    assert greet(Call({}, {"validationToken": "a-token_1.2~3"}, b"")) == "a-token_1.2~3"
    for token in ("<script>", "a b", "", "x" * 600):
        assert greet(Call({}, {"validationToken": token}, b"")) is None
