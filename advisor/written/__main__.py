"""`python -m advisor.written [--check]`: write the documents for people on call, or check that they are current."""

import sys
from collections.abc import Iterator
from pathlib import Path

from advisor.calm.model import Architecture, Node
from advisor.calm.reading import load
from advisor.calm.source import ROOT
from advisor.written.flow_guide import flow_guide
from advisor.written.incident_report import incident_report
from advisor.written.on_call import on_call
from advisor.written.runbook import runbook

FOLDER = ROOT / "docs" / "ops"


def files(of: Architecture) -> Iterator[tuple[Path, str]]:
    """Yield every file with its text."""
    services: dict[str, list[Node]] = {}
    for node in of.nodes:
        if name := node.metadata.text("otel-service-name"):
            services.setdefault(name, []).append(node)
    for name, replicas in services.items():
        yield FOLDER / "runbooks" / f"{name}.md", runbook(of, replicas)
    for flow in of.flows:
        yield FOLDER / "flows" / f"{flow.id}.md", flow_guide(of, flow)
    yield FOLDER / "on-call.md", on_call(of)
    yield FOLDER / "incident-report.md", incident_report(of)


def main() -> int:
    """Return 1 when a file was not current and was only to be checked."""
    check, old = "--check" in sys.argv[1:], []
    for file, text in files(load()):
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            old.append(file)
            if not check:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
    for file in old:
        sys.stdout.write(f"{file.name}: {'not current, run make docs' if check else 'renewed'}\n")
    return 1 if check and old else 0


if __name__ == "__main__":
    raise SystemExit(main())
