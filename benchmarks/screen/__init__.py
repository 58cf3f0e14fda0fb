"""How fast lines are screened by a client's guidelines."""
