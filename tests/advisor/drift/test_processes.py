"""Claims about nodes against what runs."""

from typing import Any

import pytest

from advisor.drift.processes import Replica, Running, compare
from tests.support.drifting import document, ids


def deployed(whole: dict[str, Any]) -> None:
    """Say what nodes are in the embedded lab."""
    for number, names in ((1, ["shop-1"]), (2, ["till-1"]), (3, ["data/books.db"])):
        whole["nodes"][number]["metadata"]["deployment"] = {"embedded": names}


def running(**more: Any) -> Running:
    """Return both services, as declared."""
    told = {"shop-1": Replica("shop", 80), "till-1": Replica("till", 80)}
    usual: dict[str, Any] = {"replicas": told, "files": {"data/books.db"}}
    return Running(deployment="embedded", evidence="state.json", **{**usual, **more})


SHOP, TILL = Replica("shop", 80), Replica("till", 80)


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({}, []),
        ({"replicas": {"shop-1": SHOP}}, ["node-missing:till-1"]),
        ({"replicas": {"shop-1": SHOP, "till-1": Replica("till", 80, runs=False)}}, ["node-missing:till-1"]),
        ({"replicas": {"shop-1": SHOP, "till-1": TILL, "till-2": TILL}}, ["node-extra:till-2"]),
        ({"replicas": {"shop-1": SHOP, "till-1": TILL, "crowd-1": Replica("crowd")}, "outside": {"crowd"}}, []),
        ({"replicas": {"shop-1": SHOP, "till-1": Replica("shop", 80)}}, ["node-other-service:till-1/shop"]),
        ({"replicas": {"shop-1": SHOP, "till-1": Replica("till", 81)}}, ["node-port:till-1/81"]),
        ({"port_shift": 10, "replicas": {"shop-1": Replica("shop", 90), "till-1": Replica("till", 90)}}, []),
        ({"files": set()}, ["file-missing:data/books.db"]),
        ({"files": None}, []),
        ({"whole": True, "word": "container", "replicas": {"shop-1": SHOP}}, ["container-missing:till-1"]),
    ],
)
def test_replicas_ports_and_files_are_compared(more: dict[str, Any], found: list[str]) -> None:
    """What is missing, what is too much, what is another's, what listens elsewhere."""
    assert ids(compare(document(deployed), running(**more))) == found


def test_what_is_missing_tells_where_it_is_declared() -> None:
    """Down to the name in the deployment."""
    (one,) = compare(document(deployed), running(replicas={"shop-1": SHOP})).drifts
    assert one.at.pointer == "/nodes/2/metadata/deployment/embedded/0"
    assert one.evidence == ("state.json",)
