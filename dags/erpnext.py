"""Airflow DAG: purchase orders of ERPNext."""

from include.orchestration.dag import purchase_order_dag

dag = purchase_order_dag("erpnext", schedule="*/15 * * * *")
