"""What the functions do, free of Lambda's events. Each class takes its stores, its science and its clock from outside."""
