"""The life of a genome: upload, claim and the start of its preparation."""
