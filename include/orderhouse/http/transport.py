"""How requests travel: to the connection's own host as its options say, elsewhere strictly; and all within bounds."""

from __future__ import annotations

import ssl
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from threading import Lock

import httpcore
import httpx

from include.orderhouse.errors import BoundExceeded, ConfigurationInvalid, UnexpectedShape
from include.orderhouse.http.addresses import is_loopback
from include.orderhouse.http.network import Network
from include.orderhouse.http.proxy import Proxy
from include.orderhouse.http.tls import Trust, own_context, public_context

MEGABYTE = 1 << 20
ENCODINGS = "gzip, deflate"
"""What answers may be packed with: both can be unpacked step by step."""
_STEP = 1 << 16
_GZIP, _ZLIB, _RAW = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS
_GZIP_BEGINS = b"\x1f"


@dataclass(frozen=True)
class Bounds:
    """How much a source may give before it is taken for broken or hostile."""

    answer_bytes: int = 128 * MEGABYTE
    """Of one answer, unpacked."""
    answer_seconds: float = 600.0
    """From the first byte of a request to the last of its answer."""
    ratio: int = 300
    """How many times larger an answer may be unpacked than packed, once it is beyond ``ratio_from`` bytes."""
    ratio_from: int = 4 * MEGABYTE
    page_bytes: int = 512 * MEGABYTE
    """Of all answers that one page of orders, or the catalogue, is made of: they are in memory at once."""
    page_requests: int = 20_000
    """Requests for one page."""


@dataclass(frozen=True)
class Way:
    """How a connection's source may be reached."""

    base_url: str
    trust: Trust = field(default_factory=Trust)
    plain_http: str | None = None
    """A host that may be called by plain HTTP although it is another machine."""
    bounds: Bounds = field(default_factory=Bounds)
    configured: Collection[str] = ()
    """Further hosts that a person has named, such as that of a token endpoint; they may be private."""
    proxy: Proxy | None = None


class Meter:
    """What has come since the latest page of orders was kept; shared by all threads of a connection."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds, self._lock = bounds, Lock()
        self._bytes = self._requests = 0

    def begin_page(self) -> None:
        """A page was kept: the next one starts from nothing."""
        with self._lock:
            self._bytes = self._requests = 0

    def count_request(self) -> None:
        """Count a request. BoundExceeded where a page takes too many."""
        with self._lock:
            self._requests += 1
            over = self._requests > self._bounds.page_requests
        if over:
            raise _endless(f"took more than {self._bounds.page_requests:,} requests")

    def count_bytes(self, number: int) -> None:
        """Count what came. BoundExceeded where a page takes too much."""
        with self._lock:
            self._bytes += number
            over = self._bytes > self._bounds.page_bytes
        if over:
            raise _endless(f"took more than {self._bounds.page_bytes // MEGABYTE} MB")


class SafeTransport(httpx.BaseTransport):
    """The transport of one connection. Where it leads to, and what comes back, is held to the connection's `Way`."""

    def __init__(self, way: Way, meter: Meter | None = None) -> None:
        self._way, self._meter = way, meter or Meter(way.bounds)
        self._host = httpx.URL(way.base_url).host
        self._lock = Lock()
        network = Network(way.bounds.answer_seconds, way.trust.pins, proxy=way.proxy)
        self._own = _pool(own_context(way.trust), network)
        self._others: dict[bool, httpx.HTTPTransport] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, unless it would go unencrypted over a network; the answer unpacks itself within bounds."""
        self._check_scheme(request.url)
        response = self._transport(request.url.host).handle_request(request)
        try:
            stream = _unpacked(response, self._way.bounds, self._meter)
        except BaseException:
            response.close()
            raise
        packed = (b"content-encoding", b"content-length")
        headers = [(name, value) for name, value in response.headers.raw if name.lower() not in packed]
        return httpx.Response(response.status_code, headers=headers, stream=stream, extensions=response.extensions)

    def close(self) -> None:
        """Give all connections up."""
        for transport in (self._own, *self._others.values()):
            transport.close()

    def _transport(self, host: str) -> httpx.HTTPTransport:
        if host == self._host:
            return self._own
        named = host in self._way.configured
        with self._lock:
            if named not in self._others:
                network = Network(self._way.bounds.answer_seconds, only_public=not named, proxy=self._way.proxy)
                self._others[named] = _pool(public_context(), network)
            return self._others[named]

    def _check_scheme(self, url: httpx.URL) -> None:
        if url.scheme != "https" and not is_loopback(url.host) and url.host != self._way.plain_http:
            raise ConfigurationInvalid(
                f"{url.host} is to be called by plain {url.scheme.upper()}, which everybody on the way can read and "
                "change; nothing was sent.",
                action="Use https in the Airflow Connection. Where there is none in a network that you trust, name "
                f"the host in connections.yaml: plain_http: {url.host}.",
            )


def _pool(context: ssl.SSLContext, network: Network) -> httpx.HTTPTransport:
    """httpx's transport on a network of ours, for which its constructor has no argument."""
    transport = httpx.HTTPTransport(verify=context, retries=0)
    transport._pool = httpcore.ConnectionPool(ssl_context=context, retries=0, network_backend=network)
    return transport


