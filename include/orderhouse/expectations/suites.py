"""The Great Expectations suites: one per canonical table, over the outcomes of its keys and checks.

Keys are expected to be there. Every other check is computed beforehand, exact and column by column; its column holds
what is odd about a row, and is expected to be empty.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import great_expectations as gx
import pandas as pd
import pyarrow as pa
from great_expectations.core.batch_definition import BatchDefinition
from great_expectations.core.expectation_validation_result import ExpectationSuiteValidationResult
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.expectations.metadata_types import FailureSeverity

from include.orderhouse.expectations.column_expectations import ExpectColumnToBeEmpty, ExpectColumnToBeFilled
from include.orderhouse.expectations.expected import CHECKS, required
from include.orderhouse.model import TABLES, Table


class Suites:
    """The suites of all canonical tables, and the means to validate a frame by them."""

    def __init__(self) -> None:
        context = gx.get_context(mode="ephemeral", project_config=_config())
        source = context.data_sources.add_pandas("orderhouse")
        self._suites = {table.name: _suite(table) for table in TABLES}
        self._batches: dict[str, BatchDefinition[Any]] = {
            table.name: source.add_dataframe_asset(table.name).add_batch_definition_whole_dataframe("frame")
            for table in TABLES
        }

    @property
    def expectations(self) -> dict[str, list[ExpectationConfiguration]]:
        """What is expected of each table's rows."""
        return {name: suite.expectation_configurations for name, suite in self._suites.items()}

    def validate(self, table: Table, outcomes: pa.Table) -> ExpectationSuiteValidationResult:
        """The result of a table's suite on the outcomes of its rows: of each expectation how many do not meet it.

        Their positions would take Great Expectations as long again, and are known. Raises RuntimeError where an
        expectation could not be evaluated.
        """
        data = outcomes.to_pandas(types_mapper=pd.ArrowDtype)
        batch = self._batches[table.name].get_batch({"dataframe": data})
        result = batch.validate(self._suites[table.name], result_format={"result_format": "BASIC"})
        for each in result.results:
            if "unexpected_count" not in each.result:
                raise RuntimeError(f"Great Expectations failed on {table.name}: {each.exception_info}")
        return result


@cache
def suites() -> Suites:
    """The suites of this process: they are the same for every run."""
    return Suites()


def _config() -> DataContextConfig:
    """Great Expectations that keeps to itself: nothing on disk, nothing sent anywhere, no progress bars."""
    return DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        analytics_enabled=False,
        progress_bars=ProgressBarsConfig(globally=False, metric_calculations=False),
    )


def _suite(table: Table) -> gx.ExpectationSuite:
    expectations: list[Expectation] = [
        ExpectColumnToBeFilled(column=name, severity=FailureSeverity.CRITICAL, description=f"Every row has its {name}")
        for name in required(table)
    ]
    for check in CHECKS[table.name]:
        severity = FailureSeverity.CRITICAL if check.critical else FailureSeverity.WARNING
        expectations.append(ExpectColumnToBeEmpty(column=check.column, severity=severity, description=check.says))
    return gx.ExpectationSuite(name=table.name, expectations=expectations)
