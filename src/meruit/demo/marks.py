"""What stands in an installation's folder while its demonstration is being built."""

#: Found at a start, the building was interrupted, and a half-built firm is no firm.
HALF_BUILT = "demo-is-being-built"
