"""Recipes that build the Lambda layers and the functions' code without Docker, the same bytes twice.

`target` says for which Python and processor, `recipes` which trees there are, `store` builds a tree where its
inputs have changed, `checks` holds the finished trees against what Lambda allows.
"""
