"""What is done before the fork for all services."""

import ssl
import subprocess
import sys

from services.chassis import tls
from tests.support.lab import ROOT

REHEARSE = """
import gc, logging, os, sys, threading
from services.chassis.rehearsal import rehearse
from services.chassis.client import Neighbour
descriptors, handlers = os.listdir("/dev/fd"), list(logging.getLogger().handlers)
rehearse()
gc.collect()
assert threading.active_count() == 1, threading.enumerate()
assert os.listdir("/dev/fd") == descriptors
assert logging.getLogger().handlers == handlers
"""


def test_rehearsal_leaves_nothing_that_a_fork_must_not_inherit() -> None:
    """It starts no thread, holds no descriptor open and does not set up logs, in any environment."""
    hostile = {"PORT": "none", "LIMITS": "none", "OTEL_TRACES_EXPORTER": "otlp", "PATH": ""}
    subprocess.run([sys.executable, "-c", REHEARSE], cwd=ROOT, env=hostile, check=True)


def test_transports_of_one_scheme_share_their_tls_context() -> None:
    """One context per process is enough; that for https still trusts only who is vouched for."""
    assert tls.context_for("http") is tls.context_for("http")
    assert tls.context_for("https") is tls.context_for("https")
    assert tls.context_for("https").verify_mode is ssl.CERT_REQUIRED
    assert tls.context_for("https").check_hostname
