"""Records under a customer's earlier keys, or none, sealed anew under the latest; then the earlier keys can go."""

from __future__ import annotations

import sqlalchemy as sa

from include.orderhouse.cipher import Cipher, key_version
from include.orderhouse.warehouse.keys.token_store import PURPOSE
from include.orderhouse.warehouse.records.payloads import Payloads
from include.orderhouse.warehouse.task import ALONE

_AT_ONCE = 500
_CONNECTIONS = sa.text("SELECT DISTINCT connection FROM ops.sync WHERE customer = :customer")
_TABLES = {"version": ("order_raw", "order_id"), "reject": ("reject", "reject_id")}
_PENDING = """
    SELECT {key}::text AS owner, payload FROM ops.{table}
    WHERE connection = :connection AND substring(payload FOR 8) <> :header ORDER BY {key} LIMIT :most FOR UPDATE
"""
_RESEAL = """
    UPDATE ops.{table} SET payload = :payload, payload_hash = :payload_hash
    WHERE connection = :connection AND {key} = :owner
"""
_TOKENS = sa.text(
    "SELECT connection, sealed FROM ops.token WHERE customer = :customer AND key_id <> :key_id FOR UPDATE"
)
_RESEAL_TOKEN = sa.text("UPDATE ops.token SET sealed = :sealed, key_id = :key_id WHERE connection = :connection")


def reseal(engine: sa.Engine, cipher: Cipher) -> int:
    """Seal all tokens, raw records and rejects of a customer under the latest key; how many. A few at a time."""
    with engine.connect() as warehouse:
        names = warehouse.execute(_CONNECTIONS, {"customer": cipher.customer}).scalars().all()
    total = _reseal_tokens(engine, cipher)
    for payloads in (Payloads(cipher, name) for name in names):
        for frame in _TABLES:
            while done := _reseal_some(engine, payloads, frame):
                total += done
    return total


def _reseal_some(engine: sa.Engine, payloads: Payloads, frame: str) -> int:
    """Each round waits for the connection's loads and commits, so that they wait for none of them long."""
    table, key = _TABLES[frame]
    cipher = payloads.cipher
    told = {"connection": payloads.connection, "header": cipher.header, "most": _AT_ONCE}
    with engine.begin() as warehouse:
        warehouse.exec_driver_sql(ALONE, {"connection": payloads.connection})
        rows = warehouse.execute(sa.text(_PENDING.format(table=table, key=key)), told).all()
        changed = []
        for owner, payload in rows:
            found = bytes(payload)
            plain = found if key_version(found) is None else payloads.open(frame, owner, found)
            own = {"payload": payloads.seal(frame, owner, plain), "payload_hash": cipher.fingerprint(plain)}
            changed.append({"connection": payloads.connection, "owner": owner, **own})
        if changed:
            warehouse.execute(sa.text(_RESEAL.format(table=table, key=key)), changed)
    return len(rows)


def _reseal_tokens(engine: sa.Engine, cipher: Cipher) -> int:
    key_id = str(cipher.version)
    with engine.begin() as warehouse:
        rows = warehouse.execute(_TOKENS, {"customer": cipher.customer, "key_id": key_id}).all()
        for connection, sealed in rows:
            if key_version(bytes(sealed)) is None:
                continue
            plain = cipher.open(bytes(sealed), PURPOSE, connection)
            told = {"connection": connection, "sealed": cipher.seal(plain, PURPOSE, connection), "key_id": key_id}
            warehouse.execute(_RESEAL_TOKEN, told)
    return len(rows)
