"""What goes wrong where AWS is asked, each an object with fields and a text made from them."""

from __future__ import annotations

from jobstate.errors import JobstateError, shown


class ServiceError(JobstateError, RuntimeError):
    """A service could not be asked about a job, and asking again would not do, or has not done.

    Attributes:
        job: What was asked about: a name or an id.
        trouble: What kind of trouble it is: ``denied``, ``expired``, ``throttled`` …
        said: AWS's code and words; where the service was not reached, what was raised. What the
            client raised is the error's cause.
        seconds: For how long every call came to nothing.
        status: Where the job stood at last; empty where nothing was ever known.
    """

    def __init__(self, job: str, trouble: str, said: str, seconds: float, status: str) -> None:
        self.job = job
        self.trouble = trouble
        self.said = said
        self.seconds = seconds
        self.status = status
        super().__init__(job, trouble, said, seconds, status)

    def __str__(self) -> str:
        how_long = f" for {self.seconds:,.0f} s" if self.seconds else ""
        stood = f"; it stood at {self.status}" if self.status else ""
        said = f"({self.trouble}{how_long}): {shown(self.said)}"
        return f"{shown(self.job)} can't be asked about {said}{stood}"


class JobMissingError(JobstateError, LookupError):
    """There is no such job, and there was none since somebody began to ask.

    Attributes:
        job: What was asked about: a name or an id.
        kind: The kind of job.
        message: What the service said.
    """

    def __init__(self, job: str, kind: str, message: str) -> None:
        self.job = job
        self.kind = kind
        self.message = message
        super().__init__(job, kind, message)

    def __str__(self) -> str:
        said = f" ({shown(self.message)})" if self.message else ""
        remedy = "look at its name, the account and the region"
        return f"there is no {self.kind} {shown(self.job)}{said}: {remedy}"


class UnknownStatusError(JobstateError, RuntimeError):
    """A job stands in a status that its life cycle does not know; nobody can say what it means.

    Attributes:
        job: The job's id.
        kind: The kind of job.
        status: The status.
        seconds: For how long it has been seen there.
    """

    def __init__(self, job: str, kind: str, status: str, seconds: float) -> None:
        self.job = job
        self.kind = kind
        self.status = status
        self.seconds = seconds
        super().__init__(job, kind, status, seconds)

    def __str__(self) -> str:
        return (
            f"{shown(self.job)} has shown {shown(self.status)} for {self.seconds:,.0f} s, which no"
            f" {self.kind} is known to do: a newer jobstate may know it, or `evolve` the life cycle"
        )


class WaitTimeoutError(JobstateError, TimeoutError):
    """What was waited for did not come in time. The job goes on; nothing was done to it.

    Attributes:
        job: What was asked about: a name or an id.
        seconds: How long was waited.
        until: What for: ``final``, ``steady``, or a status.
        status: Where the job stood at last; empty where no answer came.
        problem: Why the last call came to nothing; empty where an answer came.
    """

    def __init__(self, job: str, seconds: float, until: str, status: str, problem: str) -> None:
        self.job = job
        self.seconds = seconds
        self.until = until
        self.status = status
        self.problem = problem
        super().__init__(job, seconds, until, status, problem)

    def __str__(self) -> str:
        stands = f"stands at {self.status}" if self.status else "was never seen"
        problem = f" (the last call: {shown(self.problem)})" if self.problem else ""
        return (
            f"{shown(self.job)} {stands} after {self.seconds:,.0f} s,"
            f" and was waited for until {self.until}{problem}"
        )
