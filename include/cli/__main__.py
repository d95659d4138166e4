"""``scripts/orderhouse``. Who presses Ctrl-C while the libraries are loaded is shown no traceback."""

import sys

from include.orderhouse.program import loading

try:
    with loading():
        from include.cli.commands import main

    main()
except KeyboardInterrupt:
    sys.exit(130)
