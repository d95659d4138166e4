"""One sync of Orderhouse as a benchmark runs it, described in a file for the processes of its steps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

CONNECTION = "benchmark"
STEPS = ("extract", "transform", "validate", "load", "advance_watermark")
WHOLE = "whole"
"""All steps in one process, as ``scripts/orderhouse sync`` runs them."""


@dataclass(frozen=True)
class Job:
    """What a step's process has to know. ``folder`` holds its connections.yaml, watermark, state and summaries."""

    folder: str
    warehouse: str
    source: str
    mode: str
    run_id: str

    @property
    def connections(self) -> Path:
        return Path(self.folder) / "connections.yaml"

    def summary(self, step: str) -> dict[str, Any]:
        """What a step told."""
        found: dict[str, Any] = msgspec.json.decode((Path(self.folder) / f"{step}.json").read_bytes())
        return found
