"""The licences of all that Orderhouse runs on, as the packages state them: ``python -m tests.security.licences``.

Prints them, and fails where one is none of those that may be passed on with the image.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

from include.orderhouse.home import PROJECT

LOCK = PROJECT / "requirements-distributed.lock"
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)
_FAMILIES = {
    "Apache-2.0": r"apache",
    "MIT": r"\bmit\b|mit license|expat",
    "BSD": r"\b0?bsd\b|bsd-",
    "MPL-2.0": r"mpl|mozilla",
    "ISC": r"\bisc\b",
    "PSF-2.0": r"psf|python software foundation|python-2\.0",
    "Unlicense": r"unlicense",
    "Zlib": r"zlib",
    "PostgreSQL": r"postgresql",
    "HPND": r"\bhpnd\b|historical permission",
    "LGPL": r"lgpl|lesser general public",
    "ZPL": r"\bzpl\b|zope public",
    "CC0": r"\bcc0\b",
}
"""What may be passed on, and how packages write it. The LGPL's are used as they are, as packages of their own."""
READ_BY_HAND = {"iso4217": "public domain", "text-unidecode": "Artistic-1.0"}
"""Packages that state no licence in their metadata, and what their repository says."""


def licences(lock: Path = LOCK) -> dict[str, str]:
    """By package of a lock file that is installed here, its licence; ``unknown`` where it states none that we know."""
    names = _PINNED.findall(lock.read_text(encoding="utf-8"))
    return dict(_found(names))


def _found(names: list[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        try:
            yield name, READ_BY_HAND.get(name) or _family(name)
        except PackageNotFoundError:
            continue  # for another system or Python


def _family(name: str) -> str:
    told = metadata(name)
    classifiers = [line for line in told.get_all("Classifier") or () if line.startswith("License ::")]
    texts = [told.get("License-Expression") or "", *classifiers, (told.get("License") or "")[:200]]
    for text in filter(None, texts):
        for family, pattern in _FAMILIES.items():
            if re.search(pattern, text, re.IGNORECASE):
                return family
    return "unknown"


def main() -> int:
    """Print them by licence; how many are unknown."""
    by_licence = defaultdict(list)
    for name, licence in licences().items():
        by_licence[licence].append(name)
    for licence, names in sorted(by_licence.items(), key=lambda entry: -len(entry[1])):
        print(f"{licence:<12} {len(names):>4}  {', '.join(names) if len(names) < 15 else ''}")
    return len(by_licence.get("unknown", ()))


if __name__ == "__main__":
    sys.exit(bool(main()))
