"""Build the Lambda layers and the functions' code reproducibly, without Docker.

`target` names the Python version and processor, `recipes` lists the trees, `store` builds a tree if its inputs
have changed, and `checks` compares the finished trees with what Lambda allows.
"""
