"""Airflow DAG: purchase orders of Xero."""

from include.orchestration.dag import purchase_order_dag

dag = purchase_order_dag("xero", schedule="*/15 * * * *")
