"""Airflow DAG: purchase orders of Microsoft Dynamics 365 Business Central."""

from include.orchestration.dag import purchase_order_dag

dag = purchase_order_dag("business_central", schedule="*/15 * * * *")
