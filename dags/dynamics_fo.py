"""Airflow DAG: purchase orders of Microsoft Dynamics 365 Finance & Operations."""

from include.orchestration.dag import purchase_order_dags

dags = purchase_order_dags("dynamics_fo", schedule="*/15 * * * *")
