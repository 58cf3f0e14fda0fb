"""A client's portal to practise on: its own process, its own memory, its own words.

It knows nothing of Meruit's database. Bills come into an SFTP inbox; receipts, status and remittances lie in its
outbox; a small page lets a person play the client. Whatever it has said it has first written down, so that it can
be killed at any instant. It can be slow, down, or fall silent after an upload, as portals are.
"""
