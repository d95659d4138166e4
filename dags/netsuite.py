"""Airflow DAG: purchase orders of Oracle NetSuite."""

from include.orchestration.dag import purchase_order_dag

dag = purchase_order_dag("netsuite", schedule="*/15 * * * *")
