"""What a connection to Acumatica may set."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Options of a connection to Acumatica."""

    site: str = ""
    """Path of the site on its host, such as ``AcumaticaERP``."""
    tenant: str = ""
    """The tenant to sign in to (its login name), where the site has several; with a connected application, its
    client id names the tenant."""
    branch: str = ""
    """The branch to sign in to; the user's own without it."""
    endpoint: str = "Default"
    """The contract-based endpoint; one of your own may extend the default one."""
    endpoint_version: str = ""
    """Its version, such as ``24.200.001``; without it the newest that the site lists below 26, from where on endpoints
    have Contract Version 5, which is not supported. An endpoint of your own must have Contract Version 4 too."""
    order_types: tuple[str, ...] = ("Normal", "Drop-Ship", "Blanket", "Standard", "Project Drop-Ship")
    """The types of orders to read; each is asked for by itself. Releases up to 2020 R1 write ``Drop Ship``."""
    receipt_types: tuple[str, ...] = ("Receipt", "Return")
    """The types of receipts whose orders are read again when they change; none asks for no receipts. The endpoint
    ``Default`` tells their changes from 23.200.001 on, so receipts of an earlier one are not asked for."""
    reread_open_orders: bool = True
    """Read all open orders again at every sync: a line whose text or dates change moves nothing to ask for."""
    read_vendors: bool = True
    """Also read the orders' vendors: name, address, tax registration."""
    custom_fields: tuple[str, ...] = ()
    """Fields that the endpoint leaves out: of orders as ``<view>.<field>``, such as ``Document.UsrPhase``, of lines as
    ``Details/<view>.<field>``, such as ``Details/Transactions.UsrDrawing``. Without it all of the schema by names
    like ``Usr*`` and ``Attribute*``. IIS takes queries of 2,048 characters, unless ``maxQueryString`` says more."""
