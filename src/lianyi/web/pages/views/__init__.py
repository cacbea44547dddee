"""Views: read the request, call one service or flow, show a page."""
