"""Whatever is sent to the controller's API is answered as the API's own description says; never with a crash."""

import queue
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import CheckFunction
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.support.chaos_processes import FAULT, ControllerProcess, ReplicaProcess
from tests.support.fake_supervisor import INSTANCE, FakeSupervisor

EXAMPLES = 15
"""For each operation and each way of making them up."""
CHECKS: list[CheckFunction] = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
DELIBERATE = {502, 504, 507}
"""Answers that are documented where they can come: whoever else was asked did not do it, or the disk did not."""
METHODS = ("GET", "POST", "PUT", "DELETE")
ORDERS = st.sampled_from([(FAULT, []), (FAULT, ["billing-service-1"]), ("process.pause", [INSTANCE])])


@pytest.fixture(scope="module")
def controller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControllerProcess]:
    """A controller with a replica and a supervisor, so that orders can be carried out."""
    folder = tmp_path_factory.mktemp("fuzzed")
    with (
        FakeSupervisor(folder) as supervisor,
        ControllerProcess(folder, CHAOS_LAB_STATE=str(supervisor.state_file)) as process,
        ReplicaProcess(process.channel, folder, "billing-service-1"),
    ):
        process.wait_for("billing-service-1")
        yield process


def _operations(controller: ControllerProcess) -> list[APIOperation[Any, Any, Any, Any]]:
    schema = schemathesis.openapi.from_dict(controller.client.get("/openapi.json").json())
    schema.config.update(base_url=controller.url)
    return [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]


def _make_sensible(case: Case[Any], data: st.DataObject, known: "queue.SimpleQueue[str]") -> None:
    # A session that is sealed shuts everybody else out while it lasts, and nothing would be tried any more.
    if isinstance(case.body, dict) and case.body.get("sealed") is True:
        case.body["sealed"] = False
    # Made up at random nothing would ever be switched on; so half of the orders are for what there is.
    if data.draw(st.booleans()) and isinstance(case.body, dict) and "fault" in case.body:
        fault, on = data.draw(ORDERS)
        order: dict[str, Any] = {"fault": fault, "on": on, "accept_partial": True}
        case.body = order | {"duration_s": data.draw(st.floats(0.1, 3.0))}
    if "activation_id" in case.path_parameters and data.draw(st.booleans()):
        with suppress(queue.Empty):
            case.path_parameters["activation_id"] = known.get_nowait()
            known.put(case.path_parameters["activation_id"])


def _try(
    controller: ControllerProcess,
    operation: APIOperation[Any, Any, Any, Any],
    mode: GenerationMode,
    known: "queue.SimpleQueue[str]",
) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), data=st.data())
    def answered_as_described(case: Case[Any], data: st.DataObject) -> None:
        _make_sensible(case, data, known)
        response = case.call()
        assert response.status_code < 500 or response.status_code in DELIBERATE, response.text
        case.validate_response(response, checks=CHECKS)
        if response.status_code == 201 and case.path == "/activations":
            known.put(response.json()["id"])
        controller.client.delete("/lever")

    with suppress(Unsatisfiable):  # where there is no input at all, none is wrong
        answered_as_described()


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_nothing_crashes_it(controller: ControllerProcess, mode: GenerationMode) -> None:
    """Input that fits the description and input that does not: documented statuses, media types and shapes."""
    known: queue.SimpleQueue[str] = queue.SimpleQueue()
    operations = sorted(_operations(controller), key=lambda one: METHODS.index(one.method.upper()) != 1)
    assert {operation.method.upper() for operation in operations} == set(METHODS)
    for operation in operations:
        _try(controller, operation, mode, known)
    assert controller.client.get("/health").status_code == 200


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 10_000, b'{"fault": 1e999}', b"null"])
def test_what_is_not_json_is_bad_input(controller: ControllerProcess, body: bytes) -> None:
    """4xx, and a sentence."""
    refusal = controller.client.post("/activations", content=body, headers={"Content-Type": "application/json"})
    assert refusal.status_code == 422
    assert refusal.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("number", ["1e308", "NaN", "-Infinity", "99999999999999999999999"])
def test_numbers_that_no_computer_likes_are_bad_input(controller: ControllerProcess, number: str) -> None:
    """In every place where a number is expected."""
    for member in ("duration_s", "percent", "seed"):
        body = f'{{"fault": "{FAULT}", "{member}": {number}}}'
        headers = {"Content-Type": "application/json"}
        refusal: httpx.Response = controller.client.post("/activations", content=body, headers=headers)
        assert refusal.status_code == 422, member
