"""How much of a life cycle tests see: what is certain, tours of all edges, coverage of a run."""
