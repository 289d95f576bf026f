"""How the tests use Hypothesis: nothing here fails because a machine is slow."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("tests", deadline=None, print_blob=True)
settings.load_profile("tests")
