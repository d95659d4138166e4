"""dlt's rest_api source: as its documentation begins, or tuned (``tuned`` as second argument).

Tuned is what its performance guide names: COPY of CSV instead of INSERT, files that are not compressed and small enough
to be worked on side by side, and a normaliser on every core. Its upsert is no gain here: it looks for rows of nested
tables to delete by NOT IN, which takes minutes where their keys do not fit into PostgreSQL's work_mem.
"""

from __future__ import annotations

import os
import sys

import dlt
from dlt.sources.rest_api import rest_api_source

from benchmarks.contenders.job import Job, read_job

TUNED = {
    "NORMALIZE__WORKERS": str(os.cpu_count() or 1),
    "NORMALIZE__DATA_WRITER__DISABLE_COMPRESSION": "true",
    "DATA_WRITER__FILE_MAX_ITEMS": "50000",
    "LOAD__WORKERS": "4",
}


def pipeline(job: Job) -> dlt.Pipeline:
    """A pipeline into the job's database, with its state in the job's folder."""
    os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"}
    host = job.host.replace("/", "%2F")
    destination = dlt.destinations.postgres(f"postgresql://postgres:unused@{host}:{job.port}/{job.database}")
    return dlt.pipeline("benchmark", pipelines_dir=job.folder, destination=destination, dataset_name="public")


def main(job: Job, is_tuned: bool) -> None:
    if is_tuned:
        os.environ |= TUNED
    (root,) = job.children(None)
    path, _, query = job.first_page.partition("?")
    source = rest_api_source(
        {
            "client": {
                "base_url": job.source,
                "paginator": {"type": "json_link", "next_url_path": ".".join(f"'{step}'" for step in job.next_link)},
            },
            "resources": [
                {
                    "name": root.name,
                    "primary_key": root.key,
                    "write_disposition": "merge",
                    "endpoint": {
                        "path": path,
                        "params": dict(part.split("=", 1) for part in query.split("&")),
                        "data_selector": ".".join(root.path),
                    },
                }
            ],
        }
    )
    pipeline(job).run(source, loader_file_format="csv" if is_tuned else None)


if __name__ == "__main__":
    main(read_job(), "tuned" in sys.argv[2:])
