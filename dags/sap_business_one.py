"""Airflow DAG: purchase orders of SAP Business One."""

from include.orchestration.dag import purchase_order_dag

dag = purchase_order_dag("sap_business_one", schedule="*/15 * * * *")
