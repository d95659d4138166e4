"""Ids of orders and of what is in them: the same for ever, since all that is kept goes by them."""

from __future__ import annotations

from types import ModuleType
from typing import Any
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.orderhouse.connectors import acumatica, business_central, dynamics_fo
from include.orderhouse.identity import NAMESPACE, child_ids, order_id

TEXT = st.text(min_size=1)


def test_an_order_has_the_id_that_it_had_in_the_first_release() -> None:
    order = order_id("acme_us", "42")
    assert order == "06a5ed8f-32d2-5da3-93ed-c86bfa5840d7"
    assert child_ids([order], "purchase_order_line", ["10"]) == ["87bf025d-9e38-5fca-82db-4ac4a8aec1e9"]


@given(TEXT, TEXT)
def test_ids_are_those_of_the_standard_librarys_version_5(connection: str, key: str) -> None:
    order = order_id(connection, key)
    assert order == str(uuid5(NAMESPACE, f"{connection}\x1f{key}"))
    assert child_ids([order], connection, [key]) == [str(uuid5(UUID(order), f"{connection}\x1f{key}"))]


def test_rows_without_a_parent_or_a_key_of_their_own_have_no_id_and_the_others_keep_their_places() -> None:
    order = order_id("acme_us", "42")
    told = child_ids([order, None, order, order], "purchase_order_line", ["10", "10", None, "20"])
    (first,), (last,) = (child_ids([order], "purchase_order_line", [number]) for number in ("10", "20"))
    assert told == [first, None, None, last]


def test_keys_that_read_alike_when_they_are_joined_have_ids_of_their_own() -> None:
    assert order_id("acme", "us1") != order_id("acmeus", "1")


@pytest.mark.parametrize(
    ("connector", "half"),
    [
        (acumatica, {"OrderNbr": {"value": "PO000123"}}),
        (business_central, {"id": None, "company": {"id": "6a4d"}}),
        (dynamics_fo, {"PurchaseOrderNumber": "PO-7", "dataAreaId": ""}),
    ],
)
def test_h32_an_order_of_which_half_a_key_came_has_none(connector: ModuleType, half: dict[str, Any]) -> None:
    key = connector.CONNECTOR.mapping.tables[0].expression("source_order_id")
    assert key.places[0](half) is None
