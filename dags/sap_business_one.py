"""Airflow DAG: purchase orders of SAP Business One."""

from include.orchestration.dag import purchase_order_dags

dags = purchase_order_dags("sap_business_one", schedule="*/15 * * * *")
