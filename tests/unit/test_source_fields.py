"""Which fields raw orders have, and which of them the mapping reads."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from include.orderhouse import wire
from include.orderhouse.mapping import derived, text, within
from include.orderhouse.transform.mapped import Mapped
from include.orderhouse.transform.source_fields import LONGEST_PATH, MOST_FIELDS, SAMPLE_LENGTH, SourceFields
from tests.unit.small_source import CONNECTOR, connection, line, order


def seen(*orders: dict[str, Any], empty: tuple[Any, ...] = ()) -> SourceFields:
    fields = SourceFields(empty)
    fields.add(orders)
    return fields


def test_every_path_is_seen_with_its_types_and_how_often_it_came() -> None:
    fields = seen(order(memo=None), order(memo="x", total="9.50", lines=[line(), line(colour="red")]))
    assert (fields.fields["memo"].present, fields.fields["memo"].json_types) == (2, {"string"})
    assert fields.fields["total"].json_types == {"number", "string"}
    assert fields.fields["delivery"].json_types == {"object"}
    assert fields.fields["delivery.on"].sample == "2026-09-15"
    assert fields.fields["lines"].json_types == {"array"}
    assert (fields.fields["lines.colour"].present, fields.objects_around("lines.colour")) == (1, 3)


def test_batches_add_up() -> None:
    fields = seen(order(), order())
    fields.add([order(lines=[])])
    assert (fields.fields["id"].present, fields.objects_around("id"), fields.objects_around("lines.no")) == (3, 3, 2)


def test_what_several_processes_saw_is_what_one_would_have_seen() -> None:
    one, other = order(memo=None, lines=[]), order(memo="x", total="9.50", lines=[line(colour="red")])
    merged = seen(one)
    merged.merge(SourceFields.of_json(wire.decode(wire.encode(seen(other).as_json()))))
    assert merged == seen(one, other)


@pytest.mark.parametrize(
    ("value", "types"),
    [(None, set()), ("", set()), ("0001-01-01", set()), (False, set()), (True, {"boolean"}), (0, {"number"})],
)
def test_values_that_mean_nothing_have_no_type(value: Any, types: set[str]) -> None:
    fields = seen(order(odd=value), empty=(False, "0001-01-01"))
    assert fields.fields["odd"].json_types == types
    assert fields.fields["odd"].present == 1


def test_one_value_that_means_something_is_enough_for_a_type_and_a_sample() -> None:
    told = [(None, False, ""), ({"a": 1}, True, "x"), (["b"], False, "")]
    fields = seen(*(order(part=part, flag=flag, odd=odd) for part, flag, odd in told), empty=(False,)).fields
    assert (fields["odd"].json_types, fields["odd"].sample) == ({"string"}, "x")
    assert (fields["flag"].json_types, fields["flag"].sample) == ({"boolean"}, "True")
    assert (fields["part"].json_types, fields["part"].sample) == ({"object", "array"}, None)


def test_false_has_a_type_where_it_means_false() -> None:
    assert seen(order(odd=False)).fields["odd"].json_types == {"boolean"}


def test_samples_are_short_and_never_of_what_is_named_like_a_secret() -> None:
    fields = seen(order(memo="x" * 500, access_token="planted", amount=Decimal("1.50")))
    assert fields.fields["memo"].sample == "x" * SAMPLE_LENGTH
    assert fields.fields["access_token"].sample is None
    assert fields.fields["amount"].sample == "1.50"


def test_h22_samples_and_paths_have_no_nul_character() -> None:
    fields = seen(order(**{"a\x00": {"b\x00\x00c": "x\x00y"}}), order(**{"a\x00": {"b\x00\x00c": "z"}}))
    told = fields.fields["a\ufffd.b\ufffd\ufffdc"]
    assert (told.sample, told.present, fields.objects_around("a\ufffd.b\ufffd\ufffdc")) == ("x\ufffdy", 2, 2)
    assert "\x00" not in str(fields.as_json())


def test_names_that_are_data_or_annotations_are_no_fields_and_never_fill_the_memory() -> None:
    keys = {"@odata.etag": 1, "x" * LONGEST_PATH: 2, **{f"{number}": 50 for number in range(100)}}
    many = {f"name{number}": number for number in range(2 * MOST_FIELDS)}
    fields = seen({"analytic_distribution": keys, **many}).fields
    assert not [path for path in fields if path.startswith("analytic_distribution.")]
    assert len(fields) == MOST_FIELDS


def test_names_that_are_data_never_fill_the_memory_however_many_batches_have_others() -> None:
    merged = seen({"id": 1})
    for batch in range(3):
        merged.merge(seen({f"name{batch}_{number}": {} for number in range(MOST_FIELDS)} | {"id": 2}))
    assert (len(merged.fields), len(merged.objects)) == (MOST_FIELDS, MOST_FIELDS)
    assert (merged.fields["id"].present, merged.objects[""]) == (4, 4)


def test_the_mapping_reads_its_paths_what_is_around_them_and_what_the_connection_adds() -> None:
    custom = [
        {"table": "line", "source": "colour", "name": "colour"},
        {"table": "line", "source": "^.approval.by", "name": "by"},
        {"table": "order", "pattern": "x_*"},
        {"table": "order", "pattern": "y_*"},
    ]
    mapped = Mapped(connection(custom_fields=custom, overrides={"order": {"memo": {"source": "other.memo"}}}))
    read = (
        "total",
        "note",
        "delivery",
        "delivery.on",
        "lines",
        "lines.qty",
        "lines.colour",
        "approval.by",
        "x_any",
        "y_any",
        "other.memo",
        "other",
    )
    assert [path for path in read if not mapped.reads(path)] == ["note"]
    others = ("memo", "colour", "qty", "lines.x_any", "delivery.by", "deliver")
    assert [path for path in others if mapped.reads(path)] == []


def test_a_derived_value_may_read_all_fields_with_names_that_begin_alike() -> None:
    tags = derived(lambda order: None, "tags", "kind", *within("tags", "tag-*"))
    mapping = replace(CONNECTOR.mapping, order=replace(CONNECTOR.mapping.order, memo=text(tags)))
    mapped = Mapped(connection().model_copy(update={"connector": replace(CONNECTOR, mapping=mapping)}))
    read = ("tags", "tags.tag-1", "tags.tag-colour", "kind", "tags.tag", "tags.other")
    assert [path for path in read if not mapped.reads(path)] == ["tags.tag", "tags.other"]
    assert mapped.columns["purchase_order", "memo"] == ("kind",)
