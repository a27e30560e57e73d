"""Prepare one genome on an EC2 instance of its own, with the same steps as the functions.

    cli -> metadata (who am I) -> settings (what is there) -> preparation (the steps), watched by supervisor

The instance's tags name the genome and the claim; nothing that a user typed ever meets a shell.
"""
