"""What a sync stages: no secret is in it, and without the key nobody reads it or puts it elsewhere."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
import zstandard

from include.orderhouse.cipher import MAGIC
from include.orderhouse.errors import (
    SealBroken,
    SourceUnavailable,
)
from include.orderhouse.sync import steps
from include.orderhouse.sync.staged import TRANSFORMED
from tests.sandbox.clock import Clock
from tests.sandbox.generate import generate
from tests.sandbox.running import sandbox
from tests.sandbox.tokens import PREFIX as TOKEN
from tests.sync.conftest import NOW, SETTINGS, Connect, System


@pytest.mark.parametrize("connector", SETTINGS)
def test_no_secret_is_staged_or_told(connector: str, connect: Connect) -> None:
    with sandbox(generate(7, orders=40, now=NOW), [connector], Clock(NOW)) as running:
        system = connect(connector, running, page_size=5)
        staging = system.runtime.staging(system.sync_until("validate", system.request(run_id="staged")))
        files = staging.files.find(staging.folder)
        names = [name.removeprefix(f"{staging.folder}/") for name in files]
        staged = "".join(_readable(name, staging.read(name)) for name in names)
        running.world(connector).faults.add("unavailable", times=None)
        with pytest.raises(SourceUnavailable) as failed:
            system.sync()
        credentials = system.runtime.credentials()
    settings = set(map(str, vars(system.runtime.connection.settings).values()))
    secrets = [*(set(credentials.secrets()) - settings), TOKEN]
    told = f"{failed.value} {system.rows('SELECT * FROM ops.sync')} {credentials!r}"
    assert "order_number" in staged
    assert len(secrets) > 1
    assert [secret for secret in secrets if secret in staged or secret in told] == []


def test_nothing_staged_can_be_read_without_the_key(system: System) -> None:
    staging = system.runtime.staging(system.sync_until("validate", system.request(run_id="staged")))
    files = {name: staging.files.cat_file(name) for name in staging.files.find(staging.folder)}
    assert staging.read_json(TRANSFORMED)["orders"] == 40
    assert len(files) > 20
    assert [name for name, content in files.items() if not content.startswith(MAGIC)] == []
    for known in (b"P000", b"ARROW1", b"purchase_order", b"(\xb5/\xfd", b"order_line"):
        assert [name for name, content in files.items() if known in content] == []


def test_a_staged_file_in_another_ones_place_stops_the_sync(system: System) -> None:
    staged = system.sync_until("extract", system.request(run_id="swapped"))
    staging = system.runtime.staging(staged)
    pages = [name for folder in staging.folders("raw") for name in staging.names(folder) if name.endswith(".zst")]
    staging.files.copy(*(f"{staging.folder}/{name}" for name in pages[:2]))
    with pytest.raises(SealBroken, match=r"staged file .* does not open"):
        steps.transform(system.runtime, staged)
    assert system.order_ids() == set()


def _readable(name: str, content: bytes) -> str:
    """What a staged file says, unpacked."""
    if name.endswith(".zst"):
        return zstandard.decompress(content).decode()
    if name.endswith(".arrow"):
        table: Any = pa.ipc.open_file(pa.BufferReader(content)).read_all()
        told = [name for name in table.column_names if name != "payload"]
        return str(table.select(told).to_pydict())
    return content.decode()
