"""A hostile ERP, played by a real server, can neither hang a worker nor fill its memory or its disk."""

from __future__ import annotations

import gc
import gzip
import json
import socket
import time
import zlib
from dataclasses import replace
from typing import Any

import httpx
import pytest
import zstandard

from include.orderhouse import collector, wire
from include.orderhouse.errors import BoundExceeded, OrderhouseError, SourceTimeout, UnexpectedShape
from include.orderhouse.http import Answer, Api, Patience, transport
from include.orderhouse.http.auth import basic, client_credentials
from include.orderhouse.http.transport import Bounds, Way
from include.orderhouse.protocols.frappe import explain
from include.orderhouse.protocols.sap_gateway import Gateway
from tests.security.callers import Unlimited
from tests.security.servers import Script, serving
from tests.sync.conftest import connect, engine, url

__all__ = ["connect", "engine", "url"]

SMALL = Bounds(answer_bytes=1 << 20, answer_seconds=1.0, ratio_from=1 << 16, page_bytes=3 << 20, page_requests=40)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNK = b"x" * 65_536


def _asked(script: Script, **details: Any) -> OrderhouseError:
    """The error that a request to such a server ends with."""
    with serving(script) as served:
        base = served.url("http")
        way = Way(base, bounds=replace(SMALL, **details))
        with Api(base, basic("a", "b"), Unlimited(), lambda _: None, Patience(1, timeout=5), way=way) as api:
            with pytest.raises(OrderhouseError) as caught:
                api.get("orders")
            return caught.value


def _body(content: bytes, *headers: bytes) -> Script:
    def answer(_head: bytes, connection: socket.socket) -> None:
        told = b"".join(header + b"\r\n" for header in headers)
        connection.sendall(HEAD + told + b"Content-Length: %d\r\n\r\n" % len(content) + content)

    return answer


def _drip(first: bytes, drop: bytes) -> Script:
    def answer(_head: bytes, connection: socket.socket) -> None:
        connection.sendall(first)
        for _ in range(200):
            connection.sendall(drop)
            time.sleep(0.1)

    return answer


@pytest.mark.parametrize(
    ("first", "drop"),
    [
        pytest.param(HEAD + b"Content-Length: 100000\r\n\r\n", b" ", id="body"),
        pytest.param(HEAD, b"X-Drop: 1\r\n", id="headers"),
        pytest.param(b"", b"H", id="status line"),
        pytest.param(b"", b"HTTP/1.1 100 Continue\r\n\r\n", id="promises"),
        pytest.param(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n", id="chunks"),
    ],
)
def test_an_answer_that_trickles_in_ends_in_time(first: bytes, drop: bytes) -> None:
    error = _asked(_drip(first, drop))
    assert error.code in ("SOURCE_TIMEOUT", "SOURCE_UNAVAILABLE")
    assert isinstance(error, SourceTimeout) == ("in all" in str(error))


def test_an_endless_answer_is_not_read_to_its_end() -> None:
    sent = []

    def answer(_head: bytes, connection: socket.socket) -> None:
        connection.sendall(HEAD + b"Content-Length: 1073741824\r\n\r\n" + b'"')
        for _ in range(1 << 14):
            connection.sendall(CHUNK)
            sent.append(len(CHUNK))

    assert isinstance(_asked(answer, answer_seconds=60.0), BoundExceeded)
    assert sum(sent) < 32 << 20


@pytest.mark.parametrize("kind", ["gzip", "deflate", "raw deflate"])
def test_a_bomb_is_not_unpacked(kind: str) -> None:
    plain = b'"' + b"0" * (64 << 20) + b'"'
    raw = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = {
        "gzip": lambda: gzip.compress(plain),
        "deflate": lambda: zlib.compress(plain, 9),
        "raw deflate": lambda: raw.compress(plain) + raw.flush(),
    }[kind]()
    assert len(packed) < 1 << 17
    script = _body(packed, b"Content-Encoding: " + kind.split()[-1].encode())
    assert "times as large unpacked" in str(_asked(script, answer_bytes=1 << 30, page_bytes=1 << 30, ratio=100))
    assert "larger than 1 MB" in str(_asked(script, answer_seconds=60.0, ratio=100_000))


def test_a_bomb_is_unpacked_in_small_steps() -> None:
    bomb = gzip.compress(b"0" * (8 << 20))
    sizes = [len(part) for part in transport._Unpacker("gzip").unpack(bomb)]
    assert (sum(sizes), max(sizes)) == (8 << 20, 1 << 16)


@pytest.mark.parametrize("packing", [b"zstd", b"br", b"gzip, gzip", b"x\x1b[31m"])
def test_packing_that_was_not_asked_for_is_refused(packing: bytes) -> None:
    content = zstandard.compress(b"0" * (1 << 20)) if packing == b"zstd" else gzip.compress(b"{}")
    error = _asked(_body(content, b"Content-Encoding: " + packing))
    assert error.code in ("UNEXPECTED_SHAPE", "SOURCE_UNAVAILABLE")
    assert "\x1b" not in str(error)


@pytest.mark.parametrize(
    "content",
    [b"not gzip", gzip.compress(b"[1, 2, 3]", mtime=0)[:-9], gzip.compress(b"{}", mtime=0)[:3]],
    ids=["another kind", "cut off", "hardly begun"],
)
def test_a_broken_archive_is_an_outage(content: bytes) -> None:
    assert _asked(_body(content, b"Content-Encoding: gzip")).code == "SOURCE_UNAVAILABLE"


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 101 + b"]" * 101,
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        b"[" * 100_000,
        b'{"a": "["}, ' * 2 + b"[" * 500,
        b'"\\"[' + b"[" * 300,
        b"1e999999999",
        b"1e-999999999",
        b'{"a": "\xff"}',
        b'{"a": "\\ud800}',
        b"<html>Sign in</html>",
        b"",
        b"\xef\xbb\xbf{}",
        b"nul",
    ],
    ids=lambda content: repr(content[:16]),
)
def test_json_that_is_none_or_means_harm_is_told(content: bytes) -> None:
    assert isinstance(_asked(_body(content)), UnexpectedShape)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (rb'["ok", "cut \ud83d"]', "cut \ufffd"),
        (rb'["ok", "\uD83D cut \ude00"]', "\ufffd cut \ufffd"),
        (rb'["ok", "\ud83d\ud83d\ude00"]', "\ufffd\U0001f600"),
        (rb'["\udc00", "\\ud83d \\\ud83d \n\u0041"]', "\\ud83d \\\ufffd \nA"),
    ],
)
def test_half_a_character_does_not_make_an_answer_unreadable(content: bytes, text: str) -> None:
    assert wire.decode_foreign(content)[1] == text
    assert wire.encode(wire.decode_foreign(content))


