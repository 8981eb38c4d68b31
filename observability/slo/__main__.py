"""`python -m observability.slo [--check]`: write the rule files of Prometheus, or say whether they are current."""

import sys

from observability.slo.document import load
from observability.slo.presets import PRESETS
from observability.slo.prometheus import FOLDER, rule_file
from observability.slo.rules import ruleset


def main() -> int:
    """Return 1 when a file was not current and was only to be checked."""
    check, old = "--check" in sys.argv[1:], []
    for preset in PRESETS.values():
        text, file = rule_file(ruleset(load(), preset)), FOLDER / f"{preset.name}.yaml"
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            old.append(file)
            if not check:
                file.parent.mkdir(exist_ok=True)
                file.write_text(text, encoding="utf-8")
    for file in old:
        sys.stdout.write(f"{file.name}: {'not current, run make docs' if check else 'renewed'}\n")
    return 1 if check and old else 0


if __name__ == "__main__":
    raise SystemExit(main())
