"""What an account of NetSuite turns out to have: custom fields, subsidiaries, and which of our tables and columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from include.orderhouse.connector import Catalogue, Source
from include.orderhouse.connectors.netsuite import queries
from include.orderhouse.connectors.netsuite.absences import absences
from include.orderhouse.errors import ConfigurationInvalid, PermissionDenied, RequestRefused
from include.orderhouse.protocols.suiteql import MAX_ROWS, Part, Statement, number, run, walk

CUSTOM_KINDS = {"Date": ":date", "Date/Time": ":instant", "List/Record": ":name", "Multiple Select": ":name"}
"""How custom fields are read by ``customfield.fieldvaluetype``, as SuiteQL was seen to word it; others as they are."""

SEGMENT = "cseg"
"""How the columns of custom segments begin, on orders and lines alike; each holds a value of a list."""

LATEST_ORDERS = "SELECT * FROM transaction WHERE type = 'PurchOrd' ORDER BY id DESC"
LATEST_LINES = (
    "SELECT * FROM transactionline WHERE transaction IN (SELECT id FROM transaction WHERE type = 'PurchOrd') "
    "ORDER BY transaction DESC, id"
)


def discover(source: Source) -> Catalogue:
    """Custom fields, subsidiaries, and which of the tables and columns we read this account does not have."""
    body, column = _custom_fields(source)
    header, lines = _once(*body, *source.settings.header_columns), _once(*column, *source.settings.line_columns)
    details: dict[str, Any] = {"header": header, "lines": lines, "absent": []}
    asked = replace(source, catalogue=Catalogue(details=details))
    absent = absences(source, queries.orders(asked), ["t.type = 'PurchOrd'"])
    absent += [name for name in absences(source, queries.lines(asked), ["tl.mainline = 'F'"]) if name not in absent]
    _check_columns(source, absent)
    _check_units(asked, absent)
    own = _base_currency(source) if "subsidiary" in absent else {}
    subsidiaries = _subsidiaries(source, absent)
    scope = tuple(f"subsidiary {one}" for one in subsidiaries) or ("everything",)
    return Catalogue(scope, details | {"absent": absent, "own": own})


def _once(*columns: str) -> list[str]:
    """Every column once; that the connection says how to read it counts for more than what was found."""
    return list({column.partition(":")[0].lower(): column for column in columns}.values())


def _check_columns(source: Source, absent: Sequence[str]) -> None:
    """What the connection names must be there; of what we ask for by ourselves an account may lack some."""
    settings = source.settings
    for setting, table in (("header_columns", "transaction"), ("line_columns", "transactionline")):
        named = [f"{table}.{column.partition(':')[0].lower()}" for column in getattr(settings, setting)]
        if missing := [name for name in named if name in absent]:
            raise ConfigurationInvalid(
                f"The account does not have, or not show, {', '.join(missing)}.",
                action=f"Correct settings.{setting}, or let the connection's role view what it names; then sync again.",
            )


def _check_units(source: Source, absent: Sequence[str]) -> None:
    """Quantities are told in base units: where lines name others, how many of those they are must be told too."""
    lacking = {queries.UNITS, f"{queries.UNITS}.{queries.UNIT_FACTOR}"} & set(absent)
    if not lacking or "transactionline.units" in absent:
        return
    named, _ = run(source, queries.named_units(source), 1)
    if named:
        raise PermissionDenied(
            f"SuiteQL does not show {lacking.pop()}. Order lines name units, and without the units' conversion rates "
            "their quantities cannot be told.",
            action="Nothing was loaded. Let the connection's role view units of measure, then sync again.",
        )


def _custom_fields(source: Source) -> tuple[list[str], list[str]]:
    """The custom fields of headers and of lines, from the account's list of them or else from its latest orders."""
    listed = Statement((Part("customfield", "f", "internalid scriptid fieldtype fieldvaluetype"),))
    key = {"internalid": "f.internalid"}
    found: dict[str, list[str]] = {"BODY": [], "COLUMN": []}
    try:
        for rows, _ in walk(source, listed, ["f.fieldtype IN ('BODY', 'COLUMN')"], key, MAX_ROWS, None):
            for row in rows:
                kind = CUSTOM_KINDS.get(row.get("fieldvaluetype", ""), "")
                found[row["fieldtype"]].append(f"{row['scriptid'].lower()}{kind}")
    except RequestRefused:
        found["BODY"] = _filled(source, LATEST_ORDERS, "custbody")
        found["COLUMN"] = _filled(source, LATEST_LINES, "custcol")
    return found["BODY"], found["COLUMN"]


def _filled(source: Source, query: str, prefix: str) -> list[str]:
    """The custom fields and segments with a value in any of the first rows; SuiteQL leaves empty ones out."""
    rows, _ = run(source, query)
    names = sorted({name for row in rows for name in row if name.startswith((prefix, SEGMENT))})
    return [f"{name}:name" if name.startswith(SEGMENT) else name for name in names]


def _subsidiaries(source: Source, absent: Sequence[str]) -> Sequence[int]:
    """The subsidiaries to read: those that are chosen, or all that the role sees; none where the account has none."""
    chosen: list[int] = sorted(source.settings.subsidiaries)
    if chosen and "transactionline.subsidiary" in absent:
        raise ConfigurationInvalid(
            "The account has no subsidiaries, or does not show those of orders.",
            action="Remove settings.subsidiaries, or let the connection's role view subsidiaries.",
        )
    if "subsidiary" in absent:
        return chosen
    rows, _ = run(source, Statement((Part("subsidiary", "s", "id name"),)).sql(["s.id > 0"], "s.id"))
    names = {number(row, "id"): row.get("name") for row in rows}
    if missing := sorted(set(chosen) - names.keys()):
        raise ConfigurationInvalid(
            f"There is no subsidiary {', '.join(map(str, missing))} that the connection's role may see.",
            action=f"Correct settings.subsidiaries; there are: {', '.join(f'{n} ({names[n]})' for n in names)}.",
        )
    return chosen or list(names)


def _base_currency(source: Source) -> dict[str, Any]:
    """What orders say of the company's currency where no subsidiary tells it: nothing, unless there is but one."""
    currencies = Statement((Part("currency", "c", "id symbol name"),))
    try:
        rows, _ = run(source, currencies.sql(["c.isbasecurrency = 'T'"]))
    except RequestRefused:
        return {}
    return {"company_currency": rows[0]} if len(rows) == 1 else {}
