"""What becomes of jobs: scenarios as data, those that the library has, those of a file."""
