"""Random, seeded life of a company: what a day brings, in realistic proportions."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from random import Random

from tests.sandbox import history
from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.order import Line, Order, Stage
from tests.sandbox.phrases import LINE_NOTES, MEMOS, NOTES

RELEASED = (Stage.APPROVED, Stage.SENT, Stage.ACKNOWLEDGED)


def live(company: Company, clock: Clock, events: int, seed: int = 0, seconds: float = 0.0) -> list[str]:
    """That many random events, each that many seconds after the one before; returns their names in order."""
    rng = Random(f"live/{seed}")
    names = rng.choices(list(EVENTS), [weight for weight, _ in EVENTS.values()], k=events)
    for name in names:
        EVENTS[name][1](company, clock, rng)
        clock.advance(seconds)
    return names


def pick(company: Company, rng: Random, stages: tuple[Stage, ...] = ()) -> Order | None:
    """A random order with goods lines in one of the stages (any, if none is given); None if a few draws find none."""
    ids = list(company.orders)
    for _ in range(min(50, len(ids))):
        order = company.orders[rng.choice(ids)]
        if order.goods_lines and (not stages or order.stage in stages):
            return order
    return None


def _create(company: Company, clock: Clock, rng: Random) -> None:
    history.create(company, clock, rng.randrange(2**32))


def _create_late(company: Company, clock: Clock, rng: Random) -> None:
    history.create_late(company, clock, rng.uniform(1, 120), rng.randrange(2**32))


def _change_header(company: Company, clock: Clock, rng: Random) -> None:
    if order := pick(company, rng):
        history.change_header(company, clock, order.id, rng.choice(MEMOS))


def _add_line(company: Company, clock: Clock, rng: Random) -> None:
    if order := pick(company, rng, RELEASED):
        history.add_line(company, clock, order.id, rng.randrange(2**32))


def _add_note(company: Company, clock: Clock, rng: Random) -> None:
    if order := pick(company, rng, RELEASED):
        history.add_note(company, clock, order.id, rng.choice(NOTES))


def _delete_line(company: Company, clock: Clock, rng: Random) -> None:
    order = pick(company, rng, RELEASED)
    if order and len(order.goods_lines) > 1:
        history.delete_line(company, clock, order.id, rng.choice(order.lines).id)


def _cancel(company: Company, clock: Clock, rng: Random) -> None:
    if order := pick(company, rng, RELEASED):
        history.cancel(company, clock, order.id)


def _short_close(company: Company, clock: Clock, rng: Random) -> None:
    if order := pick(company, rng, RELEASED):
        history.short_close(company, clock, order.id)


def _delete(company: Company, clock: Clock, rng: Random) -> None:
    if order := pick(company, rng, (Stage.CANCELLED, Stage.DRAFT)):
        history.delete(company, clock, order.id)


def _touch(company: Company, clock: Clock, rng: Random) -> None:
    if order := pick(company, rng):
        history.touch(company, clock, order.id)


def _with_line(
    event: Callable[[Company, Clock, Order, Line, Random], None],
) -> Callable[[Company, Clock, Random], None]:
    """The event on a random goods line of a released order."""

    def happen(company: Company, clock: Clock, rng: Random) -> None:
        if order := pick(company, rng, RELEASED):
            event(company, clock, order, rng.choice(order.goods_lines), rng)

    return happen


def _receive(company: Company, clock: Clock, order: Order, line: Line, rng: Random) -> None:
    share = rng.choice((Decimal("0.5"), Decimal(1), Decimal("1.1")))
    quantity = max(round((line.quantity_open or line.quantity) * share, 3), Decimal("0.001"))
    history.receive(company, clock, order.id, line.id, quantity)


def _invoice(company: Company, clock: Clock, order: Order, line: Line, rng: Random) -> None:
    quantity = line.quantity_received - line.quantity_invoiced
    if quantity > 0:
        history.invoice(company, clock, order.id, line.id, quantity)


def _change_quantity(company: Company, clock: Clock, order: Order, line: Line, rng: Random) -> None:
    history.change_quantity(company, clock, order.id, line.id, line.quantity + rng.randint(1, 9))


def _change_description(company: Company, clock: Clock, order: Order, line: Line, rng: Random) -> None:
    text = f"{line.description[:60]} {rng.choice(LINE_NOTES)}"
    history.change_description(company, clock, order.id, line.id, text)


def _postpone(company: Company, clock: Clock, order: Order, line: Line, rng: Random) -> None:
    history.postpone_line(company, clock, order.id, line.id, rng.randint(1, 14))


EVENTS: dict[str, tuple[int, Callable[[Company, Clock, Random], None]]] = {
    "create": (20, _create),
    "create_late": (3, _create_late),
    "change_header": (8, _change_header),
    "change_quantity": (8, _with_line(_change_quantity)),
    "change_description": (6, _with_line(_change_description)),
    "postpone_line": (6, _with_line(_postpone)),
    "receive": (20, _with_line(_receive)),
    "invoice": (12, _with_line(_invoice)),
    "add_line": (4, _add_line),
    "add_note": (2, _add_note),
    "delete_line": (4, _delete_line),
    "cancel": (3, _cancel),
    "short_close": (2, _short_close),
    "delete": (2, _delete),
    "touch": (4, _touch),
}
"""The events of `live` by name, each with its weight."""
