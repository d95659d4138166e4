"""The line that is offered for a field which nothing reads is one that connections.yaml takes, and reads that field."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from include.orchestration.ui.unmapped import UnmappedField, unmapped_fields
from include.orderhouse.configuration.options import CustomField
from include.orderhouse.configuration.yaml_text import parse_yaml
from include.orderhouse.transform.mapped import Mapped
from include.orderhouse.warehouse.reading.fields import KnownSourceField
from tests.unit.small_source import T0, connection, frames, line, only, order


def unmapped(types: dict[str, str], **samples: str) -> dict[str, UnmappedField]:
    """What is told of fields that have these JSON types, with blanks between."""
    seen = {"recent_records": [4], "recent_present": [1], "first_seen_at": T0, "last_seen_at": T0, "vanished_at": None}
    known = {
        path: KnownSourceField(path=path, json_types=told.split(), sample=samples.get(path), **seen)
        for path, told in types.items()
    }
    source = connection()
    return {field.path: field for field in unmapped_fields(source, Mapped(source), known)}


def offered(path: str, types: str = "string", sample: str = "") -> CustomField:
    """The custom field that the offered line makes."""
    told = unmapped({path: types}, **{path: sample})[path].line
    assert told is not None
    assert len(told.splitlines()) == 1
    (entry,) = parse_yaml(told)
    return CustomField.model_validate(entry)


@pytest.mark.parametrize(
    "path",
    [
        "no",
        "On",
        "x_off",
        "null",
        "true",
        "a: b",
        "a, b",
        "#",
        "'",
        '"',
        "Größe",
        "lines.yes",
        "1",
        "- x",
        "{}",
        "@odata",
        "\U0001f600",
        "a\x85\u2028b",
        "two\nlines",
        "long " * 50,
    ],
)
def test_a_field_of_any_name_is_read_by_the_line_that_is_offered_for_it(path: str) -> None:
    """A name that YAML reads as something else would make the whole connection unusable."""
    custom = offered(path)
    at_line = path.startswith("lines.")
    assert (custom.table, custom.source) == ("line" if at_line else "order", path.removeprefix("lines."))
    told = order(lines=[line(yes="told")]) if at_line else order(**{path: "told"})
    table = "purchase_order_line" if at_line else "purchase_order"
    assert yaml.safe_load(only(frames(told, custom_fields=[custom]), table)["custom_fields"]) == {custom.key: "told"}


@pytest.mark.parametrize(
    ("types", "sample", "kind"),
    [
        ("number", "1.5", "decimal"),
        ("boolean", "true", "boolean"),
        ("object", "", "json"),
        ("string array", "", "json"),
        ("number string", "1.5", "text"),
        ("string", "2026-01-31", "date"),
        ("string", "2026-01-31T08:00:00Z", "instant"),
        ("string", "2026-01-31T08:00:00.5+02:00", "instant"),
        ("string", "2026-01-31T08:00:00", "text"),
        ("string", "2026-01-31 is late", "text"),
        ("string", "", "text"),
    ],
)
def test_the_line_names_the_type_that_the_field_has_had(types: str, sample: str, kind: str) -> None:
    assert offered("field", types, sample).type == kind


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("x_studio_costBudget", "cost_budget"),
        ("x_budget", "budget"),
        ("custbody_approver", "approver"),
        ("custcol1", "1"),
        ("YY1_PhaseID", "phase_id"),
        ("UsrERPCode2", "erp_code_2"),
        ("U_Phase", "phase"),
        ("extra.Budget-Code", "budget_code"),
        ("\u7f16\u53f7", "\u7f16\u53f7"),
    ],
)
def test_the_line_names_the_field_as_canonical_columns_are(path: str, name: str) -> None:
    assert offered(path).name == name


def test_what_has_never_had_a_value_is_read_or_is_told_by_its_parts_is_not_offered() -> None:
    types: dict[str, Any] = {
        "extra": "object", "extra.budget": "number", "never": "", "memo": "string", "lines": "array",
        "lines.drops": "array", "lines.drops.color": "string", "mixed": "object string", "mixed.part": "string",
    }  # fmt: skip
    found = unmapped(types)
    assert {path: field.line is not None for path, field in found.items()} == {
        "extra.budget": True,
        "lines.drops.color": False,
        "mixed": True,
        "mixed.part": True,
    }
    assert found["mixed"].share == 0.25
