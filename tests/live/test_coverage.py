"""Coverage of a running lab: whole on healthy load, and lower once one hop loses one header."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.request import Request, urlopen

import pytest

from tests.support.lab import RunningLab, running_lab
from tests.support.polling import poll_until
from tests.support.relay import Relay

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("few-shoppers"), pytest.mark.timeout(300)]

EDGE = "order-service->inventory-service"


@pytest.fixture
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """Return a lab with a few shoppers."""
    with running_lab(tmp_path_factory.mktemp("coverage"), "--users", "15") as lab:
        yield lab


def covered(lab: RunningLab) -> dict[str, Any]:
    """Return what the last ten settled seconds have left."""
    found: dict[str, Any] = json.loads(lab.cli("coverage", "--since", "10s", "--json", check=False))
    return found


def whole(lab: RunningLab) -> bool:
    """Whether whole flows were gone through, and all that was looked at is complete."""
    found = covered(lab)
    passed = found["flows"].get("order-processing-flow", {"total": 0})["total"]
    return bool(passed >= 3 and found["complete"]["percent"] == 100 and found["exemplars"]["percent"] == 100)


def lead_through(lab: RunningLab, port: int) -> None:
    """Have the mesh lead the way from order to inventory through `port`."""
    body = json.dumps({"upstream": f"127.0.0.1:{port}"}).encode()
    with urlopen(Request(f"{lab.url('mesh')}/proxies/{EDGE}".replace(">", "%3E"), body, method="POST")) as answer:  # noqa: S310 -- our own mesh
        assert answer.status == 200


def test_a_header_that_is_lost_on_one_hop_lowers_it(lab: RunningLab) -> None:
    """Checkouts then lack the inventory, which begins traces of its own; with the header back all is whole again."""
    poll_until(lambda: whole(lab), "complete traces", within_s=90, every_s=1)
    inventory = int(lab.url("inventory").rpartition(":")[2])
    with Relay(inventory, change=lambda piece: piece.replace(b"traceparent:", b"x-mislaid-0:")) as thief:
        lead_through(lab, int(thief.channel.rpartition(":")[2]))
        poll_until(lambda: _mislaid(lab), "checkouts without it", within_s=60)
        assert covered(lab)["complete"]["percent"] < 100
        lead_through(lab, inventory)
    poll_until(lambda: whole(lab), "complete traces again", within_s=90, every_s=1)


def _mislaid(lab: RunningLab) -> bool:
    told = [phrase for verdict in covered(lab)["incomplete"] for phrase in verdict["missing"]]
    return any(phrase.startswith("inventory-service left no span for order-service") for phrase in told)
