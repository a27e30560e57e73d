"""One module a function. Each makes its handler from an environment and clients, so that tests can hand in theirs."""
