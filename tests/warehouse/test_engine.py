"""A session with a warehouse on another machine."""

from __future__ import annotations

import socket
from typing import Any

from include.orderhouse.warehouse.embedded import Server
from include.orderhouse.warehouse.engine import connect
from include.orderhouse.warehouse.reading.query import run_query

INTERVAL_AND_NUMBER = socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT


def _kept_alive(url: str) -> list[int]:
    engine = connect(url, keep_open=False)
    with engine.connect() as connection:
        session: Any = connection.connection.driver_connection
        with socket.socket(fileno=session.fileno()) as line:
            try:
                return [line.getsockopt(socket.IPPROTO_TCP, option) for option in INTERVAL_AND_NUMBER]
            finally:
                line.detach()


def test_a_machine_that_vanishes_is_missed_after_minutes_not_hours(server: Server) -> None:
    assert _kept_alive(server.analyst_url) == [15, 4]


def test_an_address_says_otherwise(server: Server) -> None:
    assert _kept_alive(f"{server.analyst_url}?keepalives_interval=20") == [20, 4]


def test_a_query_of_a_persons_own_goes_to_an_address_with_a_blank(server: Server) -> None:
    """As that of a state folder in "My Projects", where the server's socket lies."""
    engine = connect(f"{server.url()}&application_name=my+own%20query", keep_open=False)
    assert run_query(engine, "SELECT current_setting('application_name')").rows == [("my own query",)]
