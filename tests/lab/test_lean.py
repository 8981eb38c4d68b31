"""What the fork server does without."""

import subprocess
import sys

from tests.support.lab import ROOT

COLOURLESS = """
import sys
from lab.lean import COLOURS, without_colours
without_colours()
import httpx, structlog, services.chassis.serve
assert not [name for name in sys.modules if name.partition(".")[0] in COLOURS and sys.modules[name]]
"""


def test_libraries_load_without_what_they_would_draw_colours_with() -> None:
    """Both libraries that look for it take no for an answer."""
    subprocess.run([sys.executable, "-c", COLOURLESS], cwd=ROOT, check=True)
