"""What lies in files that trainees are given: the architecture, alert rules, dashboards, runbooks."""

from collections.abc import Iterator
from pathlib import Path

from lab.leaks.places import Text

ROOT = Path(__file__).resolve().parents[2]
GIVEN = (
    "architectures/**/*.json",
    "observability/slo/rules/*",
    "grafana/**/*.json",
    "docs/ops/**/*.md",
    "docs/adr/*.md",
)


def texts(root: Path = ROOT) -> Iterator[Text]:
    """Yield every such file; a kind that does not exist yet is none."""
    for pattern in GIVEN:
        for file in sorted(root.glob(pattern)):
            yield Text("documents", str(file.relative_to(root)), file.read_text())
