"""Encryption of what is kept at rest: AES-256-GCM under a key of the installation.

The key is ``ORDERHOUSE_TOKEN_KEY``, 32 bytes in Base64, the same on every machine that runs tasks; without it a key is
generated once into the state folder.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from include.orderhouse.errors import ConfigurationInvalid
from include.orderhouse.home import Home

KEY_SETTING = "ORDERHOUSE_TOKEN_KEY"
KEY_BYTES, NONCE_BYTES = 32, 12


class Cipher(Protocol):
    """Seals bytes so that only the holder of the key can read them, and only as what they were sealed as."""

    key_id: str
    """Names the key without telling it."""

    def seal(self, plain: bytes, label: str) -> bytes:
        """The sealed bytes; ``label`` says what they are and is needed to open them."""

    def open(self, sealed: bytes, label: str) -> bytes:
        """The plain bytes. Raises ValueError where key, label or bytes are not those that were sealed."""


class AesGcm:
    """AES-256-GCM (NIST SP 800-38D) with a random nonce before the sealed bytes."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self.key_id = hashlib.sha256(b"orderhouse key id " + key).hexdigest()[:12]

    def seal(self, plain: bytes, label: str) -> bytes:
        """The nonce and the sealed bytes."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, label.encode())

    def open(self, sealed: bytes, label: str) -> bytes:
        """The plain bytes. Raises ValueError where key, label or bytes are not those that were sealed."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], label.encode())
        except (InvalidTag, ValueError) as error:
            raise ValueError("the sealed bytes cannot be opened with this key") from error


def cipher_from_environment() -> Cipher:
    """The installation's cipher. Raises ConfigurationInvalid where its key is none."""
    text = os.environ.get(KEY_SETTING) or Home.from_environment().secret("token_key", _new_key)
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise ConfigurationInvalid(
            f"{KEY_SETTING} is not {KEY_BYTES} bytes in Base64.",
            action="Make one with: openssl rand -base64 32. Give all machines that run tasks the same.",
        )
    return AesGcm(key)


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode("ascii")
