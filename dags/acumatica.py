"""Airflow DAG: purchase orders of Acumatica."""

from include.orchestration.dag import purchase_order_dag

dag = purchase_order_dag("acumatica", schedule="*/15 * * * *")
