"""People who sign in, their sessions and how they prove who they are.

A person is added by a decision of two others; sessions are opened and ended by the gate alone, and the
database keeps of a session's token only its SHA-256.
"""
