"""The judge, pure: answers about a job in, what they mean and what can not be true out."""
