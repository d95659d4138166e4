"""Run the sandbox ERPs as a process: `python -m tests.sandbox --control-port 9000 --port business_central=9001`."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from tests.sandbox.clock import Clock
from tests.sandbox.company import Company
from tests.sandbox.csv_company import read_company
from tests.sandbox.dialects import DIALECTS
from tests.sandbox.generate import generate_once
from tests.sandbox.life import Life
from tests.sandbox.server import CONTROL, PortInUse, Servers, load_dialect

PORT_IN_USE = 3


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.sandbox", description="Sandbox ERPs on 127.0.0.1.")
    parser.add_argument("--control-port", type=int, default=0, help="port of the control API (0: any free one)")
    parser.add_argument(
        "--port", action="append", default=[], metavar="DIALECT=PORT", type=_port,
        help=f"serve a dialect on a port (0: any free one); of {', '.join(DIALECTS)}; default: all, on free ports",
    )  # fmt: skip
    parser.add_argument(
        "--option", action="append", default=[], metavar="DIALECT:NAME=VALUE", type=_option,
        help="an option of a dialect, such as the version of its system",
    )  # fmt: skip
    parser.add_argument("--data", type=Path, help="serve the company of this folder of CSV files, not a generated one")
    parser.add_argument("--seed", type=int, default=1, help="seed of the generated company")
    parser.add_argument("--orders", type=int, default=3000, help="how many orders to generate")
    parser.add_argument("--days", type=int, default=120, help="over how many days up to now")
    parser.add_argument(
        "--since", type=datetime.fromisoformat,
        help="generate the company as of this instant, and let it live from then on: the same at every start",
    )  # fmt: skip
    parser.add_argument("--pace", type=float, default=60.0, help="seconds between two events of that life")
    parser.add_argument(
        "--credentials", type=Path,
        help="a JSON file of secrets by dialect and name, in place of the well-known ones",
    )  # fmt: skip
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; 3 if a port is in use."""
    args = arguments(argv)
    clock = Clock()
    company = _company(args, clock)
    ports = {CONTROL: args.control_port, **dict(args.port)}
    options: dict[str, dict[str, str]] = {}
    for dialect, name, value in args.option:
        options.setdefault(dialect, {})[name] = value
    try:
        dialects = [load_dialect(name) for name, _ in args.port or [(name, 0) for name in DIALECTS]]
        servers = Servers(company, clock, dialects, ports, options, _credentials(args.credentials))
    except PortInUse as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return PORT_IN_USE
    life = Life(company, args.since, args.pace, args.seed) if args.since and not args.data else None
    asyncio.run(_serve(servers, life))
    servers.close()
    return 0


async def _serve(servers: Servers, life: Life | None) -> None:
    stop, ready = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if life:
        life.catch_up(servers.clock.now())
    living = asyncio.create_task(life.run(servers.clock)) if life else None
    serving = asyncio.create_task(servers.run(stop, ready))
    await ready.wait()
    print(json.dumps(servers.urls()), flush=True)
    await serving
    if living:
        living.cancel()


def _company(args: argparse.Namespace, clock: Clock) -> Company:
    if args.data is not None:
        return read_company(args.data)
    return generate_once(args.seed, args.orders, args.days, args.since or clock.now())


def _credentials(file: Path | None) -> Mapping[str, Mapping[str, str]]:
    secrets: dict[str, dict[str, str]] = json.loads(file.read_text(encoding="utf-8")) if file else {}
    return secrets


def _port(text: str) -> tuple[str, int]:
    name, separator, port = text.partition("=")
    if name not in DIALECTS or not separator or not port.isdigit() or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"expected DIALECT=PORT with a dialect of {', '.join(DIALECTS)}, got {text!r}")
    return name, int(port)


def _option(text: str) -> tuple[str, str, str]:
    dialect, colon, setting = text.partition(":")
    name, separator, value = setting.partition("=")
    if not (dialect in DIALECTS and colon and separator):
        raise argparse.ArgumentTypeError(f"expected DIALECT:NAME=VALUE, got {text!r}")
    return dialect, name, value


if __name__ == "__main__":
    sys.exit(main())
