"""Make, test and manage the machine images (AMIs) of the workers.

`bakery` makes an image from an instance, `boot_test` tries it, `promotion` lets workers start from it, and `retention` deletes
images that are no longer used. `ami`, `instances` and `parameter` are the adapters to EC2 and SSM.
"""
