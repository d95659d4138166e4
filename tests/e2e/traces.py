"""The search for secrets where none may be: in files and in databases, also in what is compressed there."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable, Collection, Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin

import httpx
import psycopg
import pyarrow as pa
import zstandard
from psycopg import sql

from include.orderhouse.cipher import Cipher
from include.orderhouse.files import UNFINISHED
from include.orderhouse.staging import PURPOSE
from include.orderhouse.warehouse.records.payloads import Payloads

_TABLES = """
    SELECT schemaname, tablename FROM pg_tables
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2
"""
_LINK = re.compile(r'href="([^"]+)"')
_LONG = 20
_ZSTD = b"\x28\xb5\x2f\xfd"


def forms(secret: str, login: str = "") -> set[str]:
    """How a secret may look where it leaked: as it is, in a URL, in Basic authentication; of a key each long line."""
    if "\n" in secret:
        return {line for line in secret.splitlines() if len(line) > _LONG and not line.startswith("-----")}
    basic = b64encode(f"{login}:{secret}".encode()).decode()
    return {secret, quote(secret, safe=""), basic}


def traces_in_files(folder: Path, secrets: Collection[str], leave_out: Collection[Path] = ()) -> Iterator[str]:
    """The files below a folder that hold one of the secrets."""
    for file in sorted(folder.rglob("*")):
        if file.is_file() and not any(file.is_relative_to(place) for place in leave_out):
            yield from (f"{file}: {found}" for found in _found(file.read_bytes(), secrets))


def traces_in_database(address: str, secrets: Collection[str]) -> Iterator[str]:
    """The tables and columns of a database that hold one of the secrets, whatever the columns' types."""
    with psycopg.connect(address) as database:
        for schema, table in database.execute(_TABLES).fetchall():
            rows = database.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(schema, table)))
            columns = [column.name for column in rows.description or ()]
            for row in rows:
                for column, value in zip(columns, row, strict=True):
                    yield from (f"{schema}.{table}.{column}: {found}" for found in _found(value, secrets))


def traces_in_staged(folder: Path, connection: str, cipher: Cipher, secrets: Collection[str]) -> Iterator[str]:
    """The staged files of a connection that hold one of the secrets once they are opened; ``folder`` is a copy."""
    for file in sorted(folder.rglob("*.*")):
        name = file.relative_to(folder).as_posix()
        if file.is_file() and not name.endswith(UNFINISHED):
            content: Any = cipher.open(file.read_bytes(), PURPOSE, f"{connection}/{name}")
            if file.suffix == ".arrow":
                content = pa.ipc.open_file(pa.BufferReader(content)).read_all().to_pylist()
            yield from (f"{file}: {found}" for found in _found(content, secrets))


def traces_in_payloads(address: str, cipher: Callable[[str], Cipher], secrets: Collection[str]) -> Iterator[str]:
    """The tables of a warehouse whose payloads hold one of the secrets once their customer's cipher opened them."""
    with psycopg.connect(address) as warehouse:
        for frame, (table, key) in {"version": ("order_raw", "order_id"), "reject": ("reject", "reject_id")}.items():
            query = _PAYLOADS.format(sql.Identifier(key), sql.Identifier(table))
            for connection, customer, owner, payload in warehouse.execute(query):
                content = Payloads(cipher(customer), connection).open(frame, owner, payload)
                yield from (f"ops.{table}: {found}" for found in _found(content, secrets))


_PAYLOADS = sql.SQL("""
    SELECT connection, known.customer, held.{}::text, held.payload
    FROM ops.{} AS held LEFT JOIN ops.connection_status AS known USING (connection) WHERE held.payload IS NOT NULL
""")


def traces_in_pages(site: httpx.Client, start: str, secrets: Collection[str]) -> Iterator[str]:
    """The pages that hold one of the secrets, of all that lie below ``start`` and are led to from there."""
    waiting, seen = [start], {start}
    while waiting:
        path = waiting.pop()
        answer = site.get(path)
        yield from (f"{path}: {found}" for found in _found(answer.text, secrets))
        links = {urljoin(path, unescape(link)).partition("#")[0] for link in _LINK.findall(answer.text)}
        fresh = sorted(link for link in links - seen if link.startswith(start))
        waiting += fresh
        seen.update(fresh)


def _found(value: Any, secrets: Collection[str]) -> list[str]:
    text = "\n".join(_texts(value))
    return [secret for secret in secrets if secret in text]


def _texts(value: Any) -> Iterator[str]:
    """All text in a value: of what holds others from each, of bytes also what they are when unpacked."""
    if isinstance(value, dict | list | tuple):
        for part in value.items() if isinstance(value, dict) else value:
            yield from _texts(part)
    elif isinstance(value, bytes | memoryview):
        content = bytes(value)
        if content.startswith(_ZSTD):
            content = zstandard.ZstdDecompressor().decompressobj().decompress(content)
        yield from _texts(content.decode("utf-8", "replace"))
    elif value is not None:
        yield str(value)
        yield from _unescaped(str(value))


def _unescaped(text: str) -> Iterator[str]:
    """What a JSON text says, where it is one: its escapes hide characters."""
    if text[:1] in ("{", "["):
        try:
            yield from _texts(json.loads(text))
        except ValueError:
            return
