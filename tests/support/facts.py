"""The facts about SageMaker training jobs (FACTS §2 and §3), typed a second time as plain data.

The library ships these facts once, as a life cycle; they are here a second time so that the two
can be held against each other. Imports nothing of jobstate, and nothing may be generated from it.

A basis is a set: the bases that FACTS.md allows for one thing. Most sets have one member; where a
row gives two ("documented; from-state not given") or names several things at once, both stand.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

#: (feature, the value that an edge needs it to have).
Literal: TypeAlias = tuple[str, bool]
Needs: TypeAlias = frozenset[Literal]
Basis: TypeAlias = frozenset[str]
#: Origin, target, needs, and whether the job must have been in Training before.
PairEdge: TypeAlias = tuple[str, str, Needs, bool]

DOCUMENTED: Basis = frozenset({"documented"})
OBSERVED: Basis = frozenset({"observed"})
INFERRED: Basis = frozenset({"inferred"})

NONE: Needs = frozenset()
SPOT: Needs = frozenset({("spot", True)})
NOT_SPOT: Needs = frozenset({("spot", False)})
RETRY: Needs = frozenset({("retry", True)})
PLAN: Needs = frozenset({("plan", True)})
STOP: Needs = frozenset({("stop", True)})
WARM_POOL: Needs = frozenset({("warm_pool", True)})

#: Feature → an answer can show it. Nobody can be seen not to ask for a stop.
FEATURES = {"spot": True, "retry": True, "plan": True, "warm_pool": True, "stop": False}
#: Features that no job has together.
EXCLUSIONS = {frozenset({"plan", "spot"}), frozenset({"warm_pool", "spot"})}

# --- §1: what the service's model lists ----------------------------------------------------------

PRIMARIES = {"InProgress", "Completed", "Failed", "Stopping", "Stopped", "Deleting"}
RETIRED = ("LaunchingMLInstances", "PreparingTrainingStack", "DownloadingTrainingImage")
CURRENT = (
    "Starting",
    "Pending",
    "Downloading",
    "Training",
    "Interrupted",
    "Uploading",
    "Restarting",
    "Updating",
)
#: Everything but Stopping and the terminal ones.
IN_PROGRESS = CURRENT + RETIRED
STOPPED = ("Stopped", "MaxRuntimeExceeded", "MaxWaitTimeExceeded")
TERMINAL = ("Completed", "Failed", *STOPPED)
#: The 17 values of the enum.
SECONDARIES = {*IN_PROGRESS, "Stopping", *TERMINAL}

# --- §2: which secondary status goes with which primary status -----------------------------------

PAIRS: dict[tuple[str, str], Basis] = {
    ("InProgress", "Starting"): DOCUMENTED,
    ("InProgress", "Pending"): DOCUMENTED,
    ("InProgress", "Downloading"): DOCUMENTED,
    ("InProgress", "Training"): DOCUMENTED,
    ("InProgress", "Interrupted"): DOCUMENTED,
    ("InProgress", "Uploading"): DOCUMENTED,
    ("InProgress", "Restarting"): INFERRED,
    ("InProgress", "Updating"): INFERRED,
    ("InProgress", "LaunchingMLInstances"): INFERRED,
    ("InProgress", "PreparingTrainingStack"): INFERRED,
    ("InProgress", "DownloadingTrainingImage"): INFERRED,
    ("Stopping", "Stopping"): DOCUMENTED,
    ("Stopping", "Starting"): OBSERVED,
    ("Stopping", "Uploading"): INFERRED,
    ("Stopping", "Pending"): INFERRED,
    ("Stopping", "Downloading"): INFERRED,
    ("Stopping", "Training"): INFERRED,
    ("Stopping", "Interrupted"): INFERRED,
    ("Stopping", "Restarting"): INFERRED,
    ("Stopping", "Updating"): INFERRED,
    # Not in the table: point 6 lets a retired status be stopped like Starting.
    ("Stopping", "LaunchingMLInstances"): INFERRED,
    ("Stopping", "PreparingTrainingStack"): INFERRED,
    ("Stopping", "DownloadingTrainingImage"): INFERRED,
    ("Completed", "Completed"): DOCUMENTED,
    ("Failed", "Failed"): DOCUMENTED,
    ("Stopped", "Stopped"): DOCUMENTED | OBSERVED,
    ("Stopped", "MaxRuntimeExceeded"): DOCUMENTED | OBSERVED,
    ("Stopped", "MaxWaitTimeExceeded"): DOCUMENTED | OBSERVED,
    ("Deleting", "Completed"): INFERRED,
    ("Deleting", "Failed"): INFERRED,
    ("Deleting", "Stopped"): INFERRED,
    ("Deleting", "MaxRuntimeExceeded"): INFERRED,
    ("Deleting", "MaxWaitTimeExceeded"): INFERRED,
}
INITIAL = "InProgress/Starting"
#: The states after which Completed is possible.
TRAINED = {"InProgress/Training", "Stopping/Training"}
#: Moves of the primary status alone; the last three lead to where the job is gone.
PRIMARY_EDGES = {
    ("InProgress", "Completed"),
    ("InProgress", "Failed"),
    ("InProgress", "Stopping"),
    ("InProgress", "Stopped"),
    ("Stopping", "Stopped"),
    ("Stopping", "Completed"),
    ("Stopping", "Failed"),
    ("Completed", "Deleting"),
    ("Failed", "Deleting"),
    ("Stopped", "Deleting"),
}


class Result(NamedTuple):
    """What a pair means to whoever waits for the job."""

    outcome: str
    final: bool
    gone: bool
    cause: str | None


_RESULTS = {
    "Completed": ("succeeded", None),
    "Failed": ("failed", "unknown"),  # FailureReason tells more than the status does
    "Stopped": ("stopped", "stop_requested"),
    "MaxRuntimeExceeded": ("timed_out", "max_runtime"),
    "MaxWaitTimeExceeded": ("timed_out", "max_wait"),
}

# --- §3: edges between secondary statuses --------------------------------------------------------


class SecondaryEdge(NamedTuple):
    """One edge between secondary statuses, whatever its cause; "or" makes two of it."""

    origin: str
    target: str
    basis: Basis
    needs: Needs = NONE


SECONDARY_EDGES = (
    SecondaryEdge("Starting", "Downloading", DOCUMENTED),
    SecondaryEdge("Starting", "Pending", OBSERVED, NOT_SPOT),
    SecondaryEdge("Starting", "Pending", INFERRED, SPOT),
    SecondaryEdge("Pending", "Downloading", OBSERVED),
    SecondaryEdge("Pending", "Starting", INFERRED),
    SecondaryEdge("Pending", "Failed", OBSERVED | DOCUMENTED),  # LOGS 1; PLAN
    SecondaryEdge("Downloading", "Pending", DOCUMENTED | INFERRED, PLAN),  # from-state not given
    SecondaryEdge("Training", "Pending", DOCUMENTED | INFERRED, PLAN),
    SecondaryEdge("Starting", "Training", DOCUMENTED),
    SecondaryEdge("Pending", "Training", DOCUMENTED),
    SecondaryEdge("Downloading", "Training", DOCUMENTED),
    SecondaryEdge("Training", "Uploading", DOCUMENTED),
    SecondaryEdge("Uploading", "Completed", DOCUMENTED),
    SecondaryEdge("Uploading", "Failed", OBSERVED),
    SecondaryEdge("Downloading", "Failed", OBSERVED),
    SecondaryEdge("Starting", "Failed", OBSERVED),
    SecondaryEdge("Training", "Failed", INFERRED),
    SecondaryEdge("Interrupted", "Failed", INFERRED),
    SecondaryEdge("Restarting", "Failed", INFERRED),
    SecondaryEdge("Updating", "Failed", INFERRED),
    SecondaryEdge("Stopping", "Failed", INFERRED),
    SecondaryEdge("Training", "Stopping", DOCUMENTED),
    SecondaryEdge("Downloading", "Stopping", OBSERVED),
    SecondaryEdge("Starting", "Stopping", DOCUMENTED),
    SecondaryEdge("Pending", "Stopping", INFERRED),
    SecondaryEdge("Interrupted", "Stopping", INFERRED),
    SecondaryEdge("Uploading", "Stopping", INFERRED),
    SecondaryEdge("Restarting", "Stopping", INFERRED),
    SecondaryEdge("Updating", "Stopping", INFERRED),
    SecondaryEdge("Stopping", "Uploading", OBSERVED),
    SecondaryEdge("Stopping", "Stopped", OBSERVED),
    SecondaryEdge("Uploading", "Stopped", OBSERVED),
    SecondaryEdge("Stopping", "MaxWaitTimeExceeded", DOCUMENTED, SPOT),
    SecondaryEdge("Stopping", "MaxWaitTimeExceeded", INFERRED, RETRY),
    SecondaryEdge("Uploading", "MaxWaitTimeExceeded", OBSERVED, SPOT),
    # "spot or retry", and the one list is a spot job's.
    SecondaryEdge("Uploading", "MaxWaitTimeExceeded", INFERRED, RETRY),
    SecondaryEdge("Stopping", "MaxRuntimeExceeded", INFERRED),
    SecondaryEdge("Uploading", "MaxRuntimeExceeded", INFERRED),
    SecondaryEdge("Stopping", "Completed", INFERRED),
    SecondaryEdge("Pending", "Stopped", INFERRED),
    SecondaryEdge("Starting", "Stopped", INFERRED),
    SecondaryEdge("Downloading", "Stopped", INFERRED),
    SecondaryEdge("Training", "Stopped", INFERRED),
    SecondaryEdge("Interrupted", "Stopped", INFERRED),
    SecondaryEdge("Training", "Interrupted", DOCUMENTED, SPOT),
    SecondaryEdge("Starting", "Interrupted", INFERRED, SPOT),
    SecondaryEdge("Downloading", "Interrupted", INFERRED, SPOT),
    SecondaryEdge("Uploading", "Interrupted", INFERRED, SPOT),
    SecondaryEdge("Interrupted", "Starting", DOCUMENTED, SPOT),
    SecondaryEdge("Interrupted", "Downloading", DOCUMENTED, SPOT),  # "SPOT says the first once"
    SecondaryEdge("Interrupted", "Restarting", INFERRED, SPOT),
    SecondaryEdge("Downloading", "Starting", DOCUMENTED | INFERRED, RETRY),  # from-state not given
    SecondaryEdge("Training", "Starting", DOCUMENTED | INFERRED, RETRY),
    SecondaryEdge("Uploading", "Starting", DOCUMENTED | INFERRED, RETRY),
    # The cause of these four is a retry, but the row needs nothing.
    SecondaryEdge("Training", "Restarting", INFERRED),
    SecondaryEdge("Restarting", "Starting", INFERRED),
    SecondaryEdge("Restarting", "Downloading", INFERRED),
    SecondaryEdge("Restarting", "Training", INFERRED),
    SecondaryEdge("Training", "Updating", INFERRED),
    SecondaryEdge("Updating", "Training", INFERRED),
)
#: Point 6, first half: how the retired statuses went forward.
RETIRED_EDGES = (
    SecondaryEdge("Starting", "LaunchingMLInstances", INFERRED),
    SecondaryEdge("LaunchingMLInstances", "PreparingTrainingStack", INFERRED),
    SecondaryEdge("PreparingTrainingStack", "Downloading", INFERRED),
    SecondaryEdge("PreparingTrainingStack", "DownloadingTrainingImage", INFERRED),
    SecondaryEdge("Downloading", "DownloadingTrainingImage", INFERRED),
    SecondaryEdge("DownloadingTrainingImage", "Training", INFERRED),
)

# --- the warm pool -------------------------------------------------------------------------------

POOL_STATES = {"InUse", "Available", "Reused", "Terminated"}
POOL_INITIAL = "InUse"
POOL_EDGES = {
    ("InUse", "Available"),
    ("InUse", "Terminated"),
    ("Available", "Reused"),
    ("Available", "Terminated"),
    ("Available", "Available"),  # UpdateTrainingJob changes how long it is kept
}
POOL_FINAL = {"Reused", "Terminated"}


def state_names() -> set[str]:
    """Return the names of all pairs."""
    return {f"{primary}/{secondary}" for primary, secondary in PAIRS}


def result(primary: str, secondary: str) -> Result:
    """Return what a pair means to whoever waits for the job."""
    if primary in {"InProgress", "Stopping"}:
        return Result("running", final=False, gone=False, cause=None)
    outcome, cause = _RESULTS[secondary]
    return Result(outcome, final=True, gone=primary == "Deleting", cause=cause)


def lifted() -> dict[PairEdge, Basis]:  # noqa: C901, PLR0912 - point by point, as in FACTS
    """Lift the edges between secondaries to pairs, by the six points of FACTS §3, with basis."""
    table = {(edge.origin, edge.target): edge for edge in SECONDARY_EDGES}  # of "or" either
    found: dict[PairEdge, Basis] = {}

    def add(origin: str, target: str, basis: Basis, *needs: Needs) -> None:
        # The last paragraph of the points: Completed needs Training before it, in every case.
        edge = (origin, target, NONE.union(*needs), target == "Completed/Completed")
        assert edge not in found, edge
        found[edge] = basis

    # 1. Under InProgress (6, first half, tells how the retired statuses move there).
    for edge in SECONDARY_EDGES + RETIRED_EDGES:
        if edge.origin in IN_PROGRESS and edge.target in IN_PROGRESS:
            add(f"InProgress/{edge.origin}", f"InProgress/{edge.target}", edge.basis, edge.needs)

    # 2. A stop is asked for. Retired statuses are stopped like Starting (6).
    for status in IN_PROGRESS:
        seen = OBSERVED if status == "Starting" else INFERRED
        add(f"InProgress/{status}", f"Stopping/{status}", seen, STOP)
        if status in RETIRED:
            add(f"InProgress/{status}", "Stopping/Stopping", INFERRED, STOP)
        elif (status, "Stopping") in table:
            basis = table[status, "Stopping"].basis
            if status == "Downloading":
                basis |= INFERRED  # the stop came during Starting: it is the edge under 3
            add(f"InProgress/{status}", "Stopping/Stopping", basis, STOP)

    # 3. Under Stopping, work may still go forward, but for the retired statuses.
    add("Stopping/Starting", "Stopping/Downloading", OBSERVED)
    add("Stopping/Pending", "Stopping/Downloading", OBSERVED | INFERRED)  # one remark for the two
    add("Stopping/Starting", "Stopping/Training", INFERRED)
    add("Stopping/Pending", "Stopping/Training", INFERRED)
    add("Stopping/Downloading", "Stopping/Training", INFERRED)
    add("Stopping/Training", "Stopping/Uploading", INFERRED)
    for status in IN_PROGRESS:
        if status != "Uploading":
            # The table gives a basis for x → Stopping, but not with which primary.
            stated = INFERRED if status in RETIRED else table[status, "Stopping"].basis
            add(f"Stopping/{status}", "Stopping/Stopping", stated | INFERRED)
    add("Stopping/Stopping", "Stopping/Uploading", table["Stopping", "Uploading"].basis)

    # 4. Endings. Retired statuses fail and are stopped like Starting (6).
    add("InProgress/Uploading", "Completed/Completed", table["Uploading", "Completed"].basis)
    for status in IN_PROGRESS:
        if status in RETIRED:
            add(f"InProgress/{status}", "Failed/Failed", INFERRED)
        elif (status, "Failed") in table:
            add(f"InProgress/{status}", "Failed/Failed", table[status, "Failed"].basis)
    directly = ("Starting", "Pending", "Downloading", "Training", "Interrupted")
    for status in directly + RETIRED:
        add(f"InProgress/{status}", "Stopped/Stopped", INFERRED, STOP)
        add(f"InProgress/{status}", "Stopped/MaxRuntimeExceeded", INFERRED, STOP)
        for needs in (SPOT, RETRY):
            add(f"InProgress/{status}", "Stopped/MaxWaitTimeExceeded", INFERRED, STOP, needs)
    for status in ("Stopping", "Uploading"):
        for edge in SECONDARY_EDGES:
            if edge.origin == status and edge.target in STOPPED:
                add(f"Stopping/{status}", f"Stopped/{edge.target}", edge.basis, edge.needs)
        add(f"Stopping/{status}", "Completed/Completed", INFERRED)
    for status in IN_PROGRESS:
        if status != "Uploading":
            add(f"Stopping/{status}", "Stopped/Stopped", INFERRED)
    for status in (*IN_PROGRESS, "Stopping"):
        add(f"Stopping/{status}", "Failed/Failed", INFERRED)

    # 5. Deleting, with the same secondary; without one it is a thin observation, not a state.
    for end in TERMINAL:
        primary = "Stopped" if end in STOPPED else end
        add(f"{primary}/{end}", f"Deleting/{end}", DOCUMENTED | INFERRED)
    return found


def lifted_edges() -> set[PairEdge]:
    """Return the edges between pairs: (origin, target, needs, must have trained)."""
    return set(lifted())


def dead_edges() -> set[PairEdge]:
    """Return the lifted edges that no job can take, because no job with its needs gets there."""
    alive: set[PairEdge] = set()
    for features in _feature_sets():
        states, taken = _spread(features)
        assert INITIAL in states
        alive |= taken
    return lifted_edges() - alive


def reachable(**given: bool) -> set[str]:
    """Return the pairs that some job with these features reaches."""
    return {
        state
        for features in _feature_sets()
        if given.items() <= features.items()
        for state in _spread(features)[0]
    }


def _feature_sets() -> list[dict[str, bool]]:
    sets: list[dict[str, bool]] = [{}]
    for name in FEATURES:
        sets = [{**chosen, name: value} for chosen in sets for value in (False, True)]
    return [
        chosen
        for chosen in sets
        if not any(all(chosen[name] for name in clash) for clash in EXCLUSIONS)
    ]


def _spread(features: dict[str, bool]) -> tuple[set[str], set[PairEdge]]:
    edges = [edge for edge in lifted() if edge[2] <= features.items()]
    found = {(INITIAL, False)}
    taken: set[PairEdge] = set()
    grew = True
    while grew:  # until nothing is new: plain, and quick enough for some thirty states
        grew = False
        for state, trained in sorted(found):
            for edge in edges:
                origin, target, _, must_have_trained = edge
                if origin == state and (trained or not must_have_trained):
                    taken.add(edge)
                    reached = (target, trained or target in TRAINED)
                    grew = grew or reached not in found
                    found.add(reached)
    return {state for state, _ in found}, taken
