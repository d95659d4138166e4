"""Airflow DAG: purchase orders of Microsoft Dynamics 365 Finance & Operations."""

from include.orchestration.dag import purchase_order_dag

dag = purchase_order_dag("dynamics_fo", schedule="*/15 * * * *")
