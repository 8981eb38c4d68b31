"""Logs, metrics and traces of a service: `telemetry = wire(settings)`, once per service."""

from observability.wiring.current import Ids
from observability.wiring.telemetry import ServiceIdentity, Telemetry, wire

__all__ = ["Ids", "ServiceIdentity", "Telemetry", "wire"]
