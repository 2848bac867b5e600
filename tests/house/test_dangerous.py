"""What the source never does, because it turns text of strangers into a program, or chance that can be foreseen into a secret."""

from __future__ import annotations

import ast
import re
import ssl

from api.webhooks import outside
from tests.house.source import APPS, ROOT, modules, templates, tree, where

MAKE_PROGRAMS = {"eval", "exec", "compile", "__import__"}
MAKE_OBJECTS = {"pickle", "marshal", "shelve", "dill", "jsonpickle", "yaml"}
READ_XML = {"lxml", "xml.etree", "xml.dom", "xml.sax.handler", "xml.sax.expatreader"}
BROKEN = {"md5", "sha1", "new"}
CHOOSES = {
    "eccs/signing/cms.py",  # the hash that a signature names, where it is in a list of ours
    "accounts/breached_passwords.py",  # the one by which others keep their list
}
UNREAD = re.compile(r"CERT_NONE|_create_unverified_context|check_hostname\s*=\s*False|verify\s*=\s*False")


def test_nothing_runs_text_as_a_program() -> None:
    """Nor as SQL, a shell's line, objects, or XML with entities; and no hash that is broken."""
    found = []
    for path in modules(*APPS):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
                if any(n.split(".")[0] in MAKE_OBJECTS or any(n.startswith(x) for x in READ_XML) for n in names):
                    found.append(where(path, node))
            if not isinstance(node, ast.Call):
                continue
            name, of = getattr(node.func, "attr", ""), getattr(getattr(node.func, "value", None), "id", "")
            bare = getattr(node.func, "id", "")
            if (
                bare in MAKE_PROGRAMS
                or (of == "os" and name in ("system", "popen"))
                or (of == "hashlib" and name in BROKEN and str(path.relative_to(ROOT)) not in CHOOSES)
                or name in ("raw", "extra", "RawSQL")
                or any(word.arg == "shell" for word in node.keywords)
            ):
                found.append(where(path, node))
    assert not found


def test_chance_for_secrets_is_the_systems_own() -> None:
    """`secrets` and SystemRandom; of chance that can be foreseen only the bank for trying has a use."""
    found = [
        where(path, node)
        for path in modules(*APPS)
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.Import) and any(one.name == "random" for one in node.names))
        or (
            isinstance(node, ast.ImportFrom)
            and node.module == "random"
            and {one.name for one in node.names} != {"SystemRandom"}
        )
    ]
    assert not [place for place in found if not place.startswith("payments/sandbox/")]


def test_the_certificate_of_whoever_is_asked_is_always_read() -> None:
    assert not [where(path) for path in modules(*APPS) if UNREAD.search(path.read_text())]
    asked = outside._context()
    assert asked.verify_mode is ssl.CERT_REQUIRED and asked.check_hostname
    assert asked.minimum_version >= ssl.TLSVersion.TLSv1_2


def test_templates_neither_trust_text_nor_run_it() -> None:
    forbidden = re.compile(r"\|\s*safe\b|autoescape\s+off|javascript:|\bon[a-z]+\s*=\s*[\"\']", re.IGNORECASE)
    assert not [where(path) for path in templates() if forbidden.search(path.read_text())]


def test_scripts_take_no_text_for_markup() -> None:
    forbidden = re.compile(
        r"\beval\(|new Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write|postMessage|document\.cookie|__proto__"
    )
    ours = [path for path in (ROOT / "static").rglob("*.js") if "vendor" not in path.parts]
    assert ours and not [where(path) for path in ours if forbidden.search(path.read_text())]
