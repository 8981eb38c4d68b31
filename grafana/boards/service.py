"""One service from all sides: what it answers, whom it calls, what it lives on, what it says."""

from grafana_foundation_sdk.builders import logs, stat, statetimeline, timeseries
from grafana_foundation_sdk.models.dashboard import Dashboard

from grafana import promql
from grafana.layout import every_service, finished, frame
from grafana.lines_of_logs import log_lines
from grafana.panels import RED, About, Query, figure, lines, states
from grafana.promql import CALLED, SERVED

THIS = 'service="$service"'


def board() -> Dashboard:
    """Draw it."""
    return finished(
        frame("service", "Service", "One service: its answers, its calls, its replicas, its log.").with_variable(
            every_service()
        ),
        [*head(), *answers(), *calls(), *replicas(), said()],
    )


def head() -> list[stat.Panel]:
    """The figures of this moment."""
    wide, high = 6, 4
    return [
        figure(
            About("Replicas", "Replicas that answer.", "none", wide, high),
            Query(f"sum(up{{{THIS}}})"),
            steps=[],
        ),
        figure(
            About("Requests", "Requests answered per second.", "reqps", wide, high),
            Query(promql.rate(f"{SERVED}_count", THIS, window="1m")),
        ),
        figure(
            About(
                "Failed requests", "Share of requests that ended in a server error (5xx).", "percentunit", wide, high
            ),
            Query(promql.failing(THIS, window="1m")),
            steps=[(0.01, RED)],
        ),
        figure(
            About("In progress", "Requests being served now.", "none", wide, high),
            Query(f"sum(http_server_active_requests{{{THIS}}})"),
        ),
    ]


def answers() -> list[timeseries.Panel]:
    """What it is asked, by route."""
    wide = 8
    return [
        lines(
            About("Requests by route", "Requests answered per second.", "reqps", wide),
            Query(promql.rate(f"{SERVED}_count", THIS, "method, route"), "{{method}} {{route}}"),
        ),
        lines(
            About("Failed requests by route", "Share that ended in a server error (5xx).", "percentunit", wide),
            Query(promql.failing(THIS, "method, route"), "{{method}} {{route}}"),
            share=True,
        ),
        lines(
            About("Latency", "Half, 95 and 99 of 100 requests are answered within these times.", "s", wide),
            Query(promql.quantile(0.5, SERVED, THIS), "50 %"),
            Query(promql.quantile(0.95, SERVED, THIS), "95 %", exemplars=True),
            Query(promql.quantile(0.99, SERVED, THIS), "99 %"),
        ),
    ]


def calls() -> list[timeseries.Panel | statetimeline.Panel]:
    """Whom it asks, and how that goes."""
    wide = 6
    return [
        lines(
            About("Calls by neighbour", "Attempts per second, repeated ones included.", "reqps", wide),
            Query(promql.rate(f"{CALLED}_count", THIS, "peer"), "{{peer}}"),
        ),
        lines(
            About("Failed calls", "Share of attempts without an answer, or with a server error.", "percentunit", wide),
            Query(promql.unanswered(THIS, "peer"), "{{peer}}"),
            share=True,
        ),
        lines(
            About("Time spent on calls, 95th percentile", "95 of 100 attempts take no longer.", "s", wide),
            Query(promql.quantile(0.95, CALLED, THIS, "peer"), "{{peer}}", exemplars=True),
        ),
        states(
            About("Circuit breakers", "Whether calls to a neighbour are let through.", "none", wide),
            Query(f"max by (peer) (circuit_breaker_state{{{THIS}}})", "{{peer}}"),
            {"0": ("closed", "green"), "1": ("half open", "orange"), "2": ("open", "red")},
        ),
    ]


def replicas() -> list[timeseries.Panel]:
    """What its processes live on."""
    wide = 8
    return [
        lines(
            About("Processor", "Cores used, by replica.", "cores", wide),
            Query(promql.rate("process_cpu_seconds_total", THIS, "instance"), "{{instance}}"),
        ),
        lines(
            About("Memory", "Resident memory, by replica.", "bytes", wide),
            Query(f"sum by (instance) (process_resident_memory_bytes{{{THIS}}})", "{{instance}}"),
        ),
        lines(
            About("Event loop lag, 99th percentile", "How late the event loop runs what is due.", "s", wide),
            Query(promql.quantile(0.99, "event_loop_lag_duration_seconds", THIS, "instance"), "{{instance}}"),
        ),
    ]


def said() -> logs.Panel:
    """What it says of itself."""
    return log_lines(
        About("Warnings and errors", "Log lines that ask for attention; each leads to its trace.", "none", 24, 10),
        '{service="$service"} | detected_level=~"warn|error|critical"',
    )
