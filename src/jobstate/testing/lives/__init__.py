"""Legal lives: walks through a life cycle, plans for them, strategies, recorded ones."""
