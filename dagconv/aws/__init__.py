"""The doors to AWS, the only place that imports boto3: one module a service, with retries, pace and checked shapes."""
