"""List what is installed and shipped, with licences and hashes, and ask the databases of vulnerabilities about it."""
