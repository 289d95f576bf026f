"""Where answers are in whatever wraps them: searches, queues, logs, recordings, texts in texts."""

from jobstate.finding.finder import Finder, Unsearched, finder_of
from jobstate.finding.found import Found, Item, PassedOver

__all__ = ["Finder", "Found", "Item", "PassedOver", "Unsearched", "finder_of"]
