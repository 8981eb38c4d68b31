"""The real `chaos run` with our extension: what it leaves behind, however it ends, and what its journal looks like."""

import signal
import subprocess
import sys
from datetime import datetime, timedelta
from typing import Any

from chaos.toolkit import experiment
from tests.support.chaos_processes import FAULT, ControllerProcess, ReplicaProcess
from tests.support.chaos_toolkit import Toolkit, ended, experiment_with, paused
from tests.support.deaf_port import deaf_port
from tests.support.lab import ROOT
from tests.support.polling import poll_until

LONG_S = 600.0
INJECT = experiment.action("inject it", "inject", {"fault": FAULT, "duration_s": LONG_S})
STOP = experiment.action("stop it", "stop", {"fault": FAULT})
IS_ON = experiment.probe("its state", "activation_state", {"fault": FAULT})

Json = dict[str, Any]


def _nothing_is_on(controller: ControllerProcess) -> bool:
    status = controller.status()
    return not status["active"] and not status["reverting"]


def test_an_experiment_switches_on_and_off(
    toolkit: Toolkit, controller: ControllerProcess, replica: ReplicaProcess
) -> None:
    """Its journal holds what the controller answered, and its session owned what was on."""
    toolkit.write(experiment_with(controller.url, INJECT, IS_ON, STOP, rollbacks=[STOP]))
    code, output = toolkit.run()
    assert code == 0, output
    replica.becomes("faulty")
    replica.becomes("fixed")
    journal = toolkit.journal()
    injected, state, stopped = (run["output"] for run in journal["run"])
    assert injected["session"] is not None
    assert state == "active"
    assert [one["state"] for one in stopped["stopped"]] == ["reverted"]
    assert [run["output"]["stopped"] for run in journal["rollbacks"]] == [[]]


def test_what_an_experiment_forgets_goes_off_with_it(
    toolkit: Toolkit, controller: ControllerProcess, replica: ReplicaProcess
) -> None:
    """The control ends the session, and the session ends what it owns."""
    toolkit.write(experiment_with(controller.url, INJECT))
    code, output = toolkit.run()
    assert code == 0, output
    replica.becomes("faulty")
    replica.becomes("fixed")
    assert _nothing_is_on(controller)


def test_a_killed_chaos_run_leaves_nothing_on(
    toolkit: Toolkit, controller: ControllerProcess, replica: ReplicaProcess
) -> None:
    """SIGKILL in the middle: nobody renews the session, and what it owned goes off long before its own time is up."""
    toolkit.write(experiment_with(controller.url, paused(INJECT, LONG_S)))
    run = toolkit.start("run")
    try:
        replica.becomes("faulty")
        [active] = controller.status()["active"]
    finally:
        run.kill()
        ended(run)
    replica.becomes("fixed")
    poll_until(lambda: _nothing_is_on(controller), "everything to be off")
    after = controller.client.get(f"/activations/{active['id']}").json()
    assert (after["state"], after["cause"]) == ("reverted", "owner-gone")


def test_a_hung_chaos_run_leaves_nothing_on_and_is_interrupted_when_it_wakes_up(
    toolkit: Toolkit, controller: ControllerProcess, replica: ReplicaProcess
) -> None:
    """SIGSTOP: the session lapses. Afterwards the experiment would measure a platform without its fault."""
    toolkit.write(experiment_with(controller.url, paused(INJECT, LONG_S)))
    run = toolkit.start("run")
    try:
        replica.becomes("faulty")
        run.send_signal(signal.SIGSTOP)
        replica.becomes("fixed")
    finally:
        run.send_signal(signal.SIGCONT)
        code, output = ended(run)
    assert code == 1, output
    assert toolkit.journal()["status"] == "interrupted"
    assert "Its faults are off" in output


def test_a_run_that_loses_its_session_within_an_activity_does_not_wait_for_the_pause_after_it(
    toolkit: Toolkit, controller: ControllerProcess, replica: ReplicaProcess
) -> None:
    """Chaos Toolkit sleeps out the pause of an activity that is interrupted, and only then lets go."""
    arguments = {"args": [sys.executable, "-c", "import time; time.sleep(60)"]}
    provider = {"type": "python", "module": "subprocess", "func": "run", "arguments": arguments}
    work: Json = {"type": "action", "name": "work", "provider": provider}
    toolkit.write(experiment_with(controller.url, INJECT, paused(work, LONG_S)))
    run = toolkit.start("run")
    try:
        replica.becomes("faulty")
        [active] = controller.status()["active"]
        controller.client.delete(f"/sessions/{active['session']}").raise_for_status()
    finally:
        code, output = ended(run)
    assert code == 1, output
    assert toolkit.journal()["status"] == "interrupted"


def test_an_interrupted_chaos_run_switches_off_at_once(
    toolkit: Toolkit, controller: ControllerProcess, replica: ReplicaProcess
) -> None:
    """SIGTERM: also what the rollbacks do not name."""
    toolkit.write(experiment_with(controller.url, paused(INJECT, LONG_S), ttl_s=60.0))
    run = toolkit.start("run", "--rollback-strategy", "always")
    try:
        replica.becomes("faulty")
        # Within an activity Chaos Toolkit would take the signal for the failure of that.
        poll_until(toolkit.is_pausing, "the pause after the activity")
        run.terminate()
    finally:
        code, output = ended(run)
    assert code == 1, output
    replica.becomes("fixed")
    assert toolkit.journal()["status"] == "interrupted"


