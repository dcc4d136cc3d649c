"""What has to be in the environment before Django's settings are first imported by the test run."""
