"""Airflow DAG: purchase orders of Oracle Fusion Cloud Procurement."""

from include.orchestration.dag import purchase_order_dag

dag = purchase_order_dag("oracle_fusion", schedule="*/15 * * * *")
