"""The delivery-fault simulator: a small world in which everything that AWS may do to a message is done, by a seed.

faults.py    what can go wrong with a call: throttled, failed after it took effect, the caller killed, interrupted
queues.py    queues with visibility, redelivery, duplicates and dead-letter queues; a stream with bounded retries
world.py     the real handlers wired to the fakes, and the loop that runs them until nothing is left to do
scenario.py  what users do in a world: genomes good and bad, jobs, poison, messages that name nothing
checks.py    what must hold when everything has come to rest
"""
