"""Where things lie in the tree that this code is part of."""

from pathlib import Path

from chaos.scenario.actions import OUTSIDE

ROOT = Path(__file__).resolve().parents[1]
SERVICES = ROOT / "services"
PROOFS = ROOT / "tests" / "faults"
NO_SERVICES = frozenset({"chassis", OUTSIDE})
"""Folders below `services` whose code nobody hands out or takes from elsewhere."""


def services() -> list[str]:
    """Return the services whose code can be handed out."""
    found = {init.parent.name for init in SERVICES.glob("*/__init__.py")}
    return sorted(found - NO_SERVICES)
