class RecipeError(Exception):
    """Raised when a tree cannot be built; the message says what is missing and what to do."""
