"""Webhooks out, as Airflow runs them: at once when a sync has ended, and every minute for what is due again."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from include.orchestration.targets import task_target

if TYPE_CHECKING:
    import sqlalchemy as sa

AT_ONCE_SECONDS = 5.0
"""How long the task that ends a sync begins attempts; what is left comes with the next minute."""
EVERY_MINUTE_SECONDS = 45.0
log = logging.getLogger(__name__)


def deliver_at_once(engine: sa.Engine) -> None:
    """Tell what has just happened. Nothing that goes wrong here fails the sync: the next minute tries again."""
    try:
        deliver_due(engine, AT_ONCE_SECONDS)
    except Exception:
        log.warning("Webhooks could not be delivered at once", exc_info=True)


def deliver_due(engine: sa.Engine, seconds: float) -> int:
    """Deliver what is due; how many deliveries arrived."""
    from include.orderhouse.webhooks.delivery import Deliverer
    from include.orderhouse.webhooks.subscriptions import read_webhooks

    return Deliverer(engine, read_webhooks(), task_target).deliver(seconds)
