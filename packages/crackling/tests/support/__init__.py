"""What several tests share: genomes with planted near-repeats, and indexes made of them."""
