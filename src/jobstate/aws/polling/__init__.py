"""A fleet, polled within a budget of requests: walks over lists, and descriptions by urgency."""
