"""Airflow DAG: purchase orders of Oracle NetSuite."""

from include.orchestration.dag import purchase_order_dags

dags = purchase_order_dags("netsuite", schedule="*/15 * * * *")
