"""The facts that the tests hold the library against agree with themselves."""

from __future__ import annotations

from tests.support import facts


def test_every_pair_is_made_of_known_statuses() -> None:
    """Pairs name only the six primary and seventeen secondary statuses, and all of them."""
    assert len(facts.SECONDARIES) == 17
    assert {primary for primary, _ in facts.PAIRS} == facts.PRIMARIES
    assert {secondary for _, secondary in facts.PAIRS} == facts.SECONDARIES


def test_counts() -> None:
    """Nothing was dropped or typed twice: the counts are those of FACTS.md, counted by hand."""
    assert len(facts.PAIRS) == 33
    # Three rows say "or": Pending of spot jobs too, and both limits of waiting.
    assert len(facts.SECONDARY_EDGES) == 57 + 3
    assert len({edge[:2] for edge in facts.SECONDARY_EDGES}) == 57
    assert len(facts.RETIRED_EDGES) == 6
    # 32 under InProgress, 22 stops, 17 under Stopping, 66 endings, 5 deletions.
    ends = [edge[:2] for edge in facts.lifted_edges()]
    assert len(set(ends)) == 32 + 22 + 17 + 66 + 5
    # Again the one to Pending, and those to MaxWaitTimeExceeded: 8 under InProgress, 2 at its end.
    assert len(ends) - len(set(ends)) == 1 + 8 + 2


def test_edges_join_known_pairs() -> None:
    """No edge leaves or reaches something that is no pair, and none is there twice.

    Two between the same pairs need different things: the facts say "or".
    """
    names = facts.state_names()
    edges = facts.lifted_edges()
    assert {end for edge in edges for end in edge[:2]} == names
    twice = {edge[:2] for edge in edges if len({e for e in edges if e[:2] == edge[:2]}) > 1}
    assert {target for _, target in twice} == {"InProgress/Pending", "Stopped/MaxWaitTimeExceeded"}
    assert all(origin != target for origin, target, _, _ in edges)


def test_edges_between_secondaries_are_known_statuses() -> None:
    """The table speaks only of secondary statuses that exist."""
    for edge in facts.SECONDARY_EDGES + facts.RETIRED_EDGES:
        assert {edge.origin, edge.target} <= facts.SECONDARIES
        assert edge.origin not in facts.TERMINAL


def test_every_edge_of_the_table_is_lifted() -> None:
    """The six points lose no edge between secondary statuses, and invent none but their own."""
    shown = {
        (origin.partition("/")[2], target.partition("/")[2])
        for origin, target, _, _ in facts.lifted_edges()
    }
    table = {edge[:2] for edge in facts.SECONDARY_EDGES + facts.RETIRED_EDGES}
    assert table <= shown
    invented = {pair for pair in shown - table if pair[0] != pair[1]}
    directly = ("Starting", "Pending", "Downloading", "Training", "Interrupted", *facts.RETIRED)
    assert invented == (
        # Point 4 adds the two limits to the direct stops,
        {(status, end) for status in directly for end in facts.STOPPED[1:]}
        # a stop without a Stopping entry to what a job may be in when it is stopped,
        | {(status, "Stopped") for status in ("Restarting", "Updating", *facts.RETIRED)}
        # and point 6 says that the retired statuses behave like Starting.
        | {(status, end) for status in facts.RETIRED for end in ("Stopping", "Failed")}
    )


def test_primaries_move_as_documented() -> None:
    """Seen from the primary status alone, the edges are those that FACTS §2 lists."""
    moves = {
        (origin.partition("/")[0], target.partition("/")[0])
        for origin, target, _, _ in facts.lifted_edges()
    }
    assert {(one, other) for one, other in moves if one != other} == facts.PRIMARY_EDGES


def test_only_stops_need_a_stop() -> None:
    """An edge needs somebody to ask for a stop exactly if it leaves InProgress for one."""
    for origin, target, needs, _ in facts.lifted_edges():
        stops = origin.startswith("InProgress/") and target.startswith(("Stopping/", "Stopped/"))
        assert (("stop", True) in needs) is stops


def test_limits_and_completion() -> None:
    """The deadline for waiting needs spot or retry; Completed needs training, and nothing else."""
    for origin, target, needs, trained in facts.lifted_edges():
        assert trained is (target == "Completed/Completed")
        if target == "Stopped/MaxWaitTimeExceeded":
            assert len({("spot", True), ("retry", True)} & needs) == 1
        if origin.startswith("Stopping/") and target.startswith("Stopping/"):
            assert not needs


def test_terminal_pairs_lead_only_to_deleting() -> None:
    """A terminal pair has one way out, and Deleting none."""
    for origin, target, needs, _ in facts.lifted_edges():
        assert not origin.startswith("Deleting/")
        if not origin.startswith(("InProgress/", "Stopping/")):
            assert target == f"Deleting/{origin.partition('/')[2]}"
            assert not needs


def test_no_edge_is_dead() -> None:
    """Every edge is one that some job can take."""
    assert facts.dead_edges() == set()


def test_everything_is_reached() -> None:
    """Every pair is reached by some job; without spot and retry, three kinds are not."""
    assert facts.reachable() == facts.state_names()
    lost = facts.state_names() - facts.reachable(spot=False)
    assert lost == {"InProgress/Interrupted", "Stopping/Interrupted"}
    lost |= {"Stopped/MaxWaitTimeExceeded", "Deleting/MaxWaitTimeExceeded"}
    assert facts.state_names() - facts.reachable(spot=False, retry=False) == lost
    assert not any(name.startswith("Stop") for name in facts.reachable(stop=False))


def test_results() -> None:
    """Every pair has a result; only terminal ones are final, only Deleting is gone."""
    for primary, secondary in facts.PAIRS:
        result = facts.result(primary, secondary)
        assert result.final is (primary not in {"InProgress", "Stopping"})
        assert result.gone is (primary == "Deleting")
        assert (result.outcome == "running") is not result.final
    assert {facts.result(*pair).outcome for pair in facts.PAIRS} == {
        "running",
        "succeeded",
        "failed",
        "stopped",
        "timed_out",
    }


def test_warm_pool() -> None:
    """The pool's edges join its states, and its final states have no way out."""
    assert {end for edge in facts.POOL_EDGES for end in edge} == facts.POOL_STATES
    assert facts.POOL_STATES - {origin for origin, _ in facts.POOL_EDGES} == facts.POOL_FINAL
