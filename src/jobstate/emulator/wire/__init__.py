"""Requests and answers as AWS's protocols have them, without a server and without a client."""

from jobstate.emulator.wire.bodies import MOST_BYTES, too_large
from jobstate.emulator.wire.printing import AnswerPrinter
from jobstate.emulator.wire.wire import Wire, WireCall, WireResponse

__all__ = ["MOST_BYTES", "AnswerPrinter", "Wire", "WireCall", "WireResponse", "too_large"]
