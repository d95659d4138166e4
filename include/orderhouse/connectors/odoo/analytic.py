"""How a line is shared among analytic accounts: ``analytic_distribution``, by combinations of accounts.

A combination holds one account of each plan. Accounts may stand in a sub-plan, but Odoo shares by the plan at its root
(`_prepare_analytic_distribution_line` goes by ``root_plan_id``): two sub-plans may have the same name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from include.orderhouse.connectors.odoo.settings import PlanColumn
from include.orderhouse.mapping import look_up
from include.orderhouse.protocols.odoo_records import Raw


def account_ids(lines: Iterable[Raw]) -> set[int]:
    """The accounts that lines are shared among."""
    return {number for line in lines for key in line.get("analytic_distribution") or () for number in _ids(key)}


def shares(line: Raw, accounts: Mapping[int, Raw], columns: Mapping[str, PlanColumn]) -> list[Raw]:
    """One row per key of ``analytic_distribution``: ids of one account of each plan, joined by commas."""
    rows: list[Raw] = []
    for key, percent in (line.get("analytic_distribution") or {}).items():
        chosen = [accounts.get(number, {"id": number}) for number in _ids(key)]
        row: Raw = {"key": key, "percent": percent, "accounts": chosen, "dimensions": {}}
        for account in chosen:
            plan = _plan(account)
            code = account.get("code") or account.get("name") or account["id"]
            row["dimensions"][plan] = code
            if plan in columns:
                row[columns[plan]] = code
        rows.append(row)
    return rows


def _plan(account: Raw) -> str:
    """The name of the plan at the root of an account's own one, which is told as ``Root / ... / own``."""
    root = look_up(account, "root_plan_id.display_name")
    return str(root or look_up(account, "plan_id.display_name") or "unknown plan").partition(" / ")[0]


def _ids(key: str) -> list[int]:
    return [int(number) for number in key.split(",") if number.strip().isdecimal()]
