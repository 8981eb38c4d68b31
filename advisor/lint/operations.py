"""Rules about what somebody on call needs to know of a node."""

import re
from collections.abc import Iterator

from advisor.calm.model import Metadata, Node, tier
from advisor.calm.pointer import below
from advisor.durations import seconds
from advisor.graph import containers
from advisor.lint.rule import Case, Rule, Said
from advisor.probe import NoProbe, read

OF_SERVICES = {
    "owner": 'the team that runs it: "orders-team"',
    "oncall-slack": 'the channel where it is reached: "#oncall-orders"',
    "tier": '"tier-1", "tier-2" or "tier-3"',
    "health-endpoint": 'the path that tells whether it is well: "/health"',
    "runbook": "a file in the repository",
    "dashboard": "the address of its dashboard",
    "log-query": "what finds its logs",
    "dependencies": "the ids of the nodes that it calls; [] for none",
    "failure-modes": "what is known to go wrong with it",
}
OF_DATABASES = {
    "owner": OF_SERVICES["owner"],
    "oncall-slack": OF_SERVICES["oncall-slack"],
    "tier": OF_SERVICES["tier"],
    "dba-contact": 'who knows the database: "#dba-oncall"',
    "backup-schedule": 'when it is backed up, as cron has it: "0 2 * * *"',
    "restore-time": 'how long it takes to restore: "30 minutes"',
}
OF_MODES = ("symptom", "likely-cause", "check", "remediation", "escalation")
CRON = re.compile(r"^\S+( \S+){4}$")


def _services(case: Case) -> Iterator[Said]:
    for node in case.architecture.nodes:
        if node.is_service:
            yield from _lacking(node, OF_SERVICES)


def _databases(case: Case) -> Iterator[Said]:
    for node in case.architecture.nodes:
        if node.type == "database":
            yield from _lacking(node, OF_DATABASES)


def _lacking(node: Node, needed: dict[str, str]) -> Iterator[Said]:
    for key, meaning in needed.items():
        if key not in node.metadata:
            at = node.metadata.pointer if node.metadata else node.pointer
            yield Said(at, f"{node.id} does not tell its {key}.", f"Add {key!r} to its metadata: {meaning}.")


def _forms(case: Case) -> Iterator[Said]:
    for part in case.architecture.told:
        for key, wrong, mend in _misformed(part.metadata):
            yield Said(part.metadata.at(key), f"The {key} of {part.id} {wrong}.", mend)


def _misformed(metadata: Metadata) -> Iterator[tuple[str, str, str]]:
    if "tier" in metadata and tier(metadata.text("tier")) is None:
        yield "tier", "is no tier", 'Write "tier-1", "tier-2" or "tier-3".'
    if "oncall-slack" in metadata and not re.fullmatch(r"#[a-z0-9_-]+", metadata.text("oncall-slack")):
        yield "oncall-slack", "is no channel", 'Write it as Slack does: "#oncall-orders".'
    if "health-endpoint" in metadata and not metadata.text("health-endpoint").startswith(("/", "http://", "https://")):
        yield "health-endpoint", "is no path", 'Write a path, "/health", or a whole URL.'
    if "backup-schedule" in metadata and not CRON.match(metadata.text("backup-schedule")):
        yield "backup-schedule", "is no schedule", 'Write it as cron has it: "0 2 * * *".'
    if "restore-time" in metadata and seconds(metadata.text("restore-time")) is None:
        yield "restore-time", "is no length of time", 'Write it with its unit: "30 minutes".'


def _modes(case: Case) -> Iterator[Said]:
    for node in case.architecture.nodes:
        if "failure-modes" not in node.metadata:
            continue
        at, modes = node.metadata.at("failure-modes"), node.metadata["failure-modes"]
        if not isinstance(modes, list) or not modes:
            yield Said(
                at, f"{node.id} has no failure mode.", "Write what is known to go wrong with it, or remove the key."
            )
            continue
        for number, mode in enumerate(modes):
            told = mode if isinstance(mode, dict) else {}
            if lacking := [key for key in OF_MODES if not isinstance(told.get(key), str)]:
                yield Said(
                    below(at, number),
                    f"A failure mode of {node.id} does not tell: {', '.join(lacking)}.",
                    "Add it as a sentence.",
                )


def _probes(case: Case) -> Iterator[Said]:
    """A probe that nobody can evaluate would say for ever that all is well."""
    for node in case.architecture.nodes:
        modes = node.metadata.get("failure-modes")
        for number, mode in enumerate(modes if isinstance(modes, list) else ()):
            if isinstance(mode, dict) and "probe" in mode:
                try:
                    read(mode["probe"])
                except NoProbe as no:
                    at = below(node.metadata.at("failure-modes"), number, "probe")
                    yield Said(at, f"The probe of a failure mode of {node.id} {no}.", no.mend)


def _object_form(case: Case) -> Iterator[Said]:
    document = case.architecture
    for part in (document, *document.parts):
        if part.metadata.is_list:
            yield Said(
                part.metadata.pointer,
                f"The metadata of {part.id or 'the document'} is a list.",
                "Write one object: two items of a list may say different things.",
            )


def _reachable(case: Case) -> Iterator[Said]:
    for node in case.architecture.nodes:
        if (node.is_service or node.type == "database") and not node.interfaces:
            yield Said(node.pointer, f"{node.id} has no interface.", "Add where it can be reached, with a 'unique-id'.")


def _restore(case: Case) -> Iterator[Said]:
    for node in case.architecture.nodes:
        takes_s = seconds(node.metadata.text("restore-time"))
        allowed_s = _allowed_s(case, node)
        if takes_s is not None and allowed_s is not None and takes_s > allowed_s:
            yield Said(
                node.metadata.at("restore-time"),
                f"Restoring {node.id} takes {takes_s:g} s, and its recovery time objective is {allowed_s:g} s.",
                "Make restoring faster, or promise less.",
            )


def _allowed_s(case: Case, node: Node) -> float | None:
    holders = [
        case.architecture.node[name]
        for name in containers(case.architecture, node.id)
        if name in case.architecture.node
    ]
    controls = (*node.controls, *(one for holder in holders for one in holder.controls), *case.architecture.controls)
    for control in controls:
        for config, _ in control.configs():
            for key, size in (("rto-seconds", 1), ("rto-s", 1), ("rto-minutes", 60)):
                if isinstance(config.get(key), int | float):
                    return float(config[key]) * size
    return None


RULES = (
    Rule("service-told", "warning", "ours", "Every service tells what somebody on call needs.", _services),
    Rule("database-told", "warning", "ours", "Every database tells owner, DBA, backup and restore time.", _databases),
    Rule("metadata-form", "warning", "ours", "Tiers, channels, paths, schedules and times have their form.", _forms),
    Rule("metadata-object", "warning", "ours", "Metadata is one object.", _object_form),
    Rule(
        "failure-mode-told", "warning", "ours", "Failure modes tell symptom, cause, check, remedy, escalation.", _modes
    ),
    Rule("probe-evaluated", "warning", "ours", "Probes of failure modes are such as can be evaluated.", _probes),
    Rule("node-reachable", "warning", "ours", "Services and databases have an interface.", _reachable),
    Rule(
        "restore-within-objective", "warning", "ours", "Restoring takes no longer than the objective allows.", _restore
    ),
)
