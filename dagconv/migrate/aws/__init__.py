"""AWS behind one door: only here does the migrator import boto3; all else sees the Protocols of `services`."""
