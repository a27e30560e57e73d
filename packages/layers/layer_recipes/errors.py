class RecipeError(Exception):
    """A tree that could not be built; the message says what is missing and what to do."""