def _unpacked(response: httpx.Response, bounds: Bounds, meter: Meter) -> _Bounded:
    packing = response.headers.get("content-encoding", "identity").strip().lower()
    if packing not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise UnexpectedShape(
            f"An answer is packed with {packing[:40]!r}, which was not asked for.",
            action="Nothing was loaded. Let the source, or the proxy before it, answer with gzip or unpacked.",
        )
    return _Bounded(response, packing, bounds, meter)


class _Bounded(httpx.SyncByteStream):
    """The content of an answer, unpacked in small steps and counted."""

    def __init__(self, response: httpx.Response, packing: str, bounds: Bounds, meter: Meter) -> None:
        self._response, self._packing, self._bounds, self._meter = response, packing, bounds, meter
        self._packed = self._size = 0

    def __iter__(self) -> Iterator[bytes]:
        unpacker = None if self._packing in ("", "identity") else _Unpacker(self._packing)
        for chunk in self._response.iter_raw():
            self._packed += len(chunk)
            for part in unpacker.unpack(chunk) if unpacker else (chunk,):
                self._count(part)
                yield part
        if unpacker and self._packed and not unpacker.is_whole:
            raise httpx.RemoteProtocolError("The packed answer ends before its end")

    def close(self) -> None:
        """Give the answer up."""
        self._response.close()

    def _count(self, part: bytes) -> None:
        self._size += len(part)
        if self._size > self._bounds.answer_bytes:
            raise _too_large(f"is larger than {self._bounds.answer_bytes // MEGABYTE} MB")
        if self._size > max(self._bounds.ratio_from, self._bounds.ratio * self._packed):
            raise _too_large(f"is more than {self._bounds.ratio} times as large unpacked as packed")
        self._meter.count_bytes(len(part))


class _Unpacker:
    """Unpacks gzip, also where it was packed part by part (RFC 1952), and deflate; a step at a time in memory."""

    def __init__(self, packing: str) -> None:
        self._may_be_raw = packing == "deflate"
        self._is_gzip = not self._may_be_raw
        self._inner = zlib.decompressobj(_ZLIB if self._may_be_raw else _GZIP)

    @property
    def is_whole(self) -> bool:
        """Whether the end has come."""
        return self._inner.eof

    def unpack(self, chunk: bytes) -> Iterator[bytes]:
        """The parts of a chunk. httpx.RemoteProtocolError where it is not what it was said to be."""
        has_more = False
        while chunk or has_more:
            if self._inner.eof and not self._begins_anew(chunk):
                return
            try:
                part = self._inner.decompress(chunk, _STEP)
            except zlib.error as error:
                if not self._may_be_raw:
                    raise httpx.RemoteProtocolError(f"The answer cannot be unpacked: {error}") from error
                self._may_be_raw, self._inner = False, zlib.decompressobj(_RAW)
                continue
            self._may_be_raw = False
            chunk, has_more = self._inner.unconsumed_tail or self._inner.unused_data, len(part) == _STEP
            if part:
                yield part

    def _begins_anew(self, chunk: bytes) -> bool:
        """Whether another part follows the one that has ended."""
        begins = self._is_gzip and chunk.startswith(_GZIP_BEGINS)
        if begins:
            self._inner = zlib.decompressobj(_GZIP)
        return begins


def _too_large(what: str) -> BoundExceeded:
    return BoundExceeded(
        f"An answer {what}; the rest was not read.",
        action="Nothing was loaded. Lower page_size; if the source's answers are meant to be so large, raise "
        "max_response_mb of the connection.",
    )


def _endless(what: str) -> BoundExceeded:
    return BoundExceeded(
        f"One page of orders {what}; no more was asked for.",
        action="Nothing was loaded. The source's paging may never end: report it to who runs the source. If it is "
        "right, lower page_size or raise max_response_mb of the connection.",
    )
