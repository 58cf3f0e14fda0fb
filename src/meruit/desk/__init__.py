"""The desk of whoever decides: one table from a kind of decision to the room that carries it out, and the lists."""
