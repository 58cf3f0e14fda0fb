"""The command line: parse, call a room, print. Nothing heavy is imported before a command runs."""
