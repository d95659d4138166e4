# Orderhouse on the official Airflow image, laid out as the Astronomer runtime expects a project: an ordinary user,
# dags, plugins and include below AIRFLOW_HOME. Database, secrets and executor come from the environment.
# For CeleryExecutor and KubernetesExecutor: docker build --build-arg REQUIREMENTS=requirements-distributed.lock .
FROM apache/airflow:slim-3.3.2-python3.12

ARG REQUIREMENTS=requirements.lock
COPY --chown=airflow:0 ${REQUIREMENTS} ${AIRFLOW_HOME}/requirements.lock
RUN pip install --no-cache-dir --require-hashes --requirement ${AIRFLOW_HOME}/requirements.lock

COPY --chown=airflow:0 plugins ${AIRFLOW_HOME}/plugins
COPY --chown=airflow:0 include ${AIRFLOW_HOME}/include
COPY --chown=airflow:0 dags ${AIRFLOW_HOME}/dags

# Folders in memory of deploy/compose.yaml: those that are not here belong to root as soon as a container is restarted.
RUN install --directory --mode=1777 ${AIRFLOW_HOME}/config ${AIRFLOW_HOME}/state

LABEL org.opencontainers.image.title="Orderhouse" \
    org.opencontainers.image.description="Purchase orders of every ERP in one warehouse schema"

USER 50000
ENV PYTHONPATH=${AIRFLOW_HOME} \
    AIRFLOW__CORE__LOAD_EXAMPLES=False \
    GX_ANALYTICS_ENABLED=False
