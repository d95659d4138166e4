"""Airflow DAG: purchase orders of QuickBooks Online."""

from include.orchestration.dag import purchase_order_dag

dag = purchase_order_dag("quickbooks", schedule="*/15 * * * *")
