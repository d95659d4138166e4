"""Airflow as a library: importing this first gives it a home of its own and the project's plugins."""

from __future__ import annotations

import os
import tempfile

from include.orderhouse.home import PROJECT
from tests.memory import memory_folder

_home = tempfile.TemporaryDirectory(prefix="orderhouse-airflow-", dir=memory_folder())
ENVIRONMENT = {
    "AIRFLOW_HOME": _home.name,
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__PLUGINS_FOLDER": str(PROJECT / "plugins"),
    "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT / "dags"),
}
os.environ.update(ENVIRONMENT)
