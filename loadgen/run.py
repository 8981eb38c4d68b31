"""One load generator, from its settings to its end: the only place where its parts are joined."""

import logging
import signal
import sys

import gevent
from gevent.event import Event
from locust.env import Environment
from locust.stats import stats_history

from loadgen import logs, memory
from loadgen.api_shopper import ApiShopper
from loadgen.control import Control, add_routes
from loadgen.settings import Settings
from loadgen.shape import read_shape
from loadgen.shaped_load import ShapedLoad
from loadgen.shop_visitor import ShopVisitor

FINISH_S = 6.0

log = logging.getLogger(__name__)


def main() -> int:
    """Shop until SIGTERM or SIGINT; return the exit code."""
    try:
        settings = Settings.from_environment()
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    logs.configure("load-generator", settings.instance)
    ended = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, ended.set)
    return serve(settings, ended)


def serve(settings: Settings, ended: Event) -> int:
    """Run Locust with its page and our levers until `ended` is set; return 1 when the page cannot be had."""
    ApiShopper.host, ShopVisitor.host = settings.target, settings.storefront
    load = ShapedLoad(read_shape(settings.shape), settings.users)
    environment = Environment(
        user_classes=[ApiShopper, ShopVisitor],
        shape_class=load,
        stop_timeout=FINISH_S,
    )
    runner = environment.create_local_runner()
    page = environment.create_web_ui(settings.host, settings.port, delayed_start=True)
    assert page.app is not None  # noqa: S101 -- WebUI makes it in its constructor
    control = Control(environment, load)
    add_routes(page.app, control)
    page.greenlet = gevent.spawn(page.start_server)
    page.greenlet.link_exception(lambda _: ended.set())
    runner.greenlet.spawn(stats_history, runner)
    memory.keep_forgetting(runner.stats)
    control.start()
    log.info("load.started", extra={"users": settings.users, "shape": settings.shape, "port": settings.port})
    ended.wait()
    environment.stop_timeout = 0
    runner.quit()
    log.info("load.ended", extra={"requests": runner.stats.num_requests, "failures": runner.stats.num_failures})
    if page.greenlet.exception is None:
        return 0
    log.error("page.failed", extra={"problem": str(page.greenlet.exception)})
    return 1
