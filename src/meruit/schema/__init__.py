"""The database as it should be: migrated tables, functions of every room, and the table of grants.

Functions and triggers are plain SQL beside the room they belong to (`<room>/sql/NN_name.sql`), written so that
they can be applied again; after every migration all of them are, in the order of the rooms, and then
exactly the grants of `grants.toml` stand. Only the owner can do this.
"""
