"""What the functions do, free of Lambda's events. Stores, science and clocks come from outside."""
