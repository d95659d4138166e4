"""``scripts/orderhouse``. Who presses Ctrl-C while the libraries are loaded is shown no traceback."""

import sys

try:
    from include.cli.commands import main

    main()
except KeyboardInterrupt:
    sys.exit(130)
