"""YAML as configuration is written in it: plain values, and each key once."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import yaml

from include.orderhouse.wire import unmelted

_BRACKETS = 2000
"""More brackets than so many that do not come in pairs are no slip of a person."""
_MERGED = 10_000
"""More entries than so many that come into a mapping by merging others are no slip either; they multiply."""
_NESTED = re.compile(r"(?:[-?:][ \t]+){200}")
_HALF = re.compile("[\ud800-\udfff]")
"""A surrogate, which no text can hold by itself: what an escape such as "\\ud83d" stands for."""


class _EachKeyOnce:
    """Refuses a key that stands twice in a mapping; YAML's loaders let the last one win, and nobody notices."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Called before a mapping is read, and again for each that merges it, when it holds the merged keys too."""
        checked = self.__dict__.setdefault("checked", set())
        if node not in checked:
            checked.add(node)
            _check(node)
        before = len(node.value)
        super().flatten_mapping(node)  # type: ignore[misc]  # of the loader it is mixed into
        if len(node.value) - before > _MERGED:
            raise yaml.constructor.ConstructorError(None, None, "too much is merged into it", node.start_mark)


class _Quick(_EachKeyOnce, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # in C or not
    """The parser in C, where PyYAML was built with it."""


class _Exact(_EachKeyOnce, yaml.SafeLoader):
    """Slower, and names the line of a mistake where the other names the one after it.

    It takes half a character for a text, which the other refuses.
    """

    def construct_scalar(self, node: yaml.ScalarNode | yaml.MappingNode) -> Any:
        """Called for each plain value and key."""
        if isinstance(node, yaml.ScalarNode) and _HALF.search(node.value):
            raise yaml.constructor.ConstructorError(None, None, "it holds half a character", node.start_mark)
        return super().construct_scalar(node)


@lru_cache(maxsize=2)
def parse_yaml(text: str) -> Any:
    """A YAML document, not to be changed; parsed once in a process, since each task reads the whole file.

    Raises yaml.YAMLError, or ValueError for a value that is none, such as the 31st of February.
    """
    if len(unmelted(text.encode("utf-8", "replace"))) > _BRACKETS or _NESTED.search(text):
        raise yaml.YAMLError("it is nested so deep that the parser would end the process")
    try:
        return yaml.load(text, Loader=_Quick)  # noqa: S506 - a safe loader
    except yaml.YAMLError:
        return yaml.load(text, Loader=_Exact)  # noqa: S506 - a safe loader


def _check(node: yaml.MappingNode) -> None:
    seen = set()
    for key, _ in node.value:
        if key.tag == "tag:yaml.org,2002:merge":
            continue
        if not isinstance(key, yaml.ScalarNode):
            raise yaml.constructor.ConstructorError(None, None, "a key is no plain text", key.start_mark)
        if key.value in seen:
            raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} stands twice", key.start_mark)
        seen.add(key.value)
