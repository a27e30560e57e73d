"""Checks for the workflows themselves: what a change affects, whether ci passed, line endings, titles of commits, and linters."""
