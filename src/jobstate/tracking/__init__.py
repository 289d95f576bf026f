"""Trackers: where many jobs stand, under locks; the only thing that changes."""
