"""A stand-in for services that keep jobs: jobs that live on a clock, and what is answered of them.

No network, no wire format and no client: `jobstate.testing` puts a botocore client in front of it.
Everything follows from its inputs: the clock, the seed and the requests, in their order.
"""

from jobstate.world.pages import Cut
from jobstate.world.refusals import RefusedRequestError
from jobstate.world.scripts import Birth, Script, ordinary
from jobstate.world.world import World

__all__ = ["Birth", "Cut", "RefusedRequestError", "Script", "World", "ordinary"]
