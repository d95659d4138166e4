"""What a sync is asked to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from include.orderhouse.errors import ConfigurationInvalid


class Mode(StrEnum):
    """Ways to sync a connection."""

    AUTO = "auto"
    INITIAL = "initial"
    INCREMENTAL = "incremental"
    FULL_RESYNC = "full_resync"
    WINDOW = "window"
    RECONCILE = "reconcile"
    REMAP = "remap"
    REPLAY = "replay"
    ORDERS = "orders"


MEANINGS = {
    Mode.AUTO: "initial where there is no watermark or the scope has grown, else incremental",
    Mode.INITIAL: "the connection's initial window, and what is still open",
    Mode.INCREMENTAL: "what changed since the watermark",
    Mode.FULL_RESYNC: "the initial window again, whatever the watermark says",
    Mode.WINDOW: "what changed between two instants",
    Mode.RECONCILE: "compare all keys with the source, fetch what is missing, mark what is gone",
    Mode.REMAP: "map the kept raw orders again, without the source",
    Mode.REPLAY: "map rejected orders again, without the source",
    Mode.ORDERS: "certain orders, by their source ids",
}
"""What each mode does, for people who choose one."""

FROM_WAREHOUSE = frozenset({Mode.REMAP, Mode.REPLAY})
"""Modes that do not call the source."""

MOVES_WATERMARK = frozenset({Mode.INITIAL, Mode.INCREMENTAL, Mode.FULL_RESYNC, Mode.WINDOW})


@dataclass(frozen=True)
class SyncRequest:
    """One run's wish for one connection. The same ``run_id`` is the same sync: what it staged is resumed."""

    connection: str
    mode: Mode = Mode.AUTO
    window_start: datetime | None = None
    window_end: datetime | None = None
    run_id: str = ""
    triggered_by: str = ""
    max_reject_share: Decimal | None = None
    max_deleted_share: Decimal | None = None
    reject_ids: tuple[str, ...] = ()
    """For a replay: which rejects; empty means all open ones."""
    order_ids: tuple[str, ...] = ()
    """For mode ``orders``: the source ids of the orders."""
    deleted_ids: tuple[str, ...] = ()
    """Those among them that the source says are deleted. They are marked so where it does not have them either."""

    def __post_init__(self) -> None:
        if self.mode is Mode.ORDERS and not self.order_ids:
            raise ConfigurationInvalid(
                "A sync of certain orders needs their ids.",
                action="Give the ids by which the source knows them: order_ids of the run, or --order.",
            )
        if self.mode is Mode.WINDOW:
            self.window()
        belongs = {
            Mode.WINDOW: self.window_start or self.window_end,
            Mode.ORDERS: self.order_ids or self.deleted_ids,
            Mode.REPLAY: self.reject_ids,
        }
        if strays := [mode for mode, given in belongs.items() if given and mode is not self.mode]:
            raise ConfigurationInvalid(
                f"What was given is for mode {strays[0]}, and mode {self.mode} would not look at it.",
                action=f"Choose mode {strays[0]}, or leave it out.",
            )
        for reject_id in self.reject_ids:
            try:
                UUID(reject_id)
            except ValueError as error:
                raise ConfigurationInvalid(
                    f"{reject_id!r} is no id of a reject.", action="`scripts/orderhouse rejects` lists the ids."
                ) from error

    def window(self) -> tuple[datetime, datetime]:
        """Of mode ``window`` the first instant and the first not included; ConfigurationInvalid without both."""
        if self.window_start is None or self.window_end is None or self.window_start >= self.window_end:
            raise ConfigurationInvalid(
                f"A window sync of {self.connection!r} needs a start before its end.",
                action="Give both: window_start and window_end of the run, or --from and --to.",
            )
        return self.window_start, self.window_end
