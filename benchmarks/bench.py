"""What all benchmarks need around them: a folder for their files, and a PostgreSQL."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.database import Database, Databases, databases
from benchmarks.machine import machine
from include.orderhouse.home import Home


@dataclass(frozen=True)
class Bench:
    """Files below ``folder``, and databases."""

    folder: Path
    databases: Databases

    @property
    def pages(self) -> Path:
        """Prepared orders."""
        return self.folder / "pages"

    @property
    def environments(self) -> Path:
        """The contenders' virtual environments."""
        return self.folder / "environments"

    @contextmanager
    def run(self, name: str) -> Iterator[tuple[Database, Path]]:
        """An empty database and an empty folder while the block runs."""
        with (
            self.databases.fresh(f"benchmark_{name.replace('-', '_')}") as database,
            tempfile.TemporaryDirectory(dir=self.folder) as scratch,
        ):
            yield database, Path(scratch)

    def machine(self) -> dict[str, str]:
        """What it runs on."""
        return machine(self.databases.version())


@contextmanager
def bench(folder: Path) -> Iterator[Bench]:
    """A bench with its server running."""
    folder.mkdir(parents=True, exist_ok=True)
    with databases(Home(folder / "home")) as running:
        yield Bench(folder, running)
