"""The ERPs Orderhouse can read, one module each."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, wraps
from importlib import import_module
from pathlib import Path
from typing import Any

from include.orderhouse.connector import Connector
from include.orderhouse.errors import ConfigurationInvalid, UnexpectedShape

CONNECTORS = (
    "acumatica",
    "business_central",
    "coupa",
    "dynamics_fo",
    "erpnext",
    "netsuite",
    "odoo",
    "oracle_fusion",
    "quickbooks",
    "sap_business_one",
    "sap_s4hana",
    "xero",
)


@cache
def load(name: str) -> Connector:
    """The connector of that name. Raises ConfigurationInvalid where there is none."""
    if name not in CONNECTORS:
        raise ConfigurationInvalid(
            f"There is no connector {name!r}.",
            action=f"Use one of: {', '.join(CONNECTORS)} (or add your own to CONNECTORS).",
        )
    found: Connector = import_module(f"{__name__}.{name}").CONNECTOR
    guarded: dict[str, Any] = {name: _guarded(getattr(found, name)) for name in _READING if getattr(found, name)}
    return replace(found, **guarded)


_READING = ("discover", "fetch", "read", "scan", "explain_absence")
_SURPRISES = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


def _guarded(read: Callable[..., Any]) -> Callable[..., Any]:
    """A function of a connector, which may stumble over what a source answers: then in words, as UnexpectedShape."""

    @wraps(read)
    def guarded(*arguments: Any) -> Any:
        with _surprises_named():
            found = read(*arguments)
        return _each(found) if isinstance(found, Iterator) else found

    return guarded


def _each(found: Iterator[Any]) -> Iterator[Any]:
    with _surprises_named():
        yield from found


@contextmanager
def _surprises_named() -> Iterator[None]:
    try:
        yield
    except _SURPRISES as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        raise UnexpectedShape(
            f"The source's answer cannot be read ({type(error).__name__}: {' '.join(str(error).split())[:200]}; "
            f"{Path(place.filename).name}, line {place.lineno}).",
            action="Nothing was loaded. Compare the source's answer with the vendor's documentation; if it is right, "
            "report this as a bug of the connector.",
        ) from error
