"""Forks: programs that fork, each in a process of its own; and what forks do, without one.

Never fork the process of the tests: it has threads, and locks that nobody here knows of.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final
from unittest import mock
from weakref import WeakKeyDictionary

import pytest

from jobstate.common import forks
from tests.support.pages import HOME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

where_forks = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="only where processes can be forked"
)

#: What every program begins with. A child that hangs is killed, and says nothing.
_BEGIN: Final = """
import json, os, signal, sys, time
from datetime import timedelta
from pathlib import Path

def in_child(call, seconds=60):
    reads, writes = os.pipe()
    child = os.fork()
    if not child:
        try:
            found = call()
        except BaseException as error:
            found = f"{type(error).__name__}: {error}"
        os.write(writes, json.dumps(found).encode())
        os._exit(0)
    os.close(writes)
    end = time.monotonic() + seconds
    while time.monotonic() < end and not os.waitpid(child, os.WNOHANG)[0]:
        time.sleep(0.002)
    else:
        if time.monotonic() >= end:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return "it hangs"
    with os.fdopen(reads) as pipe:
        return json.loads(pipe.read())
"""


def ran(program: str, *arguments: object, seconds: float = 300) -> Any:
    """Run a program in a process of its own; return what it prints, which is JSON."""
    done = subprocess.run(  # noqa: S603 - our own programs
        [sys.executable, "-c", _BEGIN + program, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=HOME,
        timeout=seconds,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@contextmanager
def as_if_forked() -> Iterator[Callable[[], None]]:
    """Give a function that does to what is made meanwhile what a fork does in the child."""
    with mock.patch.object(forks, "_SEEN_TO", WeakKeyDictionary()):
        yield forks.see_to_all
