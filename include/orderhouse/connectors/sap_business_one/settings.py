"""What a connection to SAP Business One may set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Settings:
    """Options of a connection to SAP Business One."""

    company_db: str
    """The company database to read, as the login names it; one connection reads one."""
    version: Literal["v1", "v2"] = "v1"
    """The Service Layer's own version: ``v1`` speaks OData 3, ``v2`` OData 4."""
    read_drawn_documents: bool = True
    """Also read the goods receipts and A/P invoices drawn from orders, and the goods returns and A/P credit memos drawn
    from those, by themselves or by goods return requests: they alone tell what was received on closed lines, what was
    invoiced and when, what of it by reserve invoices whose goods are still to come, what went back, and which orders
    they changed without moving the orders' UpdateDate. Needs release 9.3, the first with goods return requests. Neither
    A/P correction invoices nor what is drawn from goods returns are read: what these change of a quantity is not
    told."""
    reread_open_orders: bool = True
    """Read all open orders again at every sync, for changes that do not move their UpdateDate."""
    undated_orders: bool = True
    """Also ask for orders without UpdateDate, as imports leave them, by their CreationDate."""
    read_items: bool = True
    """Also read the items on the lines: name, group, bar code, inventory unit."""
