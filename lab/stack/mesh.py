"""The ways between the services, as Toxiproxy reads them."""

import json

from lab.process import told_edges
from lab.stack.topology import SITE, platform

FILE = "deploy/compose/mesh.json"


def text() -> str:
    """Return the file."""
    topology = platform()
    edges = told_edges(topology.edges(SITE.base), topology.places.listens)
    return json.dumps([{**edge, "enabled": True} for edge in edges], indent=1) + "\n"
