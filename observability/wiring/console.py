"""Spans on standard output, for a look without a receiver (`OTEL_TRACES_EXPORTER=console`)."""

import json
import sys

from google.protobuf.json_format import MessageToDict  # type: ignore[import-untyped]
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class ConsoleSender:
    """Writes each batch as one line of OTLP/JSON (ids in base64, as the protobuf library has them)."""

    endpoint = "stdout"

    def send(self, body: bytes) -> int:
        """Write one batch."""
        line = json.dumps(MessageToDict(ExportTraceServiceRequest.FromString(body)))
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
        return 200

    def close(self) -> None:
        """Nothing to let go."""
