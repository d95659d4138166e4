"""The plugin needs Airflow as a library."""

from tests import airflow_library as airflow_library
