"""What the workflows run: each program decides in pure functions, and acts in few, which take their clients as arguments.

`waiting`, `images`, `parameter`, `stacks` and `github` speak to AWS and GitHub; `promotion`, `baking`, `cleaning`,
`releasing` and `preview` are what the programs do. A program is a module with a `main`; `scripts/NAME` starts it.
"""
