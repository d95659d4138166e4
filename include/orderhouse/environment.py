"""Numbers that variables of the environment give."""

from __future__ import annotations

import os

from include.orderhouse.errors import ConfigurationInvalid


def whole_number(setting: str, default: int, least: int = 0) -> int:
    """The number that a variable gives, else ``default``. Raises ConfigurationInvalid."""
    told = os.environ.get(setting)
    if not told:
        return default
    if not told.isdecimal() or int(told) < least:
        raise ConfigurationInvalid(
            f"{setting} is {told!r}.", action=f"Set it to a whole number from {least} on, or leave it out."
        )
    return int(told)
