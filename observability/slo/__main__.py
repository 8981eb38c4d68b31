"""`python -m observability.slo [--check]`: write what Prometheus and Alertmanager read, or check that it is current."""

import sys
from collections.abc import Iterator
from pathlib import Path

from observability.slo import alertmanager, prometheus
from observability.slo.document import load
from observability.slo.presets import PRESETS
from observability.slo.rules import ruleset


def main() -> int:
    """Return 1 when a file was not current and was only to be checked."""
    check, old = "--check" in sys.argv[1:], []
    for file, text in _files():
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            old.append(file)
            if not check:
                file.parent.mkdir(exist_ok=True)
                file.write_text(text, encoding="utf-8")
    for file in old:
        name = f"{file.parent.name}/{file.name}"
        sys.stdout.write(f"{name}: {'not current, run make docs' if check else 'renewed'}\n")
    return 1 if check and old else 0


def _files() -> Iterator[tuple[Path, str]]:
    for preset in PRESETS.values():
        rules = ruleset(load(), preset)
        yield prometheus.FOLDER / f"{preset.name}.yaml", prometheus.rule_file(rules)
        yield alertmanager.FOLDER / f"{preset.name}.yaml", alertmanager.config_file(rules)


if __name__ == "__main__":
    raise SystemExit(main())
