"""Airflow DAG: purchase orders of Odoo."""

from include.orchestration.dag import purchase_order_dag

dag = purchase_order_dag("odoo", schedule="*/15 * * * *")
