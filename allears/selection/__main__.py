"""python -m allears.selection: the lottery on its own."""

import sys

from allears.selection.command import main

sys.exit(main())
