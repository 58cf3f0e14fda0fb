"""What all rooms share on the surface: base templates, lists, export, and the column type of amounts."""
