"""Orderhouse: purchase orders of every ERP in one warehouse schema. This package never imports airflow."""
