"""Airflow DAG: webhooks."""

from include.orchestration.courier import courier_dag

dag = courier_dag()
