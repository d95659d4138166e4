"""Airflow DAG: purchase orders of Coupa."""

from include.orchestration.dag import purchase_order_dags

dags = purchase_order_dags("coupa", schedule="*/15 * * * *")
