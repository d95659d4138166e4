"""The environment of the servers that the distributed tests need: Redis, and moto's S3.

It is not that of Orderhouse, since moto's libraries ask for other versions than Great Expectations does.
"""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
from pathlib import Path

_LOCK = Path(__file__).with_name("requirements.lock")
_FOLDER = Path(sys.prefix) / "distributed-tests"
_UV = Path(sys.prefix) / "setup" / "bin" / "uv"


def server_environment() -> Path:
    """The folder of the environment, made unless it is as the lock file says."""
    with Path(sys.prefix, "distributed-tests.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        installed = _FOLDER / "installed.lock"
        if not installed.exists() or installed.read_bytes() != _LOCK.read_bytes():
            _uv("venv", "--clear", "--python", sys.executable, str(_FOLDER))
            python = str(_FOLDER / "bin" / "python")
            _uv("pip", "sync", "--require-hashes", "--no-config", "--python", python, str(_LOCK))
            shutil.copy(_LOCK, installed)
    return _FOLDER


def _uv(*arguments: str) -> None:
    subprocess.run([str(_UV), "--quiet", *arguments], check=True)
