"""Claims about settings: what says what they are to be, and what explains that they are something else."""

import asyncio
import copy
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architectures.test_against_the_platform import _apps, _levers
from tests.support.declared_lab import DeclaredLab, declared_lab

SLOW = "setting-changed:order-service-1/payment.timeout_s=3"


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[DeclaredLab]:
    """A lab that is as declared."""
    with declared_lab(tmp_path) as lab:
        yield lab


def test_a_changed_timeout_is_told_with_who_changed_it(lab: DeclaredLab) -> None:
    """Against the document, with pointer and line, and how it is taken back."""
    lab.put("order-service", "payment.timeout_s", 3.0)
    lab.act(
        7,
        "set",
        "order",
        was={"order-service-1": {"payment.timeout_s": 1.2}},
        now={"order-service-1": {"payment.timeout_s": 3.0}},
        undoable=True,
    )
    (one,) = lab.told()["drift"]
    assert one["id"] == SLOW
    assert "is 1.2, says order-service-to-payment-service" in one["declared"]
    assert one["at"]["pointer"].endswith("/config/timeout-s")
    assert "ada set it to 3" in one["seen"]
    assert "lab ops undo 7" in one["remedy"]


def test_a_change_that_nobody_made_is_told_as_such(lab: DeclaredLab) -> None:
    """For every replica, also against the guide where the document says nothing."""
    lab.put("api-gateway", "products_timeout_s", 9)
    told = lab.told()["drift"]
    assert [one["id"] for one in told] == [
        f"setting-changed:api-gateway-{number}/products_timeout_s=9" for number in (1, 2)
    ]
    assert told[0]["at"]["file"].endswith("docs/services.md")
    assert "Nobody wrote down who changed it." in told[0]["seen"]


def test_a_replica_that_was_added_has_its_settings_from_the_others(lab: DeclaredLab) -> None:
    """The act that changed them is the cause there too."""
    lab.settings["order-service"]["order-service-2"] = copy.deepcopy(lab.settings["order-service"]["order-service-1"])
    lab.put("order-service", "payment.timeout_s", 3.0)
    lab.act(7, "set", "order", was={}, now={"order-service-1": {"payment.timeout_s": 3.0}})
    told = lab.told()["drift"]
    assert [one["id"] for one in told] == [SLOW, SLOW.replace("service-1", "service-2")]
    assert all("ada set it to 3" in one["seen"] for one in told)


def test_what_was_marked_good_is_declared(lab: DeclaredLab) -> None:
    """Until it is something else again."""
    lab.put("order-service", "payment.timeout_s", 3.0)
    lab.act(8, "mark-good", "all", was={}, now={"order-service-1": {"payment.timeout_s": 3.0}})
    assert lab.drift() == []
    lab.put("order-service", "payment.timeout_s", 1.2)
    assert lab.drift() == ["setting-changed:order-service-1/payment.timeout_s=1.2"]


def test_the_environment_of_the_lab_declares_what_the_document_does_not(lab: DeclaredLab) -> None:
    """What the document says counts for more, and the variable is told as the cause."""
    lab.say("order-service", "pool_size", "ORDER_POOL_SIZE", "9")
    lab.say("order-service", "payment.timeout_s", "ORDER_PAYMENT__TIMEOUT_S", "3")
    lab.put("order-service", "pool_size", 9)
    lab.put("order-service", "payment.timeout_s", 3.0)
    (one,) = lab.told()["drift"]
    assert one["id"] == SLOW
    assert "ORDER_PAYMENT__TIMEOUT_S was 3 in the environment that the lab was started in." in one["seen"]
    lab.put("order-service", "pool_size", 5)
    declared = {one["id"]: one for one in lab.told()["drift"]}["setting-changed:order-service-1/pool_size=5"]
    assert declared["declared"] == (
        "pool_size of order-service-1 is 9, says the environment that the lab was started in."
    )
    assert declared["at"]["file"] == "lab ops settings order-service-1, ORDER_POOL_SIZE"


def test_the_environment_of_whoever_types_declares_nothing(lab: DeclaredLab, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lab was started by somebody else, perhaps."""
    monkeypatch.setenv("ORDER_POOL_SIZE", "9")
    assert lab.drift() == []
    lab.put("order-service", "pool_size", 9)
    (one,) = lab.told()["drift"]
    assert one["id"] == "setting-changed:order-service-1/pool_size=9"
    assert "environment" not in one["seen"]


def test_services_start_with_what_is_declared(lab: DeclaredLab) -> None:
    """The settings of the real services, as they start."""
    for name, app in _apps().items():
        if name in ("load-balancer", "web-frontend"):
            continue
        settings, _ = asyncio.run(_levers(app))
        for replica in lab.settings[name] or {f"{name}-1": []}:
            lab.settings[name][replica] = list(settings.values())
    told = lab.told()
    assert told["drift"] == []
    (check,) = (one for one in told["checks"] if one["name"] == "settings")
    assert check["compared"] > 60
