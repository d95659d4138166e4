"""Times that a source tells without an offset are nobody's: what is read never hangs on where this machine is."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from include.orderhouse.connector import Catalogue, Source
from include.orderhouse.connectors import load
from include.orderhouse.errors import UnexpectedShape
from tests.sync.conftest import SETTINGS

ANSWERS: dict[str, Any] = {
    "acumatica": [{"Type": {"value": "Normal"}, "OrderNbr": {"value": "1"}, "LastModifiedDateTime": {"value": ...}}],
    "coupa": [{"id": 1, "updated-at": ...}],
    "quickbooks": {"QueryResponse": {"PurchaseOrder": [{"Id": "1", "MetaData": {"LastUpdatedTime": ...}}]}},
}
"""A list with one order, by connector; the dots are when it was changed."""


@pytest.fixture(params=["UTC", "Asia/Tokyo", "America/New_York"], autouse=True)
def _where_this_machine_is(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def _changed_at(name: str, told: Any) -> datetime | None:
    """When the one order of a scan was changed."""

    def get(path: str, params: dict[str, str]) -> Any:
        if "COUNT(*)" in params.get("query", ""):
            return {"QueryResponse": {"totalCount": 1}}
        return _filled(ANSWERS[name], told)

    connector, catalogue = load(name), Catalogue(details={"version": "24.200.001", "custom": []})
    settings = connector.settings(**SETTINGS[name])
    api = SimpleNamespace(get=get, source_time=None)
    found = connector.scan(cast(Source, SimpleNamespace(api=api, settings=settings, catalogue=catalogue, page_size=10)))
    (key, *_) = next(iter(found)).keys
    return key.source_modified_at


def _filled(part: Any, told: Any) -> Any:
    if isinstance(part, dict):
        return {name: _filled(value, told) for name, value in part.items()}
    if isinstance(part, list):
        return [_filled(value, told) for value in part]
    return told if part is ... else part


@pytest.mark.parametrize("name", ANSWERS)
def test_a_time_with_an_offset_is_the_same_instant_everywhere(name: str) -> None:
    for told in ("2026-10-01T05:00:00-07:00", "2026-10-01T12:00:00Z"):
        assert _changed_at(name, told) == datetime(2026, 10, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("told", ["2026-10-01T12:00:00", "2026-10-01", "soon", "0001-01-01T00:00:00+05:00"])
def test_a_time_without_an_offset_is_refused_everywhere(name: str, told: str) -> None:
    with pytest.raises(UnexpectedShape, match=f"{re.escape(repr(told))} is no instant with an offset") as refused:
        _changed_at(name, told)
    assert "Nothing was loaded" in refused.value.action
