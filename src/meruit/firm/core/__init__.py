"""How worked time becomes a price: rates by order of precedence, arrangements by their own rule. Pure."""
