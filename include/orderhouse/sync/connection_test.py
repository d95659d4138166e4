"""A connection tried step by step, so that a person sees which part of it does not work; nothing is kept of it."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Literal, NoReturn
from urllib.parse import urlsplit

import httpcore
import httpx
from pydantic import BaseModel, Field

from include.orderhouse.connector import Catalogue, Source, Window
from include.orderhouse.credentials import Credentials
from include.orderhouse.errors import OrderhouseError, SourceUnavailable, TryAgain
from include.orderhouse.network import Network
from include.orderhouse.proxy import SETTING, Proxy, proxy_of_environment
from include.orderhouse.sync.runtime import Runtime
from include.orderhouse.tls import own_context
from include.orderhouse.transform.changes import check_changes
from include.orderhouse.transform.mapped import Mapped
from include.orderhouse.transform.source_fields import SourceFields
from include.orderhouse.warehouse.ledger import refuse_left

StepName = Literal["configuration", "address", "TLS", "credentials", "permissions", "fields"]
_NAMES: tuple[StepName, ...] = ("configuration", "address", "TLS", "credentials", "permissions", "fields")
_CONNECT_SECONDS = 10.0
_DAYS = (1, 30)
_MOST_TOLD = 8
_SIGN_IN = frozenset({"AUTHENTICATION_FAILED", "CONFIGURATION_INVALID", "FOREIGN_HOST", "SOURCE_UNTRUSTED"})
"""With these, as with an outage, nobody has looked at the login: there may be none, or no way to who does."""


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
        self._credentials: Credentials | None = None
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
            self.steps.append(TestStep(name=name, state="passed", message=look()))
        except OrderhouseError as error:
            self._fail(name, error)

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
        if self._credentials is None or urlsplit(self._base_url).scheme != "https":
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
        except OrderhouseError as error:
            if isinstance(error, TryAgain) or error.code in _SIGN_IN:
                self._fail("credentials", error)
            self.steps.append(TestStep(name="credentials", state="passed", message="The source knows the login."))
            self._fail("permissions", error)
        self.steps.append(TestStep(name="credentials", state="passed", message="The source accepts the login."))
        scope = ", ".join(catalogue.scope)
        self.steps.append(TestStep(name="permissions", state="passed", message=f"The login may read: {scope}."))
        return catalogue

    def _fields(self, source: Source) -> str:
        """Whether the mapping's fields come with orders of the latest days, as many as one page holds."""
        connector, now = self._runtime.connection.connector, datetime.now(UTC)
        seen = SourceFields(connector.mapping.empty)
        for days in _DAYS:
            page = next(iter(connector.fetch(source, Window(now - timedelta(days=days), None))), None)
            if page and page.records:
                seen.add(page.records)
                break
        orders = seen.objects[""]
        if not orders:
            return f"No order changed within {_DAYS[-1]} days: the fields cannot be told."
        needed = {path for paths in Mapped(self._runtime.connection).columns.values() for path in paths}
        absent = sorted(path for path in needed if path not in seen.fields and seen.objects_around(path))
        listed = ", ".join(absent[:_MOST_TOLD]) + (" ..." if len(absent) > _MOST_TOLD else "")
        told = f" Not in any of them, and NULL unless others bring them: {listed}." if absent else ""
        return f"Read {orders} orders; {len(needed) - len(absent)} of {len(needed)} fields of the mapping came.{told}"

    @contextmanager
    def _source(self) -> Iterator[Source]:
        try:
            with self._runtime.source() as source:
                yield source
        except OrderhouseError as error:
            self._fail("credentials", error)

    @property
    def _base_url(self) -> str:
        return self._credentials.base_url if self._credentials else ""

    def _host(self) -> tuple[str, int]:
        url = httpx.URL(self._base_url)
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
