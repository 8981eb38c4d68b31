"""What Prometheus scrapes is what the topology has, under the labels of the embedded store."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from lab.home import Home
from lab.scraping import FILE, INSTRUMENTS, configuration, targets
from lab.site import DEFAULT_BASE, Site
from lab.topology import platform
from observability.slo.prometheus import FOLDER as RULES
from tests.support.pages import ROOT
from tests.support.prometheus import NO_PROMTOOL, PROMTOOL
from tests.support.yaml_files import read


def test_it_is_current() -> None:
    """If this fails: run make docs."""
    command = [sys.executable, "-m", "lab.scraping", "--check"]
    verdict = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert verdict.returncode == 0, verdict.stdout


def test_every_replica_that_the_embedded_store_looks_at_is_scraped(tmp_path: Path) -> None:
    """No other one: what the lab's own processes count would tell what they do."""
    topology = platform()
    site = Site(Home.at(tmp_path))
    (store,) = (one for one in topology.instances(DEFAULT_BASE) if one.process.takes_spans)
    services = json.loads(topology.environment(store, site)["EVIDENCE_SERVICES"])
    job = next(job for job in read(FILE)["scrape_configs"] if job["job_name"] == "platform")
    scraped = {(one["labels"]["service"], one["labels"]["instance"]): one["targets"] for one in job["static_configs"]}
    assert scraped == {
        (one.process.name, one.name): [f"{one.name}:{one.port}"]
        for one in topology.instances(DEFAULT_BASE)
        if one.process.name in services
    }
    assert scraped["order-service", "order-service-1"] == ["order-service-1:8084"]


def test_the_instruments_are_scraped_too() -> None:
    """Without the label `service`, by which the platform's series are told apart."""
    jobs = {job["job_name"]: job for job in read(FILE)["scrape_configs"]}
    assert jobs.keys() == {"platform", *INSTRUMENTS}
    labels = [set(one["labels"]) for name in INSTRUMENTS for one in jobs[name]["static_configs"]]
    assert labels == [{"instance"}] * len(INSTRUMENTS)


def test_it_is_scraped_as_often_as_the_windows_of_a_drill_need() -> None:
    """Every two seconds, as the embedded store does."""
    assert read(FILE)["global"]["scrape_interval"] == "2s"


@pytest.mark.stack
@pytest.mark.skipif(PROMTOOL is None, reason=NO_PROMTOOL)
def test_promtool_accepts_it(tmp_path: Path) -> None:
    """With the rules of the repository."""
    file = tmp_path / "prometheus.yml"
    file.write_text(configuration(targets(platform()), rules=str(RULES / "drill.yaml")))
    verdict = subprocess.run([str(PROMTOOL), "check", "config", str(file)], capture_output=True, text=True, check=False)
    assert verdict.returncode == 0, verdict.stderr
