"""Text of HTML fields: what a person reads, without the markup."""

from __future__ import annotations

from html.parser import HTMLParser

from include.orderhouse.mapping import Derived, Record, derived, look_up

BLOCKS = ("p", "div", "li", "tr", "h1", "h2", "h3")


class _Text(HTMLParser):
    """The text of an HTML field, a line for each block."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        self.parts.append(data)

    def handle_endtag(self, tag: str) -> None:
        """Blocks end lines."""
        if tag in BLOCKS:
            self.parts.append("\n")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """So do breaks."""
        if tag == "br":
            self.parts.append("\n")


def plain_text(html: str) -> str | None:
    """The text of a piece of HTML, a line for each block; None where there is none."""
    parser = _Text()
    parser.feed(html)
    parser.close()
    return "".join(parser.parts).strip() or None


def plain(*paths: str) -> Derived:
    """The text of the first of these HTML fields that is there."""

    def strip(record: Record) -> str | None:
        value = next((found for path in paths if (found := look_up(record, path))), None)
        return plain_text(value) if isinstance(value, str) else None

    return derived(strip, f"text of the HTML in {' or '.join(paths)}", *paths)
