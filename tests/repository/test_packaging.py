"""What pyproject.toml says twice it says alike."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest

from tests.support.pages import HOME


@pytest.fixture(name="project")
def read_project() -> dict[str, Any]:
    """Return pyproject.toml."""
    return tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_test_extra_and_group_agree(project: dict[str, Any]) -> None:
    """The extra is for any pip, the group for those who work on the project."""
    extras = project["project"]["optional-dependencies"]
    named = {each for each in extras["test"] if not each.startswith("jobstate")}
    assert named | set(extras["testing"]) | set(extras["diagrams"]) == set(
        project["dependency-groups"]["test"]
    )


def test_all_means_all(project: dict[str, Any]) -> None:
    """The extra `all` brings every extra that a user may want, but Airflow."""
    extras = project["project"]["optional-dependencies"]
    (together,) = extras["all"]
    wanted = [each for each in extras if each not in {"all", "test", "airflow"}]
    assert together == f"jobstate[{','.join(wanted)}]"


def test_the_changelog_knows_the_version(project: dict[str, Any]) -> None:
    """It says what is new in the version that is being written."""
    version = project["project"]["version"]
    changelog = (HOME / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## \[{re.escape(version)}\]", changelog, re.MULTILINE)
