"""One module per place on screen: read the request, call one action or query of a room, render."""
