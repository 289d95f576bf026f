"""Drive a spot job through an interruption to its end: python examples/drive.py."""

from jobstate.machine import Firing, Job, TriggerRefusedError, build
from jobstate.sagemaker import TRAINING_JOB


def tell(event: Firing) -> None:
    """Print each move of each job of the machine."""
    edge = event.edge
    print(f"{edge.origin:24} → {edge.target:24} {edge.cause} ({edge.basis})")


machine = build(TRAINING_JOB)
machine.after_state_change = tell
machine.on_enter_InProgress_Interrupted(lambda event: print("  what now?", *event.model.allowed))

job = Job(machine, spot=True)
job.instances_ready()
job.data_ready_to_InProgress_Training()
job.spot_reclaimed()
job.spot_capacity_awaited()
job.no_download_stage()
job.container_ended()
try:
    job.reservation_ended()
except TriggerRefusedError as error:
    print(error)
job.artifacts_uploaded()
print(job, "having passed", *job.state.passed)
