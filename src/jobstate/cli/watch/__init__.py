"""What ``jobstate watch`` is made of: what is asked, what is known by now, how that is drawn."""
