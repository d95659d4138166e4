"""What the steps of a sync work with."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property

import httpx
import sqlalchemy as sa

from include.orderhouse import wire
from include.orderhouse.cipher import Cipher
from include.orderhouse.connections import Connection, read_connection
from include.orderhouse.connector import Catalogue, Source
from include.orderhouse.credentials import Credentials
from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.http import Api, Patience
from include.orderhouse.staging import Staging
from include.orderhouse.sync.watermark import Watermark
from include.orderhouse.warehouse.audit import Event, record_now
from include.orderhouse.warehouse.engine import connect
from include.orderhouse.warehouse.keyring import Keyring
from include.orderhouse.warehouse.limiter import SharedLimiter
from include.orderhouse.warehouse.token_store import WarehouseTokens


@dataclass
class Runtime:
    """A connection with its credentials (asked for when the source is called), warehouse, staging and watermark."""

    connection: Connection
    credentials: Callable[[], Credentials]
    warehouse: sa.Engine
    watermark: Watermark
    staging_url: str | None = None
    patience: Patience | None = None
    transport: httpx.BaseTransport | None = None

    def staging(self, sync_id: str) -> Staging:
        """The staged files of a sync."""
        return Staging.open(self.connection.name, sync_id, self.cipher, self.staging_url)

    @cached_property
    def cipher(self) -> Cipher:
        """What seals all that is kept for the connection's customer."""
        return Keyring.of(self.warehouse).cipher(self.connection.customer)

    @contextmanager
    def source(self, catalogue: Catalogue | None = None) -> Iterator[Source]:
        """The connection's source, paced by its limits."""
        self._record_access()
        tokens = WarehouseTokens(self.warehouse, self.connection.credentials_id, self.cipher)
        credentials, connector = replace(self.credentials(), tokens=tokens), self.connection.connector
        auth = connector.authenticate(credentials, self.connection.settings)
        patience = self.patience or Patience(timeout=float(self.connection.options.timeout_seconds))
        pace = (self.connection.requests_per_minute, self.connection.concurrency)
        details = (patience, self.transport or self._trusting(), credentials.secrets())
        with (
            SharedLimiter(self.warehouse, self.connection.name, *pace) as limiter,
            Api(credentials.base_url, auth, limiter, connector.explain, *details) as api,
        ):
            options, found = self.connection.options, catalogue or Catalogue()
            yield Source(api, self.connection.settings, found, self.connection.page_size, options.time_zone)

    def _record_access(self) -> None:
        """Note that the credentials are read, and how the connection is configured where that has changed."""
        name, customer, options = self.connection.name, self.connection.customer, self.connection.options
        configured = {
            option: hashlib.sha256(wire.encode(value)).hexdigest()[:12]
            for option, value in options.model_dump(mode="json", exclude_defaults=True).items()
        }
        record_now(
            self.warehouse,
            Event("connection.configured", "sync", name, customer, details=configured),
            if_new=True,
        )
        record_now(self.warehouse, Event("credentials.read", "sync", name, customer, self.connection.credentials_id))

    def _trusting(self) -> httpx.BaseTransport | None:
        """A transport that trusts the connection's own certificate authority, where it names one."""
        file = self.connection.options.certificate_authority
        try:
            return httpx.HTTPTransport(verify=ssl.create_default_context(cafile=file)) if file else None
        except OSError as error:
            raise ConfigurationInvalid(
                f"certificate_authority of {self.connection.name!r}: {file} holds no certificate ({error}).",
                action="Name a PEM file that Airflow's workers can read.",
            ) from error


@contextmanager
def open_runtime(connection: str, credentials: Callable[[], Credentials], watermark: Watermark) -> Iterator[Runtime]:
    """The runtime of a connection of connections.yaml, with warehouse and staging from the environment."""
    engine = connect()
    try:
        yield Runtime(read_connection(connection), credentials, engine, watermark)
    finally:
        engine.dispose()
