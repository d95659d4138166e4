"""Runs as a scheduler makes them: step by step, beside each other, failing, killed in the middle, tried again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from include.orderhouse.errors import MappingChanged, OrderhouseError, Wait
from include.orderhouse.staging import Staging
from include.orderhouse.sync import steps
from include.orderhouse.sync.failed.failure import record_failure
from include.orderhouse.sync.request import SyncRequest
from include.orderhouse.sync.runtime import Runtime

AFTER_EXTRACT = (steps.transform, steps.validate, steps.load, steps.advance_watermark)
TRANSFORM = 1
"""So many steps are done before it: a run that is cleared from there begins with it."""


class Killed(BaseException):
    """The process is gone: nothing is tidied up, nothing recorded."""


@dataclass
class Life:
    """How often staged files may still be touched before the process is killed; None is for ever."""

    left: int | None = None

    def spend(self) -> None:
        """Touch a file, or be killed before it."""
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise Killed


@dataclass(frozen=True)
class MortalStaging(Staging):
    """Staged files of a process that may be killed at any of them."""

    life: Life = field(default_factory=Life)

    def write(self, name: str, content: bytes) -> None:
        self.life.spend()
        super().write(name, content)

    def read(self, name: str) -> bytes:
        self.life.spend()
        return super().read(name)

    def remove(self, folder: str = "") -> None:
        self.life.spend()
        super().remove(folder)


@dataclass
class MortalRuntime(Runtime):
    """The runtime of a process that may be killed."""

    life: Life = field(default_factory=Life)

    def staging(self, sync_id: str) -> Staging:
        whole = super().staging(sync_id)
        return MortalStaging(whole.files, whole.root, whole.sync, whole.cipher, self.life)

    @contextmanager
    def dying_after(self, touches: int) -> Iterator[None]:
        """Kill the process at that touch of a staged file, if it comes so far."""
        self.life.left = touches
        try:
            yield
        except Killed:
            pass
        finally:
            self.life.left = None


@dataclass
class Run:
    """One run of one connection, of which some steps are done."""

    request: SyncRequest
    staged: str = ""
    done: int = 0

    @property
    def is_over(self) -> bool:
        """Whether every step has succeeded."""
        return self.done > len(AFTER_EXTRACT)

    def try_step(self, runtime: Runtime) -> bool:
        """Do the next step; where it fails as steps may, note it as a scheduler does and stay before it."""
        try:
            self._do(runtime, self.done)
        except Wait:
            return False
        except OrderhouseError as error:
            record_failure(runtime, self.request, error)
            return False
        self.done += 1
        return True

    def repeat_step(self, runtime: Runtime) -> None:
        """Do the latest step again, as after a worker that was lost before it could tell that it had ended."""
        if self.done:
            self.done -= 1
            self.try_step(runtime)

    def clear(self) -> None:
        """Start again from the first step, as a person may."""
        self.done = 0

    def finish(self, runtime: Runtime) -> None:
        """All steps that are left; nothing may go wrong any more, but that its mapping changed after the transform."""
        while not self.is_over:
            try:
                self._do(runtime, self.done)
            except MappingChanged:
                self.done = TRANSFORM
            else:
                self.done += 1

    def _do(self, runtime: Runtime, number: int) -> None:
        if number == 0:
            self.staged = steps.extract(runtime, self.request)["staged"]
        else:
            AFTER_EXTRACT[number - 1](runtime, self.staged)
