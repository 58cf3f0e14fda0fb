"""The authority line: who may decide what, held by PostgreSQL.

Everything a preparer may not do alone is a proposal; a decision approves, refuses or amends it; an effect
consumes its decision exactly once. The matrix is `kinds.toml`; the mechanism is in `sql/`; Python here
only calls it. What holds and what does not is told in `docs/authority.md`.
"""
