"""Staged files in a folder and in a bucket: the same promises for both."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest

from include.orderhouse.cipher import Cipher
from include.orderhouse.errors import StagedFilesMissing, StorageUnavailable
from include.orderhouse.files import Bucket
from include.orderhouse.home import PROJECT
from include.orderhouse.staging import Staging
from include.standalone.airflow_api import wait_for
from tests.distributed.servers import BUCKET, ObjectStore

Opened = Callable[[], Staging]
CIPHER = Cipher("acme", {1: b"k" * 32})
MEGABYTE = 1_000_000
_KILLED_WRITER = """
import os, signal, sys
from include.orderhouse.files import Bucket, file_system, put
files, folder = file_system(sys.argv[1])
def write_and_die(path, content):
    file = files.open(path, "wb")
    file.write(content)
    os.kill(os.getpid(), signal.SIGKILL)
files.pipe_file = write_and_die
put(files, f"{folder}/page", b"x" * 12_000_000)
"""
_numbers = count()


@pytest.fixture(params=["folder", "bucket"])
def opened(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    """Opens the staged files of one sync anew, as another process does."""
    url = str(tmp_path)
    if request.param == "bucket":
        for name, value in request.getfixturevalue("store").environment.items():
            monkeypatch.setenv(name, value)
        url = f"s3://{BUCKET}/{next(_numbers)}/staged"
    return lambda: Staging.open("acme", "a sync", CIPHER, url)


def test_what_one_machine_has_written_another_reads_and_lists(opened: Opened) -> None:
    assert opened().names("raw/000") == opened().folders("raw") == []
    for name in ("raw/001/000000.zst", "raw/000/000001.zst", "raw/000/000000.zst", "plan.json"):
        opened().write(name, name.encode())
    assert opened().read("raw/000/000001.zst") == b"raw/000/000001.zst"
    assert opened().names("raw/000") == ["raw/000/000000.zst", "raw/000/000001.zst"]
    assert opened().folders("raw") == ["raw/000", "raw/001"]
    assert opened().exists("plan.json")
    assert not opened().exists("raw/000/000002.zst")


def test_empty_and_large_files_come_back_as_they_were(opened: Opened) -> None:
    large = os.urandom(12 * MEGABYTE)
    opened().write("empty", b"")
    opened().write("large", large)
    assert (opened().read("empty"), opened().read("large") == large) == (b"", True)


def test_what_is_removed_is_gone_with_all_that_is_in_it_and_nothing_beside_it(opened: Opened) -> None:
    for name in ("raw/000/a", "raw/000/b", "raw/001/c"):
        opened().write(name, b"x")
    opened().remove("raw/000")
    opened().remove("raw/000")
    assert (opened().folders("raw"), opened().names("raw/000")) == (["raw/001"], [])
    with pytest.raises(StagedFilesMissing, match="raw/000/a is gone"):
        opened().read("raw/000/a")
    opened().remove()
    assert opened().folders("raw") == []


def test_a_file_that_is_written_by_several_at_once_is_always_one_of_theirs_whole(opened: Opened) -> None:
    """A worker that is thought lost may still write while another does its task again.

    A store may refuse a file that is written in several places at once, as moto's does on a busy machine.
    """
    contents = [bytes([65 + number]) * MEGABYTE for number in range(4)]
    opened().write("raw/page", contents[0])
    with ThreadPoolExecutor(5) as pool:
        written = [pool.submit(opened().write, "raw/page", contents[number % 4]) for number in range(24)]
        read = [opened().read("raw/page") for _ in range(12)]
        refused = [error for each in written if (error := each.exception()) is not None]
    assert {type(error) for error in refused} <= {StorageUnavailable}
    assert len(refused) < len(written) / 2
    assert all(content in contents for content in [*read, opened().read("raw/page")])
    assert opened().names("raw") == ["raw/page"]


def test_a_process_that_is_killed_while_it_writes_leaves_nothing_to_be_read(opened: Opened) -> None:
    opened().write("raw/other", b"")
    there = opened()
    url = f"s3://{there.folder}" if isinstance(there.files, Bucket) else there.folder
    done = subprocess.run([sys.executable, "-c", _KILLED_WRITER, f"{url}/raw"], cwd=PROJECT, check=False)
    assert done.returncode == -signal.SIGKILL
    assert (opened().exists("raw/page"), opened().names("raw")) == (False, ["raw/other"])


def test_a_bucket_that_is_not_there_is_named_with_what_to_do(
    store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in store.environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(StorageUnavailable, match=r"no-such-bucket/acme/a sync: .*NO_SUCH_BUCKET"):
        Staging.open("acme", "a sync", CIPHER, "s3://no-such-bucket").write("plan.json", b"")


def test_a_large_file_takes_as_few_requests_as_a_small_one(store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in store.environment.items():
        monkeypatch.setenv(name, value)
    staging = Staging.open("acme", "a sync", CIPHER, f"s3://{BUCKET}/few")
    staging.write("page", b"x" * 4 * MEGABYTE)
    assert staging.read("page") == b"x" * 4 * MEGABYTE
    assert not staging.exists("the end")
    assert wait_for(lambda: any("the%20end" in request for request in store.requests()), 10)
    asked = [request.split()[0] for request in store.requests() if request.endswith("/few/acme/a%20sync/page")]
    assert asked == ["PUT", "HEAD", "GET"]
