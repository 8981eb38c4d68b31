"""A lab that is in every respect as the architecture document has it, to be changed by tests."""

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from fastapi import FastAPI

from advisor.calm.reading import load
from advisor.drift.calls import Declared
from lab import state
from lab.cli import root
from lab.home import Home
from lab.ops.audit import Act
from lab.state import LabState
from lab.topology import platform
from observability.evidence.api import router as evidence_router
from observability.evidence.model import Kind, Span
from observability.slo.alert import Alert
from observability.slo.api import router as rules_router
from observability.slo.budgets import Standing
from observability.slo.document import load as load_document
from observability.slo.presets import DRILL
from observability.slo.rules import Ruleset, ruleset
from observability.slo.verdicts import Verdicts
from tests.support.evidence_server import serving
from tests.support.fake_control import Verbs, fake_control
from tests.support.memory_evidence.evidence import MemoryEvidence

CALLS = 30
LONG_AGO_S = 60.0
STARTED = "2026-01-01T00:00:00.000000Z"
PEER = "peer.service"


class QuietJudge:
    """Has rules, of which none fires."""

    def __init__(self) -> None:
        self.rules: Ruleset = ruleset(load_document(), DRILL)
        self.missing: frozenset[str] = frozenset()
        self.problem = ""

    async def verdicts(self) -> Verdicts:
        """Return that nothing is on."""
        return Verdicts(None, self.problem, (), (), self.missing)

    def history(self, limit: int) -> list[Alert]:
        """Return nothing."""
        del limit
        return []

    async def standings(self) -> list[Standing]:
        """Return nothing."""
        return []


@dataclass
class DeclaredLab:
    """What is seen; change it before you ask."""

    home: Home
    evidence: MemoryEvidence
    judge: QuietJudge = field(default_factory=QuietJudge)
    settings: "Settings" = field(default_factory=dict)
    """Service → replica → settings in force."""
    containers: dict[str, str] = field(default_factory=dict)
    """Container → state, of a lab in containers."""
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def lab(self, *words: str) -> Result:
        """Run `lab drift …`."""
        decisions = ("--decisions", str(self.home.root / "decisions.json"))
        words = ("drift", *words, "--enough", "20", *decisions, "--home", str(self.home.root))
        return CliRunner().invoke(root, words, prog_name="lab")

    def drift(self, *words: str) -> list[str]:
        """Return the ids of what counts."""
        return [one["id"] for one in self.told(*words)["drift"]]

    def told(self, *words: str) -> dict[str, Any]:
        """Return everything, and see that the exit code fits."""
        answer = self.lab(*words, "--json")
        told: dict[str, Any] = json.loads(answer.stdout)
        assert answer.exit_code == (1 if told["drift"] else 0), answer.output
        return told

    def call(
        self, *services: str, times: int = CALLS, via: str = "http", meant: str = "", ago_s: float = LONG_AGO_S
    ) -> str:
        """Have each service call the next one, within one trace; return the id of the last trace.

        `meant`: the caller thinks that this is whom it calls.
        """
        trace = ""
        for _ in range(times):
            trace = f"{next(self._numbers):032x}"
            self.evidence.record(*_spans(trace, services, self.evidence.now_s - ago_s, via, meant))
        return trace

    def put(self, service: str, name: str, value: Any) -> None:
        """Have a setting in force, in all replicas."""
        for listed in self.settings[service].values():
            next(one for one in listed if one["name"] == name)["value"] = value

    def say(self, service: str, name: str, variable: str, value: str) -> None:
        """Have had a variable in the environment that the lab was started in."""
        for listed in self.settings[service].values():
            one = next(one for one in listed if one["name"] == name)
            one["environment"] = {"variable": variable, "value": value}

    def contain(self, containers: Iterable[str]) -> None:
        """Have all processes be containers, as Docker does."""
        told = json.loads(self.home.state_file.read_text())
        for one in told["replicas"].values():
            one.update(contained=True)
        self.home.state_file.write_text(json.dumps(told))
        self.containers = dict.fromkeys(containers, "running")

    def act(self, number: int, act: str, target: str, **more: Any) -> None:
        """Have somebody do something, on record."""
        told = Act(number, "2026-01-02T00:00:00.000000Z", "ada", act, target, **more)
        with self.home.operations_file.open("a") as file:
            file.write(json.dumps(asdict(told)) + "\n")


