"""Keys of orders as digests of 16 bytes: a million of them fit into memory, however long the source's own are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from itertools import compress

import numpy as np
import numpy.typing as npt

Digests = npt.NDArray[np.bytes_]
_DIGEST = np.dtype("S16")


def digests(keys: Iterable[str]) -> Digests:
    """One for each key; two keys have the same only if they are the same, but for one chance in 2^128."""
    return np.array([blake2b(key.encode(), digest_size=_DIGEST.itemsize).digest() for key in keys], _DIGEST)


def together(lists: Iterable[Digests]) -> bytes:
    """The digests of all lists, one behind the other."""
    return b"".join(each.tobytes() for each in lists)


def apart(content: bytes, lengths: Sequence[int]) -> list[Digests]:
    """The lists again, of which ``lengths`` tells how many digests each has."""
    return np.split(np.frombuffer(content, _DIGEST), np.cumsum(lengths)[:-1])


def repeated(lists: Sequence[Digests]) -> Digests:
    """Those that come more than once in all lists together, in order."""
    every = np.sort(np.concatenate([np.empty(0, _DIGEST), *lists]))
    return np.unique(every[1:][every[1:] == every[:-1]])


class KeySet:
    """A set of keys to add to and to look into; it cannot list them."""

    def __init__(self) -> None:
        self._known = np.empty(0, _DIGEST)

    def add(self, keys: Iterable[str]) -> int:
        """Add keys; how many of them are new."""
        added = np.unique(digests(keys))
        places = np.searchsorted(self._known, added)
        is_new = ~self._has(added, places)
        self._known = np.insert(self._known, places[is_new], added[is_new])
        return int(is_new.sum())

    def merge(self, other: KeySet) -> None:
        """Add the keys of another set."""
        self._known = np.union1d(self._known, other._known)

    def known(self, keys: Sequence[str]) -> list[str]:
        """Those of the keys that were added before."""
        wanted = digests(keys)
        return list(compress(keys, self._has(wanted, np.searchsorted(self._known, wanted))))

    def __contains__(self, key: object) -> bool:
        return bool(self.known([str(key)]))

    def __len__(self) -> int:
        return len(self._known)

    def _has(self, wanted: Digests, places: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
        if not len(self._known):
            return np.zeros(len(wanted), bool)
        return np.asarray(self._known[np.minimum(places, len(self._known) - 1)] == wanted)
