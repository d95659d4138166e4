"""What a connection to Business Central may set."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Options of a Business Central connection."""

    root: str
    """Path before the API: ``v2.0/<tenant id>/<environment>`` online, the name of the server instance on premises."""
    companies: tuple[str, ...] = ()
    """Names or ids of the companies to read; empty means all that the credentials may see."""
    orders_api: str = "api/v2.0"
    """Route of the page ``purchaseOrders``; ``api/<publisher>/<group>/<version>`` for a custom API page."""
    expand: tuple[str, ...] = ("vendor", "paymentTerm", "shipmentMethod", "dimensionSetLines")
    """Parts of the order page that are read with it; its lines always are."""
    expand_lines: tuple[str, ...] = ("dimensionSetLines", "location")
    """Parts of the line page that are read with it."""
    read_items: bool = True
    """Also read the items on the lines: name, category, GTIN, base unit."""
    undated_orders: bool = True
    """Also ask for orders without modification time, as upgrades from old versions leave them, by their order date."""
    reread_open_orders: bool = False
    """Read all orders that are not yet off the list again at every sync, for changes that move no modification time."""
    read_only_replica: bool = False
    """Read from the replica of the database. It may lag behind: give the connection an overlap longer than the lag."""
