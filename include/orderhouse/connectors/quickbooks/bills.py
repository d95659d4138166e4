"""What bills have drawn from orders, and expenses: checks, cash and credit card purchases, which need no bill.

Intuit's description of ``PurchaseOrder.LinkedTxn`` tells of bills alone. Links of other types are looked up among the
expenses (entity ``Purchase``), whatever their type is called: no two transactions of a company have the same id.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from include.orderhouse.connector import Source
from include.orderhouse.connectors.quickbooks.records import detail, lines, links, own_links
from include.orderhouse.lookup import Row
from include.orderhouse.protocols import intuit

BILL, EXPENSE, ORDER = "Bill", "Purchase", "PurchaseOrder"

Drawn = dict[str, list[Row]]
"""By line of an order, the lines of bills and expenses that came of it."""


def drawn(source: Source, orders: Sequence[Row]) -> dict[str, Drawn | None]:
    """By order what was drawn from its lines; None where any of the bills and expenses does not name the lines."""
    linked = [{str(link["TxnId"]): link.get("TxnType") == BILL for link in links(order)} for order in orders]
    bills = {key for told in linked for key, is_bill in told.items() if is_bill}
    others = {key for told in linked for key, is_bill in told.items() if not is_bill}
    found = [*intuit.by_ids(source, BILL, bills), *intuit.by_ids(source, EXPENSE, others)]
    draws = bills | {str(one["Id"]) for one in found}
    taken: defaultdict[str, list[Row]] = defaultdict(list)
    for one in found:
        for order_id, line in _draws(one):
            taken[order_id].append(line)
    return {
        str(order.get("Id")): _by_line(order, told.keys() & draws, taken[str(order.get("Id"))])
        for order, told in zip(orders, linked, strict=True)
    }


def _draws(transaction: Row) -> Iterator[tuple[str, Row]]:
    """The lines of a bill or an expense that came of orders, each with its order."""
    for line in lines(transaction):
        for link in own_links(line):
            if link.get("TxnType") == ORDER:
                of = {"TxnId": transaction["Id"], "TxnLineId": str(link.get("TxnLineId"))}
                yield str(link["TxnId"]), {**line, **of, "detail": detail(line)}


def _by_line(order: Row, transactions: set[str], taken: Sequence[Row]) -> Drawn | None:
    """What was taken, by line; None where not all of it names one, or a transaction took nothing."""
    known = {str(line.get("Id")) for line in lines(order)}
    if {line["TxnLineId"] for line in taken} - known or transactions - {line["TxnId"] for line in taken}:
        return None
    found: Drawn = {}
    for line in taken:
        found.setdefault(line["TxnLineId"], []).append(line)
    return found
