"""The compiled observer, pure: what can be known of a job as sets of hidden states."""
