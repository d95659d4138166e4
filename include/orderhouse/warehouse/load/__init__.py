"""The load of one sync: what it brings held to what the warehouse has, and what that lacks written."""

from include.orderhouse.warehouse.load.transaction import keep_rejects, load
from include.orderhouse.warehouse.task import GoneOrder, LoadCounts, LoadTask

__all__ = ["GoneOrder", "LoadCounts", "LoadTask", "keep_rejects", "load"]
