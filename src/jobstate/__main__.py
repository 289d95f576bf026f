"""``python -m jobstate``: the command, for those whose PATH does not have it."""

from jobstate.cli import main

main()
