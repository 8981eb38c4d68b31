"""The real platform under the lab: started, reset and replaced as a whole."""

import re
from collections.abc import Iterator

import httpx
import psutil
import pytest

from lab.topology import platform
from tests.support.lab import RunningLab, running_lab
from tests.support.polling import poll_until

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """The platform without load."""
    with running_lab(tmp_path_factory.mktemp("platform"), "--no-load") as lab:
        yield lab


def _buy(lab: RunningLab) -> str:
    """Place an order through the edge and return its id."""
    with httpx.Client(base_url=lab.url("edge"), trust_env=False, timeout=10) as shop:
        sku = shop.get("/products").raise_for_status().json()["products"][0]["sku"]
        order = {"customer_id": "ada", "lines": [{"sku": sku, "quantity": 1}], "card_token": "tok_visa_4242"}
        answer = shop.post("/orders", json=order, headers={"Idempotency-Key": "a-key"}).raise_for_status()
        return str(answer.json()["order_id"])


def test_every_process_is_ready_under_its_own_name(lab: RunningLab) -> None:
    """All replicas are up, and the system's process list tells them apart by instance and nothing else."""
    status = lab.status()
    expected = [instance.name for instance in platform().instances(0) if not instance.process.is_load]
    assert [name for name, replica in status.items() if replica["state"] == "ready"] == expected
    for name in expected:
        assert psutil.Process(lab.pid(name)).cmdline()[0] == name


def test_fork_server_has_loaded_everything_and_has_one_thread(lab: RunningLab) -> None:
    """Every module of the list exists, and none has started a thread, which no fork would survive."""
    loaded = lab.records(event="forkserver.loaded")[-1]
    assert loaded["missing"] == {}
    assert psutil.Process(lab.json("status")["forkserver"]).num_threads() == 1


def test_log_of_the_controller_is_kept_from_those_who_look_for_a_fault(lab: RunningLab) -> None:
    """The merged log has every process of the platform and not the controller's; that one has to be asked for."""
    replicas = {record["replica"] for record in lab.records()}
    assert "order-service-1" in replicas
    assert "controller" not in replicas | {line.split()[1] for line in lab.cli("logs").splitlines()}
    assert "controller" in lab.cli("logs", "controller")


def test_reset_forgets_orders_and_brings_the_seed_data_back(lab: RunningLab) -> None:
    """After a reset the order is unknown and the shop sells again."""
    order_id = _buy(lab)
    page = f"{lab.url('edge')}/orders/{order_id}"
    assert httpx.get(page, trust_env=False).status_code == 200
    said = lab.cli("reset")
    assert "as new after" in said
    assert httpx.get(page, trust_env=False).status_code == 404
    assert _buy(lab) != order_id


def test_order_can_be_followed_through_the_logs_by_its_trace(lab: RunningLab) -> None:
    """`lab logs --trace` shows the services that one request has touched, by way of the load balancer."""
    answer = httpx.get(f"{lab.url('edge')}/products", trust_env=False)
    assert answer.status_code == 200
    # An answer may be here before the line that tells of it is in the log.
    served = poll_until(
        lambda: [r for r in lab.records(replica="load-balancer-1", event="request.served") if r["path"] == "/products"],
        "the load balancer's line",
    )
    trace_id = served[-1]["trace_id"]
    poll_until(
        lambda: {"load-balancer", "api-gateway"} <= set(re.findall("load-balancer|api-gateway", shown(lab, trace_id))),
        "the lines of all services that were touched",
    )


def shown(lab: RunningLab, trace_id: str) -> str:
    """Return what `lab logs` shows of one trace."""
    return lab.cli("logs", "--trace", trace_id)


def test_load_can_be_let_in_later_and_survives_a_reset(lab: RunningLab) -> None:
    """A lab without shoppers gets them by `load set`; a reset goes on with as many as there were."""
    assert lab.json("load set", "--users", "2")["users_asked"] == 2
    lab.json("load set", "--users", "3")
    lab.cli("reset")
    assert lab.json("load status")["users_asked"] == 3


def test_ending_it_leaves_no_complaint_in_the_logs(lab: RunningLab) -> None:
    """A lab that is ended in good order has nothing to warn of: callers go before those they call."""
    before = len(lab.records())
    lab.cli("down")
    complaints = [
        record
        for record in lab.records()[before:]
        if record.get("level") in ("warning", "error", "critical")
        and record.get("alert") != "ReplicaRestarting"  # which is about the two resets before
    ]
    assert complaints == []
