"""The refusal that every part of this library raises."""


class DeadlineError(ValueError):
    """A moment, zone, calendar or rule from which no deadline follows."""
