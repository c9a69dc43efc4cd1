"""soon"""

from participation.public.views import blueprint
from participation.web.access import PUBLIC, access
from flask import render_template

@blueprint.get("/calculator")
@access(PUBLIC)
def calculator() -> str:
    return render_template("public/calculator.html")
