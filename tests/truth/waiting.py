"""What is canonical whatever the system tells: lines of an order that is not in force yet are not open."""

from __future__ import annotations

from typing import Any


def waiting(order: dict[str, Any]) -> dict[str, Any]:
    """The order; its open lines stand where it does while it is a draft or awaits approval."""
    if order["status"] not in ("draft", "pending_approval"):
        return order
    lines = [
        line | {"line_status": order["status"]} if line.get("line_status") == "open" else line
        for line in order["lines"]
    ]
    return order | {"lines": lines}
