"""What is laid over a picture: one job's way, or what a fleet did."""
