"""Credentials and watermarks of the same Airflow, for a process that is no task: the command line."""

from __future__ import annotations

from airflow.models import Variable

from include.orchestration.airflow_connections import stored_connection
from include.orchestration.secrets import WATERMARK_DESCRIPTION, credentials_from, not_given, watermark_variable
from include.orderhouse.credentials import Credentials
from include.orderhouse.errors import ConfigurationInvalid


def check_metadata() -> None:
    """Raise ConfigurationInvalid unless the metadata database that Airflow's settings name can be used."""
    import sqlalchemy as sa
    from airflow import settings

    engine: sa.Engine = settings.get_engine()  # type: ignore[no-untyped-call]  # of Airflow
    try:
        problem = "" if sa.inspect(engine).has_table(Variable.__tablename__) else "has no tables"
    except sa.exc.OperationalError as error:
        problem = f"cannot be reached: {next(iter(str(error.orig).splitlines()), '')}"
    if problem:
        raise ConfigurationInvalid(
            f"Airflow's metadata database {engine.url.render_as_string()} {problem}.",
            action="Let AIRFLOW__DATABASE__SQL_ALCHEMY_CONN name that of your Airflow, or unset it and AIRFLOW_HOME "
            "to use the local installation.",
        )


def stored_credentials(connection: str) -> Credentials:
    """Address and secrets from the Airflow Connection: environment variable, secrets backend or metadata database."""
    return credentials_from(stored_connection, connection)


class StoredWatermark:
    """A connection's watermark Variable."""

    def __init__(self, connection: str) -> None:
        self._key = watermark_variable(connection)

    def read(self) -> str | None:
        """The Variable's text; None where there is none. WatermarkUnavailable where it is there and not given."""
        found: str | None = Variable.get(self._key, default_var=None)
        if found is None and self._is_there():
            raise not_given(self._key)
        return found

    def write(self, text: str) -> None:
        """Set the Variable."""
        Variable.set(self._key, text, description=WATERMARK_DESCRIPTION)

    def forget(self) -> None:
        """Delete the Variable, if it is there."""
        Variable.delete(self._key)

    def _is_there(self) -> bool:
        import sqlalchemy as sa
        from airflow.utils.session import create_session

        with create_session() as session:
            return bool(session.scalar(sa.select(sa.func.count()).where(Variable.key == self._key)))
