"""Any life cycle as a plain record of nodes and arrows, which every renderer reads."""
