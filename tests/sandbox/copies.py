"""Copies of a company, of which many tests change one each."""

from __future__ import annotations

import io
import pickle
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from tests.sandbox import masters
from tests.sandbox.changes import Change
from tests.sandbox.company import Company
from tests.sandbox.order import Receipt

IMMUTABLE = (
    Decimal, date, Enum, Change, Receipt,
    masters.Address, masters.Buyer, masters.Currency, masters.Item, masters.LegalEntity, masters.PaymentTerm,
    masters.Site, masters.Tax, masters.Unit, masters.Vendor,
)  # fmt: skip
"""What all copies share: to make it anew would take two thirds of the time."""


class Copies:
    """Makes copies of a company as it was at the start."""

    def __init__(self, company: Company) -> None:
        self._shared: list[Any] = []
        file = io.BytesIO()
        _Pickler(file, self._shared).dump(company)
        self._pickled = file.getvalue()

    def copy(self) -> Company:
        """One more copy."""
        made: Company = _Unpickler(io.BytesIO(self._pickled), self._shared).load()
        return made


class _Pickler(pickle.Pickler):
    def __init__(self, file: io.BytesIO, shared: list[Any]) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._shared = shared
        self._places: dict[int, int] = {}

    def persistent_id(self, obj: Any) -> int | None:
        if not isinstance(obj, IMMUTABLE):
            return None
        place = self._places.setdefault(id(obj), len(self._shared))
        if place == len(self._shared):
            self._shared.append(obj)
        return place


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, shared: list[Any]) -> None:
        super().__init__(file)
        self.persistent_load = shared.__getitem__  # type: ignore[method-assign]
