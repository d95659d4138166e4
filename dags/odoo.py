"""Airflow DAG: purchase orders of Odoo."""

from include.orchestration.dag import purchase_order_dags

dags = purchase_order_dags("odoo", schedule="*/15 * * * *")
