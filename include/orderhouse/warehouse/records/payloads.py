"""Raw records as the warehouse keeps them: sealed under their customer's key, each as that of its order or reject.

They are sealed on their way into the database and opened on their way out, so that no table and no backup holds one
that can be read without the key.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from include.orderhouse.cipher import Cipher

HASH = "payload_hash"
"""The column that tells equal payloads, which look different whenever they are sealed."""
_PURPOSES = {"version": "raw record", "reject": "reject"}
_OWNERS = {"version": "order_id", "reject": "reject_id"}


@dataclass(frozen=True)
class Payloads:
    """The payloads of one connection."""

    cipher: Cipher
    connection: str

    def fingerprints(self, frame: pa.Table) -> list[str]:
        """Those of a frame's payloads: equal ones tell equal payloads, and nothing else."""
        return [self.cipher.fingerprint(payload) for payload in frame.column("payload").to_pylist()]

    def sealed_rejects(self, frame: pa.Table) -> pa.Table:
        """The rejects with their payloads sealed, and their fingerprints in a further column."""
        plain = frame.column("payload").to_pylist()
        hashes = [None if payload is None else self.cipher.fingerprint(payload) for payload in plain]
        return self.sealed("reject", frame).append_column(HASH, pa.array(hashes, pa.string()))

    def sealed(self, name: str, frame: pa.Table) -> pa.Table:
        """Rows of a frame with their payloads sealed, each as that of its owner."""
        owners, plain = frame.column(_OWNERS[name]).to_pylist(), frame.column("payload").to_pylist()
        sealed = [
            None if payload is None else self.seal(name, owner, payload)
            for owner, payload in zip(owners, plain, strict=True)
        ]
        return frame.set_column(frame.schema.get_field_index("payload"), "payload", pa.array(sealed, pa.binary()))

    def seal(self, name: str, owner: str, payload: bytes) -> bytes:
        """One payload of a frame, sealed as that of its owner."""
        return self.cipher.seal(payload, _PURPOSES[name], f"{self.connection} {owner}")

    def open(self, name: str, owner: str, sealed: bytes) -> bytes:
        """One payload. KeyMissing or SealBroken where it cannot be opened as that of its owner."""
        return self.cipher.open(sealed, _PURPOSES[name], f"{self.connection} {owner}")
