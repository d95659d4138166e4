"""Airflow DAG: purchase orders of Xero."""

from include.orchestration.dag import purchase_order_dags

dags = purchase_order_dags("xero", schedule="*/15 * * * *")
