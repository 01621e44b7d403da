"""What recipes.txt says: for every operation the requests that show it at work."""

import ast
import collections
import pathlib

KEYWORDS = {"return_": "return", "raise_": "raise"}  # of Python, which reads the recipes
FILE = pathlib.Path(__file__).resolve().parent / "recipes.txt"

# target, method: as in `x.method(...)`, where target is None for a TYPE; kept: names of the result.
Request = collections.namedtuple("Request", "operation target kept args names")
# ending: "ok", "error" or "none", which is how the last request comes out where all is well.
Recipe = collections.namedtuple("Recipe", "requests ending")


class Ref(str):
    """The name of an object, as an argument."""


def parse_statement(node, types):
    kept = []
    if isinstance(node, ast.Assign):
        (target,) = node.targets
        kept = [name.id for name in getattr(target, "elts", [target])]
    call = node.value
    chain, at = [], call.func
    while isinstance(at, ast.Attribute):
        chain.insert(0, KEYWORDS.get(at.attr, at.attr))
        at = at.value
    target = at.id if at.id in types else None
    kind = types.get(at.id, at.id)
    if kind == "Manager" and chain[-1] == "new" and len(chain) == 2:
        kind = "manager"
    operation = ".".join([kind, *chain])
    for name in kept:
        types[name] = "Connection" if operation == "Pipe.new" else operation.rsplit(".", 1)[0]
    args = [argument(value) for value in call.args]
    names = {keyword.arg: argument(keyword.value) for keyword in call.keywords}
    return Request(operation, target, kept, args, names)


def argument(node):
    return Ref(node.id) if isinstance(node, ast.Name) else ast.literal_eval(node)


def parse_line(text):
    text, ending = text.strip(), "ok"
    if text[-1] in "!~":
        text, ending = text[:-1], {"!": "error", "~": "none"}[text[-1]]
    types = {}
    return Recipe([parse_statement(node, types) for node in ast.parse(text).body], ending)


def read():
    """Recipes by operation; the first one where several lines show the same."""
    recipes, before = {}, ""
    for line in FILE.read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith(":"):
            before = line[1:].strip() + "; "
            line = ""
        recipe = parse_line((before + line).rstrip("; "))
        recipes.setdefault(recipe.requests[-1].operation, recipe)
    return recipes


def text(recipe):
    return "; ".join(map(statement_text, recipe.requests))


def statement_text(request):
    args = [value if isinstance(value, Ref) else repr(value) for value in request.args]
    args += ["{}={!r}".format(name, value) for name, value in request.names.items()]
    kept = ", ".join(request.kept) + " = " if request.kept else ""
    on = request.target + ": " if request.target else ""
    return "{}{}{}({})".format(kept, on, request.operation, ", ".join(args))


def renamed(recipe, number):
    """With names of its own, so that one adapter can run many."""
    kept = {name for request in recipe.requests for name in request.kept}

    def rename(value):
        if isinstance(value, str) and value in kept:
            return type(value)(value + str(number))
        return value

    requests = [
        request._replace(
            target=rename(request.target),
            kept=[rename(name) for name in request.kept],
            args=[rename(value) for value in request.args],
            names={name: rename(value) for name, value in request.names.items()},
        )
        for request in recipe.requests
    ]
    return recipe._replace(requests=requests)
