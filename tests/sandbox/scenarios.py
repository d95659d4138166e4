"""What became of an order by now: one small story for each state that purchase orders are found in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from random import Random

from tests.sandbox import lifecycle
from tests.sandbox.company import Company
from tests.sandbox.order import Line, Order, Stage


class Story:
    """The past of one order, told forward: each step happens some time after the one before, and before now."""

    def __init__(self, company: Company, rng: Random, order: Order, now: datetime) -> None:
        self.company = company
        self.rng = rng
        self.order = order
        self._now = now
        self._at = order.created_at

    def next_at(self) -> datetime:
        """The instant of the next step."""
        self._at += (self._now - self._at) * self.rng.uniform(0.03, 0.4)
        return self._at

    def move_to(self, *stages: Stage) -> None:
        for stage in stages:
            lifecycle.move_to(self.company, self.order, stage, self.next_at())

    def receive(self, share: Decimal, lines: list[Line] | None = None) -> None:
        """Receive that share of what is ordered on the lines (all by default); now and then some is rejected."""
        for line in self.order.goods_lines if lines is None else lines:
            quantity = _part(line.quantity, share)
            rejected = _part(quantity, Decimal("0.1")) if self.rng.random() < 0.08 else Decimal(0)
            lifecycle.receive(self.company, self.order, line, self.next_at(), quantity, rejected)

    def invoice(self, share: Decimal) -> None:
        """Invoice that share of what was received."""
        for line in self.order.goods_lines:
            if line.quantity_received:
                quantity = _part(line.quantity_received, share)
                lifecycle.invoice(self.company, self.order, line, self.next_at(), quantity)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A story and how often it happens."""

    weight: int
    tell: Callable[[Story], None]


def _part(quantity: Decimal, share: Decimal) -> Decimal:
    """A share of a quantity in its own precision, at least the smallest amount of it."""
    smallest = Decimal(1).scaleb(min(int(quantity.as_tuple().exponent), 0))
    return max((quantity * share).quantize(smallest), smallest)


def _draft(story: Story) -> None:
    """Nobody has done anything with it yet."""


def _pending_approval(story: Story) -> None:
    story.move_to(Stage.PENDING_APPROVAL)


def _rejected(story: Story) -> None:
    story.move_to(Stage.PENDING_APPROVAL, Stage.REJECTED)


def _approved(story: Story) -> None:
    story.move_to(Stage.APPROVED)


def _open(story: Story) -> None:
    story.move_to(Stage.APPROVED, Stage.SENT)


def _acknowledged(story: Story) -> None:
    story.move_to(Stage.APPROVED, Stage.SENT, Stage.ACKNOWLEDGED)


def _partially_received(story: Story) -> None:
    _open(story)
    first = story.order.goods_lines[:1]
    story.receive(Decimal("0.4"), first)
    if story.rng.random() < 0.5:
        story.receive(Decimal("0.3"), first)


def _received(story: Story) -> None:
    _open(story)
    story.receive(Decimal(1))


def _over_received(story: Story) -> None:
    _open(story)
    story.receive(Decimal(1))
    story.receive(Decimal("0.08"), story.order.goods_lines[:1])


def _partially_invoiced(story: Story) -> None:
    _open(story)
    story.receive(Decimal("0.6"))
    story.invoice(Decimal("0.5"))


def _invoiced(story: Story) -> None:
    _received(story)
    story.invoice(Decimal(1))


def _closed(story: Story) -> None:
    _invoiced(story)
    story.move_to(Stage.CLOSED)


def _short_closed(story: Story) -> None:
    _open(story)
    story.receive(Decimal("0.7"), story.order.goods_lines[:1])
    lifecycle.close(story.company, story.order, story.next_at())


def _cancelled(story: Story) -> None:
    if story.rng.random() < 0.5:
        _open(story)
    lifecycle.cancel(story.company, story.order, story.next_at())


def _flagged_deleted(story: Story) -> None:
    lifecycle.flag_deleted(story.company, story.order, story.next_at())


def _line_cancelled(story: Story) -> None:
    _open(story)
    lifecycle.cancel_line(story.company, story.order, story.order.goods_lines[-1], story.next_at())


def _line_short_closed(story: Story) -> None:
    _open(story)
    line = story.order.goods_lines[-1]
    story.receive(Decimal("0.5"), [line])
    lifecycle.close_line(story.company, story.order, line, story.next_at())


def _line_deleted(story: Story) -> None:
    _open(story)
    if len(story.order.goods_lines) > 1:
        lifecycle.delete_line(story.company, story.order, story.order.goods_lines[-1], story.next_at())


SCENARIOS: dict[str, Scenario] = {
    "draft": Scenario(5, _draft),
    "pending_approval": Scenario(5, _pending_approval),
    "rejected": Scenario(2, _rejected),
    "approved": Scenario(5, _approved),
    "open": Scenario(18, _open),
    "acknowledged": Scenario(9, _acknowledged),
    "partially_received": Scenario(12, _partially_received),
    "received": Scenario(8, _received),
    "over_received": Scenario(4, _over_received),
    "partially_invoiced": Scenario(6, _partially_invoiced),
    "invoiced": Scenario(10, _invoiced),
    "closed": Scenario(5, _closed),
    "short_closed": Scenario(3, _short_closed),
    "cancelled": Scenario(5, _cancelled),
    "flagged_deleted": Scenario(2, _flagged_deleted),
    "line_cancelled": Scenario(2, _line_cancelled),
    "line_short_closed": Scenario(2, _line_short_closed),
    "line_deleted": Scenario(2, _line_deleted),
}
