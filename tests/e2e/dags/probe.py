"""A small DAG that proves the installation itself: a mapped task per name, one of which can be told to fail."""

import pendulum
from airflow.sdk import Variable, dag, get_current_context, task


@dag(
    dag_id="probe",
    schedule="@daily",
    start_date=pendulum.datetime(2024, 1, 1),
    catchup=False,
    max_active_runs=1,
    params={"failing": None},
    tags=["probe"],
)
def probe() -> None:
    @task
    def names() -> list[str]:
        return ["one", "two"]

    @task(map_index_template="{{ name }}")
    def greet(name: str) -> str:
        context = get_current_context()
        context["name"] = name
        if context["params"]["failing"] == name:
            raise RuntimeError(f"{name} was told to fail")
        Variable.set(f"probe__{name}", name.upper())
        return name

    greet.expand(name=names())


probe()
