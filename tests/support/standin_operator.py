"""The stand-in platform's operator's interface: two settings, a cache, a queue in memory, and a way to drain."""

import json
from typing import Any
from uuid import uuid4

Answer = tuple[int, dict[str, Any]]


class Operator:
    """Answers what is asked below `/-`, as the services do but for the checks."""

    def __init__(self, patience_s: str, room_size: str, backends: str) -> None:
        self.settings: dict[str, Any] = {
            "patience_s": json.loads(patience_s or "1.0"),
            "room.size": json.loads(room_size or "4"),
        }
        if backends.startswith("["):
            self.settings["backends"] = json.loads(backends)
        self.drained = False
        self.messages: dict[str, Any] = {}
        self.dead: dict[str, Any] = {}

    def asked(self, method: str, path: str, sent: Any) -> Answer:
        """Return status and answer."""
        path = path.partition("?")[0]
        match method, path.strip("/").split("/"):
            case "GET", ["settings"]:
                return 200, {"settings": [_described(name, value) for name, value in self.settings.items()]}
            case "PATCH", ["settings"]:
                return self._set(sent)
            case _, ["drain"]:
                self.drained = self.drained if method == "GET" else method == "POST"
                return 200, {"draining": self.drained, "under_way": 0}
            case "GET", ["caches"]:
                return 200, {"caches": [{"name": "shelf", "summary": "", "entries": 3}]}
            case "POST", ["caches", "shelf", "flush"]:
                return 200, {"cache": "shelf", "dropped": 3}
            case _, ["messages" | "dead-letters", *rest]:
                return self._queue(method, path.strip("/").split("/")[0], rest, sent)
        return _absent(path)

    def _set(self, sent: dict[str, Any]) -> Answer:
        if unknown := sent.keys() - self.settings.keys():
            return 404, {"detail": f"There is no setting called {', '.join(unknown)}.", "near": ["patience_s"]}
        if any(not isinstance(value, int | float | list) or value == 0 for value in sent.values()):
            return 422, {"detail": "patience_s is a number from 0.1 to 60."}
        changed = {name: {"was": self.settings[name], "now": value} for name, value in sent.items()}
        self.settings |= sent
        return 200, {"changed": changed}

    def _queue(self, method: str, what: str, rest: list[str], sent: Any) -> Answer:
        match method, what, rest:
            case "POST", "messages", []:
                number = sent.get("id") or uuid4().hex
                (self.dead if sent.get("dead") else self.messages)[number] = {**sent, "id": number}
                return 200, {"id": number}
            case "DELETE", "messages", [number]:
                found = self.messages.pop(number, None) or self.dead.pop(number, None)
                return 200, {"found": found is not None}
            case "GET", "dead-letters", []:
                return 200, {"dead_letters": list(self.dead.values())}
            case "GET", "dead-letters", [number] if number in self.dead:
                return 200, self.dead[number]
            case "POST", "dead-letters", [number, "replay"] if number in self.dead:
                self.messages[number] = self.dead.pop(number)
                return 200, self.messages[number]
            case "DELETE", "dead-letters", [number] if number in self.dead:
                return 200, self.dead.pop(number)
            case "POST", "dead-letters", []:
                self.messages.pop(sent["id"], None)
                self.dead[sent["id"]] = sent
                return 200, sent
        return _absent("/".join([what, *rest]))


def _described(name: str, value: Any) -> dict[str, Any]:
    return {"name": name, "value": value, "default": value, "unit": "", "minimum": 0, "maximum": 9, "summary": name}


def _absent(path: str) -> Answer:
    return 404, {"detail": f"There is no {path}."}
