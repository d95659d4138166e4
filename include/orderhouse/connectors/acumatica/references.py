"""What orders and lines of Acumatica refer to."""

from __future__ import annotations

from typing import Any

from include.orderhouse.mapping import Record, derived_from, look_up

NON_PROJECT = "X"
"""What stands for "no project" as delivered (PMSetup.DefaultNonProjectCode): the field is never empty."""


@derived_from("Project.value")
def project(record: Record) -> Any:
    """Project, but not X, the code for none."""
    told = look_up(record, "Project.value")
    return None if told == NON_PROJECT else told


@derived_from("OrigPONbr.value", "OrigPOType.value")
def blanket(line: Record) -> Any:
    """OrigPONbr of lines from a blanket order."""
    return look_up(line, "OrigPONbr.value") if look_up(line, "OrigPOType.value") in ("Blanket", "Standard") else None
