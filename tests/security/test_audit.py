"""`scripts/audit` asks a service that plays OSV, by real requests of pip-audit, about every pinned package."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from include.orderhouse.home import PROJECT

LOCK = PROJECT / "requirements-dev.lock"
PINNED = dict(re.findall(r"^([\w.-]+?)(?:\[.*\])?==(\S+)", LOCK.read_text(encoding="utf-8"), re.MULTILINE))
BROKEN = {
    "id": "PYSEC-2026-1",
    "aliases": ["CVE-2026-0001"],
    "summary": "Templates run code.",
    "affected": [
        {"package": {"name": "jinja2", "ecosystem": "PyPI"}, "ranges": [
            {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99.1"}]}
        ]}
    ],
}  # fmt: skip
"""An advisory as OSV's schema 1 writes it."""

Audit = Callable[..., "subprocess.CompletedProcess[str]"]
Answer = Callable[[str], bytes]


@contextmanager
def _service(answer: Answer, status: int = 200) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """A service that answers OSV's queries; its address, and what it was asked about."""
    asked: list[tuple[str, str]] = []

    class Service(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def do_POST(self) -> None:
            query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append((query["package"]["name"], query["version"]))
            content = answer(query["package"]["name"])
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        serving = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        serving.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1/query", asked
        finally:
            server.shutdown()
            serving.join()


@pytest.fixture
def audit(tmp_path: Path) -> Audit:
    """Runs the audit with the tools that are installed, in an environment that remembers for itself what was asked."""
    (tmp_path / "bin").symlink_to(Path(sys.prefix) / "bin")
    (tmp_path / "browser-asked").touch()
    shutil.copy(LOCK, tmp_path / "installed-dev.lock")
    shutil.copy(PROJECT / "scripts/setup.lock", tmp_path)

    def run(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "ORDERHOUSE_VENV": str(tmp_path), "ORDERHOUSE_OSV_URL": url}
        command = [str(PROJECT / "scripts/audit"), *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True)

    return run


def test_a_weak_package_is_named_with_its_advisory_and_the_version_that_mends_it(audit: Audit) -> None:
    def answer(package: str) -> bytes:
        return json.dumps({"vulns": [BROKEN]} if package == "jinja2" else {}).encode()

    with _service(answer) as (url, asked):
        done = audit(url)
    assert done.returncode == 1
    (line,) = re.findall(r"^jinja2 .*$", done.stdout, re.MULTILINE)
    assert line.split() == ["jinja2", PINNED["jinja2"], "PYSEC-2026-1", "99.1"]
    assert dict(asked)["jinja2"] == PINNED["jinja2"]


def test_where_no_package_is_weak_nobody_is_asked_twice_a_day(audit: Audit) -> None:
    with _service(lambda _: b"{}") as (url, asked):
        done, again = audit(url), audit(url)
    assert [(one.returncode, one.stdout, one.stderr) for one in (done, again)] == [(0, "", "")] * 2
    assert len(asked) == len(set(asked))
    assert {name for name, _ in asked} <= set(PINNED)
    assert len(asked) > 0.9 * len(PINNED)


@pytest.mark.parametrize("status", [200, 500])
def test_a_service_that_answers_nonsense_is_told_and_not_taken_for_an_answer(status: int, audit: Audit) -> None:
    with _service(lambda _: b"<html>Sign in to the network</html>", status) as (url, _):
        done = audit(url)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("OSV could not be asked for known vulnerabilities: ")


def test_where_nobody_answers_only_who_wants_to_know_now_fails(audit: Audit) -> None:
    tolerant, strict = audit("http://127.0.0.1:1/v1/query"), audit("http://127.0.0.1:1/v1/query", "--now")
    assert (tolerant.returncode, strict.returncode) == (0, 1)
    assert "port=1" in tolerant.stderr
