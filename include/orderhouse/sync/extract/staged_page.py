"""Pages of raw orders that an extract has staged, as the mapping finds them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from include.orderhouse.staging import Staging


@dataclass(frozen=True)
class StagedPage:
    """A page that counts: the name of its file, how many orders it holds, and the size of their JSON."""

    name: str
    orders: int
    json_bytes: int


def staged_pages(staging: Staging) -> Iterator[StagedPage]:
    """All pages whose checkpoint was written, in order."""
    for folder in staging.folders("raw"):
        for name in staging.names(folder):
            if name.endswith(".json"):
                checkpoint = staging.read_json(name)
                yield StagedPage(
                    f"{name.removesuffix('.json')}.zst", checkpoint["orders"], checkpoint.get("json_bytes", 0)
                )
