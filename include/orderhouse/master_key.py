"""The master key: wraps the customers' data keys, and is kept where the warehouse is not.

It comes from ``ORDERHOUSE_MASTER_KEY``, the file ``ORDERHOUSE_MASTER_KEY_FILE`` or the output of the command
``ORDERHOUSE_MASTER_KEY_COMMAND``, which asks a key management service; without any of them it is generated once into
the state folder. Each gives one or more keys of 32 bytes in Base64, separated by white space or commas: the first
wraps, all of them unwrap, so that keys change while everything runs. `warehouse/keys/keyring.py` generates none where
an earlier one wraps anything.

A customer may have master keys of its own, by the same names with two underscores and its name in upper case behind:
``ORDERHOUSE_MASTER_KEY_FILE__ACME``. A process that has such keys and no others works for these customers only.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re
import secrets
import shlex
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

from include.orderhouse.cipher import KEY_BYTES, Cipher
from include.orderhouse.errors import ConfigurationInvalid, KeyMissing
from include.orderhouse.home import Home

KEY, FILE, COMMAND = "ORDERHOUSE_MASTER_KEY", "ORDERHOUSE_MASTER_KEY_FILE", "ORDERHOUSE_MASTER_KEY_COMMAND"
_OWN = re.compile(rf"({KEY}|{FILE}|{COMMAND})__")
_MAY_HAVE_OWN = re.compile(r"[a-z0-9_]+")
_COMMAND_SECONDS = 30
_PURPOSE = "data key"


class MasterKeys:
    """The master keys of an installation. Never shown."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = {_name(key): key for key in keys}
        self.key_id = _name(keys[0])
        """Names the key that wraps without telling it."""

    def wrap(self, data_key: bytes, customer: str, version: int) -> bytes:
        """A data key, sealed; only as this version of this customer can it be unwrapped."""
        return self._cipher(self.key_id, customer).seal(data_key, _PURPOSE, str(version))

    def unwrap(self, wrapped: bytes, key_id: str, customer: str, version: int) -> bytes:
        """A data key. KeyMissing where its master key is not among these, SealBroken where it was moved or changed."""
        if key_id not in self._keys:
            raise KeyMissing(
                f"The data key of {customer!r} is wrapped by master key {key_id}; this process has "
                f"{', '.join(self._keys)}.",
                action=f"Give every machine the same {KEY}, {FILE} or {COMMAND}; a key that is being replaced stays "
                "in it behind the new one until `scripts/orderhouse vault rotate` is done.",
            )
        return self._cipher(key_id, customer).open(wrapped, _PURPOSE, str(version))

    def mac(self, content: bytes, key_id: str | None = None) -> str | None:
        """What authenticates content to a holder of the key that wraps, or of another; None where that is not here."""
        key = self._keys.get(key_id or self.key_id)
        if key is None:
            return None
        return hmac.digest(hashlib.sha256(b"orderhouse audit " + key).digest(), content, "sha256").hex()

    def _cipher(self, key_id: str, customer: str) -> Cipher:
        return Cipher(customer, {0: self._keys[key_id]})

    def __repr__(self) -> str:
        return f"MasterKeys({self.key_id})"


def master_keys(
    customer: str | None,
    generate: Callable[[], str],
    environment: Mapping[str, str] | None = None,
    home: Home | None = None,
) -> MasterKeys:
    """The customer's own master keys, else the installation's; where nothing is set and none was kept, it is generated.

    Raises ConfigurationInvalid where they cannot be had, KeyMissing where this process has only other customers' keys.
    """
    environment = os.environ if environment is None else environment
    source, text = _own_text(environment, customer) or _text(environment, home, generate)
    keys = [_decoded(part) for part in re.split(r"[\s,]+", text.strip())]
    found = [key for key in keys if key is not None]
    if len(found) != len(keys):
        raise ConfigurationInvalid(
            f"{source} gives no key of {KEY_BYTES} bytes in Base64.",
            action="Where anything is sealed already, restore the key that was there: nothing else opens it. Else make "
            "one with: openssl rand -base64 32. Give all machines that run its tasks the same.",
        )
    return MasterKeys(found)


def unused_own_keys(customers: Iterable[str]) -> list[str]:
    """The settings of own master keys that none of these customers has; the installation's key wraps in their place."""
    used = {customer.upper() for customer in customers if _MAY_HAVE_OWN.fullmatch(customer)}
    return sorted(name for name in os.environ if (own := _OWN.match(name)) and name[own.end() :] not in used)


def new_key() -> str:
    """A new master key, in Base64."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode("ascii")


def _own_text(environment: Mapping[str, str], customer: str | None) -> tuple[str, str] | None:
    """Where a customer's own keys come from, and their text."""
    has_own = customer is not None and _MAY_HAVE_OWN.fullmatch(customer)
    return _configured(environment, f"__{customer.upper()}") if customer and has_own else None


def _text(environment: Mapping[str, str], home: Home | None, generate: Callable[[], str]) -> tuple[str, str]:
    """Where the installation's keys come from, and their text."""
    if configured := _configured(environment, ""):
        return configured
    if others := sorted(name for name in environment if _OWN.match(name)):
        raise KeyMissing(
            f"This process has no master key but {', '.join(others)}.",
            action="It works for these customers only, in lower case: run the others' tasks elsewhere, or give it "
            f"{KEY}, {FILE} or {COMMAND}.",
        )
    home = home or Home.from_environment()
    return str(home.secrets / "master_key"), home.secret("master_key", generate)


def _configured(environment: Mapping[str, str], suffix: str) -> tuple[str, str] | None:
    if text := environment.get(key := KEY + suffix):
        return key, text
    if file := environment.get(setting := FILE + suffix):
        return setting, _content(Path(file), setting)
    if command := environment.get(setting := COMMAND + suffix):
        return setting, _output(command, setting)
    return None


def _content(file: Path, setting: str) -> str:
    try:
        return file.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationInvalid(
            f"The master key's file {file} cannot be read ({type(error).__name__}).",
            action=f"Correct {setting}, or let the user of this process read the file.",
        ) from error


@cache
def _output(command: str, setting: str) -> str:
    """What a command prints; it is run once in each process."""
    try:
        done = subprocess.run(  # noqa: S603 - the installation's own setting, run without a shell
            shlex.split(command), capture_output=True, text=True, timeout=_COMMAND_SECONDS, check=True
        )
    except (OSError, ValueError, IndexError, subprocess.SubprocessError) as error:
        code = error.returncode if isinstance(error, subprocess.CalledProcessError) else type(error).__name__
        raise ConfigurationInvalid(
            f"The command of {setting} failed ({code}).",
            action="Run it by hand as the user of this process; it must print the master key and nothing else.",
        ) from None
    return done.stdout


def _decoded(text: str) -> bytes | None:
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) == KEY_BYTES else None


def _name(key: bytes) -> str:
    return hashlib.sha256(b"orderhouse master key " + key).hexdigest()[:12]
