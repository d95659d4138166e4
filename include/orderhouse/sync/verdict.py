"""The verdict of the validation: critical findings reject their orders whole, the others become issues.

Too many rejects stop the sync.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from importlib import import_module
from typing import Any

from include.orderhouse import wire
from include.orderhouse.errors import TooManyRejects
from include.orderhouse.expectations.check import Finding
from include.orderhouse.expectations.outcomes import staged_outcomes
from include.orderhouse.frames import Frames
from include.orderhouse.identity import order_id
from include.orderhouse.reports import reports_url
from include.orderhouse.staging import Staging, batch_folder, read_frames, staged_frames, write_frames
from include.orderhouse.sync.plan import Plan
from include.orderhouse.sync.request import Mode
from include.orderhouse.sync.runtime import Runtime
from include.orderhouse.sync.staged import TRANSFORMED, VALIDATED, load_task
from include.orderhouse.transform.batch import issue_row
from include.orderhouse.transform.rows import Failure
from include.orderhouse.warehouse.load import keep_rejects
from include.orderhouse.warehouse.syncs.ledger import note_counts

VALIDATOR = "include.orderhouse.expectations.validator"
"""Imported where there is something to judge: Great Expectations takes seconds to import."""

REJECTS_ALWAYS_TOLERATED = 10
"""So few rejects never stop a run, whatever their share: a small incremental sync must not block a connection."""


def judge(runtime: Runtime, plan: Plan, staging: Staging, folders: list[str]) -> dict[str, Any]:
    """How many orders are rejected and how many findings there are; ``folders`` then names the batches to load."""
    validator = import_module(VALIDATOR).Validator(plan.connection, plan.sync_id)
    rejected = findings = 0
    for number, found in enumerate(validator.check(staged_outcomes(staging, list(folders)))):
        if found:
            frames = read_frames(staging, folders[number])
            checked = apply_findings(frames, found, plan.connection)
            folders[number] = batch_folder("checked", number)
            write_frames(staging, folders[number], checked)
            rejected += checked["reject"].num_rows - frames["reject"].num_rows
            findings += len(found)
    return {"rejects": rejected, "findings": findings, "report": _write_report(runtime, validator, plan.sync_id)}


def _write_report(runtime: Runtime, validator: Any, staged: str) -> str:
    folder = f"{runtime.connection.name}/{staged}"
    page = f"{folder}/{validator.report(f'{reports_url()}/{folder}')}"
    note_counts(runtime.warehouse, runtime.connection.name, staged, report_path=page)
    return page


def apply_findings(frames: Frames, findings: Sequence[Finding], connection: str) -> Frames:
    """The batch without the orders that must not be loaded; these are among its rejects, with their payload."""
    critical = [finding for finding in findings if finding.critical]
    rejected = {finding.order_id for finding in critical}
    noted = [_issue(finding, connection) for finding in findings if finding.order_id not in rejected]
    checked = frames.with_rows("issue", noted) if noted else frames
    if not rejected:
        return checked
    rejects = [_reject(frames, order, [f for f in critical if f.order_id == order]) for order in sorted(rejected)]
    return checked.without_orders(rejected).with_rows("reject", rejects)


def stop_if_too_many(runtime: Runtime, plan: Plan, staging: Staging, rejected: int) -> None:
    """Raise TooManyRejects where a sync must not load; its rejects are kept.

    Of a replay all orders were rejected before: those that are again say nothing of the others.
    """
    allowed = Decimal(plan.max_reject_share or runtime.connection.options.max_reject_share)
    orders = staging.read_json(TRANSFORMED)["orders"]
    is_tolerable = rejected <= REJECTS_ALWAYS_TOLERATED or rejected <= allowed * orders
    if is_tolerable or plan.mode is Mode.REPLAY:
        return
    folders = staging.read_json(VALIDATED)["folders"]
    keep_rejects(runtime.warehouse, load_task(runtime, plan, staging), staged_frames(staging, folders))
    raise TooManyRejects(
        f"{rejected} of {orders} orders were rejected, {_commonest_fault(staged_frames(staging, folders))}; "
        f"at most a share of {allowed} may be (max_reject_share).",
        action=f"Nothing was loaded; the rejects are kept: scripts/orderhouse rejects {plan.connection}. "
        "Correct the mapping or the source, or run again with a larger max_reject_share.",
    )


def _commonest_fault(batches: Iterable[Frames]) -> str:
    """What most of the rejects of a sync have been rejected for, and how many; their values stay among the rejects."""
    faults: Counter[tuple[str, ...]] = Counter()
    for frames in batches:
        told = frames["reject"].select(["code", "table_name", "field"])
        faults.update(tuple(filter(None, row.values())) for row in told.to_pylist())
    ((code, *place), count) = faults.most_common(1)[0]
    where = f" at {'.'.join(place)}" if place else ""
    return f"{count} of them for {code}{where}"


def _issue(finding: Finding, connection: str) -> dict[str, object]:
    oddity = Failure(0, finding.field, finding.code, finding.reason, finding.source_value)
    return issue_row(connection, (finding.order_id, finding.row_id), finding.table, oddity)


def _reject(frames: Frames, order: str, findings: list[Finding]) -> dict[str, object]:
    version = _row(frames, "version", order)
    told = [{"table": f.table, "field": f.field, "code": f.code, "reason": f.reason} for f in findings]
    names = ("connection", "source_order_id", "version_at", "fetched_at", "payload")
    return {name: version[name] for name in names} | {
        "reject_id": order_id(f"{version['connection']} reject", str(version["source_order_id"])),
        "order_id": order,
        "order_number": _row(frames, "purchase_order", order)["order_number"],
        "code": findings[0].code,
        "table_name": findings[0].table,
        "field": findings[0].field,
        "reason": findings[0].reason,
        "findings": wire.encode(told).decode(),
        "line_count": frames["purchase_order_line"].column("order_id").to_pylist().count(order),
    }


def _row(frames: Frames, name: str, order: str) -> dict[str, object]:
    frame = frames[name]
    position = frame.column("order_id").to_pylist().index(order)
    found: dict[str, object] = frame.slice(position, 1).to_pylist()[0]
    return found
