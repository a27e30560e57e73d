"""Index files on a function's disk, whole or in part."""
