"""What people see: pages for members, the console for the team, the API for programs."""
