"""The WSGI entry: `gunicorn app:app`, `flask --app app ...`, or `python app.py` to serve on loopback."""

from participation import create_app

app = create_app()

if __name__ == "__main__":
    from participation.serve import serve

    serve(app)
