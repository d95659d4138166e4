"""Loopback TCP ports: which is wanted, is it free, and if not, who has it?"""

from __future__ import annotations

import os
import random
import socket
from collections import deque

import psutil

from include.orderhouse.errors import ConfigurationInvalid

LOOPBACK = "127.0.0.1"
_FREE = range(20_000, 32_768)
"""Where a free port is looked for: below those that systems lend to outgoing connections, which would get it first."""
_random = random.SystemRandom()
_given: deque[int] = deque(maxlen=1000)
"""Those that were given last: whoever has one may not listen on it yet."""


def port_setting(setting: str, default: int) -> int:
    """The port that the environment variable ``setting`` gives, else ``default``; 0 means any free one."""
    text = os.environ.get(setting) or str(default)
    if not text.isdecimal() or int(text) > 65535:
        raise ConfigurationInvalid(f"{setting} is {text!r}.", action="Give it a port number, or 0 for any free one.")
    return int(text)


def claim_port(port: int, purpose: str, setting: str) -> int:
    """``port`` if it is free, and any free port for 0.

    Raises ConfigurationInvalid for a busy one, naming its user where the system tells, and ``setting``, which chooses
    another.
    """
    if port == 0:
        ports = (port for port in _random.sample(_FREE, len(_FREE)) if port not in _given)
        _given.append(free := next(port for port in ports if _refusal(port) is None))
        return free
    if refusal := _refusal(port):
        raise ConfigurationInvalid(
            f"Port {port}, wanted for {purpose}, is not free{_owner(port)} ({refusal}).",
            action=f"Stop what uses it, or choose another port with {setting}.",
        )
    return port


def _refusal(port: int) -> str | None:
    """Why the system does not give the port; None if it does."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            return error.strerror
    return None


def _owner(port: int) -> str:
    """Who listens on ``port``, as a clause; empty where the system does not tell, as of another user's process."""
    try:
        for listener in psutil.net_connections("tcp"):
            if listener.status == psutil.CONN_LISTEN and listener.laddr[1:] == (port,) and listener.pid:
                return f": process {listener.pid} ({psutil.Process(listener.pid).name()}) listens there"
    except psutil.Error:
        return ""
    return ""
