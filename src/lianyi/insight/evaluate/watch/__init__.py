"""What is watched for change: families of series (data), counted by day, tested together, and put into words where they moved."""