def test_without_a_controller_the_experiment_does_not_begin(toolkit: Toolkit) -> None:
    """Neither hypothesis nor method: its journal says that it was interrupted."""
    with deaf_port() as port:
        toolkit.write(experiment_with(f"http://127.0.0.1:{port}", INJECT))
        code, output = toolkit.run()
    assert code == 1, output
    assert "Nothing was switched on. The controller does not answer" in output
    journal = toolkit.journal()
    assert (journal["status"], journal["run"]) == ("interrupted", [])


def test_an_experiment_whose_fault_is_refused_is_interrupted(toolkit: Toolkit, controller: ControllerProcess) -> None:
    """It is not called completed; what comes after is not done, rollbacks are."""
    unknown = experiment.action("inject another", "inject", {"fault": "billing.unknown"})
    toolkit.write(experiment_with(controller.url, unknown, IS_ON, rollbacks=[STOP]))
    code, output = toolkit.run()
    assert code == 1, output
    assert "'inject another' failed: the rest would be measured without it." in output
    journal = toolkit.journal()
    assert journal["status"] == "interrupted"
    assert [run["activity"]["name"] for run in journal["run"]] == ["inject another"]
    assert [run["status"] for run in journal["rollbacks"]] == ["succeeded"]


def test_their_command_and_our_package_share_a_name() -> None:
    """Also where the interpreter looks for modules in our folder first."""
    done = subprocess.run(
        [sys.executable, "-m", "chaostoolkit", "--version"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "version" in done.stdout


def test_wrong_arguments_are_found_when_validating(toolkit: Toolkit, controller: ControllerProcess) -> None:
    """Before anything is touched."""
    wrong = experiment.action("inject it", "inject", {"fault": FAULT, "for": "5m"})
    toolkit.write(experiment_with(controller.url, wrong))
    code, output = toolkit.validate()
    assert code == 1
    assert "argument 'for' is not part of the function signature" in output


def test_our_journal_has_the_form_of_one_that_chaos_run_wrote(
    toolkit: Toolkit, controller: ControllerProcess, replica: ReplicaProcess
) -> None:
    """The same keys at every level, moments that are read alike, the version of theirs."""
    toolkit.write(experiment_with(controller.url, INJECT, STOP, rollbacks=[STOP]))
    code, output = toolkit.run()
    assert code == 0, output
    replica.becomes("faulty")
    replica.becomes("fixed")
    theirs = toolkit.journal()
    ours = _ours(controller, theirs["run"][0]["output"]["id"])
    assert list(ours) == list(theirs)
    assert set(theirs["experiment"]) <= set(ours["experiment"])
    assert ours["steady_states"] == theirs["steady_states"]
    for key in ("status", "deviated", "platform", "node"):
        assert ours[key] == theirs[key]
    assert _major(ours["chaoslib-version"]) == _major(theirs["chaoslib-version"])
    for mine, other in ((ours["run"][0], theirs["run"][0]), (ours["rollbacks"][0], theirs["rollbacks"][0])):
        assert set(mine) == set(other)
        assert set(mine["activity"]) == set(other["activity"])
        assert set(mine["activity"]["provider"]) == set(other["activity"]["provider"])
        assert _types(mine) == _types(other)
    for journal in (ours, theirs):
        for one in (journal, *journal["run"], *journal["rollbacks"]):
            assert datetime.fromisoformat(one["start"]).utcoffset() == timedelta(0)
            assert datetime.fromisoformat(one["end"]).utcoffset() == timedelta(0)


def test_a_failure_in_our_journal_has_the_form_of_theirs(toolkit: Toolkit, controller: ControllerProcess) -> None:
    """A fault that was refused is a failed activity."""
    refused = experiment.action("inject it", "inject", {"fault": FAULT, "on": ["order-service"]})
    toolkit.write(experiment_with(controller.url, refused))
    toolkit.run()
    [theirs] = toolkit.journal()["run"]
    [latest] = controller.client.get("/activations", params={"limit": 1}).json()["activations"]
    assert latest["state"] == "rejected"
    [ours] = _ours(controller, latest["id"])["run"]
    assert set(ours) == set(theirs)
    assert _types(ours) == _types(theirs)


def test_the_experiment_in_our_journal_can_be_run_again(
    toolkit: Toolkit, controller: ControllerProcess, replica: ReplicaProcess
) -> None:
    """With the same fault, place, share and time."""
    asked = controller.inject(duration_s=LONG_S, percent=50, seed=7, on=["billing-service"])
    replica.becomes("faulty")
    controller.client.delete(f"/activations/{asked['id']}").raise_for_status()
    replica.becomes("fixed")
    again = _ours(controller, asked["id"])["experiment"]
    toolkit.write(again)
    code, output = toolkit.validate()
    assert code == 0, output
    code, output = toolkit.run("--var", f"nightshift_controller_url={controller.url}")
    assert code == 0, output
    repeated = toolkit.journal()["run"][0]["output"]
    for member in ("fault", "on", "params", "percent", "seed"):
        assert repeated[member] == asked[member]


def _ours(controller: ControllerProcess, activation: str) -> Json:
    answer: Json = controller.client.get(f"/activations/{activation}/chaostoolkit").raise_for_status().json()
    return answer


def _major(number: str) -> str:
    return number.partition(".")[0]


def _types(run: Json) -> Json:
    return {key: type(value).__name__ for key, value in run.items()}
