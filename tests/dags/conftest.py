"""The project's DAGs, read as Airflow reads them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from include.orderhouse.home import PROJECT
from tests import airflow_library as airflow_library


@pytest.fixture
def dags() -> Mapping[str, object]:
    """The DAGs by id, from the DAG files."""
    from airflow.dag_processing.dagbag import DagBag

    found = DagBag(dag_folder=str(PROJECT / "dags"))
    assert found.import_errors == {}
    return found.dags
