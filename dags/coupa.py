"""Airflow DAG: purchase orders of Coupa."""

from include.orchestration.dag import purchase_order_dag

dag = purchase_order_dag("coupa", schedule="*/15 * * * *")
