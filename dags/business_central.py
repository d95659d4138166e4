"""Airflow DAG: purchase orders of Microsoft Dynamics 365 Business Central."""

from include.orchestration.dag import purchase_order_dags

dags = purchase_order_dags("business_central", schedule="*/15 * * * *")
