"""Tests of the incident view."""
