"""Define the stored models: jobs, chunks of their targets, and genomes. Times are seconds since the epoch."""
