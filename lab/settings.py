"""What the lab takes from the environment, and the environment that its processes are given."""

import os
import sys
from dataclasses import dataclass

from lab.errors import LabError

LOOPBACK = "localhost,127.0.0.1,::1"


@dataclass(frozen=True)
class Settings:
    """Read once, when the supervisor starts."""

    min_free_mb: int = 200
    """Refuse to start with less free space than this (`LAB_MIN_FREE_MB`)."""
    log_mb: float = 16.0
    """A log file is put aside when it is larger than this (`LAB_LOG_MB`); one older file is kept."""
    ready_within_s: float = 30.0
    """How long a process may take to become ready (`LAB_READY_WITHIN_S`)."""

    @classmethod
    def from_environment(cls) -> "Settings":
        """Read the variables; what is not set keeps its default. Raises LabError."""
        env = os.environ  # noqa: TID251 -- this is the settings module
        try:
            return cls(
                min_free_mb=int(env.get("LAB_MIN_FREE_MB", cls.min_free_mb)),
                log_mb=float(env.get("LAB_LOG_MB", cls.log_mb)),
                ready_within_s=float(env.get("LAB_READY_WITHIN_S", cls.ready_within_s)),
            )
        except ValueError as error:
            raise LabError(f"LAB_MIN_FREE_MB, LAB_LOG_MB and LAB_READY_WITHIN_S must be numbers: {error}.") from None


def environment() -> dict[str, str]:
    """Return the variables as they are."""
    return dict(os.environ)  # noqa: TID251 -- this is the settings module


def for_processes(spans_go_to: str | None = None) -> dict[str, str]:
    """Return the environment that every process of the lab starts from.

    It is the person's own, so that services can be tuned by variables, made safe for loopback and for forking. Spans go
    to the URL that is given, unless the person has said where to.
    """
    env = dict(os.environ)  # noqa: TID251 -- this is the settings module
    env.pop("OTEL_SERVICE_NAME", None)  # every service has a name of its own
    if not {"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"} & env.keys():
        if spans_go_to is None:
            env.setdefault("OTEL_TRACES_EXPORTER", "none")
        else:
            env["OTEL_EXPORTER_OTLP_ENDPOINT"] = spans_go_to
    around = "*" if sys.platform == "darwin" else ",".join(filter(None, (env.get("no_proxy"), LOOPBACK)))
    env["no_proxy"] = env["NO_PROXY"] = around  # asking macOS for its proxies is not safe after a fork
    if sys.platform == "darwin":
        env["OBJC_DISABLE_INITIALIZE_FORK_SAFETY"] = "YES"
    return env
