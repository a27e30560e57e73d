"""Hold one module for each function, whose `make_handler` takes environment and clients, so that tests can pass theirs."""
