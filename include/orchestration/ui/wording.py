"""How values read on a page: instants, spans, numbers."""

from __future__ import annotations

from datetime import UTC, datetime

from markupsafe import Markup, escape

_UNITS = ((86_400.0, "d"), (3_600.0, "h"), (60.0, "min"))
_DAYS_TOLD = 14
NOTHING = "\N{EN DASH}"


def span(seconds: float | None) -> str:
    """A span of time in its largest unit: ``45 s``, ``12 min``, ``3 h``."""
    if seconds is None:
        return NOTHING
    for size, unit in _UNITS:
        if seconds >= size:
            number = seconds / size
            return f"{number:.1f} {unit}" if number < 10 and number % 1 >= 0.05 else f"{number:.0f} {unit}"
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"


def moment(at: datetime | None) -> Markup:
    """How long ago, or how soon; the instant itself shows on pointing at it."""
    if at is None:
        return Markup(f'<span class="quiet">{NOTHING}</span>')  # noqa: S704 - a constant
    seconds = (datetime.now(UTC) - at).total_seconds()
    told = f"{span(seconds)} ago" if seconds >= 0 else f"in {span(-seconds)}"
    if abs(seconds) < 1:
        told = "now"
    if abs(seconds) > _DAYS_TOLD * _UNITS[0][0]:
        told = f"{at.astimezone(UTC):%Y-%m-%d}"
    full = f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(at.isoformat(), full, told)


def instant(at: datetime | None) -> str:
    """An instant in UTC, to the second."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}" if at else NOTHING


def number(value: float | None) -> str:
    """A number with its thousands apart."""
    return NOTHING if value is None else f"{value:,}".replace(",", "\u202f")


def share(value: float | None) -> str:
    """A share as a percentage; a small one is not told as none."""
    if value is None:
        return NOTHING
    if 0 < value < 0.01:
        return "<1 %"
    return f"{value:.0%}".replace("%", " %")


def coded(text: str) -> Markup:
    """A text in which backticks, single or double, enclose what is code."""
    plain, *parts = text.replace("``", "`").split("`")
    told = escape(plain)
    for position, part in enumerate(parts):
        told += Markup("<code>{}</code>").format(part) if position % 2 == 0 else escape(part)
    return told


def words(name: str | None) -> str:
    """A name of the code as people say it."""
    return (name or NOTHING).replace("_", " ").replace("needs reauthorisation", "needs re-authorisation")
