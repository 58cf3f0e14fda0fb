"""Files taken in: what a row is, which column is which field, what was taken and what was set aside.

`core` reads and judges rows and knows no database. Rooms above bring a `Taker` for the records they own; what
happened to every row is written here, and nothing is dropped in silence.
"""
