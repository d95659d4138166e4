"""What PostgreSQL does not take is told by its kind and place; no error shows a value, which may be of an order."""

from __future__ import annotations

import traceback
from uuid import UUID

import pytest
import sqlalchemy as sa

from include.orderhouse.errors import ValueRefused
from include.orderhouse.warehouse.load import load
from include.orderhouse.warehouse.syncs.source_fields import SeenField, observation
from tests.warehouse.orders import Line, Order, frames, load_orders, rows, started_task

SECRET = "confidential"


def shown(error: BaseException) -> str:
    """All that a log shows of an error: its whole chain."""
    return "".join(traceback.format_exception(error))


@pytest.mark.parametrize(
    ("order", "message"),
    [
        (Order(lines=(Line("1", {"custom_fields": f'{{"a": "{SECRET}\\u0000"}}'}),)), "UntranslatableCharacter (22P05"),
        (Order(lines=(Line("1", {"custom_fields": f"{{{SECRET}"}),)), "InvalidTextRepresentation (22P02"),
    ],
)
def test_a_value_that_a_copy_brings_is_told_by_its_column(engine: sa.Engine, order: Order, message: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        load_orders(engine, order)
    assert f"{message}, table new_purchase_order_line, column custom_fields)" in refused.value.message
    assert SECRET not in shown(refused.value)
    assert rows(engine, "SELECT FROM procurement.purchase_order") == []


def test_a_row_that_breaks_a_constraint_is_told_by_its_name(engine: sa.Engine) -> None:
    with engine.begin() as session:
        session.execute(sa.text("ALTER TABLE procurement.purchase_order ADD CONSTRAINT short CHECK (memo < 'a')"))
    with pytest.raises(ValueRefused) as refused:
        load(engine, started_task(engine), [frames(Order(values={"memo": SECRET}))])
    assert "CheckViolation (23514, table purchase_order, constraint short)" in refused.value.message
    assert SECRET not in shown(refused.value)


def test_a_value_that_the_driver_does_not_send_is_not_told(engine: sa.Engine) -> None:
    with (
        pytest.raises(ValueRefused, match=r"DataError \(by the driver\)") as refused,
        observation(engine, "acme_us", str(UUID(int=1))) as look,
    ):
        look.keep({"memo": SeenField(("string",), 1, 1, f"{SECRET}\x00")}, (), ())
    assert SECRET not in shown(refused.value)


def test_an_error_of_another_kind_shows_no_parameters(engine: sa.Engine) -> None:
    with pytest.raises(sa.exc.ProgrammingError, match="parameters hidden") as failed, engine.connect() as session:
        session.execute(sa.text("SELECT :value FROM nowhere"), {"value": SECRET})
    assert SECRET not in shown(failed.value)
