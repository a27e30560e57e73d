"""Run the steps of the workflows. `cli` is the program; `commands` has its subcommands, which are thin.

The subjects have a folder each: `images`, `stacks`, `preview`, `account`, `workflows`. Their modules decide in pure functions and
act in few others, which take their clients as arguments. `aws`, `github` and `api_client` speak to the services.
"""
