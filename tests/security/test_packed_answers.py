"""Answers that come packed are unpacked whole, however the source packs them and the network cuts them."""

from __future__ import annotations

import gzip
import json
import socket
import zlib
from typing import Any

import pytest

from tests.security.callers import api_of
from tests.security.servers import serving

STEP = 1 << 16
ROWS = [{"id": number, "name": "Köln"} for number in range(9_000)]


def _raw(content: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


def _asked(packed: bytes, packing: str, at_once: int = 1 << 20) -> Any:
    """What is read of an answer that is sent so many bytes at once."""

    def answer(_head: bytes, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        told = f"HTTP/1.1 200 OK\r\nContent-Encoding: {packing}\r\nTransfer-Encoding: chunked\r\n\r\n"
        connection.sendall(told.encode())
        for begin in range(0, len(packed), at_once):
            part = packed[begin : begin + at_once]
            connection.sendall(b"%x\r\n%s\r\n" % (len(part), part))
        connection.sendall(b"0\r\n\r\n")

    with serving(answer) as served, api_of(served.url("http")) as api:
        return api.get("orders")


@pytest.mark.parametrize("length", [STEP - 1, STEP, STEP + 1, STEP + 200, 3 * STEP + 1])
@pytest.mark.parametrize(
    ("pack", "packing"),
    [(gzip.compress, "gzip"), (zlib.compress, "deflate"), (_raw, "deflate")],
    ids=["gz", "z", "raw"],
)
def test_an_answer_is_unpacked_to_its_end_wherever_a_step_ends(pack: Any, packing: str, length: int) -> None:
    assert _asked(pack(b"[1]".ljust(length)), packing) == [1]


@pytest.mark.parametrize("packing", ["gzip", "x-gzip", " GZIP "])
@pytest.mark.parametrize("at_once", [1, 1 << 20])
def test_an_answer_that_was_packed_in_parts_is_read_to_the_last_of_them(packing: str, at_once: int) -> None:
    content = json.dumps(ROWS[:50]).encode()
    packed = b"".join(gzip.compress(content[begin : begin + 400]) for begin in range(0, len(content), 400))
    assert _asked(packed, packing, at_once) == ROWS[:50]


def test_what_stands_behind_the_end_and_is_no_part_counts_for_nothing() -> None:
    assert _asked(gzip.compress(b"[1]") + b"\0\0\n", "gzip") == [1]
    assert _asked(zlib.compress(b"[1]") + zlib.compress(b"[2]"), "deflate") == [1]


@pytest.mark.parametrize(
    ("pack", "packing"),
    [(gzip.compress, "gzip"), (zlib.compress, "deflate"), (_raw, "deflate")],
    ids=["gz", "z", "raw"],
)
def test_a_large_answer_is_the_same_packed_or_not(pack: Any, packing: str) -> None:
    content = json.dumps(ROWS).encode()
    assert _asked(pack(content), packing, at_once=1000) == _asked(content, "identity") == ROWS
