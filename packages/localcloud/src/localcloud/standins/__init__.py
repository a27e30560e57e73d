"""Stand-ins for services beyond AWS: for the tests of several packages, and for the local cloud."""
