"""What an account of NetSuite turns out to have: custom fields, subsidiaries, and which of our tables and columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from include.orderhouse.connector import Catalogue, Source
from include.orderhouse.connectors.netsuite import queries
from include.orderhouse.connectors.netsuite.absences import absences
from include.orderhouse.errors import PermissionDenied, RequestRefused
from include.orderhouse.suiteql import MAX_ROWS, Part, Statement, one_of, run, walk

CUSTOM_KINDS = {"Date": ":date", "Date/Time": ":instant", "List/Record": ":name", "Multiple Select": ":name"}
"""How custom fields are read by ``customfield.fieldvaluetype``, as SuiteQL was seen to word it; others as they are."""


def discover(source: Source) -> Catalogue:
    """Custom fields, subsidiaries, and which of the tables and columns we read this account does not have."""
    body, column = _custom_fields(source)
    header, lines = [*body, *source.settings.header_columns], [*column, *source.settings.line_columns]
    details: dict[str, Any] = {"header": list(dict.fromkeys(header)), "lines": list(dict.fromkeys(lines)), "absent": []}
    asked = replace(source, catalogue=Catalogue(details=details))
    absent = absences(source, queries.orders(asked), ["t.type = 'PurchOrd'"])
    absent += [name for name in absences(source, queries.lines(asked), ["tl.mainline = 'F'"]) if name not in absent]
    _check_units(asked, absent)
    scope = () if "subsidiary" in absent else _subsidiaries(source)
    own = _base_currency(source) if "subsidiary" in absent else {}
    return Catalogue(scope or ("everything",), details | {"absent": absent, "own": own})


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
        found["BODY"] = _filled(
            source, "SELECT * FROM transaction WHERE type = 'PurchOrd' ORDER BY id DESC", "custbody"
        )
        found["COLUMN"] = _filled(source, "SELECT * FROM transactionline ORDER BY transaction DESC, id", "custcol")
    return found["BODY"], found["COLUMN"]


def _filled(source: Source, query: str, prefix: str) -> list[str]:
    """The custom fields with a value in any of the first rows; SuiteQL leaves empty ones out."""
    rows, _ = run(source, query)
    return sorted({name for row in rows for name in row if name.startswith(prefix)})


def _subsidiaries(source: Source) -> tuple[str, ...]:
    chosen = [one_of("s.id", source.settings.subsidiaries)] if source.settings.subsidiaries else ["s.id > 0"]
    rows, _ = run(source, Statement((Part("subsidiary", "s", "id name"),)).sql(chosen, "s.id"))
    return tuple(f"subsidiary {row['id']}" for row in rows)


def _base_currency(source: Source) -> dict[str, Any]:
    """What orders say of the company's currency where no subsidiary tells it: nothing, unless there is but one."""
    currencies = Statement((Part("currency", "c", "id symbol name"),))
    try:
        rows, _ = run(source, currencies.sql(["c.isbasecurrency = 'T'"]))
    except RequestRefused:
        return {}
    return {"company_currency": rows[0]} if len(rows) == 1 else {}
