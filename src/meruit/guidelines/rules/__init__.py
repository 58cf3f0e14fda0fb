"""One module per family of the catalogue; one function per rule type, marked with its slug."""
