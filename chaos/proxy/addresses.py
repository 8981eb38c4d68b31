"""Addresses as Go writes them: `127.0.0.1:8080`, `[::1]:8080`, `:8080` for every interface."""

from chaos.proxy.errors import bad_address

Address = tuple[str, int]


def parsed(text: str) -> Address:
    """Return host and port. Raises Refused."""
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdecimal() or int(port) > 65535:
        raise bad_address(text)
    return host.strip("[]"), int(port)


def written(host: str, port: int) -> str:
    """Return an address as one text."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
