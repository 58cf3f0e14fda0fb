"""The protocol of night steps: runs, steps and items with their outcome."""
