"""What the steps of a sync work with."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from urllib.parse import urlsplit

import httpx
import sqlalchemy as sa

from include.orderhouse import wire
from include.orderhouse.cipher import Cipher
from include.orderhouse.configuration.connections import Connection, read_connection
from include.orderhouse.connector import Catalogue, Source
from include.orderhouse.credentials import Credentials
from include.orderhouse.errors import AuthenticationFailed, ConfigurationInvalid, OrderhouseError
from include.orderhouse.http import Api, Patience
from include.orderhouse.http.proxy import proxy_of_environment
from include.orderhouse.http.tls import Trust
from include.orderhouse.http.transport import MEGABYTE, Bounds, Way
from include.orderhouse.staging import Staging, is_staged
from include.orderhouse.sync.watermark.watermark import Watermark
from include.orderhouse.warehouse.access.audit import Event, record_now
from include.orderhouse.warehouse.engine import connected
from include.orderhouse.warehouse.keys.keyring import Keyring
from include.orderhouse.warehouse.keys.token_store import WarehouseTokens
from include.orderhouse.warehouse.syncs.limiter import SharedLimiter

PATIENT = 5
"""How many times ``timeout_seconds`` an answer may take in all; that is how long to wait for a sign of life."""


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
    given: Credentials | None = field(default=None, init=False, repr=False)
    """The credentials by which the source was last called."""

    def staging(self, sync_id: str) -> Staging:
        """The staged files of a sync."""
        return Staging.open(self.connection.name, sync_id, self.cipher, self.staging_url)

    def is_staged(self, sync_id: str, name: str) -> bool:
        """Whether a staged file of a sync is there; the key that opens it may be missing."""
        return is_staged(self.connection.name, sync_id, name, self.staging_url)

    @cached_property
    def cipher(self) -> Cipher:
        """What seals all that is kept for the connection's customer."""
        return Keyring.of(self.warehouse).cipher(self.connection.customer)

    @contextmanager
    def source(self, catalogue: Catalogue | None = None) -> Iterator[Source]:
        """The connection's source, paced by its limits."""
        self._record_access()
        tokens = WarehouseTokens(self.warehouse, self.connection.credentials_id, self.cipher)
        credentials, connector = replace(self._read_credentials(), tokens=tokens), self.connection.connector
        auth = connector.authenticate(credentials, self.connection.settings)
        patience = self.patience or Patience(timeout=float(self.connection.options.timeout_seconds))
        pace = (self.connection.requests_per_minute, self.connection.concurrency)
        with (
            _refusals_named(self.connection.credentials_id),
            SharedLimiter(self.warehouse, self.connection.name, *pace) as limiter,
            Api(
                credentials.base_url,
                auth,
                limiter,
                connector.explain,
                patience=patience,
                transport=self.transport,
                secrets=credentials.secrets(),
                way=self.way(credentials, patience),
            ) as api,
        ):
            yield Source(
                api,
                self.connection.settings,
                catalogue or Catalogue(),
                self.connection.page_size,
                self.connection.options.time_zone,
            )

    def _read_credentials(self) -> Credentials:
        """The credentials; that they were refused is noted."""
        try:
            self.given = self.credentials()
            return self.given
        except OrderhouseError as error:
            name, customer, subject = self.connection.name, self.connection.customer, self.connection.credentials_id
            refused = Event("credentials.refused", "sync", name, customer, subject, {"code": error.code})
            record_now(self.warehouse, refused)
            raise

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

    def trust(self, credentials: Credentials) -> Trust:
        """Whom the connection trusts."""
        password = credentials.extra.get("client_key_password")
        return Trust(**self.connection.options.tls.model_dump(), client_key_password=password)

    def way(self, credentials: Credentials, patience: Patience) -> Way:
        """How the connection's source may be reached, and how much it may give."""
        options, most = self.connection.options, self.connection.options.max_response_mb * MEGABYTE
        bounds = Bounds(most, PATIENT * patience.timeout, page_bytes=4 * most)
        named = {_host(name, str(value)) for name, value in credentials.extra.items() if "://" in str(value)}
        return Way(
            credentials.base_url, self.trust(credentials), options.plain_http, bounds, named, proxy_of_environment()
        )


@contextmanager
def _refusals_named(credentials_id: str) -> Iterator[None]:
    """Inside, where a source refuses the credentials, people are told which Airflow Connection has them."""
    try:
        yield
    except AuthenticationFailed as error:
        error.action = f"{error.action} The Airflow Connection is {credentials_id!r}."
        raise


def _host(name: str, url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        raise ConfigurationInvalid(
            f"{name} in the extra JSON of the Airflow Connection is no URL.", action="Correct it there."
        ) from None


@contextmanager
def open_runtime(connection: str, credentials: Callable[[], Credentials], watermark: Watermark) -> Iterator[Runtime]:
    """The runtime of a connection of connections.yaml, with warehouse and staging from the environment."""
    with connected() as engine:
        yield Runtime(read_connection(connection), credentials, engine, watermark)
