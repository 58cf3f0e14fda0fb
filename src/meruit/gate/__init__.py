"""The gate: a small process of its own that signs people in and checks what their passkeys sign.

Passwords, second factors and passkeys are known here and nowhere else: the login `app` can read none of
their tables. What leaves the gate is a session's token in a cookie, of which the database keeps the SHA-256, and
attestations of signatures, checked with a maintained library and kept as evidence.
"""
