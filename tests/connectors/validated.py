"""What the validation finds odd about an order that a connector gives."""

from __future__ import annotations

from datetime import UTC, datetime

from include.orderhouse.configuration.connections import Connection
from include.orderhouse.configuration.options import Options
from include.orderhouse.connector import Connector, Source
from include.orderhouse.expectations.outcomes import Outcomes
from include.orderhouse.expectations.validator import Validator
from include.orderhouse.mapping import Record
from include.orderhouse.raw_order import RawOrder
from include.orderhouse.transform.batch import Transform

FETCHED_AT = datetime(2026, 10, 1, 12, tzinfo=UTC)


def odd_amounts(connector: Connector, source: Source, order: Record) -> list[tuple[str | None, str]]:
    """Field and reason of each finding about an amount."""
    options = Options(connector=connector.name, customer="tests")
    connection = Connection(name="test", options=options, connector=connector, settings=source.settings)
    frames = Transform(connection).frames([RawOrder(FETCHED_AT, order)])
    (found,) = Validator("test", "a sync").check([Outcomes.of(frames)])
    return [(finding.field, finding.reason) for finding in found if "amount" in (finding.field or "")]
