"""Say what became of the job in a file of answers: python examples/check.py FILE."""

import json
import sys
from pathlib import Path

from jobstate import check
from jobstate.sagemaker import TRAINING_JOB

STOPPED = Path(__file__).parent / "answers" / "stopped.json"

file = Path(sys.argv[1]) if sys.argv[1:] else STOPPED
report = check(TRAINING_JOB, json.loads(file.read_text(encoding="utf-8")))
print(report.result.outcome, "final" if report.result.final else "not final", report.result.cause)
for entry in report.entries:
    print(f"{entry.start:%Y-%m-%d %H:%M:%S}  {entry.status}")
for violation in report.violations:
    print(f"{violation.severity} {violation.rule}: {violation.message}")
