"""The dashboards as files."""

from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from grafana.catalogue import BOARDS

FOLDER = Path(__file__).with_name("dashboards")


def drawn() -> dict[str, str]:
    """Return the text of every file, by its name."""
    boards = [board() for board in BOARDS]
    encode = JSONEncoder(indent=2, ensure_ascii=False, sort_keys=True).encode
    return {f"{board.uid}.json": encode(board) + "\n" for board in boards}


def stale() -> list[str]:
    """Return the names of files that are missing, out of date, or nobody's."""
    wanted = drawn()
    there = {file.name: file.read_text(encoding="utf-8") for file in FOLDER.glob("*.json")}
    return sorted(name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name))


def write() -> None:
    """Make the folder hold every dashboard, and nothing else."""
    wanted = drawn()
    FOLDER.mkdir(exist_ok=True)
    for file in FOLDER.glob("*.json"):
        if file.name not in wanted:
            file.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
