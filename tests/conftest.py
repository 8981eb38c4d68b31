"""What holds for every test of the suite."""

import os

import hypothesis
import pytest

OURS = (
    "ALERTS_", "BILLING_", "CHAOS_", "EDGE_", "EVIDENCE_", "GATEWAY_", "INVENTORY_", "LAB_", "LOADGEN_", "LOG_LEVEL",
    "ORDER_", "OTEL_", "PAYMENT_", "PROVIDER_", "PROXY_", "STOREFRONT_", "WORKER_",
)  # fmt: skip
"""How the names of the variables begin that our settings read."""
PROXIES = {"http_proxy", "https_proxy", "all_proxy"}


def pytest_configure() -> None:
    """Have nothing depend on the developer's own settings, nor on how fast the machine is."""
    for name in list(os.environ):  # noqa: TID251 -- cleared, not read
        if name.startswith(OURS) or name.lower() in PROXIES:
            del os.environ[name]  # noqa: TID251 -- tests ask only this machine, and say themselves what is set
    # By default Hypothesis fails an example that takes longer than 200 ms.
    slow = [hypothesis.HealthCheck.too_slow]
    hypothesis.settings.register_profile("any machine", deadline=None, suppress_health_check=slow)
    hypothesis.settings.load_profile("any machine")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests that start labs on one worker, so that labs do not starve each other.

    They come first: the other worker has the rest of the suite to get on with meanwhile.
    """
    for item in items:
        if item.get_closest_marker("live") and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group("live"))
    items.sort(key=lambda item: item.get_closest_marker("live") is None)
