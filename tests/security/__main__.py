"""Fuzzes every parser of foreign data: ``scripts/fuzz [inputs per target]``. Prints what became of the inputs."""

from __future__ import annotations

import argparse
import logging
import resource
import sys
from collections import Counter

from tests.security.targets import outcome, targets

_MEGABYTE = 1024


def main(inputs: int) -> int:
    """Run them all; how many inputs crashed."""
    logging.disable(logging.CRITICAL)
    total: Counter[str] = Counter()
    with targets() as found:
        for name, target in found.items():
            told = Counter[str]()
            for seed in range(inputs):
                ended = outcome(target, seed)
                if ended.startswith("crash"):
                    print(f"{name}, seed {seed}: {ended}")
                told["crashed" if ended.startswith("crash") else "read" if ended == "read" else "refused"] += 1
            counts = " ".join(f"{told[end]:>7} {end}" for end in ("read", "refused", "crashed"))
            print(f"{name:<36} {counts}", flush=True)
            total += told
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // _MEGABYTE
    print(f"{sum(total.values()):,} inputs, {total['crashed']} crashed, {peak} MB at most")
    return total["crashed"]


if __name__ == "__main__":
    parser = argparse.ArgumentParser("scripts/fuzz", description="Throw wrong inputs at every parser of foreign data.")
    parser.add_argument("inputs", type=int, nargs="?", default=200, help="how many at each parser (default: 200)")
    sys.exit(bool(main(parser.parse_args().inputs)))
