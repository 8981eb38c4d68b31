"""What the controller refuses to be told."""

from ipaddress import IPv4Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from chaos.settings import ControllerSettings, is_loopback

TOKEN = SecretStr("a token of some length")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost"])
def test_this_machine_needs_no_token(host: str) -> None:
    """Loopback addresses are open to whoever is on the machine."""
    assert ControllerSettings(host=host).host == host


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.168.1.7", "lab.example", "localhost.example"])  # noqa: S104
def test_strangers_need_a_token(host: str) -> None:
    """Without one the controller does not start, and says what to set."""
    with pytest.raises(ValidationError, match="set CHAOS_TOKEN"):
        ControllerSettings(host=host)
    assert ControllerSettings(host=host, token=TOKEN).token == TOKEN


@settings(deadline=None)
@given(st.ip_addresses(v=4))
def test_only_loopback_addresses_count_as_this_machine(address: IPv4Address) -> None:
    """For every IPv4 address."""
    assert is_loopback(str(address)) == str(address).startswith("127.")


def test_a_short_token_is_refused() -> None:
    """A token that can be guessed is none."""
    with pytest.raises(ValidationError, match="16"):
        ControllerSettings(token=SecretStr("short"))
