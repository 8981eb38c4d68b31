"""Symptoms that nobody sets an objective for, as data. A service has those that the architecture document lists for it.

An alert tells what is seen, never why.
"""

from collections.abc import Callable
from dataclasses import dataclass

from observability.evidence.model import Matcher, Selector
from observability.slo.presets import Severity
from observability.slo.terms import By, Changes, Condition, Difference, Increase, Operator, Quotient, Term, Value
from observability.wiring import vocabulary
from observability.wiring.vocabulary import Metric

REPLICA: By = ("service", "instance")


@dataclass(frozen=True)
class Symptom:
    """One thing that can be seen of a service; `term` is given the service and the scale of time."""

    name: str
    severity: Severity
    term: Callable[[str, float], Term]
    operator: Operator
    bound: float
    hold_s: float
    """How long it has to last, in a drill."""
    summary: str
    bound_scales: bool = False
    """Whether the bound is a length of time, or grows with it."""
    further: tuple[Callable[[str, float], Term], ...] = ()
    """Terms of which the same has to hold."""

    def conditions(self, service: str, scale: float) -> tuple[Condition, ...]:
        """Return what has to hold of a service."""
        bound = self.bound * scale if self.bound_scales else self.bound
        return tuple(Condition(term(service, scale), self.operator, bound) for term in (self.term, *self.further))


def symptoms() -> dict[str, Symptom]:
    """Return all symptoms by name."""
    return {symptom.name: symptom for symptom in (*_processes(), *_calls(), *_messages(), *_data())}


def _of(metric: Metric | str, service: str, suffix: str = "", **labels: str) -> Selector:
    name = metric if isinstance(metric, str) else metric.name
    further = (Matcher(label, "=", value) for label, value in labels.items())
    return Selector(name + suffix, (Matcher("service", "=", service), *further))


def _lag(service: str, scale: float) -> Term:
    lag, over_s = vocabulary.LOOP_LAG_DURATION, 10 * scale
    late, ticks = _of(lag, service, "_sum"), _of(lag, service, "_count")
    return Quotient(Increase(late, over_s, REPLICA), Increase(ticks, over_s, REPLICA))


def _taken(used: Metric, most: Metric, label: str) -> Callable[[str, float], Term]:
    by = (*REPLICA, label)
    return lambda service, _: Quotient(Value(_of(used, service), by), Value(_of(most, service), by))


def _gauge(metric: Metric | str, *labels: str, **only: str) -> Callable[[str, float], Term]:
    return lambda service, _: Value(_of(metric, service, "", **only), (*REPLICA, *labels))


def _processes() -> list[Symptom]:
    return [
        Symptom(
            "ReplicaDown", "page", _gauge("up"), "<", 1, 4,
            "{instance} does not answer",
        ),
        Symptom(
            "ReplicaRestarting", "ticket",
            lambda service, scale: Changes(_of("process_start_time_seconds", service), 60 * scale, REPLICA),
            ">=", 2, 0,
            "{instance} was started anew {value:count} times within a short while",
        ),
        Symptom(
            "EventLoopLagging", "ticket", _lag, ">", 0.1, 4,
            "The event loop of {instance} runs {value:seconds} late on average",
        ),
        Symptom(
            "CpuBusy", "ticket",
            lambda service, scale: Increase(_of("process_cpu_seconds_total", service), 30 * scale, REPLICA),
            ">", 25, 4,
            "{instance} uses a core nearly alone: {value:seconds} of CPU time lately",
            bound_scales=True,
        ),
        Symptom(
            "JobFailing", "ticket",
            lambda service, scale: Increase(
                _of(vocabulary.PERIODIC_RUNS, service, outcome="failed"), 60 * scale, (*REPLICA, "job")
            ),
            ">=", 3, 0,
            "The job {job} of {instance} failed {value:count} times lately",
        ),
    ]  # fmt: skip


