"""Staged files of a folder: what cannot be told is never taken for nothing, and what is half written for a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from include.orderhouse.cipher import Cipher
from include.orderhouse.errors import StorageUnavailable
from include.orderhouse.files import UNFINISHED
from include.orderhouse.staging import Staging

CIPHER = Cipher("acme", {1: b"k" * 32})


def opened(folder: Path) -> Staging:
    return Staging.open("acme", "a sync", CIPHER, str(folder))


@pytest.mark.parametrize(
    "look",
    [
        lambda staging: staging.exists("plan.json"),
        lambda staging: staging.names("raw"),
        lambda staging: staging.folders("raw"),
        lambda staging: staging.read("plan.json"),
        lambda staging: staging.write("plan.json", b"{}"),
        lambda staging: staging.remove(),
    ],
)
def test_a_folder_that_cannot_be_looked_into_is_an_outage_and_never_empty(
    tmp_path: Path, look: Callable[[Staging], object]
) -> None:
    """Taken for empty, a deletion that was found would be forgotten, or what is to be erased would stay."""
    no_folder = tmp_path / "staged"
    no_folder.write_bytes(b"")
    with pytest.raises(StorageUnavailable, match="staged/acme/a sync"):
        look(opened(no_folder))


def test_what_a_process_that_died_has_begun_to_write_is_no_file_of_the_sync_and_goes_with_it(tmp_path: Path) -> None:
    staging = opened(tmp_path)
    staging.write("raw/page", b"x")
    (Path(staging.folder) / f"raw/other.12345678{UNFINISHED}").write_bytes(b"half")
    assert staging.names("raw") == ["raw/page"]
    staging.remove()
    assert not Path(staging.folder).exists()
