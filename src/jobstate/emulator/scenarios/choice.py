"""`ScenarioChoice`: which scenario a job gets that is created: what it asks for, else by rules."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from jobstate.emulator.scenarios.known import SCENARIOS
from jobstate.emulator.scenarios.scenario import Scenario
from jobstate.errors import UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jobstate.model.life import Life
    from jobstate.world.scripts import Birth

#: The tag, and the environment variable, by which a job asks for a scenario.
TAG: Final = "jobstate:scenario"
VARIABLE: Final = "JOBSTATE_SCENARIO"


@frozen(kw_only=True)
class ScenarioRule:
    """Which jobs get a scenario.

    Attributes:
        scenario: The name of the scenario.
        jobs: What their names fit: ``churn-*``.
        kind: The name of their life cycle; empty for any.
        tags: Tags that they have: key → value.
    """

    scenario: str
    jobs: str = "*"
    kind: str = ""
    tags: Mapping[str, str] = field(factory=dict)

    def fits(self, birth: Birth, name: str) -> bool:
        """Return whether a job gets it that is being created.

        Args:
            birth: The job.
            name: Its name, as the request spells it.
        """
        if self.kind not in {"", birth.lifecycle.name} or not fnmatchcase(name, self.jobs):
            return False
        return self.tags.items() <= tags_of(birth).items()


@frozen(kw_only=True)
class ScenarioChoice:
    """Chooses the scenario of each job: a `jobstate.world.Script`.

    A job that asks for one, by its environment variable `VARIABLE` or its tag `TAG`, gets it. Else
    the first rule counts that fits, and where none does the default.

    Attributes:
        scenarios: Name → the scenario; those of the library, unless it is told others.
        rules: The rules, in order.
        default: The name of the scenario of all others.

    Raises:
        UnknownNameError: A rule, or the default, names a scenario that is not there.
    """

    scenarios: Mapping[str, Scenario] = SCENARIOS
    rules: tuple[ScenarioRule, ...] = ()
    default: str = "happy"

    def __attrs_post_init__(self) -> None:
        """Refuse names of scenarios that are not there."""
        for name in (*(each.scenario for each in self.rules), self.default):
            self.named(name)

    def named(self, name: str) -> Scenario:
        """Return the scenario of a name.

        Raises:
            UnknownNameError: There is none; it lists those there are.
        """
        if name not in self.scenarios:
            raise UnknownNameError("scenario", name, self.scenarios)
        return self.scenarios[name]

    def of(self, birth: Birth) -> Scenario:
        """Return the scenario of a job that is being created.

        Raises:
            UnknownNameError: It asks for one that is not there.
        """
        return self.named(next(self._names(birth)))

    def __call__(self, birth: Birth) -> Life:
        """Return the life of a job that is being created.

        Raises:
            UnknownNameError: As `of`.
            ScenarioError: No job of its kind and features lives so.
        """
        return self.of(birth)(birth)

    def _names(self, birth: Birth) -> Iterator[str]:
        environment = birth.request.get("Environment")
        if isinstance(environment, Mapping) and VARIABLE in environment:
            yield str(environment[VARIABLE])
        tags = tags_of(birth)
        if TAG in tags:
            yield tags[TAG]
        schema = birth.lifecycle.schema
        name = str(birth.said.fields.get(schema.name[0] if schema else "", birth.job.name))
        yield from (each.scenario for each in self.rules if each.fits(birth, name))
        yield self.default


def tags_of(birth: Birth) -> dict[str, str]:
    """Return the tags with which a job is created: key → value."""
    tags = birth.request.get("Tags")
    found = tags if isinstance(tags, list) else []
    return {str(each.get("Key")): str(each.get("Value")) for each in found}
