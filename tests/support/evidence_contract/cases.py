"""What every implementation of `Evidence` answers, whatever stands behind it.

A test module subclasses `EvidenceContract` and gives the fixture `told`: the evidence, fed with `story.tell`. The cases
may share one.
"""

from tests.support.evidence_contract.graph import GraphContract
from tests.support.evidence_contract.logs import LogsContract
from tests.support.evidence_contract.metrics import MetricsContract
from tests.support.evidence_contract.traces import TracesContract


class EvidenceContract(MetricsContract, TracesContract, LogsContract, GraphContract):
    """All of it."""
