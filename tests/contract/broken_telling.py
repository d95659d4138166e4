"""Connectors that tell wrongly what they read: their records, mapping, errors or catalogue."""

from __future__ import annotations

import logging
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import httpx

from include.orderhouse.connector import Catalogue, Connector, Page, Source, Window
from include.orderhouse.credentials import Credentials
from include.orderhouse.errors import AuthenticationFailed, RequestRefused, UnexpectedShape
from include.orderhouse.mapping import Record, code, derived, instant, text
from tests.sandbox.dialects.odoo import DIALECT


def gives_python_objects(good: Connector) -> Connector:
    """Hands over values that JSON does not have."""

    def fetch(source: Source, window: Window) -> Iterator[Page]:
        for page in good.fetch(source, window):
            yield replace(page, records=[{**record, "read_at": datetime(2026, 1, 1)} for record in page.records])

    return replace(good, fetch=fetch)


def reads_amounts_as_floats(good: Connector) -> Connector:
    """Decodes the answers with a library that has binary floats for numbers."""

    def fetch(source: Source, window: Window) -> Iterator[Page]:
        for page in good.fetch(source, window):
            yield replace(page, records=[{**r, "amount_total": float(r["amount_total"])} for r in page.records])

    return replace(good, fetch=fetch)


def looks_up_outside_the_record(good: Connector) -> Connector:
    """Keeps a look-up table in memory that only the record's own process has."""
    names: dict[int, str] = {}

    def fetch(source: Source, window: Window) -> Iterator[Page]:
        for page in good.fetch(source, window):
            names.update({id(record): "a term" for record in page.records})
            yield page

    def term(record: Record) -> str | None:
        return names.get(id(record))

    order = replace(good.mapping.order, payment_terms_text=text(derived(term, "payment terms", "terms")))
    return replace(good, fetch=fetch, mapping=_with_order(good, order, "payment_terms_text"))


def looks_at_what_it_does_not_name(good: Connector) -> Connector:
    """Reads more of an order than the mapping says, of its lines, too."""

    def term(order: Record) -> Any:
        return order.get("x_terms") or [line.get("x_term") for line in order["order_line"]]

    order = replace(good.mapping.order, payment_terms_text=text(derived(term, "a term", "payment_term_id.name")))
    return replace(good, mapping=_with_order(good, order, "payment_terms_text"))


def maps_a_required_column_to_nothing(good: Connector) -> Connector:
    """Reads the order's number from a field that is not there."""
    return replace(good, mapping=replace(good.mapping, order=replace(good.mapping.order, order_number=text("nummer"))))


def misspells_a_field(good: Connector) -> Connector:
    """Reads a line's column from a field that is not there, and the truth does not tell of it."""
    form = replace(good.mapping.lines.form, vendor_item_code=text("vendor_kode"))
    return replace(good, mapping=replace(good.mapping, lines=replace(good.mapping.lines, form=form)))


def takes_its_times_for_local_ones(good: Connector) -> Connector:
    """Reads in the connection's zone what the source writes in UTC."""
    order = replace(good.mapping.order, source_modified_at=instant("write_date", zone="connection"))
    return replace(good, mapping=replace(good.mapping, order=order))


def derives_what_it_cannot(good: Connector) -> Connector:
    """Computes a status from a field that is not there."""

    def status(record: Record) -> Any:
        return record["no_such_field"]

    order = replace(good.mapping.order, status=code(derived(status, "status", "no_such_field")))
    return replace(good, mapping=_with_order(good, order, "status"))


def forgets_a_status(good: Connector) -> Connector:
    """Has a code table without one of the source's words."""
    status = good.mapping.order.status
    assert status is not None
    table = {word: code for word, code in (status.table or {}).items() if word != "draft"}
    order = replace(good.mapping.order, status=replace(status, table=table))
    return replace(good, mapping=replace(good.mapping, order=order))


def takes_a_refused_login_for_a_bad_request(good: Connector) -> Connector:
    """Explains every refusal as a wrong request."""
    return replace(good, authenticate=_refusing(good, RequestRefused))


def asks_for_no_password(good: Connector) -> Connector:
    """Signs in with something else than the secret that is wrong."""

    def authenticate(credentials: Credentials, settings: Any) -> httpx.Auth:
        return good.authenticate(replace(credentials, password=DIALECT.credentials["password"]), settings)

    return replace(good, authenticate=authenticate)


def takes_a_wrong_shape_for_no_orders(good: Connector) -> Connector:
    """Reads whatever it does not know as the end."""

    def fetch(source: Source, window: Window) -> Iterator[Page]:
        try:
            yield from good.fetch(source, window)
        except UnexpectedShape:
            yield Page([])

    return replace(good, fetch=fetch)


def takes_a_wrong_shape_for_the_end(good: Connector) -> Connector:
    """Reads whatever it does not know as the end, once a request was answered."""

    def fetch(source: Source, window: Window) -> Iterator[Page]:
        calls = source.api.calls
        try:
            yield from good.fetch(source, window)
        except UnexpectedShape:
            if source.api.calls == calls + 1:
                raise
            yield Page([])

    return replace(good, fetch=fetch)


def names_the_password_in_its_errors(good: Connector) -> Connector:
    """Quotes what it sent."""
    return replace(good, authenticate=_refusing(good, AuthenticationFailed))


def quotes_the_request_in_its_errors(good: Connector) -> Connector:
    """Repeats the header that it sent, in which the password is only encoded."""

    def authenticate(credentials: Credentials, settings: Any) -> httpx.Auth:
        if "wr0ng" in (credentials.password or ""):
            pair = f"{credentials.login}:{credentials.password}".encode()
            raise AuthenticationFailed(f"Refused: Basic {b64encode(pair).decode()}.", action="Look at it.")
        return good.authenticate(credentials, settings)

    return replace(good, authenticate=authenticate)


def logs_what_it_signs_in_with(good: Connector) -> Connector:
    """Notes the password, to see what it does."""

    def authenticate(credentials: Credentials, settings: Any) -> httpx.Auth:
        logging.getLogger(good.name).info("signing in with %s", credentials.password)
        return good.authenticate(credentials, settings)

    return replace(good, authenticate=authenticate)


def keeps_objects_in_its_catalogue(good: Connector) -> Connector:
    """Remembers the time of the discovery as Python has it."""

    def discover(source: Source) -> Catalogue:
        found = good.discover(source)
        return replace(found, details={**found.details, "scope": set(found.scope)})

    return replace(good, discover=discover)


def _refusing(good: Connector, error: type[RequestRefused] | type[AuthenticationFailed]) -> Any:
    def authenticate(credentials: Credentials, settings: Any) -> httpx.Auth:
        if "wr0ng" in (credentials.password or ""):
            raise error(f"The password {credentials.password} was refused.", action="Look at it.")
        return good.authenticate(credentials, settings)

    return authenticate


def _with_order(good: Connector, order: Any, column: str) -> Any:
    absent = " ".join(name for name in good.mapping.not_in_source.split() if name != column)
    return replace(good.mapping, order=order, not_in_source=absent)
