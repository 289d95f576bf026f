"""The verdict in tests: assertions with their story, laws of waiters, systems driven at random."""