def _calls() -> list[Symptom]:
    return [
        Symptom(
            "BreakerOpen", "ticket", _gauge(vocabulary.BREAKER_STATE, "peer"), ">=", 1, 2,
            "{instance} has stopped calling {peer}: the breaker is not closed",
        ),
        Symptom(
            "SlotsExhausted", "ticket",
            _taken(vocabulary.BULKHEAD_IN_USE, vocabulary.BULKHEAD_SIZE, "bulkhead"), ">=", 0.9, 4,
            "{value:percent} of the slots of {instance} for {bulkhead} are taken",
        ),
        Symptom(
            "PoolSaturated", "page",
            _taken(vocabulary.DB_POOL_IN_USE, vocabulary.DB_POOL_SIZE, "pool"), ">=", 1, 6,
            "{value:percent} of the database connections of {instance} are in use",
        ),
        Symptom(
            "BackendOutOfRotation", "ticket", _gauge(vocabulary.BACKEND_UP, "backend"), "<", 1, 4,
            "{instance} sends no requests to {backend}",
        ),
    ]  # fmt: skip


def _messages() -> list[Symptom]:
    return [
        Symptom(
            "QueueStuck", "page", _gauge(vocabulary.QUEUE_OLDEST_AGE, "queue"), ">", 10, 2,
            "The oldest message in {queue} has waited for {value:seconds}",
            bound_scales=True,
        ),
        Symptom(
            "OutboxStuck", "page", _gauge(vocabulary.OUTBOX_OLDEST_AGE), ">", 8, 2,
            "The oldest event in the outbox of {instance} has waited for {value:seconds}",
            bound_scales=True,
        ),
        Symptom(
            "DeadLetters", "page", _gauge(vocabulary.QUEUE_DEPTH, "queue", state="dead"), ">", 0, 0,
            "{value:count} messages of {queue} were given up",
        ),
    ]  # fmt: skip


def _refused(service: str, scale: float) -> Term:
    over_s, by = 20 * scale, ("service",)
    ended = Matcher("outcome", "=~", "confirmed|payment_pending|declined|rejected")
    orders = Selector(vocabulary.ORDERS.name, (Matcher("service", "=", service), ended))
    rejected = _of(vocabulary.ORDERS, service, outcome="rejected")
    return Quotient(Increase(rejected, over_s, by), Increase(orders, over_s, by))


def _surplus(window_s: float) -> Callable[[str, float], Term]:
    def within(service: str, scale: float) -> Term:
        held = Selector(vocabulary.RESERVATIONS.name, (Matcher("outcome", "=", "held"),))
        asked = _of(vocabulary.HTTP_SERVER_DURATION, service, "_count", method="POST", route="/orders")
        return Difference(Increase(held, window_s * scale), Increase(asked, window_s * scale))

    return within


def _data() -> list[Symptom]:
    return [
        Symptom(
            "OrdersRejected", "page", _refused, ">", 0.25, 6,
            "{value:percent} of the orders at {service} are refused: too little in stock, or no such product",
        ),
        Symptom(
            # When units are reserved late, after a failure, the orders that asked for them are in the long window.
            "ReservationsInExcess", "page", _surplus(60), ">", 15, 4,
            "{value:count} more reservations were made lately than orders were asked for",
            bound_scales=True, further=(_surplus(240),),
        ),
        Symptom(
            "LedgerDrift", "page", _gauge(vocabulary.LEDGER_DRIFT), ">", 0, 0,
            "Running totals and entries of the ledger are {value:count} cents apart",
        ),
        Symptom(
            "StockMismatch", "page", _gauge(vocabulary.STOCK_MISMATCH), ">", 0, 0,
            "Stock and reservations of {instance} are {value:count} units apart",
        ),
        Symptom(
            "ChargesInExcess", "page", _gauge(vocabulary.CHARGES_EXCESS), ">", 0, 0,
            "By the card network's ledger, {value:count} cents were taken for orders that were paid already",
        ),
    ]  # fmt: skip
