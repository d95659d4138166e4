"""Orderhouse in Airflow: the only package that imports airflow."""
