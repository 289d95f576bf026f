"""What Hypothesis loads of jobstate when it is imported: `st.from_type` learns of its records.

Hypothesis finds it by the entry point ``hypothesis``. It stands beside the package and not in it:
that would import all of `jobstate.testing` with it, whose other needs may not be there. The
strategies are imported only once one is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobstate.model.life import Life
from jobstate.sagemaker import TrainingJobDescription, TrainingJobSummary

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


def register() -> None:
    """Make `st.from_type` know lives, summaries and descriptions."""
    # Here and not above: importing Hypothesis asks for this function, so it must be there by then.
    from hypothesis import strategies as st  # noqa: PLC0415

    st.register_type_strategy(Life, _lives)
    st.register_type_strategy(TrainingJobSummary, _summaries)
    st.register_type_strategy(TrainingJobDescription, _descriptions)


def _lives(_: type[Life]) -> SearchStrategy[Life]:
    from jobstate.testing.lives.strategies import lives  # noqa: PLC0415 - only where asked for

    return lives()


def _summaries(_: type[TrainingJobSummary]) -> SearchStrategy[TrainingJobSummary]:
    from jobstate.testing.lives.training_jobs import summaries  # noqa: PLC0415 - only where asked for

    return summaries()


def _descriptions(_: type[TrainingJobDescription]) -> SearchStrategy[TrainingJobDescription]:
    from jobstate.testing.lives.training_jobs import descriptions  # noqa: PLC0415 - only where asked for

    return descriptions()
