"""The telemetry of one service: metrics, tracer and logs joined, and ended together."""

import asyncio
from types import TracebackType
from typing import Protocol, Self

from observability.wiring import current, logs
from observability.wiring import vocabulary as names
from observability.wiring.current import Identity, Ids
from observability.wiring.export import BatchExporter, HttpSender, Sender
from observability.wiring.metrics import Metrics
from observability.wiring.settings import TelemetrySettings
from observability.wiring.tracing import Tracer, sampler

CLOSE_WITHIN_S = 3.0


class ServiceIdentity(Protocol):
    """What `wire` needs to know of a service."""

    @property
    def service(self) -> str:
        """The service's name, such as `order-service`."""

    @property
    def instance(self) -> str:
        """This replica's name, such as `order-service-1`."""


class Telemetry:
    """What a service measures with. Close it when the service ends (or use it as an asynchronous context manager)."""

    def __init__(self, identity: Identity, settings: TelemetrySettings) -> None:
        self.identity = identity
        self.enabled = not settings.sdk_disabled
        self.metrics = Metrics()
        self._exporter = self._exporter_to(settings) if self.enabled else None
        sink = None if self._exporter is None else self._exporter.offer
        self.tracer = Tracer(sink, sampler(settings.traces_sampler, settings.traces_sampler_arg))

    @staticmethod
    def current_ids() -> Ids:
        """Trace, span and request id of the work at hand."""
        return current.ids()

    def bind(self) -> None:
        """Let logs of the present context (and of tasks started from it) speak for this service."""
        current.identity.set(self.identity)

    def flush(self, within_s: float = CLOSE_WITHIN_S) -> bool:
        """Deliver what waits now; False when that took longer than `within_s` seconds."""
        return self._exporter is None or self._exporter.flush(within_s)

    def close(self, within_s: float = CLOSE_WITHIN_S) -> None:
        """Deliver what waits; takes at most `within_s` seconds."""
        if self._exporter is not None:
            self._exporter.close(within_s)

    async def aclose(self, within_s: float = CLOSE_WITHIN_S) -> None:
        """`close` without holding up the event loop."""
        if self._exporter is not None:
            await asyncio.to_thread(self._exporter.close, within_s)

    async def __aenter__(self) -> Self:
        self.bind()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        await self.aclose()

    def _exporter_to(self, settings: TelemetrySettings) -> BatchExporter | None:
        if settings.exporter == "none":
            return None
        dropped = self.metrics.counter(names.SPANS_DROPPED)
        return BatchExporter(
            _sender(settings),
            resource(self.identity, settings),
            queue_size=settings.bsp_max_queue_size,
            batch_size=settings.bsp_max_export_batch_size,
            delay_s=settings.bsp_schedule_delay / 1000,
            give_up_s=settings.bsp_export_timeout / 1000,
            delivered=self.metrics.counter(names.SPANS_EXPORTED).inc,
            dropped=lambda reason, count: dropped.labels(reason).inc(count),
        )


def resource(identity: Identity, settings: TelemetrySettings) -> dict[str, str]:
    """What every span says about where it comes from."""
    return {
        names.SERVICE_NAMESPACE: "nightshift",
        names.SDK_LANGUAGE: "python",
        names.SDK_NAME: "nightshift",
        **settings.resource(),
        names.SERVICE_NAME: settings.service_name or identity.service,
        names.SERVICE_INSTANCE: identity.instance,
    }


def _sender(settings: TelemetrySettings) -> Sender:
    if settings.exporter == "console":
        from observability.wiring.console import ConsoleSender  # noqa: PLC0415 -- brings protobuf; few want it

        return ConsoleSender()
    return HttpSender(
        settings.endpoint,
        headers=settings.headers,
        timeout_s=settings.timeout_s,
        compressed=settings.compression == "gzip",
        certificate=settings.certificate,
    )


def wire(service: ServiceIdentity, settings: TelemetrySettings | None = None) -> Telemetry:
    """Set up logs, metrics and traces of one service; `settings` come from the environment unless given."""
    settings = settings or TelemetrySettings()
    identity = Identity(service.service, service.instance)
    logs.configure(settings.log_level, identity)
    return Telemetry(identity, settings)
