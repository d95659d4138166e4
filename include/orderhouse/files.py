"""File systems of staged files and reports: a folder of this machine, or a bucket that all machines reach.

A bucket (``s3://name/prefix``) is read and written by pyarrow's own client. Its address, region and keys come from the
variables that every S3 client knows (``AWS_ENDPOINT_URL``, ``AWS_REGION``, ``AWS_ACCESS_KEY_ID``,
``AWS_SECRET_ACCESS_KEY``), else from the AWS configuration or role of the machine. Other schemes are those of fsspec.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_hex
from typing import Any

import fsspec
from fsspec.core import url_to_fs
from fsspec.implementations.arrow import ArrowFSWrapper
from fsspec.implementations.local import LocalFileSystem

from include.orderhouse.environment import whole_number
from include.orderhouse.errors import ConfigurationInvalid, StorageUnavailable

UNFINISHED = ".part"
"""How the name of a file ends that is being written."""

FREE_SETTING = "ORDERHOUSE_KEEP_FREE_MB"
DEFAULT_FREE_MB = 1000


class Bucket(ArrowFSWrapper):  # type: ignore[misc]  # fsspec is untyped
    """Buckets of an S3-compatible store; a path begins with the bucket's name. An object appears when it is whole."""

    def __init__(self, endpoint: str | None, **options: Any) -> None:
        from pyarrow.fs import S3FileSystem

        super().__init__(S3FileSystem(endpoint_override=endpoint, allow_delayed_open=True), **options)

    def cat_file(self, path: str, start: int | None = None, end: int | None = None, **options: Any) -> bytes:
        """An object's content, in one request after the one for its size; fsspec would ask for it in small parts."""
        with self._open(path) as file:
            content: bytes = file.stream.read_at(file.size, 0)
        return content[start:end]


def file_system(url: str) -> tuple[fsspec.AbstractFileSystem, str]:
    """The file system of a folder's URL or path, and the folder in it.

    Raises ConfigurationInvalid where there can be none, StorageUnavailable where it is not reached.
    """
    scheme, _, path = url.partition("://")
    shown = f"{url.partition(':')[0]}:..."
    try:
        with outages_named(shown):
            if path and scheme in ("s3", "s3a"):
                endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
                return Bucket(endpoint or None), path.rstrip("/")
            files, root = url_to_fs(url)
            return files, root.rstrip("/")
    except (ImportError, TypeError, ValueError) as error:
        raise ConfigurationInvalid(
            f"No files can be kept at {shown} ({type(error).__name__}).",
            action="Set ORDERHOUSE_STAGING_URL or ORDERHOUSE_REPORTS_URL, whichever it is of, to a folder or to "
            "s3://bucket/folder; for a bucket see AWS_ENDPOINT_URL, too.",
        ) from error


def put(files: fsspec.AbstractFileSystem, path: str, content: bytes) -> None:
    """Write a file whole or not at all, whoever else writes it; where a put is not whole, it is moved into place.

    OSError where that would leave a disk of this machine less free than others on it need.
    """
    if isinstance(files, Bucket):
        files.pipe_file(path, content)
        return
    folder = path.rpartition("/")[0]
    files.makedirs(folder, exist_ok=True)
    if isinstance(files, LocalFileSystem):
        _keep_free(folder, len(content))
    unfinished = f"{path}.{token_hex(4)}{UNFINISHED}"
    files.pipe_file(unfinished, content)
    files.mv(unfinished, path)


def is_there(files: fsspec.AbstractFileSystem, path: str) -> bool:
    """Whether there is such a file or folder. OSError where that cannot be told; fsspec's own answer then is no."""
    try:
        files.info(path)
    except FileNotFoundError:
        return False
    return True


def _keep_free(folder: str, size: int) -> None:
    kept = whole_number(FREE_SETTING, DEFAULT_FREE_MB)
    if shutil.disk_usage(folder).free - size < kept << 20:
        raise OSError(errno.ENOSPC, f"Less than {kept} MB of its disk would be free ({FREE_SETTING})")


@contextmanager
def outages_named(folder: str) -> Iterator[None]:
    """Inside, a folder that cannot be read or written is StorageUnavailable; a missing file stays FileNotFoundError."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise StorageUnavailable(
            f"Files cannot be read or written in {folder}: {error}.",
            action="Check that the folder or bucket exists, has room, and the credentials for it; a run in Airflow "
            "tries again by itself.",
        ) from error
