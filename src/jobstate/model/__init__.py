"""What is declared of a kind of job, observed of one, and told of it: frozen data."""
