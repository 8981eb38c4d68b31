"""The platform as data: which processes there are, where they listen, and whom each of them calls.

Nothing here imports a service: processes are named by dotted names, looked up in the process that becomes one.
"""

import json
from collections.abc import Mapping

from lab.process import CONTROLLER, Process, Topology, told_edges
from lab.site import CHANNEL_OFFSET, EVIDENCE_OFFSET, MESH_OFFSET, Site

SERVE = "services.chassis.serve:main"

HEAVY = (
    "lab.lean:without_colours",
    "aiosqlite",
    "anyio._backends._asyncio",
    "certifi",
    "encodings.idna",
    "fastapi",
    "fastapi.telemetry._runtime",
    "httpcore",
    "httpx",
    "jinja2",
    "opentelemetry.baggage.propagation",
    "prometheus_client.openmetrics.exposition",
    "pydantic_settings",
    "python_multipart",
    "sqlalchemy.dialects.sqlite.aiosqlite",
    "sqlalchemy.ext.asyncio",
    "sniffio",
    "stamina",
    "structlog",
    "uvicorn.lifespan.on",
    "uvicorn.loops.uvloop",
    "uvicorn.protocols.http.httptools_impl",
    "services.chassis.serve",
    "services.chassis.sqlite_queue",
    "services.chassis.rehearsal:rehearse",
)
"""Loaded (or called) once, before the fork: nearly all of the time that a service takes to start goes into these."""

EVIDENCE = (
    "google.protobuf.json_format",
    "importlib.metadata",
    "importlib.resources",
    "opentelemetry.proto.collector.logs.v1.logs_service_pb2",
    "opentelemetry.proto.collector.trace.v1.trace_service_pb2",
    "observability.evidence.receiver",
    "observability.evidence.settings",
    "observability.evidence.store.scraper",
)
"""What the evidence store shares with the others. DuckDB, which has threads, is loaded after the fork."""


def _service(
    short: str,
    name: str,
    offset: int,
    *,
    replicas: int = 1,
    calls: Mapping[str, str] | None = None,
    knows: Mapping[str, str] | None = None,
    databases: Mapping[str, str] | None = None,
    balances: bool = False,
    balancer: str = "",
    queue: str = "",
) -> Process:
    package = f"services.{short}"
    return Process(
        short=short,
        name=name,
        prefix=f"{short.upper()}_",
        offset=offset,
        target=SERVE,
        arguments=(package,),
        replicas=replicas,
        calls=calls or {},
        knows=knows or {},
        databases=databases or {},
        computed=_backends if balances else None,
        balancer=balancer,
        queue=queue,
        preload=(f"{package}.settings", f"{package}.app"),
    )


def _backends(site: Site, topology: Topology) -> dict[str, str]:
    backends = [
        {"url": address, "health_path": "/ready", "interval_s": 0.5, "rise": 1, "fall": 2}
        for address in topology.called_at("load-balancer", "api-gateway", site.base)
    ]
    return {"BACKENDS": json.dumps(backends)}


def _edges(site: Site, topology: Topology) -> dict[str, str]:
    return {"EDGES": json.dumps(told_edges(topology.edges(site.base), topology.places.listens))}


def _load(site: Site, _: Topology) -> dict[str, str]:
    return {"SHAPE": site.shape} | ({"USERS": str(site.users)} if site.users is not None else {})


def _controller(site: Site, topology: Topology) -> dict[str, str]:
    token = topology.places.controller_token(site.home)
    return ({} if token is None else {"TOKEN": token}) | {
        "CHANNEL_PORT": str(site.channel_port),
        "CHANNEL_KEY_FILE": str(site.home.key_file),
        "HOME": str(site.home.run),
        "LAB_STATE": str(site.home.state_file),
        "PROXY_URL": topology.urls_of("mesh", site.base)[0],
    }


def _evidence(site: Site, topology: Topology) -> dict[str, str]:
    # Only services of the platform: what the lab's own processes count would tell what it is doing to them.
    services = [process.name for process in topology.processes if process.joins_channel]
    return {
        "HOME": str(site.home.evidence),
        "LOGS": str(site.home.logs),
        "LAB_STATE": str(site.home.state_file),
        "SERVICES": json.dumps(services),
    }


def platform() -> Topology:
    """Return the processes of Nightshift, the outside world first."""
    return Topology(
        processes=(
            Process(
                short=CONTROLLER,
                name=CONTROLLER,
                prefix="CHAOS_",
                offset=CHANNEL_OFFSET - 1,
                target="chaos.serve:main",
                computed=_controller,
                ready_path="/health",
                preload=("chaos.serve",),
                joins_channel=False,
                sealed=True,
                keeps_on=True,
            ),
            Process(
                short="mesh",
                name="mesh",
                forked=False,  # with nothing but the standard library it is smaller than what a fork writes into
                prefix="PROXY_",
                offset=MESH_OFFSET,
                target="chaos.proxy.serve:main",
                computed=_edges,
                ready_path="/version",
                preload=("chaos.proxy.serve",),
                joins_channel=False,
                sealed=True,
                keeps_on=True,
                carries_calls=True,
            ),
            Process(
                short="evidence",
                name="evidence-store",
                prefix="EVIDENCE_",
                offset=EVIDENCE_OFFSET,
                target="observability.evidence.serve:main",
                computed=_evidence,
                preload=EVIDENCE,
                joins_channel=False,
                keeps_on=True,
                takes_spans=True,
            ),
            _service("provider", "payment-provider", 10, databases={"DATABASE_URL": "provider"}),
            _service(
                "inventory",
                "inventory-service",
                5,
                calls={"SUPPLIER_URL": "payment-provider"},
                knows={"PAYMENT_URL": "payment-service"},
                databases={"DATABASE_URL": "inventory"},
            ),
            _service(
                "payment",
                "payment-service",
                6,
                calls={"CARD_NETWORK_URL": "payment-provider"},
                knows={"ORDER_URL": "order-service"},
                databases={"DATABASE_URL": "payment"},
            ),
            _service("billing", "billing-service", 7, databases={"DATABASE_URL": "billing"}),
            _service(
                "order",
                "order-service",
                4,
                calls={"INVENTORY_URL": "inventory-service", "PAYMENT_URL": "payment-service"},
                databases={"DATABASE_URL": "order", "BROKER_URL": "broker"},
            ),
            _service(
                "worker",
                "fulfilment-worker",
                8,
                calls={
                    "PAYMENT_URL": "payment-service",
                    "BILLING_URL": "billing-service",
                    "INVENTORY_URL": "inventory-service",
                    "ORDER_URL": "order-service",
                },
                databases={"BROKER_URL": "broker"},
                queue="order-queue",
            ),
            _service(
                "gateway",
                "api-gateway",
                2,
                replicas=2,
                balancer="load-balancer",
                calls={
                    "ORDER_URL": "order-service",
                    "INVENTORY_URL": "inventory-service",
                    "BILLING_URL": "billing-service",
                },
            ),
            _service("edge", "load-balancer", 0, calls={"BACKENDS": "api-gateway"}, balances=True),
            _service("storefront", "web-frontend", 1, calls={"PLATFORM_URL": "load-balancer"}),
            Process(
                short="loadgen",
                name="load-generator",
                prefix="LOADGEN_",
                offset=9,
                target="loadgen",
                forked=False,
                calls={"TARGET": "load-balancer", "STOREFRONT": "web-frontend"},
                computed=_load,
                ready_path="/nightshift/status",
                preload=("locust",),
                is_load=True,
                joins_channel=False,
            ),
        ),
        preload=HEAVY,
    )
