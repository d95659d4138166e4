"""What the pages say of a mistake, to somebody who has to find it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from include.orchestration.ui import field_mapping
from include.orderhouse.warehouse.reading.fields import KnownSourceField
from tests.plugin.warehouse import CONNECTIONS

Visit = Callable[[str], TestClient]
SOME_DAY = datetime(2026, 10, 1, tzinfo=UTC)
BUDGET = "{table: order, source: x_budget}"
MISSPELLED = "{table: order, source: x_bugdet}"
PATTERN = "{table: line, pattern: 'x_*'}"
SEEN = sa.text("""
    INSERT INTO ops.source_field
        (connection, path, json_types, records, present, recent_records, recent_present,
         first_seen_at, last_seen_at, sync_id)
    VALUES ('acme_eu', 'x_budget', '{number}', 10, 4, '{10}', '{4}', now(), now(), gen_random_uuid())
""")


@pytest.fixture
def synced(warehouse: sa.Engine) -> Iterator[str]:
    """A connection of whose source one field is known."""
    with warehouse.begin() as session:
        session.execute(SEEN)
    yield "acme_eu"
    with warehouse.begin() as session:
        session.execute(sa.text("DELETE FROM ops.source_field WHERE connection = 'acme_eu'"))


@pytest.fixture
def custom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Custom fields of two connections: one that comes, one that is misspelled, and a pattern."""
    fields = f"custom_fields: [{BUDGET}, {MISSPELLED}, {PATTERN}]"
    text = CONNECTIONS
    for name in ("acme_us}", "customer: initech}"):
        text = text.replace(name, f"{name[:-1]}, {fields}}}")
    file = tmp_path / "connections.yaml"
    file.write_text(text, encoding="utf-8")
    monkeypatch.setenv("ORDERHOUSE_CONNECTIONS", str(file))


def shares(client: TestClient, connection: str) -> list[float | None]:
    told = client.get(f"/orderhouse/api/v1/connectors/odoo/mapping?connection={connection}").json()
    return [field["seen"]["share"] for field in told["custom_fields"]]


@pytest.mark.usefixtures("custom")
def test_a_custom_field_that_never_came_is_told_as_coming_in_no_row(visit: Visit, synced: str) -> None:
    assert shares(visit("vic"), synced) == [0.4, 0.0, None]


@pytest.mark.usefixtures("warehouse", "custom")
def test_before_the_first_sync_nobody_knows_in_how_many_rows_a_custom_field_comes(visit: Visit) -> None:
    assert shares(visit("vic"), "initech") == [None, None, None]


def test_of_several_sources_of_a_column_the_one_is_told_that_comes_most_often() -> None:
    known = {
        path: KnownSourceField(
            path=path, json_types=["string"], recent_records=[10], recent_present=[present], sample=path,
            first_seen_at=SOME_DAY, last_seen_at=SOME_DAY, vanished_at=None,
        )
        for path, present in (("promised", 2), ("requested", 9), ("planned", 5))
    }  # fmt: skip
    told = field_mapping._seen(("promised", "requested", "planned", "never_seen"), known)
    assert (told.share, told.sample) == (0.9, "requested")


def test_the_code_of_an_error_is_its_heading_and_is_not_said_again(visit: Visit, warehouse: sa.Engine) -> None:
    with warehouse.connect() as session:
        sync_id = session.execute(sa.text("SELECT sync_id FROM ops.sync WHERE connection = 'globex'")).scalar_one()
    for path in ("connections/globex", f"runs/{sync_id}"):
        text = visit("ada").get(f"/orderhouse/{path}", headers={"Accept": "text/html"}).text
        assert "<h2>AUTHENTICATION_FAILED</h2><p>&lt;script&gt;" in text


@pytest.mark.usefixtures("warehouse")
def test_the_runs_of_a_connection_do_not_repeat_its_name_which_would_push_their_state_off_a_phone(visit: Visit) -> None:
    def table(path: str) -> str:
        text: str = visit("ada").get(f"/orderhouse{path}", headers={"Accept": "text/html"}).text
        return text.partition("<th>Started</th>")[2]

    own = table("/connections/globex")
    assert own.startswith("<th>Mode</th><th>State</th>")
    assert "/connections/globex" not in own
    assert table("/runs?connection=globex").startswith("<th>Connection</th>")
