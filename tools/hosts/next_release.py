"""The code of a release to come: this very code, and a migration that adds a column, a table and an index while people work."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tools.hosts.deployment import BASE_DIR

MODEL = "    file_digest = models.CharField(max_length=64, blank=True)\n"
FIELD = '    next_release = models.CharField(max_length=20, db_default="NEW", default="NEW")\n'
ADDS = """from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("manifests", "{last}")]
    operations = [
        migrations.AddField("expresscargomanifest", "next_release", models.CharField(max_length=20, db_default="NEW", default="NEW")),
        migrations.CreateModel("NextRelease", [("id", models.BigAutoField(primary_key=True)), ("words", models.TextField())]),
    ]
"""
INDEXES = """from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("manifests", "{last}")]
    operations = [AddIndexConcurrently("expresscargomanifest", models.Index(fields=["next_release"], name="manifest_next_release"))]
"""


def made(place: Path) -> Path:
    """Lay the code of the next release into a folder."""
    shutil.rmtree(place, ignore_errors=True)
    known = subprocess.run(["git", "ls-files", "-z"], cwd=BASE_DIR, check=True, capture_output=True, text=True).stdout
    for name in filter(None, known.split("\0")):
        if (BASE_DIR / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(BASE_DIR / name, place / name)
    model = place / "manifests" / "models" / "manifest.py"
    words = model.read_text()
    if MODEL not in words:
        raise SystemExit("the manifest's model is not as the drill knows it")
    model.write_text(words.replace(MODEL, MODEL + FIELD))
    folder = place / "manifests" / "migrations"
    last = max(path.stem for path in folder.glob("[0-9]*.py"))
    for number, told in enumerate((ADDS, INDEXES), int(last[:4]) + 1):
        (folder / f"{number:04d}_next_release.py").write_text(told.format(last=last))
        last = f"{number:04d}_next_release"
    return place
