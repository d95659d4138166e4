"""Variables of the environment in configuration: ``${NAME}`` or ``${NAME:-default}``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from include.orderhouse.errors import ConfigurationInvalid

_VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::-(?P<default>[^}]*))?\}")
_UNSET = re.compile("\ue000(\\w+)\ue001")
"""What stands for a variable that is not set, until it is known which entry uses it."""


def expand(text: str, environment: Mapping[str, str]) -> str:
    """The text with the values of its variables; a mark stands for each that has none."""

    def value(found: re.Match[str]) -> str:
        name, default = found["name"], found["default"]
        if default is not None:
            return environment.get(name) or default
        return environment.get(name, f"\ue000{name}\ue001")

    return _VARIABLE.sub(value, text)


def refuse_unset(where: str, document: Any) -> None:
    """Raise ConfigurationInvalid where a document, which is at ``where``, uses variables that are not set."""
    if names := sorted(set(_unset(document, set()))):
        raise ConfigurationInvalid(
            f"{where} uses {', '.join(f'${{{name}}}' for name in names)}, which the environment does not have.",
            action=f"Set {', '.join(names)}, or write ${{{names[0]}:-default}}.",
        )


def is_unset(text: str) -> bool:
    """Whether a variable in the text is not set."""
    return _UNSET.search(text) is not None


def _unset(document: Any, seen: set[int]) -> Iterator[str]:
    """The variables that are not set. ``seen`` are parts that were looked at: aliases may repeat them without end."""
    if isinstance(document, str):
        yield from _UNSET.findall(document)
    elif isinstance(document, dict | list) and id(document) not in seen:
        seen.add(id(document))
        parts = [*document, *document.values()] if isinstance(document, dict) else document
        for part in parts:
            yield from _unset(part, seen)
