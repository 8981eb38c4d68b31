"""Expressions that more than one panel needs. A window is as long as the panel wants unless one is given."""

CHECKOUTS = 'service="api-gateway",method="POST",route="/orders"'
PRODUCT_PAGES = 'service="api-gateway",method="GET",route=~"/products.*"'
WINDOW = "$__rate_interval"
SERVED = "http_server_request_duration_seconds"
CALLED = "http_client_request_duration_seconds"
ANSWERED = 'status=~"[1-4].."'
"""Of a call: whatever its answer, it got one that is no server error."""


def rate(metric: str, where: str = "", by: str = "", window: str = WINDOW) -> str:
    """Ask how often something happens, per second."""
    return f"sum{_by(by)} (rate({metric}{f'{{{where}}}' if where else ''}[{window}]))"


def per_minute(metric: str, where: str = "") -> str:
    """Ask how often something happens per minute, over the last one."""
    return f"{rate(metric, where, window='1m')} * 60"


def failing(where: str = "", by: str = "", window: str = WINDOW) -> str:
    """Ask what share of requests ended in a server error. One that never failed has no counter for it: that is 0."""
    every = rate(f"{SERVED}_count", where, by, window)
    bad = rate(f"{SERVED}_count", _and(where, 'status=~"5.."'), by, window)
    return f"({bad} or {every} * 0) / ({every} > 0)"


def unanswered(where: str, by: str, window: str = WINDOW) -> str:
    """Ask what share of calls got no answer, or a server error."""
    every = rate(f"{CALLED}_count", where, by, window)
    good = rate(f"{CALLED}_count", _and(where, ANSWERED), by, window)
    return f"1 - ({good} or {every} * 0) / ({every} > 0)"


def quantile(share: float, metric: str, where: str = "", by: str = "", window: str = WINDOW) -> str:
    """Ask within which time so many were done."""
    return f"histogram_quantile({share:g}, {rate(f'{metric}_bucket', where, f'{by}, le' if by else 'le', window)})"


def _and(*matchers: str) -> str:
    return ",".join(matcher for matcher in matchers if matcher)


def _by(labels: str) -> str:
    return f" by ({labels})" if labels else ""
