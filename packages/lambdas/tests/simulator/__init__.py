"""Simulate delivery faults: small worlds, each from a seed, in which messages meet all that AWS may do to them.

faults.py    what can go wrong with a call: throttled, failed after its effect, caller killed, interrupted
queues.py    queues with visibility, redelivery, duplicates and dead letters; a stream with bounded retries
history.py   changes that must never happen, noted as they happen
world.py     the real handlers wired to the fakes, and the loop that runs them until nothing is left to do
scenario.py  what users do in a world: genomes good and bad, jobs, poison, messages that name nothing
checks.py    what must hold when everything has come to rest
"""
