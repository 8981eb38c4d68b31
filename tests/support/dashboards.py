"""The dashboards as Grafana gets them: what each panel asks, and whether real back ends have an answer.

`silent({"prometheus": "http://…", "loki": "http://…"})` runs every query of every panel, variables filled in as Grafana
fills them in, and returns those without data. `NEED_TROUBLE` and `NEED_LOSS` name the panels that have none while all
is well.
"""

import json
import math
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "grafana" / "dashboards"
RATE_INTERVAL = "8s"
"""What `$__rate_interval` is where scrapes are two seconds apart: four of them."""
STEP_S = 2
NEED_TROUBLE = {
    "overview / Firing alerts": ("billing.float_drift",),
    "drill-room / Pages firing": ("billing.float_drift",),
    "service / Warnings and errors": ("api.status", "--on", "inventory-service", "--percent", "60"),
}
"""Panels that show nothing while all is well → the fault by which they do, as `lab chaos inject` takes it."""
NEED_LOSS = {"lab-health / Spans lost"}
"""Panels that show nothing unless telemetry is lost: a queue that is too short, or nobody who takes spans."""
Json = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """One query of one panel, for one choice of the dashboard's variables."""

    board: str
    panel: str
    name: str
    source: str
    """Uid of the data source."""
    expr: str
    instant: bool

    @property
    def where(self) -> str:
        """Dashboard and panel."""
        return f"{self.board} / {self.panel}"

    def __str__(self) -> str:
        """Where it stands, and what it asks."""
        return f"{self.where} / {self.name}: {self.expr}"


def boards() -> dict[str, Json]:
    """Return every dashboard by its uid."""
    return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in sorted(FOLDER.glob("*.json"))}


def panels(board: Json) -> list[Json]:
    """Return its panels, those in rows included."""
    return [inner for panel in board["panels"] for inner in (panel, *panel.get("panels", ())) if inner["type"] != "row"]


def variables(board: Json) -> list[Json]:
    """Return what can be chosen."""
    return list(board["templating"].get("list", ()))


def questions() -> list[Asked]:
    """Return every query of every panel: for each option of a list, for the first value of what is looked up."""
    return [
        Asked(
            uid, panel["title"], target["refId"], panel["datasource"]["uid"], filled(target["expr"], chosen),
            bool(target.get("instant")),
        )
        for uid, board in boards().items()
        for panel in panels(board)
        for target in panel["targets"]
        for chosen in choices(board, target["expr"])
    ]  # fmt: skip


def choices(board: Json, expr: str) -> Iterator[dict[str, tuple[str, str]]]:
    """Yield name → (text, value) for every way to choose the variables that `expr` has."""
    used = [one for one in variables(board) if re.search(rf"\$\{{?{one['name']}\b", expr)]
    offered = [one["options"] if one["type"] == "custom" else [one["current"]] for one in used]
    for chosen in product(*offered):
        yield {one["name"]: (each["text"], each["value"]) for one, each in zip(used, chosen, strict=True)}


def filled(expr: str, chosen: Mapping[str, tuple[str, str]]) -> str:
    """Return `expr` with its variables filled in."""
    expr = expr.replace("$__rate_interval", RATE_INTERVAL)
    for name, (text, value) in chosen.items():
        expr = expr.replace(f"${{{name}:text}}", text).replace(f"${name}", value)
    return expr


def silent(bases: Mapping[str, str], of: Iterable[Asked] | None = None, span_s: float = 30.0) -> list[Asked]:
    """Return the queries that have no data within the last `span_s`; `bases` has the URL of each data source by uid."""
    with httpx.Client(timeout=30, trust_env=False) as client:
        return [asked for asked in (questions() if of is None else of) if not _answers(client, bases, asked, span_s)]


def _answers(client: httpx.Client, bases: Mapping[str, str], asked: Asked, span_s: float) -> bool:
    return WAYS[asked.source](client, bases[asked.source], asked, span_s)


def _prometheus(client: httpx.Client, base: str, asked: Asked, span_s: float) -> bool:
    now = time.time()
    moment = {"time": now} if asked.instant else {"start": now - span_s, "end": now, "step": STEP_S}
    path = "query" if asked.instant else "query_range"
    answer = client.get(f"{base}/api/v1/{path}", params={"query": asked.expr, **moment})
    assert answer.is_success, f"{asked}: {answer.text}"
    series = answer.json()["data"]["result"]
    points = [point for one in series for point in one.get("values", [one.get("value")])]
    return any(not math.isnan(float(value)) for _, value in points)


def _loki(client: httpx.Client, base: str, asked: Asked, span_s: float) -> bool:
    now = time.time()
    moment = {"start": int((now - span_s) * 1e9), "end": int(now * 1e9), "limit": 10}
    answer = client.get(f"{base}/loki/api/v1/query_range", params={"query": asked.expr, **moment})
    assert answer.is_success, f"{asked}: {answer.text}"
    return bool(answer.json()["data"]["result"])


WAYS: Mapping[str, Callable[[httpx.Client, str, Asked, float], bool]] = {"prometheus": _prometheus, "loki": _loki}
