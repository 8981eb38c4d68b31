"""`python -m lab.advice [--check]`: write the conversations of `docs/examples`, or check that they are current."""

import sys

from lab.advice.examples import main

if __name__ == "__main__":
    raise SystemExit(main(check="--check" in sys.argv[1:]))
