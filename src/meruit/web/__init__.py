"""The pages: they read a request, call one action or query of a room, and present."""
