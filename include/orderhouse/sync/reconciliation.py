"""Comparing the warehouse with the source, key by key: what is missing, what is older, what is gone."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from include.orderhouse.connector import Source
from include.orderhouse.errors import CountMismatch
from include.orderhouse.staging import Staging
from include.orderhouse.sync.runtime import Runtime
from include.orderhouse.warehouse.raw import known_versions

FILE = "compared.json"


@dataclass(frozen=True)
class Comparison:
    """Keys to read again, and keys that the scan did not find although the warehouse has them."""

    to_read: list[str]
    not_found: list[str]
    scanned: int


def staged_comparison(runtime: Runtime, source: Source, staging: Staging) -> Comparison:
    """The comparison of this sync: made once, so that every retry goes on reading the same keys."""
    if not staging.exists(FILE):
        staging.write_json(FILE, asdict(compare(runtime, source)))
    return Comparison(**staging.read_json(FILE))


def compare(runtime: Runtime, source: Source) -> Comparison:
    """Scan all keys of the source and hold them against the warehouse's versions."""
    seen = _scan(runtime, source)
    scanned = len(seen)
    to_read, not_found = [], []
    for key, modified_at, is_deleted in known_versions(runtime.warehouse, runtime.connection.name):
        if key not in seen:
            if not is_deleted:
                not_found.append(key)
            continue
        told = seen.pop(key)
        if is_deleted or _is_newer(told, modified_at):
            to_read.append(key)
    return Comparison([*to_read, *seen], not_found, scanned)


def _scan(runtime: Runtime, source: Source) -> dict[str, datetime | None]:
    seen: dict[str, datetime | None] = {}
    expected: int | None = None
    for page in runtime.connection.connector.scan(source):
        seen.update((key.source_order_id, key.source_modified_at) for key in page.keys)
        if page.expected is not None:
            expected = (expected or 0) + page.expected
    if expected is not None and len(seen) < expected:
        raise CountMismatch(
            f"The key scan saw {len(seen)} orders, but the source counts {expected}.",
            action="Nothing was marked deleted. Reconcile again; if it stays, its paging loses rows.",
        )
    return seen


def _is_newer(told: datetime | None, known: datetime | None) -> bool:
    return told is not None and (known is None or told > known)
