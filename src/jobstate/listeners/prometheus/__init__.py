"""Metrics for Prometheus: what jobs do, and how a tracker and its listeners are.

They come with the extra ``prometheus``. `jobstate.aws.prometheus` has those of pollers.
"""

from __future__ import annotations

from jobstate.errors import MissingExtraError

try:
    from jobstate.listeners.prometheus.collector import TrackerCollector
    from jobstate.listeners.prometheus.listener import PrometheusListener
except ImportError as error:
    raise MissingExtraError("PrometheusListener", "prometheus_client", "prometheus") from error

__all__ = ["PrometheusListener", "TrackerCollector"]
