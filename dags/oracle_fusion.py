"""Airflow DAG: purchase orders of Oracle Fusion Cloud Procurement."""

from include.orchestration.dag import purchase_order_dags

dags = purchase_order_dags("oracle_fusion", schedule="*/15 * * * *")
