"""`python -m lab.scraping [--check]`: what Prometheus scrapes under `docker compose`, drawn from the topology.

Targets get the labels that the embedded store gives them, so that every query and rule means the same in both.
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from lab.process import Topology
from lab.site import DEFAULT_BASE
from lab.topology import platform

FILE = Path(__file__).resolve().parents[1] / "observability" / "prometheus" / "prometheus.yml"
RULES = "/etc/prometheus/rules/drill.yaml"
ALERTMANAGER = "alertmanager:9093"
INSTRUMENTS = {
    "prometheus": "localhost:9090",
    "alertmanager": ALERTMANAGER,
    "jaeger": "jaeger:8888",
    "loki": "loki:3100",
    "otel-collector": "otel-collector:8888",
    "rabbitmq": "rabbitmq:15692",
}
"""Job → where it shows its metrics."""


SPARES = {"api-gateway": 4, "fulfilment-worker": 3}
"""Service → number of its last spare replica, which compose declares; looked at while its name can be resolved."""


class Target(NamedTuple):
    """One replica."""

    service: str
    instance: str
    address: str


def targets(topology: Topology, base: int = DEFAULT_BASE) -> list[Target]:
    """Return the replicas of the platform's services; what the lab's own processes count would tell what they do."""
    return [
        Target(each.process.name, each.name, f"{each.name}:{each.port}")
        for each in topology.instances(base)
        if each.process.joins_channel
    ]


def spares(topology: Topology, base: int = DEFAULT_BASE) -> list[Target]:
    """Return the replicas that may join those."""
    return [
        Target(service, each.name, f"{each.name}:{each.port}")
        for service, last in SPARES.items()
        for number in range(topology.named(service).replicas + 1, last + 1)
        for each in (topology.instance(topology.named(service), number, base),)
    ]


def configuration(
    replicas: Iterable[Target],
    rules: str = RULES,
    alertmanager: str = ALERTMANAGER,
    instruments: dict[str, str] | None = None,
    sometimes: Iterable[Target] = (),
) -> str:
    """Write a configuration of Prometheus, 2.42 or later."""
    others = INSTRUMENTS if instruments is None else instruments
    jobs = [line for job, address in others.items() for line in _instrument(job, address)]
    return "\n".join([*_head(rules, alertmanager), *_platform(replicas), *_named(sometimes), *jobs, ""])


def _head(rules: str, alertmanager: str) -> Iterator[str]:
    yield "# Drawn from lab/topology.py by `make docs`. Exemplars are kept with --enable-feature=exemplar-storage."
    yield "global: {scrape_interval: 2s, scrape_timeout: 2s, evaluation_interval: 2s}"
    yield "storage: {exemplars: {max_exemplars: 100000}}"
    yield f"rule_files: [{rules}]"
    yield f"alerting: {{alertmanagers: [{{static_configs: [{{targets: ['{alertmanager}']}}]}}]}}"
    yield "scrape_configs:"


def _platform(replicas: Iterable[Target]) -> Iterator[str]:
    yield "  - job_name: platform"
    yield "    static_configs:"
    for one in replicas:
        labels = f"{{service: {one.service}, instance: {one.instance}}}"
        yield f"      - {{targets: ['{one.address}'], labels: {labels}}}"


def _named(replicas: Iterable[Target]) -> Iterator[str]:
    """Write what is looked for by name: who has none at the moment is not down, but not there."""
    found = [one.address.rpartition(":") for one in replicas]
    if found:
        yield "    dns_sd_configs:"
        for host, _, port in found:
            yield f"      - {{names: [{host}], type: A, port: {port}, refresh_interval: 10s}}"
        yield "    relabel_configs:"
        yield "      - {source_labels: [__meta_dns_name], regex: '(.+)-\\d+', target_label: service}"
        yield "      - {source_labels: [__meta_dns_name], regex: '(.+)', target_label: instance}"


def _instrument(job: str, address: str) -> Iterator[str]:
    yield f"  - job_name: {job}"
    yield "    scrape_interval: 5s"
    yield f"    static_configs: [{{targets: ['{address}'], labels: {{instance: {job}}}}}]"
    # Some of them measure their own requests, under the names that the platform's services use.
    yield "    metric_relabel_configs: [{source_labels: [__name__], regex: 'http_.+|rpc_.+', action: drop}]"


def composed() -> str:
    """Return the file for compose."""
    return configuration(targets(platform()), sometimes=spares(platform()))


def main() -> int:
    """Return 1 when the file was not current and was only to be checked."""
    check, text = "--check" in sys.argv[1:], composed()
    if FILE.exists() and FILE.read_text(encoding="utf-8") == text:
        return 0
    if not check:
        FILE.parent.mkdir(exist_ok=True)
        FILE.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{FILE.name}: {'not current, run make docs' if check else 'renewed'}\n")
    return int(check)


if __name__ == "__main__":
    raise SystemExit(main())