@pytest.mark.parametrize("value", [b"{},", b"1.5,", b'{"a":[]},'])
def test_short_values_without_number_do_not_fill_the_memory(value: bytes) -> None:
    content = b"[" + value * (wire.VALUES // value.count(b",") + 1) + b"0]"
    with pytest.raises(BoundExceeded, match="more than 8,000,000 values"):
        wire.decode_foreign(content)
    error = _asked(_body(content), answer_bytes=1 << 30, page_bytes=1 << 30, answer_seconds=60.0)
    assert isinstance(error, BoundExceeded)


@pytest.mark.parametrize(
    "content",
    [b'<!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>', b"<a>" + b"<b/>" * (9 << 20)],
    ids=["entities", "too long"],
)
def test_metadata_that_means_harm_is_not_parsed(content: bytes) -> None:
    with serving(_body(content)) as served:
        way = Way(served.url("http"))
        with (
            Api(way.base_url, basic("a", "b"), Unlimited(), lambda _: None, Patience(1, timeout=30), way=way) as api,
            pytest.raises(UnexpectedShape, match="larger than 32 MB, or declares entities"),
        ):
            Gateway(api, 4, "service").metadata()


def test_messages_within_messages_may_be_nested_as_deep_as_they_like() -> None:
    refused = explain(Answer(417, {}, {"exc_type": "ValidationError", "_server_messages": "[" * 100_000}, ""))
    assert refused is not None


def test_brackets_in_texts_are_no_nesting() -> None:
    harmless = {"text": "[" * 500 + '"\\' + "{" * 500, "inner": [[{"a": '["'}]] * 50}
    with serving(_body(json.dumps(harmless).encode())) as served:
        base = served.url("http")
        with Api(base, basic("a", "b"), Unlimited(), lambda _: None, Patience(1)) as api:
            assert api.get("orders") == harmless


def _responses() -> list[httpx.Response]:
    return [one for one in gc.get_objects() if type(one) is httpx.Response]


def test_no_answer_stays_in_memory_while_the_collector_rests() -> None:
    with serving(_body(b'"' + b"0" * 100_000 + b'"')) as served:
        way = Way(served.url("http"))
        with Api(way.base_url, basic("a", "b"), Unlimited(), lambda _: None, Patience(1), way=way) as api:
            before = _responses()
            with collector.at_rest():
                for _ in range(5):
                    assert len(api.get("orders")) == 100_000
                kept = [one for one in _responses() if one not in before]
    assert kept == []


@pytest.mark.parametrize(
    ("content", "saying"), [(b'"' + b"0" * 100_000 + b'"', "3 MB"), (b"{}", "40 requests")], ids=["bytes", "requests"]
)
def test_small_answers_without_end_are_counted_until_a_page_is_kept(content: bytes, saying: str) -> None:
    def ask_on(api: Api) -> None:
        for _ in range(60):
            api.get("orders")

    with serving(_body(content)) as served:
        way = Way(served.url("http"), bounds=SMALL)
        with Api(way.base_url, basic("a", "b"), Unlimited(), lambda _: None, Patience(1), way=way) as api:
            for _ in range(60):
                api.get("orders")
                api.meter.begin_page()
            with pytest.raises(BoundExceeded, match=saying):
                ask_on(api)
    assert len(served.heads) <= 100


@pytest.mark.parametrize("date", ["yesterday", "Fri, 31 Dec 99999 23:59:59 GMT"])
def test_a_clock_that_is_none_is_not_believed(date: str) -> None:
    with serving(_body(b"{}", b"Date: " + date.encode(), b"Retry-After: 1e999")) as served:
        base = served.url("http")
        with Api(base, basic("a", "b"), Unlimited(), lambda _: None, Patience(1)) as api:
            api.get("orders")
            assert api.source_time is None


@pytest.mark.parametrize("told", [b'"soon"', b"[]", b'"1e9"', b"{}"])
def test_a_tokens_life_that_is_no_number_is_told(told: bytes) -> None:
    with serving(_body(b'{"access_token": "t0ken", "expires_in": %s}' % told)) as served:
        base = served.url("http")
        auth = client_credentials(f"{base}/token", "reader", "s3cret")
        with Api(base, auth, Unlimited(), lambda _: None, Patience(1)) as api, pytest.raises(UnexpectedShape):
            api.get("orders")
