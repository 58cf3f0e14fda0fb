"""Reading tables of other people's making: encodings, separators, dates and numbers of every style."""
