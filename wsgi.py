"""What a WSGI server and the `flask` command find by themselves."""

from timebank.app import create_app

app = create_app()
