"""A firm to look at: 25 people, 12 clients, 60 matters, three months of work, and every fault in it listed.

`plan` draws the firm from a seed without touching anything; `build` lives it through the real actions, by
the real people, with the clock moved. Nothing else in Meruit knows that a demonstration exists.
"""
