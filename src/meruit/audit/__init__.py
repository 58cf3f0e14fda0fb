"""The audit trail: who did what, when, from where, on whose behalf, before and after, and why."""
