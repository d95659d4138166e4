"""Airflow DAG: purchase orders of SAP S/4HANA."""

from include.orchestration.dag import purchase_order_dag

dag = purchase_order_dag("sap_s4hana", schedule="*/15 * * * *")
