"""What Orderhouse adds to Airflow: pages and API, a timetable that backfills by days, when deadlines count from."""

from typing import Any, ClassVar

from airflow.plugins_manager import AirflowPlugin

from include.orchestration.navigation import MOUNT, navigation
from include.orchestration.run_created import RunCreated
from include.orchestration.timetable import DailyBackfillTimetable


class OrderhousePlugin(AirflowPlugin):
    """Registers them; they live in ``include/orchestration``."""

    name = "orderhouse"
    timetables: ClassVar = [DailyBackfillTimetable]
    deadline_references: ClassVar = [RunCreated]
    external_views: ClassVar = navigation()

    @property
    def fastapi_apps(self) -> list[dict[str, Any]]:
        """The pages. Only the API server asks for them; every task loads the plugin, and need not load a web server."""
        from include.orchestration.ui.application import application

        return [{"app": application(), "url_prefix": MOUNT, "name": "Orderhouse"}]
