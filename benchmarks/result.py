"""What a benchmark found, as the file that the report is made from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from include.orderhouse.home import PROJECT

FOLDER = PROJECT / "docs" / "performance"


@dataclass(frozen=True)
class Result:
    """One benchmark's rows; ``subject`` tells results of the same benchmark apart, such as a shape."""

    benchmark: str
    subject: str
    parameters: dict[str, Any]
    machine: dict[str, str]
    rows: list[dict[str, Any]]

    def save(self, folder: Path) -> Path:
        """Write it; the result of an earlier run goes."""
        folder.mkdir(parents=True, exist_ok=True)
        name = "-".join(filter(None, (self.benchmark, self.subject)))
        file = folder / f"{name}.json"
        file.write_bytes(msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n")
        return file


def saved_results(folder: Path) -> list[Result]:
    """All that were saved."""
    return [msgspec.json.decode(file.read_bytes(), type=Result) for file in sorted(folder.glob("*.json"))]
