"""A service as botocore's model has it: which operation a request asks for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from jobstate.emulator.wire.checks import Checks
from jobstate.emulator.wire.models import load
from jobstate.emulator.wire.operations import ServiceOperation, path_of
from jobstate.emulator.wire.printing import Prints

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from jobstate.model.operations import ErrorCodes


class ModelledService:
    """A service as botocore's model has it.

    Attributes:
        name: Its name, as its client has it.
        by_target: Requests name their operation in a header, and not by their path.
        content_type: What its bodies are called.
        operations: Those of its operations that are offered, by their names.
    """

    def __init__(self, name: str, codes: ErrorCodes, offered: Collection[str]) -> None:
        """Load a service's model, and make what reads and prints for some operations.

        Args:
            name: As above.
            codes: By which codes it refuses.
            offered: The names of the operations that are offered.

        Raises:
            MissingExtraError: botocore is not installed.
        """
        model = self._model = load(name)
        checks, prints = Checks(), Prints()
        self.name = name
        self.by_target = model.metadata["protocol"] == "json"
        version = model.metadata.get("jsonVersion")
        self.content_type = f"application/{f'x-amz-json-{version}' if self.by_target else 'json'}"
        self.operations = {
            each: ServiceOperation(model.operation_model(each), codes.invalid, checks, prints)
            for each in model.operation_names
            if each in offered
        }

    def asked(self, method: str, url: str, target: str) -> str | None:
        """Return the name of the operation that a request asks for; None where it is none.

        Args:
            method: ``POST``.
            url: The path, with what follows a question mark.
            target: The header that names one: ``SageMaker.DescribeTrainingJob``.
        """
        if self.by_target:
            prefix, _, name = target.rpartition(".")
            ours = method == "POST" and prefix == self._model.metadata["targetPrefix"]
            return name if ours and name in self._model.operation_names else None
        path = url.partition("?")[0]
        return self._paths.get((method, path)) or self._pattern(method, path)

    def message_in(self, code: str) -> str:
        """Return how the message of an error is called."""
        return self._messages.get(code, "message")

    @cached_property
    def _paths(self) -> dict[tuple[str, str], str]:
        """The operations whose paths have no arguments, by method and path."""
        models = map(self._model.operation_model, self._model.operation_names)
        return {(each.http["method"], each.http["requestUri"]): each.name for each in models}

    def _pattern(self, method: str, path: str) -> str | None:
        """Return the operation at a path that may have arguments."""
        names = (name for own, pattern, name in self._patterns if own == method and pattern(path))
        return next(names, None)

    @cached_property
    def _patterns(self) -> list[tuple[str, Callable[[str], object], str]]:
        """The operations whose paths have arguments: method, what fits a path, name."""
        return [
            (method, path_of(self._model.operation_model(name)).fullmatch, name)
            for (method, uri), name in self._paths.items()
            if "{" in uri
        ]

    @cached_property
    def _messages(self) -> dict[str, str]:
        """How the message is called of each error that the model has, by its code."""
        return {
            shape.error_code: name
            for shape in self._model.error_shapes
            for name in shape.members
            if name.lower() == "message"
        }
