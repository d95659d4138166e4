"""Orderhouse in Airflow: the only package that imports airflow; beside it only the plugin does."""
