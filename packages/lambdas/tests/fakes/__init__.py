"""In-memory AWS clients, faithful where the stores rely on it (contract/ holds them to moto)."""
