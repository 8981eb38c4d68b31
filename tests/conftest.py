"""What holds for every test of the suite."""

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.support import postgres, proof, rabbitmq
from tests.support.back_ends import SQLITE, BackEnd, using
from tests.support.postgres import Cluster

OURS = (
    "ALERTS_", "BILLING_", "CHAOS_", "EDGE_", "EVIDENCE_", "GATEWAY_", "INVENTORY_", "LAB_", "LOADGEN_", "LOG_LEVEL",
    "ORDER_", "OTEL_", "PAYMENT_", "PROVIDER_", "PROXY_", "STOREFRONT_", "WORKER_",
)  # fmt: skip
"""How the names of the variables begin that our settings read."""
LABS = Path(__file__).parent / "lab"
"""Live tests in which nobody shops, most of them of stand-ins: they take no more of the machine than others do."""
LONGEST_NAME = 80
PROOFS = Path(__file__).parent / "faults"
PROXIES = {"http_proxy", "https_proxy", "all_proxy"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let proofs of faults be run on other code than our own."""
    parser.addoption(
        "--services", metavar="DIR", help="run proofs of faults on the code in DIR/services, and only on that"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Have nothing depend on the developer's own settings, nor on how fast the machine is."""
    handed_in = config.getoption("--services")
    proof.judge(Path(handed_in).absolute() if handed_in else None)
    for name in list(os.environ):  # noqa: TID251 -- cleared, not read
        if name.startswith(OURS) or name.lower() in PROXIES:
            del os.environ[name]  # noqa: TID251 -- tests ask only this machine, and say themselves what is set
    # By default Hypothesis fails an example that takes longer than 200 ms.
    slow = [hypothesis.HealthCheck.too_slow]
    hypothesis.settings.register_profile("any machine", deadline=None, suppress_health_check=slow)
    hypothesis.settings.load_profile("any machine")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a case by what it varies where its value is no name: a message packed a second later is another one.

    Workers that find other names than each other run nothing at all.
    """
    return argname if isinstance(val, bytes) or (isinstance(val, str) and len(val) > LONGEST_NAME) else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests that start labs with shoppers on one worker, so that labs do not starve each other.

    They come first: the other workers have the rest of the suite to get on with meanwhile, and labs with a few shoppers
    whom nobody times, whose tests say so. Likewise tests that share a process or a browser which takes seconds to
    start: otherwise each worker would start one of its own. Then comes what is asked of shipped bugs, most of which
    keep whoever asks waiting.
    """
    for item in items:
        if item.get_closest_marker("xdist_group"):
            continue
        if item.get_closest_marker("live"):
            item.add_marker(pytest.mark.xdist_group(item.path.stem if LABS in item.path.parents else "live"))
        elif PROOFS in item.path.parents and item.path.parent != PROOFS:
            item.add_marker(pytest.mark.xdist_group(_under_proof(item)))
        elif item.path.stem.endswith("in_a_browser"):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
    items.sort(key=lambda item: (item.get_closest_marker("live") is None, not _is_faulty(item)))


def _under_proof(item: pytest.Item) -> str:
    """Name the process that a proof is about: repaired and shipped code are run one after the other anyhow."""
    about = [item.path.parent.name, item.path.stem, _parameter(item, "back_end_of_module"), _parameter(item, "subject")]
    return "-".join(str(part) for part in about if part)


def _is_faulty(item: pytest.Item) -> bool:
    subject = _parameter(item, "subject")
    return isinstance(subject, proof.Subject) and subject.is_faulty


def _parameter(item: pytest.Item, name: str) -> object:
    return item.callspec.params.get(name) if isinstance(item, pytest.Function) and hasattr(item, "callspec") else None


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Return a PostgreSQL server that only these tests use."""
    binaries = postgres.programs()
    if binaries is None:
        pytest.skip(postgres.ABSENT)
    with postgres.cluster(binaries) as running:
        yield running


@pytest.fixture(scope="session")
def streaming_replica(cluster: Cluster) -> Iterator[Cluster]:
    """Return a second server, which follows `cluster`."""
    with postgres.streaming_replica(cluster) as running:
        yield running


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[rabbitmq.Node]:
    """Run a RabbitMQ of our own, once for all tests."""
    if not rabbitmq.found():
        pytest.skip(rabbitmq.ABSENT)
    with rabbitmq.running(tmp_path_factory.mktemp("rabbitmq")) as node:
        yield node


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.stack)])
def back_end_of_module(request: pytest.FixtureRequest) -> Iterator[BackEnd]:
    """Have services under test keep their data there: `tests.support.back_ends.database_url` says where."""
    chosen = SQLITE if request.param == "sqlite" else BackEnd(request.getfixturevalue("cluster"))
    with using(chosen), chosen.passing():
        yield chosen


@pytest.fixture(scope="module", params=["sqlite", pytest.param("real", marks=rabbitmq.NEEDED)])
def back_end_with_broker(request: pytest.FixtureRequest) -> Iterator[BackEnd]:
    """Have services under test keep their data and their messages in SQLite, or in PostgreSQL and RabbitMQ.

    A module that wants that has it be its `back_end_of_module`.
    """
    real = request.param == "real"
    chosen = BackEnd(request.getfixturevalue("cluster"), request.getfixturevalue("node")) if real else SQLITE
    with using(chosen), chosen.passing():
        yield chosen


@pytest.fixture
def back_end(back_end_of_module: BackEnd) -> Iterator[BackEnd]:
    """Have the services of each test keep their data there, and nothing of it stay."""
    with back_end_of_module.passing():
        yield back_end_of_module
