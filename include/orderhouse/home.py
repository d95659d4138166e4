"""The state folder: everything that a local installation keeps on disk, under one root."""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from include.orderhouse.errors import ConfigurationInvalid

PROJECT = Path(__file__).resolve().parents[2]
"""The root of the project: the folder that holds ``dags``, ``plugins`` and ``include``."""
SETTING = "ORDERHOUSE_HOME"


@dataclass(frozen=True)
class Home:
    """The state folder ``root`` and the places in it. Deleting the folder is a clean start."""

    root: Path

    @classmethod
    def from_environment(cls) -> Self:
        """The folder that ``ORDERHOUSE_HOME`` names; ``.orderhouse`` in the project without it."""
        told = os.environ.get(SETTING) or PROJECT / ".orderhouse"
        try:
            return cls(Path(told).expanduser().resolve())
        except (OSError, RuntimeError) as error:
            raise _unusable(told, str(error)) from error

    def for_data(self, folder: Path) -> Self:
        """The state of the sandbox that serves ``folder``: its own warehouse and watermarks, inside this folder."""
        folder = folder.resolve()
        digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:6]
        return type(self)(self.root / f"data-{folder.name}-{digest}")

    @property
    def postgres(self) -> Path:
        """The embedded server's data, socket and log."""
        return self.root / "postgres"

    @property
    def postgres_log(self) -> Path:
        """What the embedded server logs."""
        return self.postgres / "server.log"

    @property
    def airflow(self) -> Path:
        """``AIRFLOW_HOME``."""
        return self.root / "airflow"

    @property
    def staging(self) -> Path:
        """Raw pages and canonical frames of the runs in progress."""
        return self.root / "staging"

    @property
    def sandbox(self) -> Path:
        """The sandbox's credentials."""
        return self.root / "sandbox"

    @property
    def logs(self) -> Path:
        """One file per process that the launcher started; the logs of tasks are below ``airflow``."""
        return self.root / "logs"

    @property
    def reports(self) -> Path:
        """The validation reports."""
        return self.root / "reports"

    @property
    def secrets(self) -> Path:
        """Generated passwords and keys, one file each, readable by their owner only."""
        return self.root / "secrets"

    def create(self) -> Self:
        """Make the folders that are missing; only the owner may look into a new one."""
        with self.in_use():
            inside = (self.postgres, self.airflow, self.staging, self.sandbox, self.logs, self.reports, self.secrets)
            for folder in (self.root, *inside):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self

    def secret(self, name: str, generate: Callable[[], str] = lambda: secrets.token_urlsafe(24)) -> str:
        """The secret called ``name``: the same at every call, generated at the first, whoever comes first."""
        path = self.secrets / name
        with self.in_use():
            if not path.exists():
                self.secrets.mkdir(mode=0o700, parents=True, exist_ok=True)
                write_private(path, generate(), replace=False)
            return path.read_text(encoding="utf-8")

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Inside, a file of it that cannot be made, read or written is ConfigurationInvalid."""
        try:
            yield
        except OSError as error:
            raise _unusable(error.filename or self.root, error.strerror or str(error)) from error


def _unusable(place: str | Path, reason: str) -> ConfigurationInvalid:
    return ConfigurationInvalid(
        f"The state folder cannot be used: {place}: {reason.rstrip('.')}.",
        action=f"Set {SETTING} to a folder that this user may make and write in, or let them.",
    )


def write_private(path: Path, text: str, *, replace: bool = True) -> None:
    """Write ``text`` to a file of mode 600, in one step; with ``replace=False`` a file that is there stays as it is.

    It is on the disk before it has its name: a loss of power must not leave an empty key for what is sealed under it.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            os.replace(temporary, path)
        elif not path.exists():
            _link_unless_present(temporary, path)
    finally:
        Path(temporary).unlink(missing_ok=True)


def _link_unless_present(source: str, path: Path) -> None:
    try:
        os.link(source, path)
    except FileExistsError:
        return
