"""Airflow DAG: purchase orders of SAP S/4HANA."""

from include.orchestration.dag import purchase_order_dags

dags = purchase_order_dags("sap_s4hana", schedule="*/15 * * * *")
