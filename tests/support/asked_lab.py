"""The command line, asked about the evidence of a lab."""

from dataclasses import dataclass

from click.testing import CliRunner, Result

from lab.cli import root
from lab.home import Home
from tests.support.memory_evidence.evidence import MemoryEvidence


@dataclass(frozen=True)
class AskedLab:
    """A home, and what the store of its lab holds."""

    home: Home
    evidence: MemoryEvidence

    def lab(self, *words: str) -> Result:
        """Run `lab …` in the home."""
        return CliRunner().invoke(root, [*words, "--home", str(self.home.root)], prog_name="lab")
