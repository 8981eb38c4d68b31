"""The `google.rpc.Status` that OTLP puts into refusals, encoded by hand: two fields are not worth a dependency."""

from observability.wiring.otlp import text, varint


def status(code: int, message: str) -> bytes:
    """Return the encoded status: `code` (field 1), `message` (field 2)."""
    return b"\x08" + varint(code) + text(b"\x12", message)
