"""The process of one step of a benchmark's sync, begun as a command is: ``python -m benchmarks.step JOB STEP``."""

from __future__ import annotations

import sys
from pathlib import Path

from include.orderhouse.program import loading

with loading():
    import msgspec

    from benchmarks.job import CONNECTION, STEPS, WHOLE, Job
    from include.orderhouse.configuration.connections import read_connection
    from include.orderhouse.credentials import Credentials
    from include.orderhouse.sync import steps
    from include.orderhouse.sync.request import Mode, SyncRequest
    from include.orderhouse.sync.runtime import Runtime
    from include.orderhouse.warehouse.engine import connect


class FileWatermark:
    """A watermark in a file, in place of Airflow's Variable."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def read(self) -> str | None:
        """Its text; None where there is none."""
        return self._file.read_text(encoding="utf-8") if self._file.exists() else None

    def write(self, text: str) -> None:
        """Replace it."""
        self._file.write_text(text, encoding="utf-8")


def credentials(url: str) -> Credentials:
    """Of the made-up source, whatever the shape asks for."""
    secrets = {"client_id": "benchmark", "client_secret": "benchmark", "token_url": f"{url}/token"}
    return Credentials(CONNECTION, url, "benchmark", "benchmark", secrets)


def main(file: str, step: str) -> None:
    """Carry out one step, or the whole sync, and leave its summary beside the job."""
    job = msgspec.json.decode(Path(file).read_bytes(), type=Job)
    folder = Path(job.folder)
    runtime = Runtime(
        read_connection(CONNECTION, folder / "connections.yaml"),
        lambda: credentials(job.source),
        connect(job.warehouse),
        FileWatermark(folder / "watermark.json"),
        str(folder / "staging"),
    )
    request = SyncRequest(CONNECTION, Mode(job.mode), run_id=job.run_id, triggered_by="benchmark")
    if step == WHOLE:
        summary = steps.run(runtime, request, lambda name, told: None)
    elif step == STEPS[0]:
        summary = steps.extract(runtime, request)
    else:
        earlier = job.summary(STEPS[STEPS.index(step) - 1])
        summary = getattr(steps, step)(runtime, earlier["staged"])
    (folder / f"{step}.json").write_bytes(msgspec.json.encode(summary))


if __name__ == "__main__":
    main(*sys.argv[1:])
