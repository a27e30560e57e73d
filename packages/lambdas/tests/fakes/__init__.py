"""In-memory AWS clients: small, fast, and faithful where the stores rely on it (contract/ holds them to moto)."""
