"""Double entry, append only. Postings are written by functions of the database from the facts themselves."""
