"""The stop lever of a lab: a file that controller and replicas look for, so that it works without either."""

from lab.errors import HomeUnusable
from lab.home import Home


def touch(home: Home) -> None:
    """Pull it. Raises HomeUnusable, as on a full disk; then the controller has to be asked."""
    if not home.run.is_dir():
        return  # there has been no lab here; whoever asks its controller is told so
    try:
        home.stop_file.touch()
    except OSError as error:
        raise HomeUnusable(f"{home.stop_file} cannot be made: {error.strerror}.") from error
