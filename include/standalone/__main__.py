"""``scripts/start``. Who presses Ctrl-C while the libraries are loaded is shown no traceback."""

import sys

try:
    from include.standalone.start import app

    app(prog_name="scripts/start")
except KeyboardInterrupt:
    sys.exit(130)
