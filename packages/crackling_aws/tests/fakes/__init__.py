"""In-memory AWS clients, faithful where the stores rely on it; the tests in contract run on them and on moto."""
