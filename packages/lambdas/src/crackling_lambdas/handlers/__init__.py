"""Hold one module for each function, which makes its handler from an environment and clients; tests pass theirs."""
