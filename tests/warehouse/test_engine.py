"""A session with a warehouse on another machine."""

from __future__ import annotations

import os
import socket
from typing import Any

import psycopg

from include.orderhouse.warehouse.embedded import Server
from include.orderhouse.warehouse.engine import connect
from include.orderhouse.warehouse.reading.query import run_query

INTERVAL = socket.IPPROTO_TCP, socket.TCP_KEEPINTVL
NUMBER = socket.IPPROTO_TCP, socket.TCP_KEEPCNT
ON_ITS_WAY = socket.SOL_SOCKET, socket.SO_SNDBUF


def _options(url: str, *wanted: tuple[int, int]) -> list[int]:
    """Those of a session's socket."""
    with connect(url, keep_open=False).connect() as connection:
        session: Any = connection.connection.driver_connection
        with socket.socket(fileno=os.dup(session.fileno())) as line:
            return [line.getsockopt(*option) for option in wanted]


def test_a_machine_that_vanishes_is_missed_after_minutes_not_hours(server: Server) -> None:
    assert _options(server.analyst_url, INTERVAL, NUMBER) == [15, 4]


def test_an_address_says_otherwise(server: Server) -> None:
    assert _options(f"{server.analyst_url}?keepalives_interval=20", INTERVAL, NUMBER) == [20, 4]


def test_a_query_of_a_persons_own_goes_to_an_address_with_a_blank(server: Server) -> None:
    """As that of a state folder in "My Projects", where the server's socket lies."""
    engine = connect(f"{server.url()}&application_name=my+own%20query", keep_open=False)
    assert run_query(engine, "SELECT current_setting('application_name')").rows == [("my own query",)]


def test_more_is_on_its_way_through_a_unix_socket_than_the_system_lets_be(server: Server) -> None:
    with socket.socket(socket.AF_UNIX) as other:
        assert _options(server.url(), ON_ITS_WAY)[0] > other.getsockopt(*ON_ITS_WAY)


def test_over_tcp_the_system_finds_out_how_much_may_be_on_its_way(server: Server) -> None:
    with psycopg.connect(server.analyst_url) as plain, socket.socket(fileno=os.dup(plain.fileno())) as other:
        assert _options(server.analyst_url, ON_ITS_WAY) == [other.getsockopt(*ON_ITS_WAY)]
