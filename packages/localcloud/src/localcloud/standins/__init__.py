"""Stand in for services beyond AWS, in the tests of several packages and in the local cloud."""
