"""Claims about what the advisor may know: the document and what anybody can see, never what is broken or how."""

import json
import subprocess
import sys

from tests.support.pages import ROOT

WATCH = """
import sys
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
from pathlib import Path
from advisor.calm.reading import load
from advisor.lint.validating import validate
from advisor.written.__main__ import files
validate(Path("architectures/ecommerce-platform.json"))
list(files(load()))
import json
print(json.dumps(opened))
"""


def test_nothing_of_the_lab_or_of_what_breaks_is_read() -> None:
    """No file of `chaos`, `services`, `lab` or `drill` is opened, as code or as data."""
    done = subprocess.run([sys.executable, "-c", WATCH], cwd=ROOT, capture_output=True, text=True, check=True)
    inside = {
        name.removeprefix(f"{ROOT}/").split("/")[0] for name in json.loads(done.stdout) if name.startswith(str(ROOT))
    }
    assert "advisor" in inside
    assert inside & {"chaos", "services", "lab", "drill", "loadgen"} == set()
