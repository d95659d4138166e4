"""What a connection to Finance & Operations may set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Settings:
    """Options of a Finance & Operations connection."""

    companies: tuple[str, ...] = ()
    """Ids of the legal entities to read, such as ``usmf``; empty means all."""
    header_change_field: str = ""
    """Field of the headers that tells when they changed, such as ``ModifiedDateTime``, where the site has added one."""
    line_change_field: str = ""
    """The same for the lines, such as ``ModifiedDateTime1``."""
    created_field: str = ""
    """Field of the headers that tells when they were created, where the site has added one."""
    reread_open_orders: Literal["auto", "always", "never"] = "auto"
    """Read all open orders again at every sync; ``auto`` does so where one of the change fields is missing."""
    expand_lines: str = ""
    """Navigation property from headers to lines, such as ``PurchaseOrderLinesV2``; empty reads lines by themselves."""
    received_field: str = ""
    """Field of the lines with the received quantity, where the site has added one; else receipts are added up."""
    invoiced_field: str = ""
    """Field of the lines with the invoiced quantity, where the site has added one."""
    receipts: str = "ProductReceiptLinesV2"
    """Entity of receipt lines; empty reads no receipts."""
    charges: str = "PurchaseOrderHeaderCharges"
    """Entity of the headers' charges; empty reads none."""
    vendors: str = "VendorsV2"
    """Entity of the vendors, ``VendorsV3`` in newer versions; empty reads none."""
    dimension_segments: tuple[str, ...] = ()
    """What the segments of the financial dimensions' display value are, in order; ``cost_center`` and ``department``
    are told apart."""
    dimension_separator: str = "-"
    """What stands between these segments."""

    @property
    def rereads(self) -> bool:
        """Whether a sync reads all open orders again."""
        if self.reread_open_orders == "auto":
            return not (self.header_change_field and self.line_change_field)
        return self.reread_open_orders == "always"
