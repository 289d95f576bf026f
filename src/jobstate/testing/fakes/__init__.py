"""A client of the service whose answers come from lives, and a virtual clock."""
