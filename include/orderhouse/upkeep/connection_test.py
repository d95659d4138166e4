"""A connection tried step by step, so that a person sees which part of it does not work.

Nothing is kept of it. Refused credentials that rest, and that the source accepts now, rest no more.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import islice
from typing import Literal, NoReturn
from urllib.parse import urlsplit

import httpcore
import httpx
from pydantic import BaseModel, Field

from include.orderhouse.connector import Catalogue, Source, Window
from include.orderhouse.credentials import Credentials
from include.orderhouse.errors import OrderhouseError, PermissionDenied, SourceUnavailable
from include.orderhouse.http.network import Network
from include.orderhouse.http.proxy import SETTING, Proxy, proxy_of_environment
from include.orderhouse.http.tls import own_context
from include.orderhouse.mapping import Record
from include.orderhouse.sync.runtime import Runtime
from include.orderhouse.transform.changes import check_changes
from include.orderhouse.transform.mapped import Mapped
from include.orderhouse.transform.source_fields import SourceFields
from include.orderhouse.warehouse.syncs.ledger import refuse_left
from include.orderhouse.warehouse.syncs.rests import end_rest

StepName = Literal["configuration", "address", "TLS", "credentials", "permissions", "fields"]
_NAMES: tuple[StepName, ...] = ("configuration", "address", "TLS", "credentials", "permissions", "fields")
_CONNECT_SECONDS = 10.0
_DAYS = (1, 30)
_MOST_PAGES, _MOST_TOLD = 30, 8


class TestStep(BaseModel):
    """One step of a test."""

    __test__ = False

    name: StepName
    state: Literal["passed", "failed", "skipped"]
    message: str = Field(description="What was found; of a failure what to do")


class _Failed(Exception):
    """A step failed, and those after it are not tried."""


class ConnectionTest:
    """One test of one connection; ``steps`` are its findings so far."""

    __test__ = False

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._credentials: Credentials
        self.steps: list[TestStep] = []

    def run(self) -> list[TestStep]:
        """All steps up to the first that fails; the rest are skipped."""
        try:
            self._step("configuration", self._configuration)
            self._step("address", self._address)
            self._step("TLS", self._tls)
            with self._source() as source:
                catalogue = self._sign_in(source)
                self._step("fields", lambda: self._fields(replace(source, catalogue=catalogue)))
        except _Failed:
            done = {step.name for step in self.steps}
            self.steps += [TestStep(name=name, state="skipped", message="") for name in _NAMES if name not in done]
        return self.steps

    def _step(self, name: StepName, look: Callable[[], str]) -> None:
        try:
            self._pass(name, look())
        except OrderhouseError as error:
            self._fail(name, error)

    def _pass(self, name: StepName, message: str) -> None:
        self.steps.append(TestStep(name=name, state="passed", message=message))

    def _fail(self, name: StepName, error: OrderhouseError) -> NoReturn:
        self.steps.append(TestStep(name=name, state="failed", message=str(error)))
        raise _Failed from error

    def _configuration(self) -> str:
        connection = self._runtime.connection
        refuse_left(self._runtime.warehouse, connection.name, connection.customer)
        check_changes(connection)
        self._credentials = self._runtime.credentials()
        return f"The Airflow Connection {connection.credentials_id} names {self._credentials.base_url}."

    def _address(self) -> str:
        host, port = self._host()
        with self._reached() as connection:
            if self._proxy and self._proxy.leads_to(host):
                return f"The proxy {self._proxy} connects with {host}, port {port}."
            return f"{host} answers at {connection.get_extra_info('socket').getpeername()[0]}, port {port}."

    def _tls(self) -> str:
        if urlsplit(self._credentials.base_url).scheme != "https":
            return "Not used: the address is http. Only a trusted network may carry that."
        host, _ = self._host()
        trust = self._runtime.trust(self._credentials)
        with self._reached(trust.pins) as connection, _encrypted(own_context(trust), connection, host) as tls:
            certificate = tls.getpeercert() or {}
            return f"{tls.version()}; the certificate is valid until {certificate.get('notAfter', 'some day')}."

    def _sign_in(self, source: Source) -> Catalogue:
        """What the source holds; tells whether the login or its rights fail."""
        try:
            catalogue = self._runtime.connection.connector.discover(source)
        except PermissionDenied as error:
            self._pass("credentials", "The source knows the login.")
            self._fail("permissions", error)
        except OrderhouseError as error:
            self._fail("credentials", error)
        end_rest(self._runtime.warehouse, self._runtime.connection.name)
        self._pass("credentials", "The source accepts the login.")
        self._pass("permissions", f"The login may read: {', '.join(catalogue.scope)}.")
        return catalogue

    def _fields(self, source: Source) -> str:
        """Whether the mapping's fields come with orders of the latest days, as many as one page holds."""
        orders = next(filter(None, (self._latest(source, days) for days in _DAYS)), ())
        if not orders:
            return f"No order came that changed within {_DAYS[-1]} days: the fields cannot be told."
        seen = SourceFields(self._runtime.connection.connector.mapping.empty)
        seen.add(orders)
        columns = Mapped(self._runtime.connection).columns.values()
        needed = {path for paths in columns for path in paths}
        near = {path for path in needed if seen.objects_around(path)}
        came = near & seen.fields.keys()
        absent = sorted({path for paths in columns if came.isdisjoint(paths) for path in near.intersection(paths)})
        listed = ", ".join(absent[:_MOST_TOLD]) + (" ..." if len(absent) > _MOST_TOLD else "")
        told = f" Not in any of them, and NULL unless others bring them: {listed}." if absent else ""
        beyond = f" {len(needed - near)} more lie in parts that none of them has." if needed - near else ""
        return f"Read {len(orders)} orders; {len(came)} of {len(near)} fields of the mapping came.{told}{beyond}"

    def _latest(self, source: Source, days: int) -> Sequence[Record]:
        """Orders of the latest days; a company or another part of the window may have none."""
        window = Window(datetime.now(UTC) - timedelta(days=days), None)
        pages = islice(self._runtime.connection.connector.fetch(source, window), _MOST_PAGES)
        return next((page.records for page in pages if page.records), ())

    @contextmanager
    def _source(self) -> Iterator[Source]:
        try:
            with self._runtime.source() as source:
                yield source
        except OrderhouseError as error:
            self._fail("credentials", error)

    def _host(self) -> tuple[str, int]:
        url = httpx.URL(self._credentials.base_url)
        return url.raw_host.decode("ascii"), url.port or (443 if url.scheme == "https" else 80)

    @cached_property
    def _proxy(self) -> Proxy | None:
        return proxy_of_environment()

    @contextmanager
    def _reached(self, pins: tuple[str, ...] = ()) -> Iterator[httpcore.NetworkStream]:
        """A connection, opened as requests open theirs."""
        host, port = self._host()
        try:
            connection = Network(_CONNECT_SECONDS, pins, proxy=self._proxy).connect_tcp(host, port, _CONNECT_SECONDS)
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
            raise SourceUnavailable(
                f"{host}, port {port}, cannot be reached: {error}.",
                action="Check the host of the Airflow Connection, the network's name service and its firewall; where "
                f"hosts outside are reached by a proxy only, set {SETTING}.",
            ) from error
        with closing(connection):
            yield connection


@contextmanager
def _encrypted(context: ssl.SSLContext, connection: httpcore.NetworkStream, host: str) -> Iterator[ssl.SSLSocket]:
    try:
        encrypted = connection.start_tls(context, host, _CONNECT_SECONDS)
    except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
        raise SourceUnavailable(
            f"{host} ended the TLS handshake: {error}.",
            action="Check that the port speaks TLS; a proxy or firewall may stand in between.",
        ) from error
    with closing(encrypted):
        yield encrypted.get_extra_info("socket")
