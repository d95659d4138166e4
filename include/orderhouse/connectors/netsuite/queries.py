"""What is asked of NetSuite: the tables and columns of orders and lines, and the conditions of a window."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from include.orderhouse.connector import Source, Window
from include.orderhouse.connectors.netsuite.codes import STATUSES
from include.orderhouse.protocols.suiteql import Part, Statement, one_of
from include.orderhouse.values.precision import since, until

ADDRESS = "nkey addressee attention addr1 addr2 addr3 city state zip country addrphone"

TERM = "id name daysuntilnetdue discountpercent daysuntilexpiry discountpercentdatedriven"

TRANSACTION = Part(
    "transaction",
    "t",
    "id tranid type status:name approvalstatus:name trandate:date createddate:instant lastmodifieddate:instant "
    "duedate:date entity currency exchangerate foreigntotal terms:name memo otherrefnum employee:name createdby:name "
    "billingaddress shippingaddress shipmethod:name incoterm:name",
)
MAIN_LINE = Part(
    "transactionline",
    "ml",
    "id subsidiary:name foreignamount netamount department:name class:name location:name",
    "main_line",
    "ml.transaction = t.id AND ml.mainline = 'T'",
)
LINE = Part(
    "transactionline",
    "tl",
    "transaction id linesequencenumber taxline item itemtype memo quantity quantityshiprecv quantitybilled units:name "
    "rate foreignamount netamount isclosed expectedreceiptdate:date subsidiary location:name department:name "
    "class:name expenseaccount:name vendorname dropship linecreateddate:instant linelastmodifieddate:instant",
)
JOINED = (
    MAIN_LINE,
    Part("vendor", "v", "id entityid companyname email phone vatregnumber", "vendor", "v.id = t.entity"),
    Part("entityaddress", "va", ADDRESS, "vendor_address", "va.nkey = v.defaultbillingaddress"),
    Part("currency", "c", "id symbol name", "document_currency", "c.id = t.currency"),
    Part("subsidiary", "s", "id name country currency", "subsidiary", "s.id = ml.subsidiary"),
    Part("currency", "sc", "id symbol name", "company_currency", "sc.id = s.currency"),
    Part("term", "te", TERM, "term", "te.id = t.terms"),
    Part("employee", "e", "id entityid email", "buyer", "e.id = t.employee"),
    Part("transactionshippingaddress", "sa", ADDRESS, "ship_to", "sa.nkey = t.shippingaddress"),
    Part("transactionbillingaddress", "ba", ADDRESS, "billing_address", "ba.nkey = t.billingaddress"),
)
UNITS, UNIT_FACTOR = "unitstypeuom", "conversionrate"
UNIT, UNIT_BASE = "u.internalid = tl.units", "ub.unitstype = u.unitstype AND ub.baseunit = 'T'"
LINE_JOINED = (
    Part("item", "i", "id itemid displayname itemtype upccode mpn class:name", "item_record", "i.id = tl.item"),
    Part(UNITS, "u", f"internalid unitstype unitname abbreviation {UNIT_FACTOR}", "line_unit", UNIT),
    Part(UNITS, "ub", "internalid unitname abbreviation", "base_unit", UNIT_BASE),
)

CHANGED = "COALESCE(t.lastmodifieddate, t.createddate)"
CHANGED_AT = f"TO_CHAR(SYS_EXTRACT_UTC({CHANGED}), 'YYYY-MM-DD HH24:MI:SS')"
ORDER_KEY = {"changed_at": CHANGED_AT, "id": "t.id"}
LINE_KEY = {"transaction": "tl.transaction", "id": "tl.id"}
FINISHED = [status for status, meaning in STATUSES.items() if meaning in ("closed", "invoiced")]


def orders(source: Source) -> Statement:
    """Headers with what their ids point to, as far as the account has it."""
    details = source.catalogue.details
    header = TRANSACTION.with_columns(details["header"])
    return Statement((header, *JOINED), {"changed_at": CHANGED_AT}).without(details["absent"])


def lines(source: Source) -> Statement:
    """All lines but the main one, which is the header's own booking."""
    details = source.catalogue.details
    return Statement((LINE.with_columns(details["lines"]), *LINE_JOINED)).without(details["absent"])


def named_units(source: Source) -> str:
    """Lines that name a unit."""
    line = replace(LINE, columns="units", on="tl.transaction = t.id")
    statement = Statement((replace(TRANSACTION, columns="id"), replace(MAIN_LINE, columns=""), line))
    return statement.sql([*scope(source), "tl.units IS NOT NULL"])


def scope(source: Source) -> list[str]:
    """The purchase orders that the connection is about."""
    chosen = source.settings.subsidiaries
    return ["t.type = 'PurchOrd'", *([one_of("ml.subsidiary", chosen)] if chosen else [])]


def unfinished() -> str:
    """Orders on which something may still happen."""
    return f"NOT {one_of('t.status', FINISHED)}"


def changed(window: Window) -> list[str]:
    """Orders whose header changed in the window."""
    return [_between(CHANGED, window)] if window.start or window.end else []


def changed_below(window: Window) -> list[str]:
    """Orders of which a line changed in the window, and not the header."""
    in_window = _between("cl.linelastmodifieddate", window)
    lines = f"SELECT 1 FROM transactionline cl WHERE cl.transaction = t.id AND {in_window}"  # noqa: S608 - instants of ours
    return [f"NOT ({_between(CHANGED, window)})", f"EXISTS ({lines})"]


def tells_changes_of_lines(source: Source) -> bool:
    """Whether the account's lines tell when they changed."""
    return "transactionline.linelastmodifieddate" not in source.catalogue.details["absent"]


def _between(column: str, window: Window) -> str:
    """Bounds are whole seconds: NetSuite cuts the rest off, so the start goes down and the end up."""
    seconds = window.rounded(since, until)
    bounds = ((">=", seconds.start), ("<", seconds.end))
    return " AND ".join(f"SYS_EXTRACT_UTC({column}) {sign} {_timestamp(at)}" for sign, at in bounds if at)


def _timestamp(at: datetime) -> str:
    return f"TO_TIMESTAMP('{at:%Y-%m-%d %H:%M:%S}', 'YYYY-MM-DD HH24:MI:SS')"


def keys(source: Source) -> Statement:
    """Ids and modification times alone."""
    return Statement((replace(TRANSACTION, columns="id lastmodifieddate:instant"), replace(MAIN_LINE, columns="")))
