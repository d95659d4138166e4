"""What a source says is text wherever it goes: terminals, logs, spreadsheets, SQL, pages, reports and paths."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from include.cli.commands import app
from include.orderhouse.configuration.connections import read_connections
from include.orderhouse.errors import ConfigurationInvalid, OrderhouseError, RequestRefused
from include.orderhouse.http import Api, Patience
from include.orderhouse.http.answer import Answer, said
from include.orderhouse.http.auth import basic
from include.orderhouse.warehouse.engine import OWNER_URL_SETTING
from tests.security.callers import Unlimited
from tests.security.servers import serving
from tests.warehouse.conftest import engine, url
from tests.warehouse.orders import Order, load_orders

__all__ = ["engine", "url"]

STEERING = "\x1b[2J\x1b[31mall is well\x07\x9b0m"
FORGED = "nothing\n[2026-01-01T00:00:00Z] INFO - loaded 7 orders\r\n"
FORMULAS = [
    '=HYPERLINK("http://evil.example")',
    "+1+1",
    "-1+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\uff1d1+1",
]
SQL = "'; DROP TABLE procurement.purchase_order CASCADE; --"
HTML = "<script>alert(1)</script><img src=x onerror=alert(1)>"
TEMPLATE = "{{ 7 * 7 }}{% raw %}{0.__class__}%(name)s${HOME}"


@pytest.mark.parametrize("text", [STEERING, FORGED])
def test_an_error_that_quotes_a_source_steers_no_terminal_and_forges_no_line(text: str) -> None:
    content = json.dumps({"error": {"message": f"no such thing: {text}"}}).encode()

    def refuse(head: bytes, connection: object) -> None:
        answer = b"HTTP/1.1 400 Bad\r\nContent-Length: %d\r\n\r\n%s" % (len(content), content)
        connection.sendall(answer)  # type: ignore[attr-defined]

    with serving(refuse) as served:
        base = served.url("http")
        api = Api(base, basic("a", "b"), Unlimited(), lambda _: None, Patience(1))
        with api, pytest.raises(RequestRefused) as caught:
            api.get("orders")
    told = str(caught.value)
    assert "no such thing" in told
    assert not {"\x1b", "\x07", "\x9b", "\n", "\r"} & set(told)


def test_no_error_holds_a_control_character_whoever_raises_it() -> None:
    error = OrderhouseError(STEERING, action=STEERING, request_id=f"{STEERING}\n7")
    assert not {"\x1b", "\x07", "\x9b", "\n"} & set(f"{error}{error.message}{error.args}")


def test_a_page_in_place_of_an_answer_is_quoted_in_one_line() -> None:
    assert "\n" not in said(Answer(502, {}, None, FORGED))


@pytest.fixture
def poisoned(engine: sa.Engine) -> sa.Engine:
    """A warehouse with orders whose numbers are formulas, code and markup."""
    for at, text in enumerate([*FORMULAS, SQL, HTML, TEMPLATE]):
        load_orders(engine, Order(number=f"4711-{at}", values={"vendor_name": text}))
    return engine


def test_what_a_source_says_is_loaded_as_it_is_and_runs_nowhere(poisoned: sa.Engine) -> None:
    with poisoned.connect() as session:
        found = set(session.execute(sa.text("SELECT vendor_name FROM procurement.purchase_order")).scalars())
    assert found == {*FORMULAS, SQL, HTML, TEMPLATE}


def test_no_cell_of_an_export_is_a_formula(poisoned: sa.Engine, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(OWNER_URL_SETTING, url)
    query = 'SELECT vendor_name, -1.5 AS "=number" FROM purchase_order'
    done = CliRunner().invoke(app, ["sql", "--csv", query])
    assert done.exit_code == 0, done.output
    header, *rows = csv.reader(io.StringIO(done.stdout))
    assert header == ["vendor_name", "'=number"]
    assert {number for _, number in rows} == {"-1.5"}
    assert {text for text, _ in rows if text[1:] in FORMULAS} == {f"'{text}" for text in FORMULAS}


@pytest.mark.parametrize("name", ["../evil", "a/b", "a\x00b", "a b", "A", "a;b", "", ".", "a\n", "é", "x" * 64])
def test_no_connection_is_called_like_a_path_or_a_statement(name: str, tmp_path: Path) -> None:
    file = tmp_path / "connections.yaml"
    file.write_text(json.dumps({"connections": {name: {"connector": "odoo", "customer": "acme"}}}), encoding="ascii")
    with pytest.raises(ConfigurationInvalid):
        read_connections(file)


def test_a_file_of_connections_runs_no_code(tmp_path: Path) -> None:
    file = tmp_path / "connections.yaml"
    for tag in ("!!python/object/apply:os.system ['touch ran']", "!!python/name:os.system"):
        file.write_text(f"connections: {{a: {tag}}}", encoding="ascii")
        with pytest.raises(ConfigurationInvalid):
            read_connections(file)


def test_a_file_of_connections_that_unfolds_without_end_is_told(tmp_path: Path) -> None:
    file = tmp_path / "connections.yaml"
    for nested in ("[" * 50_000, "[" * 50_000 + "]" * 50_000, "{a: " * 50_000, "\n- " + "- " * 50_000, "{? " * 50_000):
        file.write_text(f"connections: {{a: {nested}", encoding="ascii")
        with pytest.raises(ConfigurationInvalid):
            read_connections(file)
    file.write_bytes(b"connections: {a: \xff}")
    with pytest.raises(ConfigurationInvalid):
        read_connections(file)


def test_entries_that_multiply_by_merging_are_told(tmp_path: Path) -> None:
    file = tmp_path / "connections.yaml"
    steps = ("x-0: &m0 {a: 1}", *(f"x-{n}: &m{n}\n  <<: [{', '.join([f'*m{n - 1}'] * 9)}]" for n in range(1, 10)))
    file.write_text("\n".join([*steps, "connections: {}"]), encoding="ascii")
    with pytest.raises(ConfigurationInvalid, match="too much is merged"):
        read_connections(file)
