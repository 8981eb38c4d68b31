"""Settings come from the environment, one knob at a time."""

from typing import ClassVar

import pytest
from pydantic_settings import SettingsConfigDict

from services.chassis.settings import PeerLimits, ServiceSettings


class Settings(ServiceSettings):
    """Those of a service with one neighbour."""

    model_config = SettingsConfigDict(env_prefix="SHELF_", env_nested_delimiter="__", frozen=True)
    service: ClassVar[str] = "shelf-service"

    port: int = 0
    instance: str = "shelf-service-1"
    ladder: PeerLimits = PeerLimits(timeout_s=1.2, attempts=2, slots=4)


def test_one_knob_of_a_neighbour_leaves_the_others_as_the_service_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not as `PeerLimits` has them: a longer wait does not bring another attempt with it."""
    monkeypatch.setenv("SHELF_LADDER__TIMEOUT_S", "3")
    assert Settings().ladder == PeerLimits(timeout_s=3, attempts=2, slots=4)
