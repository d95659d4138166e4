"""What a line tells by several of its fields, by its order and by the documents drawn from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from include.orderhouse.connectors.sap_business_one.values import (
    ARRIVALS,
    AWAITED,
    BY_AMOUNT,
    DIGITS,
    TEXTS,
    arrivals,
    awaited,
    drawn_from,
    invoiced,
    is_by_amount,
    received,
    standing,
    step,
)
from include.orderhouse.mapping import Derived, Record, derived, derived_from, look_up
from include.orderhouse.values.decimals import HUNDRED, ZERO, number

PURCHASE_REQUEST = 1470000113
"""Object type of purchase requests, since release 9.0."""


@derived_from("LineNum", "LineType")
def line_key(line: Record) -> str | None:
    """LineNum; texts between lines as `text <LineNum>`.

    Texts between lines are numbered by themselves.
    """
    number = line.get("LineNum")
    return None if number is None else f"text {number}" if line.get("LineType") in TEXTS else str(number)


@derived_from("VisualOrder")
def row_number(line: Record) -> int | None:
    """VisualOrder, counted from 1."""
    position = line.get("VisualOrder")
    return None if position is None else int(position) + 1


@derived_from("LineType", "ItemCode", "Item.ItemType")
def line_type(line: Record) -> Any:
    """The item's ItemType, else LineType.

    Lines without an item book to an account.
    """
    if line.get("LineType") in (*TEXTS, "dlt_Resource"):
        return line["LineType"]
    return look_up(line, "Item.ItemType") or (line.get("LineType") if line.get("ItemCode") else "no item")


@derived_from("LineStatus", "Order.Cancelled", "LineType", received, invoiced, *AWAITED)
def line_status(line: Record) -> Any:
    """The order's Cancelled, what was received and invoiced, LineStatus; open while reserve invoices wait for goods."""
    if line.get("LineType") in TEXTS:
        return None
    if look_up(line, "Order.Cancelled") == "tYES":
        return "cancelled"
    done, told = step([line]), line_standing(line)
    if told == "bost_Close":
        return done if done in ("invoiced", "received") else told
    return done or told


@derived_from("LineStatus", *AWAITED)
def line_standing(line: Record) -> Any:
    """LineStatus; open while reserve invoices wait for goods."""
    return standing(line, "LineStatus", [line])


@derived_from("RemainingOpenQuantity", "LineStatus", *BY_AMOUNT, *AWAITED)
def quantity_open(line: Record) -> Any:
    """RemainingOpenQuantity, 0 on closed lines, and what reserve invoices wait for."""
    if is_by_amount(line):
        return None
    told, ahead = ZERO if line.get("LineStatus") == "bost_Close" else line.get("RemainingOpenQuantity"), awaited(line)
    return number(told) + ahead if ahead else told


def amount(local: str, foreign: str) -> Derived:
    """An amount of a line in the document's currency."""
    return derived(
        lambda line: line.get(foreign if look_up(line, "Order.IsForeign") else local),
        f"{foreign} in a foreign currency, else {local}",
        *(foreign, local, "Order.IsForeign"),
    )


NET_AMOUNT = amount("LineTotal", "RowTotalFC")


@derived_from("UnitPrice", "Currency", "Order.DocCurrency", "Quantity", "DiscountPercent", NET_AMOUNT)
def unit_price(line: Record) -> Any:
    """UnitPrice; of rows in another currency than the document what its amount comes to.

    A row's price is in the row's Currency. Its amounts are in the document's and in local currency.
    """
    currency, documents = line.get("Currency"), look_up(line, "Order.DocCurrency")
    if not currency or not documents or currency == documents:
        return line.get("UnitPrice")
    share = round(HUNDRED - number(line.get("DiscountPercent")), DIGITS) / HUNDRED
    net, bought = NET_AMOUNT(line), number(line.get("Quantity")) * share
    return None if net is None or not bought else number(net) / bought


@derived_from("TaxTotal", "Order.IsForeign", "GrossTotalFC", "RowTotalFC")
def tax(line: Record) -> Any:
    """TaxTotal; in a foreign currency GrossTotalFC - RowTotalFC."""
    if not look_up(line, "Order.IsForeign"):
        return line.get("TaxTotal")
    gross, net = line.get("GrossTotalFC"), line.get("RowTotalFC")
    return None if gross is None or net is None else number(gross) - number(net)


def receipt_day(choose: Callable[[Iterable[str]], str]) -> Derived:
    """The day on which the first or the last goods came."""

    def day(line: Record) -> str | None:
        days = [str(found) for row in arrivals(line) if (found := look_up(row, "Document.DocDate"))]
        return choose(days) if days else None

    says = f"{choose.__name__} DocDate of the goods receipts, and of invoices drawn from the order but reserve invoices"
    return derived(day, says, *ARRIVALS, "Receipts.Document.DocDate", "Invoices.Document.DocDate")


@derived_from("BaseEntry", "BaseType")
def requisition(line: Record) -> Any:
    """BaseEntry of lines drawn from a purchase request."""
    return drawn_from(line, PURCHASE_REQUEST)
