"""Encryption of what is kept: AES-256-GCM under data keys that belong to one customer each.

A sealed record is a header (what it is, the version of the data key), a random nonce and the ciphertext with its tag
(NIST SP 800-38D). It is bound to its customer, its purpose and its own id: moved to another place it does not open.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Mapping
from hashlib import blake2b
from multiprocessing.context import assert_spawning

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from include.orderhouse.errors import KeyMissing, SealBroken

KEY_BYTES, NONCE_BYTES = 32, 12
MAGIC = b"OHS1"
_HEADER = struct.Struct(">4sI")
_BODY = _HEADER.size + NONCE_BYTES


def key_version(sealed: bytes) -> int | None:
    """The version of the data key that bytes were sealed with; None for bytes that are not sealed."""
    if len(sealed) < _BODY or not sealed.startswith(MAGIC):
        return None
    version: int = _HEADER.unpack_from(sealed)[1]
    return version


class Cipher:
    """Seals and opens what belongs to one customer. The latest of its data keys seals, all of them open."""

    def __init__(self, customer: str, keys: Mapping[int, bytes]) -> None:
        """``keys`` are the data keys by version, at least one."""
        self.customer = customer
        self.version = max(keys)
        self._keys = dict(keys)
        self._ciphers = {version: AESGCM(key) for version, key in keys.items()}
        self.header = _HEADER.pack(MAGIC, self.version)
        """How everything begins that the latest key has sealed."""
        self._fingerprint_key = blake2b(b"fingerprint", key=keys[self.version], digest_size=32).digest()

    def seal(self, plain: bytes, purpose: str, record: str) -> bytes:
        """The sealed bytes; ``purpose`` and ``record`` say what they are, and are needed to open them."""
        nonce = os.urandom(NONCE_BYTES)
        bound_to = self.header + self._label(purpose, record)
        return self.header + nonce + self._ciphers[self.version].encrypt(nonce, plain, bound_to)

    def open(self, sealed: bytes, purpose: str, record: str) -> bytes:
        """The plain bytes.

        KeyMissing where the data key is not there any more, SealBroken where the bytes are not those that were sealed
        for this customer, purpose and record.
        """
        version = key_version(sealed)
        if version is None:
            raise _broken(purpose, record, "is not sealed")
        if version not in self._ciphers:
            raise KeyMissing(
                f"The {purpose} {record} is sealed with data key {version} of {self.customer!r}, which is not there.",
                action="Restore the vault's data keys. If they were destroyed on purpose, the record is erased.",
            )
        bound_to = sealed[: _HEADER.size] + self._label(purpose, record)
        try:
            return self._ciphers[version].decrypt(sealed[_HEADER.size : _BODY], sealed[_BODY:], bound_to)
        except InvalidTag as error:
            raise _broken(purpose, record, f"does not open with the keys of {self.customer!r}") from error

    def fingerprint(self, plain: bytes) -> str:
        """32 hexadecimal digits by which the same bytes are known again, to nobody but the holder of the key."""
        return blake2b(plain, key=self._fingerprint_key, digest_size=16).hexdigest()

    def _label(self, purpose: str, record: str) -> bytes:
        return f"{len(self.customer)}:{self.customer}{len(purpose)}:{purpose}{record}".encode()

    def __repr__(self) -> str:
        return f"Cipher({self.customer!r}, version {self.version})"

    def __reduce__(self) -> tuple[type[Cipher], tuple[str, dict[int, bytes]]]:
        """Only to a child that this process starts, over the pipe between the two; never into a file or a message."""
        assert_spawning(self)
        return Cipher, (self.customer, self._keys)


def _broken(purpose: str, record: str, why: str) -> SealBroken:
    return SealBroken(
        f"The {purpose} {record} {why}.",
        action="It was changed or moved, or belongs to another customer or installation; take it from where it came.",
    )
