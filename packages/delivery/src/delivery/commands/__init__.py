"""Define the subcommands of `delivery`, a module each; see `delivery.cli`."""
