"""The client of Airflow's REST API, against a server that has bad moments."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from include.orderhouse.home import Home
from include.orderhouse.warehouse.embedded import Server
from include.standalone.airflow_api import AirflowApi
from include.standalone.environment import AirflowHost

DROPPED = 0
POOLS = 203


class ApiServer(ThreadingHTTPServer):
    """Answers with the given statuses one after the other, then as it should; keeps the runs that it was asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.statuses: list[int] = []
        self.runs: list[str] = []
        self.asked = 0


class Answering(BaseHTTPRequestHandler):
    """One request. A run is started whatever the answer then tells of it."""

    server: ApiServer

    def do_GET(self) -> None:
        offset = int(parse_qs(urlsplit(self.path).query).get("offset", ["0"])[0])
        pools = [{"name": f"pool {number}"} for number in range(offset, min(offset + 100, POOLS))]
        self._answer(200, {"state": "running", "pools": pools, "total_entries": POOLS})

    def do_POST(self) -> None:
        run_id = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["dag_run_id"]
        is_new = run_id not in self.server.runs
        self.server.runs += [run_id] if is_new else []
        self._answer(200 if is_new else 409, {"dag_run_id": run_id})

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""

    def _answer(self, status: int, told: dict[str, object]) -> None:
        self.server.asked += 1
        status = self.server.statuses.pop(0) if self.server.statuses else status
        if status == DROPPED:
            self.close_connection = True
            return
        content = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def server() -> Iterator[ApiServer]:
    """A server that serves until the end of the test."""
    with ApiServer() as found:
        Thread(target=found.serve_forever, args=[0.01], daemon=True).start()
        yield found
        found.shutdown()


@pytest.fixture
def api(home: Home, server: ApiServer) -> Iterator[AirflowApi]:
    """A client that is patient for two seconds."""
    host = AirflowHost(home, Server(Path("/nowhere"), 5433, "secret"), server.server_port)
    with closing(AirflowApi(host, patience_seconds=2)) as found:
        yield found


@pytest.mark.parametrize("bad", [[500], [503, 502], [DROPPED]])
def test_a_bad_moment_of_the_server_passes(api: AirflowApi, server: ApiServer, bad: list[int]) -> None:
    server.statuses += bad
    assert api.run_state("some_dag", "some_run") == "running"


def test_who_waits_for_the_server_looks_after_it_meanwhile(api: AirflowApi, server: ApiServer) -> None:
    looked: list[int] = []
    server.statuses += [DROPPED, 503]
    api.meanwhile = lambda: looked.append(server.asked)
    assert api.run_state("some_dag", "some_run") == "running"
    assert looked == [1, 2]


@pytest.mark.parametrize("bad", [500, DROPPED])
def test_a_run_whose_start_was_answered_badly_is_started_once(api: AirflowApi, server: ApiServer, bad: int) -> None:
    server.statuses.append(bad)
    assert server.runs == [api.trigger("some_dag")]
    assert [api.trigger("some_dag"), len(server.runs)] == [server.runs[-1], 2]


def test_a_list_comes_whole_however_many_pages_it_has(api: AirflowApi, server: ApiServer) -> None:
    assert len({pool["name"] for pool in api.pages("/pools", "pools")}) == POOLS
    assert server.asked == 3


def test_an_outage_is_told_in_the_end(api: AirflowApi, server: ApiServer) -> None:
    server.statuses += [503] * 100
    with pytest.raises(httpx.HTTPStatusError, match="503"):
        api.run_state("some_dag", "some_run")
    assert server.asked > 2


def test_what_the_server_refuses_is_asked_once(api: AirflowApi, server: ApiServer) -> None:
    server.statuses += [403]
    with pytest.raises(httpx.HTTPStatusError, match="403"):
        api.trigger("some_dag")
    assert server.asked == 1
