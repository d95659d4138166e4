"""Airflow DAG: purchase orders that sources have told of."""

from include.orchestration.notified import notified_dags

dags = notified_dags()
