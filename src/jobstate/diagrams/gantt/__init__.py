"""The incident view: what happened to one job or several, over one time axis, worst first."""
