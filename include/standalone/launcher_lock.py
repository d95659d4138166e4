"""Only one launcher at a time works in a state folder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.home import Home


@contextmanager
def only_launcher(home: Home, address: str) -> Iterator[None]:
    """Hold the state folder; ``address`` is what a second launcher is told. The kernel lets go if we are killed."""
    home.create()
    with (home.root / "launcher.lock").open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise ConfigurationInvalid(
                f"Orderhouse already runs in {home.root}: {lock.read().strip() or 'it is just starting'}.",
                action="Use that one, or stop it with Ctrl-C where it runs; ORDERHOUSE_HOME chooses another folder.",
            ) from error
        lock.truncate(0)
        lock.write(f"process {os.getpid()}, {address}")
        lock.flush()
        yield
