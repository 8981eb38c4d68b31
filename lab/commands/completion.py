"""`lab completion`: let the shell complete verbs, options and names of services."""

import click
from click.shell_completion import get_completion_class

from lab import console

HOW = {
    "bash": 'eval "$(lab completion bash)"   # in ~/.bashrc',
    "zsh": 'eval "$(lab completion zsh)"   # in ~/.zshrc, after compinit',
    "fish": "lab completion fish | source   # in ~/.config/fish/config.fish",
}


@click.command(epilog="\b\n" + "\n".join(HOW.values()))
@click.argument("shell", type=click.Choice(list(HOW)))
@console.as_json
@click.pass_context
def command(context: click.Context, shell: str, *, as_json: bool) -> None:
    """Print what makes SHELL complete this command."""
    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101 -- click knows all that are offered
    script = kind(context.find_root().command, {}, "lab", "_LAB_COMPLETE").source()
    console.show({"shell": shell, "script": script}, lambda: script, as_json=as_json)
