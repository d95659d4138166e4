"""Windows that are read in sections: several queries one after the other, each with pages of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from include.orderhouse.connector import Page
from include.orderhouse.errors import ConfigurationInvalid

Section = Callable[[Any], Iterator[Page]]
"""One query: its pages from behind the place that a page of its own told as ``resume``; the last one tells None."""


def read_sections(sections: Sequence[tuple[str, Section]], resume: Any) -> Iterator[Page]:
    """The pages of named sections in turn. What a page tells as ``resume`` names its section and the place in it.

    ConfigurationInvalid where the named section is not among them: settings have changed since the page was read.
    """
    names = [name for name, _ in sections]
    begin, after = _place(resume, names) if resume else (0, None)
    for number, (name, pages) in enumerate(sections[begin:], begin + 1):
        follows = {"section": names[number], "after": None} if number < len(names) else None
        for page in pages(after):
            yield replace(page, resume=follows if page.resume is None else {"section": name, "after": page.resume})
            del page
        after = None


def reread(pages: Section) -> Section:
    """A section of orders that are asked for whatever their own modification time, such as those of changed lines.

    Other sections may bring them as well, so their number is none that the window must have.
    """

    def read(after: Any) -> Iterator[Page]:
        for page in pages(after):
            yield replace(page, expected=None, is_reread=True)
            del page

    return read


def _place(resume: Any, names: Sequence[str]) -> tuple[int, Any]:
    section = resume.get("section") if isinstance(resume, dict) else None
    if section not in names:
        raise ConfigurationInvalid(
            f"The sync stopped in a part of its window that is not read any more: {resume!r}.",
            action="The connection's settings, or Orderhouse, were changed meanwhile. Trigger a new run.",
        )
    return names.index(section), resume["after"]
