"""`python -m grafana [--check]`: write the dashboards, or say whether the files are current."""

import sys

from grafana.files import stale, write


def main() -> int:
    """Return 1 when a file was not current and was only to be checked."""
    check, old = "--check" in sys.argv[1:], stale()
    if not check:
        write()
    for name in old:
        sys.stdout.write(f"{name}: {'not current, run make docs' if check else 'renewed'}\n")
    return 1 if check and old else 0


if __name__ == "__main__":
    raise SystemExit(main())
