"""The verdicts on dictionaries that are no answers, in files and pipes."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from jobstate.cli.answers import Verdicts
from jobstate.conformance.check import Series
from jobstate.conformance.partial import partial_observations
from jobstate.errors import ObservationError
from jobstate.model.observation import Observation

if TYPE_CHECKING:
    from jobstate.cli.json_stream import Document
    from jobstate.conformance.report import Report


class PartialVerdicts(Verdicts):
    """The verdict on each dictionary; what is observed otherwise is judged as ever."""

    @cached_property
    def _each(self) -> list[Report]:
        """The verdicts on dictionaries so far."""
        return []

    def reports(self) -> list[Report]:
        """Return the verdict on every dictionary, in the order of files, then on the rest."""
        return [*self._each, *super().reports()]

    def _split(self, document: Document) -> None:
        if isinstance(document.value, Observation):
            super()._split(document)
            return
        place = str(document.location)
        found = partial_observations(self._finder.kinds, document.value, place, utc=self._utc)
        for path, lifecycle, each in found:
            if isinstance(each, ObservationError):
                self._refuse(document.location, each.problems)
                continue
            series = Series(lifecycle)
            series.add(each, f"{place} {path}".strip())
            self._each.append(series.report())
            self.answers += 1
