"""The rules of the house: each is kept, and each is seen to go red when it is broken."""

import ast
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
PLATFORM = "services"
NEUTRAL = {"benchmarks", "observability"}
"""Packages that may know both sides, or that both sides may know."""
ROOMS = ("__init__.py", "app.py", "domain.py", "faults/__init__.py", "operations.py", "routes.py", "settings.py")
"""What every service has; `schemas`, `errors`, `storage` and `clients` where there is something to put in."""

BREACHES = {
    "advisor-reads-no-answers": ("advisor/graph.py", "from chaos.scenario import loading"),
    "platform-knows-no-lab": ("services/chassis/breaker.py", "from lab.home import Home"),
    "lab-knows-no-platform": ("chaos/settings.py", "from services.chassis.settings import ServiceSettings"),
    "drill-is-above": ("chaos/settings.py", "from drill import catalogue"),
    "toolkit-is-extra": ("chaos/toolkit/actions.py", "from chaoslib.exceptions import ActivityFailed"),
    "control-is-theirs": ("chaos/serve.py", "import chaos.toolkit.control"),
    "dashboards-are-files": ("lab/reference/dashboards.py", "from grafana.catalogue import BOARDS"),
    "dashboards-see-what-anybody-sees": ("grafana/promises.py", "from chaos.scenario import loading"),
    "evidence-knows-no-lab": ("observability/slo/symptoms.py", "from chaos.probes.spec import Probe"),
    "lean-load": ("loadgen/pacing.py", "import structlog"),
    "services-apart": ("services/order/clients.py", "from services.inventory.domain import Reservation"),
    "floor-plan": ("services/inventory/storage.py", "from services.inventory.operations import Inventory"),
    "plain-domain": ("services/billing/domain.py", "from pydantic import BaseModel"),
    "web-at-the-edge": ("services/inventory/operations.py", "from starlette.requests import Request"),
}
"""Contract → a file and the line that breaks it there."""
DETOURS = {
    "advisor-reads-no-answers": ("advisor/lint/near.py", "def late() -> None:\n    import lab.topology"),
    "platform-knows-no-lab": ("observability/wiring/logs.py", "import chaos.settings"),
    "lab-knows-no-platform": ("observability/wiring/logs.py", "from services.chassis.clock import Clock"),
    "drill-is-above": ("drill/errors.py", "def late() -> None:\n    import lab.home"),
    "toolkit-is-extra": ("lab/chaos_export.py", "def late() -> None:\n    import chaostoolkit.cli"),
    "control-is-theirs": ("lab/chaos_export.py", "from chaos.toolkit import control"),
    "dashboards-are-files": ("lab/scraping.py", "def late() -> None:\n    import grafana_foundation_sdk.models"),
    "dashboards-see-what-anybody-sees": ("grafana/layout.py", "def late() -> None:\n    import lab.topology"),
    "evidence-knows-no-lab": ("observability/evidence/settings.py", "def late() -> None:\n    import lab.home"),
    "lean-load": ("loadgen/pacing.py", "def late() -> None:\n    from pydantic import BaseModel"),
    "services-apart": ("services/chassis/clock.py", "from services.order.domain import Order"),
    "plain-domain": ("services/inventory/domain.py", "from services.inventory.settings import Settings"),
    "floor-plan": ("services/gateway/domain.py", "from services.gateway.schemas import Sku"),
    "web-at-the-edge": ("services/order/tables.py", "import fastapi"),
}
"""The same, less plainly."""


def packages() -> list[str]:
    """Return the top-level packages of the repository."""
    return sorted(init.parent.name for init in ROOT.glob("*/__init__.py"))


def services() -> list[str]:
    """Return the services."""
    return sorted(init.parent.name for init in ROOT.glob("services/*/__init__.py") if init.parent.name != "chassis")


def contracts() -> dict[str, dict[str, Any]]:
    """Return the import contracts, by id."""
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    return {contract["id"]: contract for contract in linter["contracts"]}


def lint_imports(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Check the contracts of the tree in `folder`."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the packages and their contracts that can be broken."""
    for package in packages():
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_rule_is_kept(copy: Path) -> None:
    """`lint-imports` is green."""
    verdict = lint_imports(copy)
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr


@pytest.mark.parametrize(("contract", "breach"), [*BREACHES.items(), *DETOURS.items()])
def test_a_broken_rule_is_red(copy: Path, contract: str, breach: tuple[str, str]) -> None:
    """One line in the wrong place, and `lint-imports` names the rule."""
    path, line = breach
    broken = copy / path
    broken.write_text(f"{broken.read_text()}\n{line}\n")
    verdict = lint_imports(copy, "--contract", contract)
    assert verdict.returncode == 1, verdict.stdout + verdict.stderr
    assert "0 kept, 1 broken" in verdict.stdout
    said = " ".join(verdict.stdout.split())
    assert contracts()[contract]["name"] in said
    assert path.removesuffix(".py").replace("/", ".") in said


def test_every_contract_was_seen_red() -> None:
    """No rule without a breach in this file."""
    assert set(BREACHES) == set(DETOURS) == set(contracts())


def test_both_sides_of_the_wire_are_complete() -> None:
    """A package that is added belongs to the lab, and is held to the rule that keeps it from the platform."""
    lab = set(packages()) - NEUTRAL - {PLATFORM}
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    assert set(linter["root_packages"]) == lab | {PLATFORM, "observability"}
    assert set(contracts()["platform-knows-no-lab"]["forbidden_modules"]) == lab
    assert set(contracts()["lab-knows-no-platform"]["source_modules"]) == lab | {"observability"}


def test_an_advisor_comes_with_the_rule_that_it_may_not_read_the_answers() -> None:
    """The day there is an `advisor`, there is a contract that keeps it from whatever holds ground truth."""
    assert "advisor" not in packages() or "advisor-reads-no-answers" in contracts()


@pytest.mark.parametrize("service", services())
def test_every_service_has_the_same_rooms(service: str) -> None:
    """Having read one, a reader finds the way in all of them."""
    folder = ROOT / "services" / service
    assert [room for room in ROOMS if not (folder / room).is_file()] == []
    assert "FAULTS" in _names(folder / "faults" / "__init__.py")
    assert "create_app" in _names(folder / "app.py")
    assert "Settings" in _names(folder / "settings.py")


@pytest.mark.parametrize("service", services())
def test_domain_code_needs_the_standard_library_only(service: str) -> None:
    """To the letter, whatever packages are installed."""
    tree = ast.parse((ROOT / "services" / service / "domain.py").read_text())
    imported = {
        alias.name.partition(".")[0] if isinstance(node, ast.Import) else (node.module or "").partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert imported <= sys.stdlib_module_names


def _names(module: Path) -> set[str]:
    """Return what a module defines at its top."""
    names = set()
    for node in ast.parse(module.read_text()).body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
            case ast.Assign(targets=[ast.Name(id=name)]):
                names.add(name)
    return names
