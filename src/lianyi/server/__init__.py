"""The only place that wires: settings, addresses, the web server. Everything else is handed what it needs."""
