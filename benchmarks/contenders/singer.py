"""A Singer tap of our own piped into target-postgres (MeltanoLabs) with its COPY."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from benchmarks.contenders.job import Job, read_job


def main(job: Job) -> None:
    config = Path(job.folder) / "target.json"
    host = job.host.replace("/", "%2F")
    url = f"postgresql+psycopg://postgres@/{job.database}?host={host}&port={job.port}"
    config.write_text(json.dumps({"sqlalchemy_url": url, "default_target_schema": "public", "use_copy": True}))
    environment = {**os.environ, "TAP_BENCHMARK_LOGLEVEL": "WARNING", "TARGET_POSTGRES_LOGLEVEL": "WARNING"}
    tap = [sys.executable, "-m", "benchmarks.contenders.singer_tap", *sys.argv[1:]]
    target = [str(Path(sys.executable).with_name("target-postgres")), "--config", str(config)]
    with (
        subprocess.Popen(tap, stdout=subprocess.PIPE, env=environment) as reading,
        subprocess.Popen(target, stdin=reading.stdout, stdout=subprocess.DEVNULL, env=environment) as loading,
    ):
        if reading.stdout:
            reading.stdout.close()
    sys.exit(loading.returncode or reading.returncode)


if __name__ == "__main__":
    main(read_job())
