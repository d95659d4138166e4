"""Airflow DAG: purchase orders that sources have told of."""

from include.orchestration.notified import notified_dag

dag = notified_dag()
