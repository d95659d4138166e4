"""Airflow DAG: purchase orders of Acumatica."""

from include.orchestration.dag import purchase_order_dags

dags = purchase_order_dags("acumatica", schedule="*/15 * * * *")
