"""Orderhouse on one machine: sets up and runs Airflow, PostgreSQL and the sandbox. It talks to Airflow from outside."""
