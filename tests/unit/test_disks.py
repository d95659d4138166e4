"""Whether a folder lies on an encrypted disk, by the files in which Linux tells of mounts and devices."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.orderhouse.disks import System, is_encrypted

MOUNTS = """\
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 27 253:1 / /srv/with\\040space rw shared:1 - ext4 /dev/mapper/data rw
31 27 0:23 / /run/quick rw - tmpfs tmpfs rw
32 27 0:40 / /pool rw - zfs pool/data rw
33 27 253:2 / /srv/striped rw - xfs /dev/mapper/striped rw
34 27 253:4 / /srv/half rw - xfs /dev/mapper/half rw
35 27 253:5 / /srv/verified ro - ext4 /dev/mapper/verified ro
36 27 253:6 / /srv/both rw - ext4 /dev/mapper/both rw
"""
DEVICES = {
    "254:0": ("vda", None, ()),
    "253:0": ("dm-0", "CRYPT-LUKS2-6f2d-cryptroot", ("vda",)),
    "253:1": ("dm-1", "LVM-abc", ("dm-0",)),
    "253:2": ("dm-2", "LVM-def", ("dm-0", "dm-3")),
    "253:3": ("dm-3", "CRYPT-LUKS1-77aa-second", ("vdb",)),
    "253:4": ("dm-4", "LVM-ghi", ("dm-0", "vdb")),
    "253:5": ("dm-5", "CRYPT-VERITY-12ab-verified", ("vdb",)),
    "253:6": ("dm-6", "CRYPT-INTEGRITY-both", ("dm-0",)),
    "254:16": ("vdb", None, ()),
}


@pytest.fixture
def system(tmp_path: Path) -> System:
    """A machine with a plain disk, logical volumes on encrypted ones and on half encrypted ones, and a pool of ZFS."""
    numbers = tmp_path / "numbers"
    numbers.mkdir()
    for number, (name, uuid, below) in DEVICES.items():
        device = tmp_path / "devices" / name
        (device / "slaves").mkdir(parents=True)
        (numbers / number).symlink_to(device)
        for each in below:
            (device / "slaves" / each).symlink_to(tmp_path / "devices" / each)
        if uuid:
            (device / "dm").mkdir()
            (device / "dm" / "uuid").write_text(uuid)
    (tmp_path / "mountinfo").write_text(MOUNTS)
    return System(tmp_path / "mountinfo", numbers)


@pytest.mark.parametrize(
    ("folder", "encrypted"),
    [
        ("/var/lib/orderhouse", False),
        ("/srv/with space/warehouse", True),
        ("/srv/with space", True),
        ("/srv/striped/warehouse", True),
        ("/srv/half/warehouse", False),
        ("/srv/verified/warehouse", False),
        ("/srv/both/warehouse", True),
        ("/run/quick/warehouse", True),
        ("/pool/warehouse", None),
    ],
)
def test_a_folder_is_encrypted_where_every_disk_below_it_is(
    folder: str, encrypted: bool | None, system: System
) -> None:
    assert is_encrypted(Path(folder), system) is encrypted


def test_where_nothing_is_told_nothing_is_claimed(tmp_path: Path) -> None:
    assert is_encrypted(tmp_path, System(tmp_path / "none", tmp_path)) is None
    (tmp_path / "broken").write_text("no mount\n")
    assert is_encrypted(tmp_path, System(tmp_path / "broken", tmp_path)) is None


def test_this_machine_is_looked_at(tmp_path: Path) -> None:
    assert is_encrypted(tmp_path) in (True, False, None)
