"""The two expectations of the suites: Great Expectations' own of NULL and not NULL, each by one metric.

Those ask for twenty metrics a column, which they depend on over and over, and put each of them together anew: for a run
of few orders that was most of its validation, and half of its work.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
from great_expectations.expectations.core.expect_column_values_to_be_null import ExpectColumnValuesToBeNull
from great_expectations.expectations.core.expect_column_values_to_not_be_null import ExpectColumnValuesToNotBeNull
from great_expectations.expectations.expectation import ColumnMapExpectation
from great_expectations.expectations.metrics.column_aggregate_metric_provider import (
    ColumnAggregateMetricProvider,
    column_aggregate_value,
)
from great_expectations.validator.metric_configuration import MetricConfiguration
from great_expectations.validator.validator import ValidationDependencies

EXAMPLES = 20
"""How many unexpected values a result tells."""


@dataclass(frozen=True)
class Filling:
    """How a column is filled."""

    rows: int
    nulls: int
    first_values: list[Any]


class ColumnFilling(ColumnAggregateMetricProvider):
    """The metric ``column.filling``: how many rows of a column are NULL, and the first values of those that are not."""

    metric_name = "column.filling"

    @column_aggregate_value(engine=PandasExecutionEngine)
    def _pandas(cls, column: pd.Series, **_: Any) -> Filling:
        values = column.dropna()
        return Filling(len(column), len(column) - len(values), values.head(EXAMPLES).tolist())


class ExpectColumnToBeFilled(ExpectColumnValuesToNotBeNull):
    """Every row has a value."""

    def get_validation_dependencies(self, *_: Any, **__: Any) -> ValidationDependencies:
        return _filling_of(self)

    def _validate(self, metrics: dict[str, Filling], *_: Any, **__: Any) -> dict[str, Any]:
        filling = metrics[ColumnFilling.metric_name]
        return _judged(filling, filling.nulls, [pd.NA] * min(filling.nulls, EXAMPLES))


class ExpectColumnToBeEmpty(ExpectColumnValuesToBeNull):
    """No row has a value."""

    def get_validation_dependencies(self, *_: Any, **__: Any) -> ValidationDependencies:
        return _filling_of(self)

    def _validate(self, metrics: dict[str, Filling], *_: Any, **__: Any) -> dict[str, Any]:
        filling = metrics[ColumnFilling.metric_name]
        return _judged(filling, filling.rows - filling.nulls, filling.first_values)


def _filling_of(expectation: ColumnMapExpectation) -> ValidationDependencies:
    name = ColumnFilling.metric_name
    metric = MetricConfiguration(name, {"batch_id": expectation.batch_id, "column": expectation.column})
    return ValidationDependencies({name: metric}, {"result_format": "BASIC"})


def _judged(filling: Filling, unexpected: int, examples: list[Any]) -> dict[str, Any]:
    told = {
        "element_count": filling.rows,
        "unexpected_count": unexpected,
        "partial_unexpected_list": examples,
    }
    return {"success": not unexpected, "result": told}
