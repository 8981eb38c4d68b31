"""Nothing in the repository tells of a machine, a person's secrets, or where packages were fetched from."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.support.pages import ROOT

OFFENCES = {
    "a home folder": r"/(?:home|Users)/[a-z][\w.-]*/|/root/|[A-Z]:\\Users\\",
    "a folder of the machine it was written on": r"(?<![\w.:/])/(?:work|workspace|builds?|mnt|srv)/[\w.-]+",
    "a token": r"\b(?:gh[opsu]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}|xox[abprs]-[\w-]{10,}"
    r"|AKIA[0-9A-Z]{16}|sk-\w{20,})",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "a password in a URL": r"\w+://[^\s/:@\"']+:[^\s/@\"'$<{]+@",
    "a place where packages come from": r"(?:--|\b)(?:extra-)?index-url|--find-links|--trusted-host"
    r"|\bfiles\.pythonhosted\.org|\bpypi\.(?!org/project)[a-z]|\b(?:artifactory|nexus|devpi)\b",
}
EXAMPLES = {
    "a home folder": "/home/" + "ada/shop",
    "a folder of the machine it was written on": "cd /work" + "/shop",
    "a token": "gh" + "p_" + "a" * 36,
    "a private key": "-----BEGIN " + "PRIVATE KEY-----",
    "a password in a URL": "https://ada:" + "secret@example.org",
    "a place where packages come from": "--index" + "-url https://example.org/simple",
}


def offences(text: str) -> list[str]:
    """Return what a text gives away, with the passage."""
    return [
        f"{kind}: {found[0]}"
        for kind, pattern in OFFENCES.items()
        for found in re.finditer(pattern, text, re.MULTILINE)
    ]


def tracked() -> list[Path]:
    """Return every text file that is in the repository."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this is no git work tree")
    files = (ROOT / name for name in listed.stdout.split("\0") if name)
    return [file for file in files if file.is_file() and file != Path(__file__) and b"\0" not in file.read_bytes()]


def test_text_files_give_nothing_away() -> None:
    """Machine paths, secrets, package indexes: in no file that is tracked."""
    found = {file.name: said for file in tracked() if (said := offences(file.read_text(encoding="utf-8")))}
    assert found == {}


@pytest.mark.parametrize(("kind", "text"), EXAMPLES.items())
def test_what_gives_something_away_is_caught(kind: str, text: str) -> None:
    """One example of each kind."""
    assert [said.partition(":")[0] for said in offences(text)] == [kind]


def test_every_kind_was_seen() -> None:
    """No pattern without an example."""
    assert set(EXAMPLES) == set(OFFENCES)
