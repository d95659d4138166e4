"""Airflow DAG: maintenance."""

from include.orchestration.maintenance import maintenance_dag

dag = maintenance_dag()
