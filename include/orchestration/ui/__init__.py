"""The pages and the API beside Airflow's own, mounted by the plugin."""
