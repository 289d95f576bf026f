"""How jobs belong together: `Link` says where an answer names its job's parent, or a child."""

from __future__ import annotations

from attrs import field, frozen

from jobstate.model.observation import JobKey


def _names(path: tuple[str, ...] | str) -> tuple[str, ...]:
    return tuple(path.split(".")) if isinstance(path, str) else path


@frozen(kw_only=True)
class Link:
    """Where an answer names the job that its own belongs to: the training job its tuning job.

    Attributes:
        path: The field with the other job's id; with dots where it lies in others.
        to: What the other is a job of: its life cycle's name.
        before: Where the id is but the beginning: what it ends before, the last time that stands
            in the field, as ``:`` in ``PARENT:INDEX``; empty where it is all of the field.
        child: It leads downwards: to a job that belongs to the answer's own. Where the path leads
            through lists, to as many as there are.
    """

    path: tuple[str, ...] = field(alias="field", converter=_names)
    to: str
    before: str = ""
    child: bool = False

    def job(self, value: str) -> JobKey | None:
        """Return the job that the field's value leads to; None where it leads to none.

        No answer says when another job was created.
        """
        found = value.rpartition(self.before)[0] if self.before else value
        return JobKey(self.to, found) if found else None
