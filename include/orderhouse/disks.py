"""Whether a folder of this machine lies on an encrypted disk, as far as Linux tells.

Device-mapper targets that encrypt say so in their UUID (``/sys/block/dm-0/dm/uuid`` begins with ``CRYPT-LUKS2-`` or the
like), also where LVM or RAID lies between them and the file system (``slaves``). Source: the kernel's ABI documentation
of sysfs and cryptsetup's naming of its targets.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ENCRYPTS = ("CRYPT-LUKS1-", "CRYPT-LUKS2-", "CRYPT-PLAIN-", "CRYPT-TCRYPT-", "CRYPT-BITLK-", "CRYPT-LOOPAES-")
"""Cryptsetup names targets that only verify alike: ``CRYPT-VERITY-``, ``CRYPT-INTEGRITY-``."""
_ESCAPES = {"\\040": " ", "\\011": "\t", "\\012": "\n", "\\134": "\\"}
"""How mountinfo writes the characters that would break its lines."""


@dataclass(frozen=True)
class System:
    """Where Linux tells of mounts and block devices."""

    mounts: Path = Path("/proc/self/mountinfo")
    devices: Path = Path("/sys/dev/block")


def is_encrypted(folder: Path, system: System | None = None) -> bool | None:
    """Whether all disks below a folder are encrypted by this system; None where that cannot be seen.

    A disk that is not may still be encrypted by who provides the machine.
    """
    system = system or System()
    try:
        numbers, kind = _mount(folder.resolve(), system)
        if kind in ("tmpfs", "ramfs"):
            return True
        device = system.devices / numbers
        return _encrypts(device.resolve()) if device.exists() else None
    except (OSError, ValueError):
        return None


def _mount(folder: Path, system: System) -> tuple[str, str]:
    """The numbers of the device that a folder is mounted from, and the kind of its file system."""
    found: tuple[int, str, str] | None = None
    for line in system.mounts.read_text(encoding="utf-8").splitlines():
        fields, _, after = line.partition(" - ")
        _, _, numbers, _, point, *_ = fields.split(" ")
        for written, meant in _ESCAPES.items():
            point = point.replace(written, meant)
        if folder.is_relative_to(point) and (found is None or len(point) >= found[0]):
            found = len(point), numbers, after.split(" ")[0]
    if found is None:
        raise ValueError(f"nothing is mounted at {folder}")
    return found[1:]


def _encrypts(device: Path) -> bool:
    uuid = device / "dm" / "uuid"
    if uuid.exists() and uuid.read_text(encoding="ascii").startswith(ENCRYPTS):
        return True
    below = sorted((device / "slaves").glob("*"))
    return bool(below) and all(_encrypts(each.resolve()) for each in below)
