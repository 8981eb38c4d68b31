"""`python -m lab`. Kept readable for an old Python, which it is there to turn away."""

import sys

if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036 -- the point of this module
        sys.stderr.write(
            "lab: Python 3.11 or newer is needed; this is %d.%d (%s).\n"  # noqa: UP031 -- f-strings may be too new
            "     Install one (https://www.python.org/downloads/), then: make setup\n"
            % (sys.version_info[0], sys.version_info[1], sys.executable)
        )
        sys.exit(2)
    from lab.title import conceal

    conceal(sys.argv[1:])  # before anything that takes time is loaded
    from lab.cli import main

    main()
