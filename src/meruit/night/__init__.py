"""The night run: everything that needs no decision, in order over all rooms, and the digest of the morning."""
