"""What stands behind the pytest plugin: what clients answer in a test run is judged and counted."""
