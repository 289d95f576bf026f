"""AWS's services as far as they keep jobs, on your own machine: what `jobstate emulate` serves."""
