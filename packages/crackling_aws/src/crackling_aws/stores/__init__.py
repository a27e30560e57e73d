"""Store models: one module for each DynamoDB table, and one for the objects in S3."""
