"""Airflow DAG: purchase orders of QuickBooks Online."""

from include.orchestration.dag import purchase_order_dags

dags = purchase_order_dags("quickbooks", schedule="*/15 * * * *")
