"""`python -m meruit.cli`: the same as `meruit`."""

from meruit.cli.main import main

main()
