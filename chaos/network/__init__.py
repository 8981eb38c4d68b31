"""Spoiling connections between services, by way of whatever speaks the API of Toxiproxy."""

from chaos.network.errors import NetworkError, NotOnANetwork, ProxyFailed, ProxyUnreachable, UnknownEdge, WrongParams
from chaos.network.faults import FAULTS, NetworkFault, Param
from chaos.network.toxiproxy import Toxiproxy

__all__ = [
    "FAULTS",
    "NetworkError",
    "NetworkFault",
    "NotOnANetwork",
    "Param",
    "ProxyFailed",
    "ProxyUnreachable",
    "Toxiproxy",
    "UnknownEdge",
    "WrongParams",
]
