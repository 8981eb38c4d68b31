"""The real Alertmanager."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.backend_process import found, running

PROGRAM = found("prometheus-alertmanager", "alertmanager")
AMTOOL = found("amtool")
ABSENT = "no alertmanager on the PATH (Debian: apt-get install prometheus-alertmanager)"


@contextmanager
def alertmanager(folder: Path, config: str, port: int) -> Iterator[str]:
    """Run it with a configuration; yield its URL."""
    assert PROGRAM is not None, ABSENT
    (folder / "alertmanager.yaml").write_text(config)
    command = [
        PROGRAM, "--config.file=alertmanager.yaml", f"--web.listen-address=127.0.0.1:{port}", "--storage.path=data",
        "--cluster.listen-address=",
    ]  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    with running(command, folder, f"{url}/-/ready"):
        yield url
