"""The parts of which our experiments are made, in the words of Chaos Toolkit."""

from typing import Any

from chaos.toolkit import places

Json = dict[str, Any]

VERSION = "1.0.0"
"""Of the experiment format."""
TAG = "nightshift"
CONTROL: Json = {
    "name": TAG,
    "provider": {"type": "python", "module": "chaos.toolkit.control", "arguments": {"ttl_s": 5.0}},
}


def configuration(home: str) -> Json:
    """Return where lab and controller are: `home`, unless the environment says otherwise."""
    return {
        places.HOME: _from_environment("NIGHTSHIFT_HOME", home),
        places.URL: _from_environment("NIGHTSHIFT_CONTROLLER_URL", ""),
        places.TOKEN: _from_environment("NIGHTSHIFT_TOKEN", ""),
    }


def action(name: str, func: str, arguments: Json) -> Json:
    """Return an activity that calls one of `chaos.toolkit.actions`."""
    return _activity("action", name, "actions", func, arguments)


def probe(name: str, func: str, arguments: Json) -> Json:
    """Return an activity that calls one of `chaos.toolkit.probes`."""
    return _activity("probe", name, "probes", func, arguments)


def tolerance(func: str, limit: float) -> Json:
    """Return a tolerance that calls one of `chaos.toolkit.tolerances`."""
    # `chaos validate` wants every argument to be there; the measured value takes the place of null.
    arguments = {"limit": limit, "value": None}
    return _activity("probe", f"{func.replace('_', ' ')} {limit:g}", "tolerances", func, arguments)


def _activity(kind: str, name: str, module: str, func: str, arguments: Json) -> Json:
    provider = {"type": "python", "module": f"chaos.toolkit.{module}", "func": func, "arguments": arguments}
    return {"type": kind, "name": name, "provider": provider}


def _from_environment(variable: str, default: str) -> Json:
    return {"type": "env", "key": variable, "default": default}
