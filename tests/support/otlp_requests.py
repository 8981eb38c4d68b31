"""Exports of spans as any sender makes them."""

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.support.evidence_contract.feeding import attributes


def spans_request(start_ns: int, *names: str, trace: int = 1, service: str = "sender") -> ExportTraceServiceRequest:
    """Return an export of spans of one trace, named like this, a millisecond each."""
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    resource.resource.attributes.extend(attributes({"service.name": service, "service.instance.id": f"{service}-1"}))
    scope = resource.scope_spans.add()
    for place, name in enumerate(names, 1):
        scope.spans.add(
            trace_id=trace.to_bytes(16, "big"),
            span_id=(trace * 1000 + place).to_bytes(8, "big"),
            name=name,
            kind=2,
            start_time_unix_nano=start_ns + place,
            end_time_unix_nano=start_ns + place + 1_000_000,
        )
    return request