@contextmanager
def declared_lab(
    folder: Path, *, unseen: tuple[str, str] | None = None, ago_s: float = LONG_AGO_S
) -> Iterator[DeclaredLab]:
    """Run what is asked of such a lab. Its calls were made `ago_s` ago, all but the one that was not seen."""
    lab = DeclaredLab(Home.at(folder), MemoryEvidence(float(int(time.time()))))
    declared = Declared(load())
    for pair in declared.calls:
        if pair != unseen:
            lab.call(*pair, ago_s=ago_s)
    for users in declared.queues.values():
        lab.call(*dict.fromkeys(name for name, _ in users), via="queue", ago_s=ago_s)
    lab.settings = _settings()
    lab.home.data.mkdir(parents=True)
    for name in ("order", "inventory", "payment", "billing", "broker"):
        lab.home.database(name).touch()
    app = FastAPI()
    app.include_router(evidence_router(lab.evidence))
    app.include_router(rules_router(lab.judge))
    verbs: Verbs = {
        "ping": dict,
        "ops.settings": lambda name: {"settings": lab.settings.get(name, {})},
        "containers": lambda: {"containers": lab.containers},
    }
    with serving(app) as url, fake_control(verbs) as socket:
        tell(lab.home, url, socket)
        yield lab


def tell(home: Home, url: str, socket: str) -> None:
    """Write the state of a lab with all replicas."""
    home.run.mkdir(parents=True, exist_ok=True)
    replicas = {
        one.name: {
            "service": one.process.name,
            "short": one.process.short,
            "port": one.port,
            "url": one.url,
            "state": "ready",
            "pid": 1,
            "contained": False,
        }
        for one in platform().instances(8080)
    }
    state.write(home, LabState(1, socket, STARTED, 8080, {"evidence": url}, replicas))


Settings = dict[str, dict[str, list[dict[str, Any]]]]
"""Service → replica → settings as a replica lists them."""

DECLARED: dict[str, dict[str, Any]] = {
    "order-service": {"payment.timeout_s": 1.2, "payment.attempts": 2, "pool_size": 5},
    "api-gateway": {"inventory.timeout_s": 0.7, "products_timeout_s": 1.5},
    "load-balancer": {"backends": [{"url": "http://127.0.0.1:8105"}]},
}


def _settings() -> Settings:
    found: Settings = {}
    for one in platform().instances(8080):
        if one.process.joins_channel:
            values = DECLARED.get(one.process.name, {})
            listed = [{"name": name, "value": value, "default": value} for name, value in values.items()]
            found.setdefault(one.process.name, {})[one.name] = listed
    return found


def _spans(trace: str, services: tuple[str, ...], start_s: float, via: str, meant: str) -> Iterator[Span]:
    asks, serves = ("client", "server") if via == "http" else ("producer", "consumer")
    parent, number = "", count(1)

    def span(service: str, kind: Any, peer: str = "") -> Span:
        at = next(number)
        attributes = {PEER: peer} if peer else {}
        made: Kind = kind
        return Span(
            trace,
            f"{at:016x}",
            parent,
            service,
            f"{service}-1",
            "GET /",
            made,
            start_s + at * 0.001,
            0.01,
            error=False,
            status_message="",
            attributes=attributes,
            resource={"service.name": service},
        )

    for place, service in enumerate(services):
        one = span(service, serves if place else "server")
        yield one
        parent = one.span_id
        if place + 1 < len(services):
            one = span(service, asks, meant or services[place + 1])
            yield one
            parent = one.span_id
