"""The steps of one sync as plain functions; Airflow and the command line run the very same ones."""
