"""One module a function. Each makes its handler from an environment and clients, so tests give theirs."""
