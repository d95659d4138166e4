"""Airflow DAG: purchase orders of ERPNext."""

from include.orchestration.dag import purchase_order_dags

dags = purchase_order_dags("erpnext", schedule="*/15 * * * *")
