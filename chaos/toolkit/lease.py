"""The session under which an experiment's faults are on: when its renewals stop coming, the controller ends them."""

import threading
from collections.abc import Callable
from contextlib import suppress
from time import monotonic

from chaos.runner.errors import ControllerFailed, Refused
from chaos.toolkit.client import Client

SHARE = 3
"""A session is renewed so many times in each of its lifetimes."""


class Lease:
    """A session, renewed by a daemon thread until it is ended. The thread dies with the process, however that ends."""

    def __init__(self, client: Client, ttl_s: float, actor: str, lost: Callable[[str], None]) -> None:
        """Begin the session. `lost` hears, in the thread, why it has come to an end by itself.

        Raises `ControllerFailed`.
        """
        self._client = client
        self._ttl_s = ttl_s
        self._lost = lost
        self.session = str(client.ask("POST", "/sessions", {"ttl_s": ttl_s, "actor": actor})["id"])
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._renew, name="nightshift lease", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Have everything that it owns switched off. Should nobody answer, its time runs out by itself."""
        if self._ended.is_set():
            return
        self._ended.set()
        self._thread.join()
        with suppress(ControllerFailed):
            self._client.ask("DELETE", f"/sessions/{self.session}")
        self._client.close()

    def _renew(self) -> None:
        renewed = monotonic()
        while not self._ended.wait(self._ttl_s / SHARE):
            try:
                self._client.ask("PUT", f"/sessions/{self.session}")
                renewed = monotonic()
            except ControllerFailed as error:
                if not isinstance(error, Refused) and monotonic() - renewed < self._ttl_s:
                    continue
                if not self._ended.is_set():
                    self._lost(f"The session is over: {error}")
                return
