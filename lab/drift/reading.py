"""Reading files that other tools have written: JSON, and YAML where a library for it is installed."""

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from advisor.calm.errors import BadDocument
from advisor.calm.source import LARGEST, shown, source

YAML = (".yaml", ".yml")
Where = Callable[[str], str]


class NoYaml(BadDocument):
    """No library that reads YAML is installed."""


def read(file: Path) -> Iterator[tuple[dict[str, Any], Where]]:
    """Yield the objects in a file, each with what tells the `file:line` of a JSON pointer. Raises BadDocument."""
    if file.suffix not in YAML:
        found = source(file)
        yield found.value, lambda pointer: f"{shown(file)}:{found.position(pointer)[0]}"
        return
    yield from _yaml(file)


def _yaml(file: Path) -> Iterator[tuple[dict[str, Any], Where]]:
    try:
        yaml: Any = import_module("yaml")
    except ImportError as error:
        raise NoYaml(
            f"{file} is YAML, and nothing here reads that.", hint="Give JSON, or install it: pip install pyyaml"
        ) from error
    try:
        if file.stat().st_size > LARGEST:
            raise BadDocument(f"{file} is larger than {LARGEST // 1_000_000} MB.", hint="Give it in parts.")
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadDocument(f"{file} cannot be read: {error}.", hint="Give a file that can be read.") from error
    loader = _loader(yaml, text)
    try:
        while loader.check_node():
            node = loader.get_node()
            value = loader.construct_document(node)
            if isinstance(value, dict):
                yield value, _where(file, node)
            elif value is not None:
                raise BadDocument(f"{file} holds something that is no object.", hint="Give manifests or a template.")
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BadDocument(f"{file} is no YAML: {str(error).splitlines()[0]}.", hint="Mend the text.") from error
    finally:
        loader.dispose()


def _loader(yaml: Any, text: str) -> Any:
    class Loader(yaml.SafeLoader):  # type: ignore[misc]
        """Takes tags such as `!Ref` and `!override` for what they are put before."""

    def plain(loader: Any, _: str, node: Any) -> Any:
        if isinstance(node, yaml.MappingNode):
            return loader.construct_mapping(node, deep=True)
        if isinstance(node, yaml.SequenceNode):
            return loader.construct_sequence(node, deep=True)
        return loader.construct_scalar(node)

    Loader.add_multi_constructor("!", plain)
    return Loader(text)


def _where(file: Path, root: Any) -> Where:
    def line(pointer: str) -> str:
        node, at = root, root.start_mark.line
        for step in pointer.split("/")[1:]:
            keys = [(key, value) for key, value in node.value if key.value == step] if _is_mapping(node) else []
            if not keys:
                break
            at, node = keys[0][0].start_mark.line, keys[0][1]
        return f"{shown(file)}:{at + 1}"

    return line


def _is_mapping(node: Any) -> bool:
    return bool(getattr(node, "id", "") == "mapping")
