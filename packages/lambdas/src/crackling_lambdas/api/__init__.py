"""Provide the REST API: routes parse a request, call the logic and answer with a view."""
